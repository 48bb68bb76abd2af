// Package dueview is what people see of renewals due and do with them: the list, the small
// forms of a row, the digest. It says what is to be shown and leaves the showing to whoever
// calls; and it orders nothing.
package dueview

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"strconv"
	"strings"
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
	text      func(ctx context.Context, file string, most int) ([]byte, error)
	log       *slog.Logger
	tasks     *taskgroup.Group
}

// New makes a View.
func New(o Options) *View {
	return &View{o.Lists, o.Ledger, o.Directory, o.Slack, o.Schedule, o.Text, o.Log, taskgroup.New()}
}

// learnEvery is how often the portal is asked about auto-renewals, some at a time.
const learnEvery = 10 * time.Minute

// Start plans the next digest, and begins to learn what renews by itself. It ends with Close.
func (v *View) Start(ctx context.Context) error {
	v.tasks.Start(func(ctx context.Context) {
		ticker := time.NewTicker(learnEvery)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
			}
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

// Outcome is what a click or a submitted form leads to. At most one field is set.
type Outcome struct {
	Replace *blocks.Message         // the list, drawn again where it stands
	Open    *slack.ModalViewRequest // a small form
	Renew   *blocks.Draft           // the form of a renewal
	Several *due.Filter             // the form of a batch, filled with what is due by this
	Say     string                  // why nothing came of it
	// Wrong is what is wrong in the form, by block.
	Wrong map[string]string
	// Answer is where Replace goes; empty: the list stands in Home.
	Answer string
}

// mostDays is the largest number that is one of days: longer ones may be of a PBX.
const mostDays = 1000

// Typed reads what follows “due” in a command: a number of days, "mine", or part of a name.
func Typed(text, userID string) due.Filter {
	var f due.Filter
	var rest []string
	for word := range strings.FieldsSeq(text) {
		low := strings.ToLower(word)
		n, err := strconv.Atoi(strings.TrimSuffix(low, "d"))
		switch {
		case f.Within > 0 && len(rest) == 0 && (low == "day" || low == "days"):
		case err == nil && n > 0 && n <= mostDays && f.Within == 0:
			f.Within = n
		case low == "mine" && f.Owner == "":
			f.Owner = userID
		default:
			rest = append(rest, word)
		}
	}
	f.Text = strings.Join(rest, " ")
	return f
}

// Ready says whether List need not wait for the portal.
func (v *View) Ready() bool { return v.lists.Ready() }

// List draws the list as a filter narrows it.
func (v *View) List(ctx context.Context, f due.Filter) (blocks.Message, error) {
	list, err := v.lists.Load(ctx, lookup.AnyAge)
	if err != nil {
		return blocks.Message{}, err
	}
	return blocks.Due(v.data(ctx, list.Only(f, portal.Fits), f)), nil
}

// Section is what Home shows to somebody who may request.
func (v *View) Section(ctx context.Context, userID string) []slack.Block {
	list, err := v.lists.Load(ctx, lookup.AnyAge)
	if err != nil {
		v.log.WarnContext(ctx, "the renewals due could not be read for a Home tab", "error", err)
		return nil
	}
	return blocks.DueSection(v.data(ctx, list, due.Filter{}), userID)
}

// linked is how many requests get a link: the others are on other pages.
const linked = 10

func (v *View) data(ctx context.Context, list due.List, f due.Filter) blocks.DueData {
	d := blocks.DueData{List: list, Filter: f, Products: v.lists.Products(), Links: map[int64]string{}}
	rows, _, _ := list.Page(f.Page, linked)
	for _, r := range rows {
		for _, o := range r.Open {
			if channel, ts, ok := v.slack.First(ctx, o.Request); ok {
				d.Links[o.Request] = v.directory.Link(channel, ts)
			}
		}
	}
	return d
}

// Clicked handles a click in a list. Who clicked may request.
func (v *View) Clicked(ctx context.Context, ic slack.InteractionCallback, a *slack.BlockAction) (Outcome, error) {
	f := blocks.ReadDueState(a.BlockID)
	switch a.ActionID {
	case blocks.ActionDueOwners:
		f.Page, f.Owner = 0, map[string]string{"mine": ic.User.ID, due.Nobody: due.Nobody}[a.SelectedOption.Value]
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
		return Outcome{Several: &several}, nil
	case blocks.ActionDueMore:
		return v.more(ctx, ic, a, f)
	default:
		return Outcome{}, fmt.Errorf("there is no action %q in a list of renewals due", a.ActionID)
	}
	m, err := v.List(ctx, f)
	return Outcome{Replace: &m, Answer: ic.ResponseURL}, err
}

// gone is said of a row that is not in the list any more.
const gone = "That package is not in the list any more. Nothing was changed or ordered."

func (v *View) renew(ctx context.Context, value string) (Outcome, error) {
	k, err := blocks.ReadDueKey(value)
	if err != nil {
		return Outcome{}, err
	}
	r, ok, err := v.row(ctx, k)
	if err != nil || !ok || r.Nameless {
		return Outcome{Say: gone}, err
	}
	return Outcome{Renew: &blocks.Draft{Product: k.Product, Holder: k.Holder}}, nil
}

func (v *View) row(ctx context.Context, k due.Key) (due.Row, bool, error) {
	list, err := v.lists.Load(ctx, lookup.AnyAge)
	if err != nil {
		return due.Row{}, false, err
	}
	r, ok := list.Find(k)
	return r, ok, nil
}

// more handles the menu of a row.
func (v *View) more(ctx context.Context, ic slack.InteractionCallback, a *slack.BlockAction, f due.Filter) (Outcome, error) {
	verb, k, err := blocks.ReadDueChoice(a.SelectedOption.Value)
	if err != nil {
		return Outcome{}, err
	}
	r, ok, err := v.row(ctx, k)
	if err != nil || !ok {
		return Outcome{Say: gone}, err
	}
	t := blocks.DueTarget{Key: k, State: blocks.DueState(f), Answer: ic.ResponseURL}
	var form slack.ModalViewRequest
	switch verb {
	case blocks.DueOwner:
		form = blocks.DueOwnerForm(t, r)
	case blocks.DueSnooze:
		form = blocks.DueSnoozeForm(t, r, v.ledger.Now(ctx))
	case blocks.DueEnding:
		form = blocks.DueEndingForm(t, r)
	case blocks.DueWake:
		return v.saved(ctx, t, v.mark(ctx, r, renewal.CodeDueAwake, ic.User.ID, nil, func(m *due.Mark) {
			m.Snoozed, m.NotRenewing = nil, nil
		}))
	default:
		return Outcome{}, fmt.Errorf("there is no choice %q in a row's menu", verb)
	}
	return Outcome{Open: &form}, nil
}

// Submitted handles a small form. Who submitted it may request.
func (v *View) Submitted(ctx context.Context, ic slack.InteractionCallback) (Outcome, error) {
	t, err := blocks.ReadDueTarget(ic.View.PrivateMetadata)
	if err != nil {
		return Outcome{}, err
	}
	r, ok, err := v.row(ctx, t.Key)
	if err != nil || !ok {
		return Outcome{Say: gone}, err
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
		until, wrong := snoozeDay(value(blocks.BlockDueUntil, blocks.ActionDueUntil).SelectedDate, now)
		if wrong != "" {
			return Outcome{Wrong: map[string]string{blocks.BlockDueUntil: wrong}}, nil
		}
		return v.saved(ctx, t, v.mark(ctx, r, renewal.CodeDueSnoozed, by, map[string]string{renewal.DetailUntil: until.Format(time.RFC3339)},
			func(m *due.Mark) { m.Snoozed = &due.Snooze{Until: until, By: by, At: now} }))
	case blocks.CallbackDueEnding:
		why := strings.TrimSpace(value(blocks.BlockReason, blocks.ActionReason).Value)
		if why == "" {
			return Outcome{Wrong: map[string]string{blocks.BlockReason: "Please say why: others will ask."}}, nil
		}
		end, _ := r.Ends()
		return v.saved(ctx, t, v.mark(ctx, r, renewal.CodeDueEnding, by, map[string]string{renewal.DetailReason: why},
			func(m *due.Mark) {
				m.NotRenewing, m.Snoozed = &due.NotRenewing{By: by, Why: why, At: now, Ends: end}, nil
			}))
	case blocks.CallbackDueOwner:
		owner := value(blocks.BlockDueOwner, blocks.ActionDueOwner).SelectedUser
		if owner != "" && !v.directory.Actor(ctx, owner, directory.RequestAge).MayRequest {
			return Outcome{Wrong: map[string]string{blocks.BlockDueOwner: "They may not request renewals, so they would not see it. Please choose somebody else."}}, nil
		}
		return v.saved(ctx, t, v.mark(ctx, r, renewal.CodeDueOwner, by, map[string]string{renewal.DetailWho: owner}, func(m *due.Mark) { m.Owner = owner }))
	}
	return Outcome{}, fmt.Errorf("there is no form %q of renewals due", ic.View.CallbackID)
}

// maxSnooze is how long a row may be kept from people.
const maxSnooze = 366

// snoozeDay reads until when a row is to be kept from people: the beginning of that day in UTC.
func snoozeDay(text string, now time.Time) (until time.Time, wrong string) {
	until, err := time.Parse(time.DateOnly, text)
	switch {
	case err != nil:
		return until, "Please choose a day."
	case due.Days(until, now) <= 0:
		return until, "Please choose a day after today."
	case due.Days(until, now) > maxSnooze:
		return until, "At most a year, please. If it is not to be renewed at all, say that instead."
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

// saved draws the list again after a change.
func (v *View) saved(ctx context.Context, t blocks.DueTarget, err error) (Outcome, error) {
	if err != nil {
		return Outcome{}, err
	}
	o := Outcome{Answer: t.Answer}
	if t.Answer == "" {
		return o, nil
	}
	m, err := v.List(ctx, blocks.ReadDueState("due.filter."+t.State))
	if err != nil {
		v.log.WarnContext(ctx, "the list was not drawn again after a change", "error", err)
		o.Say = "That is saved. The list could not be read again just now: “/renew due” shows it. Nothing was ordered by this."
		return o, nil
	}
	o.Replace = &m
	return o, nil
}
