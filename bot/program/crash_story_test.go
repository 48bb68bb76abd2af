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
	returned             story = "it is returned for changes"
	byDeputy             story = "a deputy approves it"
	paused               story = "it is approved while orders are paused, which are resumed"
	batched              story = "a batch waits for approval"
)

var stories = []story{waiting, approvedLongAgo, approvedByOneWhoLeft, stopped, returned, byDeputy, paused, batched}

// button is what somebody clicks on whenever they see it.
func (s story) button() string {
	switch s {
	case stopped, paused: // when orders are paused the card has it, too
		return "Stop the order"
	case returned:
		return "Return…"
	}
	return "Approve"
}

// who is the one who does it.
func (s story) who() string {
	if s == byDeputy {
		return dave
	}
	return bob
}

// end is the state in which the story may end besides those of an order.
func (s story) end() renewal.Status {
	switch s {
	case stopped:
		return renewal.Cancelled
	case returned:
		return renewal.Returned
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
		if slices.ContainsFunc([]string{"Recount", "Approve", "Begin", "Cancel", "Return"}, func(event string) bool {
			return strings.HasPrefix(p, "ledger: apply renewal."+event+" ")
		}) || strings.HasPrefix(p, "ledger: resume orders ") || strings.HasPrefix(p, "chat.postMessage deputy:") {
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
	switch s {
	case byDeputy:
		until := time.Now().Add(24 * time.Hour)
		if err := l.Deputise(t.Context(), renewal.Actor{UserID: bob, MayApprove: true}, renewal.Actor{UserID: dave}, until); err != nil {
			t.Fatal(err)
		}
	case paused:
		if err := l.Pause(t.Context(), renewal.Actor{UserID: bob, MayApprove: true}, "Stocktaking."); err != nil {
			t.Fatal(err)
		}
	}
	if s != waiting && s != returned && s != byDeputy {
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
