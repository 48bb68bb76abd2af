package program

import (
	"fmt"
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
	moved                story = "it is approved, and the portal tells another expiry by now"
	siblings             story = "two requests for one customer are approved, neither in the face of the other"
	batched              story = "a batch waits for approval"
)

// single are the stories of single requests besides waiting.
var single = []story{approvedLongAgo, approvedByOneWhoLeft, stopped, returned, byDeputy, paused, moved, siblings}

var stories = append([]story{waiting, batched}, single...)

// button is what somebody clicks on whenever they see it.
func (s story) button() string {
	switch s {
	case stopped, paused: // when orders are paused the card has it, too
		return "Stop the order"
	case returned:
		return "Return…"
	case siblings:
		return "" // nobody does anything any more
	}
	return "Approve"
}

// requests lists the numbers of the story's requests.
func (s story) requests() []int64 {
	if s == siblings {
		return []int64{1, 2}
	}
	return []int64{1}
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

// changes says whether something to look at turns up for a request after its approval.
func (s story) changes(request int64) bool { return s == moved || (s == siblings && request == 2) }

// lapses says whether the approvers must be asked anew.
func (s story) lapses() bool { return s == approvedLongAgo || s == approvedByOneWhoLeft }

// atItsSteps lists runs in which the program is killed at every change that makes the
// story another one.
func (c crash) atItsSteps(points []string) []crash {
	var list []crash
	for _, p := range points {
		if slices.ContainsFunc([]string{"Recount", "Approve", "Begin", "Cancel", "Return", "Changed", "Waiting"}, func(event string) bool {
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
	for _, id := range s.requests() {
		seedRequest(t, l, s, id)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}

// seedRequest makes one request of a story, as it is when the program starts.
func seedRequest(t *testing.T, l *ledger.Ledger, s story, id int64) {
	t.Helper()
	submission := renewal.Submission{
		Key: fmt.Sprint("crash ", id), By: renewal.Actor{UserID: alice, MayRequest: true}, Channel: renewals,
		Offer: renewal.Offer{
			Product: yeastar.Products()[0].Key, Holder: renewal.Holder{Name: "Sandhaven Communications"},
			Lines:   []renewal.Line{{Type: yeastar.LinePlan, ID: yeastarsim.TutorialPlanID, Name: "Enterprise Plan", Quantity: 100}},
			Contact: renewal.Contact{ID: yeastarsim.TutorialBillingContactID, Name: "Petra Novak"},
		},
	}
	if s == moved {
		submission.Offer.CurrentExpiry = time.Date(2025, time.March, 1, 0, 0, 0, 0, time.UTC)
	}
	r, _, err := l.Submit(t.Context(), submission)
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
}
