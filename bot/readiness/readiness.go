// Package readiness says how the parts are that a bot needs: Slack, the ledger, the vendor.
// It mends nothing, and asks each of them no more often than it has to.
package readiness

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"renewbot/bot/ledger"
	"renewbot/bot/monitor"
	"renewbot/bot/socket"
	"renewbot/yeastar"
)

const (
	// partTimeout bounds how long one part is asked how it is.
	partTimeout = 2 * time.Second
	// saveEvery is how often it is tried at most whether something can be saved, while it
	// can: a trial is a write to the disk.
	saveEvery = 10 * time.Second
	// loginEvery is how often the vendor is asked at most for a token, because somebody
	// asks how the bot is.
	loginEvery = 15 * time.Second
)

// Options are the parts that are looked at.
type Options struct {
	Socket *socket.Client
	Ledger *ledger.Ledger
	Vendor *yeastar.Client
	Log    *slog.Logger
}

// Readiness looks at the parts. Make it with New.
type Readiness struct {
	socket *socket.Client
	ledger *ledger.Ledger
	vendor *yeastar.Client
	log    *slog.Logger
	login  login
	saving saving
}

// New makes a Readiness that has looked at nothing yet.
func New(o Options) *Readiness {
	return &Readiness{socket: o.Socket, ledger: o.Ledger, vendor: o.Vendor, log: o.Log}
}

// Parts tells how the parts are that the bot needs. Without a connection to Slack or
// without its ledger it can do nothing, and with credentials that the vendor refuses it
// never will. A vendor that fails for a while is told and is no reason to take the bot
// away, and so are paused orders: people can go on requesting and approving, what was approved waits, and a
// restart would mend nothing.
func (r *Readiness) Parts(ctx context.Context) []monitor.Part {
	parts := make([]monitor.Part, 4)
	var all sync.WaitGroup
	all.Go(func() { parts[0] = r.slackPart() })
	all.Go(func() { parts[1] = r.databasePart(ctx) })
	all.Go(func() { parts[2] = r.vendorPart(ctx) })
	all.Go(func() { parts[3] = r.ordersPart(ctx) })
	all.Wait()
	return parts
}

func (r *Readiness) slackPart() monitor.Part {
	up := r.socket.Up()
	p := monitor.Part{Name: "slack", State: monitor.OK, Detail: fmt.Sprintf("%d of %d connections", up, socket.Connections)}
	switch {
	case up == 0:
		p.State, p.Detail = monitor.Down, "no connection to Slack"
	case up < socket.Connections:
		p.State = monitor.Trouble
	}
	return p
}

func (r *Readiness) databasePart(ctx context.Context) monitor.Part {
	ctx, cancel := context.WithTimeout(ctx, partTimeout)
	defer cancel()
	if _, err := r.ledger.EntriesAfter(ctx, 0, 1); err != nil {
		return monitor.Part{Name: "database", State: monitor.Down, Detail: "the ledger can't be read"}
	}
	if err := r.saving.try(ctx, r.ledger.Writable); err != nil {
		r.log.ErrorContext(ctx, "nothing can be saved in the ledger: is its disk full, or is it read-only?", "error", err)
		return monitor.Part{Name: "database", State: monitor.Down, Detail: "nothing can be saved in the ledger"}
	}
	return monitor.Part{Name: "database", State: monitor.OK, Detail: "the ledger can be read and written"}
}

// ordersPart tells whether people keep orders from being sent. That is what they want, so the
// bot is as ready as it can be.
func (r *Readiness) ordersPart(ctx context.Context) monitor.Part {
	ctx, cancel := context.WithTimeout(ctx, partTimeout)
	defer cancel()
	switch p, err := r.ledger.Paused(ctx); {
	case err != nil:
		return monitor.Part{Name: "orders", State: monitor.Trouble, Detail: "it can't be read whether orders are paused"}
	case p.Holds():
		return monitor.Part{Name: "orders", State: monitor.Trouble, Detail: "paused since " + p.At.UTC().Format(time.RFC3339) + ": nothing is ordered"}
	}
	return monitor.Part{Name: "orders", State: monitor.OK, Detail: "what is approved is ordered"}
}

func (r *Readiness) vendorPart(ctx context.Context) monitor.Part {
	p := monitor.Part{Name: "vendor", State: monitor.OK, Detail: "there is an access token"}
	err := r.login.try(ctx, r.vendor.Login)
	if err == nil {
		return p
	}
	switch yeastar.ClassOf(err) {
	case yeastar.ClassAuth, yeastar.ClassRefused:
		p.State, p.Detail = monitor.Down, "the vendor refuses the client id or the client secret"
	case yeastar.ClassRateLimited:
		p.State, p.Detail = monitor.Trouble, "no access token: the vendor asks to wait"
	case yeastar.ClassNotSent:
		p.State, p.Detail = monitor.Trouble, "no access token: the vendor can't be reached"
	default:
		p.State, p.Detail = monitor.Trouble, "no access token: the vendor does not answer properly"
		if errors.Is(err, context.DeadlineExceeded) {
			p.Detail = "no access token: the vendor does not answer in time"
		}
	}
	return p
}

// login remembers for a while that the vendor gave no token.
type login struct {
	mu   sync.Mutex
	err  error
	last time.Time // when err came
}

// try gets a token unless that failed a moment ago. A token that is still good costs
// nothing.
func (l *login) try(ctx context.Context, get func(context.Context) error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err != nil && time.Since(l.last) < loginEvery {
		return l.err
	}
	ctx, cancel := context.WithTimeout(ctx, partTimeout)
	defer cancel()
	l.err, l.last = get(ctx), time.Now()
	return l.err
}

// saving remembers for a while that something could be saved.
type saving struct {
	mu   sync.Mutex
	last time.Time // when it could
}

// try writes unless that worked a moment ago. It goes on when whoever asks goes away:
// that must not look like a ledger in which nothing can be saved.
func (s *saving) try(ctx context.Context, write func(context.Context) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if time.Since(s.last) < saveEvery {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), partTimeout)
	defer cancel()
	if err := write(ctx); err != nil {
		return err
	}
	s.last = time.Now()
	return nil
}
