package yeastarsim

import "slices"

// The values of the vendor's renewal tutorial.
const (
	// TutorialPlanID is the plan of product 14 that the tutorial renews.
	TutorialPlanID = "3048941892189077504"
	// TutorialBillingContactID is the billing contact of the tutorial.
	TutorialBillingContactID = "3197218168379846218"
	// TutorialAccountID is the product number in the tutorial's answer, taken as the holder's account id.
	TutorialAccountID = "3076913644890832896"
)

// Account is the Partner Portal account that owns the API credentials.
type Account struct {
	ID       string `json:"id"` // ucId; also the product number of its Turnkey package
	UserID   string `json:"userId"`
	Company  string `json:"company"`
	Email    string `json:"email"`
	UserCode string `json:"userCode"` // Partner or Distributor
}

// Address is what users and billing contacts have in common.
type Address struct {
	Company       string `json:"company"`
	FirstName     string `json:"firstName"`
	LastName      string `json:"lastName"`
	PhoneNumber   string `json:"phoneNumber"`
	Country       string `json:"country"`
	StateProvince string `json:"stateProvince"`
	City          string `json:"city"`
	Street        string `json:"street"`
	ZipCode       string `json:"zipCode"`
	TaxNum        string `json:"taxNum"`
	Remark        string `json:"remark"`
}

// Customer is a subordinate user.
type Customer struct {
	PartnerID string `json:"partnerId"`
	AccountID string `json:"accountId"` // 19 digits, not the partner id: the product number of its Turnkey package
	Email     string `json:"email"`
	Address
}

// BillingContact is who gets the invoice.
type BillingContact struct {
	ID           string `json:"billingContactId"`
	EmailAddress string `json:"emailAddress"`
	Address
}

// Account returns the account that owns the credentials.
func (s *Server) Account() Account {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.account
}

// Customers returns the subordinate users in the order of partner_list.
func (s *Server) Customers() []Customer {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.customers)
}

// Customer returns the subordinate user with that partner id.
func (s *Server) Customer(partnerID string) (Customer, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := s.customerIndex(partnerID); i >= 0 {
		return s.customers[i], true
	}
	return Customer{}, false
}

// AddCustomer adds a subordinate user without any package, or replaces the one with the same partner id.
func (s *Server) AddCustomer(c Customer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := s.customerIndex(c.PartnerID); i >= 0 {
		s.customers[i] = c
	} else {
		s.customers = append(s.customers, c)
	}
	s.notify()
}

// RemoveCustomer removes a subordinate user; its packages and orders stay. It reports whether there was one.
func (s *Server) RemoveCustomer(partnerID string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.customerIndex(partnerID)
	if i < 0 {
		return false
	}
	s.customers = slices.Delete(s.customers, i, i+1)
	s.notify()
	return true
}

// BillingContacts returns the billing contacts in the order of billing_contact_list.
func (s *Server) BillingContacts() []BillingContact {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.contacts)
}

// AddBillingContact adds a billing contact, or replaces the one with the same id.
func (s *Server) AddBillingContact(c BillingContact) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := s.contactIndex(c.ID); i >= 0 {
		s.contacts[i] = c
	} else {
		s.contacts = append(s.contacts, c)
	}
	s.notify()
}

// RemoveBillingContact removes a billing contact and reports whether there was one.
func (s *Server) RemoveBillingContact(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.contactIndex(id)
	if i < 0 {
		return false
	}
	s.contacts = slices.Delete(s.contacts, i, i+1)
	s.notify()
	return true
}

func (s *Server) customerIndex(partnerID string) int {
	return slices.IndexFunc(s.customers, func(c Customer) bool { return c.PartnerID == partnerID })
}

func (s *Server) contactIndex(id string) int {
	return slices.IndexFunc(s.contacts, func(c BillingContact) bool { return c.ID == id })
}
