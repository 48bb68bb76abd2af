package yeastarsim

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// Values of orderStatus that the guide names, and StatusConfirming, whose spelling is a guess.
const (
	StatusSucceed    = "succeed"
	StatusPending    = "pending"
	StatusFailed     = "failed"
	StatusInvalid    = "invalid"
	StatusCancelled  = "cancelled"
	StatusRefunded   = "refunded"
	StatusConfirming = "confirming"
)

// Numbers of the tutorial's answer; the first order of a server gets them.
const (
	firstOrderID       = 1782052
	firstOrderNo       = 3401174502129270784
	firstTransactionNo = 3401174503953793025
	orderNoStep        = 977131009
)

// ErrNoOrder says that there is no order with that number.
var ErrNoOrder = errors.New("no such order")

// ErrNotPending says that an order is not pending, so it can be neither paid nor cancelled.
var ErrNotPending = errors.New("the order is not pending")

// Order is one order as the server remembers it.
type Order struct {
	ID                string          `json:"orderId"`
	OrderNo           string          `json:"orderNo"`
	TransactionNo     string          `json:"transactionNo"` // empty until it is paid
	Status            string          `json:"orderStatus"`
	OperationType     string          `json:"operationType"`
	ProductID         int             `json:"productId"`
	ProductNo         string          `json:"productNo"`
	InstanceID        string          `json:"instanceId"`
	PartnerID         string          `json:"partnerId"` // holder; empty is the own account
	BillingID         string          `json:"billingId"`
	PONumber          string          `json:"poNumber"`
	CustomReferenceNo string          `json:"customReferenceNo"`
	InvoiceNo         string          `json:"invoiceNo"`
	CurrencyCode      string          `json:"currencyCode"`
	Lines             []OrderLine     `json:"lines"`
	CreateTime        time.Time       `json:"createTime"` // as sent, Switches.CreateTimeSkew included
	Applied           bool            `json:"applied"`    // whether it moved the expiry date
	ExpiryBefore      time.Time       `json:"expiryBefore"`
	ExpiryAfter       time.Time       `json:"expiryAfter"`   // zero until applied
	Raw               json.RawMessage `json:"raw,omitempty"` // the request body, byte for byte; empty for orders not made by API
}

// OrderLine is one plan or service line of an order.
type OrderLine struct {
	ServiceType      string `json:"serviceType"`
	ServiceID        string `json:"serviceId"`
	ConnectionPlanID string `json:"connectionPlanId,omitempty"`
	Quantity         int    `json:"quantity,omitempty"`
	PurchaseType     string `json:"purchaseType"`
	BillingModel     string `json:"billingModel"`
	BillingCycle     string `json:"billingCycle"`
	MultiCycle       int    `json:"multiCycle"`
}

func (o Order) clone() Order {
	o.Lines, o.Raw = slices.Clone(o.Lines), slices.Clone(o.Raw)
	return o
}

func (o Order) serviceIDs() (ids []string) {
	for _, l := range o.Lines {
		ids = append(ids, l.ServiceID)
	}
	return ids
}

// Orders returns all orders, oldest first, those from before the server's start included.
func (s *Server) Orders() []Order {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.cloneOrders(s.orders)
}

// Placed returns the orders placed through the API, oldest first.
func (s *Server) Placed() []Order {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.placedOrders()
}

// Order returns the order with that order number or id.
func (s *Server) Order(key string) (Order, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if o := s.findOrder(key); o != nil {
		return o.clone(), true
	}
	return Order{}, false
}

// AddOrder records an order as if a person had made it in the portal and returns it with its numbers. Empty ID,
// OrderNo, Status, CurrencyCode and CreateTime are filled in; the expiry of the package does not move.
func (s *Server) AddOrder(o Order) Order {
	s.mu.Lock()
	defer s.mu.Unlock()
	o = o.clone()
	id, no, _ := s.nextNumbers()
	o.ID, o.OrderNo = or(o.ID, id), or(o.OrderNo, no)
	o.Status, o.CurrencyCode = or(o.Status, StatusSucceed), or(o.CurrencyCode, "USD")
	if o.CreateTime.IsZero() {
		o.CreateTime = s.now().Add(s.switches.CreateTimeSkew)
	}
	s.orders = append(s.orders, o)
	s.notify()
	return o.clone()
}

// QueueOrderStatus gives the next orders these statuses, one each; later ones get Switches.OrderStatus. Only
// StatusSucceed moves the expiry date at once.
func (s *Server) QueueOrderStatus(statuses ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.statuses = append(s.statuses, statuses...)
}

// Pay pays a pending order as a person does in the portal: it succeeds and the package is extended. It returns
// ErrNoOrder or ErrNotPending.
func (s *Server) Pay(orderNo string) error { return s.settlePending(orderNo, StatusSucceed) }

// Cancel cancels a pending order as a person does in the portal. It returns ErrNoOrder or ErrNotPending.
func (s *Server) Cancel(orderNo string) error { return s.settlePending(orderNo, StatusCancelled) }

// SetOrderStatus moves an order to any status. The first move to StatusSucceed extends the package; no move takes an
// extension back. It returns ErrNoOrder.
func (s *Server) SetOrderStatus(orderNo, status string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.findOrder(orderNo)
	if o == nil {
		return fmt.Errorf("setting the status of order %s: %w", orderNo, ErrNoOrder)
	}
	s.settle(o, status)
	return nil
}

func (s *Server) settlePending(orderNo, status string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.findOrder(orderNo)
	switch {
	case o == nil:
		return fmt.Errorf("settling order %s: %w", orderNo, ErrNoOrder)
	case o.Status != StatusPending:
		return fmt.Errorf("settling order %s, which is %s: %w", orderNo, o.Status, ErrNotPending)
	}
	s.settle(o, status)
	return nil
}

// settle gives an order a status and, once in its life, its effect.
func (s *Server) settle(o *Order, status string) {
	o.Status = status
	if status == StatusSucceed && !o.Applied {
		o.Applied = true
		if o.TransactionNo == "" {
			_, _, o.TransactionNo = s.numbers(mustInt(o.ID) - firstOrderID)
		}
		if p := s.numberedPackage(o.ProductID, o.ProductNo, o.serviceIDs()...); p != nil && len(o.Lines) > 0 {
			o.ExpiryBefore = p.Expires
			if line, ok := o.extends(); ok {
				p.Expires = extended(p.Expires, s.now(), line)
			}
			o.ExpiryAfter = p.Expires
		}
	}
	s.notify()
}

// extends is the line by which an order moves the expiry date of its package: the plan's, or the service's of a product
// that is one. A service that is renewed without its plan moves no date of the package.
func (o Order) extends() (OrderLine, bool) {
	i := slices.IndexFunc(o.Lines, func(l OrderLine) bool {
		return l.ServiceType == "plan" || o.OperationType == "renew_service"
	})
	if i < 0 {
		return OrderLine{}, false
	}
	return o.Lines[i], true
}

// extended is the expiry date after a renewal: from the old one, or from now if that is past.
func extended(expires, now time.Time, line OrderLine) time.Time {
	from := expires
	if now.After(from) {
		from = now
	}
	n := max(line.MultiCycle, 1)
	if line.BillingCycle == "monthly" {
		return from.AddDate(0, n, 0)
	}
	return from.AddDate(n, 0, 0)
}

// place records a checked order and gives it its effect. Nothing here looks for an earlier equal order: the vendor does
// not either, as far as anybody knows.
func (s *Server) place(o Order) Order {
	o.ID, o.OrderNo, o.TransactionNo = s.nextNumbers()
	o.CurrencyCode = "USD"
	o.CreateTime = s.now().Add(s.switches.CreateTimeSkew)
	status := s.switches.OrderStatus
	if len(s.statuses) > 0 {
		status, s.statuses = s.statuses[0], s.statuses[1:]
	}
	if status != StatusSucceed {
		o.TransactionNo = ""
	}
	if s.switches.PONumberAsReference {
		o.CustomReferenceNo = o.PONumber
	}
	if p := s.numberedPackage(o.ProductID, o.ProductNo, o.serviceIDs()...); p != nil {
		o.ExpiryBefore = p.Expires
	}
	s.orders = append(s.orders, o)
	placed := &s.orders[len(s.orders)-1]
	s.settle(placed, status)
	s.placed++
	s.notify()
	return placed.clone()
}

func (s *Server) nextNumbers() (id, orderNo, transactionNo string) {
	n := s.nextOrder
	s.nextOrder++
	return s.numbers(n)
}

func (*Server) numbers(n int64) (id, orderNo, transactionNo string) {
	return strconv.FormatInt(firstOrderID+n, 10),
		"XS" + strconv.FormatInt(firstOrderNo+n*orderNoStep, 10),
		"IW" + strconv.FormatInt(firstTransactionNo+n*orderNoStep, 10)
}

func (s *Server) findOrder(key string) *Order {
	for i := range s.orders {
		if o := &s.orders[i]; o.OrderNo == key || o.ID == key {
			return o
		}
	}
	return nil
}

func (s *Server) placedOrders() []Order {
	return s.cloneOrders(slices.DeleteFunc(slices.Clone(s.orders), func(o Order) bool { return o.Raw == nil }))
}

func (*Server) cloneOrders(in []Order) []Order {
	out := make([]Order, len(in))
	for i, o := range in {
		out[i] = o.clone()
	}
	return out
}

func or(a, b string) string {
	if a == "" {
		return b
	}
	return a
}

func mustInt(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return firstOrderID // an id that a test made up: its transaction number does not matter
	}
	return n
}
