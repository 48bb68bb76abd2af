package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"renewbot/yeastar/yeastarsim"
)

// listsRead is how long the product takes to read the pages of 5,000 packages, at five calls a
// second: what is asked meanwhile is not answered in the time that a review has.
const listsRead = 15 * time.Second

// told lets the product order in a portal that tells all that it may tell of a package, so
// that each has answers of its own to be judged by.
func (b *bench) told(ctx context.Context) error {
	if b.settings.atOnce == 0 {
		return nil
	}
	product, r := b.product()
	w, err := newWorld(customers, 0)
	if err != nil {
		return err
	}
	w.vendor.Switch(yeastarsim.Generous)
	c, err := product.beside("told", w)
	if err != nil {
		return errors.Join(err, w.close())
	}
	err = errors.Join(c.launch(ctx), c.settle(ctx), wait(ctx, listsRead))
	var of results
	if err == nil {
		var buyers []buyer
		if buyers, err = w.buyers(b.settings.atOnce); err == nil {
			err = c.renewals(ctx, buyers, 0, &of)
		}
	}
	if err != nil {
		err = fmt.Errorf("%w\n%s", err, c.tail())
	}
	r.toldOrders, r.toldCalls = of.fortyOrders, of.fortyCalls
	return errors.Join(err, c.end(context.WithoutCancel(ctx)), w.close())
}
