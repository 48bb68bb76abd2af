package logs

import (
	"context"
	"log/slog"
	"sync"

	"renewbot/bot/renewal"
)

// KeyLink is the address of the card of the request that a line concerns.
const KeyLink = "link"

// mostLinks is how many requests' links are kept: more than are worked on at once.
const mostLinks = 10_000

// Links are the addresses of requests' cards, as far as this process knows them: nothing is asked for a
// line of the log.
type Links struct {
	mu    sync.Mutex
	by    map[string]string // by the request's name
	known []string          // the oldest first
}

// Set keeps where the card of a request is now. Nil keeps nothing.
func (l *Links) Set(request int64, link string) {
	if l == nil || link == "" {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	name := renewal.Reference(request)
	if l.by == nil {
		l.by = map[string]string{}
	}
	if _, known := l.by[name]; !known {
		l.known = append(l.known, name)
	}
	l.by[name] = link
	if len(l.known) > mostLinks {
		delete(l.by, l.known[0])
		l.known = l.known[1:]
	}
}

func (l *Links) of(name string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.by[name]
}

// Logger adds to each line of log that names a request the link to its card.
func (l *Links) Logger(log *slog.Logger) *slog.Logger {
	return slog.New(linked{log.Handler(), l})
}

type linked struct {
	slog.Handler
	links *Links
}

// Handle implements slog.Handler.
func (h linked) Handle(ctx context.Context, r slog.Record) error {
	name := ""
	known, _ := ctx.Value(key{}).([]slog.Attr)
	find := func(a slog.Attr) bool {
		if a.Key == KeyRequest {
			name = a.Value.String()
		}
		return true
	}
	for _, a := range known {
		find(a)
	}
	r.Attrs(find) // what the line says itself comes first
	if link := h.links.of(name); link != "" {
		r = r.Clone()
		r.AddAttrs(slog.String(KeyLink, link))
	}
	return h.Handler.Handle(ctx, r)
}

// WithAttrs implements slog.Handler.
func (h linked) WithAttrs(attrs []slog.Attr) slog.Handler {
	return linked{h.Handler.WithAttrs(attrs), h.links}
}

// WithGroup implements slog.Handler.
func (h linked) WithGroup(name string) slog.Handler {
	return linked{h.Handler.WithGroup(name), h.links}
}
