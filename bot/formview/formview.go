// Package formview draws a form that somebody has open anew after what they chose in it, so that
// no drawing overwrites one for a newer choice, in whichever process. It knows nothing of what
// stands in the form.
package formview

import (
	"context"
	"log/slog"
	"time"

	"github.com/slack-go/slack"

	"renewbot/bot/keyedmutex"
	"renewbot/bot/ledger"
	"renewbot/bot/reply"
)

const (
	// olderPatience is how long a newer choice waits to hear how an older one was drawn.
	olderPatience = 5 * time.Second
	// olderPoll is how often it asks.
	olderPoll = 50 * time.Millisecond
)

// View is an open form as it was when somebody chose something in it.
type View struct {
	ID, Hash string
	Stamp    string // Slack's timestamp of the choice; empty: of none
}

// Forms are the forms that are open. Make them with New.
type Forms struct {
	ledger  *ledger.Ledger
	reply   *reply.Replies
	log     *slog.Logger
	actions *keyedmutex.Mutex // by view id
}

// New returns the forms whose choices are noted in a ledger for other processes.
func New(l *ledger.Ledger, r *reply.Replies, log *slog.Logger) *Forms {
	return &Forms{ledger: l, reply: r, log: log, actions: keyedmutex.New()}
}

// Lock lets the actions in one form happen one after the other. newest says whether no newer one
// has come meanwhile.
func (f *Forms) Lock(viewID, stamp string) (leave func(), newest func() bool) {
	return f.actions.Lock(viewID, stamp)
}

// Superseded says whether a newer choice was made than the one for which a view was drawn.
func (f *Forms) Superseded(ctx context.Context, v View) bool {
	stored, err := f.ledger.Form(ctx, v.ID)
	return err == nil && stored.Newest > v.Stamp
}

// Chose notes a choice, so that no process draws the form for an older one from now on.
func (f *Forms) Chose(ctx context.Context, v View) {
	if err := f.ledger.FormChosen(ctx, v.ID, v.Stamp); err != nil {
		f.log.WarnContext(ctx, "a choice was not noted for other processes", "error", err)
	}
}

// Draw shows what follows from a choice. It never overwrites what it has not seen:
// each update carries the hash of the view that it replaces. When that was drawn for an
// older choice meanwhile, by whichever process, the form is drawn over it; when a newer
// choice was made, it is left alone, and nil is returned.
func (f *Forms) Draw(ctx context.Context, v View, view slack.ModalViewRequest) *slack.View {
	tried := map[string]bool{}
	for hash := v.Hash; ; {
		if f.Superseded(ctx, v) {
			return nil
		}
		drawn, conflict := f.reply.Update(ctx, v.ID, hash, view)
		if drawn != nil {
			f.Drew(ctx, v, drawn.Hash)
			return drawn
		}
		tried[hash] = true
		if !conflict {
			return nil
		}
		var ok bool
		if hash, ok = f.olderDrawing(ctx, v, tried); !ok {
			return nil
		}
	}
}

// Drew notes how a form was drawn.
func (f *Forms) Drew(ctx context.Context, v View, hash string) {
	if err := f.ledger.FormDrawn(ctx, v.ID, v.Stamp, hash); err != nil {
		f.log.WarnContext(ctx, "a drawing was not noted for other processes", "error", err)
	}
}

// olderDrawing is the hash of a form that was drawn for an older choice meanwhile. Whoever
// drew it may have to note it yet.
func (f *Forms) olderDrawing(ctx context.Context, v View, tried map[string]bool) (hash string, ok bool) {
	ctx, cancel := context.WithTimeout(ctx, olderPatience)
	defer cancel()
	poll := time.NewTicker(olderPoll)
	defer poll.Stop()
	for {
		stored, err := f.ledger.Form(ctx, v.ID)
		if err != nil || stored.Newest > v.Stamp {
			return "", false
		}
		if stored.Hash != "" && !tried[stored.Hash] {
			return stored.Hash, true
		}
		select {
		case <-poll.C:
		case <-ctx.Done():
			return "", false
		}
	}
}
