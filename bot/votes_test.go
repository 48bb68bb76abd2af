package bot_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"renewbot/bot/config"
	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
	"renewbot/bot/slacksim"
	"renewbot/yeastar/yeastarsim"
)

// voters are the people whose votes a request has.
func (b *bundle) voters(ref string) []string {
	b.t.Helper()
	var ids []string
	for _, v := range b.stored(ref).Votes {
		ids = append(ids, v.By)
	}
	return ids
}

// leaves takes Carol, who is an approver through the group, out of it or away.
var leaves = map[string]func(*slacksim.Workspace){
	"taken out of the group": func(w *slacksim.Workspace) { w.SetGroupMembers(sandbox.Approval) },
	"deactivated": func(w *slacksim.Workspace) {
		w.ChangeUser(sandbox.Carol, func(u *slacksim.User) { u.Deleted = true })
	},
	"made a guest": func(w *slacksim.Workspace) {
		w.ChangeUser(sandbox.Carol, func(u *slacksim.User) { u.Restricted = true })
	},
}

// Two must approve; the first one is no approver any more when the second one does.
func TestVoteOfSomebodyWhoLeftDoesNotCount(t *testing.T) {
	t.Parallel()
	for name, leave := range leaves {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock := &movable{}
			b := setup(t, quorum(2), func(o *sandbox.Options) { o.Now = clock.now })
			card := b.as(sandbox.Alice).request(acmeWish)
			b.as(sandbox.Carol).press(card, "Approve")
			b.says(sandbox.Renewals, "@carol approved (1 of 2)")
			leave(b.Slack)
			clock.advance(3 * time.Hour)
			b.as(sandbox.Bob).press(card, "Approve")
			b.says(sandbox.Renewals, "@bob approved (1 of 2)", "An approval does not count any more: @carol is no approver any more.",
				"More approvals are needed. Nothing has been ordered.")
			r := b.ends("RNW-000001", renewal.Pending, 0, renewal.CodeSubmitted, renewal.CodeVoted, renewal.CodeVoted)
			if got := b.voters("RNW-000001"); !slices.Equal(got, []string{sandbox.Bob}) || r.Revision != 1 {
				t.Errorf("the votes of revision %d are %q", r.Revision, got)
			}
			last := b.entries("RNW-000001")[2]
			if got := last.Detail[renewal.DetailLost]; got != sandbox.Carol+" is no approver any more" {
				t.Errorf("the trail names %q", got)
			}
		})
	}
}

// The approver leaves while the approved order waits for the portal.
func TestApproverWhoLeftBeforeTheOrderIsSent(t *testing.T) {
	t.Parallel()
	for name, leave := range leaves {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, clock := setupAt(t, quorum(2))
			card := b.as(sandbox.Alice).request(acmeWish)
			down := b.Vendor.Fault(yeastarsim.AnyEndpoint, yeastarsim.HTTPError(503))
			b.as(sandbox.Carol).press(card, "Approve")
			b.as(sandbox.Bob).press(b.shows(card, "1 of 2 approvals"), "Approve")
			b.happened("RNW-000001", renewal.CodeApproved)
			clock.Advance(time.Minute)
			b.says(sandbox.Renewals, "can't be reached right now", "I keep trying until")
			leave(b.Slack)
			clock.Advance(2 * time.Minute) // longer than what is known of people is used
			down.Remove()
			clock.Advance(time.Minute)
			b.happened("RNW-000001", renewal.CodeLapsed)
			b.says(sandbox.Renewals, "@carol is no approver any more", "So this needs approval again (1 of 2). Nothing has been ordered.")
			b.hears(sandbox.Alice, "RNW-000001", "needs approval again")
			if got := b.voters("RNW-000001"); !slices.Equal(got, []string{sandbox.Bob}) {
				t.Errorf("the votes are %q", got)
			}
			b.wantOrders(0)
			if got := b.entry("RNW-000001", renewal.CodeLapsed); got.Detail[renewal.DetailLost] != sandbox.Carol+" is no approver any more" {
				t.Errorf("the trail has %+v", got)
			}
			b.shows(card, "Changed in revision 2", "an approval does not count any more", "1 of 2 approvals")
		})
	}
}

// Slack is silent about who approved: the order waits, as it does for the portal.
func TestOrderWaitsForWhatSlackTellsOfTheVoters(t *testing.T) {
	t.Parallel()
	b, clock := setupAt(t, durable(t))
	card := b.as(sandbox.Alice).request(acmeWish)
	down := b.Vendor.Fault(yeastarsim.AnyEndpoint, yeastarsim.HTTPError(503))
	b.as(sandbox.Bob).press(card, "Approve")
	b.shows(card, "The order is about to be placed.")
	b.stop()
	again := b.Slack.Fail("users.info", slacksim.Fault{Kind: slacksim.FaultError, Error: "internal_error"})
	down.Remove()
	clock.Advance(time.Minute)
	b.start()
	b.says(sandbox.Renewals, "Nothing has been ordered yet: the check before it can't be made just now.",
		"Slack did not tell whether everybody who approved may still approve", "I keep trying")
	b.wantOrders(0)
	again()
	clock.Advance(time.Minute)
	b.happened("RNW-000001", renewal.CodeOrdered)
	b.wantOrders(1)
}

// More approvals are required than when a request was made, or approved.
func TestRaisedQuorumHoldsForWhatWaits(t *testing.T) {
	t.Parallel()
	t.Run("pending", func(t *testing.T) {
		t.Parallel()
		b := setup(t, durable(t))
		card := b.as(sandbox.Alice).request(acmeWish)
		b.stop()
		b.Config.Renew.ApprovalsRequired = 2
		b.start()
		b.as(sandbox.Bob).press(card, "Approve")
		b.says(sandbox.Renewals, "@bob approved (1 of 2)", "More approvals are needed. Nothing has been ordered.")
		b.wants(b.as(sandbox.Carol).press(b.shows(card, "1 of 2 approvals"), "Approve").Confirm.Text, "cannot be undone")
		b.happened("RNW-000001", renewal.CodeOrdered)
		b.wantOrders(1)
	})
	t.Run("approved", func(t *testing.T) {
		t.Parallel()
		b, clock := setupAt(t, durable(t))
		card := b.as(sandbox.Alice).request(acmeWish)
		down := b.Vendor.Fault(yeastarsim.AnyEndpoint, yeastarsim.HTTPError(503))
		b.as(sandbox.Bob).press(card, "Approve")
		b.shows(card, "The order is about to be placed.")
		b.stop()
		b.Config.Renew.ApprovalsRequired = 2
		down.Remove()
		clock.Advance(time.Minute)
		b.start()
		b.says(sandbox.Renewals, "More approvals are needed by now. So this needs approval again (1 of 2). Nothing has been ordered.")
		b.wantOrders(0)
		b.as(sandbox.Carol).press(b.shows(card, "1 of 2 approvals: @bob"), "Approve")
		b.happened("RNW-000001", renewal.CodeOrdered)
		b.wantOrders(1)
	})
}

// An approval of long ago is not ordered when the bot comes back.
func TestOldApprovalIsAskedAnew(t *testing.T) {
	t.Parallel()
	b, clock := setupAt(t, durable(t))
	card := b.as(sandbox.Alice).request(acmeWish)
	down := b.Vendor.Fault(yeastarsim.AnyEndpoint, yeastarsim.HTTPError(503))
	b.as(sandbox.Bob).press(card, "Approve")
	b.shows(card, "The order is about to be placed.")
	b.stop()
	down.Remove()
	clock.Advance(30 * 24 * time.Hour)
	b.start()
	b.happened("RNW-000001", renewal.CodeLapsed)
	b.says(sandbox.Renewals, "@bob approved it too long ago", "So this needs approval again (0 of 1). Nothing has been ordered.")
	now := b.shows(card, "Waiting for approval", "Changed in revision 2", "its approval had become too old")
	b.ends("RNW-000001", renewal.Pending, 0, renewal.CodeSubmitted, renewal.CodeApproved, renewal.CodeLapsed)
	b.as(sandbox.Bob).forceClick(clickOn(t, card, "approve")) // the button of a month ago
	b.as(sandbox.Bob).alone("was changed since this card was drawn")
	b.as(sandbox.Bob).press(now, "Approve")
	b.happened("RNW-000001", renewal.CodeOrdered)
	b.wantOrders(1)
}

// A refused request that is tried again long after its approval is decided anew.
func TestOldRetryIsAskedAnew(t *testing.T) {
	t.Parallel()
	b, clock := setupAt(t, durable(t))
	b.Vendor.Fault(yeastarsim.OrderSave, yeastarsim.Refuse("insufficient_credit", "No.").Times(1))
	card := b.approved()
	b.happened("RNW-000001", renewal.CodeRefused)
	b.card(sandbox.Renewals, "RNW-000001", "Try again")
	b.stop()
	clock.Advance(200 * 24 * time.Hour)
	b.start()
	says, _ := b.as(sandbox.Bob).dialog(b.card(sandbox.Renewals, "RNW-000001", "Try again"), "Try again")
	b.wants(says, "An old approval is asked for anew.")
	b.says(sandbox.Renewals, "@bob asked to try again. Its approval had become too old. So this needs approval again (0 of 1).")
	b.wantOrders(1) // which was refused
	b.as(sandbox.Bob).press(b.shows(card, "Waiting for approval", "Changed in revision 2"), "Approve")
	b.happened("RNW-000001", renewal.CodeOrdered)
	b.wantOrders(2)
}

// What is approved and not sent can be stopped by who asked for it and by approvers.
func TestApprovedOrderIsStopped(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		who  string
		stop func(*actor, slacksim.Message)
	}{
		"by its requester's click":   {sandbox.Alice, func(a *actor, m slacksim.Message) { a.stops(m) }},
		"by an approver's click":     {sandbox.Carol, func(a *actor, m slacksim.Message) { a.stops(m) }},
		"by its requester's command": {sandbox.Alice, func(a *actor, _ slacksim.Message) { a.cancels() }},
		"by an approver's command":   {sandbox.Bob, func(a *actor, _ slacksim.Message) { a.cancels() }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, clock := setupAt(t, durable(t))
			card := b.as(sandbox.Alice).request(acmeWish)
			down := b.Vendor.Fault(yeastarsim.AnyEndpoint, yeastarsim.HTTPError(503))
			b.as(sandbox.Bob).press(card, "Approve")
			now := b.card(sandbox.Renewals, "RNW-000001", "Stop the order")
			b.as(sandbox.Dave).press(now, "Stop the order")
			b.as(sandbox.Dave).alone("Only the requester or an approver can cancel RNW-000001. Nothing was ordered.")
			c.stop(b.as(c.who), now)
			b.happened("RNW-000001", renewal.CodeCancelled)
			b.says(sandbox.Renewals, b.name(c.who)+" stopped the order before it was sent. Nothing was ordered.")
			if c.who != sandbox.Alice {
				b.hears(sandbox.Alice, "RNW-000001", "stopped the order before it was sent")
			}
			if drawn := b.shows(card, "Cancelled."); !endedCard(drawn) {
				t.Errorf("the card has buttons: %q", drawn.Buttons())
			}
			down.Remove()
			clock.Advance(time.Hour)
			b.restart()
			b.ends("RNW-000001", renewal.Cancelled, 0, renewal.CodeSubmitted, renewal.CodeApproved, renewal.CodeDenied, renewal.CodeCancelled)
		})
	}
}

func (a *actor) stops(card slacksim.Message) {
	a.b.t.Helper()
	a.b.wants(a.press(card, "Stop the order").Confirm.Text, "Acme Telecom", "It was not sent yet.")
}

func (a *actor) cancels() {
	a.b.t.Helper()
	a.b.wants(a.command(sandbox.Renewals, "/renew cancel RNW-000001"), "RNW-000001", "Nothing was ordered.")
}

// Once the order is on its way, nobody stops it.
func TestOrderThatIsSentIsNotStopped(t *testing.T) {
	t.Parallel()
	b := setup(t)
	card := b.as(sandbox.Alice).request(acmeWish)
	release := make(chan struct{})
	held := b.Vendor.Fault(yeastarsim.OrderSave, yeastarsim.Hold(release))
	b.as(sandbox.Bob).press(card, "Approve")
	if err := held.Wait(b.ctx, 1); err != nil {
		t.Fatal(err)
	}
	b.wants(b.as(sandbox.Alice).command(sandbox.Renewals, "/renew cancel RNW-000001"), "is being ordered right now")
	close(release)
	b.happened("RNW-000001", renewal.CodeOrdered)
	b.wantOrders(1)
}

// Where two must approve, one person alone neither settles and tries again nor tries again.
func TestTryAgainTakesTwoWhereApprovalDid(t *testing.T) {
	t.Parallel()
	b, _ := setupAt(t, quorum(2))
	b.Vendor.Fault(yeastarsim.OrderSave, yeastarsim.Reset().Times(1)) // before the effect
	card := b.as(sandbox.Alice).request(acmeWish)
	b.as(sandbox.Bob).press(card, "Approve")
	b.as(sandbox.Carol).press(b.shows(card, "1 of 2 approvals"), "Approve")
	b.happened("RNW-000001", renewal.CodeUnknown)
	b.notPlaced(b.card(sandbox.Renewals, "RNW-000001", "It was not placed…"))
	const settled, other = sandbox.Bob, sandbox.Carol
	again := b.card(sandbox.Renewals, "RNW-000001", "Try again")
	b.as(settled).press(again, "Try again")
	b.as(settled).alone("You found that the order of RNW-000001 was not placed, so somebody else has to try it again.")
	b.wants(b.as(other).press(again, "Try again").Confirm.Text, "This is approval 1 of 2.")
	b.says(sandbox.Renewals, b.name(other)+" asked to try again. One person alone does not order it again. So this needs approval again (1 of 2).")
	if n := len(b.stored("RNW-000001").Attempts); n != 1 {
		t.Fatalf("%d attempts after one person's retry", n)
	}
	b.as(settled).press(b.shows(card, "Changed in revision 2", "1 of 2 approvals"), "Approve")
	b.happened("RNW-000001", renewal.CodeOrdered)
	if n := len(b.Vendor.Placed()); n != 1 {
		t.Errorf("%d orders", n)
	}
}

// grid makes the workspace part of an organisation.
func grid(o *sandbox.Options) {
	o.Slack = append(o.Slack, slacksim.WithEnterprise("E0ACME", "Acme Group"))
}

// moved is a person whose id became another one when the workspace joined the organisation.
func moved(id, name string) slacksim.User {
	return slacksim.User{ID: id, Name: name, EnterpriseUserID: "W" + strings.ToUpper(name)}
}

func TestChangedIDIsTheSamePerson(t *testing.T) {
	t.Parallel()
	const carol, alice = "W0CAROL", "W0ALICE"
	start := func(t *testing.T, change ...func(*sandbox.Options)) (*bundle, *movable) {
		t.Helper()
		clock := &movable{}
		b := setup(t, append(change, grid, configured(func(r *config.Renew) { r.Approvers = config.IDs{sandbox.Bob, sandbox.Carol, carol, alice} }),
			func(o *sandbox.Options) {
				o.Now = clock.now
				o.Slack = append(o.Slack, func(w *slacksim.Workspace) {
					w.AddUser(moved(carol, "carol"))
					w.AddUser(moved(alice, "alice"))
				})
			})...)
		b.Slack.ChangeUser(sandbox.Carol, func(u *slacksim.User) { u.EnterpriseUserID = "WCAROL" })
		b.Slack.ChangeUser(sandbox.Alice, func(u *slacksim.User) { u.EnterpriseUserID = "WALICE" })
		clock.advance(2 * time.Minute) // what was known before is too old
		b.Slack.Invite(sandbox.Renewals, carol)
		b.Slack.Invite(sandbox.Renewals, alice)
		return b, clock
	}
	t.Run("the requester does not approve under another id", func(t *testing.T) {
		t.Parallel()
		b, _ := start(t)
		card := b.as(sandbox.Alice).request(acmeWish)
		b.as(alice).press(card, "Approve")
		b.as(alice).alone("You asked for RNW-000001 yourself, so somebody else has to approve it. Nothing was ordered.")
		b.wantStatus(1, renewal.Pending)
		b.as(alice).press(card, "Cancel request")
		b.happened("RNW-000001", renewal.CodeCancelled)
	})
	t.Run("nobody votes twice", func(t *testing.T) {
		t.Parallel()
		b, _ := start(t, quorum(2))
		card := b.as(sandbox.Alice).request(acmeWish)
		b.as(sandbox.Carol).press(card, "Approve")
		card = b.shows(card, "1 of 2 approvals")
		b.as(carol).press(card, "Approve")
		b.as(carol).alone("You have approved RNW-000001 already; 1 of 2 approvals are in.")
		b.as(sandbox.Bob).press(card, "Approve")
		b.happened("RNW-000001", renewal.CodeOrdered)
		b.wantOrders(1)
	})
	t.Run("the requester withdraws lines of a batch under another id", func(t *testing.T) {
		t.Parallel()
		b, _ := start(t, telling, forty)
		card := b.as(sandbox.Alice).batch(customer(31), customer(33))
		b.as(alice).press(card, "Leave lines out…")
		b.as(alice).choose("Lines", "", "RNW-000002")
		b.as(alice).submitOK()
		b.happened("RNW-000002", renewal.CodeCancelled)
		b.card(sandbox.Renewals, "RNW-B0001", "Approve 1 line")
	})
	t.Run("what Slack does not tell is refused", func(t *testing.T) {
		t.Parallel()
		b, clock := start(t)
		card := b.as(sandbox.Alice).request(acmeWish)
		clock.advance(3 * time.Minute)
		b.Slack.Fail("users.info", slacksim.Fault{Kind: slacksim.FaultError, Error: "user_not_found"}, slacksim.When(func(c slacksim.Call) bool { return c.Param("user") == sandbox.Alice }))
		b.as(sandbox.Bob).press(card, "Approve")
		b.as(sandbox.Bob).alone("Slack did not tell me whether it was you who asked for RNW-000001")
		b.wantStatus(1, renewal.Pending)
	})
}

// People of other workspaces of the organisation may do what their own id is named for.
func TestPeopleOfSisterWorkspaces(t *testing.T) {
	t.Parallel()
	const sister = "W0SISTER"
	for name, c := range map[string]struct {
		approvers config.IDs
		group     []string
		told      string
	}{
		"not named":                {config.IDs{sandbox.Bob}, nil, "Only people of this workspace can request or approve renewals."},
		"in a group that is named": {config.IDs{sandbox.Bob, sandbox.Approval}, []string{sister}, "Only people of this workspace can request or approve renewals."},
		"named":                    {config.IDs{sandbox.Bob, sister}, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, grid, configured(func(r *config.Renew) { r.Approvers = c.approvers }), func(o *sandbox.Options) {
				o.Slack = append(o.Slack, func(w *slacksim.Workspace) {
					w.AddUser(slacksim.User{ID: sister, Name: "sister", TeamID: "T0SISTER", Teams: []string{"T0SISTER"}})
				})
			})
			card := b.as(sandbox.Alice).request(acmeWish)
			b.Slack.Invite(sandbox.Renewals, sister)
			if c.group != nil {
				b.Slack.SetGroupMembers(sandbox.Approval, c.group...)
				b.acked("subteam_members_changed")
			}
			p := b.as(sister)
			p.press(card, "Approve")
			if c.told != "" {
				p.alone(c.told)
				b.wantStatus(1, renewal.Pending)
				return
			}
			b.happened("RNW-000001", renewal.CodeOrdered)
			b.wants(p.command(sandbox.Renewals, "/renew"), "request", "Nothing was ordered.") // only approves
		})
	}
}
