package check

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"renewbot/yeastar"
)

// Answer is which fields the vendor's answers to one call have, by name.
type Answer struct {
	Call string `json:"call"`
	// Product is the key of the product that was asked about; empty: the call knows none.
	Product string        `json:"product,omitempty"`
	About   string        `json:"about"` // what was asked, and how many things came
	Failed  string        `json:"failed,omitempty"`
	Fields  []AnswerField `json:"fields,omitempty"`
	// Others are names that nothing is looked for under. When a field is missing, its
	// true name may be among them.
	Others []string `json:"others,omitempty"`
}

// AnswerField is a field of the mapping and where it was found.
type AnswerField struct {
	Field  string        `json:"field"`
	Found  []AnswerPlace `json:"found,omitempty"`
	Looked []string      `json:"looked,omitempty"` // the names that were looked for, when none was there
	Of     int           `json:"of"`               // how many objects could have it
	Means  string        `json:"means,omitempty"`  // what it means for the bot that the field is not there, or empty
}

// AnswerPlace is a name in the vendor's answers.
type AnswerPlace struct {
	Path      string   `json:"path"`
	Certainty string   `json:"certainty"`
	Seen      int      `json:"seen"`
	Kinds     []string `json:"kinds"`
}

// surveyed is how many orders and packages are looked at one by one.
const surveyed = 3

// survey makes the vendor's reading calls for each of the rows, each call once, and looks
// which fields come. Of the answers only names, kinds and numbers are kept. The lines warn of
// rows that are offered without the fields that they stand on.
func survey(ctx context.Context, client *yeastar.Client, rows []yeastar.Product) (lines, []Answer) {
	var missed lines
	s := &surveyor{client: client}
	s.lists(ctx, rows)
	for _, row := range rows {
		r := &surveyor{client: client, product: row}
		r.packages(ctx)
		r.catalogue(ctx)
		r.renewal(ctx)
		r.autoRenewal(ctx)
		for i := range r.answers {
			r.answers[i].Product = row.Key
		}
		r.warn(&missed)
		s.answers = append(s.answers, r.answers...)
	}
	s.orders(ctx)
	return missed, s.answers
}

// surveyor keeps what later calls need of earlier ones.
type surveyor struct {
	client     *yeastar.Client
	product    yeastar.Product
	offered    yeastar.Catalogue
	productNos []string               // of a few packages
	bought     []yeastar.OwnedProduct // those packages, as far as their plan and services are told
	answers    []Answer
}

// add keeps an answer with the fields of the mapping.
func (s *surveyor) add(call, about string, err error, raw ...json.RawMessage) {
	a := Answer{Call: call, About: about}
	if err != nil {
		a.Failed = err.Error()
		s.answers = append(s.answers, a)
		return
	}
	for _, sighting := range yeastar.Survey(call, raw...) {
		if f := fieldOf(sighting); len(f.Found) > 0 || !idle(s.product, f.Field) {
			a.Fields = append(a.Fields, f)
		}
	}
	a.Others = yeastar.Unmapped(call, raw...)
	s.answers = append(s.answers, a)
}

func fieldOf(s yeastar.Sighting) AnswerField {
	f := AnswerField{Field: s.Name, Of: s.Of}
	for _, p := range s.Paths {
		f.Found = append(f.Found, AnswerPlace{p.Path, string(p.Certainty), p.Seen, p.Kinds})
	}
	if f.Of == 0 {
		return f
	}
	if len(f.Found) == 0 {
		for _, c := range s.Candidates {
			f.Looked = append(f.Looked, c.Path)
		}
	}
	means := missing[s.Answer][s.Name]
	if nothing := strings.HasPrefix(means, "nothing"); len(f.Found) == 0 || (!f.told() && !nothing) {
		f.Means = means
	}
	return f
}

// told says whether a field has a value, of one of some kinds if there are any.
func (f AnswerField) told(kinds ...string) bool {
	return slices.ContainsFunc(f.Found, func(p AnswerPlace) bool {
		return len(p.Kinds) == 0 || slices.ContainsFunc(p.Kinds, func(k string) bool {
			return slices.Contains(kinds, k) || (len(kinds) == 0 && k != yeastar.KindEmpty)
		})
	})
}

// lists are the lists whose fields are documented and no guess: there is no mapping of
// them, so what they gave is counted.
func (s *surveyor) lists(ctx context.Context, rows []yeastar.Product) {
	products, err := s.client.AvailableProducts(ctx)
	fields := []counts{
		{"productId", len(products), ""}, {"name", count(products, func(p yeastar.AvailableProduct) bool { return p.Name != "" }), ""},
	}
	for _, id := range idsOf(rows) {
		fields = append(fields, counts{fmt.Sprintf("productId %d", id), count(products, func(p yeastar.AvailableProduct) bool { return p.ID == id }), ""})
	}
	s.counted("product_list", counted(len(products), "product"), len(products), err, fields...)

	customers, err := s.client.Customers(ctx)
	s.counted("partner_list", counted(len(customers), "customer"), len(customers), err,
		counts{"partnerId", len(customers), ""},
		counts{"company", count(customers, func(c yeastar.Customer) bool { return c.Company != "" }), "people see the e-mail address in place of the company"},
		counts{"email", count(customers, func(c yeastar.Customer) bool { return c.Email != "" }), "customers of the same name cannot be told apart"},
		counts{"firstName or lastName", count(customers, func(c yeastar.Customer) bool { return c.FirstName+c.LastName != "" }), ""})

	contacts, err := s.client.BillingContacts(ctx)
	s.counted("billing_contact_list", counted(len(contacts), "billing contact"), len(contacts), err,
		counts{"billingContactId", len(contacts), ""},
		counts{"company", count(contacts, func(b yeastar.BillingContact) bool { return b.Company != "" }), "people see the e-mail address in place of the company"},
		counts{"emailAddress", count(contacts, func(b yeastar.BillingContact) bool { return b.Email != "" }), "contacts of the same name cannot be told apart"})
}

func idsOf(rows []yeastar.Product) []int {
	var ids []int
	for _, p := range rows {
		ids = append(ids, p.ID)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

func count[T any](list []T, has func(T) bool) int {
	n := 0
	for _, v := range list {
		if has(v) {
			n++
		}
	}
	return n
}

// counts is a documented field, how many things have it, and what it means if none has.
type counts struct {
	name  string
	seen  int
	means string
}

func (s *surveyor) counted(call, about string, of int, err error, fields ...counts) {
	a := Answer{Call: call, About: about}
	if err != nil {
		a.Failed = err.Error()
	}
	for _, c := range fields {
		f := AnswerField{Field: c.name, Of: of}
		if c.seen > 0 {
			f.Found = []AnswerPlace{{c.name, string(yeastar.Documented), c.seen, []string{}}}
		} else {
			f.Means = c.means
		}
		a.Fields = append(a.Fields, f)
	}
	if of == 0 {
		a.Fields = nil
	}
	s.answers = append(s.answers, a)
}

func (s *surveyor) catalogue(ctx context.Context) {
	number := ""
	if s.product.Holder == yeastar.BySerial {
		if len(s.productNos) == 0 {
			return // plans are told of a PBX, and there is none
		}
		number = s.productNos[0]
	}
	offered, err := s.client.Catalogue(ctx, s.product.ID, number)
	s.offered = s.product.Catalogue(offered)
	s.add("purchase_product_info", s.product.Name+": "+contents(s.product, s.offered), err, offered.Raw)
}

func (s *surveyor) packages(ctx context.Context) {
	owned, err := s.client.OwnedProducts(ctx, s.product.ID)
	raws := make([]json.RawMessage, len(owned))
	for i, o := range owned {
		raws[i] = o.Raw
	}
	s.add("instance_product_list", listedAs(s.product)+": "+counted(len(owned), thing(s.product)), err, raws...)
	if len(owned) == 0 {
		return
	}
	var details []json.RawMessage
	for _, o := range owned[:min(surveyed, len(owned))] {
		s.productNos = append(s.productNos, o.ProductNo)
		var detail yeastar.OwnedProduct
		detail, err = s.client.OwnedProduct(ctx, s.product.ID, o.ProductNo)
		o.PlanID = cmp.Or(detail.PlanID, o.PlanID)
		o.Services = append(o.Services, detail.Services...)
		s.bought = append(s.bought, o)
		if err != nil {
			break
		}
		details = append(details, detail.Raw)
	}
	s.add("instance_product_detail", "the details of "+counted(len(details), thing(s.product))+" of "+listedAs(s.product), err, details...)
}

// autoRenewal asks whether the packages renew themselves.
func (s *surveyor) autoRenewal(ctx context.Context) {
	const call = "existed_auto_renew"
	told := 0
	var err error
	for _, no := range s.productNos {
		var auto yeastar.AutoRenewal
		if auto, err = s.client.AutoRenewal(ctx, s.product.ID, no); err != nil {
			break
		}
		if auto != yeastar.AutoRenewalUnknown {
			told++
		}
	}
	if len(s.productNos) > 0 {
		s.counted(call, counted(len(s.productNos), thing(s.product))+" of "+listedAs(s.product), len(s.productNos), err,
			counts{"autoRenew", told, missing[call]["AutoRenewal"]})
	}
}

// mostTried is how often the renewal of another plan, service or package is asked about.
const mostTried = 12

// renewal asks what the renewal of a package would cost, if the ids for that are there.
func (s *surveyor) renewal(ctx context.Context) {
	var plans, services []renewable
	for _, p := range s.offered.Plans {
		if !p.Trial() {
			plans = append(plans, renewable{p.PricingID, func(o yeastar.OwnedProduct) bool { return o.PlanID == p.ID }})
		}
	}
	for _, v := range s.offered.Services {
		if !v.Trial() {
			services = append(services, renewable{v.PricingID, func(o yeastar.OwnedProduct) bool {
				return slices.ContainsFunc(o.Services, func(has yeastar.OwnedService) bool { return has.ID == v.ID })
			}})
		}
	}
	s.terms("renew_plan_info", "one plan of one "+thing(s.product)+" of "+s.product.Name, plans, func(id yeastar.ID, no string) (yeastar.RenewalInfo, error) {
		return s.client.RenewPlanInfo(ctx, id, s.product.ID, no)
	})
	s.terms("renew_add_on_info", "one service of one "+thing(s.product)+" of "+s.product.Name, services, func(id yeastar.ID, no string) (yeastar.RenewalInfo, error) {
		return s.client.RenewServiceInfo(ctx, id, s.product.ID, no)
	})
}

// renewable is a plan or a service, by the id that its renewal is asked about with.
type renewable struct {
	pricing yeastar.ID
	has     func(yeastar.OwnedProduct) bool // whether a package is known to have it
}

// terms asks about the renewal of what packages are known to have, and else of one after the
// other: which they have need not be told.
func (s *surveyor) terms(call, about string, offered []renewable, ask func(id yeastar.ID, productNo string) (yeastar.RenewalInfo, error)) {
	type question struct {
		pricing   yeastar.ID
		productNo string
	}
	var known, others []question
	for _, r := range offered {
		for _, o := range s.bought {
			switch q := (question{r.pricing, o.ProductNo}); {
			case r.pricing == "": // no name of the id is known
			case r.has(o):
				known = append(known, q)
			default:
				others = append(others, q)
			}
		}
	}
	questions := append(known, others...)
	var info yeastar.RenewalInfo
	var err error
	for _, q := range questions[:min(len(questions), mostTried)] {
		if info, err = ask(q.pricing, q.productNo); yeastar.ClassOf(err) != yeastar.ClassRefused {
			break
		}
	}
	if len(questions) > 0 {
		s.add(call, about, err, info.Raw)
	}
}

func (s *surveyor) orders(ctx context.Context) {
	const most = 20
	page, err := s.client.NewestOrders(ctx, 1, most)
	raws := make([]json.RawMessage, len(page.Orders))
	for i, o := range page.Orders {
		raws[i] = o.Raw
	}
	s.add("order_page", fmt.Sprintf("%d of %s", len(page.Orders), counted(max(page.Total, len(page.Orders)), "order")), err, raws...)
	if len(page.Orders) == 0 {
		return
	}
	var details []json.RawMessage
	for _, o := range page.Orders[:min(surveyed, len(page.Orders))] {
		var detail yeastar.OrderDetail
		if detail, err = s.client.Order(ctx, cmp.Or(string(o.ID), o.OrderNo)); err != nil {
			break
		}
		details = append(details, detail.Raw)
	}
	s.add("order_get", "the details of "+counted(len(details), "order"), err, details...)
}

// writeAnswers writes the fields for people.
func writeAnswers(b *strings.Builder, answers []Answer) {
	if len(answers) == 0 {
		return
	}
	b.WriteString("\nWhat the Partner Portal's answers hold: names and kinds, never values.\n")
	b.WriteString("Where a guessed or missing name is not the true one, yeastar/mapping.go is the one place to correct.\n")
	for _, a := range answers {
		fmt.Fprintf(b, "\n%s (%s)\n", a.Call, a.About)
		if a.Failed != "" {
			fmt.Fprintf(b, "  failed: %s\n", a.Failed)
		}
		for _, f := range a.Fields {
			writeField(b, f)
		}
		if len(a.Others) > 0 {
			fmt.Fprintf(b, "  not looked for: %s\n", strings.Join(a.Others, ", "))
		}
	}
}

func writeField(b *strings.Builder, f AnswerField) {
	switch {
	case f.Of == 0:
		fmt.Fprintf(b, "  %-24s there was nothing that could have it\n", f.Field)
	case len(f.Found) == 0:
		fmt.Fprintf(b, "  %-24s not there", f.Field)
		if len(f.Looked) > 0 {
			fmt.Fprintf(b, "; looked for %s", strings.Join(f.Looked, ", "))
		}
		b.WriteString("\n")
	}
	for _, p := range f.Found {
		fmt.Fprintf(b, "  %-24s ", f.Field)
		if p.Path != f.Field {
			b.WriteString(p.Path + ", ")
		}
		fmt.Fprintf(b, "%s, in %d of %d", p.Certainty, p.Seen, f.Of)
		if len(p.Kinds) > 0 {
			fmt.Fprintf(b, " (%s)", strings.Join(p.Kinds, " or "))
		}
		b.WriteString("\n")
	}
	if f.Means != "" {
		fmt.Fprintf(b, "  %-24s → %s\n", "", f.Means)
	}
}
