package yeastarsim

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

func (s *Server) productList(*call) (any, *refusal) {
	items := []object{}
	for _, p := range s.products {
		items = append(items, object{"name": p.Name, "productId": s.productIDNumber(p.ID)})
	}
	return s.list(items), nil
}

// productOf reads the productId that most look-ups require.
func (s *Server) productOf(c *call) (*Product, *refusal) {
	text := c.query.Get("productId")
	if text == "" {
		return nil, invalid("productId is required.", "productId", "required")
	}
	id, err := strconv.Atoi(text)
	if err != nil {
		return nil, invalid("productId must be an integer.", "productId", "number")
	}
	p := s.product(id)
	if p == nil {
		return nil, invalid("The product does not exist.", "productId", "exists")
	}
	return p, nil
}

// packageOf reads productNo; a renewal look-up requires it.
func (s *Server) packageOf(c *call, product *Product, required bool) (*Package, *refusal) {
	no := c.query.Get("productNo")
	if no == "" {
		if required {
			return nil, invalid("productNo is required.", "productNo", "required")
		}
		return nil, nil
	}
	p := s.numberedPackage(product.ID, no)
	if p == nil || (s.switches.HideCustomerPackages && p.PartnerID != "") {
		return nil, &refusal{status: http.StatusBadRequest, code: codeNoPackage, detail: "The product does not exist."}
	}
	return p, nil
}

func bySerialAlways(productID int) bool { return productID == LinkusCloud || productID == Appliance }

func (s *Server) purchaseProductInfo(c *call) (any, *refusal) {
	product, ref := s.productOf(c)
	if ref != nil {
		return nil, ref
	}
	if _, ref := s.packageOf(c, product, bySerialAlways(product.ID)); ref != nil {
		return nil, ref
	}
	plans, services := []object{}, []object{}
	for _, p := range product.Plans {
		plans = append(plans, tried(p.Trial, object{"planId": s.idNumber(p.ID), s.names.PricingPlanID: s.idText(p.PricingID), s.names.PlanName: p.Name}))
	}
	for _, v := range product.Services {
		services = append(services, tried(v.Trial, object{"serviceId": s.idNumber(v.ID), s.names.PricingServiceID: s.idText(v.PricingID), s.names.ServiceName: v.Name}))
	}
	return object{
		"offeringId": s.idText(product.OfferingID), "productId": s.productIDNumber(product.ID), s.names.ProductName: product.Name,
		s.names.PlanList: plans, s.names.ServiceList: services,
	}, nil
}

// tried marks what can only be tried.
func tried(trial bool, out object) object {
	if trial {
		out["purchaseType"] = "trial"
	}
	return out
}

func (s *Server) planInfo(c *call) (any, *refusal) {
	product, ref := s.productOf(c)
	if ref != nil {
		return nil, ref
	}
	renewal := c.route.endpoint == RenewPlanInfo
	pkg, ref := s.packageOf(c, product, renewal || bySerialAlways(product.ID))
	if ref != nil {
		return nil, ref
	}
	i := slices.IndexFunc(product.Plans, func(p Plan) bool { return p.PricingID == c.id })
	if i < 0 || (renewal && pkg.PlanID != product.Plans[i].ID) {
		return nil, &refusal{status: http.StatusBadRequest, code: codeNoPlan, detail: "The plan does not exist."}
	}
	plan := product.Plans[i]
	out := object{"planId": s.idNumber(plan.ID), s.names.PricingPlanID: s.idText(plan.PricingID), s.names.PlanName: plan.Name}
	s.addPrice(out, plan.UnitPrice)
	if renewal {
		s.addState(out, pkg, s.names.BillingCycle)
		s.addTotal(out, product, OrderLine{ServiceID: plan.ID, Quantity: pkg.Extensions, BillingCycle: pkg.Cycle})
	}
	return out, nil
}

func (s *Server) addOnInfo(c *call) (any, *refusal) {
	product, ref := s.productOf(c)
	if ref != nil {
		return nil, ref
	}
	renewal := c.route.endpoint == RenewAddOnInfo
	pkg, ref := s.packageOf(c, product, renewal)
	if ref != nil {
		return nil, ref
	}
	if id := c.query.Get("connectionPlanId"); id != "" && product.plan(id) == nil {
		return nil, &refusal{status: http.StatusBadRequest, code: codeNoPlan, detail: "The plan does not exist."}
	}
	i := slices.IndexFunc(product.Services, func(v Service) bool { return v.PricingID == c.id })
	if i >= 0 && renewal {
		pkg = s.numberedPackage(product.ID, pkg.ProductNo, product.Services[i].ID)
	}
	if i < 0 || (renewal && pkg.service(product.Services[i].ID) == nil) {
		return nil, &refusal{status: http.StatusBadRequest, code: codeNoService, detail: "The service does not exist."}
	}
	service := product.Services[i]
	out := object{"serviceId": s.idNumber(service.ID), s.names.PricingServiceID: s.idText(service.PricingID), s.names.ServiceName: service.Name}
	s.addPrice(out, service.UnitPrice)
	if renewal {
		quantity := pkg.service(service.ID).Quantity
		s.addState(out, pkg, s.names.BillingCycle)
		s.addTotal(out, product, OrderLine{ServiceID: service.ID, Quantity: quantity, BillingCycle: pkg.Cycle})
		if s.switches.CurrentQuantity {
			put(out, s.names.CurrentQuantity, quantity)
		}
	}
	return out, nil
}

// put sets an invented field unless its name was taken away.
func put(out object, name string, value any) {
	if name != "" {
		out[name] = value
	}
}

func (s *Server) addPrice(out object, unit string) {
	if s.switches.Price {
		put(out, s.names.UnitPrice, unit)
		put(out, s.names.Currency, "USD")
	}
}

func (s *Server) addTotal(out object, product *Product, l OrderLine) {
	if s.switches.Price {
		put(out, s.names.TotalAmount, lineAmount(product, l).FloatString(2))
	}
}

// addState adds what the guide expects in an answer about an owned product without naming it.
func (s *Server) addState(out object, p *Package, cycle string) {
	if s.switches.CurrentQuantity && p.Extensions > 0 {
		put(out, s.names.CurrentQuantity, p.Extensions)
	}
	if s.switches.Cycle {
		put(out, cycle, p.Cycle)
	}
	if s.switches.Expiry {
		put(out, s.names.ExpireDate, s.expiry(p.Expires))
	}
	if s.switches.Owner {
		s.addOwner(out, p.PartnerID)
	}
	if !s.switches.PackagePlan {
		return
	}
	product := s.product(p.ProductID)
	if product == nil {
		return
	}
	if plan := product.plan(p.PlanID); plan != nil {
		out["planId"] = s.idNumber(plan.ID)
		put(out, s.names.PackagePlanName, plan.Name)
	}
	services := []object{}
	for _, held := range p.Services {
		item := object{"serviceId": s.idNumber(held.ServiceID)}
		put(item, s.names.CurrentQuantity, held.Quantity)
		if v := product.service(held.ServiceID); v != nil {
			put(item, s.names.ServiceName, v.Name)
		}
		services = append(services, item)
	}
	put(out, s.names.PackageServices, services)
}

func (s *Server) addOwner(out object, partnerID string) {
	company := s.account.Company
	if i := s.customerIndex(partnerID); i >= 0 {
		company = s.customers[i].Company
	} else if partnerID != "" {
		company = "" // a customer that was removed
	}
	put(out, s.names.OwnerID, s.idText(partnerID))
	put(out, s.names.OwnerCompany, company)
}

func (s *Server) instanceProductList(c *call) (any, *refusal) {
	product, ref := s.productOf(c)
	if ref != nil {
		return nil, ref
	}
	var visible []*Package
	for i := range s.packages {
		if p := &s.packages[i]; p.ProductID == product.ID && (p.PartnerID == "" || !s.switches.HideCustomerPackages) {
			visible = append(visible, p)
		}
	}
	return s.page(c, len(visible), func(i int) object { return s.packageItem(visible[i]) })
}

func (s *Server) instanceProductDetail(c *call) (any, *refusal) {
	product, ref := s.productOf(c)
	if ref != nil {
		return nil, ref
	}
	p, ref := s.packageOf(c, product, true)
	if ref != nil {
		return nil, ref
	}
	out := s.packageItem(p)
	if s.switches.OwnerListed {
		delete(out, s.names.OwnerID)
		delete(out, s.names.OwnerCompany)
	}
	out["createTime"] = s.epoch(p.Created)
	out["currentPlan"], out["currentPlanExpireDate"] = p.CurrentPlan, "" // filled only while a plan switch is pending
	if p.CurrentPlan != "" {
		out["currentPlanExpireDate"] = s.expiry(p.CurrentPlanExpires)
	}
	return out, nil
}

// existedAutoRenew says whether a package renews itself.
func (s *Server) existedAutoRenew(c *call) (any, *refusal) {
	product, ref := s.productOf(c)
	if ref != nil {
		return nil, ref
	}
	p, ref := s.packageOf(c, product, true)
	if ref != nil {
		return nil, ref
	}
	if s.switches.NoAutoRenewal {
		return nil, &refusal{status: http.StatusBadRequest, code: codeNoPackage, detail: "The product does not exist."}
	}
	return object{"autoRenew": p.AutoRenew}, nil
}

func (s *Server) packageItem(p *Package) object {
	out := object{
		"activationCode": "", "activationStatus": "activated", "comment": p.Comment,
		"productId": s.productIDNumber(p.ProductID), "productNo": s.idText(p.ProductNo),
	}
	s.addState(out, p, s.names.PackageCycle)
	return out
}

func (s *Server) partnerList(*call) (any, *refusal) {
	items := make([]object, len(s.customers))
	for i, c := range s.customers {
		items[i] = s.customerItem(c)
	}
	return s.list(items), nil
}

// subordinateUser finds by partner id or by e-mail: the guide describes the one and shows the other.
func (s *Server) subordinateUser(c *call) (any, *refusal) {
	for _, u := range s.customers {
		if u.PartnerID == c.id || strings.EqualFold(u.Email, c.id) {
			return s.customerItem(u), nil
		}
	}
	return nil, &refusal{status: http.StatusBadRequest, code: codeNoUser, detail: "The user does not exist."}
}

func (s *Server) customerItem(c Customer) object {
	out := addressItem(c.Address)
	out["partnerId"], out["email"], out["userType"] = s.idText(c.PartnerID), c.Email, "Enduser"
	return out
}

func (s *Server) billingContactList(*call) (any, *refusal) {
	items := make([]object, len(s.contacts))
	for i, c := range s.contacts {
		items[i] = s.contactItem(c)
	}
	return s.list(items), nil
}

func (s *Server) contactItem(c BillingContact) object {
	out := addressItem(c.Address)
	out["billingContactId"], out["emailAddress"] = s.idText(c.ID), c.EmailAddress
	return out
}

func addressItem(a Address) object {
	return object{
		"company": a.Company, "firstName": a.FirstName, "lastName": a.LastName, "phoneNumber": a.PhoneNumber,
		"country": a.Country, "stateProvince": a.StateProvince, "city": a.City, "street": a.Street,
		"zipCode": a.ZipCode, "taxNum": a.TaxNum, "remark": a.Remark,
	}
}

func (p *Package) service(id string) *PackageService {
	for i := range p.Services {
		if p.Services[i].ServiceID == id {
			return &p.Services[i]
		}
	}
	return nil
}
