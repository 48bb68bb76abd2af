package ledger

import (
	"context"
	"errors"
	"time"

	"renewbot/bot/logs"
	"renewbot/bot/renewal"
)

// Observer is told what the ledger does, for figures. Its methods must be quick and may
// be called from several goroutines.
type Observer interface {
	// Saved is told of every change of a request, and of every refused action, once it
	// is committed.
	Saved(c renewal.Change)
	// Wrote is told of every transaction: how long it took, and whether it failed for a
	// reason that is the database's.
	Wrote(took time.Duration, failed bool)
	// Ran is told of every run of a job.
	Ran(kind renewal.JobKind, outcome RunOutcome, took time.Duration)
}

// RunOutcome is how a run of a job ended.
type RunOutcome string

// The outcomes of a run.
const (
	RunDone    RunOutcome = "done"
	RunSnoozed RunOutcome = "snoozed" // it will be run again, as planned
	RunFailed  RunOutcome = "failed"  // it will be tried again
)

// unobserved is the observer when nobody wants to know.
type unobserved struct{}

func (unobserved) Saved(renewal.Change)                           {}
func (unobserved) Wrote(time.Duration, bool)                      {}
func (unobserved) Ran(renewal.JobKind, RunOutcome, time.Duration) {}

// tell tells the observer, and the log of a request that is in another state now.
func (l *Ledger) tell(ctx context.Context, c renewal.Change) {
	l.options.Observer.Saved(c)
	if e := c.Entry; e.From != e.To {
		l.options.Logger.InfoContext(logs.Request(ctx, e.RequestID), "a request changed", "code", e.Code, "from", e.From, "to", e.To)
	}
}

// atFault says whether a transaction failed for the database, and not for what it was
// about: a request that does not exist, one that somebody else changed, or work that was
// given up.
func atFault(err error) bool {
	for _, other := range []error{ErrNotFound, errConflict, errHeld, ErrReadOnly, context.Canceled} {
		if errors.Is(err, other) {
			return false
		}
	}
	return err != nil
}

// runOutcome is how a handler's error ends a run.
func runOutcome(err error) RunOutcome {
	switch {
	case err == nil:
		return RunDone
	case snoozes(err) != nil:
		return RunSnoozed
	}
	return RunFailed
}
