// Package standing does what people say about more than one request: pause orders and resume
// them, who decides for whom, and which direct messages they want. It changes no request and sends nothing.
package standing

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"renewbot/blocks"
	"renewbot/bot/directory"
	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
	"renewbot/bot/typed"
)

// Orders are where it is kept, and who may.
type Orders struct {
	Ledger *ledger.Ledger
	People *directory.Directory
	Policy renewal.Policy
	Notify renewal.Notify // what holds for people who have not said
}

// Do does what somebody typed, and answers with what holds then. Its error may be a
// *renewal.Refusal.
func (o Orders) Do(ctx context.Context, userID string, t typed.Command) (blocks.Message, error) {
	switch t.Verb {
	case typed.Pause:
		err := o.Ledger.Pause(ctx, o.People.Actor(ctx, userID, directory.DecisionAge), t.Text)
		if refusal := (*renewal.Refusal)(nil); errors.As(err, &refusal) && refusal.Code == renewal.RefusedNoReason {
			return blocks.Answer(refusal.Sentence), nil // they may, and are not denied anything
		}
		return blocks.Answer(renewal.Pause{By: userID, Reason: t.Text, At: o.Ledger.Now(ctx)}.Sentence()), err
	case typed.Resume:
		err := o.Ledger.Resume(ctx, o.People.Actor(ctx, userID, directory.OrderAge))
		return blocks.Answer(renewal.Pause{}.Sentence()), err
	case typed.Deputy:
		return o.deputise(ctx, userID, t)
	case typed.DeputyOff:
		return o.endDeputy(ctx, userID, t.Person)
	case typed.Deputies:
		return o.listed(ctx)
	case typed.Notify:
		return o.notify(ctx, userID, t.Text)
	}
	return blocks.Message{}, fmt.Errorf("%q is about one request, or none", t.Verb)
}

// notify keeps which direct messages somebody wants, if they say so, and tells what holds.
func (o Orders) notify(ctx context.Context, userID, wants string) (blocks.Message, error) {
	if n, ok := renewal.ParseNotify(wants); ok {
		return blocks.Notify(n), o.Ledger.SetNotify(ctx, userID, n)
	}
	n, err := o.Ledger.Notify(ctx, userID, o.Notify)
	return blocks.Notify(n), err
}

// deputise names a deputy until the end of a day where the approver lives.
func (o Orders) deputise(ctx context.Context, userID string, t typed.Command) (blocks.Message, error) {
	approver, deputy, err := o.People.Pair(ctx, userID, t.Person)
	if err != nil {
		return blocks.Message{}, fmt.Errorf("look both up: %w", err)
	}
	zone := time.UTC
	if p, ok, err := o.People.Person(ctx, userID); err == nil && ok {
		zone = p.Zone
	}
	until, ok := typed.Until(t.Text, o.Ledger.Now(ctx).In(zone))
	if !ok {
		all, err := o.Ledger.Deputies(ctx)
		return blocks.Answer(append(renewal.Say(fmt.Sprintf("I can't read “%s” as a day: “until Friday”, “3 Dec”, “2026-12-03” and “in 5 days” I can. "+
			"Nothing was changed or ordered. ", t.Text)), deputyOf(all, userID).Sentence()...)), err
	}
	return o.deputies(ctx, o.Ledger.Deputise(ctx, approver, deputy, until))
}

// endDeputy takes the rights of somebody's deputy back: of this one, if one is named.
func (o Orders) endDeputy(ctx context.Context, userID, named string) (blocks.Message, error) {
	all, err := o.Ledger.Deputies(ctx)
	if err != nil {
		return blocks.Message{}, err
	}
	if d := deputyOf(all, userID); named != "" && d.ID != named {
		return blocks.Answer(append(renewal.Sentence{renewal.ID(named), renewal.Text(" is not your deputy. Nothing was changed or ordered. ")}, d.Sentence()...)), nil
	}
	return o.deputies(ctx, o.Ledger.EndDeputy(ctx, userID))
}

// deputyOf is somebody's deputy, or the zero Deputy.
func deputyOf(all []renewal.Deputy, approver string) renewal.Deputy {
	if i := slices.IndexFunc(all, func(d renewal.Deputy) bool { return d.Of == approver }); i >= 0 {
		return all[i]
	}
	return renewal.Deputy{}
}

// deputies tells who decides for whom after a change, unless that failed. What was saved is not
// taken back when it cannot be read.
func (o Orders) deputies(ctx context.Context, failed error) (blocks.Message, error) {
	if failed != nil {
		return blocks.Message{}, failed
	}
	m, err := o.listed(ctx)
	if err != nil {
		return blocks.Answer(renewal.Say("That is saved. “/renew deputies” tells who decides for whom. Nothing was ordered by this.")), nil //nolint:nilerr // the change itself has not failed
	}
	return m, nil
}

// listed tells who decides for whom.
func (o Orders) listed(ctx context.Context) (blocks.Message, error) {
	all, err := o.Ledger.Deputies(ctx)
	acting := o.People.Acting(ctx, all, o.Policy)
	return blocks.Deputies(acting, len(all)-len(acting)), err
}
