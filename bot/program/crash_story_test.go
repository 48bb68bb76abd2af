package program

import (
	"slices"
	"strings"
	"testing"
	"time"

	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
	"renewbot/yeastar/yeastarsim"
)

// story is what has happened before the program starts.
type story string

const (
	waiting              story = "a request waits for approval"
	approvedLongAgo      story = "it was approved long ago"
	approvedByOneWhoLeft story = "who approved it has left"
	stopped              story = "it is approved, and stopped before it is sent"
	batched              story = "a batch waits for approval"
)

var stories = []story{waiting, approvedLongAgo, approvedByOneWhoLeft, stopped, batched}

// button is what Bob clicks on whenever he sees it.
func (s story) button() string {
	if s == stopped {
		return "Stop the order"
	}
	return "Approve"
}

// end is the state in which the story may end besides those of an order.
func (s story) end() renewal.Status {
	if s == stopped {
		return renewal.Cancelled
	}
	return renewal.Ordered
}

// lapses says whether the approvers must be asked anew.
func (s story) lapses() bool { return s == approvedLongAgo || s == approvedByOneWhoLeft }

// atItsSteps lists runs in which the program is killed at every change that makes the
// story another one.
func (c crash) atItsSteps(points []string) []crash {
	var list []crash
	for _, p := range points {
		if slices.ContainsFunc([]string{"Recount", "Approve", "Begin", "Cancel"}, func(event string) bool {
			return strings.HasPrefix(p, "ledger: apply renewal."+event+" ")
		}) {
			list = append(list, crash{c.story, c.fault, []string{p}})
		}
	}
	return list
}

// seed makes the ledger with which a story begins.
func seed(t *testing.T, s story, databaseURL string) {
	t.Helper()
	o := ledger.Options{Policy: crashPolicy}
	if s == approvedLongAgo {
		o.Now = func() time.Time { return time.Now().Add(-30 * 24 * time.Hour) }
	}
	l, err := ledger.Open(t.Context(), databaseURL, o)
	if err != nil {
		t.Fatal(err)
	}
	if s == batched {
		if _, _, err := l.SubmitBatch(t.Context(), batchSubmission()); err != nil {
			t.Fatal(err)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		return
	}
	r, _, err := l.Submit(t.Context(), renewal.Submission{
		Key: "crash", By: renewal.Actor{UserID: alice, MayRequest: true}, Channel: renewals,
		Offer: renewal.Offer{
			Product: yeastar.Products()[0].Key, Holder: renewal.Holder{Name: "Sandhaven Communications"},
			Lines:   []renewal.Line{{Type: yeastar.LinePlan, ID: yeastarsim.TutorialPlanID, Name: "Enterprise Plan", Quantity: 100}},
			Contact: renewal.Contact{ID: yeastarsim.TutorialBillingContactID, Name: "Petra Novak"},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if s != waiting {
		by := renewal.Actor{UserID: bob, MayApprove: true}
		if s == approvedByOneWhoLeft {
			by.UserID = gone
		}
		if _, err := l.Apply(t.Context(), r.ID, renewal.Approve{By: by, Shown: r.Shown()}); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}
