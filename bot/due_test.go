package bot_test

import (
	"context"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"renewbot/bot"
	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
	"renewbot/bot/slacksim"
	"renewbot/bot/zones"
	"renewbot/yeastar/yeastarsim"
)

// early stands above what is known of a list while the portal is being read, which has no buttons.
const early = "Not the whole list yet"

// list waits for a list that the person alone sees and that says all pieces, and for the whole one unless
// the pieces are of an early one.
func (a *actor) list(pieces ...string) slacksim.Message {
	a.b.t.Helper()
	ctx, cancel := context.WithTimeout(a.b.ctx, patience)
	defer cancel()
	var found slacksim.Message
	err := a.b.Slack.Wait(ctx, func(s *slacksim.Snapshot) bool {
		i := slices.IndexFunc(s.Ephemerals[a.p.ID()], func(m slacksim.Message) bool {
			text := s.Text(m)
			return containsAll(text, pieces...) && (!contains(text, early) || slices.Contains(pieces, early))
		})
		if i >= 0 {
			found = s.Ephemerals[a.p.ID()][i]
		}
		return i >= 0
	})
	if err != nil {
		told := a.p.Ephemerals()
		a.b.t.Fatalf("no list says %q: %v; the newest is:\n%s", pieces, err, a.b.Slack.Text(told[len(told)-1]))
	}
	return found
}

func (a *actor) pick(m slacksim.Message, choice string) {
	a.b.t.Helper()
	if r, err := a.p.Pick(a.b.ctx, m.Ref(), "due_more", choice); err != nil || r.Failure != "" {
		a.b.t.Fatalf("pick %q: %v %s", choice, err, r.Failure)
	}
}

// TestRenewalsDue goes from the list to its small forms and back, and to a renewal that takes
// its row out of what is due.
func TestRenewalsDue(t *testing.T) {
	t.Parallel()
	clock := newMoving()
	b := setup(t, telling, clock.set)
	alice := b.as(sandbox.Alice)
	alice.command(sandbox.Renewals, "/renew due 30 it@fjordline-logistics.example")
	m := alice.list("Renewals due within 30 days for “it@fjordline-logistics.example”", "overdue by 17 days", "the portal, read", "no owner")
	if text := b.Slack.Text(m); strings.Contains(text, "Acme") {
		t.Errorf("the list is not narrowed:\n%s", text)
	}

	alice.pick(m, "Owner…")
	alice.choose("Owner", "", sandbox.Dave)
	alice.submit()
	m = alice.list("fjordline-logistics.example”", "overdue by 17 days", "owner", "dave")
	// Dave's are narrowed by a mention and by a menu.
	alice.command(sandbox.Renewals, "/renew due @dave")
	theirs := alice.list("## Renewals due\n🔴 1 overdue\n", "owner", "dave")
	if r, err := alice.p.Pick(b.ctx, theirs.Ref(), "due_somebody", sandbox.Bob); err != nil || r.Failure != "" {
		t.Fatal(err, r.Failure)
	}
	alice.list("Nothing here ends")
	alice.pick(m, "Not renewing…")
	alice.typeIn("Why", "They move to another provider.")
	alice.submit()
	b.says(sandbox.Audit, "due.ending", "Fjordline Logistics AS", "They move to another provider.", "Nothing was ordered")

	// What is marked is not due any more; all of the holder's still shows it, and who wants to be
	// told again is.
	alice.command(sandbox.Renewals, "/renew due fjordline")
	alice.pick(alice.list("🏁", "They move to another provider."), "Tell of it again")
	b.says(sandbox.Audit, "due.awake")
	alice.list("overdue by 17 days", "owner")

	// Nobody is told of what is snoozed, until that day.
	alice.pick(alice.list("🔴 1 overdue", "owner"), "Snooze until…")
	for date, wrong := range map[string]string{clock.now().UTC().Format(time.DateOnly): "after today", "2099-01-01": "At most a year"} {
		alice.choose("Until", "", date)
		alice.submit()
		b.wants(alice.errorAt("Until"), wrong)
	}
	until := clock.now().UTC().AddDate(0, 0, 30)
	alice.choose("Until", "", until.Format(time.DateOnly))
	alice.submit()
	m = alice.list("💤", "snoozed until "+until.Format("2 Jan 2006"), "1 snoozed")
	b.says(sandbox.Audit, "due.snoozed", "Fjordline Logistics AS", "Nothing was ordered")
	alice.command(sandbox.Renewals, "/renew batch fjordline")
	form := alice.titled("Renew several")
	if f, _ := form.Field("Lines"); contains(f.Value, yeastarsim.ExpiredID) {
		t.Errorf("what sleeps is proposed: %q", f.Value)
	}
	alice.back()
	alice.pick(m, "Tell of it again")
	alice.list("🔴 1 overdue", "owner")

	// At six in the evening in Los Angeles tomorrow has begun in UTC, and is tomorrow all the same.
	b.Slack.ChangeUser(sandbox.Alice, func(u *slacksim.User) { u.TZ = "America/Los_Angeles" })
	la, err := zones.Load("America/Los_Angeles")
	if err != nil {
		t.Fatal(err)
	}
	clock.add(14 * time.Hour)
	tomorrow := clock.now().In(la).AddDate(0, 0, 1)
	alice.command(sandbox.Renewals, "/renew due fjordline")
	m = alice.list("overdue by 17 days", "Page 1 of 1")
	alice.pick(m, "Snooze until…")
	alice.choose("Until", "", tomorrow.Format(time.DateOnly))
	alice.submit()
	alice.list("💤 snoozed until " + tomorrow.Format("2 Jan 2006"))
	b.says(sandbox.Audit, "due.snoozed", tomorrow.Format("2 Jan 2006"))

	// Who may not request sees no customers.
	if text := b.as(sandbox.Gina).command(sandbox.Renewals, "/renew due"); !contains(text, "Guests can't") {
		t.Errorf("a guest reads:\n%s", text)
	}
}

// TestRenewFromTheList renews what is due, and follows the date that the portal then tells.
func TestRenewFromTheList(t *testing.T) {
	t.Parallel()
	clock := newMoving()
	b := setup(t, telling, clock.set)
	alice, bob := b.as(sandbox.Alice), b.as(sandbox.Bob)
	alice.command(sandbox.Renewals, "/renew due it@acme-telecom.example")
	m := alice.list("in 10 days")
	alice.press(m, "p-series-turnkey "+yeastarsim.AcmeTelecomID)
	alice.complete(wish{plan: tutorial.plan, extensions: "50", contact: "Sandhaven"})
	alice.submitOK()
	alice.titled("Please check")
	alice.explain("Agreed with the customer.")
	alice.submitOK()
	alice.titled("Request saved")
	if _, err := alice.p.CloseView(b.ctx, false); err != nil {
		t.Fatal(err)
	}
	card := b.card(sandbox.Renewals, "RNW-000001", "Approve")
	alice.command(sandbox.Renewals, "/renew due it@acme-telecom.example")
	alice.list("in 10 days", "RNW-000001", "archives/"+sandbox.Renewals)
	bob.press(card, "Approve")
	b.says(sandbox.Renewals, "XS")
	clock.add(2 * time.Minute)
	until := clock.now().AddDate(0, 0, 10).AddDate(1, 0, 0).UTC().Format("2 Jan 2006")
	b.shows(card, "Renewed until "+until, "the portal says")
	alice.command(sandbox.Renewals, "/renew due it@acme-telecom.example")
	alice.list(until, "1 later")
}

// TestTickedRows renews several rows of the list that are ticked, on two pages of it and over a change
// of one of them, and no others.
func TestTickedRows(t *testing.T) {
	t.Parallel()
	b := setup(t, telling)
	alice := b.as(sandbox.Alice)
	tick := func(m slacksim.Message, block string, choices ...string) {
		t.Helper()
		if r, err := alice.p.PickAll(b.ctx, m.Ref(), block, choices); err != nil || r.Failure != "" {
			t.Fatalf("tick %s: %v %s", block, err, r.Failure)
		}
	}
	alice.command(sandbox.Renewals, "/renew due")
	m := alice.list("Page 1 of", "takes the rows that are ticked, or all when none is")
	tick(m, "due.do.0./due_tick", "Choose")
	tick(m, "due.do.1./due_tick", "Choose")
	alice.press(m, "More ▶")
	m = alice.list("Page 2 of", "Renew the 2 ticked…", "Ticked elsewhere in the list")
	tick(m, "due.do.0.n=1/due_tick", "Choose")
	if _, err := alice.p.Pick(b.ctx, m.Ref(), "due.do.0.n=1/due_more", "Owner…"); err != nil {
		t.Fatal(err)
	}
	alice.choose("Owner", "", sandbox.Dave)
	alice.submit()
	m = alice.list("Page 2 of", "Renew the 3 ticked…", "dave")
	alice.press(m, "◀ Before")
	m = alice.list("Page 1 of", "Renew the 3 ticked…")
	// What the list is narrowed to does not take ticks away.
	narrow := func(m slacksim.Message, whose string) {
		t.Helper()
		if r, err := alice.p.Pick(b.ctx, m.Ref(), "due_owners", whose); err != nil || r.Failure != "" {
			t.Fatal(err, r.Failure)
		}
	}
	narrow(m, "Mine")
	narrow(alice.list("Nothing here ends", "Ticked elsewhere in the list", "Renew the 3 ticked…"), "Everybody's")
	m = alice.list("overdue by", "Page 1 of", "Renew the 3 ticked…", "Ticked elsewhere in the list")
	tick(m, "due.do.1./due_tick") // none
	alice.press(m, "Renew the 3 ticked…")
	form := alice.view("Lines")
	f, _ := form.Field("Lines")
	lines := strings.Split(strings.TrimSpace(f.Value), "\n")
	if len(lines) != 3 || !contains(lines[1], yeastarsim.ExpiredID) {
		t.Errorf("two rows are ticked, and the form begins with %q", lines)
	}
	b.wantOrders(0)
}

// telling lets the portal tell when packages end and whose they are.
func telling(o *sandbox.Options) {
	o.Vendor = append(o.Vendor, yeastarsim.WithSwitches(yeastarsim.Generous))
}

// moving is a clock that tests move.
type moving struct {
	begin time.Time
	by    atomic.Int64
}

// newMoving begins at noon of a Tuesday in the middle of a month, far from every change of clocks: no test
// depends on the day on which it runs.
func newMoving() *moving { return &moving{begin: time.Date(2027, 5, 11, 12, 0, 0, 0, time.UTC)} }

func (m *moving) now() time.Time      { return m.begin.Add(time.Duration(m.by.Load())) }
func (m *moving) add(d time.Duration) { m.by.Add(int64(d)) }

// set gives the clock to the bot and to the portal, whose packages end by it.
func (m *moving) set(o *sandbox.Options) {
	o.Now = m.now
	o.Vendor = append(o.Vendor, yeastarsim.WithClock(m.now))
}

func containsAll(text string, pieces ...string) bool {
	return !slices.ContainsFunc(pieces, func(p string) bool { return !strings.Contains(text, p) })
}

// TestImportInSlack takes a list in from a file: nothing while a line is wrong, then what is right,
// and what differs the next time, from pasted lines.
func TestImportInSlack(t *testing.T) {
	t.Parallel()
	out := &logged{}
	b := setup(t, out.all)
	if text := b.as(sandbox.Alice).command(sandbox.Renewals, "/renew due import"); !contains(text, "Only approvers may import dates") {
		t.Errorf("a requester reads:\n%s", text)
	}
	bob := b.as(sandbox.Bob)
	bob.command(sandbox.Renewals, "/renew due import")
	bob.titled("Import dates")
	if wrong := bob.submit(); !contains(wrong["due_file"], "Please choose a file") {
		t.Errorf("an empty form answers %v", wrong)
	}
	list := "holder;product;date;owner\nit@acme-telecom.example;p-series-turnkey;2027-03-31;\nNobody Ltd;p-series-turnkey;2027-03-31;\n"
	if _, err := bob.p.Upload(b.ctx, "File", slacksim.Attachment{Name: "list.csv", Content: []byte(list)}); err != nil {
		t.Fatal(err)
	}
	bob.submitOK()
	bob.view("Wrong lines")
	v, _ := bob.p.View()
	if text := b.Slack.TextView(v); !containsAll(text, "Nothing was imported", "line 3: there is no customer", "Nobody Ltd", "“list.csv” is read again") {
		t.Errorf("the form says\n%s", text)
	}
	bob.choose("Wrong lines", "", "skip")
	bob.submitOK()
	v = bob.titled("Imported")
	if text := b.Slack.TextView(v); !containsAll(text, "1 line: 1 new, 0 changed, 0 as before, 1 left out", "line 3") {
		t.Errorf("it says\n%s", text)
	}
	b.says(sandbox.Audit, "imported a list of dates", "Nothing was ordered")
	if _, err := bob.p.CloseView(b.ctx, false); err != nil {
		t.Fatal(err)
	}

	bob.command(sandbox.Renewals, "/renew due import")
	bob.titled("Import dates")
	bob.typeIn("Or lines, pasted", "customer\tproduct\texpires\nAcme Telecom\tp-series-turnkey\t2027-04-30")
	bob.submitOK()
	v = bob.titled("Imported")
	if text := b.Slack.TextView(v); !containsAll(text, "1 changed", "2027-03-31 → *2027-04-30*") {
		t.Errorf("a list that differs says\n%s", text)
	}
	b.as(sandbox.Alice).command(sandbox.Renewals, "/renew due it@acme-telecom.example")
	b.as(sandbox.Alice).list("30 Apr 2027", "a list of")
	out.lacks(t, "Acme", "acme", "Nobody Ltd", "list.csv", "xoxb")
}

// TestImportThatTakesLong lets Slack take its time with the file: who waits sees what came of it
// all the same, and who has closed the form hears of it.
func TestImportThatTakesLong(t *testing.T) {
	t.Parallel()
	b := setup(t, tuned(func(_ *ledger.Options, o *bot.Options) { o.AckWithin = time.Second }))
	bob := b.as(sandbox.Bob)
	b.Slack.Fail("files.info", slacksim.Fault{Delay: 1500 * time.Millisecond})
	defer b.Slack.Fail("views.update", slacksim.Fault{Kind: slacksim.FaultError, Error: "not_found"}, slacksim.AfterCalls(1))()
	for range 2 {
		bob.command(sandbox.Renewals, "/renew due import")
		bob.titled("Import dates")
		if _, err := bob.p.Upload(b.ctx, "File", slacksim.Attachment{Name: "list.csv", Content: []byte("\xff\xfe")}); err != nil {
			t.Fatal(err)
		}
		if _, err := bob.p.Submit(b.ctx); err != nil {
			t.Fatal(err)
		}
		b.wait("what came of it", func(s *slacksim.Snapshot) bool {
			v, _ := s.View(sandbox.Bob)
			told := s.DM(sandbox.Bob)
			return contains(s.TextView(v), "no text in UTF-8") || len(told) > 0 && contains(told[len(told)-1].Text, "no text in UTF-8")
		})
		for _, open := bob.p.View(); open; _, open = bob.p.View() {
			if _, err := bob.p.CloseView(b.ctx, true); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, err := bob.p.WaitDM(b.ctx, "no text in UTF-8", "Nothing was imported"); err != nil {
		t.Error(err)
	}
}

// TestWhoMayNotSeesNoCustomer lets a guest and somebody of another company try everything that names
// customers, with a client that checks nothing: they read of none, and change nothing.
func TestWhoMayNotSeesNoCustomer(t *testing.T) {
	t.Parallel()
	out := &logged{}
	b := setup(t, telling, out.all)
	b.Slack.Invite(sandbox.Renewals, sandbox.Olga)
	alice := b.as(sandbox.Alice)
	alice.command(sandbox.Renewals, "/renew due fjordline")
	m := alice.list("Fjordline")
	alice.pick(m, "Not renewing…")
	form := alice.titled("Not renewing")
	bob := b.as(sandbox.Bob)
	bob.command(sandbox.Renewals, "/renew due import")
	upload := bob.titled("Import dates")
	key := "p-series-turnkey " + yeastarsim.ExpiredID
	for _, user := range []string{sandbox.Gina, sandbox.Olga} {
		who := b.Slack.As(user)
		for _, text := range []string{"/renew due", "/renew due fjordline", "/renew due import", "/renew history fjordline", "/renew history self"} {
			if _, err := who.Force().Command(b.ctx, sandbox.Renewals, text); err != nil {
				t.Fatal(err)
			}
		}
		for _, c := range []slacksim.Click{
			{ActionID: "due_next", BlockID: "due.pages.", Value: "0"},
			{ActionID: "due_renew", BlockID: "due.do.0.", Value: key},
			{ActionID: "due_more", BlockID: "due.do.0.", Type: "overflow", Selected: map[string]any{"selected_option": map[string]any{"value": "owner " + key}}},
			{ActionID: "history_next", Value: "0 id:" + yeastarsim.ExpiredID},
		} {
			c.Ref, c.FromEphemeral = m.Ref(), true
			if _, err := who.Force().Press(b.ctx, c); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := who.Force().Submit(b.ctx, form.ID, map[string]map[string]map[string]any{"reason": {"reason": {"type": "plain_text_input", "value": "Because."}}}); err != nil {
			t.Fatal(err)
		}
		if _, err := who.Force().Submit(b.ctx, upload.ID, map[string]map[string]map[string]any{
			"due_text": {"due_text": {"type": "plain_text_input", "value": "holder,product,date\nself,p-series-turnkey,2028-01-01"}},
		}); err != nil {
			t.Fatal(err)
		}
		if _, err := who.OpenHome(b.ctx); err != nil {
			t.Fatal(err)
		}
		for _, action := range []string{"due", "history", "open", "due import"} {
			b.until(action+" is refused", func() bool {
				return slices.ContainsFunc(b.denials(), func(a attempt) bool { return a.user == user && a.action == action })
			})
		}
		s := b.Slack.Snapshot()
		shown := slices.Concat(who.Ephemerals(), who.DirectMessages())
		for _, told := range append(shown, shown[0]) { // they were told something
			b.lacks(s.Text(told), "Fjordline", yeastarsim.ExpiredID, "Acme")
		}
		for _, v := range append(who.Views(), s.Homes[user]) {
			b.lacks(s.TextView(v), "Fjordline", yeastarsim.ExpiredID, "Acme")
		}
	}
	entries, err := b.Ledger.EntriesAfter(b.ctx, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Code == renewal.CodeDueEnding || e.Code == renewal.CodeDueImported {
			t.Errorf("%s was done by %s", e.Code, e.Actor)
		}
	}
	out.lacks(t, "Fjordline", "fjordline", "Acme")
}
