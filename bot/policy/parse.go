package policy

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"go.yaml.in/yaml/v3"

	"renewbot/bot/renewal"
	"renewbot/bot/zones"
	"renewbot/yeastar"
)

// Parse reads a policy file. Its error is of type Problems and lists all that is wrong.
func Parse(text []byte) (*File, error) {
	r := &reader{}
	root := r.document(text)
	if root == nil {
		return nil, r.orNil()
	}
	top := r.fields(root, "the file", "version", "currency", "zone", "people", "holders", "prices", "caps", "rules")
	f := &File{hash: hashOf(text), zone: time.UTC}
	r.version(top["version"])
	if n := top["currency"]; n != nil {
		r.currency = r.unit(n, n.Line, "the file")
	}
	if n := top["zone"]; n != nil {
		f.zone = r.zone(n)
	}
	r.people = r.lists(top["people"], "“people”", "Slack id of a person (U… or W…) or a user group (S…)", personID.MatchString)
	r.holders = r.lists(top["holders"], "“holders”", "partner id or serial number", HolderID)
	f.price = r.prices(top["prices"])
	if n := top["caps"]; n != nil {
		f.caps = r.caps(n, "")
	}
	f.rules, f.unit = r.rules(top["rules"]), r.currency
	r.reached(f.rules)
	if err := r.orNil(); err != nil {
		return nil, err
	}
	return f, nil
}

var yamlLine = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`line (\d+): `) })

// document is the file's only document; nil: it cannot be read.
func (r *reader) document(text []byte) *yaml.Node {
	if len(text) > mostBytes {
		r.add(1, "the file is larger than a MiB, so it is none of these; correct RENEW_POLICY")
		return nil
	}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	var doc, more yaml.Node
	err := decoder.Decode(&doc)
	if err == nil {
		if err := decoder.Decode(&more); !errors.Is(err, io.EOF) {
			r.add(more.Line, "the file has a second document after “---”; keep one")
		}
	}
	switch {
	case errors.Is(err, io.EOF) || (err == nil && len(doc.Content) == 0):
		r.add(1, "the file is empty; write at least “version: 1” and one rule, or unset RENEW_POLICY")
		return nil
	case err != nil:
		line := 1
		if m := yamlLine().FindStringSubmatch(err.Error()); m != nil {
			line, _ = strconv.Atoi(m[1])
		}
		r.add(line, "this is no YAML; look at the spaces at the beginnings of the lines, and for colons, quotes and brackets that are missing")
		return nil
	}
	return doc.Content[0]
}

func (r *reader) version(n *yaml.Node) {
	if n == nil {
		r.add(1, "the file does not say of which version it is; write “version: 1” at its top")
		return
	}
	if v, ok := r.scalar(n, "the version"); ok && v != "1" {
		r.add(n.Line, "there is no such version; write “version: 1”")
	}
}

func (r *reader) zone(n *yaml.Node) *time.Location {
	s, ok := r.scalar(n, "the zone")
	if !ok {
		return time.UTC
	}
	zone, err := zones.Load(s)
	if err != nil || s == "" || s == "Local" {
		r.add(n.Line, "there is no such time zone; write a name such as Europe/Madrid, or UTC")
		return time.UTC
	}
	return zone
}

func (r *reader) prices(n *yaml.Node) []price {
	if n == nil {
		return nil
	}
	var all []price
	for _, item := range r.sequence(n, "“prices”") {
		const what = "a price"
		fields := r.fields(item, what, "product", "line", "term", "per", "amount", "currency")
		p := price{product: "?"}
		if keys := r.products(fields["product"], item.Line, what); len(keys) == 1 {
			p.product = keys[0]
		} else if len(keys) > 1 {
			r.add(item.Line, "a price is for several products; write one for each")
		}
		if line := fields["line"]; line != nil {
			s, ok := r.scalar(line, "the line of a price")
			if ok && !HolderID(s) {
				r.add(line.Line, "the line of a price is no id of a plan or a service; copy it from “renewbot check -live” or leave it out for the plan")
			}
			p.line = yeastar.ID(s)
		}
		if term := fields["term"]; term != nil {
			p.months = r.count(term, "the term of a price, in months,", 120)
		}
		switch per := fields["per"]; {
		case per == nil:
			r.add(item.Line, "a price does not say for what it is; add “per: unit” or “per: order”")
		case per.Value == "unit":
			p.perUnit = true
		case per.Value != "order":
			r.add(per.Line, "a price is neither per unit nor per order; write one of the two")
		}
		p.Currency = r.unit(fields["currency"], item.Line, what)
		if amount := fields["amount"]; amount == nil {
			r.add(item.Line, "a price has no amount; add “amount: 12.50”")
		} else if v := r.number(amount, "the amount of a price"); v != nil {
			p.Amount = *v
		}
		if p.product != "?" && slices.ContainsFunc(all, func(o price) bool { return o.product == p.product && o.line == p.line && o.months == p.months }) {
			r.add(item.Line, "there are two prices for the same; keep one")
		}
		all = append(all, p)
	}
	return all
}

// sequence reads a list of sets of keys and values.
func (r *reader) sequence(n *yaml.Node, what string) []*yaml.Node {
	if n.Kind == told {
		return nil
	}
	if n.Kind != yaml.SequenceNode || len(n.Content) == 0 {
		r.add(n.Line, "%s is no list, or an empty one; begin each of its items with a dash, or remove the key", what)
		return nil
	}
	return n.Content
}

// products reads keys of products.
func (r *reader) products(n *yaml.Node, line int, what string) []string {
	if n == nil {
		r.add(line, "%s names no product; add “product: p-series-turnkey” or another", what)
		return nil
	}
	var keys []string
	for _, item := range r.list(n, "the product of "+what) {
		key := strings.TrimSpace(item.Value)
		if _, ok := yeastar.ProductByKey(key); !ok {
			var known []string
			for _, p := range yeastar.Products() {
				known = append(known, p.Key)
			}
			r.add(item.Line, "%s names no product that can be renewed: %s; write %s", what, quoted(key), choice(known))
			continue
		}
		keys = append(keys, key)
	}
	return keys
}

func (r *reader) caps(n *yaml.Node, rule string) []renewal.Cap {
	what := "“caps”"
	periods := []string{string(renewal.CapOrder), string(renewal.CapRequesterDay), string(renewal.CapMonth)}
	found := r.fields(n, what, periods...)
	if len(n.Content) == 0 {
		r.add(n.Line, "%s is empty; write %s, or remove it", what, choice(periods))
	}
	var all []renewal.Cap
	for _, period := range periods {
		node := found[period]
		if node == nil {
			continue
		}
		about := fmt.Sprintf("the cap “%s”", period)
		c := renewal.Cap{Rule: rule, Per: renewal.CapPeriod(period)}
		fields := r.fields(node, about, "amount", "currency", "orders")
		if amount := fields["amount"]; amount != nil {
			unit := r.unit(fields["currency"], amount.Line, about)
			if v := r.number(amount, "the amount of "+about); v != nil {
				c.Amount = &renewal.Price{Amount: *v, Currency: unit}
				r.decimals(v, unit, amount.Line, "the amount of "+about)
			}
		} else if fields["currency"] != nil {
			r.add(node.Line, "%s has a currency and no amount; add the amount, or remove the currency", about)
		}
		if orders := fields["orders"]; orders != nil {
			c.Orders = r.count(orders, "the number of orders of "+about, 1_000_000)
			if c.Per == renewal.CapOrder {
				r.add(orders.Line, "the cap “order” is for a single order; give it an amount, or use requester_day or month")
			}
		}
		if fields["amount"] == nil && fields["orders"] == nil {
			r.add(node.Line, "%s bounds nothing; give it an amount, a number of orders, or both", about)
		}
		all = append(all, c)
	}
	return all
}
