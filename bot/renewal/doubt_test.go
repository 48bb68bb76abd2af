package renewal_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	. "renewbot/bot/renewal"
	"renewbot/yeastar"
)

const day = 24 * time.Hour

func careful() Policy {
	p := policy()
	p.RepeatWithin = 300 * day
	return p
}

// doubtKinds lists doubts by their kinds, serious ones with a mark.
func doubtKinds(doubts []Doubt) string {
	var list []string
	for _, d := range doubts {
		kind := string(d.Kind)
		if d.Serious {
			kind += "!"
		}
		list = append(list, kind)
	}
	return strings.Join(list, " ")
}

// clear is an offer and facts that give no reason to doubt.
func clear() (Offer, Facts) {
	o := offer()
	o.KnownQuantity, o.CurrentExpiry = 100, start.Add(20*day)
	n := 20
	return o, Facts{
		AutoRenewal: yeastar.AutoRenewalOff,
		Services:    []yeastar.OwnedService{{ID: o.Lines[1].ID, Name: "Call Recording", Quantity: &n}},
	}
}

func TestDoubts(t *testing.T) {
	t.Parallel()
	other := func(s Status, asked time.Time, change ...func(*Request)) Request {
		r := newRequest(t, careful())
		r.ID, r.Status, r.AskedAt = 7, s, asked
		for _, c := range change {
			c(&r)
		}
		return r
	}
	orderedAt := func(at time.Time) Request {
		return other(Ordered, at, func(r *Request) {
			placed := order("succeed")
			r.Order, r.Attempts = &placed, []Attempt{{Number: 1, StartedAt: at, Outcome: Placed, Order: &placed}}
		})
	}
	closed := func(a Attempt) func(*Offer, *Facts) {
		a.Number, a.Outcome, a.StartedAt = 1, NotPlaced, start
		r := other(Cancelled, start, func(r *Request) { r.Attempts = []Attempt{a} })
		return func(_ *Offer, f *Facts) { f.Requests = []Request{r} }
	}
	lost, late, failed := problem(yeastar.ClassUnknown), order(yeastar.OrderSucceed), order(yeastar.OrderFailed)
	portalOrder := func(status string, at time.Time) func(*Offer, *Facts) {
		return func(_ *Offer, f *Facts) {
			f.PortalOrders = []yeastar.OrderSummary{{OrderNo: "XS9", OrderStatus: status, CreateTime: at}}
		}
	}
	requests := func(list ...Request) func(*Offer, *Facts) {
		return func(_ *Offer, f *Facts) { f.Requests = list }
	}
	month := yeastar.Term{BillingCycle: yeastar.Monthly, Months: 1}
	forTerm := func(months int, at time.Time) Request {
		r := orderedAt(at)
		r.Offer.Term = yeastar.Term{BillingCycle: yeastar.Annually, MultiCycle: months / 12, Months: months}
		return r
	}
	sentFor := func(years int, r Request) Request {
		o := r.Offer
		pbx(&o, "cloud-pbx")
		o.Term = yeastar.Term{BillingCycle: yeastar.Annually, MultiCycle: years, Months: 12 * years}
		body, err := o.Body("")
		if err != nil {
			t.Fatal(err)
		}
		r.Attempts[0].Body = body
		return r
	}
	byTheMonth := func(change func(*Offer, *Facts)) func(*Offer, *Facts) {
		return func(o *Offer, f *Facts) {
			o.Product, o.Term, o.Lines = "p-series-appliance-plan", month, o.Lines[:1]
			change(o, f)
		}
	}
	billedMonthly := func(change func(*Offer, *Facts)) func(*Offer, *Facts) {
		return func(o *Offer, f *Facts) {
			f.BillingCycle = yeastar.Monthly
			change(o, f)
		}
	}
	for name, c := range map[string]struct {
		change func(*Offer, *Facts)
		want   string
	}{
		"none":                      {func(*Offer, *Facts) {}, ""},
		"other extensions":          {func(o *Offer, _ *Facts) { o.KnownQuantity = 50 }, "quantity!"},
		"extensions not told":       {func(o *Offer, _ *Facts) { o.KnownQuantity = 0 }, ""},
		"other quantity of service": {func(o *Offer, _ *Facts) { o.Lines[1].Quantity = 10 }, "quantity!"},
		"two numbers of the plan":   {func(o *Offer, f *Facts) { f.Quantities = map[yeastar.ID]int{o.Lines[0].ID: 60} }, "quantity!"},
		"the same number of the plan twice": {func(o *Offer, f *Facts) {
			o.KnownQuantity, f.Quantities = 60, map[yeastar.ID]int{o.Lines[0].ID: 60}
		}, "quantity!"},
		"two wrong numbers of the plan": {func(o *Offer, f *Facts) {
			o.KnownQuantity, f.Quantities = 60, map[yeastar.ID]int{o.Lines[0].ID: 70}
		}, "quantity! quantity!"},
		"two numbers of a service": {func(o *Offer, f *Facts) { f.Quantities = map[yeastar.ID]int{o.Lines[1].ID: 21} }, "quantity!"},
		"other quantity than its renewal tells": {func(o *Offer, f *Facts) {
			f.Services[0].Quantity, f.Quantities = nil, map[yeastar.ID]int{o.Lines[1].ID: 21}
		}, "quantity!"},
		"the quantity that its renewal tells": {func(o *Offer, f *Facts) {
			f.Services, f.Quantities = nil, map[yeastar.ID]int{o.Lines[1].ID: o.Lines[1].Quantity}
		}, ""},
		"another plan":                            {func(o *Offer, f *Facts) { f.Plan = yeastar.Plan{ID: "77", Name: "Ultimate Plan"} }, "plan!"},
		"the same plan":                           {func(o *Offer, f *Facts) { f.Plan = yeastar.Plan{ID: o.Lines[0].ID} }, ""},
		"another plan, services only":             {func(o *Offer, f *Facts) { f.Plan, o.Lines = yeastar.Plan{ID: "77"}, o.Lines[1:] }, "services_only"},
		"open request":                            {requests(other(Pending, start)), "open_request!"},
		"refused request":                         {requests(other(Refused, start)), "open_request!"},
		"rejected request":                        {requests(other(Rejected, start)), ""},
		"ordered before":                          {requests(orderedAt(start.Add(-299 * day))), "ordered_before!"},
		"ordered long before":                     {requests(orderedAt(start.Add(-301 * day))), ""},
		"five years, four years ago":              {requests(forTerm(60, start.AddDate(-4, 0, 0))), "ordered_before!"},
		"five years, in their last days":          {requests(forTerm(60, start.AddDate(-4, 0, -301))), ""},
		"a month, 24 days ago":                    {requests(forTerm(1, start.Add(-24*day))), "ordered_before!"},
		"a month, a month ago":                    {requests(forTerm(1, start.AddDate(0, -1, 0))), ""},
		"sent for three years, then changed":      {requests(sentFor(3, orderedAt(start.AddDate(-2, 0, 0)))), "ordered_before!"},
		"by the month, a month ago in the portal": {byTheMonth(billedMonthly(portalOrder("succeed", start.AddDate(0, -1, 0)))), "undocumented"},
		"by the month, this month in the portal":  {byTheMonth(billedMonthly(portalOrder("succeed", start.Add(-20*day)))), "portal_order! undocumented"},
		"by the month, a month ago, for a term that is not told": {
			byTheMonth(portalOrder("succeed", start.AddDate(0, -1, 0))), "portal_order! cycle_unknown undocumented"},
		"by the month, a year ago, for a term that is not told": {
			byTheMonth(portalOrder("succeed", start.Add(-301*day))), "cycle_unknown undocumented"},
		"two others":                              {requests(other(Unknown, start), orderedAt(start)), "open_request! ordered_before!"},
		"closed after a refusal":                  {closed(Attempt{Problem: new(problem(yeastar.ClassRefused))}), ""},
		"closed after a lost answer":              {closed(Attempt{Problem: &lost}), "lost_before!"},
		"closed, and its order turned up":         {closed(Attempt{Problem: &lost, Order: &late}), "ordered_before!"},
		"closed, and its order failed":            {closed(Attempt{Order: &failed}), ""},
		"order in the portal":                     {portalOrder("pending", start.Add(-day)), "portal_order!"},
		"order without a time":                    {portalOrder("succeed", time.Time{}), "portal_order!"},
		"old order in the portal":                 {portalOrder("succeed", start.Add(-301*day)), ""},
		"cancelled in the portal":                 {portalOrder("cancelled", start), ""},
		"not renewing":                            {marked(start.Add(-day), time.Time{}), "not_renewing!"},
		"not renewing, with the end":              {marked(start.Add(-day), start.Add(20*day)), "not_renewing!"},
		"not renewing, of the term before":        {marked(start.Add(-day), start.Add(-345*day)), ""},
		"not renewing, ordered since":             {markedBefore(start.Add(-400*day), start.Add(-310*day)), ""},
		"not renewing, ordered before":            {markedBefore(start.Add(-300*day), start.Add(-310*day)), "not_renewing!"},
		"auto-renewal on":                         {func(_ *Offer, f *Facts) { f.AutoRenewal = yeastar.AutoRenewalOn }, "auto_renewal!"},
		"auto-renewal not told":                   {func(_ *Offer, f *Facts) { f.AutoRenewal = yeastar.AutoRenewalUnknown }, "auto_renewal_unknown"},
		"a service left out":                      {func(o *Offer, _ *Facts) { o.Lines = o.Lines[:1] }, "services_left_out"},
		"services only":                           {func(o *Offer, _ *Facts) { o.Lines = o.Lines[1:] }, "services_only"},
		"expiry far away":                         {func(o *Offer, _ *Facts) { o.CurrentExpiry = start.Add(61 * day) }, "expiry_far"},
		"expired":                                 {func(o *Offer, _ *Facts) { o.CurrentExpiry = start.Add(-day) }, "expired"},
		"one of two packages":                     {func(_ *Offer, f *Facts) { f.Among = 2 }, "several_packages"},
		"expiry not told":                         {func(o *Offer, _ *Facts) { o.CurrentExpiry = time.Time{} }, "expiry_unknown"},
		"it runs on a plan until another follows": {func(_ *Offer, f *Facts) { f.CurrentPlan = "Ultimate" }, "plan_switch"},
		"another customer's invoice":              {func(_ *Offer, f *Facts) { f.InvoiceTo = "Northwind" }, "invoice_company"},
		"the invoice of nobody knows whose PBX":   {func(_ *Offer, f *Facts) { f.InvoiceTo, f.InvoiceUnsure = "Northwind", true }, "invoice_unsure"},
		"a row that is not wholly documented":     {func(o *Offer, f *Facts) { pbx(o, "cloud-pbx"); f.BillingCycle = yeastar.Annually }, "undocumented"},
		"cycle to keep, not told":                 {func(o *Offer, _ *Facts) { pbx(o, "cloud-pbx") }, "cycle_unknown undocumented"},
		"the portal's orders not read":            {func(_ *Offer, f *Facts) { f.OrdersUnread = true }, "orders_unknown"},
		"no package of theirs":                    {func(_ *Offer, f *Facts) { f.None = true }, "no_package!"},
		"orders of nobody knows whom": {func(_ *Offer, f *Facts) {
			f.Ownerless = []yeastar.OrderSummary{{CreateTime: start.Add(-day)}, {CreateTime: start.Add(-400 * day)}, {OrderStatus: yeastar.OrderCancelled}}
		}, "owners_unknown"},
		"long ago, or ended": {func(_ *Offer, f *Facts) {
			f.Ownerless = []yeastar.OrderSummary{{CreateTime: start.Add(-400 * day)}, {OrderStatus: yeastar.OrderCancelled}}
		}, ""},
		"services to keep, none told": {func(o *Offer, f *Facts) {
			pbx(o, "p-series-software")
			o.Lines, f.Services = o.Lines[:1], nil
		}, "services_unknown undocumented"},
		"services to keep, one is ordered and none told": {func(o *Offer, f *Facts) {
			pbx(o, "p-series-software")
			f.Services = nil
		}, "services_unknown undocumented"},
		"a product without quantities": {func(o *Offer, f *Facts) {
			o.Product, o.Term = "remote-management", yeastar.Term{}
			o.Lines, o.KnownQuantity = o.Lines[:1], 7
		}, ""},
		"a product without a plan": {func(o *Offer, f *Facts) {
			o.Product, o.Term, o.Lines = "ycm-white-label", yeastar.Term{}, o.Lines[1:]
		}, ""},
		"serious ones come first": {func(o *Offer, f *Facts) {
			o.CurrentExpiry, f.AutoRenewal = time.Time{}, yeastar.AutoRenewalOn
		}, "auto_renewal! expiry_unknown"},
	} {
		o, f := clear()
		c.change(&o, &f)
		doubts := o.Doubts(f, later, careful())
		if doubts == nil {
			t.Errorf("%s: looks as if nobody had looked", name)
		}
		if got := doubtKinds(doubts); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		for _, d := range doubts {
			if s := d.Text(); !strings.HasSuffix(s, ".") && !strings.HasSuffix(s, "?") || len(s) > 240 {
				t.Errorf("%s: %q is no sentence of its own", name, s)
			}
		}
	}
}

// pbx makes an offer one of a product that is held by serial number.
func pbx(o *Offer, product string) {
	o.Product, o.Term = product, yeastar.Term{}
	o.Holder = Holder{SerialNumber: "3631E3418911", PartnerID: "7", Name: "Acme"}
}

func TestRequestsAskedForEarlier(t *testing.T) {
	t.Parallel()
	r := newRequest(t, policy())
	at := func(id int64, s Status, asked time.Time) Request {
		return Request{ID: id, Status: s, AskedAt: asked}
	}
	lost := at(6, Refused, start.Add(1)) // whose order may exist all the same
	lost.Attempts = []Attempt{{Outcome: NotPlaced, Problem: &Problem{Code: "timeout", Class: yeastar.ClassUnknown}}}
	var got []int64
	for _, o := range r.Earlier([]Request{
		at(1, Pending, start.Add(-1)), at(2, Pending, start.Add(1)), at(3, Unknown, start), at(200, Pending, start), at(5, Ordered, start.Add(1)),
		lost,
	}) {
		got = append(got, o.ID)
	}
	if diff := cmp.Diff([]int64{1, 3, 5, 6}, got); diff != "" {
		t.Errorf("asked for earlier than %s (-want +got):\n%s", r.Reference(), diff)
	}
}

// A sentence has an end, however long the vendor's names are.
func TestDoubtsAreShort(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("ü", 500)
	for _, kind := range []DoubtKind{DoubtServicesLeftOut, DoubtPlan, DoubtPlanSwitch, DoubtInvoice, DoubtQuantity} {
		d := Doubt{Kind: kind, Names: []string{long, long, long, long, long}, Quantity: 100000, Told: 99999}
		if n := len([]rune(d.Text())); n > 280 {
			t.Errorf("%s has %d characters", kind, n)
		}
	}
	if got := (Doubt{Kind: DoubtServicesLeftOut, Names: []string{"A", "B", "C", "D"}}).Text(); !strings.Contains(got, "A, B, C and 1 more") {
		t.Errorf("got %q", got)
	}
}

func TestWhatDiffersFromWhatWasTold(t *testing.T) {
	t.Parallel()
	r := newRequest(t, policy())
	r.Offer.Price, r.Offer.KnownQuantity, r.Offer.CurrentExpiry = price("12.341", "KWD"), 100, start
	r.Offer.KnownPlan, r.Offer.KnownServices = "1", []Line{{ID: "2", Name: "Recording", Quantity: 20}, {ID: "3"}}
	for name, c := range map[string]struct {
		change func(*Offer)
		want   bool
	}{
		"nothing":                   {func(*Offer) {}, false},
		"the third decimal":         {func(o *Offer) { o.Price = price("12.344", "KWD") }, true},
		"the currency":              {func(o *Offer) { o.Price = price("12.341", "BHD") }, true},
		"no price any more":         {func(o *Offer) { o.Price = nil }, true},
		"only a quote":              {func(o *Offer) { o.Price, o.Quote = nil, &Quote{Price: *price("12.341", "KWD")} }, true},
		"another quantity":          {func(o *Offer) { o.KnownQuantity = 101 }, true},
		"no quantity any more":      {func(o *Offer) { o.KnownQuantity = 0 }, true},
		"no plan any more":          {func(o *Offer) { o.KnownPlan = "" }, true},
		"another plan":              {func(o *Offer) { o.KnownPlan = "4" }, true},
		"no services any more":      {func(o *Offer) { o.KnownServices = nil }, true},
		"one service less":          {func(o *Offer) { o.KnownServices = o.KnownServices[:1] }, true},
		"a service's quantity":      {func(o *Offer) { o.KnownServices = []Line{{ID: "2", Quantity: 21}, {ID: "3"}} }, true},
		"a service without name":    {func(o *Offer) { o.KnownServices = []Line{{ID: "2", Quantity: 20}, {ID: "3"}} }, false},
		"renewed meanwhile":         {func(o *Offer) { o.CurrentExpiry = start.AddDate(1, 0, 0) }, true},
		"no expiry any more":        {func(o *Offer) { o.CurrentExpiry = time.Time{} }, true},
		"a PBX of another customer": {func(o *Offer) { o.Holder.PartnerID = "8" }, true},
		"the same, elsewhere":       {func(o *Offer) { o.CurrentExpiry = start.In(time.FixedZone("x", 3600)) }, false},
		"the same, other zeros":     {func(o *Offer) { o.Price = price("12.3410", "KWD") }, false},
	} {
		now := r.Offer
		c.change(&now)
		if got := r.Differs(now); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	r.Offer.Price, r.Offer.KnownQuantity, r.Offer.CurrentExpiry = nil, 0, time.Time{}
	r.Offer.KnownPlan, r.Offer.KnownServices = "", nil
	now := r.Offer
	now.KnownQuantity, now.CurrentExpiry = 100, start
	now.KnownPlan, now.KnownServices = "1", []Line{{ID: "2"}}
	if r.Differs(now) {
		t.Error("what is told now and was not before is no change by itself")
	}
}

// A doubt's sentences are true of every holder: a customer, our own account and a PBX, of which a
// customer may have several.
func TestDoubtsAreTrueOfEveryHolder(t *testing.T) {
	t.Parallel()
	for _, kind := range []DoubtKind{
		DoubtQuantity, DoubtPlan, DoubtOpenRequest, DoubtOrderedBefore, DoubtPortalOrder, DoubtAutoRenewal, DoubtServicesLeftOut, DoubtServicesOnly,
		DoubtExpiryFar, DoubtExpired, DoubtEndsBefore, DoubtPlanSwitch, DoubtAutoRenewalUnknown, DoubtExpiryUnknown, DoubtCycleUnknown,
	} {
		d := Doubt{Kind: kind, Request: 7, At: start}
		for _, says := range []string{d.Text(), d.Brief()} {
			if strings.Contains(says, "customer") || strings.Contains(says, "PBX") {
				t.Errorf("%s says %q of every holder", kind, says)
			}
		}
	}
}

// marked is a package that somebody marked as one that is not to be renewed, when it was to end at a time.
func marked(at, ends time.Time) func(*Offer, *Facts) {
	return func(_ *Offer, f *Facts) {
		f.NotRenewing = &NotRenewing{By: "U0BOB", Why: "They close.", At: at, Ends: ends}
	}
}

// markedBefore is the same, with an order that was placed at a time.
func markedBefore(at, ordered time.Time) func(*Offer, *Facts) {
	return func(o *Offer, f *Facts) {
		marked(at, time.Time{})(o, f)
		f.Requests = []Request{{ID: 9, Status: Ordered, OrderedAt: ordered}}
	}
}
