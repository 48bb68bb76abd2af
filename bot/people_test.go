package bot_test

import (
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"renewbot/blocks"
	"renewbot/bot/config"
	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
	"renewbot/bot/slacksim"
)

// movable is a clock that tests can move on.
type movable struct{ ahead atomic.Int64 }

func (c *movable) now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }

func (c *movable) advance(d time.Duration) { c.ahead.Add(int64(d)) }

// attempt is a refused action as the audit trail has it.
type attempt struct{ user, action, refusal string }

// denials lists what was refused since the start, each once.
func (b *bundle) denials() []attempt {
	b.t.Helper()
	entries, err := b.Ledger.EntriesAfter(b.ctx, 0, 0)
	if err != nil {
		b.t.Fatalf("read the audit trail: %v", err)
	}
	var found []attempt
	for _, e := range entries {
		if e.Code == renewal.CodeDenied {
			found = append(found, attempt{e.Actor, e.Detail[renewal.DetailAction], e.Detail[renewal.DetailRefusal]})
		}
	}
	return found
}

// wantDenied wants an attempt in the audit trail and in the audit channel.
func (b *bundle) wantDenied(a attempt) {
	b.t.Helper()
	b.until(fmt.Sprintf("%+v in the audit trail", a), func() bool { return slices.Contains(b.denials(), a) })
	b.says(sandbox.Audit, "request.denied", b.name(a.user), fmt.Sprintf("(%s: %s)", a.action, a.refusal))
}

// name is how messages name a person.
func (b *bundle) name(user string) string {
	u, _ := b.Slack.Snapshot().User(user)
	return "@" + u.Name
}

// told waits until a person was told something alone.
func (a *actor) told(pieces ...string) slacksim.Message {
	a.b.t.Helper()
	m, err := a.p.WaitEphemeral(a.b.ctx, pieces...)
	if err != nil {
		a.b.t.Fatalf("%s was not told %q: %v", a.p.ID(), pieces, err)
	}
	return m
}

// noView wants no modal to be open.
func (a *actor) noView() {
	a.b.t.Helper()
	if v, ok := a.p.View(); ok {
		a.b.t.Errorf("%s has a view:\n%s", a.p.ID(), a.b.Slack.TextView(v))
	}
}

// outsiders are people who may do nothing, and the words with which they are told so.
func outsiders() map[string]struct {
	user slacksim.User
	told string
} {
	type outsider = struct {
		user slacksim.User
		told string
	}
	return map[string]outsider{
		"guest in several channels": {slacksim.User{ID: "U0MULTI", Name: "multi", Restricted: true}, "Guests can't"},
		"guest in one channel":      {slacksim.User{ID: "U0SINGLE", Name: "single", UltraRestricted: true}, "Guests can't"},
		"deactivated":               {slacksim.User{ID: "U0GONE", Name: "gone", Deleted: true}, "deactivated"},
		"bot":                       {slacksim.User{ID: "U0ROBOT", Name: "robot", Bot: true}, "Bots can't"},
		"app":                       {slacksim.User{ID: "U0APP", Name: "app", Bot: true, AppUser: true}, "Bots can't"},
		"stranger":                  {slacksim.User{ID: "U0STRANGE", Name: "strange", Stranger: true}, "people of this workspace"},
		"of another workspace":      {slacksim.User{ID: "U0OTHER", Name: "other", TeamID: "T0OTHER"}, "people of this workspace"},
		"invited":                   {slacksim.User{ID: "U0INVITED", Name: "invited", Invited: true}, "not joined"},
	}
}

// TestOutsidersMayDoNothing sends what each kind of person could send with a client that
// checks nothing, though the configuration names them as approvers and requesters.
func TestOutsidersMayDoNothing(t *testing.T) {
	t.Parallel()
	for name, o := range outsiders() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock := &movable{}
			b := setup(t, func(s *sandbox.Options) {
				s.Now = clock.now
				s.Slack = append(s.Slack, func(w *slacksim.Workspace) { w.AddUser(o.user) })
				s.Configure = func(c *config.Config) { c.Renew.Approvers = append(c.Renew.Approvers, o.user.ID) }
			})
			card := b.as(sandbox.Alice).request(tutorial)
			b.Slack.Invite(sandbox.Renewals, o.user.ID)
			b.Slack.Share(sandbox.Renewals, o.user.Stranger)
			clock.advance(time.Minute) // before, Slack may not have known the stranger
			target := blocks.Target{Request: 1, Revision: 1}.Encode()
			them := b.as(o.user.ID)
			force := them.p.Force()

			var want []attempt
			for text, action := range map[string]string{
				"": "open", "acme": "open", "list": "list", "help": "help", "status RNW-000001": "status", "cancel RNW-000001": "cancel",
			} {
				r, err := force.Command(b.ctx, sandbox.Renewals, "/renew "+text)
				if err != nil || r.Failure != "" {
					t.Fatalf("/renew %s: %v %s", text, err, r.Failure)
				}
				if r.Reply == nil || !contains(b.Slack.Text(*r.Reply), o.told) || r.Reply.EphemeralTo != o.user.ID {
					t.Errorf("/renew %s was not answered %q to them alone", text, o.told)
					if r.Reply != nil {
						t.Log(b.Slack.Text(*r.Reply))
					}
				}
				refusal := attempt{o.user.ID, action, renewal.RefusedNotAllowed}
				if !slices.Contains(want, refusal) { // the same once more is only counted
					want = append(want, refusal)
				}
			}
			for _, action := range []string{
				blocks.ActionApprove, blocks.ActionCancel, blocks.ActionReject, blocks.ActionChange,
			} {
				if _, err := force.Press(b.ctx, slacksim.Click{Ref: card.Ref(), ActionID: action, Value: target}); err != nil {
					t.Fatalf("%s: %v", action, err)
				}
				refusal := attempt{o.user.ID, cmpOr(map[string]string{blocks.ActionChange: "change"}[action], action), renewal.RefusedNotAllowed}
				b.wantDenied(refusal)
				want = append(want, refusal)
			}
			if _, err := force.Press(b.ctx, slacksim.Click{Ref: card.Ref(), ActionID: blocks.ActionOpenForm}); err != nil {
				t.Fatal(err)
			}
			shortcut := force.Interaction("shortcut")
			shortcut["callback_id"] = blocks.CallbackShortcut
			if _, err := force.Send(b.ctx, "interactive", "shortcut", false, shortcut); err != nil {
				t.Fatal(err)
			}
			b.until("every attempt in the audit trail", func() bool { return len(b.denials()) >= len(want) })
			order := func(x, y attempt) int { return compareText(x.action, y.action) }
			got := b.denials()
			slices.SortFunc(want, order)
			slices.SortFunc(got, order)
			if diff := cmp.Diff(want, got, cmp.AllowUnexported(attempt{})); diff != "" {
				t.Errorf("the refusals in the audit trail (-want +got):\n%s", diff)
			}
			them.noView()
			b.wantStatus(1, renewal.Pending)
		})
	}
}

func compareText(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// wantStatus wants a request to stand where it should.
func (b *bundle) wantStatus(id int64, want renewal.Status) {
	b.t.Helper()
	r, err := b.Ledger.Get(b.ctx, id)
	if err != nil {
		b.t.Fatalf("read %s: %v", renewal.Reference(id), err)
	}
	if r.Status != want {
		b.t.Errorf("%s is %s, want %s", r.Reference(), r.Status, want)
	}
}

// TestOutsidersSubmitNothing lets a guest submit views that somebody else opened.
func TestOutsidersSubmitNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	card := b.as(sandbox.Dave).request(tutorial)
	alice, gina := b.as(sandbox.Alice), b.as(sandbox.Gina).p.Force()

	alice.fill(tutorial)
	form, _ := alice.p.View()
	if options, err := gina.Search(b.ctx, form.ID, "holder", blocks.ActionHolder, "acme"); err != nil || len(options) != 0 {
		t.Errorf("a guest searches customers and gets %v, %v", options, err)
	}
	if _, err := gina.Submit(b.ctx, form.ID, nil); err != nil {
		t.Fatal(err)
	}
	b.wantDenied(attempt{sandbox.Gina, "review", renewal.RefusedNotAllowed})
	b.as(sandbox.Gina).noReview(t)

	if _, err := alice.p.CloseView(b.ctx, true); err != nil {
		t.Fatal(err)
	}
	alice.fill(tutorial)
	alice.submitOK()
	review := alice.titled("Please check")
	if _, err := gina.Submit(b.ctx, review.ID, nil); err != nil {
		t.Fatal(err)
	}
	b.wantDenied(attempt{sandbox.Gina, "submit", renewal.RefusedNotAllowed})
	if _, err := b.Ledger.Get(b.ctx, 2); err == nil {
		t.Error("a guest's submission became a request")
	}

	b.as(sandbox.Bob).press(card, "Reject…")
	reject := b.as(sandbox.Bob).titled("Reject RNW-000001")
	r, err := gina.Submit(b.ctx, reject.ID, map[string]map[string]map[string]any{
		blocks.BlockReason: {blocks.ActionReason: {"type": "plain_text_input", "value": "because"}},
	})
	if err != nil || !contains(fmt.Sprint(r.Errors), "Guests can't") {
		t.Errorf("a guest's rejection was answered with %+v, %v", r, err)
	}
	b.wantDenied(attempt{sandbox.Gina, "reject", renewal.RefusedNotAllowed})
	b.wantStatus(1, renewal.Pending)
}

// noReview wants nobody to have been shown what would be ordered.
func (a *actor) noReview(t *testing.T) {
	t.Helper()
	for _, v := range a.p.Views() {
		if v.CallbackID == blocks.CallbackReview {
			t.Errorf("%s sees the review:\n%s", a.p.ID(), a.b.Slack.TextView(v))
		}
	}
}

func TestRequesters(t *testing.T) {
	t.Parallel()
	const sales = "S0SALES"
	for name, tc := range map[string]struct {
		requesters config.IDs
		user       string
		told       string // "": the form opens
	}{
		"an empty list is every member":       {nil, sandbox.Dave, ""},
		"an empty list includes approvers":    {nil, sandbox.Bob, ""},
		"named":                               {config.IDs{sandbox.Alice}, sandbox.Alice, ""},
		"not named":                           {config.IDs{sandbox.Alice}, sandbox.Dave, "You may not request renewals."},
		"in a named group":                    {config.IDs{sandbox.Alice, sales}, sandbox.Dave, ""},
		"not in a named group":                {config.IDs{sales}, sandbox.Alice, "You may not request renewals."},
		"an approver by name, not named":      {config.IDs{sales}, sandbox.Bob, "You may approve renewals, but not request them."},
		"an approver by group, not named":     {config.IDs{sales}, sandbox.Carol, "You may approve renewals, but not request them."},
		"a member of a group that is unknown": {config.IDs{"S0NOSUCH"}, sandbox.Dave, "Slack did not tell me who is in a user group"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, func(o *sandbox.Options) {
				o.Slack = append(o.Slack, func(w *slacksim.Workspace) {
					w.AddUserGroup(slacksim.UserGroup{ID: sales, Handle: "sales", Members: []string{sandbox.Dave}})
				})
				o.Configure = func(c *config.Config) { c.Renew.Requesters = tc.requesters }
			})
			p := b.as(tc.user)
			said := p.command(sandbox.Renewals, "/renew")
			if tc.told == "" {
				p.view("For whom")
				return
			}
			if !contains(said, tc.told) || !contains(said, "Nothing was ordered.") {
				t.Errorf("/renew was answered %q, want %q", said, tc.told)
			}
			p.noView()
			b.wantDenied(attempt{tc.user, "open", renewal.RefusedNotAllowed})
		})
	}
}

// TestApprovers checks who may approve, by name and by group, and that being in the
// channel is nothing.
func TestApprovers(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ user, told string }{
		"by name":                 {sandbox.Bob, ""},
		"by group":                {sandbox.Carol, ""},
		"in the channel only":     {sandbox.Dave, "Only approvers can approve RNW-000001."},
		"the requester":           {sandbox.Alice, "Only approvers can approve RNW-000001."},
		"a guest, in the channel": {sandbox.Gina, "Guests can't"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			card := b.as(sandbox.Alice).request(tutorial)
			p := b.as(tc.user)
			p.press(card, "Approve")
			if tc.told == "" {
				b.says(sandbox.Renewals, "XS3401174502129270784")
				return
			}
			p.told(tc.told)
			b.wantDenied(attempt{tc.user, "approve", renewal.RefusedNotAllowed})
			b.wantStatus(1, renewal.Pending)
		})
	}
}

// TestStrangerInSharedChannel shares the channel of a request with another company
// after it was posted: its people see the card but can't use it.
func TestStrangerInSharedChannel(t *testing.T) {
	t.Parallel()
	b := setup(t)
	card := b.as(sandbox.Alice).request(tutorial)
	b.Slack.Share(sandbox.Renewals, true)
	b.Slack.Invite(sandbox.Renewals, sandbox.Olga)
	olga := b.as(sandbox.Olga)
	olga.press(card, "Approve")
	olga.told("Only people of this workspace")
	b.wantDenied(attempt{sandbox.Olga, "approve", renewal.RefusedNotAllowed})
	b.wantStatus(1, renewal.Pending)
}
