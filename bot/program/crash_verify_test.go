package program

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"

	"renewbot/blocks"
	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
	"renewbot/bot/slacksim"
)

// shown is a message as the tests compare it.
type shown struct {
	Where, Key, Text string
	Thread           bool
}

// wanted lists the messages that must be in Slack, by the ledger alone.
func wanted(ctx context.Context, l *ledger.Ledger, requests []int64) ([]shown, error) {
	unrelated, err := l.Entries(ctx, 0)
	if err != nil {
		return nil, err
	}
	var list []shown
	for _, e := range unrelated {
		list = append(list, shown{auditChannel, fmt.Sprint("audit:", e.Seq), blocks.AuditLine(renewal.Request{}, e).Text, false})
		if e.Code == renewal.CodeDeputy {
			list = append(list, shown{dave, fmt.Sprintf("deputy:%d:%s", e.Seq, dave), blocks.DeputyNews(e, dave).Text, false})
		}
	}
	for _, id := range requests {
		r, err := l.Get(ctx, id)
		if err != nil {
			return nil, err
		}
		entries, err := l.Entries(ctx, id)
		if err != nil {
			return nil, err
		}
		list = append(list, wantedOf(r, entries)...)
	}
	return inOrder(list), nil
}

// wantedOf are the messages about one request.
func wantedOf(r renewal.Request, entries []renewal.Entry) []shown {
	list := []shown{
		{Where: renewals, Key: "summary", Text: blocks.Summary(r).Text},
		{Where: renewals, Key: "card", Text: blocks.Card(r, blocks.Asked{IDs: []string{bob}}, renewal.Pause{}).Text, Thread: true},
		{Where: auditChannel, Key: "audit", Text: blocks.AuditThread(r).Text},
	}
	for i, e := range entries {
		decided := renewal.Entry{} // when nothing came between the approval and the order
		if before := told(entries[:i]); len(before) > 0 && before[len(before)-1].Code == renewal.CodeApproved {
			decided = before[len(before)-1]
		}
		after := told(entries[i+1:])
		switch {
		case e.Code == renewal.CodeOrdered:
			list = append(list, shown{renewals, fmt.Sprint("announcement:", e.Seq), blocks.Announcement(r, decided).Text, true})
		case slices.Contains([]renewal.Code{renewal.CodeSubmitted, renewal.CodeOrdering, renewal.CodeConfirmed, renewal.CodeUnconfirmed}, e.Code):
		case e.Code == renewal.CodeApproved && (len(after) == 0 || after[0].Code == renewal.CodeOrdered):
		default:
			if line, ok := blocks.ThreadLine(r, e, blocks.Asked{IDs: []string{bob}}); ok {
				list = append(list, shown{renewals, fmt.Sprint("thread:", e.Seq), line.Text, true})
			}
		}
		list = append(list, shown{auditChannel, fmt.Sprint("audit:", e.Seq), blocks.AuditLine(r, e).Text, true})
		if m, ok := blocks.Direct(r, e); ok {
			list = append(list, shown{alice, fmt.Sprint("direct:", e.Seq), m.Text, false})
		}
	}
	return list
}

// told are the entries of which the thread tells, but for the attempt.
func told(entries []renewal.Entry) (list []renewal.Entry) {
	for _, e := range entries {
		if e.Code != renewal.CodeOrdering && e.Code != renewal.CodeDenied {
			list = append(list, e)
		}
	}
	return list
}

// present lists the messages that are in Slack.
func present(s *slacksim.Snapshot) []shown {
	var list []shown
	for where, messages := range map[string][]slacksim.Message{
		renewals: s.All(renewals), auditChannel: s.All(auditChannel), alice: s.DM(alice), bob: s.DM(bob), dave: s.DM(dave),
	} {
		for _, m := range messages {
			list = append(list, shown{where, messageKey(m.Metadata), m.Text, m.IsReply()})
		}
	}
	return inOrder(list)
}

// untold is what the audit line of a submission says only while its revision is the present one: the
// line stays as it was posted.
const untold = " (no price from the portal)"

func inOrder(list []shown) []shown {
	for i := range list {
		if list[i].Where == auditChannel {
			list[i].Text = strings.ReplaceAll(list[i].Text, untold, "")
		}
	}
	slices.SortFunc(list, func(a, b shown) int {
		return strings.Compare(a.Where+" "+a.Key+" "+a.Text, b.Where+" "+b.Key+" "+b.Text)
	})
	return list
}

// unsettled says what is still to come, or wrong; it is empty when the request rests,
// nothing waits to be done and Slack shows what the ledger says.
func (w *crashWorld) unsettled(ctx context.Context) (string, error) {
	busy, err := w.busy(ctx)
	if err != nil {
		return "", fmt.Errorf("count the jobs: %w", err)
	}
	if busy > 0 {
		return fmt.Sprintf("%d jobs are to be done", busy), nil
	}
	unknown := false
	for _, id := range w.story.requests() {
		r, err := w.reader.Get(ctx, id)
		if err != nil {
			return "", err
		}
		unknown = unknown || r.Status == renewal.Unknown
		rests := slices.Contains([]renewal.Status{renewal.Ordered, renewal.Refused, renewal.Unknown, w.story.end()}, r.Status) ||
			(id == 2 && (r.Status == renewal.Pending || (unknown && r.WaitsBehind() != "")))
		if !rests {
			return fmt.Sprintf("%s is %s", r.Reference(), r.Status), nil
		}
	}
	want, err := wanted(ctx, w.reader, w.story.requests())
	if err != nil {
		return "", err
	}
	if diff := cmp.Diff(want, present(w.slack.Snapshot())); diff != "" {
		return "Slack does not show what the ledger says (-want +got):\n" + diff, nil
	}
	return "", nil
}

// verify checks what must hold at the end, when the program has ended.
func (w *crashWorld) verify() {
	t := w.t
	t.Helper()
	l, err := ledger.Open(t.Context(), w.url, ledger.Options{Policy: crashPolicy})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if err := l.Verify(t.Context()); err != nil {
		t.Errorf("the audit trail is broken: %v", err)
	}
	want, err := wanted(t.Context(), l, w.story.requests())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, present(w.slack.Snapshot())); diff != "" {
		t.Errorf("messages are missing, there twice or old (-want +got):\n%s", diff)
	}
	for _, id := range w.story.requests() {
		w.verifyRequest(l, id)
	}
	for _, v := range w.slack.Violations() {
		t.Errorf("Slack's protocol was violated: %s", v)
	}
}

// verifyRequest checks what must hold of one request.
func (w *crashWorld) verifyRequest(l *ledger.Ledger, id int64) {
	t := w.t
	t.Helper()
	r, err := l.Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	entries, err := l.Entries(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	posts, err := l.Posts(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range posts {
		if p.State != ledger.PostShown {
			t.Errorf("the message %s is %s", p.Key, p.State)
		}
	}
	happened := func(code renewal.Code) bool {
		return slices.ContainsFunc(entries, func(e renewal.Entry) bool { return e.Code == code })
	}
	if lapsed := happened(renewal.CodeLapsed); lapsed != w.story.lapses() {
		t.Errorf("the approvers were asked anew: %t", lapsed)
	}
	if id == 2 {
		w.verifySibling(r)
		return
	}
	if changed := happened(renewal.CodeChanged); changed != w.story.changes(id) {
		t.Errorf("the approvers were told of something new: %t", changed)
	}
	w.verifyOrders(r)
}

// verifySibling wants nothing to have been sent for a request beside another one for the same
// customer: people are asked about it, who have to say why, or it waits until it is known what became
// of that one.
func (w *crashWorld) verifySibling(r renewal.Request) {
	w.t.Helper()
	told := slices.ContainsFunc(r.Doubts, func(d renewal.Doubt) bool { return d.Request == 1 && d.Serious })
	if len(r.Attempts) != 0 || (r.Status != renewal.Approved && !(told && r.Unexplained)) {
		w.t.Errorf("the second request is %s, with %d attempts and the doubts %+v", r.Status, len(r.Attempts), r.Doubts)
	}
	if n := len(w.vendor.Placed()); n > 1 {
		w.t.Errorf("%d orders were placed for one customer", n)
	}
}

// verifyOrders compares the orders at the vendor with what the request says.
func (w *crashWorld) verifyOrders(r renewal.Request) {
	t := w.t
	t.Helper()
	placed, sent := w.vendor.Placed(), w.vendor.OrderRequests()
	if len(placed) > 1 {
		t.Errorf("%d orders were placed for one approval", len(placed))
	}
	if len(sent) > len(r.Attempts) {
		t.Errorf("%d orders were sent in %d attempts", len(sent), len(r.Attempts))
	}
	for i, a := range r.Attempts[:max(len(r.Attempts)-1, 0)] {
		if a.Outcome != renewal.NotPlaced {
			t.Errorf("attempt %d is %q and was followed by another one", i+1, a.Outcome)
		}
	}
	for _, o := range sent {
		if diff := cmp.Diff(json.RawMessage(o.Body), r.Body); diff != "" {
			t.Errorf("what was sent is not what was approved (-sent +approved):\n%s", diff)
		}
	}
	buttons := w.buttons(r)
	switch r.Status {
	case renewal.Ordered:
		if len(placed) != 1 || r.Order == nil || r.Order.OrderNo != placed[0].OrderNo {
			t.Errorf("ordered as %+v, and the vendor has %d orders", r.Order, len(placed))
		}
		if len(buttons) > 0 {
			t.Errorf("the card of an order has buttons: %q", buttons)
		}
	case renewal.Unknown:
		if !slices.Contains(buttons, "It was placed…") || !slices.Contains(buttons, "It was not placed…") {
			t.Errorf("nobody is asked what became of the order: %q", buttons)
		}
	case renewal.Refused:
		if len(placed) != 0 || !slices.Contains(buttons, "Try again") {
			t.Errorf("refused with %d orders placed and the buttons %q", len(placed), buttons)
		}
	case renewal.Returned:
		if w.story != returned || len(sent) != 0 || !slices.Contains(buttons, "Change…") {
			t.Errorf("returned with %d orders sent and the buttons %q", len(sent), buttons)
		}
	case renewal.Cancelled:
		if w.story != stopped || len(sent) != 0 || !slices.Equal(buttons, []string{"Ask again…"}) {
			t.Errorf("cancelled with %d orders sent and the buttons %q", len(sent), buttons)
		}
	default:
		t.Errorf("an approved request ends as %s", r.Status)
	}
}

// buttons are those of a request's card as it stands.
func (w *crashWorld) buttons(r renewal.Request) []string {
	for _, m := range w.slack.Snapshot().All(renewals) {
		if request, key := messageOf(m.Metadata); key == "card" && request == r.Reference() {
			return m.Buttons()
		}
	}
	return nil
}
