package page

import (
	"time"

	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
)

// observer hears from the ledger when there is something new of the bot to show.
type observer struct{ session *session }

// Saved is followed by Wrote.
func (observer) Saved(renewal.Change) {}

// Wrote says that something may have changed.
func (o observer) Wrote(time.Duration, bool) { o.session.poke() }

// Ran counts the tries that failed.
func (o observer) Ran(_ renewal.JobKind, outcome ledger.RunOutcome, _ time.Duration) {
	if outcome == ledger.RunFailed {
		o.session.failures.Add(1)
	}
	o.session.poke()
}
