package yeastarsim

import (
	"math/big"
	"net/http"
	"strconv"
)

func (s *Server) orderPage(c *call) (any, *refusal) {
	newestFirst := !s.switches.OldestFirst
	switch c.query.Get("sort") {
	case "":
	case "id":
		newestFirst = false
	case "-id":
		newestFirst = true
	default:
		return nil, invalid("sort is not supported.", "sort", "oneof")
	}
	return s.page(c, len(s.orders), func(i int) object {
		if newestFirst {
			i = len(s.orders) - 1 - i
		}
		return s.orderItem(&s.orders[i], !s.switches.NoPONumberInList)
	})
}

// orderItem holds the documented fields of the order list, and what switches add.
func (s *Server) orderItem(o *Order, poNumber bool) object {
	out := object{
		"id": s.idText(o.ID), "orderNo": o.OrderNo, "orderStatus": o.Status, "createTime": s.epoch(o.CreateTime),
		"currencyCode": o.CurrencyCode, "customReferenceNo": o.CustomReferenceNo, "invoiceNo": o.InvoiceNo,
	}
	if s.switches.EchoPONumber && poNumber {
		put(out, s.names.PONumber, o.PONumber)
	}
	if s.switches.Price {
		put(out, s.names.TotalAmount, s.total(o))
	}
	if s.switches.Owner {
		s.addOwner(out, o.PartnerID)
	}
	return out
}

func (s *Server) orderGet(c *call) (any, *refusal) {
	o := s.findOrder(c.id)
	if o == nil {
		return nil, &refusal{status: http.StatusNotFound, code: "order_not_found", detail: "The order does not exist."}
	}
	basic := object{
		"productId": s.idText(strconv.Itoa(o.ProductID)), "productName": "", "productNo": s.idText(o.ProductNo),
	}
	product := s.product(o.ProductID)
	if product != nil {
		basic["productName"] = product.Name
	}
	billing := object{"billingContactId": s.idText(o.BillingID)} // the contact may be gone by now
	if i := s.contactIndex(o.BillingID); i >= 0 {
		billing = s.contactItem(s.contacts[i])
	}
	if s.switches.CopiedContacts {
		billing["billingContactId"] = s.idText("99" + o.ID)
	}
	information := object{}
	if s.switches.OrderInformation {
		information = s.orderItem(o, !s.switches.NoPONumberInDetails)
	} else {
		billing = object{}
	}
	if s.switches.NoStatusInDetails {
		delete(information, "orderStatus")
	}
	if s.switches.InvoiceStatus != "" {
		basic["status"] = s.switches.InvoiceStatus
	}
	summary := object{}
	if s.switches.OrderLines {
		lines := []object{}
		for _, l := range o.Lines {
			lines = append(lines, s.lineItem(product, l))
		}
		put(summary, s.names.OrderLines, lines)
	}
	if s.switches.Price {
		put(summary, s.names.TotalAmount, s.total(o))
		put(summary, s.names.Currency, o.CurrencyCode)
	}
	if s.switches.Expiry && !o.ExpiryAfter.IsZero() {
		put(summary, s.names.ExpireDate, s.expiry(o.ExpiryAfter))
	}
	return object{
		"basicInformation": basic, "billingInformation": billing,
		"orderInformation": information, "orderSummary": summary,
	}, nil
}

func (s *Server) lineItem(product *Product, l OrderLine) object {
	out := object{"serviceType": l.ServiceType, "serviceId": s.idNumber(l.ServiceID), "quantity": l.Quantity}
	if l.ConnectionPlanID != "" {
		out["connectionPlanId"] = s.idNumber(l.ConnectionPlanID)
	}
	if s.switches.OrderTerm {
		out["billingCycle"], out["multiCycle"] = l.BillingCycle, l.MultiCycle
	}
	if product != nil {
		if p := product.plan(l.ServiceID); p != nil {
			put(out, s.names.LineName, p.Name)
		}
		if v := product.service(l.ServiceID); v != nil {
			put(out, s.names.LineName, v.Name)
		}
	}
	if s.switches.Price {
		put(out, s.names.LineAmount, lineAmount(product, l).FloatString(2))
	}
	return out
}

func (s *Server) total(o *Order) string {
	sum := new(big.Rat)
	product := s.product(o.ProductID)
	for _, l := range o.Lines {
		sum.Add(sum, lineAmount(product, l))
	}
	return sum.FloatString(2)
}

// lineAmount is price times quantity times cycles, of which a month is a twelfth; an uncounted line is one, and a price
// that is no number is nothing.
func lineAmount(product *Product, l OrderLine) *big.Rat {
	price := ""
	if product != nil {
		if p := product.plan(l.ServiceID); p != nil {
			price = p.UnitPrice
		}
		if v := product.service(l.ServiceID); v != nil {
			price = v.UnitPrice
		}
	}
	amount, ok := new(big.Rat).SetString(price)
	if !ok {
		return new(big.Rat)
	}
	year := int64(1)
	if l.BillingCycle == "monthly" {
		year = 12
	}
	return amount.Mul(amount, big.NewRat(int64(max(l.Quantity, 1)*max(l.MultiCycle, 1)), year))
}
