package renewal

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/shopspring/decimal"
	"golang.org/x/text/currency"

	"renewbot/yeastar"
)

// Holder is whose package is renewed.
type Holder struct {
	PartnerID    yeastar.ID `json:"partner_id,omitempty"`    // empty: the calling account itself, or nobody told of a PBX
	SerialNumber string     `json:"serial_number,omitempty"` // for products held by serial number
	Name         string     `json:"name"`                    // for people
	Email        string     `json:"email,omitempty"`
}

// Key tells holders apart; "own" is the calling account.
func (h Holder) Key() string {
	return cmp.Or(h.SerialNumber, string(h.PartnerID), "own")
}

// Called is the holder's name, and which PBX it is where one is meant.
func (h Holder) Called() string {
	if h.SerialNumber == "" || h.SerialNumber == h.Name {
		return h.Name
	}
	return fmt.Sprintf("%s (%s)", h.Name, h.SerialNumber)
}

// Line is a plan or a service to renew.
type Line struct {
	Type     string     `json:"type"` // yeastar.LinePlan or yeastar.LineService
	ID       yeastar.ID `json:"id"`
	Name     string     `json:"name"`
	Quantity int        `json:"quantity,omitempty"` // 0 when the line has none
}

// MaxServices is how many services one request may have: a form keeps their quantities, and has
// no room for more.
const MaxServices = 10

// Contact gets the vendor's invoice.
type Contact struct {
	ID    yeastar.ID `json:"id"`
	Name  string     `json:"name"`
	Email string     `json:"email,omitempty"`
}

// Price is what the vendor says that the renewal costs.
type Price struct {
	Amount   decimal.Decimal `json:"amount"`
	Currency string          `json:"currency"`
}

// Quote is what the vendor says that something else costs, such as other quantities or
// another term: a fact beside the offer, and not its price.
type Quote struct {
	Price
	Extensions int `json:"extensions,omitempty"` // that it is for; 0: those asked for, or it does not tell
	// OwnedServices says that it is for the services in the numbers that the portal tells.
	OwnedServices bool         `json:"owned_services,omitempty"`
	Term          yeastar.Term `json:"term,omitzero"` // that it is for; zero: the one asked for, or it does not tell
	// QuantityUntold and TermUntold say that the portal does not tell for how many, and for
	// how long, it is. A quote that has nothing else, as earlier versions stored it, is for
	// an untold quantity, too.
	QuantityUntold bool `json:"quantity_untold,omitempty"`
	TermUntold     bool `json:"term_untold,omitempty"`
}

// String is the quote for people.
func (q Quote) String() string {
	var known, untold []string
	if q.Extensions != 0 {
		known = append(known, fmt.Sprintf("%d extensions", q.Extensions))
	}
	if q.OwnedServices {
		known = append(known, "the services as they are now")
	}
	if term := q.Term.String(); term != "" {
		known = append(known, term)
	}
	switch {
	case q.QuantityUntold && q.Extensions != 0:
		untold = append(untold, "for how many of the services")
	case q.QuantityUntold || (len(known) == 0 && !q.TermUntold):
		untold = append(untold, "for which quantity")
	}
	if q.TermUntold {
		untold = append(untold, "for how long")
	}
	said := "the portal says " + q.Price.String()
	if len(known) > 0 {
		said += " for " + enumerate(known)
	}
	if len(untold) > 0 {
		said += ", but not " + strings.Join(untold, " and ")
	}
	return said
}

// enumerate joins one or more words as people do: "a, b and c".
func enumerate(words []string) string {
	last := len(words) - 1
	if last == 0 {
		return words[0]
	}
	return strings.Join(words[:last], ", ") + " and " + words[last]
}

// Offer is what somebody asks to order.
type Offer struct {
	Product string `json:"product"` // yeastar.Product.Key
	// Term is for how long; zero, as stored by earlier versions: the product's usual one.
	Term          yeastar.Term `json:"term,omitzero"`
	Holder        Holder       `json:"holder"`
	Lines         []Line       `json:"lines"`
	Contact       Contact      `json:"contact"`
	PONumber      string       `json:"po_number,omitempty"` // as the requester typed it
	Price         *Price       `json:"price,omitempty"`     // nil: not available from the API
	Quote         *Quote       `json:"quote,omitempty"`     // a price that the portal tells, for something else
	CurrentExpiry time.Time    `json:"current_expiry,omitzero"`
	// KnownQuantity is the number of extensions that the vendor told when this was asked
	// for; 0: it did not tell.
	KnownQuantity int `json:"known_quantity,omitempty"`
	// KnownPlan is the plan that the vendor told of the package then; empty: it told none.
	KnownPlan yeastar.ID `json:"known_plan,omitempty"`
	// KnownServices are those that the vendor told of the package when this was asked for, by
	// their ids, each with the quantity that it told; empty: it told none.
	KnownServices []Line `json:"known_services,omitempty"`
	// QuantitySource says where the number of extensions came from, for people.
	QuantitySource string `json:"quantity_source,omitempty"`
	// OrderOn is the day before which it is not ordered; zero: at once.
	OrderOn OrderDay `json:"order_on,omitzero"`
}

// Plan is the offer's plan line, if it has one.
func (o Offer) Plan() (Line, bool) {
	for _, l := range o.Lines {
		if l.Type == yeastar.LinePlan {
			return l, true
		}
	}
	return Line{}, false
}

// Services are the offer's service lines.
func (o Offer) Services() []Line {
	var services []Line
	for _, l := range o.Lines {
		if l.Type == yeastar.LineService {
			services = append(services, l)
		}
	}
	return services
}

// ServicesAlone says whether services of a package are renewed without its plan: the package
// ends then as before.
func (o Offer) ServicesAlone() bool {
	row, _ := yeastar.ProductByKey(o.Product)
	_, plan := o.Plan()
	return row.PlanLine && !plan && len(o.Lines) > 0
}

// RenewsUntil is about when the package expires once it is renewed; zero: it does not follow
// from what is told, as of a package that has expired by now, or it is not renewed.
func (o Offer) RenewsUntil(now time.Time) time.Time {
	term := o.TermAsked()
	if term.Months == 0 || o.ServicesAlone() || !o.CurrentExpiry.After(now) {
		return time.Time{}
	}
	return term.After(o.CurrentExpiry)
}

// TermAsked is for how long the offer renews.
func (o Offer) TermAsked() yeastar.Term {
	if product, ok := yeastar.ProductByKey(o.Product); ok && o.Term == (yeastar.Term{}) {
		return product.Terms[0]
	}
	return o.Term
}

// Body is the order for the vendor, byte for byte as it will be sent.
func (o Offer) Body(poNumber string) (json.RawMessage, error) {
	product, ok := yeastar.ProductByKey(o.Product)
	if !ok {
		return nil, fmt.Errorf("unknown product %q", o.Product)
	}
	order := yeastar.Order{
		Product: product, PartnerID: o.Holder.PartnerID, ProductNo: o.Holder.SerialNumber,
		BillingID: o.Contact.ID, PONumber: poNumber, Term: o.TermAsked(),
	}
	if product.Holder == yeastar.BySerial {
		order.PartnerID = "" // whose PBX it is is known by its number
	}
	for _, l := range o.Lines {
		order.Lines = append(order.Lines, yeastar.OrderLine{ServiceType: l.Type, ServiceID: l.ID, Quantity: l.Quantity})
	}
	return order.Body()
}

// fingerprint binds an approval to what was shown: the bytes of the order, with holder,
// lines and term, and beside them the price, the customer of a PBX, the day and the doubts.
func fingerprint(body json.RawMessage, o Offer, doubts []Doubt) string {
	h := sha256.New()
	h.Write(body)
	if o.Price != nil {
		fmt.Fprintf(h, "\n%s %s", o.Price.Amount.String(), o.Price.Currency)
	}
	if o.Quote != nil {
		fmt.Fprintf(h, "\nquote %s %s %d", o.Quote.Amount.String(), o.Quote.Currency, o.Quote.Extensions)
		if o.Quote.OwnedServices {
			fmt.Fprint(h, " services")
		}
		if q := o.Quote; q.Term != (yeastar.Term{}) || q.QuantityUntold || q.TermUntold { // of which earlier versions knew nothing
			fmt.Fprintf(h, " %s %t %t", q.Term.Key(), q.QuantityUntold, q.TermUntold)
		}
	}
	if o.Holder.SerialNumber != "" { // whose customer stands in no byte of the order
		fmt.Fprintf(h, "\npbx of %q", o.Holder.PartnerID)
	}
	if day := o.OrderOn; day != (OrderDay{}) {
		fmt.Fprintf(h, "\norder on %s from %d", day.Date, day.From.Unix())
	}
	for _, d := range doubts {
		fmt.Fprintf(h, "\ndoubt %s %t %d %d %d %s %d %q", d.Kind, d.Serious, d.Quantity, d.Told, d.Request, d.OrderNo, d.At.Unix(), d.Names)
	}
	return hex.EncodeToString(h.Sum(nil))[:32]
}

// PONumberMode says what an order carries as its poNumber.
type PONumberMode string

// The values of RENEW_PO_NUMBER.
const (
	PONumberReference PONumberMode = "reference" // the typed number, then the request's reference
	PONumberTyped     PONumberMode = "typed"     // only what was typed
)

// MaxPONumber is the longest PO number that people may type, in characters: the
// vendor documents no limit, 32 is what we count on, and 11 are for the reference.
const MaxPONumber = 20

// poNumber puts the order's poNumber together. With the reference in it, an order
// whose answer was lost can be found in the vendor's list.
func (m PONumberMode) poNumber(typed, reference string) string {
	if m == PONumberTyped {
		return typed
	}
	return strings.TrimSpace(typed + " " + reference)
}

// CheckPONumber says what is wrong with a typed PO number, in plain words.
func CheckPONumber(s string) error {
	for _, c := range s {
		switch {
		case c > '~' && (unicode.IsSpace(c) || !unicode.IsGraphic(c)):
			return fmt.Errorf("there is a sign in it that can't be seen or sent (%U): please type it anew instead of pasting it", c)
		case c < ' ' || c > '~':
			return fmt.Errorf("only plain letters, digits and signs, please: %q can't be sent", c)
		}
	}
	if len(s) > MaxPONumber {
		return fmt.Errorf("at most %d characters, please", MaxPONumber)
	}
	return nil
}

// Difference names what b has otherwise than a, a line each, for people who are
// asked to approve again.
func Difference(a, b Offer) []string {
	var out []string
	change := func(what, was, is string) {
		if was != is {
			out = append(out, fmt.Sprintf("%s: %s → %s", what, cmp.Or(was, "none"), cmp.Or(is, "none")))
		}
	}
	change("Product", a.product(), b.product())
	change("Customer", describeHolder(a.Holder), describeHolder(b.Holder))
	planA, _ := a.Plan()
	planB, _ := b.Plan()
	change("Plan", describeID(planA.Name, planA.ID), describeID(planB.Name, planB.ID))
	change("Extensions", quantity(planA.Quantity), quantity(planB.Quantity))
	if planA.Quantity == planB.Quantity {
		change("Extensions in the portal", quantity(a.KnownQuantity), quantity(b.KnownQuantity))
	}
	if a.KnownPlan != "" {
		change("Plan in the portal", cmp.Or(a.nameOf(a.KnownPlan), string(a.KnownPlan)), cmp.Or(b.nameOf(b.KnownPlan), string(b.KnownPlan)))
	}
	change("Services", describeServices(a.Services()), describeServices(b.Services()))
	if len(a.KnownServices) > 0 {
		change("Services in the portal", describeServices(a.KnownServices), describeServices(b.KnownServices))
	}
	change("Term", a.TermAsked().String(), b.TermAsked().String())
	change("Billing contact", describeID(a.Contact.Name, a.Contact.ID), describeID(b.Contact.Name, b.Contact.ID))
	change("PO number", a.PONumber, b.PONumber)
	change("Price", a.PriceTold(), b.PriceTold())
	change("Current expiry", day(a.CurrentExpiry), day(b.CurrentExpiry))
	change("To be ordered", a.OrderOn.String(), b.OrderOn.String())
	return out
}

// product is the name of what is renewed.
func (o Offer) product() string {
	row, _ := yeastar.ProductByKey(o.Product)
	return cmp.Or(row.Name, o.Product)
}

// PriceTold is the offer's price, or what the portal tells instead; empty: it tells none.
func (o Offer) PriceTold() string {
	switch {
	case o.Price != nil:
		return o.Price.String()
	case o.Quote != nil:
		return o.Quote.String()
	}
	return ""
}

// String is the price for people, with all its digits and at least as many as its currency
// has.
func (p Price) String() string { return strings.TrimSpace(p.Number() + " " + p.Currency) }

// Number is the price with the digits of String, without its currency.
func (p Price) Number() string {
	digits := max(decimals(p.Currency), -p.Amount.Exponent())
	for digits > decimals(p.Currency) && p.Amount.Equal(p.Amount.Truncate(digits-1)) {
		digits-- // the zeros at the end say nothing
	}
	return p.Amount.StringFixed(digits)
}

// decimals is how many decimals a currency has; 2 when it is not known.
func decimals(code string) int32 {
	unit, err := currency.ParseISO(code)
	if err != nil {
		return 2
	}
	scale, _ := currency.Standard.Rounding(unit)
	return int32(min(max(scale, 0), 9))
}

func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.DateOnly)
}

func describeHolder(h Holder) string {
	switch {
	case h.Key() == "own":
		return h.Name
	case h.SerialNumber != "" && h.PartnerID != "":
		return fmt.Sprintf("%s (%s of customer %s)", h.Name, h.SerialNumber, h.PartnerID)
	}
	if h.SerialNumber != "" && h.Name == h.SerialNumber {
		return h.SerialNumber + ", of no customer that the portal tells"
	}
	return fmt.Sprintf("%s (%s)", h.Name, h.Key())
}

func describeID(name string, id yeastar.ID) string {
	if id == "" {
		return ""
	}
	return fmt.Sprintf("%s (%s)", name, id)
}

func quantity(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}

func describeServices(services []Line) string {
	var parts []string
	for _, l := range services {
		name := cmp.Or(l.Name, string(l.ID))
		if l.Quantity == 0 {
			parts = append(parts, name)
			continue
		}
		parts = append(parts, fmt.Sprintf("%s × %d", name, l.Quantity))
	}
	return strings.Join(parts, ", ")
}

// Plus adds the price of one line, which is per unit or for the whole of it.
func (p Price) Plus(amount decimal.Decimal, currency string, perUnit bool, quantity int) Price {
	if perUnit {
		amount = amount.Mul(decimal.NewFromInt(int64(max(quantity, 1))))
	}
	return Price{Amount: p.Amount.Add(amount), Currency: currency}
}
