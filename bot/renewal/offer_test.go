package renewal_test

import (
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	. "renewbot/bot/renewal"
	"renewbot/yeastar"
)

func fingerprintOf(t *testing.T, o Offer) string {
	t.Helper()
	s := submission()
	s.Offer = o
	c, err := New(123, s, start, policy())
	if err != nil {
		t.Fatal(err)
	}
	return c.Request.Fingerprint
}

func price(amount, currency string) *Price {
	return &Price{Amount: decimal.RequireFromString(amount), Currency: currency}
}

// Amounts have the decimals of their currency, and never fewer than they came with.
func TestPriceInWords(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ amount, currency, want string }{
		{"600", "USD", "600.00 USD"}, {"600.5", "EUR", "600.50 EUR"}, {"12.345", "KWD", "12.345 KWD"}, {"12", "KWD", "12.000 KWD"},
		{"98000", "JPY", "98000 JPY"}, {"98000.00", "JPY", "98000 JPY"}, {"98000.5", "JPY", "98000.5 JPY"},
		{"12.345", "USD", "12.345 USD"}, {"12.3400", "USD", "12.34 USD"}, {"88.8", "RMB", "88.80 RMB"}, {"1e3", "USD", "1000.00 USD"},
	} {
		if got := price(c.amount, c.currency).String(); got != c.want {
			t.Errorf("%s %s is written %q, want %q", c.amount, c.currency, got, c.want)
		}
	}
	o := offer()
	o.Quote = &Quote{Price: *price("600", "USD"), Extensions: 50}
	same(t, "the portal says 600.00 USD for 50 extensions", o.PriceTold(), "a price of other quantities")
	o.Quote.Extensions = 0
	same(t, "the portal says 600.00 USD, but not for which quantity", o.PriceTold(), "a price of unknown quantities")
	o.Quote.Term = yeastar.Term{BillingCycle: yeastar.Annually, Months: 12}
	same(t, "the portal says 600.00 USD for 1 year", o.PriceTold(), "a price of another term")
	o.Quote.QuantityUntold = true
	same(t, "the portal says 600.00 USD for 1 year, but not for which quantity", o.PriceTold(), "a price of another term and unknown quantities")
	o.Quote.Extensions, o.Quote.QuantityUntold = 50, false
	same(t, "the portal says 600.00 USD for 50 extensions and 1 year", o.PriceTold(), "a price of another term and quantity")
	o.Quote.Term, o.Quote.TermUntold = yeastar.Term{}, true
	same(t, "the portal says 600.00 USD for 50 extensions, but not for how long", o.PriceTold(), "a price of an unknown term")
	o.Quote.Extensions = 0
	same(t, "the portal says 600.00 USD, but not for how long", o.PriceTold(), "a price of an unknown term alone")
	o.Quote = &Quote{Price: *price("600", "USD"), Extensions: 50, OwnedServices: true, Term: yeastar.Term{BillingCycle: yeastar.Annually, Months: 12}}
	same(t, "the portal says 600.00 USD for 50 extensions, the services as they are now and 1 year", o.PriceTold(), "a price of other services, too")
	o.Quote = &Quote{Price: *price("600", "USD"), Extensions: 50, QuantityUntold: true}
	same(t, "the portal says 600.00 USD for 50 extensions, but not for how many of the services", o.PriceTold(), "a price of an unknown number of services")
}

func TestFingerprintChangesWithWhatWasShown(t *testing.T) {
	t.Parallel()
	seen := map[string]string{fingerprintOf(t, offer()): "the offer itself"}
	for _, c := range []struct {
		name   string
		change func(*Offer)
	}{
		{"holder", func(o *Offer) { o.Holder.PartnerID = "7" }},
		{"own account", func(o *Offer) { o.Holder = Holder{Name: "Us"} }},
		{"plan", func(o *Offer) { o.Lines[0].ID = "7" }},
		{"extensions", func(o *Offer) { o.Lines[0].Quantity++ }},
		{"service", func(o *Offer) { o.Lines[1].ID = "7" }},
		{"quantity of a service", func(o *Offer) { o.Lines[1].Quantity++ }},
		{"one service less", func(o *Offer) { o.Lines = o.Lines[:1] }},
		{"one service more", func(o *Offer) {
			o.Lines = append(o.Lines, Line{Type: yeastar.LineService, ID: "8", Name: "x", Quantity: 1})
		}},
		{"billing contact", func(o *Offer) { o.Contact.ID = "7" }},
		{"PO number", func(o *Offer) { o.PONumber = "PO-8" }},
		{"no PO number", func(o *Offer) { o.PONumber = "" }},
		{"price", func(o *Offer) { o.Price = price("100", "USD") }},
		{"another price", func(o *Offer) { o.Price = price("100.01", "USD") }},
		{"another currency", func(o *Offer) { o.Price = price("100", "EUR") }},
		{"the third decimal", func(o *Offer) { o.Price = price("100.001", "USD") }},
		{"quote", func(o *Offer) { o.Quote = &Quote{Price: *price("100", "USD")} }},
		{"quote for a term", func(o *Offer) {
			o.Quote = &Quote{Price: *price("100", "USD"), Term: yeastar.Term{BillingCycle: yeastar.Annually, Months: 12}}
		}},
		{"quote for no term", func(o *Offer) { o.Quote = &Quote{Price: *price("100", "USD"), TermUntold: true} }},
		{"PBX", func(o *Offer) { pbx(o, "p-series-software") }},
		{"another PBX", func(o *Offer) { pbx(o, "p-series-software"); o.Holder.SerialNumber = "3631E3418912" }},
		{"another customer's PBX", func(o *Offer) { pbx(o, "p-series-software"); o.Holder.PartnerID = "8" }},
		{"two years", func(o *Offer) { pbx(o, "p-series-software"); o.Term = termOf("p-series-software", 1) }},
		{"quote for the owned services", func(o *Offer) { o.Quote = &Quote{Price: *price("100", "USD"), OwnedServices: true} }},
		{"quote for extensions", func(o *Offer) { o.Quote = &Quote{Price: *price("100", "USD"), Extensions: 50} }},
	} {
		o := offer()
		c.change(&o)
		f := fingerprintOf(t, o)
		if other, ok := seen[f]; ok {
			t.Errorf("%s has the fingerprint of %s", c.name, other)
		}
		seen[f] = c.name
	}
	same(t, fingerprintOf(t, offer()), fingerprintOf(t, offer()), "the same offer")
	a, b := offer(), offer()
	a.Price, b.Price = price("100.0", "USD"), price("100.00", "USD")
	same(t, fingerprintOf(t, a), fingerprintOf(t, b), "the same price, written otherwise")
}

func TestReferences(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text string
		id   int64
		ok   bool
	}{
		{"RNW-000123", 123, true}, {"rnw-123", 123, true}, {"  Rnw-0000123 ", 123, true}, {"RNW-1234567", 1234567, true},
		{"RNW-0", 0, false}, {"RNW-", 0, false}, {"123", 0, false}, {"RNW-12x", 0, false}, {"RNW--1", 0, false},
		{"RNW-1234567890123", 0, false}, {"xRNW-1", 0, false}, {"", 0, false},
	} {
		id, ok := ParseReference(c.text)
		if ok != c.ok || (ok && id != c.id) {
			t.Errorf("%q: %d, %v", c.text, id, ok)
		}
	}
	same(t, "RNW-000001", Reference(1), "reference")
	for text, want := range map[string]int64{" rnw-b7": 7, "RNW-B0007": 7, "RNW-7": 0, "RNW-B0": 0, "RNW-B": 0, "B7": 0, "RNW-B-7": 0} {
		if id, ok := ParseBatchReference(text); id != want || ok != (want != 0) {
			t.Errorf("%q: %d, %v", text, id, ok)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		id := rapid.Int64Range(1, 999_999_999_999).Draw(t, "id")
		if got, ok := ParseReference(Reference(id)); !ok || got != id {
			t.Fatalf("%s is read as %d, %v", Reference(id), got, ok)
		}
	})
}

func TestPONumberOfTheOrder(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		mode        PONumberMode
		typed, want string
	}{
		{PONumberReference, "PO-7", `"poNumber":"PO-7 RNW-000123"`},
		{PONumberReference, "", `"poNumber":"RNW-000123"`},
		{PONumberTyped, "PO-7", `"poNumber":"PO-7"`},
		{PONumberTyped, "", ""},
	} {
		p := policy()
		p.PONumber = c.mode
		s := submission()
		s.Offer.PONumber = c.typed
		got, err := New(123, s, start, p)
		if err != nil {
			t.Fatal(err)
		}
		body := string(got.Request.Body)
		if !strings.Contains(body, c.want) || strings.Contains(body, "poNumber") != (c.want != "") {
			t.Errorf("%s with %q: %s", c.mode, c.typed, body)
		}
	}
}

func TestCheckPONumber(t *testing.T) {
	t.Parallel()
	for text, ok := range map[string]bool{
		"": true, "PO-2026/03 #7": true, strings.Repeat("9", MaxPONumber): true, strings.Repeat("9", MaxPONumber+1): false,
		"Bestellung ü": false, "a\nb": false, "a\x00": false, "🚀": false,
	} {
		if err := CheckPONumber(text); (err == nil) != ok {
			t.Errorf("%q: %v", text, err)
		}
	}
	for _, text := range []string{"PO\u00a07", "PO 7\u200b", "\u202aPO 7"} {
		if err := CheckPONumber(text); err == nil || !strings.Contains(err.Error(), "type it anew") {
			t.Errorf("%q: what to do about a sign that nobody sees: %v", text, err)
		}
	}
}

func TestDifference(t *testing.T) {
	t.Parallel()
	a, b := offer(), offer()
	same(t, []string(nil), Difference(a, b), "no difference")
	b.Holder = Holder{Name: "Us"}
	b.Lines = []Line{{Type: yeastar.LinePlan, ID: "9", Name: "Basic Plan", Quantity: 5}}
	b.Contact, b.PONumber = Contact{ID: "8", Name: "Other"}, ""
	b.Price = &Price{decimal.RequireFromString("12.5"), "USD"}
	same(t, []string{
		"Customer: Acme (3016834412345678901) → Us",
		"Plan: Ultimate Plan (3048941892189077504) → Basic Plan (9)",
		"Extensions: 100 → 5",
		"Services: Call Recording × 20 → none",
		"Billing contact: Billing (3197218168379846218) → Other (8)",
		"PO number: PO-7 → none",
		"Price: none → 12.50 USD",
	}, Difference(a, b), "differences")
}

func TestDifferenceOfProducts(t *testing.T) {
	t.Parallel()
	a, b := offer(), offer()
	a.Product, b.Product = "ycm-white-label", "pse-white-label"
	same(t, []string{"Product: YCM White Label → PSE White Label"}, Difference(a, b), "differences")
	b.Product, b.Term = "of an older version", a.TermAsked()
	same(t, []string{"Product: YCM White Label → of an older version"}, Difference(a, b), "differences")
}

func TestDifferenceOfPBXs(t *testing.T) {
	t.Parallel()
	a, b := offer(), offer()
	pbx(&a, "p-series-software")
	pbx(&b, "p-series-software")
	b.Term, b.Holder.PartnerID, b.Holder.Name = termOf("p-series-software", 1), "8", "Northwind"
	same(t, []string{
		"Customer: Acme (3631E3418911 of customer 7) → Northwind (3631E3418911 of customer 8)",
		"Term: 1 year → 2 years",
	}, Difference(a, b), "differences")
	same(t, "P-Series Software Edition for Northwind (3631E3418911), 2 years: Ultimate Plan for 100 extensions, Call Recording × 20",
		b.Summary(), "summary")
	expiry := start.AddDate(0, 1, 0)
	b.CurrentExpiry = expiry
	same(t, expiry.AddDate(2, 0, 0), b.RenewsUntil(start), "two years from the expiry on")
	b.Holder.Name = b.Holder.SerialNumber
	same(t, "3631E3418911", b.Holder.Called(), "a PBX that is called by its number")
}

// termOf is the nth term of a product.
func termOf(product string, n int) yeastar.Term {
	row, _ := yeastar.ProductByKey(product)
	return row.Terms[n]
}

func TestHolderKey(t *testing.T) {
	t.Parallel()
	same(t, "own", Holder{Name: "Us"}.Key(), "own account")
	same(t, "7", Holder{PartnerID: "7"}.Key(), "customer")
	same(t, "S1", Holder{PartnerID: "7", SerialNumber: "S1"}.Key(), "serial number")
}
