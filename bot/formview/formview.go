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
	// olderPatience is how long a newer choice waits to hear how an older one was drawn: longer than
	// the updating of a view lasts.
	olderPatience = 20 * time.Second
	// olderPoll is how often it asks.
	olderPoll = 50 * time.Millisecond
)

// View is an open form as it was when somebody chose something in it.
type View struct {
	ID, Hash string
	Stamp    string // Slack's timestamp of the choice; empty: of none
	By       string // who chose
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

// superseded says whether a newer choice was made than the one for which a view was drawn.
func (f *Forms) superseded(ctx context.Context, v View) bool {
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
// older choice meanwhile, by whichever process, the form is drawn over it: draw is then
// called with the stamp of the choice. When a newer choice was made, the form is left alone, and nil
// is returned. Whoever chose is told when it could not be drawn.
func (f *Forms) Draw(ctx context.Context, v View, draw func(over string) slack.ModalViewRequest) *slack.View {
	tried := map[string]bool{}
	for hash, over := v.Hash, ""; ; over = v.Stamp {
		if f.superseded(ctx, v) {
			return nil
		}
		drawn, end := f.reply.Update(ctx, v.ID, hash, draw(over))
		switch end {
		case reply.Updated:
			f.drew(ctx, v, drawn.Hash)
			return drawn
		case reply.Closed:
			return nil
		case reply.Failed:
			f.lost(ctx, v)
			return nil
		}
		tried[hash] = true
		var ok bool
		if hash, ok = f.olderDrawing(ctx, v, tried); !ok {
			if !f.superseded(ctx, v) {
				f.lost(ctx, v)
			}
			return nil
		}
	}
}

// Complete draws what was found late over what was drawn without it, unless somebody has chosen something
// else since: whoever draws that completes it.
func (f *Forms) Complete(ctx context.Context, drawn View, view slack.ModalViewRequest) {
	if f.superseded(ctx, drawn) {
		return
	}
	switch v, end := f.reply.Update(ctx, drawn.ID, drawn.Hash, view); end {
	case reply.Updated:
		f.drew(ctx, drawn, v.Hash)
	case reply.Failed:
		f.lost(ctx, drawn)
	}
}

// In is a view as it is known from what somebody did in it. Of one that lies under the form that they
// submitted nothing is known but its id.
func In(ic slack.InteractionCallback, id string) View {
	if ic.View.ID != id || len(ic.ActionCallback.BlockActions) == 0 {
		return View{ID: id, By: ic.User.ID}
	}
	return View{ID: id, Hash: ic.View.Hash, Stamp: ic.ActionCallback.BlockActions[0].ActionTs, By: ic.User.ID}
}

// Turn shows another page in a view, whatever was drawn in it since it was clicked in.
func (f *Forms) Turn(ctx context.Context, v View, page slack.ModalViewRequest) {
	f.Chose(ctx, v)
	f.reply.Update(ctx, v.ID, "", page)
}

// Again draws a view anew after something was done in it, also over what was drawn since, unless somebody
// has chosen something else in it meanwhile.
func (f *Forms) Again(ctx context.Context, v View, view slack.ModalViewRequest) {
	if _, end := f.reply.Update(ctx, v.ID, v.Hash, view); end == reply.Conflict && !f.superseded(ctx, v) {
		f.reply.Update(ctx, v.ID, "", view)
	}
}

// Show draws over a view in which there is nothing to choose, so that nobody else draws over it.
func (f *Forms) Show(ctx context.Context, v View, view slack.ModalViewRequest) *slack.View {
	updated, end := f.reply.Update(ctx, v.ID, v.Hash, view)
	if end == reply.Failed || end == reply.Conflict { // drawn, perhaps, and the answer was lost
		f.lost(ctx, v)
	}
	return updated
}

// lost tells whoever has a form open that it may not show what it should.
func (f *Forms) lost(ctx context.Context, v View) {
	f.log.WarnContext(ctx, "whether a form was drawn is not known", "view", v.ID)
	says := "Slack did not confirm that the form shows what follows from your last choice. " +
		"If it does not, choose once more, or close the form and start again with /renew. Nothing was ordered by that."
	if v.Stamp == "" {
		says = "Slack did not confirm that the form was opened. If it still says that it is asking Yeastar, or looking " +
			"something up, close it and start again with /renew. Nothing was ordered by that."
	}
	f.reply.Say(ctx, reply.Person{ID: v.By}, says)
}

// drew notes how a form was drawn.
func (f *Forms) drew(ctx context.Context, v View, hash string) {
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
