package socket

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/gorilla/websocket"
)

// Hello is the first frame of a connection.
// https://docs.slack.dev/apis/events-api/using-socket-mode
type Hello struct {
	Type        string // "hello", or "disconnect"
	Connections int    // Slack's count, this one included
	Reason      string // of a disconnect
	AppID       string // A…
}

// Greet opens a connection, reads its first frame, which is Slack's hello, and closes it.
//
// From the hello on Slack may send this connection a command or a click that somebody
// makes. So it lasts no longer than the hello takes, nothing is read after it, and
// nothing is ever acked: an ack would say that it was dealt with, and it would be lost.
// Without one the person is told that it failed and does it again, and an event comes
// again by itself.
func Greet(ctx context.Context, url string) (Hello, error) {
	ctx, cancel := context.WithTimeout(ctx, handshakeTimeout)
	defer cancel()
	ws, err := handshake(ctx, url)
	if err != nil {
		return Hello{}, err
	}
	defer func() {
		goodbye := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
		_ = ws.WriteControl(websocket.CloseMessage, goodbye, time.Now().Add(byeTimeout))
		_ = ws.Close()
	}()
	deadline, _ := ctx.Deadline()
	if err := ws.SetReadDeadline(deadline); err != nil {
		return Hello{}, fmt.Errorf("wait for the hello: %w", err)
	}
	_, raw, err := ws.ReadMessage()
	if err != nil {
		return Hello{}, fmt.Errorf("wait for the hello: %w", err)
	}
	var f frame
	if err := json.Unmarshal(raw, &f); err != nil {
		return Hello{}, fmt.Errorf("read the hello: %w", err)
	}
	return Hello{Type: f.Type, Connections: f.NumConnections, Reason: f.Reason, AppID: f.Info.AppID}, nil
}
