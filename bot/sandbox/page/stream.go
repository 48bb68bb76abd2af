package page

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"
)

const (
	// heartbeat is how often a stream says that it lives; every fourth time it tells the
	// time.
	heartbeat = 15 * time.Second
	tellTime  = 4
	// writeTimeout is for how long a page may take nothing before it is given up; it
	// connects again by itself.
	writeTimeout = 20 * time.Second
)

// stream tells a page everything that one person sees, and then what changes.
func (s *Server) stream(w http.ResponseWriter, r *http.Request) {
	me := r.URL.Query().Get("as")
	now := s.wait(r.Context())
	if now == nil {
		return
	}
	if !plays(now.world.Slack.Snapshot(), me) {
		refuse(w, http.StatusNotFound, codeNotFound, "There is no such person in the sandbox.")
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusOK)
	out := &sse{w: w, control: http.NewResponseController(w)}
	for ; now != nil; now = s.wait(r.Context()) {
		if err := now.follow(r.Context(), me, out); err != nil {
			return // the page went away
		}
	}
}

// follow writes patches until the session or ctx ends, and returns an error when there
// is nobody any more to read them.
func (s *session) follow(ctx context.Context, me string, out *sse) error {
	if !plays(s.world.Slack.Snapshot(), me) {
		return errNobody
	}
	s.openDM(me)
	wake, leave := s.feed.join()
	defer leave()
	t := newTracker(s, me)
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for beats := 0; ; {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-s.ended:
			return nil
		case <-wake:
			p, ok := t.next()
			if !ok {
				continue
			}
			if err := out.patch(p); err != nil {
				return err
			}
		case <-beat.C:
			beats++
			err := out.comment()
			if beats%tellTime == 0 && err == nil {
				err = out.patch(t.clock())
			}
			if err != nil {
				return err
			}
		}
	}
}

// openDM opens somebody's direct messages with the app, so that they can be looked at
// before there are any.
func (s *session) openDM(me string) {
	if u, _ := s.world.Slack.Snapshot().User(me); !u.Stranger {
		s.world.Slack.As(me).DM()
	}
}

// errNobody says that the person whom a page acts as is gone.
var errNobody = errors.New("the person is not in the sandbox any more")

// sse writes server-sent events.
type sse struct {
	w       http.ResponseWriter
	control *http.ResponseController
	buf     bytes.Buffer
}

func (o *sse) patch(p *patch) error {
	o.buf.Reset()
	o.buf.WriteString("event: patch\ndata: ")
	enc := json.NewEncoder(&o.buf) // one line, with the line feed that ends the data
	if err := enc.Encode(p); err != nil {
		return err
	}
	o.buf.WriteByte('\n')
	return o.flush()
}

func (o *sse) comment() error {
	o.buf.Reset()
	o.buf.WriteString(": still here\n\n")
	return o.flush()
}

func (o *sse) flush() error {
	if err := o.control.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
		return err
	}
	if _, err := o.w.Write(o.buf.Bytes()); err != nil {
		return err
	}
	return o.control.Flush()
}
