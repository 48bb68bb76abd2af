package bot_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"renewbot/blocks"
	"renewbot/bot/config"
	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
	"renewbot/bot/slacksim"
	"renewbot/yeastar/yeastarsim"
)

const onlyBob = `version: 1
rules:
  - name: only bob
    steps: [{who: ` + sandbox.Bob + `}]
`

// Bob is in both steps. When he has approved the first one, Carol, who is in it as well, can still: his
// approval is that of the second step then.
func TestStepsThatSharePeopleEnd(t *testing.T) {
	t.Parallel()
	b := setup(t, ruled(t, `version: 1
rules:
  - name: shared
    steps: [{who: [`+sandbox.Bob+`, `+sandbox.Carol+`]}, {who: [`+sandbox.Bob+`]}]
`))
	bob, carol := b.as(sandbox.Bob), b.as(sandbox.Carol)
	card := b.shows(b.as(sandbox.Alice).request(acmeWish), "@bob, @carol: please decide", "now 1 of those whom step 1 of rule “shared” names", "1 of those whom step 2 of rule “shared” names")
	bob.press(card, "Approve")
	card = b.shows(card, "Step 2 of 2:", "@carol: please decide")
	bob.press(card, "Approve")
	bob.alone("You have approved RNW-000001 already")
	b.as(sandbox.Dave).press(card, "Approve")
	b.as(sandbox.Dave).alone("Only approvers can approve RNW-000001")
	b.wantOrders(0)
	carol.press(card, "Approve")
	b.happened("RNW-000001", renewal.CodeOrdered)
	b.wantOrders(1)
}

// Nobody can approve what the only approver asks for: they read it before they ask, and nobody is asked.
func TestNobodyIsLeft(t *testing.T) {
	t.Parallel()
	b := setup(t, ruled(t, onlyBob))
	bob := b.as(sandbox.Bob)
	bob.fill(acmeWish)
	bob.submitOK()
	b.wants(b.Slack.TextView(bob.titled("Please check")), "Too few people may approve this when you ask for it")
	bob.explain("Agreed with the customer.")
	bob.submitOK()
	b.says(sandbox.Renewals, "RNW-000001", "Too few people are left who may approve this", "it can never be ordered")
	b.shows(b.card(sandbox.Renewals, "RNW-000001", "Approve"), "Too few people are left who may approve this")
	b.silent(sandbox.Renewals, "@bob: please decide")
}

// Only those decide on a request who are in its steps, also when they ask for changes or somebody else.
func TestReturningIsForTheStep(t *testing.T) {
	t.Parallel()
	b := setup(t, ruled(t, `version: 1
rules:
  - name: two
    steps: [{who: `+sandbox.Bob+`}, {who: `+sandbox.Dave+`}]
`))
	carol := b.as(sandbox.Carol)
	card := b.as(sandbox.Alice).request(acmeWish)
	b.as(sandbox.Bob).press(card, "Approve")
	card = b.shows(card, "Step 2 of 2:", "@dave: please decide")
	for _, button := range []string{"Return…", "Reject…"} {
		carol.press(card, button)
		carol.alone("By the policy others decide on RNW-000001 now: 1 of @dave. Nothing was ordered by this.")
	}
	carol.pickIn(card, blocks.ActionMore, "Ask somebody else…")
	carol.alone("By the policy only the people of its steps can hand over RNW-000001. Nothing was ordered.")
	if r := b.stored("RNW-000001"); r.Status != renewal.Pending || len(r.Votes) != 1 {
		t.Errorf("it is %s with the votes %v", r.Status, r.Votes)
	}
}

// Who approves their own batch is named, as with a single request.
func TestSelfApprovalOfABatch(t *testing.T) {
	t.Parallel()
	b := setup(t, telling, configured(func(r *config.Renew) { r.SelfApproval = true }), func(o *sandbox.Options) { o.Vendor = append(o.Vendor, yeastarsim.WithCustomers(40)) })
	bob := b.as(sandbox.Bob)
	card := bob.batch(customer(31), customer(33))
	bob.press(card, "Approve 2 lines")
	b.says(sandbox.Renewals, "@bob approved 2 lines of RNW-B0001. It is their own batch.")
	b.says(sandbox.Audit, "batch.approved", "It is their own batch.")
	b.shows(card, "Approved by @bob", "(2 lines, their own batch)")
}

// Home and the list have a few, and a button that shows all of them. What waits for its requester alone comes first.
func TestAllOfAList(t *testing.T) {
	t.Parallel()
	b, clock := setupAt(t, configured(longLived), switched(anyQuantity))
	alice, bob := b.as(sandbox.Alice), b.as(sandbox.Bob)
	for i := range 28 {
		w := tutorial
		w.po = fmt.Sprintf("PO-%d", i)
		card := alice.request(w)
		if i == 0 {
			bob.press(card, "Return…")
			bob.typeIn("What should be changed?", "PO number")
			bob.submitOK()
		}
		b.later(clock, time.Minute)
	}
	list := alice.command(sandbox.Renewals, "/renew list")
	if first, _, _ := strings.Cut(list, "RNW-000028"); !strings.Contains(first, "RNW-000001") {
		t.Errorf("the returned request does not come first:\n%s", list)
	}
	b.wants(list, "and 18 more", "Show all…")
	alice.home("RNW-000001", "and 16 more", "Show all…")
	alice.pressInHome("Show all…")
	b.wants(b.Slack.TextView(alice.titled("My open requests")), "RNW-000001", "28 entries. Page 1 of 3.", "Looking at them changes and orders nothing.")
	if r, err := alice.p.PressInView(b.ctx, "More ▶"); err != nil || r.Failure != "" {
		t.Fatal(r, err)
	}
	v, err := alice.p.WaitView(b.ctx, func(v slacksim.View) bool { return strings.Contains(b.Slack.TextView(v), "Page 2 of 3.") })
	if err != nil {
		t.Fatal(err)
	}
	b.wants(b.Slack.TextView(v), "RNW-000015", "◀ Before")
	bob.home("and 15 more")
	bob.pressInHome("Show all…")
	page := bob.titled("Waiting for me")
	b.wants(b.Slack.TextView(page), "27 entries. Page 1 of 3.")
	in := func(button string) {
		t.Helper()
		if r, err := bob.p.PressInView(b.ctx, button); err != nil || r.Failure != "" {
			t.Fatalf("press %q: %v %s", button, err, r.Failure)
		}
	}
	says := func(title string, pieces ...string) slacksim.View {
		t.Helper()
		v, err := bob.p.WaitView(b.ctx, func(v slacksim.View) bool {
			text := b.Slack.TextView(v)
			return v.Title == title && !slices.ContainsFunc(pieces, func(p string) bool { return !contains(text, p) })
		})
		if err != nil {
			t.Fatalf("%s does not say %q: %v", title, pieces, err)
		}
		return v
	}
	in("More ▶")
	says("Waiting for me", "RNW-000015", "Page 2 of 3.")
	in("list.13.15.1.pending/" + blocks.ActionApprove)
	b.happened("RNW-000015", renewal.CodeApproved)
	says("Waiting for me", "26 entries. Page 2 of 3.", "RNW-000016")
	in("list.13.16.1.pending/" + blocks.ActionReject)
	bob.typeIn("Reason", "Not this year")
	bob.submitOK()
	b.happened("RNW-000016", renewal.CodeRejected)
	says("Waiting for me", "25 entries. Page 2 of 3.")

	// A page that is turned stays, whether what was done before is drawn after it or before.
	b.Slack.Fail("views.update", slacksim.Fault{Delay: 400 * time.Millisecond}, slacksim.Times(1))
	in("list.13.17.1.pending/" + blocks.ActionApprove)
	late := b.drawing(page.ID, func(e slacksim.Entry) bool { return e.Status == 0 })
	in("◀ Before")
	b.drawing(page.ID, func(e slacksim.Entry) bool { return e.Seq == late.Seq && e.Status != 0 })
	says("Waiting for me", "Page 1 of 3.")
	b.Slack.Fail("views.update", slacksim.Fault{Delay: 100 * time.Millisecond}, slacksim.Times(1))
	b.Slack.Fail("views.update", slacksim.Fault{Delay: 400 * time.Millisecond}, slacksim.Times(1))
	in("list.3.5.1.pending/" + blocks.ActionApprove)
	in("More ▶")
	says("Waiting for me", "Page 2 of 3.")
}

// A page is drawn again once an order of unknown fate is settled, also when what differs was shown first.
func TestAllOfAListAfterSettling(t *testing.T) {
	t.Parallel()
	b, clock := setupAt(t, switched(func(s *yeastarsim.Switches) { s.CopiedContacts = true }))
	b.Vendor.Fault(yeastarsim.OrderSave, yeastarsim.Reset().After().Times(1))
	b.approved()
	b.happened("RNW-000001", renewal.CodeUnknown)
	clock.Advance(firstSearch)
	b.happened("RNW-000001", renewal.CodeSearched)
	bob := b.as(sandbox.Bob)
	bob.forceClick(slacksim.Click{ViewID: bob.home("RNW-000001").ID, ActionID: blocks.ActionListAll, Value: blocks.ListWaiting + " 0"})
	bob.titled("Waiting for me")
	if r, err := bob.p.PressInView(b.ctx, "It was placed…"); err != nil || r.Failure != "" {
		t.Fatal(r, err)
	}
	bob.typeIn("Order number", b.Vendor.Placed()[0].OrderNo)
	bob.submitOK()
	b.wants(bob.reads("== It was placed =="), "differs from the one that was sent")
	bob.submitOK()
	b.happened("RNW-000001", renewal.CodeSettledPlaced)
	if _, err := bob.p.WaitView(b.ctx, func(v slacksim.View) bool { return strings.Contains(b.Slack.TextView(v), "0 entries") }); err != nil {
		t.Fatal("the page was not drawn again", err)
	}
}

// Who became a guest, or left, seconds after a click of theirs was looked at decides on nothing more.
func TestWhoeverLeftDecidesNothing(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*slacksim.User){
		"a guest":     func(u *slacksim.User) { u.Restricted = true },
		"deactivated": func(u *slacksim.User) { u.Deleted = true },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, clock := setupAt(t)
			bob, dave := b.as(sandbox.Bob), b.as(sandbox.Dave)
			bob.command(sandbox.Renewals, "/renew deputy @dave in 5 days")
			bob.command(sandbox.Renewals, "/renew pause Stocktaking")
			card := b.as(sandbox.Alice).request(acmeWish)
			bob.press(card, "Return…")
			b.Slack.ChangeUser(sandbox.Bob, change)
			b.later(clock, 6*time.Second)
			dave.press(card, "Approve")
			dave.alone("Nothing was ordered")
			b.wants(dave.command(sandbox.Renewals, "/renew resume"), "Only approvers can resume orders", "Orders are paused by")
			if r := b.stored("RNW-000001"); r.Status != renewal.Pending || len(r.Votes) != 0 {
				t.Errorf("it is %s with the votes %v", r.Status, r.Votes)
			}
			b.later(clock, 2*time.Hour)
			b.rest()
			dave.command(sandbox.Renewals, "/renew deputies")
			b.later(clock, time.Minute)
			b.wants(dave.command(sandbox.Renewals, "/renew deputies"), "Nobody has a deputy at present.", "1 deputy who is named can't decide")
		})
	}
}

// Nobody is named who is not there any more: neither whom a step's policy tells, nor whom an approver has asked.
func TestNobodyIsNamedWhoLeft(t *testing.T) {
	t.Parallel()
	b, clock := setupAt(t, configured(longLived), ruled(t, `version: 1
rules:
  - name: all
    steps: [{who: [`+sandbox.Bob+`, `+sandbox.Carol+`], escalate: {after: 2h, to: [`+sandbox.Dave+`]}}]
`))
	bob := b.as(sandbox.Bob)
	card := b.as(sandbox.Alice).request(acmeWish)
	bob.handsOver(card, "RNW-000001", "carol", "you know them")
	b.shows(card, "@carol was asked to decide by @bob")
	for _, id := range []string{sandbox.Carol, sandbox.Dave} {
		b.Slack.ChangeUser(id, func(u *slacksim.User) { u.Deleted = true })
	}
	b.laterAt(clock, at(2, 12))
	b.says(sandbox.Renewals, "Nobody has decided in time, and nobody is here whom the policy could tell but who asked for it", "Nothing has been ordered.")
	b.silent(sandbox.Renewals, "@dave: please see to it")
	b.laterAt(clock, at(2, 14))
	b.rest()
	if got := b.reminders("RNW-000001"); len(got) == 0 || !strings.HasSuffix(got[0], "Bob") {
		t.Errorf("reminded: %v", got)
	}
	if r := b.stored("RNW-000001"); r.Handed != nil {
		t.Errorf("it still waits for %+v", r.Handed)
	}
	b.shows(card, "@bob: please decide")
}

// A group of the policy that somebody has disabled silences no request that was handed over.
func TestADisabledGroupKeepsNobodyFromBeingReminded(t *testing.T) {
	t.Parallel()
	b, clock := setupAt(t, configured(longLived), ruled(t, `version: 1
rules:
  - name: large
    when: {quantity: {from: 1000}}
    steps: [{who: `+sandbox.Approval+`}]
  - name: all
    steps: [{who: [`+sandbox.Bob+`, `+sandbox.Carol+`]}]
`))
	bob := b.as(sandbox.Bob)
	card := b.as(sandbox.Alice).request(acmeWish)
	bob.handsOver(card, "RNW-000001", "carol", "you know them")
	b.shows(card, "@carol was asked to decide by @bob")
	b.Slack.Fail("usergroups.users.list", slacksim.Fault{Kind: slacksim.FaultError, Error: "no_such_subteam"})
	b.laterAt(clock, at(2, 18))
	b.laterAt(clock, at(3, 10))
	b.rest()
	if got := b.reminders("RNW-000001"); len(got) == 0 {
		t.Error("nobody was reminded")
	}
	if r := b.stored("RNW-000001"); r.Handed == nil || r.Handed.To != sandbox.Carol {
		t.Errorf("who was asked is not any more: %+v", r.Handed)
	}
}

// A refusal says what holds on.
func TestARefusalSaysWhatHolds(t *testing.T) {
	t.Parallel()
	b := setup(t)
	bob := b.as(sandbox.Bob)
	for typed, want := range map[string][]string{
		"/renew pause " + strings.Repeat("stop everything ", 40): {"at most 500 characters. Nothing was changed.", "Orders are not paused"},
		"/renew pause":                   {"Please give a reason", "Nothing was changed. Orders are not paused"},
		"/renew deputy @bob in 5 days":   {"You can't be your own deputy", "You have no deputy."},
		"/renew deputy @dave for 0 days": {"I can't read “for 0 days” as a day", "Nothing was changed or ordered. You have no deputy."},
		"/renew deputy @dave off":        {"@dave is not your deputy. Nothing was changed or ordered. You have no deputy."},
		"/renew notify sometimes":        {"I need all, result or none", "Nothing was changed or ordered."},
	} {
		b.wants(bob.command(sandbox.Renewals, typed), want...)
	}
	b.as(sandbox.Carol).command(sandbox.Renewals, "/renew pause Stocktaking")
	b.wants(bob.command(sandbox.Renewals, "/renew pause"), "Nothing was changed. Orders are paused by @carol: “Stocktaking”")
}

// A reminder says no more that a request waits for somebody when it is the turn of others.
func TestAReminderOfAStepThatIsOver(t *testing.T) {
	t.Parallel()
	b, clock := setupAt(t, configured(longLived), ruled(t, `version: 1
rules:
  - name: two
    steps: [{who: [`+sandbox.Bob+`, `+sandbox.Dave+`]}, {who: [`+sandbox.Approval+`]}]
`))
	card := b.as(sandbox.Alice).request(acmeWish)
	b.laterAt(clock, at(2, 14))
	b.hears(sandbox.Bob, "RNW-000001", "waits for your decision")
	b.hears(sandbox.Dave, "RNW-000001", "waits for your decision")
	b.as(sandbox.Dave).press(card, "Approve")
	b.hears(sandbox.Bob, "RNW-000001", "does not wait for you any more: others decide on it now", "Nothing has been ordered.")
	b.hears(sandbox.Dave, "You approved", "RNW-000001")
}

// The review names only those who could decide, and an alarm only those who are still there.
func TestOnlyThoseAreNamedWhoCan(t *testing.T) {
	t.Parallel()
	b, clock := setupAt(t)
	bob := b.as(sandbox.Bob)
	bob.fill(acmeWish)
	bob.submitOK()
	b.wants(b.Slack.TextView(bob.titled("Please check")), "The request goes to @renewal-approvers in #renewals.")
	bob.explain("Agreed with the customer.")
	bob.submitOK()
	card := b.shows(b.card(sandbox.Renewals, "RNW-000001", "Approve"), "@renewal-approvers: please decide.")
	b.Slack.ChangeUser(sandbox.Bob, func(u *slacksim.User) { u.Deleted = true })
	b.later(clock, 2*time.Hour)
	b.rest()
	b.as(sandbox.Dave).command(sandbox.Renewals, "/renew deputies")
	b.Vendor.Fault(yeastarsim.OrderSave, yeastarsim.Reset().Times(1))
	b.as(sandbox.Carol).press(card, "Approve")
	b.happened("RNW-000001", renewal.CodeUnknown)
	b.says(sandbox.Renewals, "This order may or may not have been placed", "@renewal-approvers: please have a look.")
	b.silent(sandbox.Renewals, "@bob, @renewal-approvers: please have a look.")
}

// Who would approve leaves while a request waits: its last call says that nobody is left.
func TestTheLastCallSaysThatNobodyIsLeft(t *testing.T) {
	t.Parallel()
	b, clock := setupAt(t, quorum(2))
	card := b.as(sandbox.Alice).request(acmeWish)
	b.as(sandbox.Bob).press(card, "Approve")
	b.Slack.SetGroupMembers(sandbox.Approval)
	b.rest()
	b.laterAt(clock, at(5, 6))
	b.says(sandbox.Renewals, "Last call", "1 of 2 approvals: @bob.", "Too few people are left who may approve this", "Nothing has been ordered.")
	b.shows(card, "Too few people are left who may approve this")
}

// Of a deputy whom Slack does not tell of now nobody says that they may not any more.
func TestDeputiesWhileSlackDoesNotTell(t *testing.T) {
	t.Parallel()
	for name, method := range map[string]string{"of people": "users.info", "of a group": "usergroups.users.list"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, clock := setupAt(t)
			carol, dave := b.as(sandbox.Carol), b.as(sandbox.Dave)
			b.wants(carol.command(sandbox.Renewals, "/renew deputy @dave in 5 days"), "@dave decides for @carol")
			b.later(clock, 2*time.Hour)
			dave.command(sandbox.Renewals, "/renew help") // so that it is known who asks
			b.Slack.Fail(method, slacksim.Fault{Kind: slacksim.FaultError, Error: "internal_error"})
			said := dave.command(sandbox.Renewals, "/renew deputies")
			if !contains(said, "@dave decides for @carol") || contains(said, "can't decide") {
				t.Errorf("says %q", said)
			}
		})
	}
}

// A batch that nobody can approve any more says so on its card, after a vote and at its last call.
func TestTooFewAreLeftForABatch(t *testing.T) {
	t.Parallel()
	b, clock := setupAt(t, telling, quorum(2), func(o *sandbox.Options) { o.Vendor = append(o.Vendor, yeastarsim.WithCustomers(40)) })
	card := b.as(sandbox.Alice).batch(customer(31), customer(33))
	b.Slack.SetGroupMembers(sandbox.Approval)
	b.rest()
	b.as(sandbox.Bob).press(card, "Approve 2 lines")
	b.says(sandbox.Renewals, "@bob approved 2 lines of RNW-B0001", "More approvals are needed.", "Too few people are left who may approve this")
	b.shows(card, "Too few people are left who may approve this")
	b.laterAt(clock, at(5, 6))
	b.says(sandbox.Renewals, "Last call: RNW-B0001", "Too few people are left who may approve this")
}

// Who asks for a batch that too few can approve reads so before.
func TestTheReviewOfABatchSaysThatTooFewCan(t *testing.T) {
	t.Parallel()
	b := setup(t, ruled(t, onlyBob), telling, func(o *sandbox.Options) { o.Vendor = append(o.Vendor, yeastarsim.WithCustomers(40)) })
	bob := b.as(sandbox.Bob)
	bob.command(sandbox.Renewals, "/renew batch")
	bob.view("Or a file")
	list := slacksim.Attachment{Name: "list.csv", Content: []byte(batchHeader + customer(31) + "\n" + customer(33))}
	if _, err := bob.p.Upload(b.ctx, "Or a file", list); err != nil {
		t.Fatalf("upload: %v", err)
	}
	bob.submitOK()
	b.wants(b.Slack.TextView(bob.titled("Please check")), "Too few people may approve this when you ask for it")
}
