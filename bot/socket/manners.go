package socket

import (
	"context"
	"time"
)

// urgency says whose calls go first when Slack's limits leave no room for all.
type urgency int

const (
	person urgency = iota // somebody looks at the screen and waits
	urgent                // people decide by it, or have waited for its news
	later                 // a record or a reminder
)

// personPatience is how long a call waits for its turn that somebody waits for, unless
// its context ends before: what it is needed for must be acked in time.
const personPatience = 1500 * time.Millisecond

// manners are how a call behaves when Slack's limits leave no room for it.
type manners struct {
	urgency  urgency
	patience time.Duration
}

type mannersKey struct{}

func mannersOf(ctx context.Context) manners {
	if m, ok := ctx.Value(mannersKey{}).(manners); ok {
		return m
	}
	return manners{person, personPatience}
}

// Urgent is for the calls of jobs whose messages people decide by or have waited for. They
// come before those of Later, and wait for nothing: when Slack's limits leave no room they
// fail with slack.RateLimitedError, which says when to come back.
func Urgent(ctx context.Context) context.Context {
	return context.WithValue(ctx, mannersKey{}, manners{urgency: urgent})
}

// Later is for the calls of jobs that leave a record or remind somebody: as Urgent, but
// after it.
func Later(ctx context.Context) context.Context {
	return context.WithValue(ctx, mannersKey{}, manners{urgency: later})
}

// Patient lets calls wait for their turn for as long as ctx lasts. Without it they wait
// for a moment if somebody waits for them, and else not at all.
func Patient(ctx context.Context) context.Context {
	m := mannersOf(ctx)
	m.patience = maxWait + time.Minute
	return context.WithValue(ctx, mannersKey{}, m)
}
