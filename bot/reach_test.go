package bot_test

import (
	"testing"

	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
	"renewbot/bot/slacksim"
)

// What somebody approved who is on the list no more does not count for whether it can be approved.
func TestTheVoteOfWhoLeftSavesNoRequest(t *testing.T) {
	t.Parallel()
	b, clock := setupAt(t, configured(longLived), quorum(2))
	card := b.as(sandbox.Alice).request(acmeWish)
	b.as(sandbox.Carol).press(card, "Approve")
	b.shows(card, "1 of 2 approvals")
	b.Slack.SetGroupMembers(sandbox.Approval)
	b.rest()
	b.laterAt(clock, at(2, 14))
	b.hears(sandbox.Bob, "RNW-000001", "waits for your decision")
	b.shows(card, "Too few people are left who may approve this")
	b.wantOrders(0)
}

// A group that has nobody, whom Slack does not tell any more, or that has the requester alone, is nobody who could approve.
func TestAGroupThatHasNobodyForIt(t *testing.T) {
	t.Parallel()
	members := func(ids ...string) func(*bundle) {
		return func(b *bundle) { b.Slack.SetGroupMembers(sandbox.Approval, ids...) }
	}
	for name, change := range map[string]func(*bundle){
		"nobody": members(), "the requester": members(sandbox.Alice), "disabled": func(b *bundle) {
			b.Slack.Fail("usergroups.users.list", slacksim.Fault{Kind: slacksim.FaultError, Error: "no_such_subteam"})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, clock := setupAt(t, configured(longLived), ruled(t, `version: 1
rules:
  - name: two
    steps: [{who: `+sandbox.Bob+`}, {who: `+sandbox.Approval+`}]
`))
			alice := b.as(sandbox.Alice)
			card := alice.request(acmeWish)
			change(b)
			b.rest()
			b.laterAt(clock, at(2, 14))
			b.shows(card, "Too few people are left who may approve this")
			if name == "disabled" {
				return // then nobody can ask for anything
			}
			alice.fill(tutorial)
			alice.submitOK()
			b.wants(b.Slack.TextView(alice.titled("Please check")), "Too few people may approve this when you ask for it")
		})
	}
}

// Nobody else is in the group of a later step, so that its deputy's own approval is needed there.
func TestADeputyIsNeededBesideAnEmptyGroup(t *testing.T) {
	t.Parallel()
	b := setup(t, ruled(t, `version: 1
rules:
  - name: two
    steps: [{who: `+sandbox.Bob+`}, {who: [`+sandbox.Dave+`, `+sandbox.Approval+`]}]
`))
	b.as(sandbox.Bob).command(sandbox.Renewals, "/renew deputy @dave in 5 days")
	dave := b.as(sandbox.Dave)
	b.Slack.SetGroupMembers(sandbox.Approval, sandbox.Alice)
	b.rest()
	card := b.as(sandbox.Alice).request(acmeWish)
	dave.press(card, "Approve")
	dave.alone("Your own approval of RNW-000001 is needed at a later step", "Nothing was ordered by this.")
	b.as(sandbox.Bob).press(card, "Approve")
	dave.press(card, "Approve")
	b.happened("RNW-000001", renewal.CodeOrdered)
	b.wantOrders(1)
}
