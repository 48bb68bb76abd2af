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

// approve lets requests be made, approved and ordered, and measures what people wait for.
func (c *candidate) approve(ctx context.Context, n int, r *results) error {
	packages := map[string]yeastarsim.Package{}
	portal := c.world.vendor.Portal()
	for _, p := range portal.Packages {
		if p.ProductID == yeastarsim.Turnkey && p.PartnerID != "" {
			packages[p.PartnerID] = p
		}
	}
	pace := time.NewTicker(approvalEvery)
	defer pace.Stop()
	done := 0
	for _, customer := range portal.Customers[20:] { // after those with names in other letters
		p, ok := packages[customer.PartnerID]
		if !ok {
			continue
		}
		if done == n {
			return nil
		}
		done++
		if err := c.world.renewal(ctx, customer, p, done, r); err != nil {
			return fmt.Errorf("renewal %d: %w\n%s", done, err, c.tail())
		}
		select {
		case <-pace.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return fmt.Errorf("the portal has customers for %d renewals only", done)
}

// renewal is one request from the form to the order, the nth.
func (w *world) renewal(ctx context.Context, customer yeastarsim.Customer, p yeastarsim.Package, n int, r *results) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := w.fill(ctx, customer, p); err != nil {
		return err
	}
	if err := submitted(w.alice.Submit(ctx)); err != nil {
		return err
	}
	if _, err := w.alice.WaitViewTitled(ctx, "Please check"); err != nil {
		return err
	}
	forget(w.acked)
	if err := submitted(w.alice.Submit(ctx)); err != nil {
		return err
	}
	saved, err := next(ctx, w.acked, "the request is saved")
	if err != nil {
		return err
	}
	r.submit.took(saved)
	if _, err := w.alice.CloseView(ctx, true); err != nil {
		return err
	}
	reference := fmt.Sprintf("RNW-%06d", n)
	card, err := w.card(ctx, reference)
	if err != nil {
		return err
	}
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
	if _, err := w.slack.WaitMessage(ctx, renewals, reference, "XS"); err != nil {
		return err
	}
	r.approveShown.took(time.Since(began))
	return nil
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
