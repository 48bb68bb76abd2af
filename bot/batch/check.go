package batch

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"golang.org/x/sync/errgroup"
	"golang.org/x/text/unicode/norm"

	"renewbot/blocks"
	"renewbot/bot/portal"
	"renewbot/bot/renewal"
	"renewbot/bot/sheet"
	"renewbot/yeastar"
)

const (
	// together is how many lines are checked at once: the portal is asked at its own pace anyway.
	together = 4
	// checkTimeout bounds the check of one line.
	checkTimeout = 2 * time.Minute
)

// check checks every line as the form of a single request in a channel would be, and then all together. told is called now and then
// with how many are done, and not any more when check has returned.
func (v *View) check(ctx context.Context, who renewal.Actor, channel string, rows []row, told func(done int)) ([]blocks.BatchCheck, []renewal.Request, error) {
	checked := make([]blocks.BatchCheck, len(rows))
	err := each(len(rows), func(i int) error {
		ctx, cancel := context.WithTimeout(ctx, checkTimeout)
		defer cancel()
		c, err := v.line(ctx, who, channel, rows[i])
		c.Line, c.About = rows[i].line, cmp.Or(c.About, rows[i].about())
		checked[i] = c
		return err
	}, told)
	if err != nil {
		return nil, nil, err
	}
	twice(checked)
	asked, err := v.within(ctx, who, checked)
	return checked, asked, err
}

// within finds by which way each line goes, and the lines that the policy does not let be asked for: also
// because of those before them, none of which is a request yet. The others are returned as they would be asked for.
func (v *View) within(ctx context.Context, who renewal.Actor, checked []blocks.BatchCheck) ([]renewal.Request, error) {
	var asked []renewal.Request
	var of []int
	for i, c := range checked {
		if len(c.Wrong) > 0 {
			continue
		}
		r, refusal := renewal.Proposed(renewal.Submission{By: who, Offer: c.Offer}, v.ledger.Now(ctx), v.policy)
		if refusal != nil {
			checked[i].Wrong = []string{refusal.Sentence.String()}
			continue
		}
		checked[i].Ways, checked[i].Required = r.Ways, r.Required
		asked, of = append(asked, r), append(of, i)
	}
	refusals, err := v.ledger.OverTogether(ctx, asked)
	var kept []renewal.Request
	for k, r := range asked {
		if k < len(refusals) && refusals[k] != nil {
			checked[of[k]].Wrong = []string{refusals[k].Sentence.String()}
			continue
		}
		kept = append(kept, r)
	}
	return kept, err
}

// whoDecides finds out who would be asked about lines, and whether too few could approve them: by the strictest.
func (v *View) whoDecides(ctx context.Context, lines []renewal.Request) (ids []string, few bool) {
	if len(lines) == 0 {
		return nil, false
	}
	r := lines[0]
	r.Together = renewal.Together(lines, v.policy)
	return v.asks(ctx, r)
}

// each does n things, some together, and tells meanwhile how many are done, but nothing of it any more
// when all are. It returns when nobody is told any more.
func each(n int, do func(i int) error, told func(done int)) error {
	done := make(chan struct{}, n)
	var over atomic.Bool
	var doing errgroup.Group
	doing.SetLimit(together)
	var telling sync.WaitGroup
	telling.Go(func() {
		so := 0
		for range done {
			if so++; !over.Load() {
				told(so)
			}
		}
	})
	for i := range n {
		doing.Go(func() error {
			defer func() { done <- struct{}{} }()
			return do(i)
		})
	}
	err := doing.Wait()
	over.Store(true)
	close(done)
	telling.Wait()
	return err
}

// twice finds the lines that are for the same package as one before them. Neither knows of the
// other's request, as neither is one yet.
func twice(checked []blocks.BatchCheck) {
	first := map[string]int{}
	for i, c := range checked {
		whose := c.Offer.Product + " " + c.Offer.Holder.Key()
		if other, again := first[whose]; again && len(c.Wrong) == 0 {
			checked[i].Wrong = []string{fmt.Sprintf("It is for the same package as line %d: leave one out.", other)}
		} else if len(c.Wrong) == 0 {
			first[whose] = c.Line
		}
	}
}

func wrong(says string, args ...any) (blocks.BatchCheck, error) {
	return blocks.BatchCheck{Wrong: []string{fmt.Sprintf(says, args...)}}, nil
}

// line checks one line. The error is of look-ups without which nothing can be said.
func (v *View) line(ctx context.Context, who renewal.Actor, channel string, r row) (blocks.BatchCheck, error) {
	if len(r.surplus) > 0 {
		return wrong("%q stands below no column: write numbers without a comma, and put what has one between quotation marks.", r.surplus[0])
	}
	product, says := v.product(r.cells["product"])
	if says != "" {
		return wrong("%s", says)
	}
	if r.cells["holder"] == "" {
		return wrong("The holder is missing.")
	}
	if sheet.Computed(r.cells["holder"]) {
		return wrong("The holder is what a spreadsheet made of a long number: format the column as text.")
	}
	if n := utf8.RuneCountInString(r.cells["reason"]); n > renewal.MaxReason {
		return wrong("The reason has %d characters, and may have %d: shorten it.", n, renewal.MaxReason)
	}
	if err := v.portal.Prepare(ctx, product.Key); err != nil {
		return blocks.BatchCheck{}, err
	}
	holder, says, err := v.portal.Exactly(ctx, product, r.cells["holder"])
	if err != nil {
		return blocks.BatchCheck{}, err
	}
	if says != "" {
		return wrong("%s.", sentence(says))
	}
	about := aboutHolder(holder)
	f, err := v.filled(ctx, blocks.Draft{Product: product.Key, Holder: holder.Key()}, r.cells["plan"])
	if yeastar.ClassOf(err) == yeastar.ClassRefused { // to tell what this one can have
		return blocks.BatchCheck{About: about, Wrong: []string{portal.Explain(err)}}, nil
	}
	if err != nil {
		return blocks.BatchCheck{}, err
	}
	if f.Draft.Holder == "" {
		return wrong("The portal does not have this holder any more.")
	}
	d, faults, err := v.draft(ctx, f, product, r)
	if err != nil || len(faults) > 0 {
		return blocks.BatchCheck{About: about, Wrong: faults}, err
	}
	d.Channel = channel
	offer, doubts, errs, err := v.offer(ctx, who.UserID, d)
	if err != nil {
		return blocks.BatchCheck{}, err
	}
	c := blocks.BatchCheck{About: about, Offer: offer, Doubts: doubts, Reason: renewal.Words(r.cells["reason"])}
	for _, field := range slices.Sorted(maps.Keys(errs)) {
		c.Wrong = append(c.Wrong, fieldName(d, field)+errs[field])
	}
	return c, nil
}

// filled is what the form would show once the plan is chosen that a cell names.
func (v *View) filled(ctx context.Context, d blocks.Draft, plan string) (blocks.FormData, error) {
	f, err := v.fill(ctx, d)
	if err != nil || plan == "" {
		return f, err
	}
	if id, says := chosen(f.Plans, plan, "plan"); says == "" && yeastar.ID(id) != f.Draft.Plan {
		d.Plan = yeastar.ID(id)
		return v.fill(ctx, d)
	}
	return f, nil
}

// aboutHolder names a holder for people who have typed a number.
func aboutHolder(h renewal.Holder) string {
	if h.SerialNumber != "" && h.SerialNumber != h.Name {
		return h.Name + ", " + h.SerialNumber
	}
	return h.Name
}

func sentence(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// product finds the product that a cell names.
func (v *View) product(cell string) (yeastar.Product, string) {
	products := v.portal.Products()
	if i := meant(products, cell, func(p yeastar.Product) []string { return []string{p.Key, p.Name} }); i >= 0 {
		return products[i], ""
	}
	var keys []string
	for _, p := range products {
		keys = append(keys, p.Key)
	}
	if cell == "" {
		return yeastar.Product{}, "The product is missing: " + strings.Join(keys, ", ") + "."
	}
	return yeastar.Product{}, fmt.Sprintf("There is no product %q; the products are %s.", cell, strings.Join(keys, ", "))
}

// draft is what a form would have in it: what the line says, and else what the form proposes.
func (v *View) draft(ctx context.Context, f blocks.FormData, product yeastar.Product, r row) (blocks.Draft, []string, error) {
	d := f.Draft
	var faults []string
	note := func(says string) {
		if says != "" {
			faults = append(faults, says)
		}
	}
	if cell := r.cells["plan"]; cell != "" {
		id, says := chosen(f.Plans, cell, "plan")
		if strings.EqualFold(cell, "none") {
			id, says = string(blocks.PlanNone), ""
			if product.PlanLine && !product.ServicesAlone {
				id, says = string(d.Plan), product.Name+" is not renewed without its plan: leave the column plan empty, or write which one."
			}
		}
		d.Plan = yeastar.ID(id)
		note(says)
	} else if product.PlanLine && d.Plan == "" {
		note(noPlan(f.Plans))
	}
	note(services(&d, f, product, r.cells["services"]))
	switch {
	case product.Quantity != yeastar.QuantityNone && product.PlanLine && d.Plan != blocks.PlanNone:
		d.Quantity = cmp.Or(norm.NFKC.String(r.cells["quantity"]), f.QuantityPrefill)
		if d.Quantity == "" {
			note("The quantity is missing, and the portal does not tell it for certain: write it into the column quantity.")
		}
	case r.cells["quantity"] != "":
		note(fmt.Sprintf("There is no number of extensions in this order, so the quantity %q cannot be: leave it empty.", r.cells["quantity"]))
	}
	term, says := termOf(product, f.Cycle, r.cells["term"])
	d.Term = term
	note(says)
	contact, says, err := v.contact(ctx, f, r.cells["contact"])
	d.Contact, d.PONumber = contact, r.cells["po"]
	note(says)
	return d, faults, err
}

// noPlan says what to write where the portal does not tell the plan.
func noPlan(plans []blocks.Choice) string {
	var labels []string
	for _, p := range plans {
		labels = append(labels, p.Label)
	}
	return "The plan is missing, and the portal does not tell it for certain: write it into the column plan; there are: " +
		strings.Join(labels, ", ") + "."
}

// meant is which of a list a cell names: the first of exactly that name, or else the only one that has
// it but for its signs; -1: none.
func meant[T any](list []T, cell string, names func(T) []string) int {
	named := func(same func(a, b string) bool) func(T) bool {
		return func(x T) bool {
			return slices.ContainsFunc(names(x), func(name string) bool { return same(cell, name) })
		}
	}
	if i := slices.IndexFunc(list, named(strings.EqualFold)); i >= 0 || cell == "" {
		return i
	}
	i := slices.IndexFunc(list, named(portal.Same))
	if i >= 0 && slices.ContainsFunc(list[i+1:], named(portal.Same)) {
		return -1
	}
	return i
}

// chosen finds a choice by its id or its name.
func chosen(choices []blocks.Choice, cell, what string) (id, says string) {
	if i := meant(choices, cell, func(c blocks.Choice) []string { return []string{c.ID, c.Label} }); i >= 0 {
		return choices[i].ID, ""
	}
	var names []string
	for _, c := range choices {
		names = append(names, c.Label)
	}
	if len(names) == 0 {
		return "", fmt.Sprintf("There is no %s to choose, so %q cannot be it.", what, cell)
	}
	return "", fmt.Sprintf("There is no %s %q; there are: %s.", what, cell, strings.Join(names, ", "))
}

var counted = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(.*?)\s*[×x*]\s*([0-9]+)$`) })

// services chooses services as a cell names them, such as "Linkus Cloud Service × 20; Call Center".
func services(d *blocks.Draft, f blocks.FormData, product yeastar.Product, cell string) string {
	quantities := map[yeastar.ID]string{}
	if cell != "" {
		d.Services = nil
	}
	if cell != "" && !strings.EqualFold(cell, "none") {
		for part := range strings.FieldsFuncSeq(cell, func(c rune) bool { return c == ';' || c == '|' }) {
			name, number := strings.TrimSpace(part), ""
			if name == "" {
				continue
			}
			id, says := chosen(f.Services, name, "service")
			m := counted().FindStringSubmatch(name)
			if says != "" && m != nil {
				id, says = chosen(f.Services, m[1], "service")
				number = m[2]
			}
			if says != "" {
				return says
			}
			if number != "" && product.Quantity == yeastar.QuantityNone {
				return fmt.Sprintf("%s has no quantity: write %q alone.", product.Name, m[1])
			}
			if slices.Contains(d.Services, yeastar.ID(id)) {
				return fmt.Sprintf("%q names a service that stands there twice: leave one out.", name)
			}
			d.Services = append(d.Services, yeastar.ID(id))
			quantities[yeastar.ID(id)] = number
		}
	}
	if product.Quantity == yeastar.QuantityNone {
		return ""
	}
	d.ServiceQuantity = map[yeastar.ID]string{}
	var untold []string
	for _, id := range d.Services {
		d.ServiceQuantity[id] = cmp.Or(quantities[id], f.ServicePrefill[id])
		if d.ServiceQuantity[id] == "" {
			i := slices.IndexFunc(f.Services, func(c blocks.Choice) bool { return c.ID == string(id) })
			untold = append(untold, f.Services[i].Label)
		}
	}
	if len(untold) > 0 {
		return fmt.Sprintf("The quantity of %s is missing, and the portal does not tell it for certain: write the number behind the name, such as %q.",
			strings.Join(untold, ", "), untold[0]+" × 20")
	}
	return ""
}

// termOf finds for how long a line renews: as it says, and else as is usual for what the package has.
func termOf(product yeastar.Product, cycle, cell string) (key, says string) {
	var names []string
	for _, t := range product.Terms {
		fits := !product.CycleKept || cycle == "" || t.BillingCycle == cycle
		if cell == "" && fits || cell != "" && (portal.Same(cell, t.Key()) || portal.Same(cell, t.String())) {
			return t.Key(), ""
		}
		names = append(names, t.String())
	}
	return "", fmt.Sprintf("There is no term %q; there are: %s.", cell, strings.Join(names, ", "))
}

// fieldName names a field of the form before what is wrong with it.
func fieldName(d blocks.Draft, field string) string {
	switch field {
	case blocks.BlockPlan(d):
		return "Plan: "
	case blocks.BlockQuantity(d):
		return "Quantity: "
	case blocks.BlockServices(d):
		return "Services: "
	case blocks.BlockTerm(d):
		return "Term: "
	case blocks.BlockContact(d):
		return "Billing contact: "
	case blocks.BlockPO:
		return "PO number: "
	}
	return ""
}

// explained is why nothing can be said of any line.
func explained(err error) string { return portal.Explain(err) }
