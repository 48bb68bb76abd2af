package bot_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"renewbot/bot/due"
	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
	"renewbot/bot/slacksim"
	"renewbot/yeastar"
	"renewbot/yeastar/yeastarsim"
)

// TestRequestsOfRowsCostFewCalls asks Slack once who may read the channel of requests that a list has, however many
// there are and however often it is drawn.
func TestRequestsOfRowsCostFewCalls(t *testing.T) {
	t.Parallel()
	b := setup(t, telling, newMoving().set)
	alice, dave := b.as(sandbox.Alice), b.as(sandbox.Dave)
	secret := tutorial
	secret.channel = sandbox.Leads // private, and Dave is not in it
	alice.request(secret)
	offer := b.stored("RNW-000001").Offer
	s := renewal.BatchSubmission{Key: "three", By: renewal.Actor{UserID: sandbox.Alice, MayRequest: true}, Channel: sandbox.Leads}
	for _, id := range []string{yeastarsim.AcmeTelecomID, yeastarsim.NorthwindID, yeastarsim.ExpiredID} {
		offer.Holder = renewal.Holder{PartnerID: yeastar.ID(id), Name: "Example"}
		s.Lines = append(s.Lines, renewal.Submission{Offer: offer})
	}
	if _, _, err := b.Ledger.SubmitBatch(b.ctx, s); err != nil {
		t.Fatal(err)
	}
	b.card(sandbox.Leads, "RNW-B0001", "Approve 3 lines")

	calls := func() (n [2]int) {
		for i, method := range []string{"conversations.info", "conversations.members"} {
			for _, call := range b.Slack.Calls(method) {
				if call.Param("channel") == sandbox.Leads {
					n[i]++
				}
			}
		}
		return n
	}
	before := calls()
	draw := func() (n [2]int) {
		dave.command(sandbox.Random, "/renew due")
		m := dave.list("Renewals due", "Its number is for those who can read its channel")
		if text := b.Slack.Text(m); strings.Count(text, "A request for it is open.") < 3 || contains(text, "RNW-0") {
			t.Errorf("the list says\n%s", text)
		}
		return calls()
	}
	first := draw()
	if first[0]-before[0] > 1 || first[1]-before[1] > 1 {
		t.Errorf("the list made %d and %d calls", first[0]-before[0], first[1]-before[1])
	}
	if again := draw(); again != first {
		t.Errorf("drawing it again made %d and %d calls more", again[0]-first[0], again[1]-first[1])
	}
}

// TestManyOwnersAreLookedUpTogether draws a list without asking Slack of one owner after the other, and asks no more often
// of one whom it does not know.
func TestManyOwnersAreLookedUpTogether(t *testing.T) {
	t.Parallel()
	const owners, each = 20, 300 * time.Millisecond
	clock := newMoving()
	b := setup(t, telling, clock.set)
	var marks []ledger.MarkChange
	owned := func(owner string) {
		k := due.Key{Product: "p-series-turnkey", Holder: "id:" + owner}
		marks = append(marks, ledger.MarkChange{Key: k, Change: func(m due.Mark) due.Mark {
			m.Owner, m.Imported = owner, &due.Imported{At: clock.now(), On: clock.now()}
			return m
		}})
	}
	for n := range owners {
		u := slacksim.User{ID: fmt.Sprintf("U0OWNER%02d", n), Name: fmt.Sprintf("owner%d", n)}
		b.Slack.AddUser(u)
		owned(u.ID)
	}
	const nobody = "U0NOBODY"
	owned(nobody)
	if _, _, err := b.Ledger.Mark(b.ctx, marks, renewal.Entry{}); err != nil {
		t.Fatal(err)
	}
	b.Slack.Fail("users.info", slacksim.Fault{Delay: each})
	alice := b.as(sandbox.Alice)
	began := time.Now()
	alice.command(sandbox.Renewals, "/renew due")
	alice.list("Renewals due", "Page 1 of")
	if took := time.Since(began); took > owners*each/2 {
		t.Errorf("the list took %s", took)
	}
	alice.command(sandbox.Renewals, "/renew due mine")
	alice.list("Nothing here ends")
	asked := 0
	for _, call := range b.Slack.Calls("users.info") {
		if call.Param("user") == nobody {
			asked++
		}
	}
	if asked != 1 {
		t.Errorf("Slack was asked %d times of somebody it does not know", asked)
	}
}

// TestEarlyListNamesRequests though Slack is slow to say who all the owners are.
func TestEarlyListNamesRequests(t *testing.T) {
	t.Parallel()
	clock := newMoving()
	b := setup(t, telling, durable(t), clock.set)
	dave := b.as(sandbox.Dave)
	dave.request(acmeWish)
	b.wholeView("RNW-000001")
	b.owners(20, clock.now())
	k := due.Key{Product: "p-series-turnkey", Holder: yeastarsim.AcmeTelecomID}
	if _, _, err := b.Ledger.Mark(b.ctx, []ledger.MarkChange{{Key: k, Change: func(m due.Mark) due.Mark {
		m.Imported = &due.Imported{At: clock.now(), On: clock.now(), Name: "Acme Telecom"}
		return m
	}}}, renewal.Entry{}); err != nil {
		t.Fatal(err)
	}
	b.stop()
	read := make(chan struct{})
	b.Vendor.Fault(yeastarsim.InstanceProductList, yeastarsim.Hold(read))
	defer close(read)
	b.Slack.Fail("users.info", slacksim.Fault{Delay: 300 * time.Millisecond})
	b.start()
	dave.command(sandbox.Renewals, "/renew due acme")
	b.lacks(b.Slack.Text(dave.list(early, "Acme Telecom", "RNW-000001")), "Its number is for those")
}
