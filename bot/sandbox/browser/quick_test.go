package browser_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"github.com/chromedp/chromedp"

	"renewbot/bot/sandbox"
	sandboxpage "renewbot/bot/sandbox/page"
)

const (
	manyMessages  = 500
	manyCustomers = 5000
)

// BenchmarkCrowdedPage is what somebody waits for in a window with many messages in the
// channel and many customers to search in. The window is looked at every 25 ms, which is
// the least that a line can tell.
func BenchmarkCrowdedPage(b *testing.B) {
	s := setup(b, func(o *sandboxpage.Options) { o.Customers = manyCustomers })
	for i := range manyMessages {
		s.say(fmt.Sprintf("message %d of many", i))
	}
	last := fmt.Sprintf("message %d of many", manyMessages-1)
	bob := s.as(sandbox.Bob)
	b.Run("opening", func(b *testing.B) {
		for b.Loop() {
			bob.do("open the page", chromedp.Navigate(s.URL()+"?as="+sandbox.Bob))
			bob.shows("main", last)
		}
	})
	n := 0
	b.Run("message of another person", func(b *testing.B) {
		for b.Loop() {
			n++
			text := fmt.Sprintf("one more %d.", n)
			s.say(text)
			bob.shows("main", text)
		}
	})
	bob.command("/renew ")
	field := action("holder", "[role=combobox]")
	bob.shows(field, "")
	b.Run("letter in the customers' search", func(b *testing.B) {
		for n := 0; b.Loop(); n++ {
			bob.into(field, string(rune('a'+n%20)))
			bob.shows("[data-testid=options] [role=option]", "")
			bob.gone("[data-testid=options] .combo-wait")
		}
	})
}

// say lets Alice say something without a window of hers.
func (s *site) say(text string) {
	s.t.Helper()
	raw, err := json.Marshal(map[string]string{"as": sandbox.Alice, "do": "say", "channel": sandbox.Renewals, "text": text})
	if err != nil {
		s.t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.URL()+"api/act", bytes.NewReader(raw))
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	answer, err := (&http.Client{Timeout: patience}).Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer answer.Body.Close()
	var said struct{ OK bool }
	if err := json.NewDecoder(answer.Body).Decode(&said); err != nil || !said.OK {
		s.t.Fatalf("it was not said: %s %v", answer.Status, err)
	}
}
