package slackview

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"renewbot/blocks"
	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
	"renewbot/bot/sheet"
)

// drawBatch shows a batch: its summary with the bar, its card, and what the thread says of it.
func (d *drawing) drawBatch(ctx context.Context, id int64) error {
	b, lines, err := d.view.ledger.Batch(ctx, id)
	if err != nil {
		return err
	}
	lines = b.Under(lines, d.view.policy)
	posts, err := d.view.ledger.Posts(ctx, d.request)
	if err != nil {
		return err
	}
	for _, p := range posts {
		d.posts[p.Key] = p
	}
	for _, r := range lines {
		if r.Channel != b.Channel { // Slack has given it another id
			b.Channel = r.Channel
		}
	}
	pause, err := d.view.ledger.Paused(ctx)
	if err != nil {
		return err
	}
	data := blocks.BatchData{Batch: b, Lines: lines, Pause: pause}
	d.finished = renewal.Settled(lines) && d.view.ledger.Now(ctx).Sub(changed(b, lines)) > waitedFor
	d.lookAt(ctx, b.Channel, !renewal.Settled(lines))
	began := d.posts[keySummary].TS
	d.showBatch(ctx, data)
	if len(d.gone) > 0 {
		d.beginThreads(ctx)
		d.showBatch(ctx, data)
	}
	if now := d.posts[keySummary].TS; now != began { // the cards of its lines stand in the thread
		d.errs = append(d.errs, d.view.drawLines(ctx, lines))
	}
	if d.unposted != "" {
		m := blocks.Answer(renewal.Sentence{
			renewal.Text("I can't post " + b.Reference() + " in "), renewal.ID(b.Channel),
			renewal.Text(" (" + d.unposted + "), so people there don't see what becomes of it. Once that is mended its messages follow."),
		})
		d.show(ctx, wanted{key: keyUnposted, channel: b.Requester, message: m})
		d.show(ctx, wanted{key: "audit:" + keyUnposted, channel: d.view.auditChannel(), message: m})
	}
	return d.end()
}

// changed is when something happened last to a batch or one of its lines.
func changed(b renewal.Batch, lines []renewal.Request) time.Time {
	last := b.UpdatedAt
	for _, r := range lines {
		if r.UpdatedAt.After(last) {
			last = r.UpdatedAt
		}
	}
	return last
}

func (d *drawing) showBatch(ctx context.Context, data blocks.BatchData) {
	channel, before := data.Batch.Channel, d.posts[keyCard].TS
	asked := d.view.askedOfBatch(ctx, data)
	data.Few = asked.Few
	cards := []wanted{
		{key: keySummary, channel: channel, lasting: true, message: blocks.BatchSummary(data)},
		{key: keyCard, channel: channel, under: keySummary, lasting: true, message: blocks.BatchCard(data)},
	}
	d.unhurried(ctx, cards, changed(data.Batch, data.Lines))
	d.showAll(ctx, cards)
	if d.posts[keyCard].TS != before { // Home leads to it
		if err := d.view.ledger.RedrawHomes(ctx); err != nil {
			d.errs = append(d.errs, err)
		}
	}
	link := d.view.link(d.posts[keyCard], d.posts[keySummary].TS)
	d.view.linked(d.request, link)
	d.showAll(ctx, d.view.wantedForBatch(ctx, data, link, asked))
	if ended(data) && !d.gone[keySummary] {
		d.showEnd(ctx, data, link)
	}
}

const (
	keyResult  = "result"
	keyResults = "results" // the file
)

// showEnd shows what became of each line. People may have lines tried again that were refused, so
// that there is another end.
func (d *drawing) showEnd(ctx context.Context, data blocks.BatchData, link string) {
	ends := parts(data.Lines)
	key := func(of string) string {
		if _, told := d.posts[of]; told { // before ends were told apart
			return of
		}
		return of + ":" + ends
	}
	again := false
	for k, p := range d.posts {
		again = again || p.State == ledger.PostShown && strings.HasPrefix(k, keyResult+":") && k != key(keyResult)
	}
	result := wanted{key: key(keyResult), channel: data.Batch.Channel, under: keySummary, broadcast: !again, message: blocks.BatchResult(data, again)}
	d.showAll(ctx, []wanted{result})
	if !again && !d.finished && !stopped(data) { // lines that are tried again are told by themselves
		d.show(ctx, wanted{key: "direct:" + keyResult, channel: data.Batch.Requester, news: renewal.NewsResult, message: blocks.BatchEnded(data, link)})
	}
	var results bytes.Buffer
	if err := sheet.Write(&results, sheet.CSV, sheet.Batch(data.Lines)); err != nil {
		d.errs = append(d.errs, err)
		return
	}
	name := data.Batch.Reference() + ".csv"
	file := wanted{key: key(keyResults), channel: data.Batch.Channel, under: keySummary, record: true, message: blocks.BatchResults(data)}
	if why := d.showFile(ctx, file, name, name, results.Bytes()); why != "" {
		m := blocks.BatchUnposted(data, why)
		d.showAll(ctx, []wanted{
			{key: keyResults + ":" + keyUnposted, channel: data.Batch.Channel, under: keySummary, message: m},
			{key: "audit:" + keyResults + ":" + keyUnposted, channel: d.view.auditChannel(), record: true, message: m},
		})
	}
}

// parts tells the ends of a batch apart.
func parts(lines []renewal.Request) string {
	h := sha256.New()
	for _, r := range lines {
		var number string
		if r.Order != nil {
			number = r.Order.OrderNo
		}
		fmt.Fprintln(h, r.ID, r.Part(), number)
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// wantedForBatch lists what the thread of a batch says beside the card; asked are those for whom it waits
// now.
func (v *View) wantedForBatch(ctx context.Context, data blocks.BatchData, link string, asked asking) []wanted {
	b := data.Batch
	var list []wanted
	threaded := func(key string, m blocks.Message) {
		list = append(list, wanted{key: key, channel: b.Channel, under: keySummary, message: m})
	}
	for i, m := range blocks.BatchDoubts(data) {
		threaded("doubts:"+strconv.Itoa(i), m)
	}
	for i, m := range blocks.BatchLists(data) {
		threaded("list:"+strconv.Itoa(i), m)
	}
	open := b.Undecided(data.Lines)
	if len(open) > 0 {
		threaded("asks", blocks.BatchAsks(data, asked.Asked))
	}
	for i, a := range b.Approvals {
		newest := i == len(b.Approvals)-1
		next := blocks.Asked{IDs: v.named(a.Next), Few: data.Few}
		if newest && len(next.IDs) > 0 && len(open) > 0 {
			next = asked.Asked
		}
		threaded("vote:"+strconv.Itoa(i), blocks.BatchVote(data, a, a.Last || newest && approved(data.Lines), next))
	}
	at := int64(0)
	if h := b.Held; h != nil {
		at = h.At.UnixMicro()
		threaded(fmt.Sprintf("held:%d", h.At.UnixMicro()), blocks.BatchPaused(data, asked.IDs))
	}
	for _, who := range slices.Sorted(maps.Keys(b.Reminded)) {
		for i := range b.Reminded[who] {
			key := fmt.Sprintf("nudge:%d:%d:%s", at, i, who)
			list = append(list, wanted{key: key, channel: who, lasting: true, record: true, news: renewal.Entry{Code: renewal.CodeReminded}.News(), message: blocks.BatchNudge(data, link, asked.waitsFor(who))})
		}
	}
	for i, n := range b.Told {
		key := fmt.Sprintf("told:%d", i)
		threaded(key, blocks.BatchTold(data, i))
		if m, ok := blocks.BatchDirect(data, i, link); ok {
			list = append(list, wanted{key: "direct:" + key, channel: b.Requester, news: n.Entry().News(), message: m})
		}
	}
	for _, e := range b.Escalated {
		key := fmt.Sprintf("escalated:%d", e.At.UnixMicro())
		who, hidden := v.mentioned(ctx, b.Channel, e.Who)
		threaded(key, blocks.BatchEscalated(data, who, hidden))
		for _, who := range e.People {
			told := blocks.BatchEscalatedTo(data, link)
			if !v.sees(ctx, renewal.Request{Channel: b.Channel, Requester: b.Requester}, who) {
				told = blocks.EscalatedUnseen(e.At.UnixMicro(), len(open) > 0, asked.Asked)
			}
			list = append(list, wanted{key: key + ":" + who, channel: who, lasting: true, news: renewal.Entry{Code: renewal.CodeEscalated}.News(), message: told})
		}
	}
	return list
}

// ended says whether every line of a batch that was approved has its answer.
func ended(data blocks.BatchData) bool {
	return renewal.Settled(data.Lines) && approved(data.Lines)
}

// stopped says whether people stopped all of a batch, which its requester did or has been told.
func stopped(data blocks.BatchData) bool {
	return data.Batch.StoppedBy != "" && !slices.ContainsFunc(data.Lines, func(r renewal.Request) bool { return r.Part() != renewal.LineLeftOut })
}

func approved(lines []renewal.Request) bool {
	return slices.ContainsFunc(lines, func(r renewal.Request) bool { return !r.ApprovedAt.IsZero() })
}

// drawLines draws the lines of a batch again that have messages of their own.
func (v *View) drawLines(ctx context.Context, lines []renewal.Request) error {
	now := v.ledger.Now(ctx)
	var jobs []renewal.Job
	for _, r := range lines {
		dated := r.DateTold == renewal.CodeStale || r.DateTold == renewal.CodeConfirmed
		if r.Apart || dated || r.Status == renewal.Unknown || r.Status == renewal.Refused {
			jobs = append(jobs, renewal.Job{Kind: renewal.SyncSlack, RequestID: r.ID, At: now})
		}
	}
	if len(jobs) == 0 {
		return nil
	}
	return v.ledger.Enqueue(ctx, jobs...)
}

// threadPause is how long a line waits for the thread of its batch.
const threadPause = 2 * time.Second

// beginLine lets a line of a batch show what it has to say in the thread of the batch. It has a card
// there only once it is decided by itself; link leads to the batch's until then.
func (d *drawing) beginLine(ctx context.Context, r renewal.Request, entries []renewal.Entry) (alone bool, card ledger.Post, err error) {
	posts, err := d.view.ledger.PostsOf(ctx, []int64{-r.Batch}, keySummary, keyCard)
	if err != nil {
		return false, card, err
	}
	theirs := posts[-r.Batch]
	if p, ok := theirs[keySummary]; ok {
		d.posts[keySummary] = p
	}
	alone = ownFrom(r, entries) < len(entries)
	switch {
	case d.posts[keySummary].TS != "":
	case alone:
		d.comeBack(threadPause)
	case warned(entries) && !d.finished: // drawLines draws it, too, as far as it knew of it
		d.comeBack(closedPause)
	}
	return alone, theirs[keyCard], nil
}

// ownFrom is the first entry of a line from which on it is told by itself: before that the batch
// tells of it.
func ownFrom(r renewal.Request, entries []renewal.Entry) int {
	if r.Batch == 0 {
		return 0
	}
	for i, e := range entries {
		again := e.To == renewal.Pending && e.From != "" && e.From != renewal.Pending
		if e.From != e.To && (again || e.To == renewal.Unknown || e.To == renewal.Refused) || e.Code == renewal.CodeLate || e.Code == renewal.CodeRestored {
			return i
		}
	}
	return len(entries)
}
