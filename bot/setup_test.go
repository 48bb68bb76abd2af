package bot_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"renewbot/bot"
	"renewbot/bot/ledger"
	"renewbot/bot/sandbox"
	"renewbot/bot/slacksim"
	"renewbot/bot/socket"
)

// patience bounds everything that a test waits for, so that nothing hangs. It is no measure
// of speed.
const patience = 2 * time.Minute

// bundle is a running sandbox and what tests do with it.
type bundle struct {
	*sandbox.World
	t   testing.TB
	ctx context.Context
}

// setup starts a sandbox of its own for a test.
func setup(t testing.TB, change ...func(*sandbox.Options)) *bundle {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*patience)
	t.Cleanup(cancel)
	o := sandbox.Options{
		Log: slog.New(slog.NewTextHandler(t.Output(), nil)), Tune: unhurried,
		Slack: []slacksim.WorkspaceOption{slacksim.WithAckTimeout(slackWaits), slacksim.WithOnTheWay(slackWaits / 3)},
	}
	for _, f := range change {
		f(&o)
	}
	w, err := sandbox.Start(ctx, o)
	if err != nil {
		t.Fatalf("start the sandbox: %v", err)
	}
	t.Cleanup(func() {
		w.Close()
		for _, v := range w.Slack.Violations() {
			t.Errorf("Slack's protocol was violated: %s", v)
		}
	})
	return &bundle{World: w, t: t, ctx: ctx}
}

// The three seconds that Slack waits for an ack, and the bot's part of them, are five times as
// long in these tests: a busy machine must not decide them. Package socket keeps to the true
// ones.
const (
	slackWaits = 5 * 3 * time.Second
	ackWithin  = 5 * socket.AckBudget
)

// unhurried lets a form wait for what a busy machine brings late, and nobody for the second
// connection to Slack.
func unhurried(_ *ledger.Options, p *bot.Options) {
	p.OptionalWait, p.Stagger, p.AckWithin = 2*time.Second, time.Millisecond, ackWithin
}

// tuned changes what no configuration sets.
func tuned(change func(*ledger.Options, *bot.Options)) func(*sandbox.Options) {
	return func(o *sandbox.Options) {
		before := o.Tune
		o.Tune = func(l *ledger.Options, p *bot.Options) {
			if before != nil {
				before(l, p)
			}
			change(l, p)
		}
	}
}

// as is a person at work; every step that fails ends the test.
func (b *bundle) as(user string) *actor {
	return &actor{b, b.Slack.As(user)}
}

type actor struct {
	b *bundle
	p *slacksim.Person
}

// command types a command into a channel, and returns what the person was told at once.
func (a *actor) command(channel, text string) string {
	a.b.t.Helper()
	r, err := a.p.Command(a.b.ctx, channel, text)
	if err != nil || r.Failure != "" {
		a.b.t.Fatalf("%s in %s: %v %s", text, channel, err, r.Failure)
	}
	if r.Reply == nil {
		return ""
	}
	return a.b.Slack.Text(*r.Reply)
}

// view waits until the view on top has a field.
func (a *actor) view(field string) slacksim.View {
	a.b.t.Helper()
	v, err := a.p.WaitView(a.b.ctx, func(v slacksim.View) bool { _, ok := v.Field(field); return ok })
	if err != nil {
		top, _ := a.p.View()
		a.b.t.Fatalf("no view with the field %q: %v; on top is:\n%s", field, err, a.b.Slack.TextView(top))
	}
	return v
}

// titled waits for a view with a title.
func (a *actor) titled(title string) slacksim.View {
	a.b.t.Helper()
	v, err := a.p.WaitViewTitled(a.b.ctx, title)
	if err != nil {
		top, _ := a.p.View()
		a.b.t.Fatalf("no view %q: %v; on top is:\n%s", title, err, a.b.Slack.TextView(top))
	}
	return v
}

// choose chooses in a menu, and searches in it before. What a search has offered is gone when the view is
// drawn anew: then people search once more.
func (a *actor) choose(field, query string, choices ...string) {
	a.b.t.Helper()
	for {
		v := a.view(field)
		if f, _ := v.Field(field); f.Type == "external_select" {
			if _, err := a.p.Search(a.b.ctx, field, query); err != nil {
				a.b.t.Fatalf("search %q in %s: %v", query, field, err)
			}
		}
		_, err := a.p.Choose(a.b.ctx, field, choices...)
		if err == nil {
			return
		}
		if now, ok := a.p.View(); !ok || now.Hash == v.Hash {
			a.b.t.Fatalf("choose %q in %s: %v", choices, field, err)
		}
	}
}

func (a *actor) typeIn(field, text string) {
	a.b.t.Helper()
	a.view(field)
	if _, err := a.p.Type(a.b.ctx, field, text); err != nil {
		a.b.t.Fatalf("type %q into %s: %v", text, field, err)
	}
}

// submit submits the view on top, and returns the errors at its fields.
func (a *actor) submit() map[string]string {
	a.b.t.Helper()
	a.redrawn()
	r, err := a.p.Submit(a.b.ctx)
	if err != nil || r.Trouble != "" {
		a.b.t.Fatalf("submit: %v %s", err, r.Trouble)
	}
	return r.Errors
}

// redrawn waits until every choice in the view on top has been answered with a new
// drawing of it, as a person does who looks before they press a button. Where one is
// answered otherwise, that is known when nothing is being handled any more.
func (a *actor) redrawn() {
	a.b.t.Helper()
	v, ok := a.p.View()
	if !ok {
		return
	}
	ctx, cancel := context.WithCancel(a.b.ctx)
	defer cancel()
	go func(running *bot.Bot) {
		running.Handled()
		cancel()
	}(a.b.Bot)
	drawn := func() bool {
		var choice struct {
			Actions []struct {
				TS string `json:"action_ts"`
			} `json:"actions"`
		}
		for _, e := range slices.Backward(a.b.Slack.Journal()) {
			if e.Kind == slacksim.EntryEnvelope && e.Name == "block_actions" && bytes.Contains(e.Body, []byte(`"view_id":"`+v.ID)) {
				var envelope struct{ Payload json.RawMessage }
				if json.Unmarshal(e.Body, &envelope) != nil || json.Unmarshal(envelope.Payload, &choice) != nil {
					return true
				}
				break // the last one
			}
		}
		if len(choice.Actions) == 0 {
			return true
		}
		form, err := a.b.Ledger.Form(ctx, v.ID)
		return err != nil || form.Drawn >= choice.Actions[0].TS
	}
	for ctx.Err() == nil && !drawn() {
		soon, stop := context.WithTimeout(ctx, 10*time.Millisecond)
		_ = a.b.Slack.Wait(soon, func(*slacksim.Snapshot) bool { return drawn() })
		stop()
	}
}

// submitOK submits the view on top and wants no errors.
func (a *actor) submitOK() {
	a.b.t.Helper()
	if errs := a.submit(); len(errs) > 0 {
		a.b.t.Fatalf("the form shows errors: %v", errs)
	}
}

// press presses a button of a message; a confirm dialog is agreed to.
func (a *actor) press(m slacksim.Message, button string) slacksim.ActResult {
	a.b.t.Helper()
	r, err := a.p.Press(a.b.ctx, m.Ref(), button)
	if err != nil || r.Failure != "" {
		a.b.t.Fatalf("press %q: %v %s", button, err, r.Failure)
	}
	return r
}

// wish is what somebody fills into the form.
type wish struct {
	holder     string // "" is our own account
	plan       string
	services   map[string]string // name to quantity
	extensions string
	contact    string
	po, note   string
	channel    string
}

// tutorial is the wish of the vendor's tutorial.
var tutorial = wish{plan: "3048941892189077504", extensions: "100", contact: "Sandhaven"}

// fill opens the form and fills it in.
func (a *actor) fill(w wish) {
	a.b.t.Helper()
	if w.channel == "" {
		w.channel = sandbox.Renewals
	}
	if told := a.command(w.channel, "/renew"); told != "" {
		a.b.t.Fatalf("/renew answered: %s", told)
	}
	holder := w.holder
	if holder == "" {
		holder = "Our own account"
	}
	a.chooseHolder(holder)
	a.complete(w)
}

// chooseHolder searches a customer by name and picks the one of exactly that name.
func (a *actor) chooseHolder(name string) {
	a.b.t.Helper()
	a.view("For whom")
	found, err := a.p.Search(a.b.ctx, "For whom", name)
	if err != nil {
		a.b.t.Fatalf("search the customer %q: %v", name, err)
	}
	for _, o := range found {
		if o.Text == name || strings.HasPrefix(o.Text, name+" · ") {
			a.choose("For whom", name, o.Value)
			return
		}
	}
	a.b.t.Fatalf("no customer %q among %v", name, found)
}

// complete fills in what follows the choice of the holder.
func (a *actor) complete(w wish) {
	a.b.t.Helper()
	if w.plan != "" {
		a.choose("Plan", "", w.plan)
	}
	if w.extensions != "" {
		a.typeIn("Number of extensions", w.extensions)
	}
	if len(w.services) > 0 {
		names := slices.Sorted(maps.Keys(w.services))
		a.choose("Services", "", names...)
		for _, name := range names {
			a.typeIn("Quantity: "+name, w.services[name])
		}
	}
	if w.contact != "" {
		a.chooseContact(w.contact)
	}
	if w.po != "" {
		a.typeIn("PO number", w.po)
	}
	if w.note != "" {
		a.typeIn("Note to the approver", w.note)
	}
}

// chooseContact picks the first billing contact that fits. The form may be drawn again
// between the search and the choice, which closes the menu: then it is searched again.
func (a *actor) chooseContact(query string) {
	a.b.t.Helper()
	a.view("Billing contact")
	var last error
	for range 10 {
		options, err := a.p.Search(a.b.ctx, "Billing contact", query)
		if err != nil || len(options) == 0 {
			a.b.t.Fatalf("search the contact %q: %v, %d found", query, err, len(options))
		}
		if _, last = a.p.Choose(a.b.ctx, "Billing contact", options[0].Value); last == nil {
			return
		}
	}
	a.b.t.Fatalf("choose the contact: %v", last)
}

// request makes a request, and returns the card that waits for approval.
func (a *actor) request(w wish) slacksim.Message {
	a.b.t.Helper()
	a.fill(w)
	a.submitOK()
	a.titled("Please check")
	a.explain("Agreed with the customer.")
	a.submitOK()
	done := a.titled("Request saved")
	if _, err := a.p.CloseView(a.b.ctx, false); err != nil {
		a.b.t.Fatalf("close: %v", err)
	}
	reference := referenceIn(a.b.Slack.TextView(done))
	return a.b.card(cmpOr(w.channel, sandbox.Renewals), reference, "Approve")
}

// why is the field of the review that asks for the reason of serious doubts.
const why = "Why should this be ordered all the same?"

// explain gives the reason that the review asks for, if it does.
func (a *actor) explain(reason string) {
	a.b.t.Helper()
	if v, ok := a.p.View(); ok {
		if _, asked := v.Field(why); asked {
			a.typeIn(why, reason)
		}
	}
}

// card waits for the card of a request with a button.
func (b *bundle) card(channel, reference, button string) slacksim.Message {
	b.t.Helper()
	var card slacksim.Message
	b.wait("card of "+reference+" with "+button, func(s *slacksim.Snapshot) bool {
		for _, m := range s.All(channel) {
			if hasButton(m, button) && contains(s.Text(m), reference) {
				card = m
				return true
			}
		}
		return false
	})
	return card
}

// wait waits for a condition on the workspace.
func (b *bundle) wait(what string, done func(*slacksim.Snapshot) bool) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	if err := b.Slack.Wait(ctx, done); err != nil {
		b.t.Fatalf("wait for %s: %v", what, err)
	}
}

// says waits for a message with all pieces in a channel, threads included.
func (b *bundle) says(channel string, pieces ...string) slacksim.Message {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	m, err := b.Slack.WaitMessage(ctx, channel, pieces...)
	if err != nil {
		b.t.Fatalf("no message with %q in %s: %v", pieces, channel, err)
	}
	return m
}
