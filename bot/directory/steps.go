package directory

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"renewbot/bot/lookup"
	"renewbot/bot/renewal"
)

// errUnread says that a group of the policy could not be read.
var errUnread = errors.New("a user group of the policy could not be read")

// which are the ids that are a person's, or those of groups that they are in. An error says
// which groups could not be read.
func (d *Directory) which(ctx context.Context, userID string, ids []string, maxAge lookup.MaxAge) (theirs []string, unread error) {
	for _, id := range ids {
		if !isGroup(id) {
			if id == userID {
				theirs = append(theirs, id)
			}
			continue
		}
		members, err := d.groups.Get(ctx, id, maxAge)
		switch {
		case err != nil:
			unread = errors.Join(unread, fmt.Errorf("read the user group %s: %w", id, err))
		case slices.Contains(members, userID):
			theirs = append(theirs, id)
		}
	}
	return theirs, unread
}

// only is the id that is a person's own.
func only(ids []string, userID string) []string {
	if slices.Contains(ids, userID) {
		return []string{userID}
	}
	return nil
}

// inSteps adds the names that a person has in the steps of a request and not in the present
// policy file: the request may be older than the file.
func (d *Directory) inSteps(ctx context.Context, a renewal.Actor, r renewal.Request, maxAge lookup.MaxAge) (renewal.Actor, error) {
	older := slices.DeleteFunc(r.Names(), func(id string) bool { return slices.Contains(d.named, id) })
	if len(older) == 0 {
		return a, nil
	}
	u, err := d.users.Get(ctx, a.UserID, maxAge)
	if err != nil {
		return a, passing(err)
	}
	var more []string
	switch {
	case d.self.Kind(u) == Sister:
		more = only(older, a.UserID)
	case d.stranger(u) == "":
		more, err = d.which(ctx, a.UserID, older, maxAge)
	}
	a.Named = slices.Concat(a.Named, more)
	return a, err
}

// Awaited are those for whom a request may wait: the approvers, who is named in its
// steps, and their deputies, without those who, as far as that is known, can do nothing here.
func (d *Directory) Awaited(ctx context.Context, r renewal.Request, maxAge lookup.MaxAge) ([]renewal.Actor, error) {
	var actors []renewal.Actor
	var all []string
	defer func() { d.glance(all) }()
	add := func(name string, entitle func(*renewal.Actor)) error {
		ids, err := d.Members(ctx, []string{name}, maxAge)
		all = append(all, ids...)
		for _, id := range slices.DeleteFunc(ids, d.Left) {
			i := slices.IndexFunc(actors, func(a renewal.Actor) bool { return a.UserID == id })
			if i < 0 {
				i, actors = len(actors), append(actors, renewal.Actor{UserID: id})
			}
			entitle(&actors[i])
		}
		return err
	}
	for _, name := range d.approvers {
		if err := add(name, func(a *renewal.Actor) { a.MayApprove = true }); err != nil {
			return nil, err
		}
	}
	for _, name := range r.Names() {
		if err := add(name, func(a *renewal.Actor) { a.Named = append(a.Named, name) }); err != nil {
			return nil, err
		}
	}
	deputies, err := d.deputies(ctx)
	if err != nil {
		return nil, err
	}
	members := d.inGroups(ctx, r, maxAge)
	approvers := slices.Clone(actors) // what a deputy may is not handed on
	for _, dep := range deputies {
		i := slices.IndexFunc(approvers, func(a renewal.Actor) bool { return a.UserID == dep.Of })
		if i < 0 {
			continue
		}
		if _, known := d.users.Kept(dep.Of, RequestAge); !known { // else they have not left
			if _, there, err := d.Person(ctx, dep.Of); err != nil || !there {
				if err != nil {
					return nil, err
				}
				continue
			}
		}
		if err := add(dep.ID, func(a *renewal.Actor) { a.DeputyOf = append(a.DeputyOf, approvers[i]) }); err != nil {
			return nil, err
		}
	}
	for i := range actors {
		actors[i].Members = members
	}
	return actors, nil
}

// inGroups are the people of the groups in a request's steps, and the approvers, without those who have left. What Slack
// does not tell now is missing.
func (d *Directory) inGroups(ctx context.Context, r renewal.Request, maxAge lookup.MaxAge) map[string][]string {
	members := map[string][]string{}
	find := func(name string, ids []string) {
		people, err := d.Members(ctx, ids, maxAge)
		if err != nil {
			d.log.WarnContext(ctx, "who is in a user group is not known", "group", name, "error", err)
			return
		}
		members[name] = slices.DeleteFunc(people, d.Left)
	}
	find(renewal.Variables, d.approvers)
	for _, name := range r.Names() {
		if isGroup(name) {
			find(name, []string{name})
		}
	}
	return members
}
