package bot_test

import (
	"context"
	"fmt"
	"strings"
	"time"

	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
	"renewbot/bot/slacksim"
)

// newButtons tells of every message that shows a button, once.
func (b *bundle) newButtons(button string) <-chan slacksim.Message {
	changes, end := b.Slack.Subscribe()
	found := make(chan slacksim.Message)
	tell := func(told map[string]bool, m slacksim.Message) {
		if told[m.TS] || m.Deleted || !hasButton(m, button) {
			return
		}
		told[m.TS] = true
		select {
		case found <- m:
		case <-b.ctx.Done():
		}
	}
	go func() {
		defer close(found)
		defer end()
		told := map[string]bool{}
		for {
			select {
			case <-b.ctx.Done():
				return
			case c := <-changes:
				if c.Kind == slacksim.ChangeLagged {
					for _, m := range b.Slack.Snapshot().All(sandbox.Renewals) {
						tell(told, m)
					}
				} else if m, ok := b.Slack.Message(slacksim.Ref{Channel: sandbox.Renewals, TS: c.TS}); ok && c.Channel == sandbox.Renewals {
					tell(told, m)
				}
			}
		}
	}()
	return found
}

// hire adds people to the sales team.
func (b *bundle) hire(n int) []string {
	var team []string
	for i := range n {
		id := fmt.Sprintf("U0SALES%02d", i)
		b.Slack.AddUser(slacksim.User{ID: id, Name: fmt.Sprintf("sales%d", i)})
		team = append(team, id)
	}
	b.Slack.Invite(sandbox.Renewals, team...)
	return team
}

// ask makes a request as a person who presses again while the review is still there. When
// something else came of it, the list of requests says whether to begin again.
func (b *bundle) ask(user string, w wish) {
	p := b.Slack.As(user)
	for b.ctx.Err() == nil {
		if b.reviews(p, w) {
			b.sends(p)
		}
		_, _ = p.CloseView(b.ctx, true)
		if mine, err := b.Ledger.List(b.ctx, ledger.Filter{Requester: user}); err == nil && len(mine) > 0 {
			return
		}
	}
	b.t.Errorf("%s has no request saved in time", user)
}

// sends presses "Request approval" for as long as the review stays.
func (b *bundle) sends(p *slacksim.Person) {
	for b.ctx.Err() == nil {
		if _, err := p.Submit(b.ctx); err != nil {
			return
		}
		if v, ok := b.Slack.Snapshot().View(p.ID()); !ok || v.Title != "Please check" {
			return
		}
	}
}

// reviews fills the form in up to its review. It is false when something did not work.
func (b *bundle) reviews(p *slacksim.Person, w wish) bool {
	if r, err := p.Command(b.ctx, sandbox.Renewals, "/renew "+w.holder); err != nil || r.Failure != "" {
		return false
	}
	form, ok := b.soon(p, func(v slacksim.View) bool { _, ok := v.Field("Plan"); return ok })
	if !ok {
		return false
	}
	if r, err := p.Choose(b.ctx, "Plan", w.plan); err != nil || r.Failure != "" {
		return false
	}
	if _, ok := b.soon(p, func(v slacksim.View) bool { return v.Hash != form.Hash }); !ok {
		return false
	}
	if _, err := p.Type(b.ctx, "Number of extensions", w.extensions); err != nil {
		return false
	}
	found, err := p.Search(b.ctx, "Billing contact", "Sandhaven")
	if err != nil || len(found) == 0 {
		return false
	}
	if _, err := p.Choose(b.ctx, "Billing contact", found[0].Value); err != nil {
		return false
	}
	if r, err := p.Submit(b.ctx); err != nil || r.Trouble != "" || len(r.Errors) > 0 {
		return false
	}
	_, ok = b.soon(p, func(v slacksim.View) bool { return v.Title == "Please check" })
	return ok
}

// soon waits for as long as people do for what they see to change.
func (b *bundle) soon(p *slacksim.Person, match func(slacksim.View) bool) (slacksim.View, bool) {
	ctx, cancel := context.WithTimeout(b.ctx, 10*time.Second)
	defer cancel()
	v, err := p.WaitView(ctx, match)
	return v, err == nil
}

// clickUntilTaken clicks as a person who sees that a click failed, or is told that nothing
// could be saved: again, for as long as the request waits.
func (b *bundle) clickUntilTaken(user string, c slacksim.Click, request int64) {
	for b.ctx.Err() == nil {
		r, err := b.Slack.As(user).Force().Press(b.ctx, c)
		if err != nil {
			b.t.Errorf("%s clicks: %v", user, err)
			return
		}
		if r.Failure != "" {
			continue
		}
		if now, err := b.Ledger.Get(b.ctx, request); err == nil && now.Status != renewal.Pending {
			return
		}
	}
}

// settleByHand waits until all requests are ordered, and lets Bob settle the orders
// whose answer died with a replica by what the portal shows.
func (b *bundle) settleByHand(requests int) (asked int) {
	b.t.Helper()
	settled := map[int64]bool{}
	defer b.tellOpen()
	b.until("all requests to be ordered", func() bool {
		open, err := b.Ledger.List(b.ctx, ledger.Filter{Statuses: []renewal.Status{
			renewal.Pending, renewal.Approved, renewal.Ordering, renewal.Unknown, renewal.Refused, renewal.Processing,
		}})
		if err != nil {
			b.t.Fatal(err)
		}
		for _, r := range open {
			if r.Status == renewal.Unknown && !settled[r.ID] {
				settled[r.ID] = true
				b.settle(r)
			}
		}
		// On a slow machine so many answers die with a replica that the rest is paused.
		if p, err := b.Ledger.Paused(b.ctx); err == nil && p.Holds() {
			if _, err := b.Slack.As(sandbox.Bob).Command(b.ctx, sandbox.Renewals, "/renew resume"); err != nil {
				b.t.Error(err)
			}
		}
		return len(open) == 0
	})
	return len(settled)
}

// tellOpen says of a test that failed how its requests stand.
func (b *bundle) tellOpen() {
	if !b.t.Failed() {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(b.ctx), patience)
	defer cancel()
	open, err := b.Ledger.List(ctx, ledger.Filter{})
	if err != nil {
		b.t.Error(err)
	}
	for _, r := range open {
		if r.Status == renewal.Ordered {
			continue
		}
		b.t.Logf("%s is %s, votes %+v", r.Reference(), r.Status, r.Votes)
		entries, _ := b.Ledger.Entries(ctx, r.ID)
		for _, e := range entries {
			b.t.Logf("  %d %v %s by %s: %s", e.Seq, e.At.Format(time.StampMilli), e.Code, e.Actor, e.Detail)
		}
		posts, _ := b.Ledger.Posts(ctx, r.ID)
		for _, p := range posts {
			b.t.Logf("  post %+v", p)
		}
	}
}

// unknownCard waits for the card that asks what became of an order, unless that is found
// out by itself.
func (b *bundle) unknownCard(r renewal.Request) (card slacksim.Message, waits bool) {
	b.t.Helper()
	b.until("the card of "+r.Reference()+", which is unknown", func() bool {
		for _, m := range b.Slack.Snapshot().All(sandbox.Renewals) {
			if hasButton(m, "It was placed…") && contains(b.Slack.Text(m), r.Reference()) {
				card, waits = m, true
			}
		}
		return waits || b.stored(r.Reference()).Status != renewal.Unknown
	})
	return card, waits
}

// settle is what Bob does when he is asked: he looks into the portal.
func (b *bundle) settle(r renewal.Request) {
	b.t.Helper()
	bob := b.as(sandbox.Bob)
	card, waits := b.unknownCard(r)
	if !waits {
		return
	}
	for _, o := range b.Vendor.Placed() {
		if strings.Contains(o.PONumber, r.Reference()) {
			bob.press(card, "It was placed…")
			bob.typeIn("Order number", o.OrderNo)
			// It may have been found by itself while he typed.
			if errs := bob.submit(); len(errs) > 0 && b.stored(r.Reference()).Status == renewal.Unknown {
				b.t.Fatalf("the form shows errors: %v", errs)
			}
			_, _ = bob.p.CloseView(b.ctx, true)
			return
		}
	}
	bob.press(card, "It was not placed…")
	bob.typeIn("How do you know?", "It is not in the portal")
	bob.submitOK()
	bob.press(b.card(sandbox.Renewals, r.Reference(), "Try again"), "Try again")
}

// until waits for a condition of the ledger or of several parties, which nobody tells of.
func (b *bundle) until(what string, done func() bool) {
	b.t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-tick.C:
		case <-b.ctx.Done():
			b.t.Fatalf("waited in vain for %s", what)
		}
	}
}
