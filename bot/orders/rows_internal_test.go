package orders

import (
	"cmp"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"renewbot/bot/ledger"
	"renewbot/bot/lookup"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
	"renewbot/yeastar/yeastarsim"
)

// world is a ledger and the orders before a simulated vendor, without people.
type world struct {
	*Orders
	t   testing.TB
	sim *yeastarsim.Server
}

// setupPolicy is setupClock with what the configuration says.
func setupPolicy(t testing.TB, config yeastar.Config, now func() time.Time, policy renewal.Policy, options ...yeastarsim.Option) *world {
	t.Helper()
	sim := yeastarsim.New(append([]yeastarsim.Option{yeastarsim.WithSwitches(yeastarsim.Generous)}, options...)...)
	if err := sim.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sim.Close)
	book, err := ledger.Open(t.Context(), "sqlite://"+filepath.Join(t.TempDir(), "orders.db"), ledger.Options{Policy: policy, Logger: logTo(t), Now: now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = book.Close() })
	return worldOn(t, sim, book, policy, config)
}

// approved is an approved request for what a holder has of a product.
func (w *world) approved(product, key string, term yeastar.Term) renewal.Request {
	w.t.Helper()
	return w.approve(w.asked(product, key, term))
}

// asked is a request for what a holder has of a product.
func (w *world) asked(product, key string, term yeastar.Term) renewal.Request {
	w.t.Helper()
	ctx := w.t.Context()
	row, _ := yeastar.ProductByKey(product)
	holder, ok := w.portal.Holder(ctx, product, key)
	catalogue, err := w.portal.Catalogue(ctx, product, holder.SerialNumber, lookup.AnyAge)
	if !ok || err != nil {
		w.t.Fatalf("%s of %s: %v, %v", product, key, ok, err)
	}
	has, err := w.portal.Package(ctx, product, holder, "", lookup.AnyAge)
	if err != nil {
		w.t.Fatal(err)
	}
	o := renewal.Offer{Product: product, Term: term, Holder: holder, Contact: renewal.Contact{ID: yeastarsim.TutorialBillingContactID, Name: "Billing"}}
	if row.PlanLine {
		plan, _ := catalogue.Plan(has.PlanID)
		o.Lines = append(o.Lines, renewal.Line{Type: yeastar.LinePlan, ID: plan.ID, Name: plan.Name, Quantity: has.Extensions})
	}
	for _, s := range has.Services {
		l := renewal.Line{Type: yeastar.LineService, ID: s.ID, Name: s.Name}
		if row.Quantity != yeastar.QuantityNone {
			l.Quantity = max(*s.Quantity, 1)
		}
		o.Lines = append(o.Lines, l)
	}
	doubts, wrong, err := w.Look(ctx, 0, "", &o, catalogue, lookup.AnyAge)
	if err != nil || len(wrong) > 0 {
		w.t.Fatalf("%s of %s: %v, %v", product, key, wrong, err)
	}
	r, _, err := w.ledger.Submit(ctx, renewal.Submission{Key: product + key, By: person("U1"), Channel: "C1", Offer: o, Doubts: doubts, DoubtReason: "a test"})
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

func (w *world) approve(r renewal.Request) renewal.Request {
	w.t.Helper()
	r, err := w.ledger.Apply(w.t.Context(), r.ID, renewal.Approve{By: person("U2"), Shown: renewal.Shown{Revision: r.Revision, Fingerprint: r.Fingerprint}})
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

// placed does the job that places an approved request's order.
func (w *world) placed(r renewal.Request) renewal.Request {
	w.t.Helper()
	if err := w.place(w.t.Context(), renewal.Job{Kind: renewal.PlaceOrder, RequestID: r.ID}); err != nil {
		w.t.Fatal(err)
	}
	r, err := w.ledger.Get(w.t.Context(), r.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

// orderedFor is a holder of a row, whose package has a billing cycle.
type orderedFor struct{ product, key, cycle string }

// holdersOf are holders of a row: one of each kind that the portal has.
func holdersOf(row yeastar.Product, sim *yeastarsim.Server) []orderedFor {
	own := map[string]string{} // the service that is the row's own, by its id
	for _, p := range sim.Products() {
		for _, v := range p.Services {
			own[v.ID] = v.Name
		}
	}
	type kind struct {
		ours, gone, services bool
		cycle                string
	}
	var holders []orderedFor
	seen := map[kind]bool{}
	for _, p := range sim.Packages() {
		renewed := func(s yeastarsim.PackageService) bool { return row.Renews(own[s.ServiceID]) }
		if p.ProductID != row.ID || (row.Service != "" && !slices.ContainsFunc(p.Services, renewed)) {
			continue
		}
		_, known := sim.Customer(p.PartnerID)
		k := kind{p.PartnerID == "", p.PartnerID != "" && !known, len(p.Services) > 0, p.Cycle}
		key := cmp.Or(p.PartnerID, "own")
		if row.Holder == yeastar.BySerial {
			key = p.ProductNo
		}
		if !seen[k] {
			seen[k] = true
			holders = append(holders, orderedFor{row.Key, key, p.Cycle})
		}
	}
	return holders
}

// Every row is ordered for its holder and term, and what it placed is found again when its
// answer is lost.
func TestEveryRowIsOrderedAndFound(t *testing.T) {
	t.Parallel()
	sim := yeastarsim.New()
	var all []orderedFor
	for _, row := range yeastar.Products() {
		holders := holdersOf(row, sim)
		for _, term := range row.Terms {
			if !slices.ContainsFunc(holders, func(c orderedFor) bool { return c.cycle == term.BillingCycle }) {
				t.Errorf("nobody can order %s for %s", row.Key, term)
			}
		}
		all = append(all, holders...)
	}
	for _, c := range all {
		row, _ := yeastar.ProductByKey(c.product)
		for _, term := range row.Terms {
			if row.CycleKept && term.BillingCycle != c.cycle {
				continue
			}
			t.Run(c.product+"/"+c.key+"/"+term.Key(), func(t *testing.T) {
				t.Parallel()
				w := setup(t)
				r := w.placed(w.approved(c.product, c.key, term))
				placed := w.sim.Placed()
				if r.Status != renewal.Ordered || len(placed) != 1 {
					t.Fatalf("it is %s, %+v, with %d orders", r.Status, r.Problem, len(placed))
				}
				o := placed[0]
				if o.ProductID != row.ID || o.OperationType != row.OperationType || (row.Holder == yeastar.BySerial && o.ProductNo != c.key) {
					t.Errorf("ordered was %+v", o)
				}
				for _, l := range o.Lines {
					if l.BillingCycle != term.BillingCycle || l.MultiCycle != term.MultiCycle || (row.Quantity == yeastar.QuantityNone) != (l.Quantity == 0) {
						t.Errorf("the line %+v, for %s", l, term.Key())
					}
				}
				a, _ := r.Attempt()
				a.Order, a.Outcome = nil, renewal.Lost
				r.Attempts, r.Order = []renewal.Attempt{a}, nil
				detail, err := w.client.Order(t.Context(), o.OrderNo)
				if err != nil {
					t.Fatal(err)
				}
				s, err := sentWith(r, a)
				if err != nil || s.Product.Key != c.product {
					t.Fatalf("read back as %s: %v", s.Product.Key, err)
				}
				if m := s.compare(detail); m != matchProven {
					t.Errorf("compared as %d: %q", m, s.doubtful(detail, true))
				}
				if h := r.Offer.Holder; h.SerialNumber != "" {
					other := detail
					other.ProductNo = "3631E0000001"
					if why := s.refusal(other); why != "it is for another serial number" {
						t.Errorf("another PBX's order: %q", why)
					}
				}
			})
		}
	}
}

// What has changed in the portal meanwhile keeps an approved order from being placed.
func TestWhatChangedOfAPBX(t *testing.T) {
	t.Parallel()
	year := yeastar.Term{BillingCycle: yeastar.Annually, MultiCycle: 1, Months: 12}
	change := func(product int, no string, f func(*yeastarsim.Package)) func(*yeastarsim.Server) {
		return func(s *yeastarsim.Server) { s.UpdateOwned(product, no, f) }
	}
	for name, c := range map[string]struct {
		product, key string
		change       func(*yeastarsim.Server)
		status       renewal.Status
		why          string
	}{
		"the PBX is gone": {"cloud-pbx", yeastarsim.CloudSerial, func(s *yeastarsim.Server) {
			s.RemovePackage(yeastarsim.CloudPBX, yeastarsim.CloudSerial)
		}, renewal.Refused, "the PBX " + yeastarsim.CloudSerial + " of Acme Telecom Services is not in the portal any more"},
		"the account has the product no more": {"cloud-pbx", yeastarsim.CloudSerial, func(s *yeastarsim.Server) {
			s.RemoveProduct(yeastarsim.CloudPBX)
		}, renewal.Refused, "the account does not have Cloud PBX (PCE Instance) any more"},
		"the account has another product of its number alone": {"ycm-white-label", yeastarsim.NorthwindID, func(s *yeastarsim.Server) {
			s.UpdateProduct(yeastarsim.WhiteLabel, func(p *yeastarsim.Product) { p.Name = "PSE White Label" })
		}, renewal.Refused, "the account does not have YCM White Label any more"},
		"its plan is a trial": {"cloud-pbx", yeastarsim.CloudSerial, func(s *yeastarsim.Server) {
			s.UpdateProduct(yeastarsim.CloudPBX, func(p *yeastarsim.Product) {
				for i := range p.Plans {
					p.Plans[i].Trial = true
				}
			})
		}, renewal.Refused, "Ultimate Plan is only a trial by now"},
		"a service is a trial": {turnkey, yeastarsim.NorthwindID, func(s *yeastarsim.Server) {
			s.UpdateProduct(yeastarsim.Turnkey, func(p *yeastarsim.Product) {
				for i := range p.Services {
					p.Services[i].Trial = true
				}
			})
		}, renewal.Refused, "is only a trial by now"},
		"what the account has is not told": {"cloud-pbx", yeastarsim.CloudSerial, func(s *yeastarsim.Server) {
			s.Fault(yeastarsim.ProductList, yeastarsim.Refuse("no_access", "No API access."))
		}, renewal.Ordered, ""},
		"its customer is gone": {"cloud-pbx", yeastarsim.CloudSerial, func(s *yeastarsim.Server) {
			s.RemoveCustomer(yeastarsim.AcmeVoiceID)
		}, renewal.Ordered, ""},
		"it is another customer's": {"cloud-pbx", yeastarsim.CloudSerial, change(yeastarsim.CloudPBX, yeastarsim.CloudSerial, func(p *yeastarsim.Package) {
			p.PartnerID = yeastarsim.NorthwindID
		}), renewal.Pending, "Customer: Acme Telecom Services (3661C20B7719 of customer"},
		"it is nobody's": {"cloud-pbx", yeastarsim.CloudSerial, change(yeastarsim.CloudPBX, yeastarsim.CloudSerial, func(p *yeastarsim.Package) {
			p.PartnerID = ""
		}), renewal.Pending, "Customer: Acme Telecom Services (3661C20B7719 of customer " + yeastarsim.AcmeVoiceID + ") → 3661C20B7719, of no customer that the portal tells"},
		"it is nobody's still": {"cloud-pbx", yeastarsim.CloudOurSerial, func(*yeastarsim.Server) {}, renewal.Ordered, ""},
		"its customer is not told any more": {"cloud-pbx", yeastarsim.CloudSerial, func(s *yeastarsim.Server) {
			s.Switch(func(s *yeastarsim.Switches) { s.Owner = false })
		}, renewal.Pending, "of no customer that the portal tells"},
		"it is billed each month": {"cloud-pbx", yeastarsim.CloudSerial, change(yeastarsim.CloudPBX, yeastarsim.CloudSerial, func(p *yeastarsim.Package) {
			p.Cycle = "monthly"
		}), renewal.Refused, "This is billed monthly in the portal, which a renewal cannot change. To ask for what fits, close this and press “Ask again”"},
		"it has another service": {"p-series-software", yeastarsim.SoftwarePlainSerial, change(yeastarsim.Software, yeastarsim.SoftwarePlainSerial, func(p *yeastarsim.Package) {
			p.Services = []yeastarsim.PackageService{{ServiceID: "3048565102030405079", Quantity: 10}}
		}), renewal.Refused, "choose Recording Minutes, too"},
		"it has a service that is not on offer": {"p-series-software", yeastarsim.SoftwarePlainSerial, change(yeastarsim.Software, yeastarsim.SoftwarePlainSerial, func(p *yeastarsim.Package) {
			p.Services = []yeastarsim.PackageService{{ServiceID: "3048565102030409999", Quantity: 10}}
		}), renewal.Refused, "also has 3048565102030409999, which cannot be chosen here: renew this in the portal"},
		"its services are not told any more": {"cloud-pbx", yeastarsim.CloudSerial, func(s *yeastarsim.Server) {
			s.Switch(func(s *yeastarsim.Switches) { s.PackagePlan = false })
		}, renewal.Pending, "Services in the portal: Recording Minutes × 4000"},
		"the services of a package are not told any more": {turnkey, yeastarsim.NorthwindID, func(s *yeastarsim.Server) {
			s.Switch(func(s *yeastarsim.Switches) { s.PackagePlan = false })
		}, renewal.Pending, "Plan in the portal: "},
		"it has a service less": {turnkey, yeastarsim.NorthwindID, func(s *yeastarsim.Server) {
			for _, p := range s.Packages() {
				if p.ProductID == yeastarsim.Turnkey && p.PartnerID == yeastarsim.NorthwindID {
					s.UpdateOwned(p.ProductID, p.ProductNo, func(p *yeastarsim.Package) { p.Services = p.Services[1:] })
				}
			}
		}, renewal.Pending, "Services in the portal: "},
		"it has more extensions": {"p-series-software", yeastarsim.SoftwarePlainSerial, change(yeastarsim.Software, yeastarsim.SoftwarePlainSerial, func(p *yeastarsim.Package) {
			p.Extensions = 41
		}), renewal.Pending, "Extensions: 40 → 41"},
		"it has another plan": {"cloud-pbx", yeastarsim.CloudSerial, change(yeastarsim.CloudPBX, yeastarsim.CloudSerial, func(p *yeastarsim.Package) {
			p.PlanID = "3048571730026938368"
		}), renewal.Pending, "The portal says Enterprise Plan; Ultimate Plan is asked for"},
		"a downgrade waits": {"p-series-software", yeastarsim.SoftwarePlainSerial, change(yeastarsim.Software, yeastarsim.SoftwarePlainSerial, func(p *yeastarsim.Package) {
			p.CurrentPlan, p.CurrentPlanExpires = "Ultimate Plan", p.Expires
		}), renewal.Pending, "A downgrade is waiting in the portal: this runs on Ultimate Plan until then"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := setup(t)
			term := year
			if row, _ := yeastar.ProductByKey(c.product); len(row.Terms) == 1 {
				term.MultiCycle = 0
			}
			r := w.approved(c.product, c.key, term)
			c.change(w.sim)
			r = w.placed(r)
			said := strings.Join(r.Changes, "; ")
			if r.Problem != nil {
				said = r.Problem.Detail
			}
			if r.Status != c.status || !strings.Contains(said, c.why) {
				t.Errorf("it is %s: %q, want %s: %q", r.Status, said, c.status, c.why)
			}
			if strings.Contains(said, "in the portal. To ask for what fits") {
				t.Errorf("it contradicts itself: %q", said)
			}
			if n := len(w.sim.Placed()); (n == 1) != (c.status == renewal.Ordered) {
				t.Errorf("%d orders", n)
			}
		})
	}
}

// A dry run does everything but the order: what has changed meanwhile comes back to people.
func TestDryRunChecksWhatWasApproved(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		extensions int
		status     renewal.Status
	}{"nothing has changed": {40, renewal.Cancelled}, "it has more extensions": {41, renewal.Pending}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := setupPolicy(t, yeastar.Config{Rate: 1e6, Burst: 1e6}, nil, renewal.Policy{
				Required: 1, PONumber: renewal.PONumberReference, RemindAfter: time.Hour, ExpireAfter: 72 * time.Hour, DryRun: true,
			})
			w.dryRun = true
			row, _ := yeastar.ProductByKey("p-series-software")
			r := w.approved(row.Key, yeastarsim.SoftwarePlainSerial, row.Terms[0])
			w.sim.UpdateOwned(yeastarsim.Software, yeastarsim.SoftwarePlainSerial, func(p *yeastarsim.Package) { p.Extensions = c.extensions })
			mark := len(w.sim.Journal())
			if r = w.placed(r); r.Status != c.status || !r.DryRun {
				t.Errorf("it is %s: %+v %v", r.Status, r.Problem, r.Changes)
			}
			if calls := w.calls(mark); calls[yeastarsim.InstanceProductDetail] == 0 || calls[yeastarsim.OrderSave] > 0 {
				t.Errorf("the calls are %v", calls)
			}
		})
	}
}

// A PBX that is another customer's by now comes back once, with all that there is to doubt then.
func TestMovedPBXComesBackOnce(t *testing.T) {
	t.Parallel()
	year := yeastar.Term{BillingCycle: yeastar.Annually, MultiCycle: 1, Months: 12}
	for name, owner := range map[string]string{"nobody's": "", "another customer's": yeastarsim.NorthwindID} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := setup(t)
			w.sim.RemoveBillingContact(yeastarsim.TutorialBillingContactID)
			w.sim.AddBillingContact(yeastarsim.BillingContact{
				ID: yeastarsim.TutorialBillingContactID, Address: yeastarsim.Address{Company: "Acme Telecom Services"},
			})
			r := w.approved("cloud-pbx", yeastarsim.CloudSerial, year)
			w.sim.UpdateOwned(yeastarsim.CloudPBX, yeastarsim.CloudSerial, func(p *yeastarsim.Package) { p.PartnerID = owner })
			r = w.placed(r)
			if said := strings.Join(r.Changes, "; "); r.Status != renewal.Pending || !strings.Contains(said, "invoice") {
				t.Fatalf("it is %s: %q", r.Status, said)
			}
			if r = w.placed(w.approve(r)); r.Status != renewal.Ordered || len(w.sim.Placed()) != 1 {
				t.Errorf("approved once more it is %s: %q, %+v", r.Status, r.Changes, r.Problem)
			}
		})
	}
}

// An order of a PBX in the portal is a doubt for this PBX, and for none of the others that its
// customer has: whether the portal tells whose orders and PBXs they are or not.
func TestPortalOrdersOfAPBX(t *testing.T) {
	t.Parallel()
	for name, tells := range map[string]func(*yeastarsim.Server){
		"owners":          func(*yeastarsim.Server) {},
		"documented ones": func(s *yeastarsim.Server) { s.Switch(yeastarsim.Bare) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := setup(t)
			ctx := t.Context()
			const another = "3661C20B7720"
			p, _ := w.sim.Owned(yeastarsim.CloudPBX, yeastarsim.CloudSerial)
			p.ProductNo = another
			w.sim.AddPackage(p)
			tells(w.sim)
			ordered := w.byHand(p, yeastarsim.CloudSerial)
			for serial, want := range map[string]int{yeastarsim.CloudSerial: 1, another: 0} {
				h, _ := w.portal.Holder(ctx, "cloud-pbx", serial)
				got, err := w.strange(ctx, h, "cloud-pbx", lookup.AnyAge)
				if err != nil || len(got) != want || (want == 1 && got[0].OrderNo != ordered) {
					t.Errorf("of %s: %+v, %v", serial, got, err)
				}
			}
			own, _ := w.portal.Holder(ctx, "cloud-pbx", yeastarsim.CloudSerial)
			own.PartnerID = "" // whose PBX it is is told by its orders alone
			if got, err := w.strange(ctx, own, "cloud-pbx", lookup.Anew); err != nil || len(got) != 1 {
				t.Errorf("of a PBX that is nobody's: %+v, %v", got, err)
			}
		})
	}
}

// byHand renews a PBX like one that is given, as people do it in the portal.
func (w *world) byHand(p yeastarsim.Package, serial string) (orderNo string) {
	w.t.Helper()
	body, err := renewal.Offer{
		Product: "cloud-pbx", Holder: renewal.Holder{SerialNumber: serial}, Contact: renewal.Contact{ID: yeastarsim.TutorialBillingContactID},
		Lines: []renewal.Line{
			{Type: yeastar.LinePlan, ID: yeastar.ID(p.PlanID), Quantity: p.Extensions},
			{Type: yeastar.LineService, ID: yeastar.ID(p.Services[0].ServiceID), Quantity: p.Services[0].Quantity},
			{Type: yeastar.LineService, ID: yeastar.ID(p.Services[1].ServiceID), Quantity: 1},
		},
	}.Body("by hand")
	if err != nil {
		w.t.Fatal(err)
	}
	result, err := w.client.PlaceOrder(w.t.Context(), body)
	if err != nil {
		w.t.Fatal(err)
	}
	return result.OrderNo
}
