package yeastarsim

import "time"

// ListShape is the form in which lists without paging are sent; the guide types them as objects and describes them as
// lists.
type ListShape int

const (
	// ListArray sends a JSON array.
	ListArray ListShape = iota
	// ListObject sends a list of one as the bare object, and any other as an array.
	ListObject
	// ListWrapper sends {"results": [...]}.
	ListWrapper
)

// Switches decide what the vendor's guide leaves open. The defaults are the documented fields plus what an order's
// details are said to hold; Bare and Generous are the two ends.
type Switches struct {
	// Price puts prices and amounts into plan, service and order answers.
	Price bool
	// CurrentQuantity puts the current number of extensions into product list, product detail and renewal plan info.
	CurrentQuantity bool
	// Expiry puts the expiry date into the same answers, and into the details of orders that moved it.
	Expiry bool
	// Cycle puts the billing cycle into the answers of CurrentQuantity.
	Cycle bool
	// Owner puts the holder's partner id and company into product and order answers.
	Owner bool
	// OwnerListed leaves the holder out of product detail again: only the list tells it.
	OwnerListed bool
	// PackagePlan puts the plan and the services of a package into product list and product detail.
	PackagePlan bool
	// OrderInformation puts what the list tells of an order, and its billing contact, into order details: that these
	// have it is a guess.
	OrderInformation bool
	// OrderLines puts plan and service lines into order details.
	OrderLines bool
	// OrderTerm puts billing cycle and number of cycles into the lines of order details.
	OrderTerm bool
	// ExpiryLayout is the time layout of expiry dates; empty sends an epoch number as CreateTime.
	ExpiryLayout string

	// HideCustomerPackages leaves packages of subordinate users out of the product list and refuses their details.
	HideCustomerPackages bool
	// NoAutoRenewal refuses to say whether a package renews itself.
	NoAutoRenewal bool
	// EchoPONumber puts poNumber into order list and details.
	EchoPONumber bool
	// NoPONumberInList and NoPONumberInDetails keep it out of one of the two all the same.
	NoPONumberInList, NoPONumberInDetails bool
	// CopiedContacts gives the billing contact in an order's details an id of the copy that
	// the order keeps, which is not the contact's own.
	CopiedContacts bool
	// NoStatusInDetails leaves orderStatus out of order details.
	NoStatusInDetails bool
	// InvoiceStatus is a field "status" of order details that does not speak of the order.
	InvoiceStatus string
	// PONumberAsReference puts the purchase-order number into customReferenceNo, which is otherwise empty.
	PONumberAsReference bool
	// UniquePONumbers refuses a poNumber that an order already has.
	UniquePONumbers bool

	// AuthErrorsInBody sends authentication errors as HTTP 200 with status 401 or 403 in the envelope.
	AuthErrorsInBody bool
	// ErrorsInBody sends every refusal as HTTP 200 with the status in the envelope alone.
	ErrorsInBody bool
	// OmitStatus leaves status out of success envelopes.
	OmitStatus bool
	// FlipIDs sends numeric string ids as numbers and number ids as strings.
	FlipIDs bool
	// Lists is the form of lists without paging.
	Lists ListShape
	// Seconds sends createTime in seconds instead of milliseconds.
	Seconds bool
	// OldestFirst lists orders oldest first when no sort is asked for.
	OldestFirst bool
	// CreateTimeSkew is added to the createTime of new orders: a vendor's clock that is not ours.
	CreateTimeSkew time.Duration
	// MaxPageSize caps pageSize.
	MaxPageSize int

	// TokenLife is the life of an access token.
	TokenLife time.Duration
	// SingleToken makes a new token end every older one.
	SingleToken bool
	// AcceptGoUserAgent accepts the User-Agent that Go sends when nobody set one; by default it counts as missing.
	AcceptGoUserAgent bool

	// OrderStatus is the status of orders when no status was queued by QueueOrderStatus.
	OrderStatus string
	// AcceptAnyQuantity accepts a renewal whose quantity differs from the current one.
	AcceptAnyQuantity bool
	// ServicesWithPlan refuses a renewal of the plan alone when the package has services, for every product.
	ServicesWithPlan bool
	// RefuseUnknownFields refuses orders with fields that the guide does not have.
	RefuseUnknownFields bool
}

func defaultSwitches() Switches {
	return Switches{
		OrderInformation: true,
		OrderLines:       true,
		EchoPONumber:     true,
		ExpiryLayout:     "2006-01-02 15:04:05",
		MaxPageSize:      100,
		TokenLife:        30 * time.Minute,
		OrderStatus:      StatusSucceed,
	}
}

// Bare removes everything from answers that is not documented by name.
func Bare(s *Switches) {
	s.Price, s.CurrentQuantity, s.Expiry, s.Owner, s.PackagePlan, s.OrderLines = false, false, false, false, false, false
	s.Cycle, s.OrderTerm, s.OrderInformation = false, false, false
	s.EchoPONumber, s.PONumberAsReference = false, false
}

// Generous brings every invented field into the answers.
func Generous(s *Switches) {
	s.Price, s.CurrentQuantity, s.Expiry, s.Owner, s.PackagePlan, s.OrderLines = true, true, true, true, true, true
	s.Cycle, s.OrderTerm, s.OrderInformation = true, true, true
	s.EchoPONumber, s.PONumberAsReference = true, true
}

// Switch changes switches for all later calls.
func (s *Server) Switch(change func(*Switches)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.switches)
	s.notify()
}

// Switches returns the switches in force.
func (s *Server) Switches() Switches {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.switches
}
