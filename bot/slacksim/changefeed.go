package slacksim

// ChangeKind says what a Change is about.
type ChangeKind string

// The kinds of change that Subscribe reports.
const (
	ChangeUser      ChangeKind = "user"
	ChangeGroup     ChangeKind = "group"
	ChangeChannel   ChangeKind = "channel"
	ChangeMessage   ChangeKind = "message" // posted, updated or deleted
	ChangeEphemeral ChangeKind = "ephemeral"
	ChangeView      ChangeKind = "view" // a person's stack of modals
	ChangeHome      ChangeKind = "home"
	ChangeSocket    ChangeKind = "socket"
	ChangeLagged    ChangeKind = "lagged" // changes were left out because the reader was slow: read Snapshot again
)

// Change says that something in the workspace is different; read it from Snapshot.
type Change struct {
	Version uint64
	Kind    ChangeKind
	Channel string
	TS      string
	User    string
}

// changeFeed tells those who wait that something is different.
type changeFeed struct {
	version      uint64
	namesVersion uint64        // version at which a user, group or channel last changed
	changed      chan struct{} // closed and replaced at every change
	snapshot     *Snapshot     // of version, nil until asked for
	subs         map[int]*subscriber
	subSeq       int
}

type subscriber struct {
	ch     chan Change
	lagged bool
	closed bool
}

func (s *subscriber) close() {
	if !s.closed {
		s.closed = true
		close(s.ch)
	}
}

// Subscribe returns a live stream of changes, and a function that ends it. The channel is closed when the
// workspace is closed. A reader that falls far behind gets ChangeLagged instead of what it missed.
func (w *Workspace) Subscribe() (<-chan Change, func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	id := w.subSeq
	w.subSeq++
	s := &subscriber{ch: make(chan Change, 1024)}
	w.subs[id] = s
	return s.ch, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.subs, id)
		s.close()
	}
}

// touch records a change and wakes up everybody who waits for one. The lock is held.
func (f *changeFeed) touch(c Change) {
	f.version++
	c.Version = f.version
	f.snapshot = nil
	if c.Kind == ChangeUser || c.Kind == ChangeGroup || c.Kind == ChangeChannel {
		f.namesVersion = f.version
	}
	close(f.changed)
	f.changed = make(chan struct{})
	for _, s := range f.subs {
		if s.lagged && len(s.ch) < cap(s.ch)/2 {
			s.lagged = false
			s.ch <- Change{Version: c.Version, Kind: ChangeLagged}
		}
		if len(s.ch) == cap(s.ch) || s.lagged {
			s.lagged = true
			continue
		}
		s.ch <- c
	}
}
