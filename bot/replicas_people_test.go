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
	"renewbot/yeastar/yeastarsim"
)

// newButtons tells of every message that shows a button, once.
func (b *bundle) newButtons(button string) <-chan slacksim.Message {
	found := make(chan slacksim.Message)
	go func() {
		told, seen := map[string]bool{}, uint64(0)
		for b.ctx.Err() == nil {
			var fresh []slacksim.Message
			_ = b.Slack.Wait(b.ctx, func(s *slacksim.Snapshot) bool {
				for _, m := range s.All(sandbox.Renewals) {
					if m.Version > seen && !told[m.TS] && hasButton(m, button) {
						told[m.TS] = true
						fresh = append(fresh, m)
					}
				}
				seen = s.Version
				return len(fresh) > 0
			})
			for _, m := range fresh {
				select {
				case found <- m:
				case <-b.ctx.Done():
				}
			}
		}
		close(found)
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

// ask fills the form in and submits it as a person who sees what fails, and does it again.
func (b *bundle) ask(user string) {
	p := b.Slack.As(user)
	plan := func(v slacksim.View) bool { _, ok := v.Field("Plan"); return ok }
	form, ok := slacksim.View{}, false
	for !ok && b.ctx.Err() == nil {
		_, _ = p.CloseView(b.ctx, true) // a form that does not come any further
		if r, err := p.Command(b.ctx, sandbox.Renewals, "/renew acme telecom"); err == nil && r.Failure == "" {
			form, ok = b.soon(p, plan)
		}
	}
	b.insistent(func() (string, error) {
		r, err := p.Choose(b.ctx, "Plan", yeastarsim.TutorialPlanID)
		return r.Failure, err
	})
	b.soon(p, func(v slacksim.View) bool { return v.Hash != form.Hash })
	b.insistent(func() (string, error) {
		if _, err := p.Type(b.ctx, "Number of extensions", "50"); err != nil {
			return "", err
		}
		found, err := p.Search(b.ctx, "Billing contact", "Sandhaven")
		if err != nil || len(found) == 0 {
			return "nothing found", nil //nolint:nilerr // the menu shows that the search failed
		}
		_, err = p.Choose(b.ctx, "Billing contact", found[0].Value)
		return "", err
	})
	for _, next := range []string{"Please check", "Request saved"} {
		b.insistent(func() (string, error) {
			r, err := p.Submit(b.ctx)
			return r.Trouble, err
		})
		if _, err := p.WaitViewTitled(b.ctx, next); err != nil {
			top, _ := p.View()
			b.t.Errorf("%s waits for %q: %v; on top is:\n%s", user, next, err, b.Slack.TextView(top))
			return
		}
	}
	if _, err := p.CloseView(b.ctx, true); err != nil {
		b.t.Errorf("%s: %v", user, err)
	}
}

// soon waits for as long as people do for what they see to change.
func (b *bundle) soon(p *slacksim.Person, match func(slacksim.View) bool) (slacksim.View, bool) {
	ctx, cancel := context.WithTimeout(b.ctx, 5*time.Second)
	defer cancel()
	v, err := p.WaitView(ctx, match)
	return v, err == nil
}

// insistent does something until Slack shows no failure.
func (b *bundle) insistent(do func() (failure string, err error)) {
	for b.ctx.Err() == nil {
		failure, err := do()
		if err != nil {
			b.t.Error(err)
			return
		}
		if failure == "" {
			return
		}
	}
}

// clickUntilTaken clicks as a person who sees that a click failed: again.
func (b *bundle) clickUntilTaken(user string, c slacksim.Click) {
	for b.ctx.Err() == nil {
		r, err := b.Slack.As(user).Force().Press(b.ctx, c)
		if err != nil {
			b.t.Errorf("%s clicks: %v", user, err)
			return
		}
		if r.Failure == "" {
			return
		}
	}
}

// settleByHand waits until all requests are ordered, and lets Bob settle the orders
// whose answer died with a replica by what the portal shows.
func (b *bundle) settleByHand(requests int) (asked int) {
	b.t.Helper()
	settled := map[int64]bool{}
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
		return len(open) == 0
	})
	return len(settled)
}

// settle is what Bob does when he is asked: he looks into the portal.
func (b *bundle) settle(r renewal.Request) {
	b.t.Helper()
	bob := b.as(sandbox.Bob)
	card := b.card(sandbox.Renewals, r.Reference(), "It was placed…")
	for _, o := range b.Vendor.Placed() {
		if strings.Contains(o.PONumber, r.Reference()) {
			bob.press(card, "It was placed…")
			bob.typeIn("Order number", o.OrderNo)
			bob.submitOK()
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
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-tick.C:
		case <-b.ctx.Done():
			b.t.Fatalf("waited in vain for %s", what)
		}
	}
}
