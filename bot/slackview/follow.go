package slackview

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"renewbot/bot/directory"
	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
	"renewbot/bot/socket"
)

// Moved follows a channel whose id Slack has changed, for every request that is not finished.
// https://docs.slack.dev/reference/events/channel_id_changed
func (v *View) Moved(ctx context.Context, from, to string) { v.moved(ctx, from, to, false) }

// moved follows a channel, also for the requests that are named.
func (v *View) moved(ctx context.Context, from, to string, found bool, also ...int64) {
	v.people.ForgetChannel(from)
	v.people.ForgetChannel(to)
	err := v.readIDs(ctx)
	if v.present(from) != to {
		v.log.WarnContext(ctx, "Slack changed the id of a channel: replace it in the configuration if it stands there", "channel", from, "new_id", to)
		err = errors.Join(err, v.ledger.ChannelMoved(ctx, from, to, found), v.readIDs(ctx))
	}
	open, unread := v.ledger.List(ctx, ledger.Filter{Statuses: renewal.Open()})
	for _, r := range open {
		if r.Channel == from {
			also = append(also, r.ID)
		}
	}
	for _, id := range also {
		_, refused := v.ledger.Apply(ctx, id, renewal.Moved{From: from, To: to})
		err = errors.Join(err, renewal.IgnoreRefusal(refused))
	}
	if err = errors.Join(err, unread); err != nil {
		v.log.ErrorContext(ctx, "requests did not follow a channel to its new id", "channel", from, "new_id", to, "error", err)
	}
}

// configured are the channels that the configuration names, by the ids that it has.
func (v *View) configured() []string {
	ids := append(slices.Clone(v.people.NamedChannels()), v.namedAudit, v.namedDigest)
	slices.Sort(ids)
	return slices.DeleteFunc(slices.Compact(ids), func(id string) bool { return id == "" })
}

// sayOutdated says which ids in the configuration are those that channels had before.
func (v *View) sayOutdated(ctx context.Context) error {
	err := v.readIDs(ctx)
	for _, id := range v.configured() {
		if to := v.present(id); to != id {
			v.log.WarnContext(ctx, "the configuration names a channel by the id that it had: replace it", "channel", id, "new_id", to)
		}
	}
	return err
}

// readIDs reads which ids channels have now.
func (v *View) readIDs(ctx context.Context) error {
	now, err := v.ledger.ChannelIDs(ctx)
	if err == nil {
		v.ids.Store(&now)
	}
	return err
}

// present is the id that a channel has now, by what was read last.
func (v *View) present(channel string) string {
	if ids := v.ids.Load(); ids != nil {
		return cmp.Or((*ids)[channel], channel)
	}
	return channel
}

// auditChannel is the id that the audit channel has now.
func (v *View) auditChannel() string { return v.present(v.namedAudit) }

// follow looks where a channel is that Slack does not know any more, and goes there: its id may have
// changed while nobody heard of it. Its error says why not, which may be known later; see lost.
func (d *drawing) follow(ctx context.Context, channel string) error {
	if err := d.view.readIDs(ctx); err != nil {
		d.errs = append(d.errs, err)
		return err
	}
	to := d.view.present(channel)
	if to == channel {
		found, wait, err := d.view.find(ctx, channel)
		if err != nil {
			d.comeBack(wait)
			return err
		}
		to = found
	}
	also, err := d.requests(ctx)
	if err != nil {
		d.errs = append(d.errs, err)
		return err
	}
	d.view.moved(ctx, channel, to, true, also...)
	d.comeBack(time.Second)
	return nil
}

// requests are those whose messages are drawn, also when they have ended.
func (d *drawing) requests(ctx context.Context) (ids []int64, err error) {
	id, ok := renewal.BatchOf(d.request)
	if !ok {
		if d.request != 0 {
			ids = append(ids, d.request)
		}
		return ids, nil
	}
	_, lines, err := d.view.ledger.Batch(ctx, id)
	for _, r := range lines {
		ids = append(ids, r.ID)
	}
	return ids, err
}

// lookAt looks whether the channel of what is open still takes messages, also when there is none to send.
func (d *drawing) lookAt(ctx context.Context, channel string, open bool) {
	if open {
		d.confidential(socket.Urgent(ctx), wanted{key: keySummary, channel: channel})
	}
}

// lookAtNamed looks whether the channels that the configuration names are where they were.
func (d *drawing) lookAtNamed(ctx context.Context) {
	ctx = socket.Later(ctx)
	for _, named := range d.view.configured() {
		d.lookBack(ctx, named)
		id := d.view.present(named)
		_, _, err := d.view.people.Readers(ctx, id)
		after, kind := socket.Classify(err)
		switch {
		case err == nil:
		case unknownChannel(err, id):
			_ = d.follow(ctx, id) // what it finds is in the log
		case kind == socket.Wait, kind == socket.Unclear:
			d.comeBack(max(after, searchRest))
		}
	}
}

// lookBack goes back to a channel that was found under another id once Slack knows it again.
func (d *drawing) lookBack(ctx context.Context, named string) {
	if d.view.present(named) == named {
		return
	}
	if ch, err := d.view.people.Channel(ctx, named); err != nil || ch.ID != named {
		return
	}
	if err := errors.Join(d.view.ledger.ChannelBack(ctx, named), d.view.readIDs(ctx)); err != nil {
		d.errs = append(d.errs, err)
	}
}

// unknownChannel is how Slack calls a channel whose id has changed.
func unknownChannel(err error, channel string) bool {
	return socket.ErrorCode(err) == "channel_not_found" && directory.IsChannel(channel)
}
