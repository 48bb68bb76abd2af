package slacksim

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// sockets keeps the Socket Mode connections of the app and what is on its way over them.
type sockets struct {
	*core
	conns      []*conn
	connSeq    int
	tickets    map[string]bool
	deliveries map[string]*delivery
	faults     []*envelopeScript
	off        bool   // Socket Mode is switched off
	opened     func() // called with the lock held when a connection can take envelopes

	oldDeliveries                   evictionQueue
	ackTimeout, pingEvery, pongWait time.Duration
}

func newSockets(c *core) *sockets {
	return &sockets{
		core: c, tickets: map[string]bool{}, deliveries: map[string]*delivery{},
		ackTimeout: 3 * time.Second, pingEvery: 5 * time.Second, pongWait: 15 * time.Second,
	}
}

// methods are those that only an app-level token may call.
func (s *sockets) methods() map[string]method {
	return map[string]method{
		"apps.connections.open": {token: appTokens, tier: 3, run: s.connectionsOpen},
	}
}

const (
	mostSockets  = 10
	longestFrame = 20_480 // bytes; frames of this length or more are dropped without a word
	serverHost   = "applink-sim-1"
	debugLife    = 360 * time.Second // of a connection with debug_reconnects=true
)

func (s *sockets) connectionsOpen(*call) (obj, *apiError) {
	if !s.manifest.Settings.SocketMode || s.off {
		return nil, fail("no_permission")
	}
	ticket := s.hexID(16)
	s.tickets[ticket] = true
	return obj{"url": "ws" + strings.TrimPrefix(s.baseURL, "http") + "/link/?ticket=" + ticket + "&app_id=" + s.appID}, nil
}

// conn is one Socket Mode connection of the app.
type conn struct {
	n           int // from 1
	host        string
	ws          *websocket.Conn
	sniffer     *frameSniffer
	write       sync.Mutex
	draining    bool // a disconnect was sent: gets no more envelopes
	clean       bool // ends with a close frame, and so in the client's own time
	closeStatus int  // the status of the app's close frame, 0 if there was none
	done        chan struct{}
	once        sync.Once
}

// send writes one text frame.
func (c *conn) send(frame []byte) error {
	c.write.Lock()
	defer c.write.Unlock()
	return c.sendNow(frame)
}

// sendNow is send for those who hold the write lock.
func (c *conn) sendNow(frame []byte) error {
	_ = c.ws.SetWriteDeadline(time.Now().Add(5 * time.Second))
	return c.ws.WriteMessage(websocket.TextMessage, frame)
}

// cut ends the TCP connection at once, without a close frame.
func (c *conn) cut() {
	c.once.Do(func() {
		if tcp, ok := c.sniffer.Conn.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0)
		}
		_ = c.ws.Close()
	})
}

// sendClose sends a close frame. Like Slack it leaves it to the client to end the TCP connection.
func (c *conn) sendClose() {
	frame := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
	_ = c.ws.WriteControl(websocket.CloseMessage, frame, time.Now().Add(time.Second))
}

// awaitEnd waits until the client has ended the TCP connection, or for as long as d.
func (c *conn) awaitEnd(ctx context.Context, d time.Duration) {
	stop := context.AfterFunc(ctx, c.cut)
	defer stop()
	_ = c.sniffer.SetReadDeadline(time.Now().Add(d))
	_, _ = io.Copy(io.Discard, c.sniffer.Conn)
	c.once.Do(func() { _ = c.ws.Close() })
}

func (s *sockets) serve(rw http.ResponseWriter, r *http.Request) {
	ticket := r.URL.Query().Get("ticket")
	s.mu.Lock()
	fresh := s.tickets[ticket]
	delete(s.tickets, ticket)
	s.mu.Unlock()
	if !fresh {
		http.Error(rw, "invalid ticket", http.StatusForbidden)
		return
	}
	sniffing := &sniffingWriter{ResponseWriter: rw}
	up := websocket.Upgrader{ReadBufferSize: 4096, WriteBufferSize: 4096, CheckOrigin: func(*http.Request) bool { return true }}
	ws, err := up.Upgrade(sniffing, r, nil)
	if err != nil {
		return
	}
	c := &conn{host: serverHost, ws: ws, sniffer: sniffing.sniffer, done: make(chan struct{})}
	if r.URL.Query().Get("debug_reconnects") == "true" {
		stop := s.clock.AfterFunc(debugLife, func() { s.disconnect(c, ReasonRefresh, time.Second) })
		defer stop()
	}
	s.serveConn(c)
}

// serveConn says hello, pings and reads until the connection ends.
func (s *sockets) serveConn(c *conn) {
	c.write.Lock() // until hello is out: it comes before any envelope
	s.mu.Lock()
	s.connSeq++
	c.n = s.connSeq
	full := len(s.conns) >= mostSockets
	if !full {
		s.conns = append(s.conns, c)
	}
	open := len(s.conns)
	if s.ctx.Err() != nil { // Close did not see this connection
		c.cut()
	}
	s.record(Entry{Kind: EntrySocket, Name: "open", Conn: c.n})
	s.mu.Unlock()
	defer s.dropConn(c)

	if full {
		_ = c.sendNow(mustJSON(obj{
			"type": "disconnect", "reason": "too_many_websockets", "num_connections": open + 1,
			"debug_info": obj{"host": c.host}, "connection_info": obj{"app_id": s.appID},
		}))
		c.write.Unlock()
		c.sendClose()
		c.clean = true
		return
	}
	hello := mustJSON(obj{
		"type": "hello", "num_connections": open, "connection_info": obj{"app_id": s.appID},
		"debug_info": obj{
			"host": c.host, "build_number": 10, "approximate_connection_time": 18060,
			"started": s.clock.Now().UTC().Format("2006-01-02 15:04:05.000"),
		},
	})
	err := c.sendNow(hello)
	c.write.Unlock()
	if err != nil {
		return
	}
	alive := func() { _ = c.ws.SetReadDeadline(time.Now().Add(s.pongWait)) }
	alive()
	c.ws.SetPongHandler(func(string) error { alive(); return nil })
	s.wg.Go(func() { s.pingLoop(c) })
	s.locked(func() {
		s.touch(Change{Kind: ChangeSocket})
		s.opened()
	})
	for {
		kind, frame, err := c.ws.ReadMessage()
		if err != nil {
			var closeError *websocket.CloseError
			if c.clean = errors.As(err, &closeError); c.clean && closeError.Code != websocket.CloseAbnormalClosure {
				c.closeStatus = closeError.Code
			}
			return
		}
		s.receive(c, kind, frame, c.sniffer.fragmented())
	}
}

func (s *sockets) pingLoop(c *conn) {
	t := time.NewTicker(s.pingEvery)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			if c.ws.WriteControl(websocket.PingMessage, []byte("Ping from "+c.host), time.Now().Add(time.Second)) != nil {
				return
			}
		case <-c.done:
			return
		}
	}
}

// dropConn forgets a connection and sees it off.
func (s *sockets) dropConn(c *conn) {
	close(c.done)
	s.forget(c)
	if c.clean {
		c.awaitEnd(s.ctx, s.pongWait)
		return
	}
	c.once.Do(func() { _ = c.ws.Close() })
}

func (s *sockets) forget(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var left []*conn
	for _, o := range s.conns {
		if o != c {
			left = append(left, o)
		}
	}
	s.conns = left
	s.record(Entry{Kind: EntrySocket, Name: "closed", Conn: c.n, Status: c.closeStatus})
	s.touch(Change{Kind: ChangeSocket})
}

// live are the connections that may get an envelope.
func (s *sockets) live() []*conn {
	var live []*conn
	for _, c := range s.conns {
		if !c.draining {
			live = append(live, c)
		}
	}
	return live
}

// receive handles one frame from the app.
func (s *sockets) receive(c *conn, kind int, frame []byte, fragmented bool) {
	now := time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case len(frame) >= longestFrame:
		s.violation("frame too long", strconv.Itoa(len(frame))+" bytes: dropped")
		return
	case fragmented:
		s.violation("fragmented frame", "dropped")
		return
	case kind != websocket.TextMessage:
		s.violation("binary frame", "dropped")
		return
	}
	var ack struct {
		ID      string          `json:"envelope_id"`
		Payload json.RawMessage `json:"payload"`
	}
	if err := json.Unmarshal(frame, &ack); err != nil || ack.ID == "" {
		s.violation("unreadable frame", "no envelope_id: dropped")
		return
	}
	e := s.record(Entry{Time: now, Kind: EntryAck, Incoming: true, ID: ack.ID, Conn: c.n, Body: frame})
	defer func() { s.notify(e) }()
	d := s.deliveries[ack.ID]
	if d == nil {
		s.violation("unknown ack", ack.ID)
		return
	}
	e.Name, e.Latency = d.name, now.Sub(d.sent)
	s.acked(d, c, ack.Payload, e)
}

// Connections returns the numbers of the app's open connections, oldest first.
func (w *Workspace) Connections() []int {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := []int{}
	for _, c := range w.sockets.conns {
		out = append(out, c.n)
	}
	return out
}

// numbered finds connections by number; all of them if none is given.
func (s *sockets) numbered(numbers []int) []*conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []*conn
	for _, c := range s.conns {
		if len(numbers) == 0 {
			out = append(out, c)
		}
		for _, n := range numbers {
			if c.n == n {
				out = append(out, c)
			}
		}
	}
	return out
}

// Reasons for which Slack ends a connection.
const (
	ReasonWarning  = "warning"           // the container goes away in about ten seconds
	ReasonRefresh  = "refresh_requested" // the connection is replaced
	ReasonDisabled = "link_disabled"     // Socket Mode was switched off
	ReasonTooMany  = "too_many_websockets"
)

// Disconnect sends a disconnect frame with the reason to the numbered connections (all if none is given). A
// warned connection goes on for ten seconds; the others get no more envelopes and are closed a second later.
func (w *Workspace) Disconnect(reason string, numbers ...int) {
	grace := time.Second
	if reason == ReasonWarning {
		grace = 10 * time.Second
	}
	for _, c := range w.sockets.numbered(numbers) {
		w.sockets.disconnect(c, reason, grace)
	}
}

func (s *sockets) disconnect(c *conn, reason string, grace time.Duration) {
	frame := obj{"type": "disconnect", "reason": reason, "debug_info": obj{"host": c.host}}
	s.mu.Lock()
	if reason == ReasonTooMany {
		frame["num_connections"], frame["connection_info"] = len(s.conns), obj{"app_id": s.appID}
	}
	if reason != ReasonWarning {
		c.draining = true
		s.touch(Change{Kind: ChangeSocket})
	}
	s.record(Entry{Kind: EntrySocket, Name: "disconnect", Conn: c.n, Note: reason})
	closing := s.ctx.Err() != nil
	if !closing {
		s.wg.Add(1)
	}
	s.mu.Unlock()
	if closing {
		return
	}
	_ = c.send(mustJSON(frame))
	go func() {
		defer s.wg.Done()
		t := time.NewTimer(grace)
		defer t.Stop()
		select {
		case <-t.C:
			c.sendClose()
		case <-c.done:
		case <-s.ctx.Done():
		}
	}()
}

// DropConnections cuts the numbered connections (all if none is given) without a word, as a lost network does.
func (w *Workspace) DropConnections(numbers ...int) {
	for _, c := range w.sockets.numbered(numbers) {
		c.cut()
	}
}

// DisableSocketMode switches Socket Mode off, as in the app's settings: connections end with link_disabled and
// no new one can be opened until EnableSocketMode.
func (w *Workspace) DisableSocketMode() {
	w.locked(func() { w.sockets.off = true })
	w.Disconnect(ReasonDisabled)
}

// EnableSocketMode switches Socket Mode on again.
func (w *Workspace) EnableSocketMode() { w.locked(func() { w.sockets.off = false }) }
