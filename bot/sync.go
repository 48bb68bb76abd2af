package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/slack-go/slack"

	"renewbot/blocks"
	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
)

const (
	// viewLease is how long one process may draw a request alone: longer than the job may
	// take, and short enough for others to go on soon when the process dies.
	viewLease = 75 * time.Second
	// maxPostTries is after how many refusals a message is given up: after ten days, as
	// long as a channel may well be archived by mistake.
	maxPostTries = 240
)

// wanted is a message that Slack should show.
type wanted struct {
	key       string // tells it from the request's other messages, for ever
	channel   string // or a user id, for a direct message
	threaded  bool   // in the thread of the summary
	broadcast bool   // in the channel as well
	lasting   bool   // is changed when what it shows changes
	message   blocks.Message
	hash      string // of the audit entry that the message is the line of; empty: of none
}

// The keys of the messages that are changed; each audit entry adds its own.
const (
	keySummary  = "summary"
	keyCard     = "card"
	keyUnposted = "unposted"
	keyAudit    = "audit:" // and the entry's number
)

// wantedFor lists every message of a request, the parent of the others first.
func (b *Bot) wantedFor(r renewal.Request, entries []renewal.Entry) []wanted {
	list := []wanted{
		{key: keySummary, channel: r.Channel, lasting: true, message: blocks.Summary(r)},
		{key: keyCard, channel: r.Channel, threaded: true, lasting: true, message: blocks.Card(r)},
	}
	for _, e := range entries {
		seq := strconv.FormatInt(e.Seq, 10)
		line, ok := blocks.ThreadLine(r, e, b.people.approvers)
		if ok && (!announces(e) || e.Code != renewal.CodeOrdered) { // who found it out is told, too
			list = append(list, wanted{key: "thread:" + seq, channel: r.Channel, threaded: true, message: line})
		}
		if announces(e) {
			list = append(list, wanted{
				key: "announcement:" + seq, channel: r.Channel, threaded: true, broadcast: true, message: blocks.Announcement(r),
			})
		}
		list = append(list, b.auditLine(r, e))
		if e.Code == renewal.CodeReminded || e.Code == renewal.CodeLastCall {
			for _, id := range strings.FieldsFunc(e.Detail[renewal.DetailWho], func(c rune) bool { return c == ',' }) {
				list = append(list, wanted{key: "nudge:" + seq + ":" + id, channel: id, lasting: true, message: blocks.Nudge(r, e, id)})
			}
		}
		if m, ok := blocks.Direct(r, e); ok {
			list = append(list, wanted{key: "direct:" + seq, channel: r.Requester, message: m})
		}
	}
	return list
}

// auditLine is what the audit channel shows of an entry.
func (b *Bot) auditLine(r renewal.Request, e renewal.Entry) wanted {
	return wanted{key: keyAudit + strconv.FormatInt(e.Seq, 10), channel: b.auditChannel, message: blocks.AuditLine(r, e), hash: e.Hash}
}

// announces says whether an entry is news for the whole channel: the order number.
func announces(e renewal.Entry) bool {
	return e.To == renewal.Ordered && e.From != renewal.Ordered
}

// drawing is the bringing in line of one request's messages.
type drawing struct {
	bot     *Bot
	request int64
	posts   map[string]ledger.Post
	// later is when to come back for what Slack would not take now.
	later time.Duration
	// paused are the channels to which nothing more is sent this time, so that messages
	// keep their order.
	paused map[string]bool
	// unposted is why the request's channel takes no messages.
	unposted string
	// verify changes the summary and the card even if nothing is new: somebody may have
	// deleted one.
	verify bool
	// orphaned says that the thread's first message was deleted.
	orphaned bool
	errs     []error
}

// drawn tells this process's drawings apart.
var drawn atomic.Int64

// syncSlack makes Slack show what the ledger says of a request; request 0 stands for
// the audit entries that belong to none.
func (b *Bot) syncSlack(ctx context.Context, job renewal.Job) error {
	leave, _ := b.drawings.enter(renewal.Reference(job.RequestID), "")
	defer leave()
	owner := fmt.Sprintf("%s/%d", b.instance, drawn.Add(1))
	mine, err := b.ledger.AcquireView(ctx, job.RequestID, owner, b.viewLease)
	switch {
	case err != nil:
		return err
	case !mine:
		return ledger.Snooze(time.Second) // another process draws it
	}
	defer func() {
		if err := b.ledger.ReleaseView(context.WithoutCancel(ctx), job.RequestID, owner); err != nil {
			b.log.WarnContext(ctx, "a view lease was not given back", "error", err)
		}
	}()
	d := &drawing{bot: b, request: job.RequestID, posts: map[string]ledger.Post{}, paused: map[string]bool{}}
	if job.RequestID == 0 {
		if err := d.drawLoose(ctx); err != nil {
			return err
		}
		return d.end()
	}
	entries, err := b.ledger.Entries(ctx, job.RequestID)
	if err != nil {
		return err
	}
	posts, err := b.ledger.Posts(ctx, job.RequestID)
	if err != nil {
		return err
	}
	for _, p := range posts {
		d.posts[p.Key] = p
	}
	r, err := b.ledger.Get(ctx, job.RequestID)
	if err != nil {
		return err
	}
	d.draw(ctx, r, entries)
	return d.end()
}

// drawLoose shows the audit entries that belong to no request. There are more of them
// every day, and an audit line that Slack has is never changed, so those that were seen
// there are not read again.
func (d *drawing) drawLoose(ctx context.Context) error {
	unposted, through, err := d.bot.ledger.Unposted(ctx, d.bot.looseShown.Load())
	if err != nil {
		return err
	}
	d.bot.looseShown.Store(through)
	for _, u := range unposted {
		if u.Post.State != "" {
			d.posts[u.Post.Key] = u.Post
		}
		d.show(ctx, d.bot.auditLine(renewal.Request{}, u.Entry))
	}
	return nil
}

func (d *drawing) draw(ctx context.Context, r renewal.Request, entries []renewal.Entry) {
	if n := len(entries); n > 0 {
		// Whoever is reminded has to find the card.
		d.verify = entries[n-1].Code == renewal.CodeReminded || entries[n-1].Code == renewal.CodeLastCall
	}
	list := d.bot.wantedFor(r, entries)
	d.showAll(ctx, list)
	if d.orphaned {
		d.beginThread(ctx)
		d.showAll(ctx, list)
	}
	d.reportUnposted(ctx, r)
}

func (d *drawing) showAll(ctx context.Context, list []wanted) {
	for _, w := range list {
		if w.threaded && (d.orphaned || d.posts[keySummary].TS == "") {
			continue // there is no thread to post it in
		}
		d.show(ctx, w)
	}
}

// beginThread forgets the first message of a thread, which was deleted, and the card in
// it, so that both are posted anew. The lines in between stay where they are.
func (d *drawing) beginThread(ctx context.Context) {
	for _, key := range []string{keySummary, keyCard} {
		if p, ok := d.posts[key]; ok {
			p.State, p.TS, p.Tries = ledger.PostPlanned, "", 0
			d.save(ctx, p)
		}
	}
	d.orphaned = false
}

// reportUnposted tells the requester and the audit channel that the request's channel
// takes no messages.
func (d *drawing) reportUnposted(ctx context.Context, r renewal.Request) {
	if d.unposted == "" {
		return
	}
	m := blocks.Answer(renewal.Sentence{
		renewal.Text("I can't post " + r.Reference() + " in "), renewal.ID(r.Channel),
		renewal.Text(" (" + d.unposted + "), so people there don't see what becomes of it. "), renewal.State{Request: r},
		renewal.Text(" Invite me there again, or cancel a waiting request with “/renew cancel " + r.Reference() + "”."),
	})
	d.show(ctx, wanted{key: keyUnposted, channel: r.Requester, message: m})
	d.show(ctx, wanted{key: "audit:" + keyUnposted, channel: d.bot.auditChannel, message: m})
}

// end says whether there is more to do, and when.
func (d *drawing) end() error {
	if err := errors.Join(d.errs...); err != nil {
		return err
	}
	if d.later > 0 {
		return ledger.Snooze(d.later)
	}
	return nil
}

// closed notes that a channel takes no messages at all, and when to try again.
func (d *drawing) closed(w wanted, code string, again time.Duration) {
	d.paused[w.channel] = true
	if w.key == keySummary || w.threaded {
		d.unposted = code
	}
	d.comeBack(again)
}

func (d *drawing) comeBack(after time.Duration) {
	if d.later == 0 || after < d.later {
		d.later = after
	}
}

// show brings one message in line.
func (d *drawing) show(ctx context.Context, w wanted) {
	if ctx.Err() != nil {
		d.errs = append(d.errs, ctx.Err())
		return
	}
	if d.paused[w.channel] {
		return
	}
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
		ts, channel, err := d.bot.findPost(ctx, w, p, d.posts[keySummary].TS, d.request)
		switch {
		case slackError(err) == "thread_not_found":
			d.orphaned = true
			return
		case slices.Contains(closedCodes, slackError(err)):
			d.closed(w, slackError(err), closedPause)
			return
		case err != nil:
			d.paused[w.channel] = true
			d.errs = append(d.errs, fmt.Errorf("look for an earlier post: %w", err))
			return
		}
		if ts != "" {
			p.TS, p.Channel, p.State = ts, channel, ledger.PostShown
			p.Digest = "" // what it shows is not known, so it is drawn again if it lasts
			d.save(ctx, p)
			d.show(ctx, w)
			return
		}
	case known && p.Tries >= maxPostTries:
		return
	}
	d.post(ctx, w, p.Tries, p.TS)
}

// post sends a message that is not in Slack. That it is being sent is saved first, with
// the message in whose place it comes, if there is one.
func (d *drawing) post(ctx context.Context, w wanted, tries int, replaced string) {
	p := ledger.Post{
		RequestID: d.request, Key: w.key, Channel: w.channel, TS: replaced, State: ledger.PostSending,
		Digest: w.message.Digest(), Tries: tries + 1,
	}
	if !d.save(ctx, p) {
		return
	}
	channel, ts, err := d.bot.postMessage(ctx, w, d.posts[keySummary].TS, d.request)
	if err == nil {
		p.Channel, p.TS, p.State = channel, ts, ledger.PostShown
		d.save(ctx, p)
		return
	}
	if errors.Is(err, errParentGone) {
		d.orphaned = true
		p.State = ledger.PostPlanned
		d.save(ctx, p)
		return
	}
	switch after, kind := classify(err); kind {
	case slackWait:
		p.State, p.Tries = ledger.PostPlanned, tries
		d.paused[w.channel] = true
		d.comeBack(after)
	case slackUnclear:
		// Nothing is saved: when it was sent tells from where on it is to be looked for.
		d.paused[w.channel] = true
		d.errs = append(d.errs, err)
		return
	case slackNo:
		d.bot.log.WarnContext(ctx, "Slack does not take a message",
			"message", w.key, "error", err, "messages", slackMessages(err))
		p.State, p.Problem = ledger.PostFailed, slackError(err)
		again := min(time.Duration(p.Tries)*time.Minute, time.Hour)
		if slices.Contains(closedCodes, p.Problem) {
			d.closed(w, p.Problem, again)
		}
		d.comeBack(again)
	case slackBroken:
		p.State = ledger.PostPlanned
		d.errs = append(d.errs, err)
	}
	d.save(context.WithoutCancel(ctx), p)
}

// change updates a message that shows something older.
func (d *drawing) change(ctx context.Context, w wanted, p ledger.Post) {
	_, _, _, err := d.bot.api.UpdateMessageContext(ctx, p.Channel, p.TS, content(w.message)...)
	if err == nil {
		p.Digest = w.message.Digest()
		d.save(ctx, p)
		return
	}
	if slackError(err) == "message_not_found" {
		if w.key == keySummary {
			d.orphaned = true // its thread went with it
			return
		}
		d.post(ctx, w, 0, p.TS)
		return
	}
	switch after, kind := classify(err); kind {
	case slackWait:
		d.comeBack(after)
	case slackNo:
		if slices.Contains(closedCodes, slackError(err)) {
			d.closed(w, slackError(err), closedPause)
			return
		}
		if w.key == keyCard && slices.Contains(frozenCodes, slackError(err)) {
			d.post(ctx, w, 0, p.TS) // people need its buttons
			return
		}
		// The thread's lines tell the same.
		d.bot.log.WarnContext(ctx, "Slack does not let a message be changed",
			"message", w.key, "error", err, "messages", slackMessages(err))
		p.Digest, p.Problem = w.message.Digest(), slackError(err)
		d.save(ctx, p)
	default:
		d.errs = append(d.errs, err)
	}
}

func (d *drawing) save(ctx context.Context, p ledger.Post) bool {
	if err := d.bot.ledger.SavePost(ctx, p); err != nil {
		d.errs = append(d.errs, err)
		return false
	}
	d.posts[p.Key] = p
	return true
}

// closedCodes say that a channel takes no messages, until somebody changes that.
var closedCodes = []string{"is_archived", "is_inactive", "not_in_channel", "channel_not_found", "restricted_action"}

// frozenCodes say that a message can't be changed any more.
var frozenCodes = []string{"edit_window_closed", "cant_update_message"}

// closedPause is how long to wait before a channel that takes no messages is tried again.
const closedPause = 10 * time.Minute

// maxSlackWait bounds how long Slack may tell us to wait.
const maxSlackWait = time.Hour

// The kinds of Slack's failures, by what is to be done.
type slackKind int

const (
	slackUnclear slackKind = iota // it may have been done: look before doing it again
	slackWait                     // certainly not done; wait
	slackNo                       // certainly not done; Slack refuses this message or this channel
	slackBroken                   // certainly not done; the app or its token must be mended
)

var unclearCodes = []string{"internal_error", "fatal_error", "service_unavailable", "request_timeout", "update_failed"}

func classify(err error) (time.Duration, slackKind) {
	var limited *slack.RateLimitedError
	var status slack.StatusCodeError
	code := slackError(err)
	switch {
	case errors.As(err, &limited):
		return min(max(limited.RetryAfter, time.Second), maxSlackWait), slackWait
	case errors.As(err, &status) && status.Code == 429, code == "ratelimited", code == "rate_limited", code == "message_limit_exceeded":
		return 30 * time.Second, slackWait
	case code == "" || slices.Contains(unclearCodes, code):
		return 0, slackUnclear
	case slices.Contains(fatalErrors, code):
		return 0, slackBroken
	}
	return 0, slackNo
}
