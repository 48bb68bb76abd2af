package renewal_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	. "renewbot/bot/renewal"
	"renewbot/yeastar"
)

var turnedUp = Doubt{Kind: DoubtOrderedBefore, Serious: true, Request: 7, OrderNo: "XS1", At: start}

// unexplained is a request of which something serious turned up after its approval.
func unexplained(t *testing.T, reason string, p Policy) Request {
	t.Helper()
	s := submission()
	if s.DoubtReason = reason; reason != "" {
		s.Doubts = []Doubt{{Kind: DoubtAutoRenewal, Serious: true}}
	}
	c, err := New(123, s, start, p)
	if err != nil {
		t.Fatal(err)
	}
	r := c.Request
	for i := range p.Required {
		r = must(t, r, later, p, approveBy(approver([]string{"U2", "U3"}[i]), r))
	}
	return must(t, r, later, p, Changed{Offer: r.Offer, Doubts: append(c.Request.Doubts, turnedUp)})
}

func commented(by string, r Request, words string) Event {
	return Approve{By: approver(by), Shown: r.Shown(), Comment: words}
}

// Nobody orders a second time without anybody's words, whatever was said before.
func TestNobodyApprovesWhatNobodyHasExplained(t *testing.T) {
	t.Parallel()
	for name, reason := range map[string]string{"nothing was said": "", "something else was explained": "They want it twice."} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := unexplained(t, reason, policy())
			refused(t, r, approveBy(approver("U2"), r), later, policy(), RefusedUnexplained)
			_, err := r.Apply(approveBy(approver("U2"), r), later, policy())
			var why *Refusal
			if !errors.As(err, &why) {
				t.Fatal(err)
			}
			if diff := cmp.Diff("Something serious to look at turned up for RNW-000123, and nobody has said since why it should be ordered all the same. "+
				"U1 can with “Change…”, or you with “Approve with a comment…” on its card. Nothing was ordered.", why.Sentence.String()); diff != "" {
				t.Errorf("told (-want +got):\n%s", diff)
			}
			if !r.WaitsFor(approver("U2"), later, policy()) {
				t.Error("it does not wait for who can give the words")
			}
			for _, words := range blank {
				refused(t, r, commented("U2", r, words), later, policy(), RefusedUnexplained)
			}

			amended := must(t, r, later, policy(), Amend{By: requester("U1"), Shown: r.Shown(), Offer: r.Offer, Doubts: r.Doubts, DoubtReason: "A second contract."})
			must(t, amended, later, policy(), approveBy(approver("U2"), amended), Begin{time.Minute})
		})
	}
}

// An approver can say it in place of a requester who is gone.
func TestApproverExplains(t *testing.T) {
	t.Parallel()
	p := policy()
	p.Required = 2
	r := unexplained(t, "", p)
	c, err := r.Apply(commented("U2", r, " A second contract. "), later, p)
	if err != nil {
		t.Fatal(err)
	}
	want := &Explanation{By: "U2", At: later, Words: "A second contract."}
	if diff := cmp.Diff(want, c.Request.Explained); diff != "" || c.Request.Unexplained {
		t.Errorf("explained (-want +got):\n%s", diff)
	}
	if c.Entry.Detail[DetailDoubtReason] != want.Words || c.Entry.Detail[DetailComment] != want.Words {
		t.Errorf("the trail has %v", c.Entry.Detail)
	}
	r = must(t, c.Request, later, p, approveBy(approver("U3"), c.Request)) // who has read it
	if r.Status != Approved {
		t.Fatalf("it is %s", r.Status)
	}
	again := must(t, r, later, p, Changed{Offer: r.Offer, Doubts: append(r.Doubts, Doubt{Kind: DoubtPortalOrder, Serious: true, OrderNo: "XS2"})})
	if !again.Unexplained || again.Explained == nil {
		t.Errorf("what is newer than the words: %t, and the words are %v", again.Unexplained, again.Explained)
	}
	if gone := must(t, r, later, p, Changed{Offer: r.Offer, Doubts: []Doubt{{Kind: DoubtExpiryUnknown}}}); gone.Unexplained {
		t.Error("nothing serious is left to explain")
	}
}

// An order that turned up and ended leaves a request that nobody has explained: trying it again
// asks for the words, and so does an approval that was given without any.
func TestNothingUnexplainedIsTriedAgain(t *testing.T) {
	t.Parallel()
	r := newRequest(t, policy())
	r = must(t, r, later, policy(), approveBy(approver("U2"), r), Begin{time.Minute}, Failed{1, problem(yeastar.ClassRefused)}, Retry{By: approver("U2"), Shown: r.Shown()})
	r = must(t, r, later, policy(), Changed{Offer: r.Offer, Doubts: []Doubt{turnedUp}}, Found{1, order(yeastar.OrderCancelled)})
	if r.Status != Refused || !r.Unexplained {
		t.Fatalf("it is %s", r.Status)
	}
	asked := must(t, r, later, policy(), Retry{By: approver("U2"), Shown: r.Shown()})
	if asked.Status != Pending || len(asked.Votes) != 0 || !asked.Unexplained {
		t.Errorf("it is %s with %d votes", asked.Status, len(asked.Votes))
	}
	refused(t, asked, approveBy(approver("U2"), asked), later, policy(), RefusedUnexplained)

	old := newRequest(t, policy())
	old = must(t, old, later, policy(), approveBy(approver("U2"), old))
	old.Doubts, old.Unexplained = []Doubt{turnedUp}, true // as it was possible once
	if old.Stands([]Actor{approver("U2")}, later, policy()) {
		t.Error("it would be ordered")
	}
	if asked := must(t, old, later, policy(), Recount{[]Actor{approver("U2")}}); asked.Status != Pending || len(asked.Votes) != 0 {
		t.Errorf("it is %s with %d votes", asked.Status, len(asked.Votes))
	}
}

// A deputy's words are told as such, however long the vote that came with them has been gone.
func TestDeputyExplains(t *testing.T) {
	t.Parallel()
	r := unexplained(t, "", policy())
	done := must(t, r, later, policy(), Approve{By: deputyOf("U5", approver("U2")), Shown: r.Shown(), Comment: "A second contract."})
	if x := done.Explained; x == nil || x.By != "U5" || x.For != "U2" {
		t.Errorf("explained by %+v", x)
	}
}
