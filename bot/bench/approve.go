package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"renewbot/bot/slacksim"
	"renewbot/yeastar/yeastarsim"
)

// approvalEvery spaces the approvals: the product calls the portal five times a second at most, and every
// order looks up anew what it orders. It also keeps to Slack's one message a second in a channel, and a
// request has five in its thread.
const approvalEvery = 5 * time.Second

const (
	// requestEvery spaces the requests for them: each form asks the portal, too, and so that
	// nothing is missing from it.
	requestEvery = 2500 * time.Millisecond
	// atOncePatience bounds the wait for their orders.
	atOncePatience = 3 * time.Minute
)

// buyer is a customer with what they have of the measured product.
type buyer struct {
	yeastarsim.Customer
	has yeastarsim.Package
}

// buyers are n customers who can renew.
func (w *world) buyers(n int) ([]buyer, error) {
	packages := map[string]yeastarsim.Package{}
	portal := w.vendor.Portal()
	for _, p := range portal.Packages {
		if p.ProductID == yeastarsim.Turnkey && p.PartnerID != "" {
			packages[p.PartnerID] = p
		}
	}
	var all []buyer
	for _, customer := range portal.Customers[20:] { // after those with names in other letters
		if p, ok := packages[customer.PartnerID]; ok && len(all) < n {
			all = append(all, buyer{customer, p})
		}
	}
	if len(all) < n {
		return nil, fmt.Errorf("the portal has customers for %d renewals only", len(all))
	}
	return all, nil
}

// approve lets requests be made, approved and ordered, one after the other and then many at
// once, and measures what people wait for.
func (c *candidate) approve(ctx context.Context, n, atOnce int, r *results) error {
	if !c.product {
		atOnce = 0 // it asks the portal nothing before an order
	}
	buyers, err := c.world.buyers(n + atOnce)
	if err != nil {
		return err
	}
	for i, b := range buyers[:n] {
		if err := c.renewal(ctx, b, i+1, r); err != nil {
			return fmt.Errorf("renewal %d: %w\n%s", i+1, err, c.tail())
		}
		if err := c.spaced(ctx); err != nil {
			return err
		}
	}
	if atOnce == 0 {
		return nil
	}
	if err := c.renewals(ctx, buyers[n:], n, r); err != nil {
		return fmt.Errorf("%d renewals at once: %w\n%s", atOnce, err, c.tail())
	}
	return nil
}

// spaced lets the product's calls be free again. Bolt makes as many as it likes.
func (c *candidate) spaced(ctx context.Context) error {
	if !c.product {
		return nil
	}
	return pause(ctx, approvalEvery)
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// renewals are many requests that are approved at the same moment, after done others.
func (c *candidate) renewals(ctx context.Context, buyers []buyer, done int, r *results) error {
	w := c.world
	var cards []slacksim.Message
	for i, b := range buyers {
		card, err := c.request(ctx, b, done+i+1, r)
		if err != nil {
			return fmt.Errorf("request %d: %w", i+1, err)
		}
		cards = append(cards, card)
		if err := pause(ctx, requestEvery); err != nil {
			return err
		}
	}
	if err := pause(ctx, approvalEvery); err != nil { // no call is under way, and all that may be made at once are free
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, atOncePatience)
	defer cancel()
	calls := w.vendor.Calls(yeastarsim.AnyEndpoint)
	began := time.Now()
	for _, card := range cards {
		if pressed, err := w.bob.Press(ctx, card.Ref(), "Approve"); err != nil || pressed.Failure != "" {
			return fmt.Errorf("press Approve: %s %w", pressed.Failure, err)
		}
	}
	if err := w.vendor.WaitCalls(ctx, yeastarsim.OrderSave, done+len(buyers)); err != nil {
		return err
	}
	r.fortyOrders.took(w.vendor.OrderRequests()[done+len(buyers)-1].At.Sub(began))
	r.fortyCalls.add(float64(w.vendor.Calls(yeastarsim.AnyEndpoint) - calls))
	return nil
}

// request is one request from the form to the card, the nth.
func (c *candidate) request(ctx context.Context, b buyer, n int, r *results) (slacksim.Message, error) {
	var none slacksim.Message
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	w := c.world
	filled := w.fillPeer
	if c.product {
		filled = w.fill
	}
	if err := filled(ctx, b.Customer, b.has); err != nil {
		return none, err
	}
	if c.product {
		if err := submitted(w.alice.Submit(ctx)); err != nil {
			return none, err
		}
		if _, err := w.alice.WaitViewTitled(ctx, "Please check"); err != nil {
			return none, err
		}
	}
	forget(w.acked)
	if err := submitted(w.alice.Submit(ctx)); err != nil {
		return none, err
	}
	saved, err := next(ctx, w.acked, "the request is saved")
	if err != nil {
		return none, err
	}
	r.submit.took(saved)
	if c.product {
		if _, err := w.alice.CloseView(ctx, true); err != nil {
			return none, err
		}
	}
	return w.card(ctx, referenceOf(n))
}

func referenceOf(n int) string { return fmt.Sprintf("RNW-%06d", n) }

// renewal is one request from the form to the order, the nth.
func (c *candidate) renewal(ctx context.Context, b buyer, n int, r *results) error {
	w := c.world
	card, err := c.request(ctx, b, n, r)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	forget(w.acked)
	began := time.Now()
	pressed, err := w.bob.Press(ctx, card.Ref(), "Approve")
	if err != nil || pressed.Failure != "" {
		return fmt.Errorf("press Approve: %s %w", pressed.Failure, err)
	}
	acked, err := next(ctx, w.acked, "the approval is saved")
	if err != nil {
		return err
	}
	r.approveAck.took(acked)
	if err := w.vendor.WaitCalls(ctx, yeastarsim.OrderSave, n); err != nil {
		return err
	}
	r.approveOrder.took(w.vendor.OrderRequests()[n-1].At.Sub(began))
	if _, err := w.slack.WaitMessage(ctx, renewals, referenceOf(n), "XS"); err != nil {
		return err
	}
	r.approveShown.took(time.Since(began))
	return nil
}

// fillPeer is fill in Bolt's form.
func (w *world) fillPeer(ctx context.Context, customer yeastarsim.Customer, p yeastarsim.Package) error {
	if _, err := w.typeCommand(ctx, "/renew"); err != nil {
		return err
	}
	if _, err := w.alice.WaitViewTitled(ctx, formTitle); err != nil {
		return err
	}
	if _, err := w.alice.Search(ctx, holderField, customer.Company); err != nil {
		return err
	}
	if _, err := w.alice.Choose(ctx, holderField, customer.PartnerID); err != nil {
		return err
	}
	if _, err := w.alice.WaitView(ctx, func(v slacksim.View) bool { _, ok := v.Field("Plan"); return ok }); err != nil {
		return fmt.Errorf("the form has no plan: %w", err)
	}
	if _, err := w.alice.Type(ctx, "Plan", p.PlanID); err != nil {
		return err
	}
	_, err := w.alice.Type(ctx, "Number of extensions", strconv.Itoa(p.Extensions))
	return err
}

// fill opens the form for a customer and completes it.
func (w *world) fill(ctx context.Context, customer yeastarsim.Customer, p yeastarsim.Package) error {
	if _, err := w.typeCommand(ctx, "/renew "+customer.Company); err != nil {
		return err
	}
	form, err := w.alice.WaitView(ctx, func(v slacksim.View) bool { _, ok := v.Field("Plan"); return ok })
	if err != nil {
		return fmt.Errorf("the form has no plan: %w", err)
	}
	if plan, _ := form.Field("Plan"); len(plan.Selected) == 0 {
		if _, err := w.alice.Choose(ctx, "Plan", p.PlanID); err != nil {
			return err
		}
		if _, err := w.alice.WaitView(ctx, func(v slacksim.View) bool { return v.Hash != form.Hash }); err != nil {
			return fmt.Errorf("the form is not drawn again: %w", err)
		}
	}
	if _, err := w.alice.Type(ctx, "Number of extensions", strconv.Itoa(p.Extensions)); err != nil {
		return err
	}
	contacts, err := w.alice.Search(ctx, "Billing contact", "Sandhaven")
	if err != nil || len(contacts) == 0 {
		return fmt.Errorf("no billing contact is offered: %w", err)
	}
	_, err = w.alice.Choose(ctx, "Billing contact", contacts[0].Value)
	return err
}

// card waits for the card of a request that waits for approval.
func (w *world) card(ctx context.Context, reference string) (slacksim.Message, error) {
	var card slacksim.Message
	err := w.slack.Wait(ctx, func(s *slacksim.Snapshot) bool {
		all := s.All(renewals)
		for i := len(all) - 1; i >= 0; i-- {
			if len(all[i].Buttons()) > 0 && strings.Contains(s.Text(all[i]), reference) {
				card = all[i]
				return true
			}
		}
		return false
	})
	if err != nil {
		return card, fmt.Errorf("no card of %s: %w", reference, err)
	}
	return card, nil
}

func submitted(s slacksim.SubmitResult, err error) error {
	switch {
	case err != nil:
		return err
	case len(s.Errors) > 0:
		return fmt.Errorf("the form shows errors: %v", s.Errors)
	case s.Trouble != "":
		return errors.New("the form was not submitted: " + s.Trouble)
	}
	return nil
}
