package bot

import (
	"context"
	"fmt"
	"strconv"

	"renewbot/bot/renewal"
)

// recordPolicy writes down which policy file holds from now on.
func (b *Bot) recordPolicy(ctx context.Context) error {
	rules := b.policy.Rules
	if rules == nil {
		return nil
	}
	err := b.ledger.Record(ctx, renewal.Entry{Code: renewal.CodePolicy, Actor: renewal.System, Detail: map[string]string{
		renewal.DetailPolicy: rules.Hash(), renewal.DetailRules: strconv.Itoa(rules.Rules()),
	}})
	if err != nil {
		return fmt.Errorf("write the policy down that holds: %w", err)
	}
	b.log.InfoContext(ctx, "a policy file holds", "hash", rules.Hash(), "rules", rules.Rules())
	return nil
}

// proposed is a form's offer as the request that it would become: with the way that it would
// take by the policy. The refusal says why it may not become one.
func (b *Bot) proposed(ctx context.Context, a renewal.Actor, request int64, note string, o asked) (renewal.Request, *renewal.Refusal, error) {
	now := b.ledger.Now(ctx)
	r, refusal := renewal.Proposed(renewal.Submission{By: a, Offer: o.Offer}, now, b.policy)
	if was, err := b.ledger.Get(ctx, request); err == nil && refusal == nil {
		refusal = was.Unchanged(o.Offer, note, o.doubts)
	}
	if refusal != nil {
		return r, refusal, nil
	}
	r.ID = request
	refusal, err := b.ledger.Over(ctx, r)
	return r, refusal, err
}
