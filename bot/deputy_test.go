package bot_test

import (
	"testing"

	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
)

// An approver names a deputy, who decides in their place and in their own name, and on nothing
// that either of them asked for; when it is over, so are the deputy's rights.
func TestDeputyDecidesInTheirPlace(t *testing.T) {
	t.Parallel()
	b := setup(t)
	alice, bob := b.as(sandbox.Alice), b.as(sandbox.Bob)
	b.wants(alice.command(sandbox.Renewals, "/renew deputy @bob until Friday"), "Only approvers can have a deputy.", "Nothing was ordered.")
	b.wants(bob.command(sandbox.Renewals, "/renew deputy @bob until Friday"), "You can't be your own deputy.")
	b.wants(bob.command(sandbox.Renewals, "/renew deputy @dave until whenever"), "I can't read “until whenever” as a day")
	b.wants(bob.command(sandbox.Renewals, "/renew deputies"), "Nobody has a deputy")
	b.wants(bob.command(sandbox.Renewals, "/renew deputy @dave in 5 days"), "@dave decides for @bob until")
	b.says(sandbox.Audit, "deputy.named by @bob", "@dave")
	dave := b.as(sandbox.Dave)
	b.wants(dave.command(sandbox.Renewals, "/renew deputy @alice until Friday"), "What you may as a deputy you can't hand on")

	own := dave.request(tutorial)
	dave.press(own, "Approve")
	b.happened("RNW-000001", renewal.CodeDenied)
	b.ends("RNW-000001", renewal.Pending, 0, renewal.CodeSubmitted, renewal.CodeDenied)
	dave.press(own, "Cancel request")
	b.happened("RNW-000001", renewal.CodeCancelled)

	card := alice.request(tutorial)
	dave.press(card, "Approve")
	b.happened("RNW-000002", renewal.CodeOrdered)
	b.shows(card, "Approved by @dave as deputy of @bob")
	b.says(sandbox.Audit, "@dave as deputy of @bob approved")

	b.wants(bob.command(sandbox.Renewals, "/renew deputy off"), "Nobody has a deputy")
	card = alice.request(tutorial)
	dave.press(card, "Approve")
	b.happened("RNW-000003", renewal.CodeDenied)
}
