package dueview

import (
	"context"
	"errors"
	"strconv"
	"time"

	"renewbot/blocks"
	"renewbot/bot/directory"
	"renewbot/bot/due"
	"renewbot/bot/ledger"
	"renewbot/bot/lookup"
	"renewbot/bot/renewal"
)

// digestAge is how old the portal's lists may be for a digest.
const digestAge = lookup.MaxAge(10 * time.Minute)

// tooLate is how long after its time a digest is still told: whoever starts the bot again
// after days is not to be told of last week.
const tooLate = 20 * time.Hour

// Plan plans the next digest, if there is one to be. Planning it again changes nothing, in
// whichever process.
func (v *View) Plan(ctx context.Context) error {
	if !v.schedule.On() {
		return nil
	}
	next := v.schedule.Next(v.ledger.Now(ctx))
	return v.ledger.PlanDigest(ctx, ledger.Digest{Occurrence: next.Name, Recipient: v.schedule.Channel, At: next.At})
}

// Handlers are the jobs that the ledger lets it do.
func (v *View) Handlers() map[renewal.JobKind]ledger.Handler {
	return map[renewal.JobKind]ledger.Handler{renewal.TellDigest: v.tell}
}

// tell tells the digests whose time has come. The next one is planned first, so that there is
// one whatever becomes of this.
func (v *View) tell(ctx context.Context, _ renewal.Job) error {
	if err := v.Plan(ctx); err != nil {
		return err
	}
	now := v.ledger.Now(ctx)
	waiting, err := v.ledger.WaitingDigests(ctx, now)
	if err != nil || len(waiting) == 0 {
		return err
	}
	var errs []error
	var list due.List
	for _, d := range waiting {
		if !v.wanted(d) || now.Sub(d.At) > tooLate {
			errs = append(errs, v.ledger.EndDigest(ctx, d, nil, renewal.Entry{}))
			continue
		}
		if list.Now.IsZero() {
			if list, err = v.lists.Load(ctx, digestAge); err != nil {
				return errors.Join(append(errs, err)...)
			}
			if len(list.Unread) > 0 && now.Sub(d.At) < unreadPatience {
				return errors.Join(append(errs, ledger.Snooze(time.Minute))...)
			}
		}
		errs = append(errs, v.tellOne(ctx, d, list))
	}
	return errors.Join(errs...)
}

// unreadPatience is for how long a digest waits for a portal that cannot be read.
const unreadPatience = 30 * time.Minute

// wanted says whether a digest is still one of the configuration's.
func (v *View) wanted(d ledger.Digest) bool {
	if !v.schedule.On() {
		return false
	}
	// What owners are told comes up to some days after the channel's.
	return d.Recipient != v.schedule.Channel && !directory.IsChannel(d.Recipient) ||
		d.Recipient == v.schedule.Channel && v.schedule.Is(due.Occurrence{Name: d.Occurrence, At: d.At})
}

func (v *View) tellOne(ctx context.Context, d ledger.Digest, list due.List) error {
	zone := v.schedule.Zone // by whose days it is told what is near
	if d.Recipient != v.schedule.Channel {
		zone = v.directory.Zone(ctx, d.Recipient)
	}
	list.Now = list.Now.In(zone)
	if d.Recipient == v.schedule.Channel {
		return v.tellChannel(ctx, d, list)
	}
	rows := list.Of(d.Recipient)
	var keys []due.Key
	for _, r := range rows {
		keys = append(keys, r.Key())
	}
	// Who may not request any more is not told of customers either.
	if len(rows) == 0 || !v.directory.Actor(ctx, d.Recipient, directory.RequestAge).MayRequest {
		return v.ledger.EndDigest(ctx, d, nil, renewal.Entry{})
	}
	return v.announce(ctx, d, keys, blocks.DueOwnersDigest(rows, list.Now))
}

func (v *View) tellChannel(ctx context.Context, d ledger.Digest, list due.List) error {
	gone, err := v.directory.Gone(ctx, list.Owners()) // who are told of no customers
	if err != nil {
		return err
	}
	for _, owner := range list.Left(gone).Owners() {
		p, ok, err := v.directory.Person(ctx, owner)
		switch {
		case err != nil:
			return err
		case !ok:
			continue
		}
		at := due.Morning(d.At, p.Zone, p.Weekend)
		if err := v.ledger.PlanDigest(ctx, ledger.Digest{Occurrence: d.Occurrence, Recipient: owner, At: at}); err != nil {
			return err
		}
	}
	told, err := v.ledger.LastTold(ctx, d.Recipient)
	if err != nil {
		return err
	}
	digest := list.Left(gone).Digest(told)
	if digest.Nothing() {
		return v.ledger.EndDigest(ctx, d, digest.Told, renewal.Entry{})
	}
	return v.announce(ctx, d, digest.Told, blocks.DueDigest(digest, list.Now))
}

// announce posts a digest, once for ever, and ends it.
func (v *View) announce(ctx context.Context, d ledger.Digest, told []due.Key, m blocks.Message) error {
	given, err := v.slack.Announce(ctx, "digest:"+d.Occurrence+":"+d.Recipient, d.Recipient, m)
	if err != nil {
		return err
	}
	e := renewal.Entry{Code: renewal.CodeDueDigest, Actor: renewal.System, Detail: map[string]string{
		renewal.DetailCount: strconv.Itoa(len(told)), renewal.DetailWho: d.Recipient,
	}}
	if !given {
		v.log.ErrorContext(ctx, "a digest of renewals due could not be posted", "recipient", d.Recipient)
		e.Detail[renewal.DetailRefusal] = "not_posted"
	}
	return v.ledger.EndDigest(ctx, d, told, e)
}
