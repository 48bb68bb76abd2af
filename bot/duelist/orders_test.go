package duelist_test

import (
	"log/slog"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"renewbot/bot/due"
	"renewbot/bot/duelist"
	"renewbot/bot/renewal"
	"renewbot/bot/sheet"
	"renewbot/yeastar"
	"renewbot/yeastar/yeastarsim"
)

// ordered has a renewal asked for, approved and placed.
func ordered(t *testing.T, b bundle, holder renewal.Holder) int64 {
	t.Helper()
	return orderedLine(t, b, holder, renewal.Line{Type: yeastar.LinePlan, ID: "1", Name: "Ultimate", Quantity: 50})
}

func orderedLine(t *testing.T, b bundle, holder renewal.Holder, l renewal.Line) int64 {
	t.Helper()
	r, _, err := b.ledger.Submit(t.Context(), renewal.Submission{
		Key: "of " + string(holder.PartnerID) + time.Now().String(), By: renewal.Actor{UserID: "U1", MayRequest: true}, Channel: "C1",
		Offer: renewal.Offer{
			Product: "p-series-turnkey", Holder: holder, Contact: renewal.Contact{ID: "7"},
			Lines: []renewal.Line{l},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range []renewal.Event{
		renewal.Approve{By: renewal.Actor{UserID: "U2", MayApprove: true}, Shown: renewal.Shown{Revision: r.Revision, Fingerprint: r.Fingerprint}},
		renewal.Begin{Budget: time.Minute},
		renewal.Answered{Attempt: 1, Order: yeastar.OrderResult{
			OrderID: yeastar.ID(r.Reference()), OrderNo: "XS" + r.Reference(), OrderStatus: yeastar.OrderSucceed,
		}},
	} {
		if r, err = b.ledger.Apply(t.Context(), r.ID, e); err != nil {
			t.Fatal(err)
		}
	}
	return r.ID
}

// An order that turns up late counts with the term and the end before it that it was sent with, whatever the
// request asks for by then.
func TestLateOrderCountsAsItWasSent(t *testing.T) {
	t.Parallel()
	b := setup(t, 12)
	row, _ := yeastar.ProductByKey("p-series-software")
	now := b.ledger.Now(t.Context()).Truncate(time.Second)
	offer := renewal.Offer{
		Product: row.Key, Holder: renewal.Holder{Name: "Acme", SerialNumber: "369C00000001"}, Contact: renewal.Contact{ID: "7"}, Term: row.Terms[1],
		Lines: []renewal.Line{
			{Type: yeastar.LinePlan, ID: "1", Name: "Ultimate", Quantity: 50}, {Type: yeastar.LineService, ID: "2", Name: "Recording", Quantity: 1},
		},
		CurrentExpiry: now.AddDate(0, 0, 20),
	}
	r, _, err := b.ledger.Submit(t.Context(), renewal.Submission{Key: "late", By: renewal.Actor{UserID: "U1", MayRequest: true}, Channel: "C1", Offer: offer})
	if err != nil {
		t.Fatal(err)
	}
	changed := offer
	changed.Term, changed.CurrentExpiry = row.Terms[0], row.Terms[1].After(offer.CurrentExpiry)
	bob := renewal.Actor{UserID: "U2", MayApprove: true}
	for _, e := range []func() renewal.Event{
		func() renewal.Event { return renewal.Approve{By: bob, Shown: r.Shown()} },
		func() renewal.Event { return renewal.Begin{Budget: time.Minute} },
		func() renewal.Event {
			return renewal.Failed{Attempt: 1, Problem: renewal.Problem{Class: yeastar.ClassUnknown, Detail: "reset"}}
		},
		func() renewal.Event { return renewal.SettleNotPlaced{By: bob, Attempt: 1, Reason: "looked"} },
		func() renewal.Event { return renewal.Retry{By: bob, Shown: r.Shown()} },
		func() renewal.Event { return renewal.Changed{Offer: changed} },
		func() renewal.Event {
			return renewal.Found{Attempt: 1, Order: yeastar.OrderResult{OrderID: "9", OrderNo: "XS9", OrderStatus: yeastar.OrderSucceed}}
		},
	} {
		if r, err = b.ledger.Apply(t.Context(), r.ID, e()); err != nil {
			t.Fatal(err)
		}
	}
	got, _ := load(t, b).Find(due.Key{Product: row.Key, Holder: offer.Holder.Key()})
	ends, _ := got.Ends()
	if diff := cmp.Diff(row.Terms[1].After(offer.CurrentExpiry).UTC(), ends.UTC()); diff != "" {
		t.Errorf("when it ends by our order (-want +got):\n%s", diff)
	}
	if term := sheet.Orders([]renewal.Request{r}).Rows[0][5]; term != row.Terms[1].String() {
		t.Errorf("the export has %q", term)
	}
}

// A list has our last orders, those too that came after it was read before.
func TestLastOrdersAreFollowed(t *testing.T) {
	t.Parallel()
	b := setup(t, 12)
	holders := map[string]renewal.Holder{}
	for _, r := range load(t, b).Rows {
		if r.Product.Key == "p-series-turnkey" && r.Holder.PartnerID != "" {
			holders[r.Holder.Key()] = r.Holder
		}
	}
	want := map[string]int64{}
	for round := range 2 {
		for key, holder := range holders {
			want[key] = ordered(t, b, holder)
			if round == 0 {
				break // and the others later
			}
		}
		got := map[string]int64{}
		for _, r := range load(t, b).Rows {
			if r.Ordered != nil {
				got[r.Holder.Key()] = r.Ordered.Request
				if r.Ordered.Offer.Holder.Key() != r.Holder.Key() {
					t.Errorf("round %d: the order of %s is told with the offer for %q", round, r.Holder.Name, r.Ordered.Offer.Holder.Name)
				}
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("round %d: our last orders (-want +got):\n%s", round, diff)
		}
	}
}

// An order for services alone does not stand for the one that renewed the plan before it.
func TestServicesAloneAreNotTheLastOrder(t *testing.T) {
	t.Parallel()
	b := setup(t, 12)
	acme := renewal.Holder{PartnerID: yeastarsim.AcmeTelecomID, Name: "Acme"}
	last := func(b bundle) (request int64) {
		t.Helper()
		r, ok := load(t, b).Find(due.Key{Product: "p-series-turnkey", Holder: acme.Key()})
		if !ok {
			t.Fatal("there is no row")
		}
		if r.Ordered != nil {
			request = r.Ordered.Request
		}
		return request
	}
	alone := func() {
		t.Helper()
		orderedLine(t, b, acme, renewal.Line{Type: yeastar.LineService, ID: "2", Name: "Recording", Quantity: 10})
	}
	alone()
	if got := last(b); got != 0 {
		t.Errorf("the plan's last order is %d, and there is none", got)
	}
	want := ordered(t, b, acme)
	last(b)
	alone()
	b.lists = duelist.New(duelist.Options{Portal: b.portal, Ledger: b.ledger, Log: slog.New(slog.DiscardHandler)})
	if got := last(b); got != want {
		t.Errorf("the plan's last order is %d, want %d", got, want)
	}
}
