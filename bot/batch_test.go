package bot_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"renewbot/bot"
	"renewbot/bot/config"
	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
	"renewbot/bot/slacksim"
	"renewbot/yeastar/yeastarsim"
)

// batchHeader names the columns of the lists of these tests.
const batchHeader = "holder;product;contact;reason\n"

// customer is the line of one of the customers whom nobody has invented by hand.
func customer(n int) string {
	return fmt.Sprintf("it%d@customer-%d.example;p-series-turnkey;invoices@sandhaven.example;Agreed", n, n)
}

// batch puts a file into the form of a batch and asks for what it has, without what is wrong with it.
func (a *actor) batch(lines ...string) slacksim.Message {
	a.b.t.Helper()
	a.asksBatch(lines...)
	return a.b.card(sandbox.Renewals, "RNW-B0001", "Leave lines out…")
}

// asksBatch is batch without waiting for its card.
func (a *actor) asksBatch(lines ...string) {
	a.b.t.Helper()
	a.command(sandbox.Renewals, "/renew batch")
	a.view("Or a file")
	list := slacksim.Attachment{Name: "list.csv", Content: []byte(batchHeader + strings.Join(lines, "\n"))}
	if _, err := a.p.Upload(a.b.ctx, "Or a file", list); err != nil {
		a.b.t.Fatalf("upload: %v", err)
	}
	a.submitOK()
	a.titled("Please check")
	a.explain("Agreed with the customers.")
	a.submitOK()
	a.titled("Batch saved")
	a.back()
}

// TestBatch goes from the pasted lines over the card to the orders and the end.
func TestBatch(t *testing.T) {
	t.Parallel()
	b := setup(t, telling)
	alice, bob := b.as(sandbox.Alice), b.as(sandbox.Bob)
	alice.command(sandbox.Renewals, "/renew due acme")
	alice.press(alice.list("Renewals due for “acme”"), "due_several")
	form := alice.view("Lines")
	if f, _ := form.Field("Lines"); !contains(f.Value, yeastarsim.AcmeTelecomID+",p-series-turnkey,50,1 year,,Acme Telecom") {
		t.Errorf("the form begins with %q", f.Value)
	}
	alice.typeIn("Lines", "holder,prodct\nself,x")
	alice.submit()
	b.wants(alice.errorAt("Lines"), `there is no column "prodct"`)
	alice.typeIn("Lines", "holder,product,contact\nit@acme-telecom.example,p-series-turnkey,\nnobody@nowhere.example,p-series-turnkey,\n"+
		"self,p-series-turnkey,invoices@sandhaven.example\nAcme Telecom,p-series-turnkey,")
	alice.submitOK()
	alice.titled("Please check")
	alice.reads("2 lines can be asked for: 1800.00 USD in all", "2 lines are left out", `There is no customer "nobody@`, "same package as line 2")
	alice.explain("Agreed with the customers.")
	alice.submitOK()
	alice.titled("Batch saved")
	bob.press(b.card(sandbox.Renewals, "RNW-B0001", "Approve 2 lines"), "Approve with a comment…")
	bob.typeIn("Comment", "Agreed with finance.")
	bob.submitOK()
	b.says(sandbox.Renewals, "approved 2 lines of RNW-B0001", "Agreed with finance.")
	b.says(sandbox.Audit, "batch.approved by @bob", "approved 2 lines of", "/archives/", "RNW-B0001")
	b.says(sandbox.Renewals, "RNW-B0001 has ended", "2 placed")
	b.wantOrders(2)
	b.wantStatus(1, renewal.Ordered)
	b.wantStatus(2, renewal.Ordered)
	b.wants(alice.command(sandbox.Random, "/renew status *rnw-b1*."), "RNW-B0001", "Finished", "1. ", "RNW-000001", "2 placed")
	b.wants(alice.command(sandbox.Random, "/renew status RNW-000002"), "Line 2 of", "RNW-B0001")
	b.wants(alice.command(sandbox.Random, "/renew status rnw-b2"), "There is no batch RNW-B0002. Nothing was changed.")
	b.wait("the results", func(s *slacksim.Snapshot) bool {
		return slices.ContainsFunc(s.All(sandbox.Renewals), func(m slacksim.Message) bool { return len(m.Files) == 1 && m.Files[0].Name == "RNW-B0001.csv" })
	})
}

// TestBatchIsDecidedByOthers lets nobody decide on lines of their own, lets two approvers decide,
// leaves a line out, pauses for want of credit and at an unknown end, and is stopped in the middle.
func TestBatchIsDecidedByOthers(t *testing.T) {
	t.Parallel()
	b := setup(t, telling, func(o *sandbox.Options) {
		o.Vendor = append(o.Vendor, yeastarsim.WithCustomers(40))
		before := o.Configure
		o.Configure = func(c *config.Config) {
			if before != nil {
				before(c)
			}
			c.Renew.ApprovalsRequired = 2
		}
	})
	// Carol is an approver, too: what she asks for others decide.
	carol, bob, dave := b.as(sandbox.Carol), b.as(sandbox.Bob), b.as(sandbox.Alice)
	card := carol.batch(customer(31), customer(33), customer(34), customer(35), customer(36), customer(37))
	dave.command(sandbox.Renewals, "/renew batch")
	dave.typeIn("Lines", batchHeader+customer(31))
	dave.submitOK()
	dave.titled("Please check")
	dave.reads("Something to look at in 1 line", "RNW-000001 asked for a renewal of the same package")
	carol.press(card, "Approve 6 lines")
	carol.list("You asked for RNW-B0001 yourself")
	dave.press(card, "Approve 6 lines")
	dave.list("Only approvers can approve")
	for id := range int64(6) { // nor can a line be decided by itself
		r := b.stored(renewal.Reference(id + 1))
		_, err := b.Ledger.Apply(b.ctx, r.ID, renewal.Approve{By: renewal.Actor{UserID: sandbox.Bob, MayApprove: true}, Shown: r.Shown()})
		if !renewal.RefusedFor(err, renewal.RefusedBatch) {
			t.Errorf("a line is approved alone: %v", err)
		}
	}
	bob.press(card, "Approve with a comment…") // the form is for what stands on the card now
	if _, err := b.Ledger.ApplyBatch(b.ctx, 1, renewal.LeaveOut{By: renewal.Actor{UserID: sandbox.Carol, MayRequest: true}, Shown: b.shownOf(1), Lines: []int64{5}}); err != nil {
		t.Fatal(err)
	}
	bob.submit()
	b.wants(bob.errorAt("Comment"), "was changed since this card was drawn, so your click did nothing")
	bob.back()
	card = b.card(sandbox.Renewals, "RNW-B0001", "Approve 5 lines")
	bob.press(card, "Leave lines out…")
	bob.choose("Lines", "", "RNW-000006")
	bob.typeIn("Reason", "They move to another provider.")
	bob.submitOK()
	card = b.card(sandbox.Renewals, "RNW-B0001", "Approve 4 lines")
	bob.press(card, "Approve 4 lines")
	b.says(sandbox.Renewals, "approved 4 lines of RNW-B0001", "More approvals are needed")
	b.wants(dave.command(sandbox.Renewals, "/renew cancel RNW-B0001"), "Only ")
	b.wants(carol.command(sandbox.Renewals, "/renew cancel “rnw-b1”."), "RNW-B0001", "Ended", "Nothing was ordered", "6 left out")
	b.wants(carol.command(sandbox.Renewals, "/renew cancel RNW-B0001"), "there is nothing to stop")
	b.rest()
	b.wantOrders(0)
}

// shownOf is the fingerprint of the lines of a batch that are undecided.
func (b *bundle) shownOf(id int64) string {
	b.t.Helper()
	batch, lines, err := b.Ledger.Batch(b.ctx, id)
	if err != nil {
		b.t.Fatal(err)
	}
	return renewal.BatchFingerprint(batch.Undecided(lines))
}

// TestBatchPauses pauses by itself for want of credit and at an unknown end, asks, and is stopped.
func TestBatchPauses(t *testing.T) {
	t.Parallel()
	b := setup(t, telling, func(o *sandbox.Options) { o.Vendor = append(o.Vendor, yeastarsim.WithCustomers(40)) })
	alice, bob := b.as(sandbox.Alice), b.as(sandbox.Bob)
	card := alice.batch(customer(31), customer(33), customer(34), customer(35), customer(36))
	b.Vendor.Fault(yeastarsim.OrderSave, yeastarsim.Refuse("order_refused", "Insufficient balance.").Nth(2).Times(1))
	b.Vendor.Fault(yeastarsim.OrderSave, yeastarsim.HTTPError(502).After().Nth(3).Times(1))
	bob.press(card, "Approve 5 lines")
	b.says(sandbox.Renewals, "RNW-B0001 has paused by itself", "Yeastar refused RNW-000002", "3 waiting")
	b.card(sandbox.Renewals, "RNW-000002", "Try again")
	card = b.card(sandbox.Renewals, "RNW-B0001", "Go on")
	alice.press(card, "Go on")
	alice.list("Only approvers can go on with RNW-B0001")
	b.wantOrders(2)
	bob.press(card, "Go on")
	b.says(sandbox.Renewals, "RNW-B0001 has paused by itself", "nobody knows whether RNW-000003 was ordered")
	b.card(sandbox.Renewals, "RNW-000003", "It was placed…")
	card = b.card(sandbox.Renewals, "RNW-B0001", "Stop the rest")
	alice.press(card, "Stop the rest")
	b.shows(card, "1 placed", "1 refused", "1 unknown", "2 left out")
	b.happened("no request", renewal.CodeBatchStopped)
	b.rest()
	b.wantOrders(3)
	for id, want := range []renewal.Status{renewal.Ordered, renewal.Refused, renewal.Unknown, renewal.Cancelled, renewal.Cancelled} {
		b.wantStatus(int64(id+1), want)
	}
}

// TestBatchWaitsAsTold does not send a line that was put off before its time, whatever becomes of the
// others meanwhile.
func TestBatchWaitsAsTold(t *testing.T) {
	t.Parallel()
	b, clock := setupAt(t, telling, func(o *sandbox.Options) { o.Vendor = append(o.Vendor, yeastarsim.WithCustomers(40)) })
	alice, bob := b.as(sandbox.Alice), b.as(sandbox.Bob)
	card := alice.batch(customer(31), customer(33), customer(34))
	b.Vendor.Fault(yeastarsim.OrderSave, yeastarsim.TooMany(10*time.Minute).Times(1))
	bob.press(card, "Approve 3 lines")
	b.happened("RNW-000001", renewal.CodePostponed)
	b.rest()
	b.wants(alice.command(sandbox.Renewals, "/renew cancel RNW-000003"), "was cancelled", "Nothing was ordered")
	b.later(clock, 5*time.Minute)
	b.rest()
	b.wantOrders(1)
	b.later(clock, 5*time.Minute)
	b.says(sandbox.Renewals, "RNW-B0001 has ended", "2 placed", "1 left out")
	b.wantOrders(3) // one of them was put off
	if at := b.sentAt(); at[1] < 10*time.Minute {
		t.Errorf("it was sent again after %s", at[1])
	}
}

// shared are the files with the results of a batch, the oldest first.
func (b *bundle) shared() []string {
	var files []string
	for _, m := range b.Slack.Snapshot().All(sandbox.Renewals) {
		for _, f := range m.Files {
			if file, ok := b.Slack.File(f.ID); ok && f.Name == "RNW-B0001.csv" {
				files = append(files, string(file.Content))
			}
		}
	}
	return files
}

// results waits for so many of these files.
func (b *bundle) results(n int) []string {
	b.t.Helper()
	b.until("the results", func() bool { return len(b.shared()) >= n })
	if got := len(b.shared()); got != n {
		b.t.Fatalf("there are %d files with results, want %d", got, n)
	}
	return b.shared()
}

// TestBatchEndsAnew lets a refused line be tried again after the end: the channel's summary and the
// file stay true. A file that Slack refuses is told of once, and comes when it takes it.
func TestBatchEndsAnew(t *testing.T) {
	t.Parallel()
	clock := newMoving()
	b := setup(t, telling, clock.set, func(o *sandbox.Options) { o.Vendor = append(o.Vendor, yeastarsim.WithCustomers(40)) })
	alice, bob := b.as(sandbox.Alice), b.as(sandbox.Bob)
	card := alice.batch(customer(31), customer(33))
	b.Vendor.Fault(yeastarsim.OrderSave, yeastarsim.Refuse("order_refused", "Not today.").Nth(2).Times(1))
	given := b.Slack.Fail("files.getUploadURLExternal", slacksim.Fault{Kind: slacksim.FaultError, Error: "missing_scope"})
	bob.press(card, "Approve 2 lines")
	b.says(sandbox.Renewals, "RNW-B0001 has ended", "1 placed", "1 refused")
	b.says(sandbox.Renewals, "I can't post the file with the results of RNW-B0001: Slack says missing_scope", "files:write", "Nothing was ordered or lost by that")
	b.says(sandbox.Audit, "I can't post the file with the results of RNW-B0001")
	given()
	hours := 0
	b.until("the file is tried again", func() bool {
		if hours++; hours <= 12 { // after three days the approval would be asked for anew
			clock.add(time.Hour)
		}
		return len(b.shared()) > 0
	})
	first := b.results(1)[0]
	b.wants(first, ",RNW-000001,", ",RNW-000002,", ",refused,", "Not today.")
	bob.press(b.card(sandbox.Renewals, "RNW-000002", "Try again"), "Try again")
	b.says(sandbox.Renewals, "RNW-B0001 has changed since it ended", "2 placed")
	second := b.results(2)[1]
	b.wants(second, ",RNW-000001,", ",RNW-000002,")
	b.lacks(second, "refused", "Not today.")
	said := map[string]int{}
	for _, m := range b.Slack.Snapshot().All(sandbox.Renewals) {
		for _, text := range []string{"RNW-B0001 has ended", "has changed since it ended", "I can't post the file"} {
			if contains(m.Text, text) {
				said[text]++
			}
		}
	}
	for text, n := range said {
		if n != 1 {
			t.Errorf("%q is said %d times", text, n)
		}
	}
	b.wantOrders(3) // one of them was refused
}

// TestCheckOfABatchIsBrokenOff stops the bot in the middle of a check: the form does not wait for
// ever, and what was pasted is checked by whoever comes next.
func TestCheckOfABatchIsBrokenOff(t *testing.T) {
	t.Parallel()
	b := setup(t, durable(t), telling)
	alice := b.as(sandbox.Alice)
	alice.command(sandbox.Renewals, "/renew batch acme")
	alice.view("Lines")
	alice.typeIn("Lines", "holder,product,contact\nit@acme-telecom.example,p-series-turnkey,invoices@sandhaven.example")
	release := make(chan struct{})
	held := b.Vendor.Fault(yeastarsim.InstanceProductDetail, yeastarsim.Hold(release))
	alice.submitOK()
	if err := held.Wait(b.ctx, 1); err != nil {
		t.Fatal(err)
	}
	alice.titled("Checking the lines")
	b.stop()
	alice.titled("Not checked")
	alice.reads("I am being restarted", "Nothing was saved and nothing was ordered. Go back and try again.")
	close(release)
	held.Remove()
	b.start()
	alice.back()
	alice.submitOK()
	alice.titled("Please check")
	alice.reads("1 line can be asked for")
}

// TestLeftCheckOfABatch leaves a check for another one, which ends first: what the later review shows is what is asked for.
func TestLeftCheckOfABatch(t *testing.T) {
	t.Parallel()
	b := setup(t, telling, func(o *sandbox.Options) { o.Vendor = append(o.Vendor, yeastarsim.WithCustomers(40)) })
	alice := b.as(sandbox.Alice)
	alice.command(sandbox.Renewals, "/renew batch acme")
	alice.typeIn("Lines", batchHeader+customer(31))
	release := make(chan struct{})
	held := b.Vendor.Fault(yeastarsim.InstanceProductDetail, yeastarsim.Hold(release).Times(1))
	alice.submitOK()
	if err := held.Wait(b.ctx, 1); err != nil {
		t.Fatal(err)
	}
	alice.titled("Checking the lines")
	alice.back()
	alice.typeIn("Lines", batchHeader+customer(33))
	alice.submitOK()
	alice.titled("Please check")
	reviews := func() (n int) {
		for _, call := range b.Slack.Calls("views.update") {
			if contains(call.Param("view"), "Please check") {
				n++
			}
		}
		return n
	}
	close(release)
	b.until("the check that was left ends", func() bool { return reviews() > 1 })
	alice.explain("Agreed with the customers.")
	alice.submitOK()
	alice.titled("Batch saved")
	b.card(sandbox.Renewals, "RNW-B0001", "Leave lines out…")
	if name := b.stored("RNW-000001").Offer.Holder.Email; name != "it33@customer-33.example" {
		t.Errorf("the batch has a line for %q", name)
	}
}

// TestServicesOfALine orders of a service as many as the line or the portal says, and never a
// number that nobody has said.
func TestServicesOfALine(t *testing.T) {
	t.Parallel()
	b := setup(t)
	alice, bob := b.as(sandbox.Alice), b.as(sandbox.Bob)
	alice.command(sandbox.Renewals, "/renew batch")
	line := func(services string) string {
		return "holder;product;quantity;plan;services;contact;reason\nit@northwind-clinics.example;p-series-turnkey;80;Enterprise Plan;" +
			`"` + services + `";invoices@sandhaven.example;Agreed`
	}
	alice.typeIn("Lines", line("Recording Minutes; Ultimate Plan Extensions × 20"))
	alice.submitOK()
	alice.titled("Please check")
	alice.reads("The quantity of Recording Minutes is missing", `"Recording Minutes × 20"`, "1 line is left out")
	b.nothingStored()
	alice.back()
	alice.typeIn("Lines", line("Recording Minutes × 10000; Ultimate Plan Extensions × 20"))
	alice.submitOK()
	alice.titled("Please check")
	alice.explain("Agreed with the customer.")
	alice.submitOK()
	alice.titled("Batch saved")
	bob.press(b.card(sandbox.Renewals, "RNW-B0001", "Approve 1 line"), "Approve 1 line")
	b.happened("RNW-000001", renewal.CodeOrdered)
	b.wants(b.bodies()[0], `"quantity":10000`, `"quantity":20`)
}

// TestLineWaitsForWhatTheRenewalTells checks a line whose term and number are told by the plan's
// renewal alone, and late: what is left empty is as the portal tells it.
func TestLineWaitsForWhatTheRenewalTells(t *testing.T) {
	t.Parallel()
	hasty := tuned(func(_ *ledger.Options, p *bot.Options) { p.OptionalWait = time.Millisecond })
	onlyRenewal := func(o *sandbox.Options) {
		o.Vendor = append(o.Vendor, yeastarsim.WithNames(func(n *yeastarsim.Names) { n.PackageCycle = "" }))
	}
	for name, c := range map[string]struct {
		planTold bool
		plan     string
	}{
		"the plan is told":              {true, ""},
		"the plan is named by the line": {false, "Standard Plan"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, hasty, onlyRenewal, switched(yeastarsim.Generous, func(s *yeastarsim.Switches) { s.PackagePlan = c.planTold }))
			b.Vendor.Fault(yeastarsim.RenewPlanInfo, yeastarsim.Latency(100*time.Millisecond))
			alice := b.as(sandbox.Alice)
			alice.command(sandbox.Renewals, "/renew batch")
			alice.typeIn("Lines", "holder;product;plan;contact\n"+yeastarsim.ApplianceMonthlySerial+";p-series-appliance-plan;"+c.plan+";invoices@sandhaven.example")
			alice.submitOK()
			alice.titled("Please check")
			alice.reads("1 line can be asked for")
		})
	}
}
