package yeastarsim

// Names are the INVENTED field names: the guide says or suggests that something of the kind is in the answer, but not
// what it is called. Nothing outside this file may guess a name, and none is guessed that would stand before the last one
// known of its table: the guide's tables are in the order of the alphabet. WithNames replaces them; an empty name leaves a
// field that a switch brings out of the answers again.
type Names struct {
	// purchase_product_info: the two lists, and what is in them beside planId and serviceId.
	PlanList, ServiceList            string
	PlanName, ServiceName            string
	PricingPlanID, PricingServiceID  string
	ProductName                      string
	UnitPrice, Currency, TotalAmount string // switch Price
	CurrentQuantity                  string // switch CurrentQuantity
	ExpireDate                       string // switch Expiry
	BillingCycle, PackageCycle       string // switch Cycle: in renewal answers, and of packages
	OwnerID, OwnerCompany            string // switch Owner
	PackagePlanName, PackageServices string // switch PackagePlan
	OrderLines, LineName, LineAmount string // switch OrderLines; amounts by switch Price
	PONumber                         string // switch EchoPONumber
}

func defaultNames() Names {
	return Names{
		PlanList: "productPlanList", ServiceList: "serviceList",
		PlanName: "planName", ServiceName: "serviceName",
		PricingPlanID: "pricingPlanId", PricingServiceID: "pricingServiceId",
		ProductName: "productName",
		UnitPrice:   "unitPrice", Currency: "currencyCode", TotalAmount: "totalAmount",
		CurrentQuantity: "currentQuantity",
		ExpireDate:      "expireDate",
		BillingCycle:    "billingCycle", PackageCycle: "planBillingCycle",
		OwnerID: "partnerId", OwnerCompany: "partnerName",
		PackagePlanName: "planName", PackageServices: "serviceList",
		OrderLines: "serviceList", LineName: "serviceName", LineAmount: "amount",
		PONumber: "poNumber",
	}
}
