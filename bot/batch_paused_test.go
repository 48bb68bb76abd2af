package bot_test

import (
	"testing"

	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
	"renewbot/bot/slacksim"
	"renewbot/yeastar/yeastarsim"
)

// The card of a batch and the channel of it follow what holds for all orders: a pause, and another id.
func TestBatchCardSaysThatOrdersArePausedAndFollowsItsChannel(t *testing.T) {
	t.Parallel()
	const moved = "C0RENEWALSNEW"
	b := setup(t, durable(t), telling, func(o *sandbox.Options) { o.Vendor = append(o.Vendor, yeastarsim.WithCustomers(40)) })
	bob := b.as(sandbox.Bob)
	card := b.as(sandbox.Alice).batch(customer(33), customer(34))
	const paused = "Orders are paused by @bob since"
	bob.command(sandbox.Random, "/renew pause Stocktaking")
	b.shows(card, paused, "“Stocktaking”")
	bob.command(sandbox.Random, "/renew resume")
	b.wait("the card without the pause", func(*slacksim.Snapshot) bool { return !contains(b.Slack.Text(b.cardNow(card)), paused) })
	b.rest()
	b.stop()
	b.Slack.MoveChannelUnheard(sandbox.Renewals, moved)
	b.start()
	b.happened("RNW-000001", renewal.CodeMoved)
	b.happened("RNW-000002", renewal.CodeMoved)
	card.Channel = moved
	bob.press(b.cardNow(card), "Approve 2 lines")
	b.says(moved, "RNW-B0001 has ended", "2 placed")
	b.wantOrders(2)
}
