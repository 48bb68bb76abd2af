package bot_test

import (
	"strings"
	"testing"

	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
)

// Whatever tells of a request elsewhere leads to its card.
func TestWhateverTellsOfARequestLeadsToItsCard(t *testing.T) {
	t.Parallel()
	b, clock := setupAt(t, configured(longLived))
	alice, bob := b.as(sandbox.Alice), b.as(sandbox.Bob)
	card := alice.request(acmeWish)
	link := "/archives/" + card.Channel + "/p" + strings.ReplaceAll(card.TS, ".", "")
	bob.home("RNW-000001", link)
	alice.home("RNW-000001", link)
	b.wants(bob.command(sandbox.Random, "/renew list"), "RNW-000001", link)
	b.wants(alice.command(sandbox.Random, "/renew status RNW-000001"), "RNW-000001", "[Open]")
	b.wants(alice.command(sandbox.Random, "/renew status acme"), "RNW-000001", link)
	b.laterAt(clock, at(2, 14))
	b.hears(sandbox.Bob, "RNW-000001", "waits for your decision", link)
	bob.press(card, "Return…")
	bob.typeIn("What should be changed?", "The PO number")
	bob.submitOK()
	b.hears(sandbox.Alice, "RNW-000001", "The PO number", link)
	b.says(sandbox.Audit, "RNW-000001", "asks for changes", link)
	b.happened("RNW-000001", renewal.CodeReturned)
	alice.command(sandbox.Random, "/renew history it@acme-telecom.example")
	alice.list("RNW-000001", link)
	b.wantOrders(0)
}
