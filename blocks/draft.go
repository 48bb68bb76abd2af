package blocks

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode"

	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

// MaxServices is how many services one request may have: their quantities travel in
// private_metadata.
const MaxServices = renewal.MaxServices

// Draft is what somebody has chosen and typed. It travels in a view's
// private_metadata and comes back from outside: nothing in it may be believed.
type Draft struct {
	Product  string       `json:"p,omitempty"`
	Holder   string       `json:"h,omitempty"` // "": not chosen; HolderOwn, a partnerId or a serial number
	Plan     yeastar.ID   `json:"l,omitempty"`
	Services []yeastar.ID `json:"s,omitempty"`
	// ServicesProposed says that the form has chosen the services that the package has.
	ServicesProposed bool                  `json:"k,omitempty"`
	Quantity         string                `json:"q,omitempty"` // as typed
	ServiceQuantity  map[yeastar.ID]string `json:"sq,omitempty"`
	Term             string                `json:"m,omitempty"` // yeastar.Term.Key; "": the only one
	TermByHand       bool                  `json:"x,omitempty"` // a person chose it, not the form
	Contact          yeastar.ID            `json:"c,omitempty"`
	// Proposed is the billing contact that the form proposed: another one was chosen by hand.
	Proposed yeastar.ID `json:"e,omitempty"`
	// Kept is the billing contact of before the product was changed, and KeptByHand that a person
	// chose it; they travel no further.
	Kept       yeastar.ID `json:"-"`
	KeptByHand bool       `json:"-"`
	// When is the choice of when to order: "" for at once, WhenDay, or a proposed date. Day is
	// what was chosen for WhenDay.
	When     string `json:"i,omitempty"`
	Day      string `json:"j,omitempty"`
	PONumber string `json:"o,omitempty"`
	Note     string `json:"n,omitempty"`
	Channel  string `json:"ch,omitempty"`
	Query    string `json:"y,omitempty"` // typed after the command; narrows the customers
	// Key tells this form from all others, from its first view on.
	Key string `json:"u,omitempty"`
	// Request, Revision and Fingerprint name the request that is being changed; 0: a new one.
	Request     int64  `json:"r,omitempty"`
	Revision    int    `json:"v,omitempty"`
	Fingerprint string `json:"f,omitempty"`
	// Again is the request that is asked for again; 0: none.
	Again int64 `json:"g,omitempty"`
	// Drawn stands for the product and the holder that the form was drawn for; 0: it was not
	// drawn. It is the suffix of the block ids of the inputs that depend on them, so that Slack
	// forgets what was meant for others.
	Drawn int `json:"t,omitempty"`
	// Asked says that the form has asked what is to be renewed. What it proposes is in these
	// inputs from the first on: what is found later would not show in them.
	Asked bool `json:"a,omitempty"`
	// PlanGone says that the plan that was chosen is not on offer any more, and Cycle is the
	// billing cycle that the terms were drawn for.
	PlanGone bool   `json:"d,omitempty"`
	Cycle    string `json:"b,omitempty"`
	Shown    string `json:"w,omitempty"` // digest of the offer that the review showed
}

// Encode writes the draft for private_metadata, in at most 3000 characters. Whatever
// people can type in the form fits; of anything longer the end is lost.
func (d Draft) Encode() string {
	d = d.bounded()
	for _, shorten := range []func(*Draft){
		func(*Draft) {},
		func(d *Draft) { d.Query = "" },
		func(d *Draft) { d.Note = cutRunes(d.Note, renewal.MaxNote/2) },
		func(d *Draft) { d.Note = "" },
		func(d *Draft) { d.Services, d.ServiceQuantity = nil, nil },
	} {
		shorten(&d)
		if s := encode(d); width(s) <= limitMetadata {
			return s
		}
	}
	return encode(Draft{Key: d.Key, Request: d.Request, Revision: d.Revision, Again: d.Again, Drawn: d.Drawn, Asked: d.Asked})
}

// bounded is the draft with everything cut to what the form lets people enter.
func (d Draft) bounded() Draft {
	id := func(s yeastar.ID) yeastar.ID { return yeastar.ID(oneLine(string(s), limitOption)) }
	d.Product, d.Holder, d.Channel = oneLine(d.Product, limitOption), oneLine(d.Holder, limitOption), oneLine(d.Channel, 32)
	d.Plan, d.Contact = id(d.Plan), id(d.Contact)
	d.Proposed = id(d.Proposed)
	d.Quantity = oneLine(d.Quantity, 20)
	d.Term, d.Cycle = oneLine(d.Term, 20), oneLine(d.Cycle, 20)
	d.When, d.Day = oneLine(d.When, len(time.DateOnly)), oneLine(d.Day, len(time.DateOnly))
	d.PONumber = oneLine(d.PONumber, 2*renewal.MaxPONumber)
	d.Query, d.Key = oneLine(d.Query, 100), oneLine(d.Key, 64)
	d.Fingerprint, d.Shown = oneLine(d.Fingerprint, 64), oneLine(d.Shown, 64)
	d.Note = cutRunes(printable(d.Note), renewal.MaxNote)
	services := d.Services
	d.Services = nil
	quantities := map[yeastar.ID]string{}
	for _, s := range services[:min(len(services), MaxServices)] {
		d.Services = append(d.Services, id(s))
		if q := oneLine(d.ServiceQuantity[s], 20); q != "" {
			quantities[id(s)] = q
		}
	}
	d.ServiceQuantity = nil
	if len(quantities) > 0 {
		d.ServiceQuantity = quantities
	}
	return d
}

func encode(v any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return "{}" // cannot happen: strings, numbers and maps of them
	}
	return strings.TrimSpace(b.String())
}

// DecodeDraft reads a draft from private_metadata; empty metadata is an empty draft.
func DecodeDraft(metadata string) (Draft, error) {
	var d Draft
	if metadata == "" {
		return d, nil
	}
	if err := json.Unmarshal([]byte(metadata), &d); err != nil {
		return Draft{}, fmt.Errorf("decode the draft of a form: %w", err)
	}
	return d, nil
}

// printable drops what JSON would write six characters for, and keeps lines.
func printable(s string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case c == '\u2028', c == '\u2029':
			return '\n'
		case c == '\n', c == '\t':
			return c
		case unicode.IsControl(c):
			return -1
		}
		return c
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// lineEnds are what an input of one line does not take.
var lineEnds = strings.NewReplacer("\n", " ", "\t", " ")

// oneLine is what goes back into an input of one line.
func oneLine(s string, limit int) string {
	s = lineEnds.Replace(printable(s))
	return strings.TrimSpace(cutRunes(strings.TrimSpace(s), limit))
}

func cutRunes(s string, limit int) string {
	if r := []rune(s); len(r) > limit {
		return string(r[:limit])
	}
	return s
}
