package yeastar

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"
)

// OwnedProduct is something bought: a package or a PBX. Only ProductNo is always
// there; the fields from HolderID on have guessed names.
type OwnedProduct struct {
	ProductNo        string // serial number; for account products a 19-digit number
	ActivationStatus string // "unknown", "unactivated", "activated"
	Comment          string
	CreateTime       time.Time
	CurrentPlan      string // filled only while a switch is pending: a lower plan follows when this one ends

	HolderID     ID     // partnerId of the customer, if the answer tells
	HolderName   string // the customer's name, or else e-mail address, if the answer tells
	PlanID       ID
	PlanName     string
	BillingCycle string // Annually or Monthly; empty when the answer does not tell
	Extensions   *int
	Expiry       time.Time
	Services     []OwnedService

	Raw json.RawMessage
}

// OwnedService is a service of an owned product.
type OwnedService struct {
	ID       ID
	Name     string
	Quantity *int
}

// The page size is the largest that is believed to be allowed; the rest only ends a list that
// would never end, or that nobody could keep.
const (
	ownedPageSize  = 100
	maxOwnedPages  = 1000
	maxOwned       = ownedPageSize * maxOwnedPages // entries, also where a page has more than was asked for
	maxUnreadPages = 10                            // in a row whose entries have no number
)

// pagesAtOnce is how many pages are asked for at the same time, of all lists together: enough
// for the rate that is allowed while each takes half a second, and few enough that a look-up
// for which somebody waits soon has its turn.
const pagesAtOnce = 3

// OwnedProducts lists what was bought of a product, all pages. Each page is bounded
// by ReadTimeout.
//
// https://help.yeastar.com/en/pp-ptr/developer-guide/query-product-list.html
func (c *Client) OwnedProducts(ctx context.Context, productID int) ([]OwnedProduct, error) {
	var all []OwnedProduct
	err := c.EachOwnedProduct(ctx, productID, func(o OwnedProduct) { all = append(all, o) })
	if err != nil {
		return nil, err
	}
	return all, nil
}

// EachOwnedProduct is OwnedProducts, one after the other, so that what is not kept of them need
// not be there for all at once. After an error it has handed out a part.
func (c *Client) EachOwnedProduct(ctx context.Context, productID int, take func(OwnedProduct)) error {
	list := ownedList{shared: len(sharing(productID)) > 0, seen: map[string]bool{}, take: take}
	for no, pages := 1, 1; no <= maxOwnedPages; {
		together := min(pagesAtOnce, max(pages-no+1, 1))
		read, err := c.ownedPages(ctx, productID, no, together)
		if err != nil {
			return err
		}
		for _, p := range read {
			ended, err := list.add(p, no)
			if err != nil {
				return misread(callOwnedProducts, p.from, err)
			}
			if ended {
				return nil
			}
			pages = p.pages
			no++
		}
	}
	return &Error{Op: callOwnedProducts, Class: ClassUnknown, Err: fmt.Errorf("the list does not end: %d pages were read", maxOwnedPages)}
}

// ownedPages reads n pages at the same time.
func (c *Client) ownedPages(ctx context.Context, productID, first, n int) ([]page, error) {
	pages := make([]page, n)
	reading, ctx := errgroup.WithContext(ctx)
	for i := range pages {
		reading.Go(func() (err error) { pages[i], err = c.ownedPage(ctx, productID, first+i); return err })
	}
	return pages, reading.Wait()
}

func (c *Client) ownedPage(ctx context.Context, productID, no int) (page, error) {
	select {
	case c.paging <- struct{}{}:
		defer func() { <-c.paging }()
	case <-ctx.Done():
		return page{}, &Error{Op: callOwnedProducts, Class: ClassNotSent, Err: ctx.Err()}
	}
	query := productQuery(productID, "")
	setPage(query, no, ownedPageSize)
	env, err := c.get(ctx, callOwnedProducts, "/product/openapi/instance_product/v1/client/instance_product_list", query)
	if err != nil {
		return page{}, err
	}
	p, err := readPage(env.Result)
	if err != nil {
		return page{}, misread(callOwnedProducts, env, err)
	}
	p.from = env
	return p, nil
}

// ownedList is what was read of a list.
type ownedList struct {
	take     func(OwnedProduct)
	shared   bool            // products share the id, and may share a number: entries with one are told apart by all that they say
	seen     map[string]bool // by number
	entries  int             // with those that have no number
	repeated int             // pages in a row that had come before
	unread   int             // pages in a row whose entries have no number
}

// add takes a page in and says whether it was the last one. Entries may move from page to page
// while they are read, but a page that comes again and again is a list without pages.
func (l *ownedList) add(p page, no int) (ended bool, err error) {
	known, numbered := len(l.seen), 0
	for _, raw := range p.entries {
		o := readOwned(raw)
		if o.ProductNo == "" {
			continue // without its number it cannot be told apart, asked about or renewed
		}
		numbered++
		key := o.ProductNo
		if l.shared {
			key += " " + string(raw)
		}
		if !l.seen[key] {
			l.seen[key] = true
			l.take(o)
		}
	}
	l.entries += len(p.entries)
	if l.repeated++; numbered == 0 || len(l.seen) > known {
		l.repeated = 0
	}
	if l.unread++; numbered > 0 {
		l.unread = 0
	}
	ended = p.last(no, ownedPageSize, l.entries) || (l.repeated > 0 && p.pages == 0) || l.repeated > 1
	switch {
	case ended && l.entries > 0 && len(l.seen) == 0:
		return true, errors.New("no entry of the list has a product number")
	case !ended && l.unread >= maxUnreadPages:
		return true, fmt.Errorf("the list goes on without product numbers: %d pages in a row have none", l.unread)
	case l.entries > maxOwned:
		return true, fmt.Errorf("the list has more than %d entries", maxOwned)
	}
	return ended, nil
}

// OwnedProduct looks one up by its number.
//
// https://help.yeastar.com/en/pp-ptr/developer-guide/get-product-details.html
func (c *Client) OwnedProduct(ctx context.Context, productID int, productNo string) (OwnedProduct, error) {
	env, err := c.get(ctx, callOwnedProduct, "/product/openapi/instance_product/v1/detail", productQuery(productID, productNo))
	if err != nil {
		return OwnedProduct{}, err
	}
	raw, err := one(env.Result)
	if err != nil {
		return OwnedProduct{}, misread(callOwnedProduct, env, err)
	}
	o := readOwned(raw)
	keepFirst(&o.ProductNo, productNo)
	return o, nil
}

func readOwned(raw json.RawMessage) OwnedProduct {
	f, _ := asObject(raw)
	o := OwnedProduct{
		ProductNo:        string(findID(f, fieldOwnedProductNo)),
		ActivationStatus: findText(f, fieldOwnedActivation),
		Comment:          findText(f, fieldOwnedComment),
		CurrentPlan:      findText(f, fieldOwnedCurrent),
		HolderID:         findID(f, fieldOwnedHolder),
		HolderName:       findText(f, fieldOwnedHolderName),
		PlanID:           findID(f, fieldOwnedPlanID),
		PlanName:         findText(f, fieldOwnedPlanName),
		BillingCycle:     findCycle(f, fieldOwnedCycle),
		Extensions:       findInt(f, fieldOwnedExtensions),
		Raw:              raw,
	}
	o.CreateTime, _ = find(f, fieldOwnedCreateTime, timeOf)
	o.Expiry, _ = find(f, fieldOwnedExpiry, timeOf)
	for _, s := range objectsWith(raw, "serviceId") {
		o.Services = append(o.Services, OwnedService{
			ID: findID(s, fieldOwnedServiceID), Name: findText(s, fieldOwnedServiceName), Quantity: findInt(s, fieldOwnedServiceCount),
		})
	}
	return o
}

// page is one page of a list, as README.md, section 2.2, describes it.
type page struct {
	total, pages int // 0: the answer does not say
	entries      []json.RawMessage
	from         envelope
}

func setPage(q url.Values, no, size int) {
	q.Set("pageNo", strconv.Itoa(no))
	q.Set("pageSize", strconv.Itoa(size))
}

func readPage(raw json.RawMessage) (page, error) {
	list, err := rawListOf(raw)
	if err != nil {
		return page{}, err
	}
	p := page{entries: list}
	if o, ok := asObject(raw); ok {
		if _, paged := o["pageNo"]; paged && !slices.ContainsFunc(wrapperKeys, func(k string) bool { _, has := o[k]; return has }) {
			p.entries = nil // a page without its list is an empty page, not an entry
		}
		// count is the grand total too, by the vendor's sample.
		if n, ok := intOf(o["total"]); ok {
			p.total = n
		} else if n, ok := intOf(o["count"]); ok {
			p.total = n
		}
		p.pages, _ = intOf(o["totalPage"])
	}
	return p, nil
}

// last says that no page comes after this one, with which so many entries were read. A server
// that caps the page size sends fewer than asked for, so a short page alone is no proof of the
// end when the number of pages is known, or more entries are told of than were read.
func (p page) last(no, size, read int) bool {
	if len(p.entries) == 0 {
		return true
	}
	if p.pages > 0 {
		return no >= p.pages
	}
	return len(p.entries) < size && read >= p.total
}
