// Package history finds whom somebody names and what was ordered for them: our own requests, as
// far as the person may see them, and the portal's orders, with which of them are ours. It
// changes nothing, orders nothing, and shows nothing by itself.
package history

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"sort"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"renewbot/blocks"
	"renewbot/bot/directory"
	"renewbot/bot/ledger"
	"renewbot/bot/lookup"
	"renewbot/bot/portal"
	"renewbot/bot/renewal"
	"renewbot/bot/slackview"
	"renewbot/yeastar"
)

// Histories tell what was. All fields must be set.
type Histories struct {
	Portal    *portal.Portal
	Ledger    *ledger.Ledger
	Directory *directory.Directory
	Slack     *slackview.View
	Policy    renewal.Policy
	Log       *slog.Logger
}

const (
	// most is how many requests of a holder are looked at.
	most = 500
	// choices is how many holders are offered to be chosen from.
	choices = 20
	// perPage is how many entries are shown at once.
	perPage = 8
	// detailPatience bounds what a page can do without: what the portal tells of single orders.
	detailPatience = 3 * time.Second
	// pbxsOrders is how many orders are asked about to find those of one PBX.
	pbxsOrders = blocks.HistoryAsked
)

// Ready says whether Of need not wait for the portal.
func (h *Histories) Ready() bool { return h.Portal.PlacedReady() && h.Portal.Ready(byAccount().Key) }

// byAccount is a product whose holders are accounts.
func byAccount() yeastar.Product {
	i := slices.IndexFunc(yeastar.Products(), func(p yeastar.Product) bool { return p.Holder == yeastar.ByAccount })
	return yeastar.Products()[i]
}

// Of tells what was ordered for whom somebody names: the holder with a key of Key, our own account,
// a PBX by its serial number, or a customer. When several are meant they are to choose.
func (h *Histories) Of(ctx context.Context, a renewal.Actor, query string, page int) (blocks.Message, error) {
	if strings.TrimSpace(query) == "" {
		return blocks.Answer(renewal.Say("After “history” I need a customer, “self” or a serial number, such as “history acme”. Nothing was changed or ordered.")), nil
	}
	who, several, more, err := h.meant(ctx, query)
	switch {
	case err != nil:
		h.Log.WarnContext(ctx, "no customers to look among", "error", err)
		return blocks.Answer(renewal.Say(portal.Explain(err) + " Nothing was changed or ordered.")), nil
	case len(several) > 0:
		return blocks.HistoryChoice(query, several, more), nil
	case who == nil:
		product, unread := h.Portal.AmongPBXs(ctx, query)
		if product != "" {
			return blocks.Answer(renewal.Say(pbxNamed(query))), nil
		}
		if unread != nil {
			return blocks.Answer(renewal.Say(fmt.Sprintf("I know no customer by the name “%s”. %s Nothing was changed or ordered.", query, portal.Unread(unread)))), nil
		}
		return blocks.Answer(renewal.Say(fmt.Sprintf("I know no customer and no PBX by the name “%s”. Try a part of the company, the e-mail address or "+
			"the serial number; “due” lists all that I know. Nothing was changed or ordered.", query))), nil
	}
	return h.draw(ctx, a, *who, page)
}

// meant is whom a query means: one holder, or several to choose from and how many more fit.
func (h *Histories) meant(ctx context.Context, query string) (who *renewal.Holder, several []renewal.Holder, more int, err error) {
	if serial, ok := strings.CutPrefix(query, blocks.HistoryPBX); ok {
		if _, pbx, ok := h.Portal.FindPBX(ctx, serial); ok {
			return &pbx, nil, 0, nil
		}
		return &renewal.Holder{SerialNumber: serial, Name: serial}, nil, 0, nil // it may be gone, and its requests are not
	}
	if key, ok := strings.CutPrefix(query, blocks.HistoryAccount); ok {
		named := h.Portal.NameOf(ctx, byAccount(), key, "")
		return &named, nil, 0, nil
	}
	if _, pbx, ok := h.Portal.FindPBX(ctx, query); ok {
		return &pbx, nil, 0, nil
	}
	holders, err := h.Portal.Holders(ctx, byAccount().Key, lookup.AnyAge)
	if err != nil {
		return nil, nil, 0, err
	}
	if one, ok := holders.Only(query); ok {
		return &one, nil, 0, nil
	}
	several, more = holders.Search(query, choices)
	if len(several) == 1 && more == 0 {
		return &several[0], nil, 0, nil
	}
	return nil, several, more, nil
}

// draw tells what was ordered for a holder.
func (h *Histories) draw(ctx context.Context, a renewal.Actor, who renewal.Holder, page int) (blocks.Message, error) {
	d := blocks.HistoryData{Holder: who, Since: h.Ledger.Now(ctx).Add(-portal.PlacedWithin)}
	all, err := h.requestsOf(ctx, who)
	if err != nil {
		return blocks.Message{}, err
	}
	placed, told, err := h.Portal.Placed(ctx, who.PartnerID)
	if err != nil {
		h.Log.WarnContext(ctx, "the portal's orders are missing in a history", "error", err)
	}
	d.Unread, d.Untold = err != nil, err == nil && !told
	switch {
	case who.SerialNumber != "":
		placed, d.PBX = h.ofPBX(ctx, placed, who)
	case !told:
		placed = nil
	}
	all, ours, err := h.owners(ctx, all, placed)
	if err != nil {
		return blocks.Message{}, err
	}
	visible := h.visible(ctx, a, slices.Clone(all))
	d.Hidden = len(all) - len(visible)
	entries := merge(visible, ours, placed)
	d.Total, d.Ours = len(entries), len(visible)
	d.Pages = max((len(entries)+perPage-1)/perPage, 1)
	d.Page = min(max(page, 0), d.Pages-1)
	d.Entries = entries[d.Page*perPage : min((d.Page+1)*perPage, len(entries))]
	h.details(ctx, d.Entries)
	var shown []renewal.Request
	for _, e := range d.Entries {
		if e.Request != nil {
			shown = append(shown, *e.Request)
		}
	}
	d.Links = h.Slack.Links(ctx, shown)
	return blocks.History(d), nil
}

// requestsOf are the requests for a holder, and for the PBXs of an account.
func (h *Histories) requestsOf(ctx context.Context, who renewal.Holder) ([]renewal.Request, error) {
	if who.SerialNumber != "" {
		return h.Ledger.List(ctx, ledger.Filter{HolderKey: who.Key(), Limit: most})
	}
	return h.requests(ctx, "", []renewal.Holder{who}, most)
}

// ofPBX are those of the newest orders that are of one PBX: by which number the details tell it is
// documented.
func (h *Histories) ofPBX(ctx context.Context, placed []yeastar.OrderSummary, pbx renewal.Holder) (found []yeastar.OrderSummary, told blocks.HistoryPBXOrders) {
	product, _, ok := h.Portal.FindPBX(ctx, pbx.SerialNumber)
	if !ok {
		return nil, blocks.HistoryPBXOrders{Gone: true}
	}
	ctx, cancel := context.WithTimeout(ctx, detailPatience)
	defer cancel()
	told.Unasked = max(len(placed)-pbxsOrders, 0)
	placed = placed[:min(len(placed), pbxsOrders)]
	theirs, unsolved := make([]bool, len(placed)), make([]bool, len(placed))
	var asking errgroup.Group
	asking.SetLimit(4)
	for i, o := range placed {
		asking.Go(func() error {
			detail, err := h.Portal.Order(ctx, orderNumber(o))
			if err == nil && detail.ProductNo == pbx.SerialNumber {
				theirs[i], err = h.Portal.IsOf(ctx, o, product, pbx)
			}
			unsolved[i] = err != nil
			return nil
		})
	}
	_ = asking.Wait() // nothing in it fails
	for i, o := range placed {
		switch {
		case unsolved[i]:
			told.Unsolved++
		case theirs[i]:
			found = append(found, o)
		}
	}
	return found, told
}

// details looks up what the list does not tell of orders that are no requests of ours: what
// they cost, and where they stand now.
func (h *Histories) details(ctx context.Context, entries []blocks.HistoryEntry) {
	ctx, cancel := context.WithTimeout(ctx, detailPatience)
	defer cancel()
	var asking errgroup.Group
	asking.SetLimit(4)
	for i := range entries {
		e := &entries[i]
		if e.Request != nil || e.OrderNo == "" {
			continue
		}
		asking.Go(func() error {
			detail, err := h.Portal.Order(ctx, e.OrderNo)
			if err != nil {
				return err
			}
			e.Status = cmp.Or(detail.OrderStatus, e.Status)
			e.Product = detail.ProductName
			if detail.Price != nil {
				e.Amount = renewal.Price{Amount: detail.Price.Amount, Currency: detail.Price.Currency}.String()
			}
			return nil
		})
	}
	_ = asking.Wait() // it can do without
}

// orderNumber is what an order is called: not all lists have its number.
func orderNumber(o yeastar.OrderSummary) string { return cmp.Or(o.OrderNo, string(o.ID)) }

// asked is of how many orders the ledger is asked at once.
const asked = 1000

// owners finds which of the portal's orders are ours, by what is not only the requests of the holder:
// the portal may say of an order that it is of an account that its request did not name. requests
// are all of them, ours which orders.
func (h *Histories) owners(ctx context.Context, of []renewal.Request, placed []yeastar.OrderSummary) (requests []renewal.Request, ours map[string]bool, err error) {
	requests, ours = of, map[string]bool{}
	known := map[int64]bool{}
	for _, r := range of {
		known[r.ID] = true
	}
	for some := range slices.Chunk(placed, asked) {
		var numbers []string
		var ids []int64
		for _, o := range some {
			numbers = append(numbers, o.OrderNo)
			ids = append(ids, references(o)...)
		}
		having, named, err := h.Ledger.Behind(ctx, numbers, ids)
		if err != nil {
			return nil, nil, err
		}
		for _, o := range some {
			r, found := owner(o, having, named, known)
			if !found {
				continue
			}
			ours[orderNumber(o)] = true
			if !known[r.ID] {
				known[r.ID] = true
				requests = append(requests, r)
			}
		}
	}
	return requests, ours, nil
}

var reference = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`RNW-[0-9]{1,12}`) })

// references are the requests that an order names.
func references(o yeastar.OrderSummary) []int64 {
	var ids []int64
	for _, text := range []string{o.PONumber, o.CustomReferenceNo} {
		if id, ok := renewal.ParseReference(reference().FindString(text)); ok {
			ids = append(ids, id)
		}
	}
	return ids
}

// owner is the request that has placed an order: by its number, or else by the reference that it carries
// when the request is of the same account. Another ledger's orders carry references, too.
func owner(o yeastar.OrderSummary, having map[string]renewal.Request, named map[int64]renewal.Request, theirs map[int64]bool) (renewal.Request, bool) {
	if r, ok := having[o.OrderNo]; ok {
		return r, true
	}
	for _, id := range references(o) {
		if r, ok := named[id]; ok && (theirs[id] || r.Offer.Holder.PartnerID == o.PartnerID) {
			return r, true
		}
	}
	return renewal.Request{}, false
}

// merge puts requests and the portal's orders together, the newest first. An order of ours is told
// with its request; one whose request is hidden is hidden, too.
func merge(visible []renewal.Request, ours map[string]bool, placed []yeastar.OrderSummary) []blocks.HistoryEntry {
	inPortal := map[string]bool{}
	var entries []blocks.HistoryEntry
	for _, o := range placed {
		number := orderNumber(o)
		inPortal[number] = true
		if ours[number] {
			continue
		}
		entries = append(entries, blocks.HistoryEntry{At: o.CreateTime, OrderNo: number, Status: o.OrderStatus, PO: o.PONumber, Currency: o.Currency})
	}
	for _, r := range visible {
		e := blocks.HistoryEntry{At: r.AskedAt, Request: &r}
		if at := r.OrderedTime(); !at.IsZero() {
			e.At = at
		}
		e.InPortal = r.Order != nil && inPortal[r.Order.OrderNo]
		entries = append(entries, e)
	}
	sort.SliceStable(entries, func(i, k int) bool { return entries[i].At.After(entries[k].At) })
	return entries
}
