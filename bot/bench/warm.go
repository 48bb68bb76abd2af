package main

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"
)

// form is what people open and search in.
const (
	formTitle   = "Renew a subscription"
	holderField = "For whom"
)

// typedQueries is what people type to find a customer, from nothing to a whole name.
var typedQueries = []string{
	"", "d", "del", "delta", "delta den", "harbor foods", "gmbh", "customer-4711", "tubingen", "zuraw", "willow media b.v.",
	"sato", "eszter", "north", "nobody at all", "it123",
}

// typeCommand types a command and says how long its views.open took to arrive.
func (w *world) typeCommand(ctx context.Context, text string) (time.Duration, error) {
	forget(w.opened)
	began := time.Now()
	result, err := w.alice.Command(ctx, renewals, text)
	if err != nil || result.Failure != "" {
		return 0, fmt.Errorf("%s: %s %w", text, result.Failure, err)
	}
	if result.Reply != nil {
		return 0, fmt.Errorf("%s was answered with %q", text, result.Reply.Text)
	}
	at, err := next(ctx, w.opened, "views.open after "+text)
	return at.Sub(began), err
}

// search types a query into the menu of customers and says how long the answer took.
func (w *world) search(ctx context.Context, query string) (time.Duration, int, error) {
	forget(w.suggested)
	found, err := w.alice.Search(ctx, holderField, query)
	if err != nil {
		return 0, 0, err
	}
	took, err := next(ctx, w.suggested, "an answer to a search")
	return took, len(found), err
}

// warmRound measures commands and searches one after the other.
func (c *candidate) warmRound(ctx context.Context, n int, r *results) error {
	for range n {
		took, err := c.world.typeCommand(ctx, "/renew")
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		r.renew.took(took)
	}
	if c.searches {
		if err := c.searchRound(ctx, n, &r.searchWarm); err != nil {
			return err
		}
	}
	if !c.product {
		return nil
	}
	all := c.world.vendor.Customers()
	for i := range n {
		customer := all[(i*37+12)%len(all)]
		took, err := c.world.typeCommand(ctx, "/renew "+customer.Company)
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		r.renewFilled.took(took)
	}
	return nil
}

// searchRound searches in a form that is open.
func (c *candidate) searchRound(ctx context.Context, n int, to *samples) error {
	if _, err := c.world.alice.WaitViewTitled(ctx, formTitle); err != nil {
		return err
	}
	for i := range n {
		query := typedQueries[i%len(typedQueries)]
		took, found, err := c.world.search(ctx, query)
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		if found == 0 != strings.HasPrefix(query, "nobody") {
			return fmt.Errorf("%s found %d customers for %q", c.name, found, query)
		}
		to.took(took)
	}
	return nil
}

// inFlight is how many commands wait for their modal at the same time under load.
const inFlight = 16

// loadRound lets many commands come at once and says how many modals were opened in a second, and in a second
// of the candidate's processor time.
func (c *candidate) loadRound(ctx context.Context, n int, r *results) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	forget(c.world.opened)
	before, err := c.cpu()
	if err != nil {
		return err
	}
	began := time.Now()
	places := make(chan struct{}, inFlight)
	errs := make(chan error, n)
	var typing sync.WaitGroup
	typing.Go(func() {
		for range n {
			places <- struct{}{}
			typing.Go(func() {
				if result, err := c.world.alice.Command(ctx, renewals, "/renew"); err != nil || result.Failure != "" {
					errs <- fmt.Errorf("under load: %s %w", result.Failure, err)
				}
			})
		}
	})
	for range n {
		if _, err := next(ctx, c.world.opened, "views.open under load"); err != nil {
			cancel()
			return fmt.Errorf("%s: %w", c.name, err)
		}
		<-places
	}
	took := time.Since(began)
	after, err := c.cpu()
	if err != nil {
		return err
	}
	typing.Wait()
	close(errs)
	if err := <-errs; err != nil {
		return fmt.Errorf("%s: %w", c.name, err)
	}
	r.perSecond.add(float64(n) / took.Seconds())
	r.perCPU.add(float64(n) / (after - before).Seconds())
	return nil
}
