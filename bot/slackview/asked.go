package slackview

import (
	"context"
	"slices"
	"time"

	"renewbot/blocks"
	"renewbot/bot/directory"
	"renewbot/bot/renewal"
)

// lookTimeout bounds the look at who can decide: a card does not wait for more.
const lookTimeout = time.Second

// asking is who is asked to decide on something.
type asking struct {
	blocks.Asked
	// able are the people who can; nil: that is not known, or it is not to be decided.
	able []string
}

// waitsFor says whether it waits for somebody, as far as that is known.
func (a asking) waitsFor(id string) bool { return a.able == nil || slices.Contains(a.able, id) }

// askedNow are those who are asked about a request now.
func (v *View) askedNow(ctx context.Context, r renewal.Request) asking {
	named := v.asked(r)
	if r.Status != renewal.Pending {
		return asking{Asked: blocks.Asked{IDs: v.people.Here(named)}}
	}
	now := v.ledger.Now(ctx)
	able, told := v.able(ctx, r, func(a renewal.Actor) bool { return r.WaitsFor(a, now, v.policy) })
	if !told {
		return asking{Asked: blocks.Asked{IDs: named}}
	}
	few := !r.Undivided() && !r.Reaches(able.people, now, v.policy)
	return asking{blocks.Asked{IDs: v.covering(ctx, named, able), Few: few}, able.ids}
}

// Asks are those who would be asked about what somebody asks for, and whether too few could approve it.
func (v *View) Asks(ctx context.Context, proposed renewal.Request) (ids []string, few bool) {
	proposed.ExpiresAt = v.ledger.Now(ctx).Add(v.policy.ExpireAfter)
	asked := v.askedNow(ctx, proposed)
	return asked.IDs, asked.Few
}

// askedOfBatch are the same for a batch, whether it waits for approval or pauses.
func (v *View) askedOfBatch(ctx context.Context, d blocks.BatchData) asking {
	r, waits := d.Batch.Awaiting(d.Lines)
	if !waits {
		return asking{Asked: blocks.Asked{IDs: v.approvers}}
	}
	named, now := v.asked(r), v.ledger.Now(ctx)
	able, told := v.able(ctx, d.Batch.Everybody(d.Lines), func(a renewal.Actor) bool { return d.Batch.WaitsFor(a, d.Lines, now, v.policy) })
	if !told {
		return asking{Asked: blocks.Asked{IDs: named}}
	}
	few := d.Batch.Held == nil && !d.Batch.Reaches(able.people, d.Lines, now, v.policy)
	return asking{blocks.Asked{IDs: v.covering(ctx, named, able), Few: few}, able.ids}
}

// able are all for whom a request may wait, and the ids of those for whom it does.
type able struct {
	people []renewal.Actor
	ids    []string
}

// able finds out who can decide; false: that is not known now. r is by what they are looked up.
func (v *View) able(ctx context.Context, r renewal.Request, waits func(renewal.Actor) bool) (found able, told bool) {
	ctx, cancel := context.WithTimeout(ctx, lookTimeout)
	defer cancel()
	people, err := v.people.Awaited(ctx, r, directory.RequestAge)
	if err != nil {
		v.log.WarnContext(ctx, "who can decide was not found out, and all who may are asked", "request", r.Reference(), "error", err)
		return found, false
	}
	found.people, found.ids = people, []string{}
	for _, a := range people {
		if waits(a) {
			found.ids = append(found.ids, a.UserID)
		}
	}
	return found, true
}

// covering are the people and groups that are named, as far as somebody of them can decide, and beside
// them who else can.
func (v *View) covering(ctx context.Context, named []string, able able) []string {
	var ids, covered []string
	for _, id := range named {
		members, err := v.people.Members(ctx, []string{id}, directory.RequestAge)
		can := slices.DeleteFunc(members, func(m string) bool { return !slices.Contains(able.ids, m) })
		if err != nil || len(can) > 0 {
			ids, covered = append(ids, id), append(covered, can...)
		}
	}
	for _, id := range able.ids {
		if !slices.Contains(covered, id) {
			ids = append(ids, id)
		}
	}
	return ids
}
