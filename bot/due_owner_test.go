package bot_test

import (
	"testing"
	"time"

	"renewbot/bot/sandbox"
	"renewbot/bot/slacksim"
	"renewbot/yeastar/yeastarsim"
)

// TestARowOfAPortalThatCannotBeRead does not call a package gone that nobody could look for.
func TestARowOfAPortalThatCannotBeRead(t *testing.T) {
	t.Parallel()
	b := setup(t, telling, newMoving().set)
	alice := b.as(sandbox.Alice)
	alice.command(sandbox.Renewals, "/renew due fjordline")
	m := alice.list("overdue by 17 days")
	alice.pick(m, "Owner…")
	alice.choose("Owner", "", sandbox.Dave)
	if err := b.StopBot(); err != nil {
		t.Fatal(err)
	}
	down := b.Vendor.Fault(yeastarsim.InstanceProductList, yeastarsim.HTTPError(503))
	if err := b.StartBot(b.ctx); err != nil {
		t.Fatal(err)
	}
	unread := func() {
		t.Helper()
		told := alice.list("The portal does not list the packages of P-Series Turnkey Package just now", "Nothing was changed or ordered")
		b.lacks(b.Slack.Text(told), "not in the list any more")
	}
	alice.submit()
	unread()
	alice.press(m, "p-series-turnkey "+yeastarsim.ExpiredID)
	unread()
	down.Remove()
	alice.command(sandbox.Renewals, "/renew due fjordline")
	alice.list("overdue by 17 days", "no owner")
}

// TestOwnerWhoHasLeft is nobody's in the list, in Home and in a batch, and no list of dates names one.
func TestOwnerWhoHasLeft(t *testing.T) {
	t.Parallel()
	clock := newMoving()
	b := setup(t, telling, clock.set)
	alice, bob := b.as(sandbox.Alice), b.as(sandbox.Bob)
	alice.command(sandbox.Renewals, "/renew due fjordline")
	m := alice.list("overdue by 17 days")
	alice.pick(m, "Owner…")
	alice.choose("Owner", "", sandbox.Dave)
	alice.submit()
	m = alice.list("fjordline", "overdue by 17 days", "owner", "dave")
	b.Slack.ChangeUser(sandbox.Dave, func(u *slacksim.User) { u.Deleted = true })
	clock.add(2 * time.Hour)
	if r, err := alice.p.Pick(b.ctx, m.Ref(), "due_owners", "nobody"); err != nil || r.Failure != "" {
		t.Fatal(err, r.Failure)
	}
	alice.list("fjordline", "overdue by 17 days", "no owner")

	bob.command(sandbox.Renewals, "/renew due import")
	bob.titled("Import dates")
	bob.typeIn("Or lines, pasted", "holder,product,date,owner\nself,p-series-turnkey,2027-04-30,"+sandbox.Dave+"\n"+
		"it@acme-telecom.example,p-series-turnkey,2027-04-30,"+sandbox.Gina+"\n"+yeastarsim.ExpiredID+",p-series-turnkey,2027-04-30,"+sandbox.Alice)
	bob.submitOK()
	bob.view("Wrong lines")
	v, _ := bob.p.View()
	if text := b.Slack.TextView(v); !containsAll(text, "2 lines are wrong, and 1 right", "line 2: the owner "+sandbox.Dave+" may not request", "line 3: the owner "+sandbox.Gina) {
		t.Errorf("the form says\n%s", text)
	}
	bob.choose("Wrong lines", "", "skip")
	bob.submitOK()
	if text := b.Slack.TextView(bob.titled("Imported")); !containsAll(text, "1 new", "Fjordline Logistics AS, p-series-turnkey: owner") {
		t.Errorf("an owner who is another one is told as\n%s", text)
	}
}
