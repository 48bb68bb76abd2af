package yeastarsim

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// savedVersion is the form of what Save writes.
const savedVersion = 1

// saved is a server as Save writes it. Tokens, faults and the journal are not in it.
type saved struct {
	Version   int
	Account   Account
	Customers []Customer
	Contacts  []BillingContact
	Products  []Product
	Packages  []Package
	Orders    []savedOrder
	Placed    int
	NextOrder int64
	Statuses  []string
	Switches  Switches
}

// savedOrder keeps an order's raw bytes as they are, which JSON inside of JSON would not.
type savedOrder struct {
	Order
	Sent []byte
}

// Save writes the memory of the portal down as JSON: accounts, catalogue, packages, orders and switches. Tokens, faults
// and the journal are not in it, nor are the credentials.
func (s *Server) Save() ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	state := saved{
		Version: savedVersion, Account: s.account, Customers: s.customers, Contacts: s.contacts, Products: s.products,
		Packages: s.packages, Placed: s.placed, NextOrder: s.nextOrder, Statuses: s.statuses, Switches: s.switches,
	}
	for _, o := range s.orders {
		sent := o.Raw
		o.Raw = nil
		state.Orders = append(state.Orders, savedOrder{o, sent})
	}
	out, err := json.Marshal(state)
	if err != nil {
		return nil, fmt.Errorf("saving the portal: %w", err)
	}
	return out, nil
}

// Restore puts what Save wrote in the place of the portal's memory. Call it before Start.
func (s *Server) Restore(data []byte) error {
	var state saved
	if err := json.Unmarshal(data, &state); err != nil {
		return fmt.Errorf("restoring the portal: %w", err)
	}
	if state.Version != savedVersion {
		return fmt.Errorf("restoring the portal: version %d is not known", state.Version)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.listener != nil {
		return errors.New("restoring the portal: it was started already")
	}
	s.account, s.customers, s.contacts = state.Account, state.Customers, state.Contacts
	s.products, s.packages = state.Products, state.Packages
	s.placed, s.nextOrder, s.statuses, s.switches = state.Placed, state.NextOrder, state.Statuses, state.Switches
	s.orders = nil
	for _, o := range state.Orders {
		o.Raw = slices.Clone(o.Sent)
		s.orders = append(s.orders, o.Order)
	}
	s.notify()
	return nil
}
