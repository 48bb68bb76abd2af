package program

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"syscall"
	"testing"

	"renewbot/bot/check"
	"renewbot/bot/slacksim"
)

// relay stands before a server and lets change alter the header of each answer.
func relay(t *testing.T, upstream string, change func(r *http.Request, answer http.Header)) string {
	t.Helper()
	target, err := url.Parse(upstream)
	if err != nil {
		t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{
		Rewrite:        func(r *httputil.ProxyRequest) { r.SetURL(&url.URL{Scheme: target.Scheme, Host: target.Host}) },
		ModifyResponse: func(a *http.Response) error { change(a.Request, a.Header); return nil },
	}
	server := httptest.NewServer(proxy)
	t.Cleanup(server.Close)
	return server.URL + target.Path
}

func TestCheckOfASiteThatIsRight(t *testing.T) {
	t.Parallel()
	for name, begin := range map[string]func(*site){
		"before the first start": func(*site) {},
		"beside the running bot": func(s *site) { s.running() },
		"after it was stopped": func(s *site) {
			b := s.running()
			_ = b.cmd.Process.Signal(syscall.SIGTERM)
			<-b.ended
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			begin(s)
			c := s.check()
			t.Log(c.raw)
			for _, r := range c.Results {
				if r.Status != check.OK && r.Status != check.Note {
					t.Errorf("%s %s: %s", r.Status, r.Check, r.Found)
				}
			}
			if c.Exit != check.ExitOK {
				t.Errorf("check ends with %d", c.Exit)
			}
			s.onlyLooked()
		})
	}
}

// onlyLooked fails unless nothing was ordered and nothing posted.
func (s *site) onlyLooked() {
	s.t.Helper()
	if n := len(s.vendor.OrderRequests()); n > 0 {
		s.t.Errorf("%d orders were sent", n)
	}
	for _, e := range s.slack.Journal() {
		if e.Kind == slacksim.EntryAck {
			s.t.Errorf("an envelope was acked")
		}
	}
	for _, ch := range []string{renewals, auditChannel, alice, bob} {
		if all := s.slack.Snapshot().All(ch); len(all) > 0 {
			s.t.Errorf("%d messages were posted in %s", len(all), ch)
		}
	}
	for _, v := range s.slack.Violations() {
		s.t.Errorf("Slack's protocol was violated: %s", v)
	}
}
