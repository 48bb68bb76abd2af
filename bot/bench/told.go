package main

import (
	"context"
	"errors"
	"fmt"

	"renewbot/yeastar/yeastarsim"
)

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
	err = errors.Join(c.launch(ctx), c.settle(ctx))
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
