package slackview

import (
	"bytes"
	"context"
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
	lines = renewal.Under(lines, d.view.policy)
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
	data := blocks.BatchData{Batch: b, Lines: lines}
	d.finished = renewal.Settled(lines) && d.view.ledger.Now(ctx).Sub(b.UpdatedAt) > waitedFor
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
		d.show(ctx, wanted{key: "audit:" + keyUnposted, channel: d.view.auditChannel, message: m})
	}
	return d.end()
}

func (d *drawing) showBatch(ctx context.Context, data blocks.BatchData) {
	channel, before := data.Batch.Channel, d.posts[keyCard].TS
	d.showAll(ctx, []wanted{
		{key: keySummary, channel: channel, lasting: true, message: blocks.BatchSummary(data)},
		{key: keyCard, channel: channel, under: keySummary, lasting: true, message: blocks.BatchCard(data)},
	})
	if d.posts[keyCard].TS != before { // Home leads to it
		if err := d.view.ledger.RedrawHomes(ctx); err != nil {
			d.errs = append(d.errs, err)
		}
	}
	d.showAll(ctx, d.view.wantedForBatch(data, d.view.link(d.posts[keyCard], d.posts[keySummary].TS)))
	if ended(data) && !d.gone[keySummary] {
		var results bytes.Buffer
		if err := sheet.Write(&results, sheet.CSV, sheet.Batch(data.Lines)); err != nil {
			d.errs = append(d.errs, err)
			return
		}
		name := data.Batch.Reference() + ".csv"
		d.showFile(ctx, wanted{key: "results", channel: channel, under: keySummary, record: true, message: blocks.BatchResults(data)}, name, name, results.Bytes())
	}
}

// wantedForBatch lists what the thread of a batch says beside the card.
func (v *View) wantedForBatch(data blocks.BatchData, link string) []wanted {
	b := data.Batch
	var list []wanted
	threaded := func(key string, m blocks.Message) {
		list = append(list, wanted{key: key, channel: b.Channel, under: keySummary, message: m})
	}
	for i, m := range blocks.BatchLists(data) {
		threaded("list:"+strconv.Itoa(i), m)
	}
	open := b.Undecided(data.Lines)
	if len(open) > 0 {
		threaded("asks", blocks.BatchAsks(data, v.asked(open[0])))
	}
	for i, a := range b.Approvals {
		threaded("vote:"+strconv.Itoa(i), blocks.BatchVote(data, a, i == len(b.Approvals)-1 && len(open) == 0))
	}
	at := int64(0)
	if h := b.Held; h != nil {
		at = h.At.UnixMicro()
		threaded(fmt.Sprintf("held:%d", h.At.UnixMicro()), blocks.BatchPaused(data, v.approvers))
	}
	for _, who := range slices.Sorted(maps.Keys(b.Reminded)) {
		for i := range b.Reminded[who] {
			key := fmt.Sprintf("nudge:%d:%d:%s", at, i, who)
			list = append(list, wanted{key: key, channel: who, lasting: true, record: true, news: renewal.Entry{Code: renewal.CodeReminded}.News(), message: blocks.BatchNudge(data, link)})
		}
	}
	for _, e := range b.Escalated {
		key := fmt.Sprintf("escalated:%d", e.At.UnixMicro())
		threaded(key, blocks.BatchEscalated(data, e.Who))
		for _, who := range e.Who {
			if strings.HasPrefix(who, "S") {
				continue // a group is named in the thread
			}
			list = append(list, wanted{
				key: key + ":" + who, channel: who, lasting: true, news: renewal.Entry{Code: renewal.CodeEscalated}.News(), message: blocks.BatchEscalatedTo(data, link),
			})
		}
	}
	if ended(data) {
		list = append(list, wanted{key: "result", channel: b.Channel, under: keySummary, broadcast: true, message: blocks.BatchResult(data)})
	}
	return list
}

// ended says whether every line of a batch that was approved has its answer.
func ended(data blocks.BatchData) bool {
	if !renewal.Settled(data.Lines) {
		return false
	}
	for _, r := range data.Lines {
		if !r.ApprovedAt.IsZero() {
			return true
		}
	}
	return false
}

// drawLines draws the lines of a batch again that have messages of their own.
func (v *View) drawLines(ctx context.Context, lines []renewal.Request) error {
	now := v.ledger.Now(ctx)
	var jobs []renewal.Job
	for _, r := range lines {
		if r.Apart || r.Status == renewal.Unknown || r.Status == renewal.Refused {
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
	if alone && d.posts[keySummary].TS == "" {
		d.comeBack(threadPause)
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
