package yeastar

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// OrderLine is one plan or service to renew.
type OrderLine struct {
	ServiceType string // "plan" or "service"
	ServiceID   ID     // planId or serviceId
	Quantity    int    // 0 when the line has no quantity
}

// The values of OrderLine.ServiceType.
const (
	LinePlan    = "plan"
	LineService = "service"
)

// Order is a renewal, before it is put into the vendor's form.
type Order struct {
	Product   Product
	PartnerID ID     // the customer; empty for the calling account
	ProductNo string // serial number, for products held by serial number
	BillingID ID
	PONumber  string // empty: left out
	Term      Term   // one of the product's
	Lines     []OrderLine
}

type orderBody struct {
	OperationType string      `json:"operationType"`
	ProductID     int         `json:"productId"`
	ProductNo     string      `json:"productNo,omitempty"`
	PartnerID     string      `json:"partnerId,omitempty"`
	BillingID     json.Number `json:"billingId"`
	PONumber      string      `json:"poNumber,omitempty"`
	ServiceList   []orderLine `json:"serviceList"`
}

type orderLine struct {
	ServiceType      string      `json:"serviceType"`
	ServiceID        json.Number `json:"serviceId"`
	ConnectionPlanID json.Number `json:"connectionPlanId,omitempty"`
	Quantity         int         `json:"quantity,omitempty"`
	PurchaseType     string      `json:"purchaseType"`
	BillingModel     string      `json:"billingModel"`
	BillingCycle     string      `json:"billingCycle"`
	MultiCycle       int         `json:"multiCycle"`
}

// Body is the order as the JSON that PlaceOrder sends. The same order always gives
// the same bytes. It fails when the order does not fit its product or an id is not
// a number. Which values a product wants is in its tutorial, Product.Page.
//
// https://help.yeastar.com/en/pp-ptr/developer-guide/create-an-order.html
func (o Order) Body() (json.RawMessage, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	billing, err := o.BillingID.Number()
	if err != nil {
		return nil, fmt.Errorf("billing contact: %w", err)
	}
	body := orderBody{
		OperationType: o.Product.OperationType,
		ProductID:     o.Product.ID,
		ProductNo:     o.ProductNo,
		PartnerID:     string(o.PartnerID),
		BillingID:     billing,
		PONumber:      o.PONumber,
	}
	var plan json.Number
	for _, l := range o.Lines {
		id, err := l.ServiceID.Number()
		if err != nil {
			return nil, fmt.Errorf("%s line: %w", l.ServiceType, err)
		}
		line := orderLine{
			ServiceType: l.ServiceType, ServiceID: id, Quantity: l.Quantity,
			PurchaseType: o.Product.PurchaseType, BillingModel: o.Product.BillingModel,
			BillingCycle: o.Term.BillingCycle, MultiCycle: o.Term.MultiCycle,
		}
		if l.ServiceType == LinePlan {
			plan = id
		} else {
			line.ConnectionPlanID = plan
		}
		body.ServiceList = append(body.ServiceList, line)
	}
	raw, err := json.Marshal(body)
	if err != nil {
		return nil, fmt.Errorf("encode the order: %w", err)
	}
	return raw, nil
}

// ReadOrder reads an order back from the JSON that Body wrote. Its product is the row of
// the table, or what the body says of one that the table has no more.
func ReadOrder(raw json.RawMessage) (Order, error) {
	var body orderBody
	if err := json.Unmarshal(raw, &body); err != nil {
		return Order{}, fmt.Errorf("read an order: %w", err)
	}
	o := Order{
		Product:   Product{ID: body.ProductID, OperationType: body.OperationType},
		PartnerID: ID(body.PartnerID), ProductNo: body.ProductNo, BillingID: ID(body.BillingID), PONumber: body.PONumber,
	}
	// Of rows that share an id, the body says nothing: they differ in their service alone, and
	// the first one stands for them.
	if i := slices.IndexFunc(products, func(p Product) bool { return p.ID == body.ProductID && p.OperationType == body.OperationType }); i >= 0 {
		o.Product = products[i]
	}
	for _, l := range body.ServiceList {
		o.Term = readTerm(o.Product, l)
		o.Lines = append(o.Lines, OrderLine{ServiceType: l.ServiceType, ServiceID: ID(l.ServiceID), Quantity: l.Quantity})
	}
	return o, nil
}

// readTerm is the term that a line has, with its length where the table has it.
func readTerm(p Product, l orderLine) Term {
	t := Term{BillingCycle: l.BillingCycle, MultiCycle: l.MultiCycle}
	if row, ok := p.Term(t.Key()); ok {
		return row
	}
	return t
}

// check says which rule of its product an order breaks.
func (o Order) check() error {
	if !slices.Contains(o.Product.Terms, o.Term) {
		return fmt.Errorf("%s is not renewed for %s", o.Product.Name, cmp.Or(o.Term.String(), "no time at all"))
	}
	if err := o.checkHolder(); err != nil {
		return err
	}
	return o.checkLines()
}

func (o Order) checkHolder() error {
	switch {
	case o.PartnerID != "" && o.ProductNo != "":
		return errors.New("an order names a customer or a serial number, never both")
	case o.Product.Holder == BySerial && o.PartnerID != "":
		return fmt.Errorf("%s is renewed by its serial number, not for a customer", o.Product.Name)
	case o.Product.Holder == BySerial && o.ProductNo == "":
		return fmt.Errorf("%s needs a serial number", o.Product.Name)
	case o.Product.Holder == ByAccount && o.ProductNo != "":
		return fmt.Errorf("%s is renewed for an account, not for a serial number", o.Product.Name)
	case strings.ContainsFunc(o.ProductNo, func(r rune) bool { return r <= ' ' || r > '~' }):
		return errors.New("a serial number has letters and digits only")
	}
	return nil
}

func (o Order) checkLines() error {
	switch {
	case len(o.Lines) == 0:
		return errors.New("an order needs at least one line")
	case o.Product.PlanLine && !o.Product.ServicesAlone && o.Lines[0].ServiceType != LinePlan:
		return fmt.Errorf("%s is not renewed without its plan", o.Product.Name)
	case o.Product.Service != "" && len(o.Lines) > 1:
		return fmt.Errorf("%s is one service, and the order has %d lines", o.Product.Name, len(o.Lines))
	}
	seen := map[ID]bool{}
	for i, l := range o.Lines {
		switch {
		case seen[l.ServiceID]:
			return fmt.Errorf("line %d repeats %s", i+1, l.ServiceID)
		case l.ServiceType == LinePlan && !o.Product.PlanLine:
			return fmt.Errorf("%s has no plan to renew", o.Product.Name)
		case l.ServiceType == LinePlan && i > 0:
			return errors.New("an order has at most one plan, as its first line")
		case l.ServiceType == LineService && !o.Product.ServiceLines:
			return fmt.Errorf("%s has no services to renew", o.Product.Name)
		case l.ServiceType != LinePlan && l.ServiceType != LineService:
			return fmt.Errorf("line %d has the unknown type %q", i+1, l.ServiceType)
		}
		seen[l.ServiceID] = true
		if err := o.Product.CheckQuantity(l.ServiceType, l.Quantity); err != nil {
			return err
		}
	}
	return nil
}

// CheckQuantity says what is wrong with a line's quantity, in words for the person
// who typed it.
func (p Product) CheckQuantity(serviceType string, quantity int) error {
	switch {
	case p.Quantity == QuantityNone && quantity != 0:
		return fmt.Errorf("%s is renewed without a quantity", p.Name)
	case p.Quantity == QuantityNone:
		return nil
	case quantity < p.MinQuantity:
		return fmt.Errorf("must be at least %d", p.MinQuantity)
	case serviceType == LinePlan && quantity > p.MaxQuantity:
		return fmt.Errorf("must be at most %d", p.MaxQuantity)
	case quantity > 100*p.MaxQuantity:
		return fmt.Errorf("must be at most %d", 100*p.MaxQuantity)
	}
	return nil
}

// The vendor's order states; there may be more.
//
// https://help.yeastar.com/en/pp-ptr/developer-guide/query-order-list.html
const (
	OrderSucceed   = "succeed"
	OrderPending   = "pending"
	OrderFailed    = "failed"
	OrderInvalid   = "invalid"
	OrderCancelled = "cancelled"
	OrderRefunded  = "refunded"
)

// OrderResult is the vendor's answer to an order.
//
// https://help.yeastar.com/en/pp-ptr/developer-guide/create-an-order.html
type OrderResult struct {
	OrderID       ID     `json:"orderId"`
	OrderNo       string `json:"orderNo"`       // "XS" and 19 digits in the sample
	OrderStatus   string `json:"orderStatus"`   // one of the Order… constants, or one not known yet
	TransactionNo string `json:"transactionNo"` // "IW" and 19 digits in the sample
	ProductNo     ID     `json:"productNo"`
	InstanceID    ID     `json:"instanceId"`
	RequestID     string `json:"requestId"` // of the envelope; for support tickets
}
