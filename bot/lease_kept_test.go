package bot_test

import (
	"testing"
	"time"

	"renewbot/bot"
	"renewbot/bot/ledger"
	"renewbot/bot/sandbox"
)

// A drawing's lease could not be given back, since the ledger took nothing at that moment: the
// next drawing of the same process does not wait for its end.
func TestALeaseThatWasNotGivenBackHoldsNoCardUp(t *testing.T) {
	t.Parallel()
	b := setup(t, tuned(func(_ *ledger.Options, p *bot.Options) { p.Instance = "this one" }))
	card := b.as(sandbox.Alice).request(acmeWish)
	id := b.stored("RNW-000001").ID
	b.until("the lease", func() bool {
		got, err := b.Ledger.AcquireView(b.ctx, id, "this one", time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		return got
	})
	b.as(sandbox.Bob).press(card, "Approve")
	b.shows(card, "Ordered.")
}
