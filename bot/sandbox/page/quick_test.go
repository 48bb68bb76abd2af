package page_test

import (
	"fmt"
	"net/http"
	"testing"

	"renewbot/bot/sandbox"
)

const (
	manyMessages  = 500
	manyCustomers = 5000
)

// crowded is a sandbox with as much in it as a page has to bear.
func crowded(t testing.TB) *bundle {
	t.Helper()
	b := setup(t, customers(manyCustomers))
	for i := range manyMessages {
		b.must(sandbox.Alice, "say", args{"channel": sandbox.Renewals, "text": fmt.Sprintf("message %d of many", i)})
	}
	return b
}

// However much there is, one message more is one message to send.
func TestOneMessageAmongMany(t *testing.T) {
	t.Parallel()
	b := crowded(t)
	w := b.open(sandbox.Bob)
	w.shows(sandbox.Renewals, fmt.Sprintf("message %d of many", manyMessages-1))
	if n := look(w, func(s *state) int { return len(s.Messages) }); n < manyMessages {
		t.Fatalf("the page has %d messages", n)
	}
	quiet := w.count()
	b.must(sandbox.Alice, "say", args{"channel": sandbox.Renewals, "text": "the last straw"})
	w.shows(sandbox.Renewals, "the last straw")
	sent := 0
	for i := quiet; i < w.count(); i++ {
		p := w.event(i)
		sent += len(p["messages"])
		if p["channels"] != nil || p["people"] != nil || p["stack"] != nil || p["gone"] != nil {
			t.Errorf("a patch has more than the message: %v", p)
		}
	}
	if sent == 0 || sent > 1000 {
		t.Errorf("%d bytes were sent for one message", sent)
	}
}

// BenchmarkMessage is the time from a message's posting until it is on another page, in
// a channel with many; a part of it is waited, for what else may change.
func BenchmarkMessage(b *testing.B) {
	c := crowded(b)
	w := c.open(sandbox.Bob)
	for i := 0; b.Loop(); i++ {
		text := fmt.Sprintf("one more %d", i)
		c.must(sandbox.Alice, "say", args{"channel": sandbox.Renewals, "text": text})
		w.shows(sandbox.Renewals, text)
	}
}

// BenchmarkOpening is the time until a page has everything.
func BenchmarkOpening(b *testing.B) {
	c := crowded(b)
	bytes := 0
	for b.Loop() {
		w := c.open(sandbox.Bob)
		bytes = len(w.events[0])
	}
	b.ReportMetric(float64(bytes), "bytes")
}

// BenchmarkCustomers is the time of a search among many customers.
func BenchmarkCustomers(b *testing.B) {
	c := setup(b, customers(manyCustomers))
	for b.Loop() {
		resp, err := client.Get(c.URL() + "api/customers?q=logistics")
		if err != nil {
			b.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			b.Fatal(resp.Status)
		}
	}
}

// BenchmarkCommand is the time of a round trip through the bot: /renew help until its
// answer is on the page.
func BenchmarkCommand(b *testing.B) {
	c := crowded(b)
	w := c.open(sandbox.Dave)
	whispers := func(s *state) int {
		n := 0
		for _, m := range s.Messages {
			if m.Ephemeral {
				n++
			}
		}
		return n
	}
	for i := 1; b.Loop(); i++ {
		c.must(sandbox.Dave, "command", args{"channel": sandbox.Renewals, "text": "/renew help"})
		w.wait("the help", func(s *state) bool { return whispers(s) >= i })
	}
}
