package socket

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"renewbot/bot/secure"
)

const (
	// handshakeTimeout bounds the dialling of a connection, and the wait for its hello.
	handshakeTimeout = 15 * time.Second
	// pingPatience is how long Slack may be silent: it sends a ping every few seconds.
	pingPatience = 30 * time.Second
	// writeTimeout bounds the writing of one frame.
	writeTimeout = 5 * time.Second
	// byeTimeout bounds the closing handshake.
	byeTimeout = time.Second
	// relievedAfter is how long a connection may go on after its successor is there.
	relievedAfter = 30 * time.Second
	// longestAck is below what Slack drops without a word, in bytes.
	longestAck = 20_480 - 1
	// longestFrame bounds what Slack may send, in bytes.
	longestFrame = 8 << 20
)

// The reasons for which Slack asks for another connection.
const (
	reasonWarning  = "warning"       // it will end in about ten seconds, and goes on until then
	reasonDisabled = "link_disabled" // Socket Mode was switched off
)

// frame is what Slack sends.
// https://docs.slack.dev/apis/events-api/using-socket-mode
type frame struct {
	Type           string          `json:"type"`
	EnvelopeID     string          `json:"envelope_id"`
	Payload        json.RawMessage `json:"payload"`
	Reason         string          `json:"reason"`          // of disconnect
	NumConnections int             `json:"num_connections"` // of hello
	Info           struct {
		AppID string `json:"app_id"`
	} `json:"connection_info"` // of hello
}

// Link is one WebSocket connection to Slack. An envelope must be acked on the
// connection that it came over, so a link that Slack replaces goes on until its
// envelopes are acked and another one is there. slack-go's own client drops it at once.
type Link struct {
	ws      *websocket.Conn
	hello   chan struct{} // closed when Slack has said hello
	replace chan struct{} // closed when Slack asks for another connection
	ended   chan struct{} // closed when nothing comes any more
	failure error         // why it ended; read it when ended is closed
	number  int           // Slack's count of connections at hello

	write sync.Mutex

	mu        sync.Mutex
	waiting   int    // envelopes that are not acked
	asked     bool   // Slack has asked for another connection
	reason    string // why
	dismissed bool   // Slack sends nothing more
	relieved  bool   // another connection is there
	leaving   bool   // a close frame was sent
}

// dial opens the connection that a URL of apps.connections.open stands for. Every
// envelope is given to handle, which must not wait; it owes the link one ack.
func dial(ctx context.Context, url string, handle func(*Link, frame)) (*Link, error) {
	ctx, cancel := context.WithTimeout(ctx, handshakeTimeout)
	defer cancel()
	ws, err := handshake(ctx, url)
	if err != nil {
		return nil, err
	}
	l := &Link{
		ws: ws, hello: make(chan struct{}), replace: make(chan struct{}), ended: make(chan struct{}),
	}
	go func() {
		defer close(l.ended)
		l.failure = l.read(handle)
		_ = ws.Close()
	}()
	select {
	case <-l.hello:
		return l, nil
	case <-l.ended:
		return nil, fmt.Errorf("slack said no hello: %w", l.failure)
	case <-ctx.Done():
		l.bye()
		<-l.ended
		return nil, fmt.Errorf("slack said no hello: %w", ctx.Err())
	}
}

// handshake opens a WebSocket to Slack.
func handshake(ctx context.Context, url string) (*websocket.Conn, error) {
	if err := secure.Address(url, "wss"); err != nil {
		return nil, fmt.Errorf("dial Slack: %w", err)
	}
	ws, answer, err := newDialer().DialContext(ctx, url, http.Header{"Origin": {"https://api.slack.com"}})
	if err != nil {
		return nil, fmt.Errorf("dial Slack: %w", err)
	}
	_ = answer.Body.Close()
	ws.SetReadLimit(longestFrame)
	return ws, nil
}

// Ended is closed when nothing comes over the connection any more.
func (l *Link) Ended() <-chan struct{} { return l.ended }

// read reads until the connection ends.
func (l *Link) read(handle func(*Link, frame)) error {
	l.alive()
	l.ws.SetPingHandler(func(data string) error {
		l.alive()
		// What cannot be written is found out by the next read.
		_ = l.ws.WriteControl(websocket.PongMessage, []byte(data), time.Now().Add(writeTimeout))
		return nil
	})
	greeted := false
	for {
		_, raw, err := l.ws.ReadMessage()
		if err != nil {
			return l.end(err)
		}
		l.alive()
		var f frame
		if json.Unmarshal(raw, &f) != nil {
			continue // there is nothing in it that could be answered
		}
		switch {
		case f.Type == "hello" && !greeted:
			greeted = true
			l.number = f.NumConnections
			close(l.hello)
		case f.Type == "disconnect":
			l.disconnect(f.Reason)
		case f.EnvelopeID != "":
			l.arrived()
			handle(l, f)
		}
	}
}

// alive gives Slack more time to be silent, unless the link is leaving.
func (l *Link) alive() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.leaving {
		_ = l.ws.SetReadDeadline(time.Now().Add(pingPatience))
	}
}

// end says why a connection ended: Slack's own reason if it gave one.
func (l *Link) end(err error) error {
	if reason := l.why(); reason != "" {
		return errors.New("disconnect: " + reason)
	}
	return err
}

// why is the reason for which Slack asked for another connection.
func (l *Link) why() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.reason
}

func (l *Link) disconnect(reason string) {
	l.mu.Lock()
	if !l.asked {
		l.asked = true
		close(l.replace)
	}
	l.reason = reason // empty: Slack gave none
	l.dismissed = l.dismissed || reason != reasonWarning
	l.mu.Unlock()
	l.leave()
}

// relieve says that another connection is there.
func (l *Link) relieve() {
	l.mu.Lock()
	l.relieved = true
	l.mu.Unlock()
	l.leave()
}

// arrived counts an envelope that is to be acked.
func (l *Link) arrived() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waiting++
}

// leave says goodbye once nothing more comes and nothing is owed.
func (l *Link) leave() {
	l.mu.Lock()
	done := l.relieved && l.dismissed && l.waiting == 0
	l.mu.Unlock()
	if done {
		l.bye()
	}
}

// bye sends a close frame. Slack's own one, or the end of its time, ends the reading
// and with it the connection.
func (l *Link) bye() {
	l.mu.Lock()
	first := !l.leaving
	l.leaving = true
	l.mu.Unlock()
	if !first {
		return
	}
	goodbye := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
	until := time.Now().Add(byeTimeout)
	_ = l.ws.WriteControl(websocket.CloseMessage, goodbye, until)
	_ = l.ws.SetReadDeadline(until)
}

// ack answers an envelope on the connection that it came over.
func (l *Link) ack(ctx context.Context, id string, payload any) error {
	defer l.answered()
	raw, err := json.Marshal(struct {
		ID      string `json:"envelope_id"`
		Payload any    `json:"payload,omitempty"`
	}{id, payload})
	switch {
	case err != nil:
		return fmt.Errorf("encode the ack: %w", err)
	case len(raw) > longestAck:
		return fmt.Errorf("the ack has %d bytes, and Slack takes at most %d", len(raw), longestAck)
	}
	until := time.Now().Add(writeTimeout)
	if deadline, ok := ctx.Deadline(); ok && deadline.Before(until) {
		until = deadline
	}
	l.write.Lock()
	defer l.write.Unlock()
	if err := errors.Join(l.ws.SetWriteDeadline(until), l.ws.WriteMessage(websocket.TextMessage, raw)); err != nil {
		return fmt.Errorf("write the ack: %w", err)
	}
	return nil
}

func (l *Link) answered() {
	l.mu.Lock()
	l.waiting--
	l.mu.Unlock()
	l.leave()
}
