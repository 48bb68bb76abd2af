package dueview

import (
	"context"
	"errors"
	"slices"
	"sort"
	"strconv"
	"time"

	"renewbot/blocks"
	"renewbot/bot/directory"
	"renewbot/bot/due"
	"renewbot/bot/duelist"
	"renewbot/bot/ledger"
	"renewbot/bot/lookup"
	"renewbot/bot/renewal"
)

// digestAge is how old the portal's lists may be for a digest.
const digestAge = lookup.MaxAge(10 * time.Minute)

// tooLate is how long after its time a digest is still told: whoever starts the bot again
// after days is not to be told of last week.
const tooLate = 20 * time.Hour

// Plan plans the next digest, if there is one to be, the last one that came while nothing ran and
// is not too late, and what other systems are told. Planning them again changes nothing, in
// whichever process.
func (v *View) Plan(ctx context.Context) error {
	now := v.ledger.Now(ctx)
	if err := v.planEvents(ctx, now); err != nil || !v.schedule.On() {
		return err
	}
	channel := v.schedule.Channel
	newest, err := v.ledger.NewestDigest(ctx, channel)
	if err != nil {
		return err
	}
	occurrences := []due.Occurrence{v.schedule.Next(now)}
	// Before the first one that was ever planned there was none to miss.
	if last := v.schedule.Last(now); !newest.IsZero() && last.At.After(newest) && now.Sub(last.At) <= tooLate {
		occurrences = append(occurrences, last)
	}
	for _, o := range occurrences {
		if err := v.ledger.PlanDigest(ctx, ledger.Digest{Occurrence: o.Name, Recipient: channel, At: o.At}); err != nil {
			return err
		}
	}
	return nil
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
	// What other systems are told may take long, and people do not wait for it.
	sort.SliceStable(waiting, func(i, k int) bool {
		return waiting[i].Recipient != otherSystems && waiting[k].Recipient == otherSystems
	})
	var errs []error
	var list lists
	for _, d := range waiting {
		if !v.wanted(d) || now.Sub(d.At) > tooLate {
			v.log.WarnContext(ctx, "a digest of renewals due is left out", "occurrence", d.Occurrence, "recipient", d.Recipient)
			errs = append(errs, v.ledger.EndDigest(ctx, d, nil, renewal.Entry{}))
			continue
		}
		current, err := list.at(ctx, v.lists, d, now.Sub(d.At))
		if err == nil {
			err = v.tellOne(ctx, d, current)
		}
		errs = append(errs, err)
	}
	return v.outcome(ctx, errs)
}

// outcome is what became of a round. Where one has to wait, all that failed is tried again with it.
func (v *View) outcome(ctx context.Context, errs []error) error {
	all := errors.Join(errs...)
	if failed := errors.Join(slices.DeleteFunc(slices.Clone(errs), ledger.Snoozed)...); failed != nil && ledger.Snoozed(all) {
		v.log.WarnContext(ctx, "a digest of renewals due was not told and is tried again", "error", failed)
	}
	return all
}

// lists are the lists of a round of digests, each put together when the first one needs it.
type lists struct{ fresh, older due.List }

// at is the list for a digest whose time came some time ago: of what the portal tells now, or, once
// it was waited for or Slack has refused the digest, of what it told last.
func (l *lists) at(ctx context.Context, from *duelist.Lists, d ledger.Digest, waited time.Duration) (due.List, error) {
	var err error
	if l.fresh.Now.IsZero() && !d.Refused {
		if l.fresh, err = from.Load(ctx, digestAge); err != nil {
			return due.List{}, err
		}
	}
	switch {
	case !l.fresh.Now.IsZero() && len(l.fresh.Unread) == 0:
		return l.fresh, nil
	case waited < unreadPatience && !d.Refused:
		return due.List{}, ledger.Snooze(time.Minute)
	case l.older.Now.IsZero():
		l.older, err = from.Load(ctx, lookup.AnyAge)
	}
	return l.older, err
}

// unreadPatience is for how long a digest waits for a portal that cannot be read.
const unreadPatience = 30 * time.Minute

// wanted says whether a digest is still one of the configuration's.
func (v *View) wanted(d ledger.Digest) bool {
	if d.Recipient == otherSystems {
		return v.events
	}
	if !v.schedule.On() {
		return false
	}
	// What owners are told comes up to some days after the channel's.
	return d.Recipient != v.schedule.Channel && !directory.IsChannel(d.Recipient) ||
		d.Recipient == v.schedule.Channel && v.schedule.Is(due.Occurrence{Name: d.Occurrence, At: d.At})
}

func (v *View) tellOne(ctx context.Context, d ledger.Digest, list due.List) error {
	if d.Recipient == otherSystems {
		return v.tellEvents(ctx, d)
	}
	zone := v.schedule.Zone // by whose days it is told what is near
	if d.Recipient != v.schedule.Channel {
		zone = v.directory.Zone(ctx, d.Recipient)
	}
	list.Now = list.Now.In(zone)
	if d.Recipient == v.schedule.Channel {
		return v.tellChannel(ctx, d, list)
	}
	rows := list.Of(d.Recipient)
	keys := []due.Key{}
	for _, r := range rows {
		keys = append(keys, r.Key())
	}
	gone, err := v.directory.Gone(ctx, []string{d.Recipient}) // who are told of no customers
	if err != nil {
		return err
	}
	if len(rows)+len(list.Unread) == 0 || len(gone) > 0 {
		return v.ledger.EndDigest(ctx, d, nil, renewal.Entry{})
	}
	return v.announce(ctx, d, len(keys), keys, blocks.DueOwnersDigest(rows, list.Unread, list.Now))
}

func (v *View) tellChannel(ctx context.Context, d ledger.Digest, list due.List) error {
	owners, err := v.owners(ctx, list)
	if err != nil {
		return err
	}
	gone, err := v.directory.Gone(ctx, owners) // who are told of no customers
	if err != nil {
		return err
	}
	for _, owner := range owners {
		if slices.Contains(gone, owner) {
			continue
		}
		p, ok, err := v.directory.Person(ctx, owner)
		switch {
		case err != nil:
			return err
		case !ok:
			continue
		}
		// Named by its morning, it is one however many of the channel's come before it, over a weekend say.
		morning := due.Morning(d.At, p.Zone, p.Weekend)
		if err := v.ledger.PlanDigest(ctx, ledger.Digest{Occurrence: morning.Name, Recipient: owner, At: morning.At}); err != nil {
			return err
		}
	}
	told, err := v.ledger.LastTold(ctx, d.Recipient)
	if err != nil {
		return err
	}
	digest := list.Left(gone).Digest(told)
	if digest.Nothing() {
		return v.ledger.EndDigest(ctx, d, digest.Known, renewal.Entry{})
	}
	return v.announce(ctx, d, len(digest.Told), digest.Known, blocks.DueDigest(digest, list.Now))
}

// owners are those who are told of theirs: also of rows that are missing now, for they are told later.
func (v *View) owners(ctx context.Context, list due.List) ([]string, error) {
	owners := list.Owners()
	if len(list.Unread) == 0 {
		return owners, nil
	}
	marks, err := v.ledger.Marks(ctx)
	for k, m := range marks {
		if _, listed := list.Find(k); !listed && m.Owner != "" && !slices.Contains(owners, m.Owner) {
			owners = append(owners, m.Owner)
		}
	}
	return owners, err
}

// refusedPause is how long a digest waits that Slack has refused: people have to mend that first.
const refusedPause = 10 * time.Minute

// announce posts a digest, once for ever, and ends it. One that Slack refuses is tried again, and the audit
// trail tells of it.
func (v *View) announce(ctx context.Context, d ledger.Digest, rows int, known []due.Key, m blocks.Message) error {
	given, err := v.slack.Announce(ctx, "digest:"+d.Occurrence+":"+d.Recipient, d.Recipient, m)
	if err != nil {
		return err
	}
	e := renewal.Entry{Code: renewal.CodeDueDigest, Actor: renewal.System, Detail: map[string]string{
		renewal.DetailCount: strconv.Itoa(rows), renewal.DetailWho: d.Recipient,
	}}
	if given {
		return v.ledger.EndDigest(ctx, d, known, e)
	}
	if !d.Refused {
		v.log.ErrorContext(ctx, "a digest of renewals due could not be posted", "recipient", d.Recipient)
		e.Detail[renewal.DetailRefusal] = "not_posted"
		if err := v.ledger.RefuseDigest(ctx, d, e); err != nil {
			return err
		}
	}
	return ledger.Snooze(refusedPause)
}
