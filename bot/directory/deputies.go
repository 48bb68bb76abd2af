package directory

import (
	"context"
	"errors"
	"slices"

	"golang.org/x/sync/errgroup"

	"renewbot/bot/lookup"
	"renewbot/bot/renewal"
)

// standing finds out what a person may do by themselves, and what those may by themselves whose
// deputy they are. An error says that not all of it could be found out now; what was not is not
// allowed.
func (d *Directory) standing(ctx context.Context, userID string, maxAge lookup.MaxAge) (renewal.Actor, error) {
	a, err := d.entitled(ctx, userID, maxAge)
	if a.Denied != "" {
		return a, err
	}
	deputies, failed := d.deputies(ctx)
	for _, dep := range deputies {
		if dep.ID != userID {
			continue
		}
		of, unread := d.entitled(ctx, dep.Of, maxAge)
		if unread == nil && of.Unread {
			unread = errUnread
		}
		failed = errors.Join(failed, unread)
		a.DeputyOf = append(a.DeputyOf, of)
	}
	return a, errors.Join(err, failed)
}

// beside adds what makes of a person who they are for a request: their names in its steps, and
// whether ids of others who had to do with it are theirs; the same for those whose deputy they
// are. An error says that more may be told later.
func (d *Directory) beside(ctx context.Context, a renewal.Actor, r renewal.Request, maxAge lookup.MaxAge) (renewal.Actor, error) {
	maxAge = groupAge(maxAge) // who they are was found out before
	people := r.People()
	for _, of := range a.DeputyOf {
		people = append(people, of.UserID)
	}
	a, err := d.inSteps(ctx, a, r, maxAge)
	a, failed := d.compare(ctx, a, people, maxAge)
	err = errors.Join(err, failed)
	if len(a.DeputyOf) > 0 || slices.ContainsFunc(r.Votes, func(v renewal.Vote) bool { return v.For != "" }) {
		a.Members = d.inGroups(ctx, r, maxAge)
	}
	a.DeputyOf = slices.Clone(a.DeputyOf)
	for i, of := range a.DeputyOf {
		of, unnamed := d.inSteps(ctx, of, r, maxAge)
		of, untold := d.compare(ctx, of, append(r.People(), a.UserID), maxAge)
		a.DeputyOf[i], err = of, errors.Join(err, unnamed, untold)
	}
	return a, err
}

// Pair is an approver and whom they want as their deputy, as Slack tells of them now, each
// beside the other.
func (d *Directory) Pair(ctx context.Context, approver, deputy string) (renewal.Actor, renewal.Actor, error) {
	a, err := d.standing(ctx, approver, DecisionAge)
	a, untold := d.compare(ctx, a, []string{deputy}, DecisionAge)
	b, unknown := d.entitled(ctx, deputy, DecisionAge)
	b, also := d.compare(ctx, b, []string{approver}, DecisionAge)
	return a, b, errors.Join(err, untold, unknown, also)
}

// Acting are those of some deputies who can decide at present: both are there, and the approver is one still. Of whom
// Slack does not tell now it is not known that they can't.
func (d *Directory) Acting(ctx context.Context, deputies []renewal.Deputy, p renewal.Policy) []renewal.Deputy {
	idle := make([]bool, len(deputies))
	var asking errgroup.Group
	asking.SetLimit(lookedUp)
	for i, dep := range deputies {
		asking.Go(func() error {
			idle[i] = d.idle(ctx, dep, p)
			return nil
		})
	}
	_ = asking.Wait()
	var acting []renewal.Deputy
	for i, dep := range deputies {
		if !idle[i] {
			acting = append(acting, dep)
		}
	}
	return acting
}

// idle says whether it is known of a deputy that they can't decide at present.
func (d *Directory) idle(ctx context.Context, dep renewal.Deputy, p renewal.Policy) bool {
	u, err := d.users.Get(ctx, dep.ID, RequestAge)
	switch {
	case err != nil && passing(err) == nil:
		return true
	case err == nil && d.stranger(u) != "" && !d.sister(u, dep.ID):
		return true
	}
	of, unread := d.entitled(ctx, dep.Of, RequestAge)
	return unread == nil && !of.Unread && !p.Approves(of)
}
