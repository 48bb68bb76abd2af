package blocks_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"
	"pgregory.net/rapid"

	"renewbot/blocks"
	"renewbot/bot/due"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

// batches is each message and view of a batch in each state.
func batches() []shown {
	waiting, many := doubted(batchOf(times(renewal.Pending, 4)...)), doubted(batchOf(times(renewal.Pending, 40)...))
	struck := batchOf(renewal.Pending, renewal.Rejected, renewal.Pending)
	dryRun := batchOf(renewal.Pending, renewal.Pending)
	dryRun.Batch.DryRun = true
	stepped := batchOf(renewal.Pending, renewal.Pending)
	for i := range stepped.Lines {
		stepped.Lines[i].Ways = []renewal.Way{{Other: "our own account", Steps: []renewal.Step{{Who: []string{carol}, Required: 1}}}}
	}
	running := batchOf(append(append(times(renewal.Ordered, 17), renewal.Refused, renewal.Unknown, renewal.Ordering), times(renewal.Approved, 20)...)...)
	ended := batchOf(renewal.Ordered, renewal.Refused, renewal.Cancelled)
	dates := batchOf(times(renewal.Ordered, 4)...)
	for i, told := range []renewal.Code{renewal.CodeConfirmed, renewal.CodeUnconfirmed, renewal.CodeStale} {
		dates.Lines[i].DateTold = told
	}
	rejected := batchOf(times(renewal.Rejected, 2)...)
	paused := batchOf(renewal.Ordered, renewal.Approved, renewal.Approved)
	paused.Lines[1].Problem = &renewal.Problem{Class: yeastar.ClassNotSent, Code: "paused", Detail: "The prices are wrong.", By: bob}
	stopped := waiting
	stopped.Pause = renewal.Pause{By: carol, Reason: "Stocktaking until Friday", At: now}
	alsoTold := paused
	alsoTold.Pause = stopped.Pause
	out := []shown{}
	for name, d := range map[string]blocks.BatchData{
		"pending": waiting, "pending_many": many, "pending_struck": struck, "pending_dry_run": dryRun, "pending_steps": stepped, "running": running, "running_paused": paused, "all_paused": stopped, "all_paused_told": alsoTold,
		"held_unknown": held(renewal.HoldUnknown), "held_credit": held(renewal.HoldCredit), "held_refusals": held(renewal.HoldRefusals),
		"questions": batchOf(renewal.Ordered, renewal.Unknown), "ended": ended, "ended_all": batchOf(times(renewal.Ordered, 2)...), "rejected": rejected, "dates": dates,
		"processing": batchOf(renewal.Ordered, renewal.Processing, renewal.Cancelled), "processing_refused": batchOf(renewal.Processing, renewal.Refused, renewal.Processing),
	} {
		out = append(out, shown{"batch_summary_" + name, blocks.BatchSummary(d)}, shown{"batch_card_" + name, blocks.BatchCard(d)})
	}
	for i, m := range blocks.BatchLists(many) {
		out = append(out, shown{fmt.Sprintf("batch_list_%d", i), m})
	}
	all := allDoubted(40)
	out = append(out, shown{"batch_card_pending_all_doubtful", blocks.BatchCard(all)}, shown{"batch_doubts", blocks.BatchDoubts(all)[0]})
	wait, decided, stopped := held(renewal.HoldUnknown), waiting, running
	decided.Can, stopped.Can = renewal.BatchCan{Approve: true, Reject: true, LeaveOut: true}, renewal.BatchCan{Stop: true}
	out = append(out, batchNews()...)
	return append(out,
		shown{"batch_card_too_few", blocks.BatchCard(few(waiting))},
		shown{"batch_line_asks", blocks.BatchAsks(waiting, blocks.Asked{IDs: []string{bob, "S0APPROVERS"}})},
		shown{"batch_line_vote", blocks.BatchVote(running, running.Batch.Approvals[0], true, blocks.Asked{})},
		shown{"batch_line_vote_more", blocks.BatchVote(running, running.Batch.Approvals[0], false, blocks.Asked{})},
		shown{"batch_line_vote_next", blocks.BatchVote(running, running.Batch.Approvals[0], false, blocks.Asked{IDs: []string{bob, "S0APPROVERS"}})},
		shown{"batch_line_vote_stopped", blocks.BatchVote(batchOf(times(renewal.Cancelled, 2)...), running.Batch.Approvals[0], true, blocks.Asked{})},
		shown{"batch_line_paused", blocks.BatchPaused(wait, []string{bob})},
		shown{"batch_line_result", blocks.BatchResult(ended, false)},
		shown{"batch_line_result_again", blocks.BatchResult(ended, true)},
		shown{"batch_line_unposted", blocks.BatchUnposted(ended, "missing_scope")},
		shown{"batch_line_results", blocks.BatchResults(ended)},
		shown{"list_batches", blocks.List(nil, nil, []blocks.BatchData{waiting, running}, blocks.Links{-7: "https://acme.slack.com/archives/C0RENEW/p1795000000000200"})},
		shown{"batch_status_held", blocks.BatchStatus(wait, blocks.Links{-7: "https://acme.slack.com/archives/C0RENEW/p1795000000000200", 203: "https://acme.slack.com/archives/C0RENEW/p1795000000000203"})},
		shown{"batch_status_dates", blocks.BatchStatus(dates, nil)},
		shown{"batch_status_pending_many", blocks.BatchStatus(many, nil)},
		shown{"detail_line", blocks.Detail(running.Lines[18], nil, blocks.Links{-7: "https://acme.slack.com/archives/C0RENEW/p1795000000000200"})},
		shown{"home_batches", blocks.Home(blocks.HomeData{Command: "/renew", WaitingBatches: []blocks.BatchData{decided}, OpenBatches: []blocks.BatchData{stopped, waiting}, DecidedBatches: []blocks.BatchData{stopped}, RecentBatches: []blocks.BatchData{ended},
			Links: blocks.Links{-7: "https://acme.slack.com/archives/C0RENEW/p1795000000000200"}})},
		shown{"home_batches_unknown", blocks.Home(blocks.HomeData{Command: "/renew", WaitingBatches: []blocks.BatchData{waiting}, Waiting: []renewal.Request{request(renewal.Unknown), request(renewal.Pending)}})},
		shown{"batch_nudge", blocks.BatchNudge(waiting, "https://acme.slack.com/archives/C0RENEW/p1795000000000200", true)},
		shown{"batch_line_escalated", blocks.BatchEscalated(waiting, []string{bob, "S0APPROVERS"}, false)},
		shown{"batch_line_escalated_unseen", blocks.BatchEscalated(waiting, nil, true)},
		shown{"escalated_unseen", blocks.EscalatedUnseen(7, true, blocks.Asked{IDs: []string{bob, "S0APPROVERS"}})},
		shown{"escalated_unseen_over", blocks.EscalatedUnseen(7, false, blocks.Asked{})},
		shown{"batch_escalated", blocks.BatchEscalatedTo(waiting, "https://acme.slack.com/archives/C0RENEW/p1795000000000200")},
		shown{"batch_escalated_over", blocks.BatchEscalatedTo(ended, "")},
		shown{"batch_nudge_over", blocks.BatchNudge(ended, "", true)},
		shown{"batch_form", blocks.BatchForm(batchForm())},
		shown{"batch_form_file", blocks.BatchForm(fileForm(blocks.BatchFile{Lines: 60}, 0))},
		shown{"batch_form_file_beyond", blocks.BatchForm(fileForm(blocks.BatchFile{Lines: 100, Beyond: 300}, 0))},
		shown{"batch_form_file_sending", blocks.BatchForm(fileForm(blocks.BatchFile{Lines: 60, Sending: true}, 0))},
		shown{"batch_form_file_sent", blocks.BatchForm(fileForm(blocks.BatchFile{Lines: 60, Sent: true}, 0))},
		shown{"batch_form_file_sent_beyond", blocks.BatchForm(fileForm(blocks.BatchFile{Lines: 100, Beyond: 300, Sent: true}, 0))},
		shown{"batch_form_file_failed", blocks.BatchForm(fileForm(blocks.BatchFile{Lines: 60, Failed: true, Why: "missing_scope"}, 0))},
		shown{"batch_form_file_failed_again", blocks.BatchForm(fileForm(blocks.BatchFile{Lines: 60, Failed: true}, 7))},
		shown{"batch_file_sent", blocks.BatchFileSent(fileForm(blocks.BatchFile{Lines: 60}, 0))},
		shown{"batch_file_sent_again", blocks.BatchFileSent(fileForm(blocks.BatchFile{Lines: 60}, 7))},
		shown{"batch_file_failed", blocks.BatchFileFailed(fileForm(blocks.BatchFile{Lines: 60, Failed: true, Why: "missing_scope"}, 0))},
		shown{"batch_file_failed_again", blocks.BatchFileFailed(fileForm(blocks.BatchFile{Lines: 60, Failed: true}, 7))},
		shown{"batch_form_empty", blocks.BatchForm(blocks.BatchFormData{Key: "K", Nothing: true})},
		shown{"batch_form_again", blocks.BatchForm(blocks.BatchFormData{Key: "K", Text: "holder,product\nself,p-series-turnkey\n", Again: 7, More: 2})},
		shown{"batch_form_again_none", blocks.BatchForm(blocks.BatchFormData{Key: "K", Again: 7, Nothing: true})},
		shown{"batch_form_gone", blocks.BatchForm(blocks.BatchFormData{Key: "K", Text: "holder,product\n", Gone: 2})},
		shown{"batch_form_unread", blocks.BatchForm(blocks.BatchFormData{Key: "K", Nothing: true, Unread: true, Gone: 2})},
		shown{"batch_form_wait", blocks.BatchWait(blocks.BatchMeta{Key: "K"}, 12, 40)},
		shown{"batch_form_wait_file", blocks.BatchWait(blocks.BatchMeta{Key: "K"}, 0, 0)},
		shown{"batch_review", blocks.BatchReview(batchReview())},
		shown{"batch_review_too_few", blocks.BatchReview(fewReview())},
		shown{"batch_review_none", blocks.BatchReview(blocks.BatchReviewData{Lines: batchReview().Lines[:1], Warning: "Please look once more."})},
		shown{"batch_submitted", blocks.BatchSubmitted(waiting.Batch)},
		shown{"batch_form_leave_out", blocks.BatchLeaveForm(waiting, false)},
		shown{"batch_form_leave_out_own", blocks.BatchLeaveForm(waiting, true)},
		shown{"batch_form_comment", blocks.BatchApproveForm(waiting, blocks.BatchTarget{Batch: 7, Shown: "0123456789abcdef0123456789abcdef"})},
		shown{"batch_line_vote_comment", blocks.BatchVote(running, renewal.BatchApproval{By: bob, At: now, Lines: 40, Comment: "Agreed with *finance*."}, true, blocks.Asked{})},
		shown{"batch_form_reject", blocks.BatchRejectForm(waiting)},
	)
}

// batchNews are the lines and direct messages about what happened to a batch.
func batchNews() []shown {
	const link = "https://acme.slack.com/archives/C0RENEW/p1795000000000200"
	var out []shown
	for name, c := range map[string]struct {
		of   blocks.BatchData
		news renewal.BatchNews
	}{
		"rejected":    {batchOf(times(renewal.Rejected, 2)...), renewal.BatchNews{Code: renewal.CodeBatchRejected, Detail: map[string]string{renewal.DetailReason: "No *budget*."}}},
		"left_out":    {batchOf(renewal.Pending, renewal.Rejected), renewal.BatchNews{Code: renewal.CodeBatchLeftOut, Detail: map[string]string{renewal.DetailReason: "They move.", renewal.DetailLines: "RNW-000202"}}},
		"stopped":     {batchOf(renewal.Ordered, renewal.Cancelled), renewal.BatchNews{Code: renewal.CodeBatchStopped}},
		"expired":     {batchOf(times(renewal.Expired, 2)...), renewal.BatchNews{Code: renewal.CodeBatchExpired}},
		"resumed":     {batchOf(renewal.Ordered, renewal.Approved), renewal.BatchNews{Code: renewal.CodeBatchResumed}},
		"reminded":    {batchOf(times(renewal.Pending, 2)...), renewal.BatchNews{Code: renewal.CodeBatchReminded, Detail: map[string]string{renewal.DetailWho: bob}}},
		"still_holds": {held(renewal.HoldCredit), renewal.BatchNews{Code: renewal.CodeBatchReminded, Detail: map[string]string{renewal.DetailWho: bob, renewal.DetailHeld: "credit"}}},
		"last_call":   {batchOf(times(renewal.Pending, 2)...), renewal.BatchNews{Code: renewal.CodeBatchLastCall, Detail: map[string]string{renewal.DetailWho: bob + "," + carol}}},
	} {
		if c.news.Detail == nil {
			c.news.Detail = map[string]string{}
		}
		c.news.At, c.news.Actor, c.news.Detail[renewal.DetailBatch], c.news.Detail[renewal.DetailCount] = now, bob, "RNW-B0007", "2"
		c.of.Batch.Told = []renewal.BatchNews{c.news}
		out = append(out, shown{"batch_line_told_" + name, blocks.BatchTold(c.of, 0)})
		if m, ok := blocks.BatchDirect(c.of, 0, link); ok {
			out = append(out, shown{"batch_direct_" + name, m})
		}
	}
	return append(out, shown{"batch_direct_ended", blocks.BatchEnded(batchOf(renewal.Ordered, renewal.Refused, renewal.Cancelled), link)},
		shown{"batch_direct_ended_all", blocks.BatchEnded(batchOf(times(renewal.Ordered, 2)...), link)})
}

func batchForm() blocks.BatchFormData {
	return blocks.BatchFormData{
		Key: "K", Text: "holder,product\nself,p-series-turnkey\n", More: 3, Columns: "holder, product", Channel: "C0RENEW", DryRun: true,
	}
}

// fileForm is a form whose lines do not all fit.
func fileForm(file blocks.BatchFile, again int64) blocks.BatchFormData {
	f := batchForm()
	f.File, f.Again, f.More, f.DryRun = file, again, 30, false
	return f
}

func batchReview() blocks.BatchReviewData {
	return blocks.BatchReviewData{
		Meta: blocks.BatchMeta{Key: "K", Shown: "1"}, Channel: "C0RENEW", Approvers: []string{bob}, Required: 2,
		Lines: []blocks.BatchCheck{
			{Line: 2, About: "Exampel", Wrong: []string{`There is no customer "Exampel".`}},
			{Line: 3, About: "self", Offer: offer()},
			{Line: 4, About: "it@example.org", Offer: ownOffer(), Doubts: doubts()[:2]},
		},
	}
}

// batchEvents are the entries of batches.
func batchEvents() []event {
	var list []event
	for code, more := range map[renewal.Code]map[string]string{
		renewal.CodeBatchSubmitted: nil, renewal.CodeBatchVoted: {renewal.DetailVotes: "1 of 2"}, renewal.CodeBatchApproved: {renewal.DetailVotes: "2 of 2", renewal.DetailComment: "Fine."},
		renewal.CodeBatchRejected: {renewal.DetailReason: "Not now."}, renewal.CodeBatchLeftOut: {renewal.DetailReason: "Moves away.", renewal.DetailLines: "RNW-000201"},
		renewal.CodeBatchExpired: nil,
		renewal.CodeBatchStopped: nil, renewal.CodeBatchPaused: {renewal.DetailHeld: "credit", renewal.DetailLines: "RNW-000203"}, renewal.CodeBatchResumed: {renewal.DetailHeld: "credit"},
		renewal.CodeBatchEscalated: {renewal.DetailWho: bob + ",S0APPROVERS"}, renewal.CodeBatchReminded: {renewal.DetailWho: bob}, renewal.CodeBatchLastCall: {renewal.DetailWho: bob + "," + carol},
	} {
		e := none(entry(code, alice, "", "", map[string]string{renewal.DetailBatch: "RNW-B0007", renewal.DetailCount: "40"}))
		maps.Copy(e.Detail, more)
		if strings.HasSuffix(string(code), "paused") || strings.HasSuffix(string(code), "escalated") || strings.HasSuffix(string(code), "reminded") || strings.HasSuffix(string(code), "expired") {
			e.Actor = renewal.System
		}
		list = append(list, event{strings.ReplaceAll(string(code), ".", "_"), renewal.Request{}, e})
	}
	list = append(list, event{"batch_approved_dry_run", renewal.Request{}, none(entry(renewal.CodeBatchApproved, alice, "", "", map[string]string{
		renewal.DetailBatch: "RNW-B0007", renewal.DetailCount: "40", renewal.DetailVotes: "2 of 2", renewal.DetailDry: "true"}))})
	slices.SortFunc(list, func(a, b event) int { return strings.Compare(a.name, b.name) })
	return list
}

// few is a batch for which too few approvers are left.
func few(d blocks.BatchData) blocks.BatchData {
	d.Few = true
	return d
}

func fewReview() blocks.BatchReviewData {
	p := batchReview()
	p.Few = true
	return p
}

// TestBatchesWithstandAnyText draws batches whose every text is from outside.
func TestBatchesWithstandAnyText(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.SampledFrom([]int{1, 3, 9, 30}).Draw(t, "lines")
		one, other := hostileRequest(t), hostileRequest(t)
		d := blocks.BatchData{Batch: renewal.Batch{ID: 1 << 40, Requester: one.Requester, Channel: one.Channel, Note: one.Note, StoppedBy: one.Reason,
			Approvals: []renewal.BatchApproval{{By: one.Reason, For: one.Note, At: now, Comment: one.Note}}}}
		for i := range n {
			r := one
			if i%2 == 1 {
				r = other
			}
			r.ID, r.Batch, r.Line = int64(i+1), 1<<40, i+1
			d.Lines = append(d.Lines, r)
		}
		if rapid.Bool().Draw(t, "held") {
			d.Batch.Held = &renewal.BatchHold{Code: renewal.HoldCredit, Request: 1, At: now}
		}
		d.Batch.Told = []renewal.BatchNews{{At: now, Code: renewal.CodeBatchRejected, Actor: one.Reason, Detail: map[string]string{
			renewal.DetailReason: one.Note, renewal.DetailBatch: one.Reason, renewal.DetailCount: one.Note, renewal.DetailWho: one.Reason}}}
		direct, _ := blocks.BatchDirect(d, 0, one.Reason)
		messages := append(append(blocks.BatchLists(d), blocks.BatchDoubts(d)...), blocks.BatchSummary(d), blocks.BatchCard(d), blocks.BatchAsks(d, blocks.Asked{IDs: one.Changes}), blocks.BatchResult(d, true), blocks.BatchUnposted(d, one.Note),
			blocks.BatchStatus(d, blocks.Links{-d.Batch.ID: one.Note}), blocks.BatchVote(d, d.Batch.Approvals[0], true, blocks.Asked{IDs: one.Changes}), blocks.BatchNudge(d, one.Reason, true),
			blocks.BatchEscalated(d, one.Changes, false), blocks.BatchEscalatedTo(d, one.Reason),
			direct, blocks.BatchTold(d, 0), blocks.BatchEnded(d, one.Reason))
		if d.Batch.Held != nil {
			messages = append(messages, blocks.BatchPaused(d, one.Changes))
		}
		for i, m := range messages {
			checkMessage(t, fmt.Sprintf("message %d", i), m)
		}
		if len(d.Batch.Undecided(d.Lines)) > 0 {
			checkView(t, "leave out", blocks.BatchLeaveForm(d, false))
		}
		checkView(t, "comment", blocks.BatchApproveForm(d, blocks.BatchTarget{Shown: one.Note}))
		checkView(t, "reject", blocks.BatchRejectForm(d))
		d.Can = renewal.BatchCan{Approve: true, Reject: true, LeaveOut: true, Stop: true, GoOn: true}
		checkView(t, "home", blocks.Home(blocks.HomeData{Command: "/renew", WaitingBatches: []blocks.BatchData{d}, RecentBatches: []blocks.BatchData{d}, Links: blocks.Links{-d.Batch.ID: one.Note}}))
		checkMessage(t, "list", blocks.List(repeat(one, 12), repeat(other, 12), repeat(d, 7), nil))
		checkView(t, "form", blocks.BatchForm(blocks.BatchFormData{Key: one.Note, Text: one.Note, Columns: one.Reason, Channel: one.Channel, ChannelHint: one.Note}))
		for _, file := range []blocks.BatchFile{{Lines: 9, Beyond: 3}, {Lines: 9, Failed: true, Why: one.Note}} {
			f := blocks.BatchFormData{Key: one.Note, Text: one.Note, More: 8, File: file, Again: d.Batch.ID}
			checkView(t, "form with a file", blocks.BatchForm(f))
			checkMessage(t, "file", blocks.BatchFileSent(f))
			checkMessage(t, "no file", blocks.BatchFileFailed(f))
		}
		var checks []blocks.BatchCheck
		for _, r := range d.Lines {
			checks = append(checks, blocks.BatchCheck{Line: r.Line, About: r.Note, Offer: r.Offer, Doubts: r.Doubts, Reason: r.DoubtReason})
		}
		checks[0].Wrong = one.Changes
		checkView(t, "review", blocks.BatchReview(blocks.BatchReviewData{Lines: checks, Channel: one.Channel, Approvers: one.Changes, Warning: one.Note}))
	})
}

// TestDoubtfulBatchIsApprovedOnItsCard offers in Home no approval of what has doubts that do not stand there; the dialog of
// the card and the form with a comment tell them.
func TestDoubtfulBatchIsApprovedOnItsCard(t *testing.T) {
	t.Parallel()
	text := func(v any) string {
		raw, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}
	for name, d := range map[string]blocks.BatchData{"clean": batchOf(times(renewal.Pending, 4)...), "doubtful": doubted(batchOf(times(renewal.Pending, 4)...))} {
		d.Can = renewal.BatchCan{Approve: true, Reject: true}
		home := text(blocks.Home(blocks.HomeData{Command: "/renew", WaitingBatches: []blocks.BatchData{d}}))
		for _, action := range []string{blocks.ActionBatchApprove, blocks.ActionBatchComment} {
			if got := strings.Contains(home, `"`+action+`"`); got != (name == "clean") {
				t.Errorf("Home of a %s batch has %s: %v", name, action, got)
			}
		}
	}
	d := doubted(batchOf(times(renewal.Pending, 4)...))
	card, form := text(blocks.BatchCard(d)), text(blocks.BatchApproveForm(d, blocks.BatchTarget{}))
	if brief := "line 2: " + d.Lines[1].Doubts[0].Brief(); !strings.Contains(card, brief) {
		t.Errorf("the dialog lacks %q:\n%s", brief, card)
	}
	for _, words := range []string{d.Lines[1].Doubts[0].Text(), d.Lines[1].Doubts[1].Text(), d.Lines[1].DoubtReason} {
		if !strings.Contains(form, words) {
			t.Errorf("the form lacks %q:\n%s", words, form)
		}
	}
}

// TestEveryDoubtIsShown checks that whoever approves a batch can read every doubt of every line, and
// every reason, on the card or below it.
func TestEveryDoubtIsShown(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 20, 21, 40, renewal.MaxBatch} {
		d := allDoubted(n)
		var text strings.Builder
		for _, m := range append(blocks.BatchDoubts(d), blocks.BatchCard(d)) {
			for _, p := range problems(t, m) {
				t.Errorf("%d lines: %v", n, p)
			}
			for _, b := range m.Blocks {
				if s, ok := b.(*slack.SectionBlock); ok {
					text.WriteString(s.Text.Text)
				}
			}
		}
		all := strings.ReplaceAll(text.String(), "\u2060", "")
		for _, r := range d.Lines {
			var own string // more than one section, if they are many
			for _, piece := range strings.Split(all, fmt.Sprintf("Line %d, %s", r.Line, r.Offer.Holder.Name))[1:] {
				its, _, _ := strings.Cut(piece, "Line ")
				own += its + " "
			}
			for _, doubt := range r.Doubts {
				if !strings.Contains(own, doubt.Text()) {
					t.Errorf("of %d lines, line %d does not tell %q", n, r.Line, doubt.Text())
				}
			}
			if !strings.Contains(all, ": "+r.DoubtReason) {
				t.Errorf("of %d lines, nobody is told of the reason %q", n, r.DoubtReason)
			}
		}
	}
}

// TestDoubtsBelowACardStay checks that what is posted once below a card is the same when lines are
// left out.
func TestDoubtsBelowACardStay(t *testing.T) {
	t.Parallel()
	d := allDoubted(40)
	before := blocks.BatchDoubts(d)
	d.Lines[0].Status, d.Lines[30].Status = renewal.Rejected, renewal.Cancelled
	if diff := cmp.Diff(pretty(t, before), pretty(t, blocks.BatchDoubts(d))); diff != "" || len(before) == 0 {
		t.Errorf("%d messages differ (-want +got):\n%s", len(before), diff)
	}
}

// TestBarHasItsSquares checks that a bar is as long whatever it shows, and that no part is hidden.
func TestBarHasItsSquares(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var all []renewal.Status
		for _, s := range []renewal.Status{renewal.Ordered, renewal.Refused, renewal.Unknown, renewal.Approved, renewal.Rejected} {
			all = append(all, times(s, rapid.IntRange(0, 30).Draw(t, string(s)))...)
		}
		if len(all) == 0 || len(all) > renewal.MaxBatch {
			t.Skip()
		}
		d := batchOf(all...)
		text := blocks.BatchSummary(d).Blocks[2]
		bar := text.(*slack.SectionBlock).Text.Text
		squares := 0
		for s, square := range map[renewal.Status]string{renewal.Ordered: "🟩", renewal.Refused: "🟥", renewal.Unknown: "🟧", renewal.Approved: "⬜", renewal.Rejected: "⬛"} {
			n := strings.Count(bar, square)
			squares += n
			if there := strings.Contains(fmt.Sprint(all), string(s)); there != (n > 0) {
				t.Errorf("%v: %d of %s in %q", all, n, square, bar)
			}
		}
		if squares != 20 {
			t.Errorf("%v has %d squares: %q", all, squares, bar)
		}
	})
}

// TestCrowdedHome shows everything that Home can show at once, which Slack has to take.
func TestCrowdedHome(t *testing.T) {
	t.Parallel()
	d := batchOf(times(renewal.Pending, 3)...)
	d.Can = renewal.BatchCan{Approve: true, Reject: true, LeaveOut: true, Stop: true, GoOn: true}
	section := blocks.DueSection(severalDue(blocks.DueData{List: due.Build(dueFacts())}), bob)
	if len(section) != 15 {
		t.Errorf("the most that is due is %d blocks", len(section))
	}
	home := blocks.Home(blocks.HomeData{
		Command: "/renew", DryRun: true, Pause: renewal.Pause{By: carol, Reason: "Stocktaking.", At: now},
		WaitingBatches: repeat(d, 9), OpenBatches: repeat(d, 9), DecidedBatches: repeat(d, 9), RecentBatches: repeat(d, 9), Links: links(), Due: section,
		Waiting: repeat(request(renewal.Pending), 30), Open: repeat(request(renewal.Pending), 30), Recent: repeat(request(renewal.Ordered), 30),
	})
	if n := len(home.Blocks.BlockSet); n > 100 || n < 90 {
		t.Errorf("%d blocks", n)
	}
	raw, err := json.Marshal(home)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Count(string(raw), "and 27 more") != 2 || strings.Count(string(raw), "and 4 more") != 1 || strings.Count(string(raw), "and 33 more") != 1 {
		t.Errorf("Home does not say how much is not shown:\n%s", raw)
	}
}

// A batch of which nothing waits any more is not paused, whatever was the reason once: nobody is asked to go on.
func TestABatchWithoutLinesThatWaitIsNotPaused(t *testing.T) {
	t.Parallel()
	d := batchOf(renewal.Refused, renewal.Cancelled, renewal.Cancelled)
	d.Batch.Held = &renewal.BatchHold{Code: renewal.HoldCredit, Request: d.Lines[0].ID, At: now}
	for name, m := range map[string]blocks.Message{"card": blocks.BatchCard(d), "end": blocks.BatchEnded(d, "")} {
		says, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(strings.ToLower(string(says)), "go on") || strings.Contains(string(says), "0 lines") {
			t.Errorf("%s: %s", name, says)
		}
	}
}
