package yeastar

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"time"
)

// OrderPage is a page of the account's orders.
type OrderPage struct {
	Total      int // of all pages; 0 when the vendor does not say
	TotalPages int // 0 when the vendor does not say: read on until a page is empty
	Orders     []OrderSummary
}

// OrderSummary is an order in the list.
type OrderSummary struct {
	ID                ID
	OrderNo           string
	OrderStatus       string    // one of the Order… constants, or one not known yet
	CreateTime        time.Time // by the vendor's clock; zero when not there
	Currency          string    // "USD", "RMB"
	CustomReferenceNo string
	PartnerID         ID     // of the customer; guessed name, empty when not there
	PONumber          string // guessed name; empty when not there
	Raw               json.RawMessage
}

// Orders reads a page of the orders, the first of which is 1, in the vendor's own
// order, which is not documented.
//
// https://help.yeastar.com/en/pp-ptr/developer-guide/query-order-list.html
func (c *Client) Orders(ctx context.Context, page, size int) (OrderPage, error) {
	return c.orders(ctx, page, size, "")
}

// NewestOrders is Orders and asks for the newest first. The vendor's pages show a
// parameter for that but do not document it, so the caller has to look at the times.
//
// https://help.yeastar.com/en/pp-ptr/developer-guide/query-order-list.html
func (c *Client) NewestOrders(ctx context.Context, page, size int) (OrderPage, error) {
	return c.orders(ctx, page, size, "-id")
}

func (c *Client) orders(ctx context.Context, no, size int, sort string) (OrderPage, error) {
	query := url.Values{}
	setPage(query, no, size)
	if sort != "" {
		query.Set("sort", sort)
	}
	env, err := c.get(ctx, callOrders, "/order/openapi/order/v1/page", query)
	if err != nil {
		return OrderPage{}, err
	}
	p, err := readPage(env.Result)
	if err != nil {
		return OrderPage{}, misread(callOrders, env, err)
	}
	out := OrderPage{Total: p.total, TotalPages: p.pages}
	for _, raw := range p.entries {
		if o := readOrderSummary(raw); o.ID != "" || o.OrderNo != "" {
			out.Orders = append(out.Orders, o)
		}
	}
	// An order that cannot be read must not look like one that is not there.
	if len(out.Orders) != len(p.entries) {
		return OrderPage{}, misread(callOrders, env, errors.New("an order of the list has neither id nor number"))
	}
	return out, nil
}

func readOrderSummary(raw json.RawMessage) OrderSummary {
	f, _ := asObject(raw)
	o := OrderSummary{
		ID:                findID(f, fieldOrderID),
		OrderNo:           findText(f, fieldOrderNo),
		OrderStatus:       findText(f, fieldOrderStatus),
		Currency:          findText(f, fieldOrderCurrency),
		CustomReferenceNo: findText(f, fieldOrderReference),
		PartnerID:         findID(f, fieldOrderPartner),
		PONumber:          findText(f, fieldOrderPO),
		Raw:               raw,
	}
	o.CreateTime, _ = find(f, fieldOrderCreated, timeOf)
	return o
}

// OrderDetail is one order. The product's three fields are documented, the names of
// all others are guessed or inferred, and any may be empty.
type OrderDetail struct {
	ProductID   ID
	ProductName string
	ProductNo   string

	ID                ID
	OrderNo           string
	OrderStatus       string
	CreateTime        time.Time
	PONumber          string
	CustomReferenceNo string
	TransactionNo     string
	PartnerID         ID
	BillingID         ID
	Price             *Price
	Lines             []OrderDetailLine
	Quantity          *int      // of the plan's line, or of the only one
	Expiry            time.Time // of the package, after the order; zero when not there

	// The documented parts of the answer, as they came.
	BasicInformation, BillingInformation, OrderInformation, OrderSummary json.RawMessage
	Raw                                                                  json.RawMessage
}

// OrderDetailLine is a plan or a service of an order that was placed.
type OrderDetailLine struct {
	ServiceType string // "plan", "service"; empty when the answer does not say
	ServiceID   ID
	Name        string
	Quantity    *int
	// The term, as far as it is told: BillingCycle is empty and MultiCycle nil where it is not.
	BillingCycle string
	MultiCycle   *int
}

// Order reads one order, by its id or its number.
//
// https://help.yeastar.com/en/pp-ptr/developer-guide/get-order-details.html
func (c *Client) Order(ctx context.Context, idOrNo string) (OrderDetail, error) {
	seg, err := segment(idOrNo)
	if err != nil {
		return OrderDetail{}, &Error{Op: callOrderDetail, Class: ClassNotSent, Err: err}
	}
	env, err := c.get(ctx, callOrderDetail, "/order/openapi/order/v1/get/"+seg, nil)
	if err != nil {
		return OrderDetail{}, err
	}
	raw, err := one(env.Result)
	if err != nil {
		return OrderDetail{}, misread(callOrderDetail, env, err)
	}
	return readOrderDetail(raw), nil
}

func readOrderDetail(raw json.RawMessage) OrderDetail {
	f, _ := asObject(raw)
	d := OrderDetail{
		ProductID:         findID(f, fieldDetailProductID),
		ProductName:       findText(f, fieldDetailProduct),
		ProductNo:         findText(f, fieldDetailProductNo),
		ID:                findID(f, fieldDetailID),
		OrderNo:           findText(f, fieldDetailNo),
		OrderStatus:       findText(f, fieldDetailStatus),
		PONumber:          findText(f, fieldDetailPO),
		CustomReferenceNo: findText(f, fieldDetailReference),
		TransactionNo:     findText(f, fieldDetailTransact),
		PartnerID:         findID(f, fieldDetailPartner),
		BillingID:         findID(f, fieldDetailBilling),
		Price:             findPrice(f, fieldDetailAmount, fieldDetailCurrency),

		BasicInformation:   f.at("basicInformation"),
		BillingInformation: f.at("billingInformation"),
		OrderInformation:   f.at("orderInformation"),
		OrderSummary:       f.at("orderSummary"),
		Raw:                raw,
	}
	d.CreateTime, _ = find(f, fieldDetailCreated, timeOf)
	d.Expiry, _ = find(f, fieldDetailExpiry, timeOf)
	d.Lines = readLines(raw, d.OrderSummary)
	d.Quantity = planQuantity(d.Lines)
	return d
}

// readLines takes every object of the summary that has the id of a plan or a service
// for a line, but not the plan that a service's own line tells about.
func readLines(raw, summary json.RawMessage) []OrderDetailLine {
	if isNull(summary) {
		summary = raw
	}
	var lines []OrderDetailLine
	walk(summary, false, maxDepth, func(o object, inService bool) bool {
		service := o.id("serviceId") != ""
		if id := findID(o, fieldLineServiceID); id != "" && (service || !inService) {
			lines = append(lines, OrderDetailLine{
				ServiceType: findText(o, fieldLineType), ServiceID: id,
				Name: findText(o, fieldLineName), Quantity: findInt(o, fieldLineQuantity),
				BillingCycle: findCycle(o, fieldLineCycle), MultiCycle: findInt(o, fieldLineMultiCycle),
			})
		}
		return inService || service
	})
	return lines
}

func planQuantity(lines []OrderDetailLine) *int {
	for _, l := range lines {
		if l.ServiceType == LinePlan || len(lines) == 1 {
			return l.Quantity
		}
	}
	return nil
}
