package check

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"renewbot/yeastar"
)

// checkProducts compares what is offered with what the account has. The rows are those
// worth looking at: offered, and in the account as far as that is known.
func (c *checker) checkProducts(ctx context.Context, client *yeastar.Client) (lines, []yeastar.Product) {
	var l lines
	offered := c.Config.Products
	began := time.Now()
	available, err := client.AvailableProducts(ctx)
	if err != nil {
		c.failed(&l, "products", err)
		return l, offered
	}
	rows := yeastar.Available(offered, available)
	if len(rows) == 0 {
		l.add("products", Problem, "the account has none of what is offered: "+names(offered),
			"Set YEASTAR_PRODUCTS to what the account has, or ask its account manager whether API access covers it.")
	} else {
		c.timed(&l, "products", time.Since(began), "offered, and in the account: "+names(rows))
	}
	for _, p := range offered {
		if len(rows) > 0 && !yeastar.Has(available, p) {
			l.add("products", Warning, p.Name+" is offered, but the account's product list does not have it",
				"Set YEASTAR_PRODUCTS to what the account has.")
		}
		if p.Unsure != "" {
			l.add("products", Note, p.Name+" is offered, and not all of it is documented. "+p.Unsure, "")
		}
	}
	for _, p := range yeastar.Available(yeastar.Products(), available) {
		set := "set YEASTAR_PRODUCTS=" + yeastar.Keys(append(slices.Clone(offered), p)...)
		switch {
		case has(offered, p):
		case p.Certainty == yeastar.Documented:
			l.add("products", Warning, p.Name+" is in the account and not offered: YEASTAR_PRODUCTS names other products, and without it this one is offered",
				"To offer it, "+set+".")
		default:
			l.add("products", Note, strings.TrimSpace(p.Name+" is in the account and not offered. "+p.Unsure),
				"To offer it all the same, "+set+".")
		}
	}
	for _, a := range yeastar.Unlisted(available) {
		called := a.Called()
		if a.Name != "" {
			called += fmt.Sprintf(" (%d)", a.ID)
		}
		l.add("products", Note, called+" is in the account and cannot be renewed from here. "+a.Why(), "")
	}
	return l, rows
}

func has(rows []yeastar.Product, p yeastar.Product) bool {
	return count(rows, func(row yeastar.Product) bool { return row.Key == p.Key }) > 0
}

func names(rows []yeastar.Product) string {
	var list []string
	for _, p := range rows {
		list = append(list, p.Name)
	}
	return strings.Join(list, ", ")
}

// rowLook is what the look-ups of a row gave.
type rowLook struct {
	plans, owned lines
	bought       int
	asked        bool // the list of what was bought was read
}

// checkRows looks for the plans and the packages of each row, side by side.
func (c *checker) checkRows(ctx context.Context, client *yeastar.Client, rows []yeastar.Product) []lines {
	looks := make([]rowLook, len(rows))
	var wait sync.WaitGroup
	for i, row := range rows {
		wait.Go(func() { looks[i] = c.lookAt(ctx, client, row) })
	}
	wait.Wait()
	bought := 0
	for _, look := range looks {
		bought += look.bought
	}
	var plans, owned lines
	for i, look := range looks {
		plans, owned = append(plans, look.plans...), append(owned, look.owned...)
		if !look.asked || look.bought > 0 {
			continue
		}
		nothing := "nothing has been bought of " + listedAs(rows[i]) + ", so there is nothing to renew"
		if bought > 0 {
			owned.add("owned products", Note, nothing, "")
			continue
		}
		owned.add("owned products", Warning, nothing, "Check that the credentials are of the right account.")
	}
	return []lines{plans, owned}
}

func (c *checker) lookAt(ctx context.Context, client *yeastar.Client, row yeastar.Product) rowLook {
	var look rowLook
	began := time.Now()
	owned, err := client.OwnedProducts(ctx, row.ID)
	switch {
	case err != nil:
		c.failed(&look.owned, "owned products", err)
	case len(owned) == 0:
		look.asked = true
	default:
		look.asked, look.bought = true, len(owned)
		c.timed(&look.owned, "owned products", time.Since(began), counted(len(owned), thing(row))+" of "+listedAs(row)+" bought")
	}
	number := ""
	if row.Holder == yeastar.BySerial {
		if len(owned) == 0 {
			return look // plans are told of a PBX, and there is none
		}
		number = owned[0].ProductNo
	}
	began = time.Now()
	offered, err := client.Catalogue(ctx, row.ID, number)
	if err != nil {
		c.failed(&look.plans, "plans", err)
		return look
	}
	offered = row.Catalogue(offered)
	if row.PlanLine && len(offered.Plans) == 0 || !row.PlanLine && len(offered.Services) == 0 {
		look.plans.add("plans", Problem, "the answer has nothing of "+row.Name+" to order, so it cannot be renewed",
			"Run renewbot check -live to see what it has, and ask the account manager whether API access covers the product.")
		return look
	}
	c.timed(&look.plans, "plans", time.Since(began), contents(row, offered)+" of "+row.Name)
	return look
}

// contents are the plans and services of a row, as far as it has any.
func contents(row yeastar.Product, c yeastar.Catalogue) string {
	var parts []string
	if row.PlanLine {
		parts = append(parts, counted(len(c.Plans), "plan"))
	}
	if row.ServiceLines {
		parts = append(parts, counted(len(c.Services), "service"))
	}
	return strings.Join(parts, " and ")
}

// listedAs is what the list of what was bought is about: products that share an id share it.
func listedAs(row yeastar.Product) string {
	if row.Service != "" {
		return fmt.Sprintf("product %d", row.ID)
	}
	return row.Name
}

// thing is what is bought of a product.
func thing(row yeastar.Product) string {
	if row.Holder == yeastar.BySerial {
		return "PBX"
	}
	return "package"
}
