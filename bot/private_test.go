package bot_test

import (
	"testing"

	"renewbot/blocks"
	"renewbot/bot/config"
	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
	"renewbot/yeastar/yeastarsim"
)

// TestWhatIsPrivateIsNotNamed keeps the numbers and people of private requests from who is not in their channel,
// and the doubt itself from nobody.
func TestWhatIsPrivateIsNotNamed(t *testing.T) {
	t.Parallel()
	b := setup(t, telling, forty)
	alice, dave, bob := b.as(sandbox.Alice), b.as(sandbox.Dave), b.as(sandbox.Bob)
	secret := acmeWish
	secret.channel = sandbox.Leads
	theirs := alice.request(secret)
	said := dave.command(sandbox.Random, "/renew cancel RNW-000001")
	b.wants(said, "RNW-000001 belongs to a private channel that you are not in", "Nothing was changed")
	b.lacks(said, "alice")
	dave.fill(acmeWish)
	dave.submitOK()
	dave.titled("Please check")
	dave.reads("Another request, in a private channel", "asked for a renewal of the same package, and was open when this was checked")
	dave.explain("It is agreed.")
	dave.submitOK()
	dave.back()
	card := b.card(sandbox.Renewals, "RNW-000002", "Approve")
	b.shows(card, "Another request, in a private channel")
	b.lacks(b.Slack.Text(b.cardNow(card)), "RNW-000001")
	release := make(chan struct{})
	held := b.Vendor.Fault(yeastarsim.OrderSave, yeastarsim.Hold(release).Times(1))

	bob.press(theirs, "Approve")
	if err := held.Wait(b.ctx, 1); err != nil {
		t.Fatal(err)
	}
	bob.press(card, "Approve")
	b.says(sandbox.Renewals, "the order of a request in a private channel, for the same package, has to be finished first")
	b.lacks(b.Slack.Text(b.cardNow(card)), "RNW-000001")
	close(release)
	b.happened("RNW-000001", renewal.CodeOrdered)
	dave.fill(acmeWish)
	b.lacks(dave.reads("Number of extensions", "Another request, in a private channel"), "RNW-000001", "XS")
	// In the private channel itself they know each other.
	alice.fill(secret)
	alice.submitOK()
	alice.titled("Please check")
	alice.reads("RNW-000001 renewed the same package on", "order XS")
}

// Who is in a private channel knows what was ordered there before Slack gave it another id.
func TestAMovedChannelKnowsItsRequests(t *testing.T) {
	t.Parallel()
	const moved = "C0LEADSNEW"
	b := setup(t, telling, forty)
	alice := b.as(sandbox.Alice)
	secret := acmeWish
	secret.channel = sandbox.Leads
	b.as(sandbox.Bob).press(alice.request(secret), "Approve")
	b.happened("RNW-000001", renewal.CodeOrdered)
	b.wholeView("RNW-000001")
	b.Slack.MoveChannel(sandbox.Leads, moved)
	b.until("the move", func() bool { ids, err := b.Ledger.ChannelIDs(b.ctx); return err == nil && ids[sandbox.Leads] == moved })
	secret.channel = moved
	alice.fill(secret)
	alice.submitOK()
	alice.titled("Please check")
	alice.reads("RNW-000001 renewed the same package on")
	alice.back()
	alice.back()
	alice.fill(acmeWish)
	alice.submitOK()
	alice.titled("Please check")
	b.lacks(alice.reads("Another request, in a private channel"), "RNW-000001")
}

// TestAChannelThatIsChosenTellsNothing keeps what is private from who chooses its channel in a form and is not in it.
func TestAChannelThatIsChosenTellsNothing(t *testing.T) {
	t.Parallel()
	b := setup(t, telling, forty, func(o *sandbox.Options) {
		o.Configure = func(c *config.Config) { c.Renew.Channels = []string{sandbox.Renewals, sandbox.Leads} }
	})
	secret := acmeWish
	secret.channel = sandbox.Leads
	b.as(sandbox.Bob).press(b.as(sandbox.Alice).request(secret), "Approve")
	b.happened("RNW-000001", renewal.CodeOrdered)
	dave := b.as(sandbox.Dave)
	dave.fill(acmeWish)
	dave.redrawn()
	dave.choose(postIn, "", sandbox.Leads)
	dave.choose("Order", "", blocks.WhenDay)
	b.lacks(dave.reads("Another request, in a private channel", "Day of the order"), "RNW-000001")
}
