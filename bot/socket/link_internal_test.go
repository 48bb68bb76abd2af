package socket

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gorilla/websocket"
)

// TestDisconnectWithoutAReason has Slack ask for another connection several times, and
// not say why: the connection goes on until there is another one.
func TestDisconnectWithoutAReason(t *testing.T) {
	t.Parallel()
	sockets := make(chan *websocket.Conn, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ws, err := (&websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}).Upgrade(w, r, nil)
		if err == nil && ws.WriteMessage(websocket.TextMessage, []byte(`{"type":"hello"}`)) == nil {
			sockets <- ws
		}
	}))
	defer server.Close()
	got := make(chan string, 1)
	l, err := dial(t.Context(), "ws"+strings.TrimPrefix(server.URL, "http"), func(_ *Link, f frame) { got <- f.EnvelopeID })
	if err != nil {
		t.Fatal(err)
	}
	ws := <-sockets
	defer func() {
		_ = ws.Close()
		<-l.Ended()
	}()
	for _, frame := range []string{`{"type":"disconnect"}`, `{"type":"disconnect","reason":""}`, `{"type":"disconnect","reason":"warning"}`} {
		for _, raw := range []string{frame, `{"type":"interactive","envelope_id":"next"}`} {
			if err := ws.WriteMessage(websocket.TextMessage, []byte(raw)); err != nil {
				t.Fatal(err)
			}
		}
		if id := <-got; id != "next" {
			t.Errorf("%s is handled as %q", frame, id)
		}
		select {
		case <-l.replace:
		default:
			t.Errorf("%s does not ask for another connection", frame)
		}
	}
}
