package renewal_test

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	. "renewbot/bot/renewal"
	"renewbot/yeastar"
)

// moves says for every event where it leads from each status. A status that is not
// named refuses the event, with the code under "else" or with wrong_status.
var moves = []struct {
	name  string
	event func(Request) Event
	to    map[Status]string
	// after is when it happens; by default a minute after the submission.
	after time.Duration
}{
	{name: "amend", event: func(r Request) Event {
		return Amend{By: requester("U1"), Shown: shown(r), Offer: offer(), Note: "note"}
	},
		to: map[Status]string{Pending: "pending", Returned: "pending"}},
	{name: "approve", event: func(r Request) Event { return Approve{By: approver("U2"), Shown: shown(r)} },
		to: map[Status]string{Pending: "approved"}},
	{name: "reject", event: func(r Request) Event { return Reject{approver("U2"), shown(r), "too dear"} },
		to: map[Status]string{Pending: "rejected"}},
	{name: "return", event: func(r Request) Event { return Return{approver("U2"), shown(r), "the PO number is wrong"} },
		to: map[Status]string{Pending: "returned"}},
	{name: "hand over", event: func(r Request) Event { return HandOver{approver("U2"), shown(r), approver("U3"), "you know them"} },
		to: map[Status]string{Pending: "pending"}},
	{name: "cancel", event: func(Request) Event { return Cancel{requester("U1")} },
		to: map[Status]string{Pending: "cancelled", Returned: "cancelled", Approved: "cancelled"}},
	{name: "an approver stops it", event: func(Request) Event { return Cancel{approver("U3")} },
		to: map[Status]string{Pending: RefusedNotAllowed, Returned: RefusedNotAllowed, Approved: "cancelled"}},
	{name: "the votes are counted again", event: func(Request) Event { return Recount{[]Actor{approver("U2")}} },
		to: map[Status]string{Approved: RefusedTooEarly}},
	{name: "a vote does not count any more", event: func(Request) Event { return Recount{[]Actor{requester("U2")}} },
		to: map[Status]string{Approved: "pending"}},
	{name: "the approval is old", event: func(Request) Event { return Recount{[]Actor{approver("U2")}} }, after: 73 * time.Hour,
		to: map[Status]string{Approved: "pending"}},
	{name: "time is up", event: func(Request) Event { return Expiry{} }, after: 72 * time.Hour,
		to: map[Status]string{Pending: "expired", Returned: "expired"}},
	{name: "remind", event: func(Request) Event { return Reminder{Who: []string{"U2"}} }, after: 5 * time.Hour,
		to: map[Status]string{Pending: "pending", Returned: RefusedTooEarly, Unknown: "unknown", Refused: "refused", Processing: "processing"}},
	{name: "remind its requester", event: func(Request) Event { return Reminder{Who: []string{"U1"}} }, after: 5 * time.Hour,
		to: map[Status]string{Pending: RefusedTooEarly, Returned: "returned", Unknown: "unknown", Refused: RefusedTooEarly, Processing: "processing"}},
	{name: "last call", event: func(Request) Event { return Reminder{Last: true} }, after: 68 * time.Hour,
		to: map[Status]string{Pending: "pending", Returned: "returned"}},
	{name: "orders are paused", event: func(Request) Event { return Waiting{Paused: Pause{By: "U2", Reason: "stocktaking"}} },
		to: map[Status]string{Approved: "approved"}},
	{name: "begin", event: func(Request) Event { return Begin{time.Minute} },
		to: map[Status]string{Approved: "ordering"}},
	{name: "changed", event: func(Request) Event { return Changed{Offer: offer()} },
		to: map[Status]string{Approved: "pending"}},
	{name: "restored", event: func(Request) Event { return Restored{} },
		to: map[Status]string{Pending: "pending", Returned: "pending", Refused: "pending"}},
	{name: "gone", event: func(Request) Event { return Gone{"the plan is gone"} },
		to: map[Status]string{Approved: "refused"}},
	{name: "dry run", event: func(Request) Event { return DryRunDone{} }}, // of a real request
	{name: "a dry run holds it", event: func(Request) Event { return Waiting{DryRun: true} },
		to: map[Status]string{Approved: "approved"}},
	{name: "answered: succeed", event: func(Request) Event { return Answered{1, order(yeastar.OrderSucceed)} },
		to: map[Status]string{Ordering: "ordered", Unknown: "ordered", Refused: "ordered", "else": RefusedAttempt}},
	{name: "answered: pending", event: func(Request) Event { return Answered{1, order(yeastar.OrderPending)} },
		to: map[Status]string{Ordering: "processing", Unknown: "processing", Refused: "processing", "else": RefusedAttempt}},
	{name: "answered: a status not known yet", event: func(Request) Event { return Answered{1, order("in_review")} },
		to: map[Status]string{Ordering: "processing", Unknown: "processing", Refused: "processing", "else": RefusedAttempt}},
	{name: "answered: failed", event: func(Request) Event { return Answered{1, order(yeastar.OrderFailed)} },
		to: map[Status]string{Ordering: "refused", Unknown: "refused", Refused: "refused", "else": RefusedAttempt}},
	{name: "failed: refused", event: func(Request) Event { return Failed{1, problem(yeastar.ClassRefused)} },
		to: map[Status]string{Ordering: "refused", Unknown: RefusedStatus, "else": RefusedAttempt}},
	{name: "failed: not sent", event: func(Request) Event { return Failed{1, problem(yeastar.ClassNotSent)} },
		to: map[Status]string{Ordering: "approved", Unknown: RefusedStatus, "else": RefusedAttempt}},
	{name: "failed: unknown", event: func(Request) Event { return Failed{1, problem(yeastar.ClassUnknown)} },
		to: map[Status]string{Ordering: "unknown", Unknown: RefusedStatus, "else": RefusedAttempt}},
	{name: "failed: a class not known yet", event: func(Request) Event { return Failed{1, problem("odd")} },
		to: map[Status]string{Ordering: "unknown", Unknown: RefusedStatus, "else": RefusedAttempt}},
	{name: "deadline", event: func(Request) Event { return DeadlinePassed{1} },
		to: map[Status]string{Ordering: "unknown"}},
	{name: "found", event: func(Request) Event { return Found{1, order(yeastar.OrderSucceed)} },
		to: map[Status]string{Ordering: "ordered", Unknown: "ordered", Refused: "ordered", "else": RefusedAttempt}},
	{name: "polled: succeed", event: func(Request) Event { return Polled{order(yeastar.OrderSucceed)} },
		to: map[Status]string{Processing: "ordered"}},
	{name: "polled: cancelled", event: func(Request) Event { return Polled{order(yeastar.OrderCancelled)} },
		to: map[Status]string{Processing: "refused"}},
	{name: "polled: not finished", event: func(Request) Event { return Polled{order(yeastar.OrderPending)} },
		to: map[Status]string{Processing: RefusedTooEarly}},
	{name: "it was placed", event: func(Request) Event {
		return SettlePlaced{By: approver("U2"), Attempt: 1, Order: order(yeastar.OrderSucceed)}
	},
		to: map[Status]string{Unknown: "ordered"}},
	{name: "it was placed, not finished", event: func(Request) Event {
		return SettlePlaced{By: approver("U2"), Attempt: 1, Order: order(yeastar.OrderPending)}
	},
		to: map[Status]string{Unknown: "processing"}},
	{name: "it was not placed", event: func(Request) Event { return SettleNotPlaced{approver("U2"), 1, "looked"} },
		to: map[Status]string{Unknown: "refused"}},
	{name: "try again", event: func(r Request) Event { return Retry{approver("U2"), shown(r)} },
		to: map[Status]string{Refused: "approved"}},
	{name: "try again after a long time", event: func(r Request) Event { return Retry{approver("U2"), shown(r)} }, after: 73 * time.Hour,
		to: map[Status]string{Refused: "pending"}},
	{name: "close", event: func(Request) Event { return Close{requester("U1")} },
		to: map[Status]string{Refused: "cancelled"}},
}

func TestEveryEventInEveryStatus(t *testing.T) {
	t.Parallel()
	for _, m := range moves {
		for _, s := range Statuses() {
			t.Run(fmt.Sprintf("%s in %s", m.name, s), func(t *testing.T) {
				t.Parallel()
				p := policy()
				r := in(t, s, p)
				now := start.Add(max(m.after, time.Minute))
				want, ok := m.to[s]
				if !ok {
					want, ok = m.to["else"]
				}
				if !ok {
					want = RefusedStatus
				}
				if !isStatus(want) {
					refused(t, r, m.event(r), now, p, want)
					return
				}
				before := text(t, r)
				c, err := r.Apply(m.event(r), now, p)
				if err != nil {
					t.Fatal(err)
				}
				same(t, before, text(t, r), "the request that the event was applied to")
				if string(c.Request.Status) != want {
					t.Errorf("is %s, want %s", c.Request.Status, want)
				}
				e := c.Entry
				if e.Code == "" || e.Code == CodeDenied || e.Actor == "" || e.RequestID != r.ID || e.From != s ||
					e.To != c.Request.Status || e.Revision != c.Request.Revision || !e.At.Equal(now) {
					t.Errorf("entry %+v", e)
				}
				if last := c.Jobs[len(c.Jobs)-1]; last.Kind != SyncSlack || !last.At.Equal(now) {
					t.Errorf("Slack is not told: %v", c.Jobs)
				}
				if !c.Request.UpdatedAt.Equal(now) || c.Request.Version != r.Version {
					t.Errorf("updated %v, version %d", c.Request.UpdatedAt, c.Request.Version)
				}
			})
		}
	}
}

// The picture of the states has the moves of the table, and no others.
func TestStatesAreDrawn(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../CONTRIBUTING.md")
	if err != nil {
		t.Fatal(err)
	}
	_, picture, _ := strings.Cut(string(page), "```mermaid\nstateDiagram")
	picture, _, _ = strings.Cut(picture, "```")
	drawn, possible := map[string]bool{}, map[string]bool{"[*] --> pending": true}
	for _, arrow := range regexp.MustCompile(`(?m)^ *(\S+ --> [^\s:]+)`).FindAllStringSubmatch(picture, -1) {
		drawn[arrow[1]] = true
	}
	for _, m := range moves {
		for from, to := range m.to {
			if from != "else" && isStatus(to) && to != string(from) {
				possible[string(from)+" --> "+to] = true
			}
		}
	}
	for _, s := range Statuses() {
		if s.Final() {
			possible[string(s)+" --> [*]"] = true
		}
	}
	if diff := cmp.Diff(possible, drawn); diff != "" {
		t.Errorf("moves (-possible +drawn):\n%s", diff)
	}
}

func isStatus(s string) bool {
	for _, status := range Statuses() {
		if string(status) == s {
			return true
		}
	}
	return false
}

func TestFinal(t *testing.T) {
	t.Parallel()
	var final []Status
	for _, s := range Statuses() {
		if s.Final() {
			final = append(final, s)
		}
	}
	same(t, []Status{Ordered, Rejected, Cancelled, Expired}, final, "final states")
}

func TestEventThatCannotHappenToARequest(t *testing.T) {
	t.Parallel()
	c, err := newRequest(t, policy()).Apply(submission(), later, policy())
	if err == nil || c.Request.ID != 0 {
		t.Errorf("a submission was applied to a request: %v", err)
	}
}
