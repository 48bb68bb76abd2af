package directory

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"
	"golang.org/x/sync/errgroup"

	"renewbot/bot/lookup"
	"renewbot/bot/renewal"
	"renewbot/bot/socket"
	"renewbot/bot/zones"
)

// Actor finds out what a person may do now. What cannot be found out is not allowed.
func (d *Directory) Actor(ctx context.Context, userID string, maxAge lookup.MaxAge) renewal.Actor {
	a, err := d.standing(ctx, userID, maxAge)
	if err != nil {
		d.log.WarnContext(ctx, "what a person may do was not found out", "user", userID, "error", err)
	}
	return a
}

// Entitled finds out what somebody who has decided on a request may do now, beside the
// others who had to do with it. It fails when that cannot be found out at present.
func (d *Directory) Entitled(ctx context.Context, userID string, r renewal.Request) (renewal.Actor, error) {
	if err := d.groupsOf(ctx, userID, r); err != nil {
		return renewal.Actor{UserID: userID}, fmt.Errorf("look up who is in the groups: %w", err)
	}
	a, err := d.standing(ctx, userID, OrderAge)
	if err == nil && a.Unread {
		err = errUnread
	}
	if err == nil {
		a, err = d.beside(ctx, a, r, OrderAge)
	}
	if err != nil {
		return a, fmt.Errorf("look an approver up: %w", err)
	}
	return a, nil
}

// groupEach is the time for each group that is asked about before orders: Slack takes 20 such calls a
// minute (Tier 2), and orders that go out together share one.
const groupEach = 3 * time.Second

// groupsOf asks Slack anew who is in the groups by which somebody may have decided on a request: of a
// change it tells one process alone, or none. What cannot be read is not known any more; an error says
// that the time for it was over.
func (d *Directory) groupsOf(ctx context.Context, userID string, r renewal.Request) error {
	named := func(id string) bool { return id == "" || slices.Contains(d.approvers, id) }
	i := slices.IndexFunc(r.Votes, func(v renewal.Vote) bool { return v.By == userID })
	ids := slices.Concat(d.named, r.Names())
	if !named(userID) || (i >= 0 && !named(r.Votes[i].For)) {
		ids = append(ids, d.approvers...)
	}
	ids = slices.DeleteFunc(ids, func(id string) bool { return !isGroup(id) })
	slices.Sort(ids)
	ids = slices.Compact(ids)
	maxAge := max(OrderAge, lookup.MaxAge(len(ids))*lookup.MaxAge(groupEach))
	var asking errgroup.Group
	asking.SetLimit(lookedUp)
	for _, id := range ids {
		asking.Go(func() error {
			if _, err := d.groups.Get(ctx, id, maxAge); err != nil && ctx.Err() == nil {
				d.groups.Forget(id)
			}
			return nil
		})
	}
	_ = asking.Wait()
	return ctx.Err() //nolint:wrapcheck // the caller says what it was about
}

// Beside is an actor as a request knows them: whether they are in its steps, and whether the
// ids of others who had to do with it are theirs. What Slack does not tell stays open.
func (d *Directory) Beside(ctx context.Context, a renewal.Actor, r renewal.Request, maxAge lookup.MaxAge) renewal.Actor {
	a, err := d.beside(ctx, a, r, maxAge)
	if err != nil {
		d.log.WarnContext(ctx, "not all was found out that decides what a person may do with a request", "user", a.UserID, "error", err)
	}
	return a
}

// compare looks others up when ids alone do not tell people apart. The actor then has
// all that could be told, and err says that more may be told later.
func (d *Directory) compare(ctx context.Context, a renewal.Actor, others []string, maxAge lookup.MaxAge) (renewal.Actor, error) {
	if a.Same == nil && !slices.ContainsFunc(others, func(id string) bool { return !plain(id) }) {
		return a, nil
	}
	a.Same = map[string]bool{}
	self, err := d.users.Get(ctx, a.UserID, maxAge)
	if err != nil {
		return a, passing(err)
	}
	var failed error
	for _, id := range others {
		u, err := d.users.Get(ctx, id, maxAge)
		if err != nil {
			failed = errors.Join(failed, passing(err))
			continue
		}
		if (u.Enterprise.ID == "") == (self.Enterprise.ID == "") { // else one is known from before a move
			a.Same[id] = personOf(u) == personOf(self)
		}
	}
	return a, failed
}

// passing is err unless Slack will never tell more than that it knows nobody.
func passing(err error) error {
	if code := socket.ErrorCode(err); code == "user_not_found" || code == "user_not_visible" {
		return nil
	}
	return err
}

// entitled finds out what a person may do by themselves. An error says that it could not be found out
// now; the actor then may do nothing that depends on it.
func (d *Directory) entitled(ctx context.Context, userID string, maxAge lookup.MaxAge) (renewal.Actor, error) {
	a := renewal.Actor{UserID: userID}
	u, err := d.users.Get(ctx, userID, maxAge)
	if err != nil {
		a.Same = map[string]bool{}
		a.Denied = "Slack did not tell me who you are, so I can't let you do this. Please try again in a moment."
		return a, passing(err)
	}
	if u.Enterprise.ID != "" || u.ID != userID || !plain(userID) {
		a.Same = map[string]bool{}
	}
	if d.self.Kind(u) == Sister {
		// Nobody in this workspace has taken them in; whoever names their id has.
		a.MayApprove, a.MayRequest = slices.Contains(d.approvers, userID), slices.Contains(d.requesters, userID)
		a.Named = only(d.named, userID)
		if !a.MayApprove && !a.MayRequest && len(a.Named) == 0 {
			a.Denied = d.stranger(u)
		}
		return a, nil
	}
	if a.Denied = d.stranger(u); a.Denied != "" {
		return a, nil
	}
	maxAge = groupAge(maxAge)
	var unread, alsoUnread error
	a.MayApprove, unread = d.listed(ctx, userID, d.approvers, maxAge)
	a.MayRequest = len(d.requesters) == 0
	if !a.MayRequest {
		a.MayRequest, alsoUnread = d.listed(ctx, userID, d.requesters, maxAge)
	}
	var untold error
	if a.Named, untold = d.which(ctx, userID, d.named, maxAge); untold != nil {
		a.Unread = true
		d.log.WarnContext(ctx, "whether a person is in a group of the policy was not found out", "user", userID, "error", untold)
	}
	if alsoUnread != nil {
		d.log.WarnContext(ctx, "whether a person may request was not found out", "user", userID, "error", alsoUnread)
	}
	if errors.Join(unread, alsoUnread) != nil && (!a.MayApprove || !a.MayRequest) {
		a.Denied = "Slack did not tell me who is in a user group, so I can't let you do this. Please try again in a moment."
	}
	return a, unread
}

// groupAge is how old what Slack says of a group may be when what it says of a person may be of maxAge:
// it tells by itself when a group changes. Before an order is sent groupsOf asks anew.
func groupAge(maxAge lookup.MaxAge) lookup.MaxAge {
	if maxAge == OrderAge {
		return DecisionAge
	}
	return maxAge
}

// stranger says, as a sentence, why somebody may do nothing at all.
func (d *Directory) stranger(u slack.User) string {
	switch d.self.Kind(u) {
	case Full:
		return ""
	case Bot:
		return "Bots can't request or approve renewals."
	case Deactivated:
		return "This account is deactivated and can't request or approve renewals."
	case Guest:
		return "Guests can't request or approve renewals. Please ask a full member of this workspace."
	case Invited:
		return "You have not joined this workspace yet, so you can't request or approve renewals."
	case Foreign, Sister:
	}
	return "Only people of this workspace can request or approve renewals."
}

// listed says whether a person is named in ids or a member of a group in it. An error says
// which groups could not be read, when that may matter.
func (d *Directory) listed(ctx context.Context, userID string, ids []string, maxAge lookup.MaxAge) (bool, error) {
	if slices.Contains(ids, userID) {
		return true, nil
	}
	var unread error
	for _, id := range ids {
		if !isGroup(id) {
			continue
		}
		ids, err := d.groups.Get(ctx, id, maxAge)
		switch {
		case err != nil:
			unread = errors.Join(unread, fmt.Errorf("read the user group %s: %w", id, err))
		case slices.Contains(ids, userID):
			return true, nil
		}
	}
	return false, unread
}

// Person is somebody who can be spoken to.
type Person struct {
	ID      string
	Zone    *time.Location
	Weekend []time.Weekday // days on which they don't work
	Away    bool           // by their status
}

// awayStatuses are those of Slack's own that say that somebody does not work. Presence and
// do-not-disturb don't: people work with either.
var awayStatuses = []string{":palm_tree:", ":face_with_thermometer:"}

// away says whether somebody's status says that they don't work now.
// https://docs.slack.dev/reference/objects/user-object
func (d *Directory) away(u slack.User) bool {
	until := u.Profile.StatusExpiration // in seconds; 0: until they change it
	return slices.Contains(awayStatuses, u.Profile.StatusEmoji) && (until == 0 || d.now().Unix() < int64(until))
}

// Members lists the people whom ids name, by themselves or through a group, each once.
// A group that Slack will never tell is left out.
func (d *Directory) Members(ctx context.Context, ids []string, maxAge lookup.MaxAge) ([]string, error) {
	var all []string
	for _, id := range ids {
		if !isGroup(id) {
			all = append(all, id)
			continue
		}
		members, err := d.groups.Get(ctx, id, maxAge)
		if err = d.unknowable(ctx, id, err); err != nil {
			return nil, err
		}
		all = append(all, members...)
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

// Person looks somebody up who may have to do with renewals; ok is false for everybody else, and for whom Slack will
// never tell.
func (d *Directory) Person(ctx context.Context, id string) (p Person, ok bool, err error) {
	u, err := d.users.Get(ctx, id, RequestAge)
	if err != nil {
		return Person{}, false, d.unknowable(ctx, id, err)
	}
	if d.stranger(u) != "" && !d.sister(u, id) {
		return Person{}, false, nil
	}
	weekend := d.weekend
	if weekend == nil {
		weekend = weekendOf(u.TZ, u.Locale)
	}
	return Person{ID: id, Zone: zoneOf(u.TZ), Weekend: weekend, Away: d.away(u)}, true, nil
}

// sister says whether somebody of another workspace is named by their own id.
func (d *Directory) sister(u slack.User, id string) bool {
	return d.self.Kind(u) == Sister && slices.Contains(slices.Concat(d.approvers, d.requesters, d.named, d.told), id)
}

// Zone is somebody's time zone, by which days are counted for them; UTC if it is not known.
func (d *Directory) Zone(ctx context.Context, id string) *time.Location {
	p, ok, err := d.Person(ctx, id)
	if err != nil || !ok {
		return time.UTC
	}
	return p.Zone
}

// lookedUp is how many people Slack is asked about at once.
const lookedUp = 8

// Gone are those of some people who may not request renewals any more. Of whom Slack does not tell now it is not known,
// which the error says.
func (d *Directory) Gone(ctx context.Context, ids []string) ([]string, error) {
	gone, errs := make([]bool, len(ids)), make([]error, len(ids))
	var asking errgroup.Group
	asking.SetLimit(lookedUp)
	for i, id := range ids {
		asking.Go(func() error {
			may, err := d.mayRequest(ctx, id)
			if known := err == nil || refused(err); known {
				gone[i] = !may
			} else {
				errs[i] = err
			}
			return nil
		})
	}
	_ = asking.Wait()
	var left []string
	for i, id := range ids {
		if gone[i] {
			left = append(left, id)
		}
	}
	return left, errors.Join(errs...)
}

func (d *Directory) mayRequest(ctx context.Context, id string) (bool, error) {
	u, err := d.users.Get(ctx, id, RequestAge)
	switch {
	case err != nil:
		return false, err
	case d.self.Kind(u) == Sister:
		return slices.Contains(d.requesters, id), nil
	case d.stranger(u) != "":
		return false, nil
	case len(d.requesters) == 0:
		return true, nil
	}
	return d.listed(ctx, id, d.requesters, RequestAge)
}

// refused says whether Slack will give no other answer than this error.
func refused(err error) bool {
	_, kind := socket.Classify(err)
	return err != nil && kind == socket.Refused
}

// unknowable is err unless Slack says that it will never tell who somebody is: that must
// not keep the others from being reminded.
func (d *Directory) unknowable(ctx context.Context, id string, err error) error {
	if !refused(err) {
		return err
	}
	d.log.WarnContext(ctx, "Slack does not tell who somebody is, who is left out", "id", id, "error", err)
	return nil
}

// zoneOf is a time zone by its name; an unknown one counts as UTC.
func zoneOf(name string) *time.Location {
	if zone, err := zones.Load(name); err == nil {
		return zone
	}
	return time.UTC
}

func isGroup(id string) bool { return strings.HasPrefix(id, "S") }
