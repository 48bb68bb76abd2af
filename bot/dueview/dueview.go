// Package dueview is what people see of renewals due and do with them: the list, the small
// forms of a row, the digest, at whose times other systems are told as well. It says what is
// to be shown and leaves the showing to whoever calls; and it orders nothing.
package dueview

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/slack-go/slack"

	"renewbot/blocks"
	"renewbot/bot/directory"
	"renewbot/bot/due"
	"renewbot/bot/duelist"
	"renewbot/bot/ledger"
	"renewbot/bot/lookup"
	"renewbot/bot/portal"
	"renewbot/bot/renewal"
	"renewbot/bot/slackview"
	"renewbot/bot/taskgroup"
)

// Options are what a View is made of.
type Options struct {
	Lists     *duelist.Lists
	Ledger    *ledger.Ledger
	Directory *directory.Directory
	Slack     *slackview.View
	Schedule  due.Schedule // of the digest
	Events    bool         // whether other systems are told of what is due
	// Seen says which requests a person may see, for one drawing.
	Seen func(renewal.Actor) func(context.Context, renewal.Request) bool
	// Text fetches the text of a file in Slack, at most so many bytes.
	Text func(ctx context.Context, file string, most int) ([]byte, error)
	Log  *slog.Logger
}

// View shows renewals due. Make it with New.
type View struct {
	lists     *duelist.Lists
	ledger    *ledger.Ledger
	directory *directory.Directory
	slack     *slackview.View
	schedule  due.Schedule
	events    bool
	seen      func(renewal.Actor) func(context.Context, renewal.Request) bool
	text      func(ctx context.Context, file string, most int) ([]byte, error)
	log       *slog.Logger
	tasks     *taskgroup.Group
}

// New makes a View.
func New(o Options) *View {
	return &View{o.Lists, o.Ledger, o.Directory, o.Slack, o.Schedule, o.Events, o.Seen, o.Text, o.Log, taskgroup.New()}
}

// learnEvery is how often the portal is asked about auto-renewals, some at a time.
const learnEvery = 10 * time.Minute

// learnFirst is when it is asked first: after what people wait for when the bot has started.
const learnFirst = time.Minute

// Start plans the next digest, reads our orders ahead, and begins to learn what renews by itself. It ends with Close.
func (v *View) Start(ctx context.Context) error {
	v.tasks.Start(func(ctx context.Context) {
		if _, err := v.lists.Known(ctx); err != nil && ctx.Err() == nil { // of years, they take a second
			v.log.WarnContext(ctx, "what was ordered was not read ahead", "error", err)
		}
		timer := time.NewTimer(learnFirst)
		defer timer.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-timer.C:
			}
			timer.Reset(learnEvery)
			if _, err := v.lists.LearnAutoRenewals(ctx); err != nil && ctx.Err() == nil {
				v.log.WarnContext(ctx, "what renews by itself was not learned", "error", err)
			}
		}
	})
	return v.Plan(ctx)
}

// Close ends what runs in the background, at the end of ctx at the latest.
func (v *View) Close(ctx context.Context) {
	v.tasks.Cancel()
	v.tasks.End(ctx)
}

// Outcome is what a click or a submitted form leads to.
type Outcome struct {
	Replace *blocks.Message         // the list, drawn again where it stands
	Open    *slack.ModalViewRequest // a small form
	Renew   *blocks.Draft           // the form of a renewal
	Several *due.Filter             // the form of a batch, filled with what is due by this, or with Chosen
	Say     string                  // why nothing came of it
	// Wrong is what is wrong in the form, by block.
	Wrong map[string]string
	// Answer is where Replace goes; empty: the list stands in Home.
	Answer string
	// Chosen are the rows that are ticked.
	Chosen []due.Key
	// Nothing says that nothing is to be done: Slack keeps what was clicked.
	Nothing bool
}

// Ends is when a package ends by the best source that the list has, and which that is; zero: nobody
// knows, or it could not be read now.
func (v *View) Ends(ctx context.Context, k due.Key) (time.Time, due.Source) {
	list, err := v.lists.Load(ctx, lookup.AnyAge)
	if err != nil && ctx.Err() == nil {
		v.log.WarnContext(ctx, "when a package ends could not be read for a form", "error", err)
	}
	if r, _ := list.Find(k); len(r.Dates) > 0 {
		return r.Dates[0].At, r.Dates[0].Source
	}
	return time.Time{}, ""
}

// Ready says whether List need not wait for the portal.
func (v *View) Ready() bool { return v.lists.Ready() }

// List draws the list for somebody, as a filter narrows it, with the rows that are ticked.
func (v *View) List(ctx context.Context, userID string, f due.Filter, chosen ...due.Key) (blocks.Message, error) {
	list, err := v.list(ctx, userID)
	if err != nil {
		return blocks.Message{}, err
	}
	d := v.data(ctx, userID, list.Only(f, portal.Fits), f)
	d.Ticked = list.Chosen(chosen)
	d.Lost = len(chosen) - len(d.Ticked)
	return blocks.Due(d), nil
}

// toDraw is how long what is known of the list may take to be drawn: Slack says who may see which request.
const toDraw = time.Second

// Known draws what is known of the list without waiting for the portal, of what is read before soon ends;
// false: nothing is, as far as the filter lets it through.
func (v *View) Known(ctx, soon context.Context, userID string, f due.Filter) (blocks.Message, bool) {
	list, err := v.lists.Known(soon)
	if err != nil {
		v.log.WarnContext(ctx, "what is due was not told ahead of the portal", "error", err)
		return blocks.Message{}, false
	}
	list = v.forReader(soon, list, userID).Only(f, portal.Fits)
	ctx, cancel := context.WithTimeout(ctx, toDraw)
	defer cancel()
	return blocks.DueKnown(v.data(ctx, userID, list, f)), len(list.Rows) > 0
}

// list has all rows as somebody reads them.
func (v *View) list(ctx context.Context, userID string) (due.List, error) {
	list, err := v.lists.Load(ctx, lookup.AnyAge)
	if err != nil {
		return list, err
	}
	return v.forReader(ctx, list, userID), nil
}

// forReader has the rows near or far by the days of who reads them; those of owners who have left are nobody's.
func (v *View) forReader(ctx context.Context, list due.List, userID string) due.List {
	gone, err := v.directory.Gone(ctx, list.LookedAfterBy())
	if err != nil {
		v.log.WarnContext(ctx, "whether all owners of renewals due are still there was not found out", "error", err)
	}
	list.Now = list.Now.In(v.directory.Zone(ctx, userID))
	return list.Left(gone)
}

// Section is what Home shows to somebody who may request.
func (v *View) Section(ctx context.Context, userID string) []slack.Block {
	list, err := v.list(ctx, userID)
	if err != nil {
		v.log.WarnContext(ctx, "the renewals due could not be read for a Home tab", "error", err)
		return nil
	}
	return blocks.DueSection(v.data(ctx, userID, list, due.Filter{}), userID)
}

func (v *View) data(ctx context.Context, userID string, list due.List, f due.Filter) blocks.DueData {
	seen := v.seen(v.directory.Actor(ctx, userID, directory.RequestAge))
	return blocks.DueData{Reader: userID, List: list, Filter: f, Products: v.lists.Products(), Request: func(id int64) (string, bool) {
		r, err := v.ledger.Get(ctx, id)
		if err != nil || !seen(ctx, r) {
			return "", false
		}
		channel, ts, ok := v.slack.First(ctx, id)
		if !ok {
			return "", true
		}
		return v.directory.Link(channel, ts), true
	}}
}

// Clicked handles a click in a list. Who clicked may request.
func (v *View) Clicked(ctx context.Context, ic slack.InteractionCallback, a *slack.BlockAction) (Outcome, error) {
	f := blocks.ReadDueState(a.BlockID)
	chosen := ticked(ic)
	switch a.ActionID {
	case blocks.ActionDueTick, blocks.ActionDueChosen:
		return Outcome{Nothing: true}, nil
	case blocks.ActionDueOwners:
		f.Page, f.Owner = 0, map[string]string{"mine": ic.User.ID, due.Nobody: due.Nobody}[a.SelectedOption.Value]
	case blocks.ActionDueSomebody:
		f.Page, f.Owner = 0, a.SelectedUser
	case blocks.ActionDueProduct:
		if f.Page, f.Product = 0, a.SelectedOption.Value; f.Product == "all" {
			f.Product = ""
		}
	case blocks.ActionDueBack, blocks.ActionDueNext:
		f.Page, _ = strconv.Atoi(a.Value)
	case blocks.ActionDueRenew:
		return v.renew(ctx, a.Value)
	case blocks.ActionDueSeveral:
		several := blocks.ReadDueSeveral(a.Value, ic.User.ID)
		return Outcome{Several: &several, Chosen: chosen}, nil
	case blocks.ActionDueMore:
		return v.more(ctx, ic, a, f)
	default:
		return Outcome{}, fmt.Errorf("there is no action %q in a list of renewals due", a.ActionID)
	}
	m, err := v.List(ctx, ic.User.ID, f, chosen...)
	return Outcome{Replace: &m, Answer: ic.ResponseURL}, err
}

// ticked are the rows that are ticked in the list in which somebody clicked.
func ticked(ic slack.InteractionCallback) []due.Key {
	if ic.BlockActionState == nil {
		return nil
	}
	return blocks.ReadDueChosen(ic.BlockActionState.Values)
}

// gone is said of a row that is not in the list any more.
const gone = "That package is not in the list any more. Nothing was changed or ordered."

func (v *View) renew(ctx context.Context, value string) (Outcome, error) {
	k, err := blocks.ReadDueKey(value)
	if err != nil {
		return Outcome{}, err
	}
	r, says, err := v.row(ctx, k)
	if says == "" && r.Nameless {
		says = gone
	}
	if err != nil || says != "" {
		return Outcome{Say: says}, err
	}
	return Outcome{Renew: &blocks.Draft{Product: k.Product, Holder: k.Holder}}, nil
}

// row finds a row. says is why it is not there.
func (v *View) row(ctx context.Context, k due.Key) (r due.Row, says string, err error) {
	list, err := v.lists.Load(ctx, lookup.AnyAge)
	if err != nil {
		return r, "", err
	}
	if r, ok := list.Find(k); ok {
		return r, "", nil
	}
	for _, p := range v.lists.Products() {
		if p.Key == k.Product && slices.Contains(list.Unread, p.Name) {
			return r, fmt.Sprintf("The portal does not list the packages of %s just now. Please try again in a moment. Nothing was changed or ordered.", p.Name), nil
		}
	}
	return r, gone, nil
}

// more handles the menu of a row.
func (v *View) more(ctx context.Context, ic slack.InteractionCallback, a *slack.BlockAction, f due.Filter) (Outcome, error) {
	verb, k, err := blocks.ReadDueChoice(a.SelectedOption.Value)
	if err != nil {
		return Outcome{}, err
	}
	r, says, err := v.row(ctx, k)
	if err != nil || says != "" {
		return Outcome{Say: says}, err
	}
	t := blocks.DueTarget{Key: k, State: blocks.DueState(f), Answer: ic.ResponseURL, Chosen: ticked(ic)}
	var form slack.ModalViewRequest
	switch verb {
	case blocks.DueOwner:
		form = blocks.DueOwnerForm(t, r, v.schedule.On())
	case blocks.DueSnooze:
		form = blocks.DueSnoozeForm(t, r, v.ledger.Now(ctx).In(v.directory.Zone(ctx, ic.User.ID)))
	case blocks.DueEnding:
		form = blocks.DueEndingForm(t, r)
	case blocks.DueWake:
		return v.saved(ctx, ic, t, v.mark(ctx, r, renewal.CodeDueAwake, ic.User.ID, nil, func(m *due.Mark) {
			m.Snoozed, m.NotRenewing = nil, nil
		}))
	default:
		return Outcome{}, fmt.Errorf("there is no choice %q in a row's menu", verb)
	}
	return Outcome{Open: &form}, nil
}

// Submitted handles a small form, and saves what it says before soon ends. Who submitted it may
// request.
func (v *View) Submitted(ctx, soon context.Context, ic slack.InteractionCallback) (Outcome, error) {
	t, err := blocks.ReadDueTarget(ic.View.PrivateMetadata)
	if err != nil {
		return Outcome{}, err
	}
	r, says, err := v.row(soon, t.Key)
	if err != nil || says != "" {
		return Outcome{Say: says, Answer: t.Answer}, err
	}
	now, by := v.ledger.Now(ctx), ic.User.ID
	value := func(block, action string) slack.BlockAction {
		if ic.View.State == nil {
			return slack.BlockAction{}
		}
		return ic.View.State.Values[block][action]
	}
	switch ic.View.CallbackID {
	case blocks.CallbackDueSnooze:
		until, wrong := snoozeDay(value(blocks.BlockDueUntil, blocks.ActionDueUntil).SelectedDate, now.In(v.directory.Zone(soon, by)))
		if wrong != "" {
			return Outcome{Wrong: map[string]string{blocks.BlockDueUntil: wrong}}, nil
		}
		return v.saved(ctx, ic, t, v.mark(soon, r, renewal.CodeDueSnoozed, by, map[string]string{renewal.DetailUntil: until.Format(time.RFC3339)},
			func(m *due.Mark) { m.Snoozed = &due.Snooze{Until: until, By: by, At: now} }))
	case blocks.CallbackDueEnding:
		why := renewal.Words(value(blocks.BlockReason, blocks.ActionReason).Value)
		if why == "" {
			return Outcome{Wrong: map[string]string{blocks.BlockReason: "Please say why: others will ask."}}, nil
		}
		end, _ := r.Ends()
		return v.saved(ctx, ic, t, v.mark(soon, r, renewal.CodeDueEnding, by, map[string]string{renewal.DetailReason: why},
			func(m *due.Mark) {
				m.NotRenewing, m.Snoozed = &due.NotRenewing{By: by, Why: why, At: now, Ends: end}, nil
			}))
	case blocks.CallbackDueOwner:
		owner := value(blocks.BlockDueOwner, blocks.ActionDueOwner).SelectedUser
		if owner != "" && !v.directory.Actor(ctx, owner, directory.RequestAge).MayRequest {
			return Outcome{Wrong: map[string]string{blocks.BlockDueOwner: "They may not request renewals, so they would not see it. Please choose somebody else."}}, nil
		}
		return v.saved(ctx, ic, t, v.mark(soon, r, renewal.CodeDueOwner, by, map[string]string{renewal.DetailWho: owner}, func(m *due.Mark) { m.Owner = owner }))
	}
	return Outcome{}, fmt.Errorf("there is no form %q of renewals due", ic.View.CallbackID)
}

// maxSnooze is how long a row may be kept from people.
const maxSnooze = 366

// snoozeDay reads until when a row is to be kept from people: the beginning of that day in the zone
// of now.
func snoozeDay(text string, now time.Time) (until time.Time, wrong string) {
	day, err := time.Parse(time.DateOnly, text)
	switch days := due.Days(day, now); {
	case err != nil:
		return until, "Please choose a day."
	case days <= 0:
		return until, "Please choose a day after today."
	case days > maxSnooze:
		return until, "At most a year, please. If it is not to be renewed at all, say that instead."
	}
	until = time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, now.Location())
	if until.Day() != day.Day() { // there is no midnight on that day
		until = until.Add(time.Hour)
	}
	return until, ""
}

// mark changes what is said of a row.
func (v *View) mark(ctx context.Context, r due.Row, code renewal.Code, by string, detail map[string]string, change func(*due.Mark)) error {
	all := map[string]string{
		renewal.DetailHolder: r.Holder.Key(), renewal.DetailProduct: r.Product.Key, renewal.DetailSummary: r.Holder.Name + ", " + r.Product.Name,
	}
	maps.Copy(all, detail)
	_, _, err := v.ledger.Mark(ctx, []ledger.MarkChange{{Key: r.Key(), Change: func(m due.Mark) due.Mark {
		change(&m)
		return m
	}}}, renewal.Entry{Code: code, Actor: by, Detail: all})
	return err
}

// saved says what became of a change: it draws the list again.
func (v *View) saved(ctx context.Context, ic slack.InteractionCallback, t blocks.DueTarget, err error) (Outcome, error) {
	o := Outcome{Answer: t.Answer}
	if errors.Is(err, ledger.ErrUnclear) {
		v.log.ErrorContext(ctx, "a mark may not be saved", "error", err)
		o.Say = "It is not known yet whether this was saved. “/renew due” tells. Nothing was ordered."
		return o, nil
	}
	if err != nil || t.Answer == "" {
		return o, err
	}
	m, err := v.List(ctx, ic.User.ID, blocks.ReadDueState("due.filter."+t.State), t.Chosen...)
	if err != nil {
		v.log.ErrorContext(ctx, "the renewals due could not be drawn again after a change", "error", err)
		o.Say = "It is saved. The list could not be drawn again; “/renew due” shows it. Nothing was ordered."
		return o, nil
	}
	o.Replace = &m
	return o, nil
}
