package program

import (
	"net/http"
	"net/http/httptest"
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
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		if w.events.Add(1)%3 == 1 {
			cut(rw)
		}
	}))
	w.t.Cleanup(server.Close)
	w.env["RENEW_EVENTS_URL"], w.env["RENEW_EVENTS_SECRET"], w.env["RENEW_EVENTS_PRIVATE"] = server.URL+eventsPath, eventsSecret, "true"
	w.secret(eventsSecret)
	w.secret("events-canary-8d21f7")
}
