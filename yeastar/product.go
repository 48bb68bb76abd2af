package yeastar

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// HolderKind says how an order names whose package is renewed.
type HolderKind string

// The two ways to name a holder. An order has one of them, never both.
const (
	ByAccount HolderKind = "account" // the calling account, or a customer by partnerId
	BySerial  HolderKind = "serial"  // a PBX by its serial number, productNo
)

// QuantityRule says what the quantity of a line must be.
type QuantityRule string

// The quantity rules of the renewal tutorials.
const (
	QuantityCurrent QuantityRule = "current" // exactly the current number of extensions
	QuantityNone    QuantityRule = "none"    // the line has no quantity
)

// Term is for how long one order renews.
type Term struct {
	BillingCycle string `json:"billing_cycle"` // "annually" or "monthly"
	MultiCycle   int    `json:"multi_cycle"`   // 0: the cycle once, by the tutorials with that value
	Months       int    `json:"months"`        // how far the expiry moves
}

// The values of Term.BillingCycle.
const (
	Annually = "annually"
	Monthly  = "monthly"
)

// Key names a term among those of a product, as "annually-2".
func (t Term) Key() string { return fmt.Sprintf("%s-%d", t.BillingCycle, t.MultiCycle) }

// String is the term for people: "1 year", "2 years", "1 month".
func (t Term) String() string {
	n, unit := t.Months, "month"
	switch {
	case t.Months == 0:
		return ""
	case t.Months%12 == 0:
		n, unit = t.Months/12, "year"
	}
	if n != 1 {
		unit += "s"
	}
	return fmt.Sprintf("%d %s", n, unit)
}

// After is the end of a term that begins at a time: the same day of a later month, or the last
// one of a month that has no such day.
func (t Term) After(begin time.Time) time.Time {
	end := begin.AddDate(0, t.Months, 0)
	if end.Day() != begin.Day() {
		end = end.AddDate(0, 0, -end.Day())
	}
	return end
}

// Product is a thing that can be renewed, with the values its tutorial fixes.
// It is data: supporting another renewal means another row in products.
type Product struct {
	ID            int    // productId
	Key           string // our own stable name of the row, kept in the ledger
	Name          string
	OperationType string // operationType of the order
	Holder        HolderKind
	PlanLine      bool // the order may have a line of serviceType plan
	ServiceLines  bool // the order may have lines of serviceType service
	Together      bool // plan and all services of the package are renewed in one order
	// ServicesAlone says that services may be renewed without the plan; a product without a
	// plan line is renewed so anyway.
	ServicesAlone bool
	// Service is the name of the only service that the row renews, where products share an
	// id; empty: every service of the catalogue.
	Service      string
	Quantity     QuantityRule
	MinQuantity  int // smallest quantity that can be right
	MaxQuantity  int // largest quantity that is believed; above it is a slip of the hand
	PurchaseType string
	BillingModel string
	Terms        []Term // at least one, the usual one first
	CycleKept    bool   // the billing cycle must be the one that the package has
	// Certainty is that of the least certain value. Rows that are not Documented are
	// offered only when they are named, and Unsure says what is not certain, for people.
	Certainty Certainty
	Unsure    string
	Page      string // address of the tutorial
}

// tutorials is where the vendor's pages are.
const tutorials = "https://help.yeastar.com/en/pp-ptr/developer-guide/"

var (
	oneYear = []Term{{BillingCycle: Annually, MultiCycle: 0, Months: 12}}
	years   = []Term{
		{BillingCycle: Annually, MultiCycle: 1, Months: 12}, {BillingCycle: Annually, MultiCycle: 2, Months: 24},
		{BillingCycle: Annually, MultiCycle: 3, Months: 36}, {BillingCycle: Annually, MultiCycle: 4, Months: 48},
		{BillingCycle: Annually, MultiCycle: 5, Months: 60},
	}
	yearsOrMonth = append(slices.Clone(years), Term{BillingCycle: Monthly, MultiCycle: 0, Months: 1})
)

var products = []Product{
	{
		ID: 14, Key: "p-series-turnkey", Name: "P-Series Turnkey Package",
		OperationType: "renew_plan", Holder: ByAccount, PlanLine: true, ServiceLines: true, ServicesAlone: true,
		Quantity: QuantityCurrent, MinQuantity: 1, MaxQuantity: 100_000,
		PurchaseType: "renew", BillingModel: "recurring", Terms: oneYear,
		Certainty: Documented,
		Page:      tutorials + "tutorial-renew-p-series-turnkey-package-using-api.html",
	},
	{
		ID: 15, Key: "remote-management", Name: "Remote Management",
		OperationType: "renew_plan", Holder: ByAccount, PlanLine: true,
		Quantity:     QuantityNone,
		PurchaseType: "renew", BillingModel: "recurring", Terms: years[:1],
		Certainty: Documented,
		Page:      tutorials + "tutorial-renew-remote-management-using-api.html",
	},
	{
		ID: 19, Key: "ycm-white-label", Name: "YCM White Label",
		OperationType: "renew_service", Holder: ByAccount, ServiceLines: true, Service: "YCM White Label",
		Quantity:     QuantityNone,
		PurchaseType: "renew", BillingModel: "recurring", Terms: oneYear,
		Certainty: Documented,
		Page:      tutorials + "tutorial-renew-ycm-white-label-using-api.html",
	},
	{
		ID: 11, Key: "p-series-appliance-plan", Name: "P-Series Appliance Edition Plan",
		OperationType: "renew_plan", Holder: BySerial, PlanLine: true,
		Quantity:     QuantityNone,
		PurchaseType: "renew", BillingModel: "recurring", Terms: yearsOrMonth, CycleKept: true,
		Certainty: Inferred,
		Unsure:    "The tutorial's list of years is cut after 4: that 5 is allowed is taken from other products.",
		Page:      tutorials + "tutorial-renew-subscription-plan-for-p-series-appliance-edition-using-api.html",
	},
	{
		ID: 12, Key: "p-series-software", Name: "P-Series Software Edition",
		OperationType: "renew_plan", Holder: BySerial, PlanLine: true, ServiceLines: true, Together: true,
		Quantity: QuantityCurrent, MinQuantity: 1, MaxQuantity: 100_000,
		PurchaseType: "renew", BillingModel: "recurring", Terms: years,
		Certainty: Inferred,
		Unsure:    "The tutorial's values of billing model, cycle and years could not be read: they are taken from the tutorial for switching its plan.",
		Page:      tutorials + "tutorial-renew-p-series-software-edition-using-api.html",
	},
	{
		ID: 13, Key: "cloud-pbx", Name: "Cloud PBX (PCE Instance)",
		OperationType: "renew_plan", Holder: BySerial, PlanLine: true, ServiceLines: true, Together: true,
		Quantity: QuantityCurrent, MinQuantity: 1, MaxQuantity: 100_000,
		PurchaseType: "renew", BillingModel: "recurring", Terms: yearsOrMonth, CycleKept: true,
		Certainty: Inferred,
		Unsure:    "The tutorial's values of billing model, cycle and years could not be read: they are taken from the other PBXs' tutorials.",
		Page:      tutorials + "tutorial-renew-p-series-cloud-edition-using-api.html",
	},
	{
		ID: 19, Key: "pse-white-label", Name: "PSE White Label",
		OperationType: "renew_service", Holder: ByAccount, ServiceLines: true, Service: "PSE White Label",
		Quantity:     QuantityNone,
		PurchaseType: "renew", BillingModel: "recurring", Terms: oneYear,
		Certainty: Inferred,
		Unsure:    "The tutorial's values of billing model and cycle could not be read, nor whether there is a quantity: they are taken from YCM White Label.",
		Page:      tutorials + "tutorial-renew-pse-white-label-using-api.html",
	},
}

// NotRenewable is a product that this program does not renew, and why.
type NotRenewable struct {
	Key     string
	Name    string   // as the vendor calls it
	IDs     []int    // productId, where a page has it
	Aliases []string // other names of the vendor's for it
	Why     string   // a sentence for people
}

const noTutorial = "The vendor has no tutorial for renewing it."

// notRenewable has reasons for what the vendor sells and no row renews. The first has two ids
// on the vendor's pages, so it is known by its name.
var notRenewable = []NotRenewable{
	{
		Key: "rm-premium", Name: "Remote Management Premium", IDs: []int{20, 21}, Aliases: []string{"RM Premium"},
		Why: "The vendor's tutorial prints trial_service as its operation, most likely a misprint, and two ids for the product.",
	},
	{Key: "pce-white-label", Name: "PCE White Label", IDs: []int{19}, Why: noTutorial},
	{Key: "linkus", Name: "Linkus Cloud Service", IDs: []int{9}, Why: noTutorial},
	{Key: "fqdn", Name: "FQDN", Why: noTutorial},
	{Key: "workplace", Name: "Workplace", Why: noTutorial},
	{Key: "byoi-package", Name: "P-Series BYOI Hosting Package", Aliases: []string{"BYOI"}, Why: noTutorial},
	{
		Key: "rm-connections", Name: "Remote Management connections",
		Why: "They are bought once and do not expire.",
	},
}

// Products lists what can be renewed, in the order in which people choose from it.
func Products() []Product {
	return slices.Clone(products)
}

// Offered is what people may choose from: the rows with the given keys in the table's
// order, or without keys those whose values are all documented. The error says for each
// key that is none why it is not renewed, and repeats none that is not known.
func Offered(keys []string) ([]Product, error) {
	var offered []Product
	var wrong []string
	for i, key := range keys {
		if _, ok := ProductByKey(key); !ok {
			wrong = append(wrong, whyNot(key, i+1))
		}
	}
	if len(wrong) > 0 {
		return nil, fmt.Errorf("%s; the keys are %s", strings.Join(wrong, ", and "), strings.Join(keysOf(products), ", "))
	}
	for _, p := range products {
		if slices.Contains(keys, p.Key) || (len(keys) == 0 && p.Certainty == Documented) {
			offered = append(offered, p)
		}
	}
	return offered, nil
}

// Keys are those of some rows in the table's order, as YEASTAR_PRODUCTS lists them: it has to name all
// that is offered.
func Keys(rows ...Product) string {
	var keys []string
	for _, p := range products {
		if slices.ContainsFunc(rows, func(r Product) bool { return r.Key == p.Key }) {
			keys = append(keys, p.Key)
		}
	}
	return strings.Join(keys, ",")
}

func whyNot(key string, number int) string {
	for _, n := range notRenewable {
		if n.Key == key {
			return fmt.Sprintf("%s (%s) is not renewed: %s", key, n.Name, strings.TrimSuffix(n.Why, "."))
		}
	}
	return fmt.Sprintf("item %d is no product's key", number)
}

func keysOf(rows []Product) []string {
	keys := make([]string, len(rows))
	for i, p := range rows {
		keys[i] = p.Key
	}
	return keys
}

// ProductByKey finds a renewable product by our own name for it.
func ProductByKey(key string) (Product, bool) {
	for _, p := range products {
		if p.Key == key {
			return p, true
		}
	}
	return Product{}, false
}

// Term finds one of the product's terms by its key.
func (p Product) Term(key string) (Term, bool) {
	for _, t := range p.Terms {
		if t.Key() == key {
			return t, true
		}
	}
	return Term{}, false
}

// Catalogue is what of a catalogue belongs to this row: where products share an id, only
// the row's own service, by its whole name if that is there.
func (p Product) Catalogue(c Catalogue) Catalogue {
	if !p.PlanLine {
		c.Plans = nil
	}
	called := func(s Service) bool {
		return p.Service != "" && strings.EqualFold(strings.TrimSpace(s.Name), p.Service)
	}
	whole := slices.ContainsFunc(c.Services, called)
	c.Services = slices.DeleteFunc(slices.Clone(c.Services), func(s Service) bool {
		return !p.ServiceLines || !p.Renews(s.Name) || (whole && !called(s))
	})
	return c
}

// Renews says whether a row renews the service with a name of the vendor's: any, unless
// products share its id.
func (p Product) Renews(service string) bool { return p.Service == "" || namedIs(service, p.Service) }
