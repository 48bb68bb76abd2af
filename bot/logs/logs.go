// Package logs makes the program's log: lines in JSON or as text, at a level that can be
// changed while it runs, each with what its context knows, such as the request that it
// concerns. It must never look at what the lines say: whoever logs leaves secrets and
// personal data out.
package logs

import (
	"context"
	"io"
	"log/slog"

	"renewbot/bot/renewal"
)

// KeyRequest names the request that a line concerns: RNW-000123.
const KeyRequest = "request"

// New makes a logger that writes lines in JSON, or as text for people.
func New(w io.Writer, text bool, level slog.Leveler) *slog.Logger {
	options := &slog.HandlerOptions{Level: level}
	if text {
		return slog.New(Handler(slog.NewTextHandler(w, options)))
	}
	return slog.New(Handler(slog.NewJSONHandler(w, options)))
}

// Request says that what is logged with the context concerns a request. Number 0 stands
// for none.
func Request(ctx context.Context, id int64) context.Context {
	if id == 0 || id == renewal.Homes {
		return ctx
	}
	return With(ctx, slog.String(KeyRequest, renewal.Reference(id)))
}

type key struct{}

// With adds an attribute to all lines that are logged with the context, in place of an
// older one of the same name.
func With(ctx context.Context, a slog.Attr) context.Context {
	known, _ := ctx.Value(key{}).([]slog.Attr)
	attrs := make([]slog.Attr, 0, len(known)+1)
	for _, k := range known {
		if k.Key != a.Key {
			attrs = append(attrs, k)
		}
	}
	return context.WithValue(ctx, key{}, append(attrs, a))
}

// Handler adds to each line what its context knows and the line does not say itself.
func Handler(next slog.Handler) slog.Handler { return handler{next} }

type handler struct{ slog.Handler }

// Handle implements slog.Handler.
func (h handler) Handle(ctx context.Context, r slog.Record) error {
	known, _ := ctx.Value(key{}).([]slog.Attr)
	if len(known) == 0 {
		return h.Handler.Handle(ctx, r)
	}
	r = r.Clone()
	for _, a := range known {
		if !says(r, a.Key) {
			r.AddAttrs(a)
		}
	}
	return h.Handler.Handle(ctx, r)
}

func says(r slog.Record, key string) bool {
	found := false
	r.Attrs(func(a slog.Attr) bool {
		found = a.Key == key
		return !found
	})
	return found
}

// WithAttrs implements slog.Handler.
func (h handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return handler{h.Handler.WithAttrs(attrs)}
}

// WithGroup implements slog.Handler.
func (h handler) WithGroup(name string) slog.Handler { return handler{h.Handler.WithGroup(name)} }
