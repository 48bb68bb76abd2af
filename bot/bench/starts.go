package main

import (
	"context"
	"fmt"
	"time"

	"renewbot/yeastar/yeastarsim"
)

// startRound starts a candidate on the database that it has, and stops it. Where it has a menu of customers
// somebody searches in it at once, in a form that was opened before.
func (c *candidate) startRound(ctx context.Context, r *results) error {
	if err := c.launch(ctx); err != nil {
		return err
	}
	connected, ready, err := c.ready(ctx)
	if err != nil {
		return err
	}
	r.connected.took(connected)
	if c.product {
		r.ready.took(ready)
	}
	if c.searches {
		took, _, err := c.world.search(ctx, "delta")
		if err != nil {
			return fmt.Errorf("%s just started: %w", c.name, err)
		}
		r.searchCold.took(took)
	}
	return c.end(ctx)
}

// down starts the product while the portal is down, in one of two ways, and searches in a form that was opened
// before: nothing is known, and people wait for an answer.
func (c *candidate) down(ctx context.Context, fault yeastarsim.Fault, to *samples) error {
	broken := c.world.vendor.Fault(yeastarsim.AnyEndpoint, fault)
	defer broken.Remove()
	if err := c.launch(ctx); err != nil {
		return err
	}
	if _, err := c.firstSocket(ctx); err != nil {
		return err
	}
	for range 2 { // the second one comes when the first has failed
		took, found, err := c.world.search(ctx, "delta")
		if err != nil || found > 0 {
			return fmt.Errorf("the portal is down: %d found, %w", found, err)
		}
		to.took(took)
	}
	return c.end(ctx)
}

// downWarm searches while the portal is down, but was up before.
func (c *candidate) downWarm(ctx context.Context, n int, to *samples) error {
	broken := c.world.vendor.Fault(yeastarsim.AnyEndpoint, yeastarsim.Hang())
	defer broken.Remove()
	return c.searchRound(ctx, n, to)
}

// firstSocket waits for the first socket, and returns when it was opened.
func (c *candidate) firstSocket(ctx context.Context) (time.Time, error) {
	at, err := next(ctx, c.world.connected, c.name+" connects")
	if err != nil {
		return time.Time{}, fmt.Errorf("%w\n%s", err, c.tail())
	}
	return at, nil
}
