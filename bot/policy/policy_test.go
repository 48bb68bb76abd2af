package policy_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"renewbot/bot/policy"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

const (
	acme  = "3016834412345678999" // a customer in no list
	key   = "3016834412345678902" // one of the key accounts
	extra = "3048941892189077777" // a service with a price of its own
)

var groups = []string{"S0FINANCE", "S0SALESLEADS", "S0TRAINEES"}

func example(t testing.TB) *policy.File {
	t.Helper()
	text, err := os.ReadFile("testdata/example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	f, err := policy.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// ask is a case in few words. Without more it is for 10 extensions of a customer in no list,
// asked by somebody in no group, and the portal tells no price.
type ask struct {
	product  string
	quantity int
	lines    []renewal.Line
	price    string // "800 EUR"
	months   int
	holder   renewal.Holder
	by       string
	in       []string
	unasked  bool // nobody looked at groups
}

func (a ask) made() renewal.Case {
	o := renewal.Offer{Product: a.product, Holder: a.holder, Lines: a.lines}
	if o.Product == "" {
		o.Product = "p-series-turnkey"
	}
	if o.Holder == (renewal.Holder{}) {
		o.Holder.PartnerID = acme
	}
	if o.Holder.PartnerID == "own" {
		o.Holder = renewal.Holder{}
	}
	if o.Lines == nil {
		quantity := a.quantity
		if quantity == 0 && o.Product == "p-series-turnkey" {
			quantity = 10
		}
		o.Lines = []renewal.Line{{Type: yeastar.LinePlan, ID: "1", Quantity: quantity}}
	}
	if a.price != "" {
		amount, code, _ := strings.Cut(a.price, " ")
		o.Price = &renewal.Price{Amount: decimal.RequireFromString(amount), Currency: code}
	}
	if a.months != 0 {
		o.Term = yeastar.Term{Months: a.months}
	}
	c := renewal.Case{Offer: o, Asker: renewal.Asker{ID: "U0ALICE", In: a.in, Asked: groups}}
	if a.by != "" {
		c.Asker.ID = a.by
	}
	if a.unasked {
		c.Asker.Asked = nil
	}
	return c
}

func quantity(n int) []renewal.Line {
	return []renewal.Line{{Type: yeastar.LinePlan, ID: "1", Quantity: n}}
}

// with is a plan for so many extensions and a service for so many.
func with(n int, service yeastar.ID, m int) []renewal.Line {
	return append(quantity(n), renewal.Line{Type: yeastar.LineService, ID: service, Quantity: m})
}

// Each request with the rules that hold for it. More than one hold where it is not known which
// does; "-" stands for RENEW_APPROVERS, where none certainly does.
func TestRules(t *testing.T) {
	t.Parallel()
	own, keyed := renewal.Holder{PartnerID: "own"}, renewal.Holder{PartnerID: key}
	serial := renewal.Holder{SerialNumber: "3631A2119023"}
	const trainee = "S0TRAINEES"
	for _, c := range []struct {
		name   string
		ask    ask
		rules  string
		amount string // what it is taken to cost
	}{
		{"a price that is small", ask{price: "999.99 EUR"}, "small", "999.99 EUR"},
		{"a price of nothing", ask{price: "0 EUR"}, "small", "0.00 EUR"},
		{"the first price that is medium", ask{price: "1000 EUR"}, "medium", "1000.00 EUR"},
		{"the last price that is medium", ask{price: "4999.99 EUR"}, "medium", "4999.99 EUR"},
		{"the first price that is large", ask{price: "5000 EUR"}, "large", "5000.00 EUR"},
		{"a price of many digits", ask{price: "999.9999 EUR"}, "small", "999.9999 EUR"},
		{"a price that is very large", ask{price: "123456789 EUR"}, "large", "123456789.00 EUR"},
		{"a price in another currency", ask{price: "10 USD"}, "small, medium, large, -", "10.00 USD"},
		{"a price in no currency", ask{price: "10"}, "small, medium, large, -", "10.00"},
		{"a small estimate", ask{quantity: 79}, "small", "987.50 EUR"},
		{"an estimate at the edge", ask{quantity: 80}, "medium", "1000.00 EUR"},
		{"a medium estimate", ask{quantity: 399}, "medium", "4987.50 EUR"},
		{"a large estimate", ask{quantity: 400}, "large", "5000.00 EUR"},
		{"the portal's price comes before the estimate", ask{quantity: 400, price: "10 EUR"}, "small", "10.00 EUR"},
		{"an estimate with a service", ask{lines: with(70, extra, 100)}, "medium", "1075.00 EUR"},
		{"a service without a price", ask{lines: with(70, "7", 1)}, "small, medium, large, -", ""},
		{"a service alone with a price", ask{lines: with(1, extra, 1)[1:]}, "small", "2.00 EUR"},
		{"a service alone without a price", ask{lines: with(1, "7", 1)[1:]}, "small, medium, large, -", ""},
		{"no lines at all", ask{lines: []renewal.Line{}}, "many extensions, small, medium, large, -", ""},
		{"a price for a whole order", ask{product: "remote-management"}, "small", "300.00 EUR"},
		{"a product without a price", ask{product: "ycm-white-label"}, "small, medium, large, -", ""},
		{"the last quantity that is not many", ask{quantity: 999}, "large", "12487.50 EUR"},
		{"the first quantity that is many", ask{quantity: 1000}, "many extensions", "12500.00 EUR"},
		{"many, and cheap", ask{quantity: 1000, price: "1 EUR"}, "many extensions", "1.00 EUR"},
		{"many of a service", ask{lines: with(5, extra, 1000), price: "1 EUR"}, "many extensions", "1.00 EUR"},
		{"many of the other product", ask{product: "p-series-software", quantity: 5000, price: "1 EUR"}, "many extensions", "1.00 EUR"},
		{"many of a product that is not named", ask{product: "cloud-pbx", quantity: 5000, price: "1 EUR"}, "small", "1.00 EUR"},
		{"a product that has no quantity", ask{product: "remote-management", price: "1 EUR"}, "small", "1.00 EUR"},
		{"a quantity that is not known", ask{product: "p-series-software", price: "1 EUR"}, "many extensions, small", "1.00 EUR"},
		{"one year", ask{months: 12, price: "1 EUR"}, "small", "1.00 EUR"},
		{"two years", ask{months: 24, price: "1 EUR"}, "long terms", "1.00 EUR"},
		{"five years", ask{months: 60, price: "1 EUR"}, "long terms", "1.00 EUR"},
		{"a month", ask{product: "cloud-pbx", months: 1, price: "1 EUR"}, "small", "1.00 EUR"},
		{"a term between those of the list", ask{months: 25, price: "1 EUR"}, "small", "1.00 EUR"},
		{"the product's usual term", ask{product: "p-series-software", quantity: 5, price: "1 EUR"}, "small", "1.00 EUR"},
		{"a product that nobody knows has no term", ask{product: "gone", price: "1 EUR", lines: quantity(1)}, "long terms, small", "1.00 EUR"},
		{"two years and the price not known", ask{product: "ycm-white-label", months: 24}, "long terms", ""},
		{"a key account", ask{holder: keyed, price: "1 EUR"}, "key accounts", "1.00 EUR"},
		{"a key account, and no price", ask{holder: keyed, product: "ycm-white-label"}, "key accounts", ""},
		{"a key account by a serial number", ask{holder: renewal.Holder{SerialNumber: "3631A2119023", PartnerID: key}, price: "1 EUR"}, "key accounts", "1.00 EUR"},
		{"another customer's serial number", ask{holder: renewal.Holder{SerialNumber: "3631A2119023", PartnerID: acme}, price: "1 EUR"}, "small", "1.00 EUR"},
		{"a PBX of nobody knows whom", ask{holder: serial, price: "1 EUR"}, "key accounts, our own account, small", "1.00 EUR"},
		{"our own account", ask{holder: own, price: "1 EUR"}, "our own account", "1.00 EUR"},
		{"our own account, and many", ask{holder: own, quantity: 1000}, "our own account", "12500.00 EUR"},
		{"our own account, and no price", ask{holder: own, product: "ycm-white-label"}, "our own account", ""},
		{"a trainee", ask{in: []string{trainee}, price: "1 EUR"}, "trainees", "1.00 EUR"},
		{"a trainee for a key account", ask{in: []string{trainee}, holder: keyed}, "trainees", "125.00 EUR"},
		{"a trainee, and no price", ask{in: []string{trainee}, product: "ycm-white-label"}, "trainees", ""},
		{"somebody in another group", ask{in: []string{"S0FINANCE"}, price: "1 EUR"}, "small", "1.00 EUR"},
		{"somebody whose groups are not known", ask{unasked: true, price: "1 EUR"}, "trainees, small", "1.00 EUR"},
		{"groups not known, for a key account", ask{unasked: true, holder: keyed}, "trainees, key accounts", "125.00 EUR"},
		{"groups and price not known", ask{unasked: true, product: "ycm-white-label"}, "trainees, small, medium, large, -", ""},
		{"groups not known, but this one is", ask{unasked: true, in: []string{trainee}}, "trainees", "125.00 EUR"},
		{"everything not known", ask{unasked: true, product: "p-series-software", holder: serial},
			"trainees, key accounts, our own account, many extensions, small, medium, large, -", ""},
		{"many with a service without a price", ask{lines: with(1000, "7", 1)}, "many extensions", ""},
		{"few with a service without a price", ask{lines: with(999, "7", 1)}, "small, medium, large, -", ""},
		{"a plan by another id has the plan's price", ask{lines: []renewal.Line{{Type: yeastar.LinePlan, ID: "22", Quantity: 8}}}, "small", "100.00 EUR"},
		{"a quantity of one", ask{quantity: 1}, "small", "12.50 EUR"},
		{"three years at once with a key account", ask{months: 36, holder: keyed}, "key accounts", "125.00 EUR"},
		{"three years for our own account", ask{months: 36, holder: own}, "our own account", "125.00 EUR"},
		{"three years and many", ask{months: 36, quantity: 2000}, "many extensions", "25000.00 EUR"},
		{"the other white label", ask{product: "pse-white-label", price: "5000 EUR"}, "large", "5000.00 EUR"},
		{"an appliance's plan", ask{product: "p-series-appliance-plan", price: "1200 EUR", holder: renewal.Holder{SerialNumber: "1", PartnerID: acme}}, "medium", "1200.00 EUR"},
		{"a price below nothing", ask{price: "-1 EUR"}, "small", "-1.00 EUR"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			ruling := example(t).Rule(c.ask.made())
			var rules []string
			for _, w := range ruling.Ways {
				name := w.Rule
				if name == "" {
					name = "-"
				}
				rules = append(rules, name)
			}
			amount := ""
			if ruling.Amount != nil {
				amount = ruling.Amount.String()
			}
			if diff := cmp.Diff([]string{c.rules, c.amount}, []string{strings.Join(rules, ", "), amount}); diff != "" {
				t.Errorf("rules and amount (-want +got):\n%s", diff)
			}
			if estimated := c.ask.price == "" && amount != ""; ruling.Estimated != estimated {
				t.Errorf("the amount is an estimate: %t", ruling.Estimated)
			}
		})
	}
}

func TestWhatHoldsBesideTheSteps(t *testing.T) {
	t.Parallel()
	f := example(t)
	trainee := f.Rule(ask{in: []string{"S0TRAINEES"}}.made())
	var caps []string
	for _, c := range trainee.Caps {
		caps = append(caps, c.String())
	}
	if diff := cmp.Diff([]string{"at most 50000.00 EUR a month", "at most 1000.00 EUR an order, by rule “trainees”",
		"at most 3 orders of one requester a day, by rule “trainees”"}, caps); diff != "" {
		t.Errorf("caps (-want +got):\n%s", diff)
	}
	own := f.Rule(ask{holder: renewal.Holder{PartnerID: "own"}}.made())
	if diff := cmp.Diff([][]string{{"S0FINANCE", "S0SALESLEADS", "U0CFO"}}, own.Requesters); diff != "" {
		t.Errorf("who may ask (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"S0FINANCE", "S0SALESLEADS", "U0CFO"}, f.Approvers()); diff != "" {
		t.Errorf("approvers (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"S0FINANCE", "S0SALESLEADS", "S0TRAINEES", "U0CFO"}, f.Names()); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
	if f.Zone().String() != "Europe/Madrid" || f.Currency() != "EUR" || f.Rules() != 8 || len(f.Hash()) != 32 {
		t.Errorf("%s, %s, %d rules, %s", f.Zone(), f.Currency(), f.Rules(), f.Hash())
	}
	large := f.Rule(ask{price: "5000 EUR"}.made())
	if got := large.Ways[0].String(); got != "1 of Sales leads, then 2 of Finance" {
		t.Errorf("the way of a large one is %q", got)
	}
}

// What is told of a rule is the condition that decides about it.
func TestExplain(t *testing.T) {
	t.Parallel()
	_, verdicts := example(t).Explain(ask{product: "ycm-white-label"}.made())
	var told []string
	for _, v := range verdicts {
		told = append(told, v.Holds.String()+" "+v.Rule+": "+v.Why)
	}
	want := []string{
		"no trainees: the requester is none of S0TRAINEES",
		"no key accounts: the customer 3016834412345678999 is not one of 3016834412345678901, 3016834412345678902",
		"no our own account: the customer 3016834412345678999 is not one of own",
		"no many extensions: the product is ycm-white-label, not p-series-turnkey or p-series-software",
		"no long terms: the term is 12 months, not 24 or 36 or 48 or 60",
		"perhaps small: the amount is not known", "perhaps medium: the amount is not known", "perhaps large: the amount is not known",
	}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Errorf("explained (-want +got):\n%s", diff)
	}
	if !slices.ContainsFunc(verdicts, func(v policy.Verdict) bool { return v.Line == 23 }) {
		t.Errorf("no verdict names the line of the first rule: %+v", verdicts)
	}
}
