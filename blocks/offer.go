package blocks

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

const noPrice = "no price from the portal"

// writer puts outside text into its place: outside for mrkdwn, line for plain_text.
type writer func(s string, limit int) string

// inShort says in one line which product is ordered, for whom and for how long.
func inShort(o renewal.Offer, w writer) string {
	product, _ := yeastar.ProductByKey(o.Product)
	s := w(cmp.Or(product.Name, o.Product), shortLimit) + " for " + holder(o.Holder, w)
	if term := w(o.TermAsked().String(), shortLimit); term != "" {
		s += ", " + term
	}
	return s
}

// what says in one line what is ordered, for whom and for how long.
func what(o renewal.Offer, w writer) string { return itemized(o, inShort(o, w), 4, w) }

// itemized is a headline, if any, with the first so many lines of an offer, and the number of the
// others.
func itemized(o renewal.Offer, head string, most int, w writer) string {
	product, _ := yeastar.ProductByKey(o.Product)
	if len(o.Lines) == 0 || (len(o.Lines) == 1 && o.Lines[0].Name == product.Name) {
		return cmp.Or(head, product.Name)
	}
	var lines []string
	for i, l := range o.Lines {
		if i == most {
			lines = append(lines, count(len(o.Lines)-i, "more line", "more lines"))
			break
		}
		lines = append(lines, lineWords(l, w))
	}
	return joinWith(": ", head, strings.Join(lines, ", "))
}

func lineWords(l renewal.Line, w writer) string {
	name := cmp.Or(w(l.Name, shortLimit), w(string(l.ID), shortLimit), "–")
	switch {
	case l.Quantity == 0:
		return name
	case l.Type == yeastar.LinePlan:
		return name + " for " + count(l.Quantity, "extension", "extensions")
	}
	return fmt.Sprintf("%s × %d", name, l.Quantity)
}

// holder names a holder in one line: a PBX by its customer, where that is told, and its serial
// number.
func holder(h renewal.Holder, w writer) string {
	serial := w(h.SerialNumber, shortLimit)
	names := []string{h.Name, h.Email}
	if serial == "" {
		names = append(names, string(h.PartnerID))
	}
	for _, s := range names {
		if s = w(s, nameLimit/2); s != "" && s != serial {
			return s + parenthesis(serial)
		}
	}
	return cmp.Or(serial, "our own account")
}

// price is the price with its currency, or what the portal tells instead.
func price(o renewal.Offer, w writer) string {
	return cmp.Or(w(o.PriceTold(), 2*shortLimit), noPrice)
}

// offerFacts are the facts of an offer that was asked for at a time, ten at most.
func offerFacts(o renewal.Offer, asked time.Time) []fact {
	product, _ := yeastar.ProductByKey(o.Product)
	plan, hasPlan := o.Plan()
	facts := []fact{
		who(o.Holder),
		{"Product", outside(cmp.Or(product.Name, o.Product), nameLimit)},
	}
	if hasPlan {
		facts = append(facts, fact{"Plan", cmp.Or(outside(plan.Name, nameLimit), outside(string(plan.ID), nameLimit))})
		if plan.Quantity > 0 {
			facts = append(facts, fact{"Extensions", extensions(plan.Quantity, o.QuantitySource)})
		}
	}
	var services []string
	for _, l := range o.Services() {
		services = append(services, lineWords(l, outside))
	}
	return append(facts,
		fact{"Services", bullets(services, MaxServices)},
		fact{"Term", outside(o.TermAsked().String(), shortLimit)},
		fact{"Price", price(o, outside)},
		fact{"Billing contact", nameAndMail(o.Contact.Name, o.Contact.Email, string(o.Contact.ID))},
		fact{"PO number", copyable(o.PONumber, shortLimit)},
		fact{"Current expiry", expiryDays(o, asked)},
	)
}

func extensions(n int, source string) string {
	s := fmt.Sprint(n)
	if source := outside(source, nameLimit); source != "" {
		s += " (" + source + ")"
	}
	return s
}

// expiryDays says when a package expires, and until when it is renewed where that follows.
func expiryDays(o renewal.Offer, asked time.Time) string {
	if o.CurrentExpiry.IsZero() {
		return ""
	}
	s := day(o.CurrentExpiry)
	if until := o.RenewsUntil(asked); !until.IsZero() {
		s += ", renews until about " + day(until)
	}
	return s
}

// who is the fact whose package it is.
func who(h renewal.Holder) fact {
	serial := copyable(h.SerialNumber, shortLimit)
	if serial == "" {
		return fact{"Customer", cmp.Or(nameAndMail(h.Name, h.Email, ""), "our own account")}
	}
	name := h.Name
	if name == h.SerialNumber {
		name = ""
	}
	return fact{"PBX", joinWith("\n", "SN "+serial, nameAndMail(name, h.Email, ""))}
}

func nameAndMail(name, email, id string) string {
	if clean(name) == clean(email) {
		name = ""
	}
	name, email = outside(name, nameLimit), copyable(email, mailLimit)
	return cmp.Or(joinWith("\n", name, email), outside(id, shortLimit))
}

// changes lists how a revision differs from the one before.
func changes(lines []string) string {
	var items []string
	for _, l := range lines {
		items = append(items, outside(l, 240))
	}
	return bullets(items, 10)
}

// changeBlocks shows what a later revision has otherwise.
func changeBlocks(id string, r renewal.Request) []slack.Block {
	if r.Revision < 2 || len(r.Changes) == 0 {
		return nil
	}
	return []slack.Block{section(id, fmt.Sprintf("*Changed in revision %d*\n%s", r.Revision, changes(r.Changes)))}
}
