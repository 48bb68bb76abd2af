package duelist

import (
	"context"
	"fmt"
	"time"

	"renewbot/bot/due"
	"renewbot/bot/ledger"
	"renewbot/bot/lookup"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

const (
	// autoAge is how old what is known of an auto-renewal may be.
	autoAge = 24 * time.Hour
	// autoTogether is how many packages are asked about in a row.
	autoTogether = 60
	// autoFailures is after how many failures in a row the portal is left alone.
	autoFailures = 3
	// keepTimeout bounds the keeping of what was learned.
	keepTimeout = 5 * time.Second
)

// LearnAutoRenewals asks the portal about the packages that end within the horizon and of
// whose auto-renewal nothing is known, or nothing new, the most urgent first. It says
// whether there are more to ask about. No list tells it, so that it costs a call each.
func (l *Lists) LearnAutoRenewals(ctx context.Context) (more bool, err error) {
	list, err := l.Load(ctx, lookup.AnyAge)
	if err != nil {
		return false, err
	}
	asked := l.unlearned(list)
	more = len(asked) > autoTogether
	var learned []ledger.MarkChange
	failures := 0
	for _, r := range asked[:min(len(asked), autoTogether)] {
		state, err := l.portal.AutoRenewal(ctx, r.Product.Key, r.ProductNo, lookup.Anew)
		if ctx.Err() != nil {
			more = true
			break
		}
		failed := err != nil && yeastar.ClassOf(err) != yeastar.ClassRefused
		l.answered(r.Key(), !failed)
		if failed {
			more = true // it may answer later
			if failures++; failures == autoFailures {
				break
			}
			continue
		}
		failures = 0
		auto := due.Auto{State: state, At: list.Now}
		learned = append(learned, ledger.MarkChange{Key: r.Key(), Change: func(m due.Mark) due.Mark { m.Auto = auto; return m }})
	}
	keeping, cancel := context.WithTimeout(context.WithoutCancel(ctx), keepTimeout) // also what was learned before ctx ended
	defer cancel()
	if _, _, err := l.ledger.Mark(keeping, learned, renewal.Entry{}); err != nil {
		return false, fmt.Errorf("keep what is known of auto-renewals: %w", err)
	}
	return more, nil
}

// unlearned are the rows to ask about, those last of which the portal did not tell the last time: they keep
// none of the others waiting.
func (l *Lists) unlearned(list due.List) []due.Row {
	l.mu.Lock()
	defer l.mu.Unlock()
	var first, last []due.Row
	for _, r := range list.Rows {
		end, known := r.Ends()
		switch {
		case !known || due.Days(end, list.Now) > due.Horizon || r.ProductNo == "" || list.Now.Sub(r.Mark.Auto.At) < autoAge:
		case l.unanswered[r.Key()]:
			last = append(last, r)
		default:
			first = append(first, r)
		}
	}
	return append(first, last...)
}

func (l *Lists) answered(k due.Key, answered bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if answered {
		delete(l.unanswered, k)
	} else {
		l.unanswered[k] = true
	}
}
