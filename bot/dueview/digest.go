package dueview

import (
	"cmp"
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
	ids, err := v.channelIDs(ctx)
	if err != nil {
		return err
	}
	newest, err := v.ledger.NewestDigest(ctx, ids...)
	if err != nil {
		return err
	}
	occurrences := []due.Occurrence{v.schedule.Next(now)}
	// Before the first one that was ever planned there was none to miss.
	if last := v.schedule.Last(now); !newest.IsZero() && last.At.After(newest) && now.Sub(last.At) <= tooLate {
		occurrences = append(occurrences, last)
	}
	for _, o := range occurrences {
		if err := v.ledger.PlanDigest(ctx, ledger.Digest{Occurrence: o.Name, Recipient: v.schedule.Channel, At: o.At}, ids...); err != nil {
			return err
		}
	}
	return nil
}

// channelIDs are all ids that the schedule's channel has or had, as far as Slack told.
func (v *View) channelIDs(ctx context.Context) ([]string, error) {
	now, err := v.ledger.ChannelIDs(ctx)
	ids, current := []string{v.schedule.Channel}, cmp.Or(now[v.schedule.Channel], v.schedule.Channel)
	for before, id := range now {
		if id == current {
			ids = append(ids, before)
		}
	}
	return append(ids, current), err
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
	ids, err := v.channelIDs(ctx)
	if err != nil {
		return err
	}
	// What other systems are told may take long, and people do not wait for it.
	sort.SliceStable(waiting, func(i, k int) bool {
		return waiting[i].Recipient != otherSystems && waiting[k].Recipient == otherSystems
	})
	var errs []error
	var list lists
	for _, d := range waiting {
		if late := now.Sub(d.At) > tooLate; late || !v.wanted(d, waiting, ids) {
			errs = append(errs, v.leaveOut(ctx, d, late, ids))
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

// wanted says whether a digest that waits is still one of the configuration's, whose channel has some ids.
func (v *View) wanted(d ledger.Digest, waiting []ledger.Digest, ids []string) bool {
	switch {
	case d.Recipient == otherSystems:
		return v.events
	case !v.schedule.On():
		return false
	case !directory.IsChannel(d.Recipient): // what owners are told comes up to some days after the channel's
		return true
	case d.Recipient == v.schedule.Channel:
		return v.timely(d)
	}
	return slices.Contains(ids, d.Recipient) && v.timely(d) && !slices.ContainsFunc(waiting, func(other ledger.Digest) bool {
		return other.Recipient == v.schedule.Channel && other.Occurrence == d.Occurrence
	})
}

// timely says whether a digest of a channel's is of a time in the schedule.
func (v *View) timely(d ledger.Digest) bool {
	return v.schedule.Is(due.Occurrence{Name: d.Occurrence, At: d.At})
}

// leaveOut ends a digest without telling it. The channel that people have named instead of one that
// does not take it gets its own.
func (v *View) leaveOut(ctx context.Context, d ledger.Digest, late bool, ids []string) error {
	v.log.WarnContext(ctx, "a digest of renewals due is left out", "occurrence", d.Occurrence, "recipient", d.Recipient)
	if d.Refused && !late && directory.IsChannel(d.Recipient) && !slices.Contains(ids, d.Recipient) && v.timely(d) {
		instead := ledger.Digest{Occurrence: d.Occurrence, Recipient: v.schedule.Channel, At: d.At}
		if err := v.ledger.PlanDigest(ctx, instead, ids...); err != nil {
			return err
		}
	}
	return v.ledger.EndDigest(ctx, d, nil, renewal.Entry{})
}

func (v *View) tellOne(ctx context.Context, d ledger.Digest, list due.List) error {
	if d.Recipient == otherSystems {
		return v.tellEvents(ctx, d)
	}
	zone := v.schedule.Zone // by whose days it is told what is near
	if !directory.IsChannel(d.Recipient) {
		zone = v.directory.Zone(ctx, d.Recipient)
	}
	list.Now = list.Now.In(zone)
	if directory.IsChannel(d.Recipient) {
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
	ids, err := v.channelIDs(ctx)
	if err != nil {
		return err
	}
	told, err := v.ledger.LastTold(ctx, ids...)
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

// announce posts a digest, once for ever, and ends it. One that Slack refuses is tried again with the others
// that it has refused, and the audit trail tells of it.
func (v *View) announce(ctx context.Context, d ledger.Digest, rows int, known []due.Key, m blocks.Message) error {
	refused, err := v.slack.Announce(ctx, "digest:"+d.Occurrence+":"+d.Recipient, d.Recipient, m)
	if err != nil {
		return err
	}
	e := renewal.Entry{Code: renewal.CodeDueDigest, Actor: renewal.System, Detail: map[string]string{
		renewal.DetailCount: strconv.Itoa(rows), renewal.DetailWho: d.Recipient,
	}}
	if refused == "" {
		return v.ledger.EndDigest(ctx, d, known, e)
	}
	if !d.Refused {
		v.log.ErrorContext(ctx, "a digest of renewals due could not be posted", "recipient", d.Recipient, "why", refused)
	}
	e.Detail[renewal.DetailRefusal], e.Detail[renewal.DetailProblem] = "not_posted", refused
	return v.ledger.RefuseDigest(ctx, d, refusedPause, e)
}
