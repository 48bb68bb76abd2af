package bot

import (
	"context"
	"time"

	"github.com/slack-go/slack"

	"renewbot/bot/ledger"
)

const (
	// olderPatience is how long a newer choice waits to hear how an older one was drawn.
	olderPatience = 5 * time.Second
	// olderPoll is how often it asks.
	olderPoll = 50 * time.Millisecond
)

// formView is an open form as it was when somebody chose something in it.
type formView struct {
	id, hash string
	stamp    string // Slack's timestamp of the choice; empty: of none
}

// chose notes a choice, so that no process draws the form for an older one from now on.
func (b *Bot) chose(ctx context.Context, v formView) {
	if err := b.ledger.FormChosen(ctx, v.id, v.stamp); err != nil {
		b.log.WarnContext(ctx, "a choice was not noted for other processes", "error", err)
	}
}

// drawForm shows what follows from a choice. It never overwrites what it has not seen:
// each update carries the hash of the view that it replaces. When that was drawn for an
// older choice meanwhile, by whichever process, the form is drawn over it; when a newer
// choice was made, it is left alone. render makes the view, for the first try and each
// further one.
func (b *Bot) drawForm(ctx context.Context, v formView, render func(try int) slack.ModalViewRequest) (*slack.View, bool) {
	tried := map[string]bool{}
	for hash := v.hash; ; {
		if f, err := b.ledger.Form(ctx, v.id); err == nil && f.Newest > v.stamp {
			return nil, false
		}
		drawn, conflict := b.updateView(ctx, v.id, hash, render(len(tried)))
		if drawn != nil {
			b.drew(ctx, v, drawn.Hash)
			return drawn, true
		}
		tried[hash] = true
		if !conflict {
			return nil, false
		}
		var ok bool
		if hash, ok = b.olderDrawing(ctx, v, tried); !ok {
			return nil, false
		}
	}
}

// drew notes how a form was drawn.
func (b *Bot) drew(ctx context.Context, v formView, hash string) {
	if err := b.ledger.FormDrawn(ctx, v.id, v.stamp, hash); err != nil {
		b.log.WarnContext(ctx, "a drawing was not noted for other processes", "error", err)
	}
}

// olderDrawing is the hash of a form that was drawn for an older choice meanwhile. Whoever
// drew it may have to note it yet.
func (b *Bot) olderDrawing(ctx context.Context, v formView, tried map[string]bool) (hash string, ok bool) {
	ctx, cancel := context.WithTimeout(ctx, olderPatience)
	defer cancel()
	poll := time.NewTicker(olderPoll)
	defer poll.Stop()
	for {
		var f ledger.Form
		var err error
		if f, err = b.ledger.Form(ctx, v.id); err != nil || f.Newest > v.stamp {
			return "", false
		}
		if f.Hash != "" && !tried[f.Hash] {
			return f.Hash, true
		}
		select {
		case <-poll.C:
		case <-ctx.Done():
			return "", false
		}
	}
}
