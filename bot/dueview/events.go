package dueview

import (
	"context"
	"fmt"
	"time"

	"renewbot/bot/ledger"
	"renewbot/bot/lookup"
	"renewbot/bot/renewal"
)

// otherSystems is the recipient by which the digests of other systems are planned: one a day,
// whether people get digests or not.
const otherSystems = "events"

// planEvents plans what other systems are told today and tomorrow.
func (v *View) planEvents(ctx context.Context, now time.Time) error {
	if !v.events {
		return nil
	}
	tomorrow := now.UTC().Truncate(24*time.Hour).AddDate(0, 0, 1)
	for _, at := range []time.Time{now, tomorrow} {
		d := ledger.Digest{Occurrence: at.UTC().Format(time.DateOnly), Recipient: otherSystems, At: at}
		if err := v.ledger.PlanDigest(ctx, d); err != nil {
			return err
		}
	}
	return nil
}

// learnAtOnce bounds how long the portal is asked about auto-renewals within a job.
const learnAtOnce = 20 * time.Second

// tellEvents tells other systems of each package that ends soon. The portal is asked first
// which of them renew by themselves, for as long as there is patience for it.
func (v *View) tellEvents(ctx context.Context, d ledger.Digest) error {
	if v.ledger.Now(ctx).Sub(d.At) < unreadPatience {
		learning, cancel := context.WithTimeout(ctx, learnAtOnce)
		defer cancel()
		more, err := v.lists.LearnAutoRenewals(learning)
		if err != nil {
			return err
		}
		if more {
			return ledger.Snooze(time.Minute)
		}
	}
	list, err := v.lists.Load(ctx, lookup.AnyAge)
	if err == nil {
		err = v.ledger.AnnounceDue(ctx, list.Soon())
	}
	if err != nil {
		return fmt.Errorf("tell other systems what is due: %w", err)
	}
	return v.ledger.EndDigest(ctx, d, nil, renewal.Entry{})
}
