package duelist

import (
	"slices"
	"sync"
	"time"

	"renewbot/bot/due"
	"renewbot/bot/ledger"
	"renewbot/bot/portal"
	"renewbot/yeastar"
)

// forgetAfter is how long a list is kept that nobody asks for: it takes a kilobyte a row.
const forgetAfter = 5 * time.Minute

// basis is what a list was made of. What it tells was read before the rest, so that a list
// whose basis is still there misses nothing.
type basis struct {
	ledger   ledger.DueVersion
	products []yeastar.Product
	listings map[string]portal.Listing // by product, of which there may be more
	missing  bool                      // of one of the products there was no list
}

func newBasis(at ledger.DueVersion, p *portal.Portal) *basis {
	b := &basis{ledger: at, products: p.Products(), listings: map[string]portal.Listing{}}
	for i := range b.products {
		b.missing = !b.of(b.products[i].Key, p) || b.missing
	}
	return b
}

// of notes what there is of a product, and says whether that is all.
func (b *basis) of(productKey string, p *portal.Portal) bool {
	if b == nil {
		return true
	}
	if _, noted := b.listings[productKey]; noted {
		return true
	}
	l, whole := p.Listing(productKey)
	b.listings[productKey] = l
	return whole
}

// holds says whether it is all still so.
func (b *basis) holds(at ledger.DueVersion, p *portal.Portal) bool {
	same := func(a, b yeastar.Product) bool { return a.Key == b.Key }
	if b.ledger != at || !slices.EqualFunc(b.products, p.Products(), same) {
		return false
	}
	for product, before := range b.listings {
		if l, _ := p.Listing(product); l != before {
			return false
		}
	}
	return true
}

// made is the last list, for as long as it would be made again just so. Thousands of rows take
// longer to make than everything else about showing some of them.
type made struct {
	mu     sync.Mutex
	list   due.List
	from   *basis
	until  time.Time // zero: there is none
	forget *time.Timer
}

// still is the list, if nothing of what it was made of has changed.
func (m *made) still(now time.Time, at ledger.DueVersion, p *portal.Portal) (due.List, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if now.Before(m.list.Now) || !now.Before(m.until) || !m.from.holds(at, p) {
		return due.List{}, false
	}
	m.forget.Reset(forgetAfter)
	list := m.list
	list.Now = now
	return list, true
}

// keep keeps a list, unless something is missing from it that may come at any time.
func (m *made) keep(list due.List, from *basis) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if from.missing || len(list.Unread) > 0 {
		return
	}
	m.list, m.from, m.until = list, from, list.Holds()
	if m.forget == nil {
		m.forget = time.AfterFunc(forgetAfter, m.drop)
	}
	m.forget.Reset(forgetAfter)
}

func (m *made) drop() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.list, m.from, m.until = due.List{}, nil, time.Time{}
}
