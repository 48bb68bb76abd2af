package slackview

import (
	"context"
	"fmt"
	"slices"
	"sort"
	"time"

	"github.com/slack-go/slack"

	"renewbot/blocks"
	"renewbot/bot/directory"
	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
	"renewbot/bot/socket"
)

const (
	// recently is how many finished requests Home has, and recentBatches how many batches.
	recently      = 10
	recentBatches = 3
	// lookedAt is how many that ended last are read, for those that somebody asked for or decided on;
	// batchesLookedAt is how many batches.
	lookedAt        = 200
	batchesLookedAt = 10
)

// Lists are what a person has to do with.
type Lists struct {
	Mine, Waiting, Recent []renewal.Request
	Batches               Batches                    // lines that these tell of are in no other list
	Can                   map[int64][]renewal.Action // what they may do now
}

// Of are the batches and requests of one list, by its name in blocks.
func (l Lists) Of(list string) ([]blocks.BatchData, []renewal.Request) {
	switch list {
	case blocks.ListWaiting:
		return l.Batches.Waiting, l.Waiting
	case blocks.ListMine:
		return l.Batches.Mine, l.Mine
	case blocks.ListDecided:
		return l.Batches.Decided, nil
	case blocks.ListBatches:
		return slices.Concat(l.Batches.Waiting, l.Batches.Mine), nil
	}
	return nil, nil
}

// ListPage is a page of a person's list, with what they can do.
func (v *View) ListPage(ctx context.Context, a renewal.Actor, list string, page int) (slack.ModalViewRequest, error) {
	l, err := v.ListsFor(ctx, a)
	if err != nil {
		return slack.ModalViewRequest{}, err
	}
	h := blocks.HomeData{Can: l.Can, Links: v.Links(ctx, l.Mine, l.Waiting, l.Batches.Subjects())}
	if h.Pause, err = v.ledger.Paused(ctx); err != nil {
		return slack.ModalViewRequest{}, err
	}
	batches, requests := l.Of(list)
	return blocks.ListPage(h, list, batches, requests, page), nil
}

// common is what the lists of all people are chosen from.
type common struct {
	open      []renewal.Request  // of which no batch tells, the newest first
	undecided []renewal.Request  // of these, the oldest first
	batches   []blocks.BatchData // that go on
	ended     []renewal.Request  // what ended last, the latest first
	// What an approver may have decided on, the newest first.
	endedBatches []blocks.BatchData
}

// ListsFor are the open requests of a person, those that wait for what they decide, the most
// urgent first, and what they asked for or decided on last.
func (v *View) ListsFor(ctx context.Context, a renewal.Actor) (Lists, error) {
	c, err := v.common(ctx, v.policy.Approves(a))
	if err != nil {
		return Lists{}, err
	}
	return v.lists(ctx, a, c)
}

// common reads what is there, also for whoever decides.
func (v *View) common(ctx context.Context, decides bool) (c common, err error) {
	open, ended := openAndEnded()
	if c.open, err = v.ledger.List(ctx, ledger.Filter{Statuses: open, Single: true}); err != nil {
		return c, err
	}
	if c.ended, err = v.ledger.LatelyEnded(ctx, lookedAt, ended...); err != nil {
		return c, err
	}
	if c.batches, err = v.batches(ctx); err != nil || !decides {
		return c, err
	}
	for _, r := range slices.Backward(c.open) {
		if slices.Contains(renewal.Undecided(), r.Status) {
			c.undecided = append(c.undecided, r)
		}
	}
	over, err := v.ledger.EndedBatches(ctx, ledger.Anybody, batchesLookedAt, goesOn...)
	if err != nil {
		return c, err
	}
	c.endedBatches, err = v.withLines(ctx, over)
	return c, err
}

func openAndEnded() (open, ended []renewal.Status) {
	for _, s := range renewal.Statuses() {
		if s.Final() {
			ended = append(ended, s)
		} else {
			open = append(open, s)
		}
	}
	return open, ended
}

func (v *View) lists(ctx context.Context, a renewal.Actor, c common) (l Lists, err error) {
	for _, r := range c.open {
		if r.Requester == a.UserID {
			l.Mine = append(l.Mine, r)
		}
	}
	sort.SliceStable(l.Mine, func(i, k int) bool { // they wait for this person alone
		return l.Mine[i].Status == renewal.Returned && l.Mine[k].Status != renewal.Returned
	})
	_, ended := openAndEnded()
	own, err := v.ledger.List(ctx, ledger.Filter{Statuses: ended, Requester: a.UserID, Limit: recently, Lineless: true})
	if err != nil {
		return l, err
	}
	l.Recent = recent(a.UserID, own, c.ended)
	now := v.ledger.Now(ctx)
	beside := func(r renewal.Request) renewal.Actor {
		return v.people.Beside(ctx, a, r, directory.RequestAge)
	}
	if l.Batches, err = v.batchesFor(ctx, a, c, beside, now); err != nil {
		return l, err
	}
	l.Mine = renewal.UnderAt(l.Mine, v.policy, now)
	l.Waiting = renewal.UnderAt(renewal.WaitingFor(c.undecided, beside, now, v.policy), v.policy, now)
	l.Can = map[int64][]renewal.Action{}
	for _, r := range slices.Concat(l.Mine, l.Waiting, l.Recent) {
		l.Can[r.ID] = r.Can(beside(r), now, v.policy)
	}
	return l, nil
}

// recent are the ended requests that a person asked for or decided on: those that ended last, and then
// of their own.
func recent(userID string, own, ended []renewal.Request) (list []renewal.Request) {
	for _, r := range ended {
		if r.Requester == userID || r.DecidedBy(userID) {
			list = append(list, r)
		}
	}
	sort.SliceStable(own, func(i, k int) bool { return own[i].UpdatedAt.After(own[k].UpdatedAt) })
	for _, r := range own {
		if !slices.ContainsFunc(list, func(o renewal.Request) bool { return o.ID == r.ID }) {
			list = append(list, r)
		}
	}
	return list[:min(len(list), recently)]
}

// drawHomes draws the Home tabs again that were opened lately and show something else now.
// It is the only one who draws them, so that none is overwritten by what was true before.
func (v *View) drawHomes(ctx context.Context, job renewal.Job) error {
	return v.alone(ctx, job.RequestID, func() error {
		homes, err := v.ledger.OpenHomes(ctx)
		if err != nil || len(homes) == 0 {
			return err
		}
		pause, err := v.ledger.Paused(ctx)
		if err != nil {
			return err
		}
		v.people.ReadGroups(ctx)
		c, err := v.common(ctx, true)
		if err != nil {
			return err
		}
		for _, h := range homes {
			if err := v.drawHome(ctx, h, c, pause); err != nil {
				return err
			}
		}
		return v.drawHomesTomorrow(ctx, homes)
	})
}

// drawHomesTomorrow plans, once for each time, to draw Home tabs when the next one of their readers has another
// day by which it counts.
func (v *View) drawHomesTomorrow(ctx context.Context, homes []ledger.Home) error {
	now := v.ledger.Now(ctx)
	begins := midnight(now.UTC())
	for _, h := range homes {
		if at := midnight(now.In(v.people.Zone(ctx, h.UserID))); at.Before(begins) {
			begins = at
		}
	}
	if v.homesPlanned.Swap(begins.Unix()) == begins.Unix() {
		return nil
	}
	err := v.ledger.Enqueue(ctx, renewal.Job{Kind: renewal.DrawHomes, RequestID: renewal.Homes, At: begins})
	if err != nil {
		v.homesPlanned.Store(0)
	}
	return err
}

// midnight is when the next day begins where now is: at one o'clock where a change of the clocks leaves out midnight.
func midnight(now time.Time) time.Time {
	at := time.Date(now.Year(), now.Month(), now.Day()+1, 0, 0, 0, 0, now.Location())
	if at.Day() == now.Day() {
		at = at.Add(time.Hour)
	}
	return at
}

func (v *View) drawHome(ctx context.Context, h ledger.Home, c common, pause renewal.Pause) error {
	data := blocks.HomeData{Command: v.command, DryRun: v.policy.DryRun, Pause: pause}
	a := v.people.Actor(ctx, h.UserID, directory.RequestAge)
	if decides := v.policy.Approves(a); a.MayRequest || decides {
		if !decides {
			c.undecided, c.endedBatches = nil, nil
		}
		l, err := v.lists(ctx, a, c)
		if err != nil {
			return err
		}
		data.Waiting, data.Open, data.Recent, data.Can = l.Waiting, l.Mine, l.Recent, l.Can
		data.WaitingBatches, data.OpenBatches, data.DecidedBatches, data.RecentBatches = l.Batches.Waiting, l.Batches.Mine, l.Batches.Decided, l.Batches.Ended
		data.Links = v.Links(ctx, l.Waiting, l.Mine, l.Recent, l.Batches.Subjects())
	}
	if a.MayRequest && v.due != nil {
		data.Due = v.due(ctx, h.UserID)
	}
	home := blocks.Home(data)
	digest := blocks.HomeDigest(home)
	if digest == h.Digest {
		return nil
	}
	pace := socket.Later(ctx)
	if h.Digest == "" { // somebody looks at it
		pace = socket.Urgent(ctx)
	}
	_, err := v.api.PublishViewContext(pace, slack.PublishViewContextRequest{UserID: h.UserID, View: home})
	switch after, kind := socket.Classify(err); {
	case err != nil && kind == socket.Wait:
		return ledger.Snooze(after)
	case err != nil && kind != socket.Refused:
		return fmt.Errorf("views.publish: %w", err)
	case err != nil:
		// It is drawn again when it is opened, or something changes.
		v.log.WarnContext(ctx, "a Home tab was not drawn", "user", h.UserID, "error", err, "messages", socket.Messages(err))
		return nil
	}
	return v.ledger.HomeDrawn(ctx, ledger.Home{UserID: h.UserID, Digest: digest})
}
