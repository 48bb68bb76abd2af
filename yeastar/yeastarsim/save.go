package yeastarsim

import (
	"fmt"
	"mime"
	"net/http"
	"slices"
)

// orderSave checks a renewal as far as the guide says what is right, and places it. A request that has been seen before
// is a new order.
func (s *Server) orderSave(c *call) (any, *refusal) {
	if mediaType, _, err := mime.ParseMediaType(c.Header.Get("Content-Type")); err != nil || mediaType != "application/json" {
		return nil, &refusal{status: http.StatusUnsupportedMediaType, code: codeInvalid,
			detail: "Content-Type must be application/json.", result: object{"field": "Content-Type", "tag": "oneof"}}
	}
	o, lines, ref := s.readOrder(c.body)
	if ref != nil {
		return nil, ref
	}
	product := s.product(o.ProductID)
	rule, ok := renewalRule{}, false
	if product != nil {
		rule, ok = ruleOf(product.ID, product.firstService(o.Lines))
	}
	if !ok {
		return nil, invalid("The product cannot be renewed.", "productId", "exists")
	}
	if o.OperationType != rule.Operation {
		return nil, invalid("operationType does not fit the product.", "operationType", "oneof")
	}
	pkg, ref := s.holding(&o, rule)
	if ref != nil {
		return nil, ref
	}
	if ref := s.checkOrder(o, lines, rule, product, pkg); ref != nil {
		return nil, ref
	}
	o.ProductNo, o.InstanceID, o.PartnerID = pkg.ProductNo, pkg.InstanceID, pkg.PartnerID
	o.Raw = slices.Clone(c.body)
	placed := s.place(o)
	c.orderNo = placed.OrderNo
	return object{
		"instanceId": s.idText(placed.InstanceID), "orderId": s.idText(placed.ID), "orderNo": placed.OrderNo,
		"orderStatus": placed.Status, "productNo": s.idText(placed.ProductNo), "transactionNo": placed.TransactionNo,
	}, nil
}

// lineFields is a line together with the object it was read from, so that refusals can name the field.
type lineFields struct {
	*fields
	hasQuantity bool
}

func (s *Server) readOrder(body []byte) (Order, []lineFields, *refusal) {
	var o Order
	f, ref := readFields(body, "")
	if ref != nil {
		return o, nil, ref
	}
	o.OperationType = f.text("operationType", true)
	o.ProductID, _ = f.count("productId", true)
	o.BillingID = f.id("billingId", true)
	o.ProductNo = f.text("productNo", false)
	o.PartnerID = f.text("partnerId", false)
	o.PONumber = f.text("poNumber", false)
	items := f.array("serviceList")
	if id := f.text("assignId", false); id != "" && s.customerIndex(id) < 0 {
		f.fail("assignId", "exists", "does not exist")
	}
	if v := f.value("partnerId", false); v != nil && o.PartnerID == "" {
		f.fail("partnerId", "required", "must not be empty") // an empty id must not fall back to the own account
	}
	if f.value("orderPceSpecialRequest", false) != nil {
		f.fail("orderPceSpecialRequest", "excluded", "is for purchases only")
	}
	if s.switches.RefuseUnknownFields {
		f.refuseUnknown()
	}
	if f.err != nil {
		return o, nil, f.err
	}
	var lines []lineFields
	for i, item := range items {
		lf, ref := readFields(item, fmt.Sprintf("serviceList[%d].", i))
		if ref != nil {
			return o, nil, ref
		}
		line, has := s.readLine(lf)
		if lf.err != nil {
			return o, nil, lf.err
		}
		o.Lines = append(o.Lines, line)
		lines = append(lines, lineFields{lf, has})
	}
	return o, lines, nil
}

func (s *Server) readLine(f *fields) (OrderLine, bool) {
	l := OrderLine{
		ServiceType:      f.text("serviceType", true),
		ServiceID:        f.id("serviceId", true),
		ConnectionPlanID: f.id("connectionPlanId", false),
		PurchaseType:     f.text("purchaseType", true),
		BillingModel:     f.text("billingModel", true),
		BillingCycle:     f.text("billingCycle", true),
	}
	var has bool
	l.Quantity, has = f.count("quantity", false)
	l.MultiCycle, _ = f.count("multiCycle", true)
	if s.switches.RefuseUnknownFields {
		f.refuseUnknown()
	}
	return l, has
}

// holding finds the package that an order is for: a PBX by its serial number, anything else by whose it is. No renewal
// tutorial has a partnerId beside a productNo.
func (s *Server) holding(o *Order, rule renewalRule) (*Package, *refusal) {
	if o.PartnerID != "" && o.ProductNo != "" {
		return nil, invalid("partnerId must not stand beside productNo.", "partnerId", "excluded_with")
	}
	if o.PartnerID != "" && s.customerIndex(o.PartnerID) < 0 {
		return nil, &refusal{status: http.StatusBadRequest, code: codeNoUser, detail: "The user does not exist.", result: object{"field": "partnerId", "tag": "exists"}}
	}
	var p *Package
	switch {
	case rule.BySerial && o.ProductNo == "":
		return nil, invalid("productNo is required.", "productNo", "required")
	case rule.BySerial:
		p = s.numberedPackage(o.ProductID, o.ProductNo)
	default:
		if p = s.heldPackage(o.ProductID, o.PartnerID, o.serviceIDs()...); p != nil && o.ProductNo != "" && p.ProductNo != o.ProductNo {
			p = nil
		}
	}
	if p == nil {
		return nil, &refusal{status: http.StatusBadRequest, code: codeNoPackage, detail: "The user has no such product."}
	}
	return p, nil
}

func (s *Server) checkOrder(o Order, lines []lineFields, rule renewalRule, product *Product, pkg *Package) *refusal {
	if s.contactIndex(o.BillingID) < 0 {
		return &refusal{status: http.StatusBadRequest, code: codeNoContact, detail: "The billing contact does not exist.", result: object{"field": "billingId", "tag": "exists"}}
	}
	if s.switches.UniquePONumbers && o.PONumber != "" && slices.ContainsFunc(s.orders, func(old Order) bool { return old.PONumber == o.PONumber }) {
		return &refusal{status: http.StatusBadRequest, code: codeDuplicatePO, detail: "The purchase order number exists already."}
	}
	var planID string
	seen := make(map[string]bool)
	for i, l := range o.Lines {
		if l.ServiceType == "plan" {
			if planID != "" {
				lines[i].fail("serviceType", "unique", "must be plan at most once")
				return lines[i].err
			}
			planID = l.ServiceID
		}
		if seen[l.ServiceID] {
			lines[i].fail("serviceId", "unique", "must not be repeated")
			return lines[i].err
		}
		seen[l.ServiceID] = true
	}
	if rule.Only != "" && len(o.Lines) > 1 {
		lines[1].fail("serviceType", "max", "must be in an order of its own")
		return lines[1].err
	}
	for i, l := range o.Lines {
		if ref := s.checkLine(l, lines[i], rule, product, pkg, planID); ref != nil {
			return ref
		}
	}
	missing := planID == "" && rule.Together
	if planID != "" && (rule.Together || s.switches.ServicesWithPlan) {
		missing = slices.ContainsFunc(pkg.Services, func(held PackageService) bool { return !seen[held.ServiceID] })
	}
	if missing {
		return &refusal{status: http.StatusBadRequest, code: codeServices, detail: "The plan and its services must be renewed together."}
	}
	return nil
}

// checkLine checks one line; planID is the order's plan line, if it has one.
func (s *Server) checkLine(l OrderLine, f lineFields, rule renewalRule, product *Product, pkg *Package, planID string) *refusal {
	if l.PurchaseType != "renew" {
		f.fail("purchaseType", "oneof", "does not fit operationType")
	}
	if l.BillingModel != "recurring" {
		f.fail("billingModel", "oneof", "must be recurring")
	}
	rule.checkCycle(l, f.fields, pkg.Cycle)
	if f.err != nil {
		return f.err
	}
	var current int
	var counted bool
	switch {
	case l.ServiceType == "plan" && rule.Plan:
		if plan := product.plan(l.ServiceID); plan == nil || plan.Trial || pkg.PlanID != l.ServiceID {
			return &refusal{status: http.StatusBadRequest, code: codeNoPlan, detail: "The plan does not exist or is not subscribed.", result: object{"field": f.path + "serviceId", "tag": "exists"}}
		}
		current, counted = pkg.Extensions, rule.Extensions
		if l.ConnectionPlanID != "" && l.ConnectionPlanID != planID {
			f.fail("connectionPlanId", "eqfield", "must be the plan's id")
		}
	case l.ServiceType == "service" && rule.Services:
		service, held := product.service(l.ServiceID), pkg.service(l.ServiceID)
		if service == nil || service.Trial || held == nil || (rule.Only != "" && rule.Only != service.Name) {
			return &refusal{status: http.StatusBadRequest, code: codeNoService, detail: "The service does not exist or is not subscribed.", result: object{"field": f.path + "serviceId", "tag": "exists"}}
		}
		current, counted = held.Quantity, service.Counted
		switch {
		case planID != "" && l.ConnectionPlanID == "":
			f.fail("connectionPlanId", "required", "is required with a plan")
		case l.ConnectionPlanID != "" && l.ConnectionPlanID != or(planID, pkg.PlanID):
			f.fail("connectionPlanId", "eqfield", "must be the plan's id")
		}
	default:
		f.fail("serviceType", "oneof", "does not fit the product")
	}
	if f.err == nil {
		s.checkQuantity(l, f, rule, current, counted)
	}
	return f.err
}

func (s *Server) checkQuantity(l OrderLine, f lineFields, rule renewalRule, current int, counted bool) {
	switch {
	case !rule.Extensions && f.hasQuantity:
		f.fail("quantity", "excluded", "does not fit the product")
	case !counted:
		if f.hasQuantity && l.Quantity != 1 {
			f.fail("quantity", "excluded", "does not fit the line")
		}
	case !f.hasQuantity:
		f.fail("quantity", "required", "is required")
	case l.Quantity < 1:
		f.fail("quantity", "min", "must be at least 1")
	case l.Quantity != current && !s.switches.AcceptAnyQuantity:
		f.err = &refusal{status: http.StatusBadRequest, code: codeQuantity,
			detail: "The quantity must be exactly the same as the current one.", result: object{"field": f.path + "quantity", "tag": "eq"}}
	}
}
