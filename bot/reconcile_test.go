package bot_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"renewbot/bot/config"
	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
	"renewbot/yeastar/yeastarsim"
)

// firstSearch is how long after its answer was lost an order is looked for first, and
// lastSearch when people are told that it was not found.
const (
	firstSearch = 30 * time.Second
	lastSearch  = 10 * time.Minute
)

// others are orders of other people at the time of ours, before and after it.
func (b *bundle) others(n int) {
	for i := range n {
		b.Vendor.AddOrder(yeastarsim.Order{
			ProductID: 14, PartnerID: yeastarsim.AcmeVoiceID, BillingID: yeastarsim.TutorialBillingContactID,
			PONumber: fmt.Sprintf("PO %d RNW-000001", i), // of another bot on the same account
			Lines:    []yeastarsim.OrderLine{{ServiceType: "plan", ServiceID: yeastarsim.SecondPlanID, Quantity: 250}},
		})
	}
}

// byHand is an order for what acmeWish asks for that somebody places in the portal.
func (b *bundle) byHand() yeastarsim.Order {
	return b.Vendor.AddOrder(yeastarsim.Order{
		ProductID: 14, PartnerID: yeastarsim.AcmeTelecomID, BillingID: "3197218168379846343",
		Lines: []yeastarsim.OrderLine{{ServiceType: "plan", ServiceID: yeastarsim.TutorialPlanID, Quantity: 50}},
	})
}

// toldApart lets the vendor tell everything about an order but its PO number.
func toldApart(s *yeastarsim.Switches) { s.EchoPONumber, s.Owner, s.OrderLines = false, true, true }

var typedPO = configured(func(r *config.Renew) { r.PONumber = renewal.PONumberTyped })

func TestLostOrderIsFoundByItself(t *testing.T) {
	t.Parallel()
	sw := func(change func(*yeastarsim.Switches)) []func(*sandbox.Options) {
		return []func(*sandbox.Options){switched(change)}
	}
	briefly := func(o *sandbox.Options) { o.OrderTimeout = 2 * time.Second }
	lostAfter := yeastarsim.Reset().After()
	for name, c := range map[string]struct {
		fault  yeastarsim.Fault
		wish   wish
		change []func(*sandbox.Options)
		late   bool // without our reference nothing is taken before the list had its time
	}{
		"after a reset":                          {fault: lostAfter},
		"after a time-out":                       {fault: yeastarsim.Hang().After(), change: []func(*sandbox.Options){briefly}},
		"after a gateway's 502":                  {fault: yeastarsim.HTTPError(502).After()},
		"after half an answer":                   {fault: yeastarsim.BrokenJSON().After()},
		"after success without an order number":  {fault: yeastarsim.NoOrderNumber().After()},
		"our own account's":                      {fault: lostAfter, wish: tutorial},
		"our own account's, everything told":     {fault: lostAfter, wish: tutorial, change: sw(yeastarsim.Generous)},
		"a customer's, everything told":          {fault: lostAfter, change: sw(yeastarsim.Generous)},
		"the PO number told as reference":        {fault: lostAfter, change: sw(func(s *yeastarsim.Switches) { s.EchoPONumber, s.PONumberAsReference = false, true })},
		"no PO number told, but everything else": {fault: lostAfter, change: sw(toldApart), late: true},
		"a typed PO number, everything told":     {fault: lostAfter, change: []func(*sandbox.Options){typedPO, switched(yeastarsim.Generous)}, late: true},
		"no PO number in the list":               {fault: lostAfter, change: sw(func(s *yeastarsim.Switches) { s.NoPONumberInList = true })},
		"no PO number in the details":            {fault: lostAfter, change: sw(func(s *yeastarsim.Switches) { s.NoPONumberInDetails = true })},
		"an invoice that is cancelled":           {fault: lostAfter, change: sw(func(s *yeastarsim.Switches) { s.InvoiceStatus = yeastarsim.StatusCancelled })},
		"no lines told":                          {fault: lostAfter, change: sw(func(s *yeastarsim.Switches) { s.OrderLines = false })},
		"times in seconds":                       {fault: lostAfter, change: sw(func(s *yeastarsim.Switches) { s.Seconds = true })},
		"a clock that is slow":                   {fault: lostAfter, change: sw(func(s *yeastarsim.Switches) { s.CreateTimeSkew = -7 * time.Minute })},
		"a clock that is a little fast":          {fault: lostAfter, change: []func(*sandbox.Options){switched(toldApart, func(s *yeastarsim.Switches) { s.CreateTimeSkew = 4 * time.Second })}, late: true},
		"local time for UTC":                     {fault: lostAfter, change: sw(func(s *yeastarsim.Switches) { s.CreateTimeSkew = -8 * time.Hour })},
		"local time for UTC, in the east":        {fault: lostAfter, change: sw(func(s *yeastarsim.Switches) { s.CreateTimeSkew = 8 * time.Hour })},
		"ids as numbers":                         {fault: lostAfter, change: sw(func(s *yeastarsim.Switches) { s.FlipIDs = true })},
		"ids as numbers, no PO number":           {fault: lostAfter, change: []func(*sandbox.Options){switched(toldApart, func(s *yeastarsim.Switches) { s.FlipIDs = true })}, late: true},
		"lists in a wrapper":                     {fault: lostAfter, change: sw(func(s *yeastarsim.Switches) { s.Lists = yeastarsim.ListWrapper })},
		"oldest first, short pages":              {fault: lostAfter, change: sw(func(s *yeastarsim.Switches) { s.OldestFirst, s.MaxPageSize = true, 20 })},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, clock := setupAt(t, c.change...)
			b.others(60)
			b.Vendor.Fault(yeastarsim.OrderSave, c.fault.Times(1))
			if c.wish.plan == "" {
				c.wish = acmeWish
			}
			card := b.as(sandbox.Alice).request(c.wish)
			b.as(sandbox.Bob).press(card, "Approve")
			b.happened("RNW-000001", renewal.CodeUnknown)
			b.others(60)
			number := b.Vendor.Placed()[0].OrderNo
			if c.late {
				clock.Set(monday.Add(lastSearch))
			} else {
				clock.Advance(firstSearch)
			}
			b.happened("RNW-000001", renewal.CodeOrdered)
			b.says(sandbox.Renewals, "RNW-000001 is ordered", number)
			b.hears(sandbox.Alice, "RNW-000001", number)
			if now := b.shows(card, "Ordered.", number); len(now.Buttons()) != 0 {
				t.Errorf("the card has buttons: %q", now.Buttons())
			}
			r := b.ends("RNW-000001", renewal.Ordered, 1, and(lost, renewal.CodeOrdered)...)
			if r.Order.OrderNo != number || r.Attempts[0].Outcome != renewal.Placed {
				t.Errorf("the ledger has %+v for %s", r.Order, number)
			}
		})
	}
}

func TestLostOrderIsFoundInTheStateItIsIn(t *testing.T) {
	t.Parallel()
	for status, c := range map[string]struct {
		end  renewal.Status
		code renewal.Code
		told string
	}{
		yeastarsim.StatusPending:   {renewal.Processing, renewal.CodeProcessing, "It may need paying in the Partner Portal."},
		yeastarsim.StatusCancelled: {renewal.Refused, renewal.CodeRefused, "The order did not go through."},
	} {
		t.Run(status, func(t *testing.T) {
			t.Parallel()
			b, clock := setupAt(t)
			b.Vendor.QueueOrderStatus(status)
			b.Vendor.Fault(yeastarsim.OrderSave, yeastarsim.Reset().After().Times(1))
			b.approved()
			b.happened("RNW-000001", renewal.CodeUnknown)
			clock.Advance(firstSearch)
			b.happened("RNW-000001", c.code)
			b.says(sandbox.Renewals, c.told, b.Vendor.Placed()[0].OrderNo)
			b.ends("RNW-000001", c.end, 1, and(lost, c.code)...)
		})
	}
}

func TestLostOrderThatIsNotFoundIsForPeople(t *testing.T) {
	t.Parallel()
	b, clock := setupAt(t)
	b.Vendor.Fault(yeastarsim.OrderSave, yeastarsim.HTTPError(502).Times(1))
	b.approved()
	b.happened("RNW-000001", renewal.CodeUnknown)
	asked := b.Vendor.Calls(yeastarsim.OrderPage)
	clock.Advance(firstSearch)
	if err := b.Vendor.WaitCalls(b.ctx, yeastarsim.OrderPage, asked+1); err != nil {
		t.Fatal(err)
	}
	b.silent(sandbox.Renewals, "🔎")
	clock.Set(monday.Add(lastSearch))
	b.happened("RNW-000001", renewal.CodeSearched)
	b.says(sandbox.Renewals, "🔎", "may or may not have been placed", "has no such order so far",
		"Acme Telecom", "50 extensions", "PO number RNW-000001", "@bob, @renewal-approvers: please have a look.")
	card := b.card(sandbox.Renewals, "RNW-000001", "It was not placed…")
	b.wants(b.Slack.Text(card), "has no such order so far")
	clock.Advance(time.Hour) // it is not said again
	b.ends("RNW-000001", renewal.Unknown, 1, and(lost, renewal.CodeSearched)...)
}

func TestSeveralOrdersThatCouldBeItAreForPeople(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change []func(*sandbox.Options)
		hand   int
		at     time.Duration
	}{
		"one that proves nothing":            {[]func(*sandbox.Options){switched(yeastarsim.Bare)}, 0, lastSearch},
		"two that prove nothing":             {[]func(*sandbox.Options){switched(yeastarsim.Bare)}, 1, lastSearch},
		"two of which everything is told":    {[]func(*sandbox.Options){switched(toldApart)}, 1, firstSearch},
		"two with the same typed PO number":  {[]func(*sandbox.Options){typedPO, switched(yeastarsim.Generous)}, 1, firstSearch},
		"three of which everything is told":  {[]func(*sandbox.Options){switched(toldApart)}, 2, firstSearch},
		"our own account's, no PO number":    {[]func(*sandbox.Options){switched(toldApart)}, -1, lastSearch},
		"one, and a clock that is fast":      {[]func(*sandbox.Options){switched(toldApart, func(s *yeastarsim.Switches) { s.CreateTimeSkew = 7 * time.Minute })}, 0, lastSearch},
		"one, and a clock ten minutes ahead": {[]func(*sandbox.Options){switched(yeastarsim.Bare, func(s *yeastarsim.Switches) { s.CreateTimeSkew = 9 * time.Minute })}, 0, lastSearch},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, clock := setupAt(t, c.change...)
			b.Vendor.Fault(yeastarsim.OrderSave, yeastarsim.Reset().After().Times(1))
			w := acmeWish
			if c.hand < 0 {
				w = tutorial
			}
			b.as(sandbox.Bob).press(b.as(sandbox.Alice).request(w), "Approve")
			b.happened("RNW-000001", renewal.CodeUnknown)
			want := []string{b.Vendor.Placed()[0].OrderNo}
			for range c.hand {
				want = append(want, b.byHand().OrderNo)
			}
			clock.Set(monday.Add(c.at))
			b.happened("RNW-000001", renewal.CodeSearched)
			b.says(sandbox.Renewals, append([]string{"🔎", "that could be this one"}, want...)...)
			got := strings.Split(b.entry("RNW-000001", renewal.CodeSearched).Detail[renewal.DetailCandidates], ",")
			if diff := cmp.Diff(slices.Sorted(slices.Values(want)), got); diff != "" {
				t.Errorf("the candidates (-want +got):\n%s", diff)
			}
			b.ends("RNW-000001", renewal.Unknown, 1, and(lost, renewal.CodeSearched)...)
			bob := b.as(sandbox.Bob)
			bob.press(b.card(sandbox.Renewals, "RNW-000001", "It was placed…"), "It was placed…")
			bob.typeIn("Order number", want[0])
			bob.submitOK()
			if b.Vendor.Switches().Owner == (c.hand < 0) { // nothing tells whose order it is: it is asked twice
				b.wants(bob.reads("== It was placed =="), want[0], "the portal does not tell whose order it is")
				bob.submitOK()
			}
			b.happened("RNW-000001", renewal.CodeSettledPlaced)
			b.ends("RNW-000001", renewal.Ordered, 1, and(lost, renewal.CodeSearched, renewal.CodeSettledPlaced)...)
		})
	}
}

// An order that somebody placed by hand is not ours when the vendor tells under which PO
// number others were placed, in its list or in the details alone, however long ago that was.
func TestAnOrderByHandIsNotTakenForOurs(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*yeastarsim.Switches){
		"told everywhere":        yeastarsim.Generous,
		"told in the list":       func(s *yeastarsim.Switches) { yeastarsim.Generous(s); s.NoPONumberInDetails = true },
		"told in the details":    func(s *yeastarsim.Switches) { yeastarsim.Generous(s); s.NoPONumberInList = true },
		"told, and nothing else": func(s *yeastarsim.Switches) { yeastarsim.Bare(s); s.EchoPONumber = true },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, clock := setupAt(t, switched(change), func(o *sandbox.Options) {
				o.DatabaseURL = "sqlite://" + filepath.Join(t.TempDir(), "ledger.db")
			})
			reference, sent := "RNW-000001", 1
			if name == "told in the details" { // as an order of ours shows
				b.as(sandbox.Bob).press(b.as(sandbox.Alice).request(tutorial), "Approve")
				b.happened(reference, renewal.CodeOrdered)
				reference, sent = "RNW-000002", 2
			}
			b.Vendor.Fault(yeastarsim.OrderSave, yeastarsim.HTTPError(502).Times(1))
			b.as(sandbox.Bob).press(b.as(sandbox.Alice).request(acmeWish), "Approve")
			b.happened(reference, renewal.CodeUnknown)
			if err := b.StopBot(); err != nil { // which has heard nothing when it is started again
				t.Fatal(err)
			}
			hand := b.byHand()
			if err := b.StartBot(b.ctx); err != nil {
				t.Fatal(err)
			}
			clock.Set(monday.Add(lastSearch))
			b.happened(reference, renewal.CodeSearched)
			b.says(sandbox.Renewals, "has no such order so far")
			b.silent(sandbox.Renewals, hand.OrderNo)
			b.ends(reference, renewal.Unknown, sent, and(lost, renewal.CodeSearched)...)
		})
	}
}

// A vendor that tells no PO number: an order by hand looks like ours. It is not taken while
// ours may still turn up.
func TestAnOrderByHandIsNotTakenEarly(t *testing.T) {
	t.Parallel()
	b, clock := setupAt(t, switched(toldApart))
	b.Vendor.Fault(yeastarsim.OrderSave, yeastarsim.HTTPError(502).Times(1))
	b.approved()
	b.happened("RNW-000001", renewal.CodeUnknown)
	hand := b.byHand()
	asked := b.Vendor.Calls(yeastarsim.OrderGet)
	clock.Advance(firstSearch)
	if err := b.Vendor.WaitCalls(b.ctx, yeastarsim.OrderGet, asked+1); err != nil {
		t.Fatal(err)
	}
	b.as(sandbox.Alice).request(tutorial) // goes through the queues behind the search
	b.ends("RNW-000001", renewal.Unknown, 1, lost...)
	late := b.byHand() // two now: only people can tell
	clock.Set(monday.Add(lastSearch))
	b.happened("RNW-000001", renewal.CodeSearched)
	b.says(sandbox.Renewals, "that could be this one", hand.OrderNo, late.OrderNo)
	b.ends("RNW-000001", renewal.Unknown, 1, and(lost, renewal.CodeSearched)...)
}

// An order by hand of after the attempt is not taken either when it is the only one and the list
// has had its time: people are asked about it.
func TestAnOrderByHandOfAfterTheAttemptIsForPeople(t *testing.T) {
	t.Parallel()
	b, clock := setupAt(t, switched(toldApart))
	b.Vendor.Fault(yeastarsim.OrderSave, yeastarsim.HTTPError(502).Times(1)) // before the effect
	b.approved()
	b.happened("RNW-000001", renewal.CodeUnknown)
	clock.Advance(4 * time.Minute)
	hand := b.byHand()
	clock.Set(monday.Add(lastSearch))
	b.happened("RNW-000001", renewal.CodeSearched)
	b.says(sandbox.Renewals, "🔎", "that could be this one", hand.OrderNo)
	b.ends("RNW-000001", renewal.Unknown, 1, and(lost, renewal.CodeSearched)...)
}

func TestTheOrderOfAnotherRequestIsNeverTaken(t *testing.T) {
	t.Parallel()
	b, clock := setupAt(t, switched(toldApart))
	alice, bob := b.as(sandbox.Alice), b.as(sandbox.Bob)
	bob.press(alice.request(acmeWish), "Approve")
	b.happened("RNW-000001", renewal.CodeOrdered)
	b.Vendor.Fault(yeastarsim.OrderSave, yeastarsim.HTTPError(502).Times(1))
	bob.press(alice.request(acmeWish), "Approve")
	b.happened("RNW-000002", renewal.CodeUnknown)
	clock.Set(monday.Add(lastSearch))
	b.happened("RNW-000002", renewal.CodeSearched)
	if c := b.entry("RNW-000002", renewal.CodeSearched).Detail[renewal.DetailCandidates]; c != "" {
		t.Errorf("the order of RNW-000001 is a candidate: %s", c)
	}
	bob.press(b.card(sandbox.Renewals, "RNW-000002", "It was placed…"), "It was placed…")
	bob.typeIn("Order number", b.Vendor.Placed()[0].OrderNo)
	bob.submit()
	if got := bob.errorAt("Order number"); got != "That order belongs to RNW-000001. Nothing was changed." {
		t.Errorf("the order of RNW-000001 is answered with %q", got)
	}
	b.ends("RNW-000002", renewal.Unknown, 2, and(lost, renewal.CodeSearched)...)
}

// Two requests ask for the same, and the answer to one is lost: the other one is not sent
// before people have settled what became of the first.
func TestAnOrderWaitsForALostOneOfTheSame(t *testing.T) {
	t.Parallel()
	b, clock := setupAt(t, switched(toldApart))
	alice, bob := b.as(sandbox.Alice), b.as(sandbox.Bob)
	first, second := alice.request(acmeWish), alice.request(acmeWish)
	b.Vendor.Fault(yeastarsim.OrderSave, yeastarsim.HTTPError(502).Times(1))
	bob.press(first, "Approve")
	b.happened("RNW-000001", renewal.CodeUnknown)
	bob.press(second, "Approve")
	b.happened("RNW-000002", renewal.CodeApproved)
	clock.Set(monday.Add(lastSearch))
	b.happened("RNW-000001", renewal.CodeSearched)
	b.notPlaced(b.card(sandbox.Renewals, "RNW-000001", "It was not placed…"))
	clock.Advance(time.Minute)
	b.happened("RNW-000002", renewal.CodeOrdered)
	if settled, began := b.entry("RNW-000001", renewal.CodeSettledNot), b.entry("RNW-000002", renewal.CodeOrdering); began.Seq < settled.Seq {
		t.Errorf("the second order was begun by entry %d, and the first was settled by %d", began.Seq, settled.Seq)
	}
	if n := len(b.Vendor.Placed()); n != 1 {
		t.Errorf("the vendor has %d orders", n)
	}
}

// Rule 9: a worker that is slow but lives is not overtaken before its time is up, and
// what it learns after that counts all the same.
func TestSlowAnswer(t *testing.T) {
	t.Parallel()
	const deadline = 75 * time.Second
	for name, c := range map[string]struct {
		wait  time.Duration
		codes []renewal.Code
	}{
		"before the deadline": {deadline - time.Second, smooth},
		"after the deadline":  {deadline, and(lost, renewal.CodeOrdered)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, clock := setupAt(t)
			gate := make(chan struct{})
			slow := b.Vendor.Fault(yeastarsim.OrderSave, yeastarsim.Hold(gate).Times(1))
			b.approved()
			if err := slow.Wait(b.ctx, 1); err != nil {
				t.Fatal(err)
			}
			clock.Advance(c.wait)
			if c.wait < deadline {
				// Whoever looks at it now leaves it alone.
				if err := b.Ledger.Enqueue(b.ctx, renewal.Job{Kind: renewal.ReconcileOrder, RequestID: 1, At: clock.Now()},
					renewal.Job{Kind: renewal.PlaceOrder, RequestID: 1, At: clock.Now()}); err != nil {
					t.Fatal(err)
				}
				b.as(sandbox.Alice).request(tutorial) // goes through the queues behind the jobs
			} else {
				b.happened("RNW-000001", renewal.CodeUnknown)
				b.says(sandbox.Renewals, "no answer was recorded before the attempt's time was up")
			}
			close(gate)
			b.happened("RNW-000001", renewal.CodeOrdered)
			b.ends("RNW-000001", renewal.Ordered, 1, c.codes...)
		})
	}
}

func TestPollingSurvivesAPortalThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	b, clock := setupAt(t)
	b.Vendor.QueueOrderStatus(yeastarsim.StatusPending)
	card := b.approved()
	b.happened("RNW-000001", renewal.CodeProcessing)
	number := b.Vendor.Placed()[0].OrderNo
	down := b.Vendor.Fault(yeastarsim.OrderGet, yeastarsim.HTTPError(503))
	clock.Advance(time.Minute)
	if err := down.Wait(b.ctx, 1); err != nil {
		t.Fatal(err)
	}
	b.shows(card, "Ordered, not finished.", number)
	down.Remove()
	// A status that nobody knows is not the end.
	if err := b.Vendor.SetOrderStatus(number, "in_review"); err != nil {
		t.Fatal(err)
	}
	asked := b.Vendor.Calls(yeastarsim.OrderGet)
	clock.Advance(2 * time.Hour)
	if err := b.Vendor.WaitCalls(b.ctx, yeastarsim.OrderGet, asked+1); err != nil {
		t.Fatal(err)
	}
	if err := b.Vendor.SetOrderStatus(number, yeastarsim.StatusSucceed); err != nil {
		t.Fatal(err)
	}
	clock.Advance(90 * time.Minute) // four hours after the order somebody is reminded of it
	b.happened("RNW-000001", renewal.CodeOrdered)
	b.says(sandbox.Renewals, "RNW-000001 is ordered", number)
	b.ends("RNW-000001", renewal.Ordered, 1, and(processing, renewal.CodeOrdered)...)
}
