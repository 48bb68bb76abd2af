// Package portal is what the Partner Portal tells, cached: customers and their search,
// billing contacts, catalogues, packages and prices, what of an offer they make doubtful,
// and what the vendor's errors mean. It orders nothing, and knows nothing of
// Slack; its texts are plain.
package portal

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"renewbot/bot/lookup"
	"renewbot/bot/metrics"
	"renewbot/bot/taskgroup"
	"renewbot/yeastar"
)

// all is the key of look-ups that have only one answer.
const all = "all"

// listTimeout bounds the reading of a list of many pages, each of which has its own end: at five
// calls a second some hundreds, beside others that are read.
const listTimeout = 3 * time.Minute

// Options are what a Portal is made of.
type Options struct {
	Client *yeastar.Client
	// Products are offered to people. Empty: those whose renewal is wholly documented.
	Products []yeastar.Product
	// TTL is the age at which an answer is asked for again in the background.
	TTL time.Duration
	// RepeatWithin is how far back the vendor's order list is read, and Orders reads it.
	RepeatWithin time.Duration
	Orders       func(ctx context.Context, since time.Time) ([]yeastar.OrderSummary, error)
	Now          func() time.Time
	Log          *slog.Logger
	Metrics      *metrics.Metrics // nil: none
	// Read is called whenever lists have been read and none is being read any more: they take
	// several times the memory then that is kept of them. Nil: nobody wants to know.
	Read func()
}

// Portal is the Partner API's look-ups behind a cache. Orders do not pass through it.
// Make it with New.
type Portal struct {
	log          *slog.Logger
	ttl          time.Duration
	now          func() time.Time
	tasks        *taskgroup.Group
	offered      []yeastar.Product
	available    *lookup.Cache[[]yeastar.AvailableProduct] // one key: all
	customers    *lookup.Cache[Holders]                    // one key: all
	customerIDs  *lookup.Cache[yeastar.ID]                 // of one customer, by their id
	contacts     *lookup.Cache[[]yeastar.BillingContact]   // one key: all
	catalogues   *lookup.Cache[yeastar.Catalogue]          // by product key, and serial number where the product has one
	owned        *lookup.Cache[ownedList]                  // by product key
	details      *lookup.Cache[yeastar.OwnedProduct]       // by product key and productNo
	terms        *lookup.Cache[yeastar.RenewalInfo]        // by product key, productNo, line type and pricing id
	autoRenewals *lookup.Cache[yeastar.AutoRenewal]        // by product key and productNo
	orders       *lookup.Cache[orderList]                  // one key: all
	placed       *lookup.Cache[orderList]                  // one key: all; of years
	orderDetails *lookup.Cache[yeastar.OrderDetail]        // by order number
	orderFacts   sync.Map                                  // by order number: orderFacts
	statusUntold atomic.Bool                               // the details of an order tell no status, as it was last
	repeatWithin time.Duration
	ordersSince  func(ctx context.Context, since time.Time) ([]yeastar.OrderSummary, error)
	asking       atomic.Int64 // how many customers are being asked about
	listUntil    atomic.Int64 // until when customers are asked for in the list alone; Unix time in ns
	lists        atomic.Int64 // how many lists are being read
	listsRead    func()
}

// New makes a portal that has asked nothing yet.
func New(o Options) *Portal {
	tasks := taskgroup.New()
	offered := slices.Clone(o.Products)
	if len(offered) == 0 {
		offered, _ = yeastar.Offered(nil) // which fails for keys alone
	}
	p := &Portal{log: o.Log, now: o.Now, ttl: o.TTL, tasks: tasks, offered: offered, repeatWithin: o.RepeatWithin, ordersSince: o.Orders, listsRead: o.Read}
	p.available = lookup.New(o.TTL, o.Now, tasks, func(ctx context.Context, _ string) ([]yeastar.AvailableProduct, error) {
		return o.Client.AvailableProducts(ctx)
	})
	p.customers = lookup.New(o.TTL, o.Now, tasks, func(ctx context.Context, _ string) (Holders, error) {
		defer p.listing()()
		list, err := o.Client.Customers(ctx)
		if err != nil {
			return Holders{}, err
		}
		return customersOf(list), nil
	})
	p.customerIDs = lookup.New(o.TTL, o.Now, tasks, func(ctx context.Context, id string) (yeastar.ID, error) {
		c, err := o.Client.Customer(ctx, id)
		return c.ID, err
	})
	p.contacts = lookup.New(o.TTL, o.Now, tasks, func(ctx context.Context, _ string) ([]yeastar.BillingContact, error) {
		return o.Client.BillingContacts(ctx)
	})
	p.catalogues = lookup.New(o.TTL, o.Now, tasks, func(ctx context.Context, key string) (yeastar.Catalogue, error) {
		row, serial, err := catalogueOf(key)
		if err != nil {
			return yeastar.Catalogue{}, err
		}
		c, err := o.Client.Catalogue(ctx, row.ID, serial)
		c.Raw = nil
		return row.Catalogue(c), err
	})
	p.owned = lookup.New(o.TTL, o.Now, tasks, func(ctx context.Context, key string) (ownedList, error) {
		defer p.listing()()
		return p.readOwned(ctx, o.Client, key)
	})
	p.packageLookups(o)
	p.orders = lookup.New(o.TTL, o.Now, tasks, func(ctx context.Context, _ string) (orderList, error) {
		defer p.listing()()
		return p.readOrders(ctx, p.orders, o.Now(), p.repeatWithin)
	})
	p.placed = lookup.New(o.TTL, o.Now, tasks, func(ctx context.Context, _ string) (orderList, error) {
		defer p.listing()()
		return p.readOrders(ctx, p.placed, o.Now(), PlacedWithin)
	})
	p.orderDetails = lookup.New(o.TTL, o.Now, tasks, func(ctx context.Context, number string) (yeastar.OrderDetail, error) {
		return p.readOrder(ctx, o.Client, number)
	})
	for _, list := range []interface{ Patient(limit time.Duration) }{p.owned, p.orders, p.placed} {
		list.Patient(listTimeout)
	}
	p.owned.InTurn() // it is long, and many orders may need it
	p.available.Count(o.Metrics.Lookup("available"))
	p.customers.Count(o.Metrics.Lookup("customers"))
	p.customerIDs.Count(o.Metrics.Lookup("customer"))
	p.contacts.Count(o.Metrics.Lookup("contacts"))
	p.catalogues.Count(o.Metrics.Lookup("catalogues"))
	p.owned.Count(o.Metrics.Lookup("owned"))
	p.details.Count(o.Metrics.Lookup("details"))
	p.terms.Count(o.Metrics.Lookup("terms"))
	p.autoRenewals.Count(o.Metrics.Lookup("auto_renewals"))
	p.orders.Count(o.Metrics.Lookup("orders"))
	p.placed.Count(o.Metrics.Lookup("placed"))
	p.orderDetails.Count(o.Metrics.Lookup("order_details"))
	return p
}

// listing notes that a list is read, until done.
func (p *Portal) listing() (done func()) {
	p.lists.Add(1)
	return func() {
		if p.lists.Add(-1) == 0 && p.listsRead != nil {
			p.listsRead()
		}
	}
}

// packageLookups makes the look-ups about one package. Their keys begin with the product's
// key and the package's productNo.
func (p *Portal) packageLookups(o Options) {
	p.details = lookup.New(o.TTL, o.Now, p.tasks, func(ctx context.Context, key string) (yeastar.OwnedProduct, error) {
		row, parts, err := packageKey(key, 2)
		if err != nil {
			return yeastar.OwnedProduct{}, err
		}
		o, err := o.Client.OwnedProduct(ctx, row.ID, parts[1])
		o.Raw = nil
		return o, err
	})
	p.autoRenewals = lookup.New(o.TTL, o.Now, p.tasks, func(ctx context.Context, key string) (yeastar.AutoRenewal, error) {
		row, parts, err := packageKey(key, 2)
		if err != nil {
			return yeastar.AutoRenewalUnknown, err
		}
		return o.Client.AutoRenewal(ctx, row.ID, parts[1])
	})
	p.terms = lookup.New(o.TTL, o.Now, p.tasks, func(ctx context.Context, key string) (yeastar.RenewalInfo, error) {
		row, parts, err := packageKey(key, 4)
		switch {
		case err != nil:
			return yeastar.RenewalInfo{}, err
		case parts[2] == yeastar.LinePlan:
			return o.Client.RenewPlanInfo(ctx, yeastar.ID(parts[3]), row.ID, parts[1])
		}
		return o.Client.RenewServiceInfo(ctx, yeastar.ID(parts[3]), row.ID, parts[1])
	})
}

// packageKey takes the key of a look-up about a package apart.
func packageKey(key string, n int) (yeastar.Product, []string, error) {
	parts := strings.SplitN(key, " ", n)
	row, err := Product(parts[0])
	return row, parts, err
}

// Product is the row of the product table with a key.
func Product(key string) (yeastar.Product, error) {
	p, ok := yeastar.ProductByKey(key)
	if !ok {
		return p, fmt.Errorf("there is no product %q to renew", key)
	}
	return p, nil
}

// KeepWarm begins to ask for everything that the form needs, now and again whenever it
// has aged, so that the form opens at once also after a quiet night. It ends with Close.
func (p *Portal) KeepWarm() {
	p.tasks.Start(func(ctx context.Context) {
		ticker := time.NewTicker(p.ttl)
		defer ticker.Stop()
		for {
			p.warm()
			select {
			case <-ticker.C:
			case <-ctx.Done():
				return
			}
		}
	})
}

func (p *Portal) warm() {
	p.available.Refresh(all)
	p.customers.Refresh(all)
	p.contacts.Refresh(all)
	for _, row := range p.Products() {
		if row.Holder == yeastar.ByAccount {
			p.catalogues.Refresh(row.Key)
		}
		p.owned.Refresh(row.Key)
	}
}

// Ready says whether the form of a product can be drawn without waiting.
func (p *Portal) Ready(productKey string) bool {
	row, err := Product(productKey)
	_, contacts := p.contacts.Peek(all)
	if err != nil || !contacts {
		return false
	}
	if row.Holder == yeastar.BySerial {
		_, pbxs := p.owned.Peek(productKey)
		return pbxs
	}
	_, customers := p.customers.Peek(all)
	_, catalogue := p.catalogues.Peek(productKey)
	return customers && catalogue
}

// Prepare waits until the form of a product can be drawn, as long as ctx lasts.
func (p *Portal) Prepare(ctx context.Context, productKey string) error {
	row, err := Product(productKey)
	if err != nil {
		return err
	}
	var looking errgroup.Group
	looking.Go(func() error { _, err := p.contacts.Get(ctx, all, lookup.AnyAge); return err })
	looking.Go(func() error { _, err := p.Holders(ctx, productKey, lookup.AnyAge); return err })
	if row.Holder == yeastar.ByAccount {
		looking.Go(func() error { _, err := p.catalogues.Get(ctx, productKey, lookup.AnyAge); return err })
	}
	return looking.Wait()
}

// Contacts are all billing contacts.
func (p *Portal) Contacts(ctx context.Context, maxAge lookup.MaxAge) ([]yeastar.BillingContact, error) {
	return p.contacts.Get(ctx, all, maxAge)
}

// Catalogue is what can be ordered of a product. What a PBX can have is told with its
// serial number alone; without one there is nothing.
func (p *Portal) Catalogue(ctx context.Context, productKey, serialNumber string, maxAge lookup.MaxAge) (yeastar.Catalogue, error) {
	row, err := Product(productKey)
	if err != nil || row.Holder == yeastar.ByAccount {
		return p.catalogues.Get(ctx, productKey, maxAge)
	}
	if serialNumber == "" {
		return yeastar.Catalogue{}, nil
	}
	return p.catalogues.Get(ctx, productKey+" "+serialNumber, maxAge)
}

// catalogueOf takes the key of a catalogue apart.
func catalogueOf(key string) (row yeastar.Product, serialNumber string, err error) {
	product, serialNumber, _ := strings.Cut(key, " ")
	row, err = Product(product)
	return row, serialNumber, err
}

// Meanwhile runs f in the background, unless the portal is closed: its ctx ends with Close.
func (p *Portal) Meanwhile(f func(ctx context.Context)) { p.tasks.Start(f) }

// Close ends what runs in the background, at the end of ctx at the latest.
func (p *Portal) Close(ctx context.Context) {
	p.tasks.Cancel()
	p.tasks.End(ctx)
}
