package program

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
)

// The secrets of whoever gets events: the key that signs them, and an address that is one.
const (
	eventsSecret = "whsec_ZXZlbnRzLWNhbmFyeS0wMTIzNDU2Nzg5YWJjZGVm"
	eventsPath   = "/hook/events-canary-8d21f7"
)

// receiver gets events at a secret address, and breaks the connection of every third one, so that
// there are errors to be logged.
func (w *secretWorld) receiver() {
	w.t.Helper()
	var calls atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		if calls.Add(1)%3 == 1 {
			cut(rw)
		}
	}))
	w.t.Cleanup(server.Close)
	w.t.Cleanup(func() {
		if calls.Load() < 2 {
			w.t.Errorf("events were sent %d times", calls.Load())
		}
	})
	w.env["RENEW_EVENTS_URL"], w.env["RENEW_EVENTS_SECRET"], w.env["RENEW_EVENTS_PRIVATE"] = server.URL+eventsPath, eventsSecret, "true"
	w.secret(eventsSecret)
	w.secret("events-canary-8d21f7")
}
