package slackview

import (
	"cmp"
	"context"
	"fmt"

	"renewbot/blocks"
	"renewbot/bot/directory"
	"renewbot/bot/ledger"
)

// Announce posts a message that belongs to no request, once for ever under its key, whatever
// number of processes and tries it takes. It is not given when Slack will not take it, or
// when the channel is shared with another company: refused says why, as the end of a sentence, and is
// empty otherwise. Its error means that it should be tried again: it may be posted already, and is looked
// for then.
func (v *View) Announce(ctx context.Context, key, channel string, m blocks.Message) (refused string, err error) {
	err = v.alone(ctx, 0, func() error {
		d := v.drawing(0)
		p, err := v.ledger.Post(ctx, 0, key)
		if err != nil {
			return err
		}
		if p.State != "" {
			d.posts[key] = p
		}
		if err := d.showIn(ctx, wanted{key: key, channel: channel, message: m, inside: directory.IsChannel(channel)}); err != nil {
			return err
		}
		p = d.posts[key]
		switch {
		case p.State == ledger.PostShown:
			return nil
		case p.State == ledger.PostFailed || d.unposted != "":
			refused = cmp.Or(d.unposted, d.refused, "Slack does not take it")
			return nil
		}
		if err := d.end(); err != nil {
			return fmt.Errorf("the message %s is not posted yet: %w", key, err)
		}
		return fmt.Errorf("the message %s is not posted yet", key)
	})
	return refused, err
}

// showIn shows a message in a channel that the configuration may name by an id that it had before.
func (d *drawing) showIn(ctx context.Context, w wanted) error {
	named, tried := w.channel, ""
	for {
		if err := d.view.readIDs(ctx); err != nil {
			return err
		}
		w.channel = d.view.present(named)
		if w.channel == tried { // it was not found anywhere else
			return nil
		}
		d.show(ctx, w)
		tried = w.channel
	}
}

// First is where a request's first message is; false: nowhere yet.
func (v *View) First(ctx context.Context, request int64) (channel, ts string, ok bool) {
	p, err := v.ledger.Post(ctx, request, keySummary)
	if err == nil && p.TS == "" {
		if r, err := v.ledger.Get(ctx, request); err == nil && r.Batch != 0 { // the batch's is its own
			p, err = v.ledger.Post(ctx, -r.Batch, keySummary)
			return p.Channel, p.TS, err == nil && p.TS != ""
		}
	}
	return p.Channel, p.TS, err == nil && p.TS != ""
}
