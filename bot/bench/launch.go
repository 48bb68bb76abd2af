package main

import (
	"context"
	"errors"
	"os"
	"strings"

	"renewbot/yeastar"
)

// besides are portals of other sizes that the product's memory is looked at beside.
var besides = []struct {
	name            string
	customers, pbxs int
	to              func(*results) *samples
}{
	{"few", few, 0, func(r *results) *samples { return &r.idleFew }},
	{"pbxs", customers, pbxs, func(r *results) *samples { return &r.idlePBXs }},
}

// allProducts has every product offered, so that the PBXs are read.
func allProducts() string {
	var keys []string
	for _, p := range yeastar.Products() {
		keys = append(keys, p.Key)
	}
	return "YEASTAR_PRODUCTS=" + strings.Join(keys, ",")
}

// launch starts every candidate, and the product once more beside other portals, and looks at their memory
// while nothing happens.
func (b *bench) launch(ctx context.Context) error {
	product, r := b.product()
	err := b.each(func(c *candidate, r *results) error {
		if info, err := os.Stat(c.binary); err == nil {
			r.binary.add(float64(info.Size()))
		}
		var err error
		if c.world, err = newWorld(customers, 0); err != nil {
			return err
		}
		return errors.Join(c.launch(ctx), c.settle(ctx))
	})
	var others []*candidate
	for _, beside := range besides {
		if err != nil {
			break
		}
		var other *candidate
		if other, err = product.another(ctx, beside.name, beside.customers, beside.pbxs); other != nil {
			others = append(others, other)
		}
	}
	if err = errors.Join(err, wait(ctx, b.settings.idle)); err == nil {
		err = b.each(func(c *candidate, r *results) error { return c.weigh(&r.idle) })
	}
	for i, other := range others {
		if err == nil {
			err = other.weigh(besides[i].to(r))
		}
		err = errors.Join(err, other.end(context.WithoutCancel(ctx)), other.world.close())
	}
	return err
}

// another starts the product once more in a world of its own.
func (c *candidate) another(ctx context.Context, name string, customers, pbxs int) (*candidate, error) {
	w, err := newWorld(customers, pbxs)
	if err != nil {
		return nil, err
	}
	other, err := c.beside(name, w)
	if pbxs > 0 {
		other.extra = []string{allProducts()}
	}
	if err == nil {
		err = errors.Join(other.launch(ctx), other.settle(ctx))
	}
	return other, err
}

// weigh notes the memory of a candidate.
func (c *candidate) weigh(to *samples) error {
	rss, err := c.rss()
	if err == nil {
		to.add(rss)
	}
	return err
}
