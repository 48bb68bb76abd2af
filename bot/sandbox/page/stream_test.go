package page_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"renewbot/bot/sandbox"
)

// Everybody sees what Slack would show them, and nothing of it twice.
func TestWhoSeesWhat(t *testing.T) {
	t.Parallel()
	b := setup(t)
	windows := map[string]*window{}
	for who, channels := range map[string]string{
		sandbox.Alice: "renewals random leads partners DM", sandbox.Dave: "renewals random DM",
		sandbox.Bob: "renewals renewals-audit random leads partners DM", sandbox.Gina: "renewals random DM", sandbox.Olga: "partners",
	} {
		w := b.open(who)
		windows[who] = w
		seen := look(w, func(s *state) map[string]bool { return s.names() })
		for name := range strings.FieldsSeq(channels) {
			if !seen[name] {
				t.Errorf("%s does not see %s, but %v", who, name, seen)
			}
			delete(seen, name)
		}
		if len(seen) > 0 {
			t.Errorf("%s sees %v, too", who, seen)
		}
	}
	b.must(sandbox.Alice, "say", args{"channel": sandbox.Leads, "text": "between us"})
	b.must(sandbox.Alice, "say", args{"channel": sandbox.Partners, "text": "for everybody here"})
	b.must(sandbox.Gina, "command", args{"channel": sandbox.Renewals, "text": "/renew acme"})
	windows[sandbox.Gina].wait("her refusal", func(s *state) bool {
		m, ok := s.find(sandbox.Renewals, "Guests")
		return ok && m.Ephemeral
	})
	windows[sandbox.Bob].shows(sandbox.Leads, "between us")
	windows[sandbox.Olga].shows(sandbox.Partners, "for everybody here")
	b.must(sandbox.Dave, "say", args{"channel": sandbox.Renewals, "text": "the last word"})
	for _, who := range []string{sandbox.Dave, sandbox.Gina} {
		windows[who].shows(sandbox.Renewals, "the last word")
		if windows[who].got("between us") {
			t.Errorf("%s was sent a message of a private channel", who)
		}
	}
	if windows[sandbox.Dave].got("Guests") || windows[sandbox.Olga].got("the last word") {
		t.Error("somebody was sent what was for others")
	}
}

// After the first patch a page gets only what changed.
func TestPatchesAreIncrements(t *testing.T) {
	t.Parallel()
	b := setup(t)
	w := b.open(sandbox.Alice)
	first, before := w.event(0), w.count()
	for _, name := range []string{"reset", "me", "clock", "people", "groups", "commands", "shortcuts", "app", "channels", "stack", "home", "refusals", "portal", "faults", "bot"} {
		if first[name] == nil {
			t.Errorf("the first patch lacks %s", name)
		}
	}
	b.must(sandbox.Dave, "say", args{"channel": sandbox.Random, "text": "one word"})
	w.shows(sandbox.Random, "one word")
	for i := before; i < w.count(); i++ {
		for name, value := range w.event(i) {
			if name != "messages" && name != "bot" {
				t.Errorf("a patch has %s again: %s", name, value)
			}
			if name == "messages" && bytes.Count(value, []byte(`"ts"`)) != 1 {
				t.Errorf("the messages are %s", value)
			}
		}
	}
	w.wait("nothing but the word", func(s *state) bool { return s.Resets == 1 && len(s.People) == 7 && s.CustomerCount == 12 })
}

func TestAStreamOfNobody(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, who := range []string{"", "U0NOBODY", "USLACKBOT"} {
		resp, err := client.Get(b.URL() + "api/stream?as=" + who)
		if err != nil {
			t.Fatal(err)
		}
		var r result
		err = json.NewDecoder(resp.Body).Decode(&r)
		resp.Body.Close()
		if err != nil || resp.StatusCode != http.StatusNotFound || r.Code != "not_found" {
			t.Errorf("%q is answered with %s %+v %v", who, resp.Status, r, err)
		}
	}
}

func TestCustomersAreSearched(t *testing.T) {
	t.Parallel()
	b := setup(t, customers(5000))
	for query, want := range map[string]struct{ total, shown int }{
		"":                   {5002, 50},
		"?from=4990":         {5002, 12},
		"?from=9999":         {5002, 0},
		"?q=ACME":            {2, 2},
		"?q=nobody+has+this": {0, 0},
		"?q=acme&from=1":     {2, 1},
		"?q=3661c20b77":      {1, 1},
		"?q=3651B7702C18":    {1, 1}, // whose customer was removed
	} {
		resp, err := client.Get(b.URL() + "api/customers" + query)
		if err != nil {
			t.Fatal(err)
		}
		var got struct {
			Total     int
			Customers []struct {
				PartnerID, Company string
				Packages           []struct{ Plan string }
			}
		}
		err = json.NewDecoder(resp.Body).Decode(&got)
		resp.Body.Close()
		if err != nil || got.Total != want.total || len(got.Customers) != want.shown {
			t.Errorf("%q finds %d and shows %d (%v), want %+v", query, got.Total, len(got.Customers), err, want)
		}
		if query == "" && got.Customers[0].PartnerID != "" {
			t.Errorf("the own account is not the first: %+v", got.Customers[0])
		}
	}
	resp, err := client.Get(b.URL() + "api/customers?from=-1")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusBadRequest {
		t.Errorf("from=-1 is answered with %s", resp.Status)
	}
}
