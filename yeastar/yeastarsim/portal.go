package yeastarsim

import (
	"slices"
	"time"
)

// Portal is what a person sees who is signed in to the Partner Portal: one consistent moment.
type Portal struct {
	Time            time.Time        `json:"time"`
	Account         Account          `json:"account"`
	Customers       []Customer       `json:"customers"`
	BillingContacts []BillingContact `json:"billingContacts"`
	Products        []Product        `json:"products"`
	Packages        []Package        `json:"packages"`
	Orders          []Order          `json:"orders"` // newest first
}

// Portal returns the whole state.
func (s *Server) Portal() Portal {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := Portal{
		Time:            s.now(),
		Account:         s.account,
		Customers:       slices.Clone(s.customers),
		BillingContacts: slices.Clone(s.contacts),
		Packages:        s.clonePackages(),
		Orders:          s.cloneOrders(s.orders),
	}
	for _, product := range s.products {
		p.Products = append(p.Products, product.clone())
	}
	slices.Reverse(p.Orders)
	return p
}

// Subscribe returns a channel that gets a value after changes, calls included; several changes may share one value.
// The channel is never closed; stop ends the subscription.
func (s *Server) Subscribe() (changes <-chan struct{}, stop func()) {
	ch := make(chan struct{}, 1)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.subscribers[ch] = struct{}{}
	return ch, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.subscribers, ch)
	}
}

// notify wakes everybody who waits for a change; the caller holds the lock.
func (s *Server) notify() {
	close(s.changed)
	s.changed = make(chan struct{})
	for ch := range s.subscribers {
		select {
		case ch <- struct{}{}:
		default: // it has a change to look at already
		}
	}
}
