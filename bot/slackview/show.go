package slackview

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/slack-go/slack"

	"renewbot/blocks"
	"renewbot/bot/directory"
	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
	"renewbot/bot/socket"
)

// maxPostTries is after how many refusals a message is given up: after ten days, as long
// as a channel may well be archived by mistake.
const maxPostTries = 240

// waitedFor is how long after its end a request's messages are waited for: as long as
// maxPostTries take.
const waitedFor = 10 * 24 * time.Hour

// show brings one message in line.
func (d *drawing) show(ctx context.Context, w wanted) {
	if ctx.Err() != nil {
		d.errs = append(d.errs, ctx.Err())
		return
	}
	if d.paused[w.channel] {
		return
	}
	ctx = w.pace(ctx)
	p, known := d.posts[w.key]
	switch {
	case known && p.State == ledger.PostShown:
		verify := d.verify && (w.key == keySummary || w.key == keyCard)
		if w.lasting && (verify || p.Digest != w.message.Digest()) {
			d.change(ctx, w, p)
		}
		return
	case known && p.State == ledger.PostSending:
		// It may have arrived: a second one must not be sent.
		if !d.look(ctx, w, p) {
			return
		}
	case known && (p.Tries >= maxPostTries || p.State == ledger.PostMuted):
		return
	case !known && d.muted(ctx, w):
		return
	}
	d.post(ctx, w, p.Tries, p.TS)
}

// pace makes the calls for a message as urgent as the message.
func (w wanted) pace(ctx context.Context) context.Context {
	if w.record {
		return socket.Later(ctx)
	}
	return socket.Urgent(ctx)
}

// muted says whether a direct message is left out because its reader does not want it. That is
// kept, so that it does not come when they want more later.
func (d *drawing) muted(ctx context.Context, w wanted) bool {
	if w.news == 0 {
		return false
	}
	wants, err := d.view.ledger.Notify(ctx, w.channel, d.view.notify)
	if err != nil {
		d.errs = append(d.errs, err)
		return true // it is looked at again
	}
	if wants.Wants(w.news) {
		return false
	}
	d.save(ctx, ledger.Post{RequestID: d.request, Key: w.key, Channel: w.channel, State: ledger.PostMuted})
	return true
}

// post sends a message that is not in Slack. That it is being sent is saved first, with
// the message in whose place it comes, if there is one.
func (d *drawing) post(ctx context.Context, w wanted, tries int, replaced string) {
	if !d.confidential(ctx, w) {
		return
	}
	p := ledger.Post{
		RequestID: d.request, Key: w.key, Channel: w.channel, TS: replaced, State: ledger.PostSending,
		Digest: w.message.Digest(), Tries: tries + 1,
	}
	if !d.save(ctx, p) {
		return
	}
	channel, ts, err := d.view.postMessage(ctx, w, d.posts[w.under].TS, d.request)
	if err == nil {
		p.Channel, p.TS, p.State = channel, ts, ledger.PostShown
		d.save(ctx, p)
		if w.channel == d.view.auditChannel() {
			d.view.audit.now("")
		}
		return
	}
	if errors.Is(err, errParentGone) {
		d.gone[w.under] = true
		p.State = ledger.PostPlanned
		d.save(ctx, p)
		return
	}
	switch after, kind := classify(err); kind {
	case socket.Wait:
		p.State, p.Tries = ledger.PostPlanned, tries
		d.paused[w.channel] = true
		d.comeBack(after)
	case socket.Unclear:
		// Nothing is saved: when it was sent tells from where on it is to be looked for.
		d.paused[w.channel] = true
		d.errs = append(d.errs, err)
		return
	case socket.Refused:
		d.view.log.WarnContext(ctx, "Slack does not take a message",
			"message", w.key, "error", err, "messages", socket.Messages(err))
		p.State, p.Problem = ledger.PostFailed, socket.ErrorCode(err)
		d.refused = "Slack says " + p.Problem
		if why, closed := socket.Closed(err); closed {
			d.refused = why
		}
		again := min(time.Duration(p.Tries)*time.Minute, time.Hour)
		switch closed := d.closedBy(ctx, err, w, again); {
		case closed && d.unposted == "" && unknownChannel(err, w.channel):
			p.State = ledger.PostPlanned // it is found, or still looked for
		case !closed && d.unposted == "" && w.ofRequest():
			d.unposted = "Slack says " + p.Problem // whatever it means: people don't see it there
		}
		d.comeBack(again)
	case socket.Broken:
		p.State = ledger.PostPlanned
		d.errs = append(d.errs, err)
	}
	d.save(context.WithoutCancel(ctx), p)
}

// postMessage sends one message. Its error may mean that the message was posted all
// the same.
func (v *View) postMessage(ctx context.Context, w wanted, parent string, request int64) (channel, ts string, err error) {
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	payload := map[string]any{"request": renewal.Reference(request), "key": w.key}
	if w.hash != "" {
		payload["hash"] = w.hash
	}
	options := append(content(w.message),
		slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl(),
		slack.MsgOptionMetadata(slack.SlackMetadata{EventType: metadataType, EventPayload: payload}))
	if w.under != "" {
		options = append(options, slack.MsgOptionTS(parent))
	}
	if w.broadcast {
		options = append(options, slack.MsgOptionBroadcast())
	}
	channel, ts, posted, err := v.api.PostMessageWithResponseContext(ctx, w.channel, options...)
	switch {
	case err != nil:
		return "", "", fmt.Errorf("chat.postMessage: %w", err)
	case ts == "":
		return "", "", errors.New("slack confirmed a message without naming it")
	case w.under != "" && posted.ThreadTimestamp != parent:
		// Slack posts a reply to a deleted message into the channel.
		if _, _, err := v.api.DeleteMessageContext(socket.Patient(ctx), channel, ts); err != nil {
			v.log.WarnContext(ctx, "a stray message was not removed", "error", err)
		}
		return "", "", errParentGone
	}
	return channel, ts, nil
}

// classify says what is to be done about a message that was not posted or changed. What closes a
// channel is no fault of the app's, whatever the code means elsewhere.
func classify(err error) (time.Duration, socket.Kind) {
	if _, closed := socket.Closed(err); closed {
		return 0, socket.Refused
	}
	return socket.Classify(err)
}

// errParentGone says that a thread's first message was deleted.
var errParentGone = errors.New("the message of the thread was deleted")

// change updates a message that shows something older.
func (d *drawing) change(ctx context.Context, w wanted, p ledger.Post) {
	if !d.confidential(ctx, w) {
		return
	}
	if directory.IsChannel(w.channel) {
		p.Channel = w.channel // Slack may have given the channel another id
	}
	_, _, _, err := d.view.api.UpdateMessageContext(ctx, p.Channel, p.TS, content(w.message)...)
	if err == nil {
		p.Digest = w.message.Digest()
		d.save(ctx, p)
		return
	}
	if socket.ErrorCode(err) == "message_not_found" {
		if w.key == keySummary {
			d.gone[keySummary] = true // its thread went with it
			return
		}
		d.post(ctx, w, 0, p.TS)
		return
	}
	switch after, kind := classify(err); kind {
	case socket.Wait:
		d.comeBack(after)
	case socket.Refused:
		if d.closedBy(ctx, err, w, closedPause) {
			return
		}
		if w.key == keyCard && slices.Contains(frozenCodes, socket.ErrorCode(err)) {
			d.post(ctx, w, 0, p.TS) // people need its buttons
			return
		}
		// The thread's lines tell the same.
		d.view.log.WarnContext(ctx, "Slack does not let a message be changed",
			"message", w.key, "error", err, "messages", socket.Messages(err))
		p.Digest, p.Problem = w.message.Digest(), socket.ErrorCode(err)
		d.save(ctx, p)
	default:
		d.errs = append(d.errs, err)
	}
}

func content(m blocks.Message) []slack.MsgOption {
	return []slack.MsgOption{
		slack.MsgOptionText(m.Text, false), // escaped already
		slack.MsgOptionBlocks(m.Blocks...),
	}
}

func (d *drawing) save(ctx context.Context, p ledger.Post) bool {
	if err := d.view.ledger.SavePost(ctx, p); err != nil {
		d.errs = append(d.errs, err)
		return false
	}
	d.posts[p.Key] = p
	return true
}

// frozenCodes say that a message can't be changed any more.
var frozenCodes = []string{"edit_window_closed", "cant_update_message"}
