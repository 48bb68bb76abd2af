package yeastar

import "slices"

// Certainty says how well a field's name is known.
type Certainty string

// The certainties, as in README.md.
const (
	Documented Certainty = "documented" // the vendor's page or a tutorial has the name for this answer
	Inferred   Certainty = "inferred"   // the vendor uses the name for the same thing elsewhere
	Guessed    Certainty = "guessed"
)

// Candidate is a path at which a field may be.
type Candidate struct {
	// Path is the names from the answer's result down, separated by dots; for a plan,
	// a service or a line, from its own object down.
	Path      string
	Certainty Certainty
}

// Field is a value that answers may hold, with the paths at which it is looked for, the best
// first. Everything works when none of them is there.
type Field struct {
	Answer     string // the call's name
	Name       string // the Go field
	Candidates []Candidate
}

// This file has every name that the part of the vendor's pages that could be read does
// not give (and, beside them, the documented ones of the same answers). Correct it here
// when an answer of a live account shows the true name: `check -live` prints which
// were found.
//
// The tables of the pages are in the order of the alphabet (README.md, section 2.2), so a
// name that would stand before the last one that could be read is in no such answer: it is
// not guessed. TestNoGuessThatThePagesRuleOut holds that.

const (
	callProducts       = "product_list"
	callCatalogue      = "purchase_product_info"
	callCustomers      = "partner_list"
	callCustomer       = "subordinate_user"
	callContacts       = "billing_contact_list"
	callRenewPlan      = "renew_plan_info"
	callRenewService   = "renew_add_on_info"
	callOwnedProducts  = "instance_product_list"
	callOwnedProduct   = "instance_product_detail"
	callOrders         = "order_page"
	callOrderDetail    = "order_get"
	callAutoRenewal    = "existed_auto_renew"
	answerRenewal      = "renew_plan_info, renew_add_on_info"
	answerOwnedProduct = "instance_product_list, instance_product_detail"
)

func documented(paths ...string) []Candidate { return candidates(Documented, paths) }
func inferred(paths ...string) []Candidate   { return candidates(Inferred, paths) }
func guessed(paths ...string) []Candidate    { return candidates(Guessed, paths) }

// candidates is called for each field, and would be written out at each of them: 30 KB of the program.
//
//go:noinline
func candidates(c Certainty, paths []string) []Candidate {
	out := make([]Candidate, len(paths))
	for i, p := range paths {
		out[i] = Candidate{Path: p, Certainty: c}
	}
	return out
}

//go:noinline
func field(answer, name string, paths ...[]Candidate) Field {
	return Field{Answer: answer, Name: name, Candidates: slices.Concat(paths...)}
}

// purchase_product_info. Plans and services are the objects with a planId or a
// serviceId, wherever they are, so the names of the lists need not be known. The
// paths of Plan and Service start at such an object. There is deliberately no
// guess for the two ids: they go into orders.
var (
	fieldOfferingID       = field(callCatalogue, "OfferingID", documented("offeringId"))
	fieldPlanID           = field(callCatalogue, "Plan.ID", documented("planId"))
	fieldPlanName         = field(callCatalogue, "Plan.Name", guessed("planName", "name", "displayName", "planTitle"))
	fieldPlanPricingID    = field(callCatalogue, "Plan.PricingID", inferred("pricingPlanId"), guessed("planPricingId", "pricingId"))
	fieldServiceID        = field(callCatalogue, "Service.ID", documented("serviceId"))
	fieldServiceName      = field(callCatalogue, "Service.Name", guessed("serviceName", "name", "displayName", "addOnName"))
	fieldServicePricingID = field(callCatalogue, "Service.PricingID", inferred("pricingServiceId"), guessed("servicePricingId", "addOnPricingId", "pricingId"))
	fieldServicePlanID    = field(callCatalogue, "Service.PlanIDs", inferred("connectionPlanId"), guessed("planId", "connectionPlanIds", "planIds"))
	fieldPurchaseType     = field(callCatalogue, "PurchaseType", documented("purchaseType"))
)

// renew/plan_info and renew/add_on_info. Nothing of their content is documented.
var (
	fieldRenewalQuantity  = field(answerRenewal, "Quantity", guessed(append(quantityNames(), "currentExtensions", "capacity.extensionCapacity", "quantity")...))
	fieldRenewalAmount    = field(answerRenewal, "Price.Amount", guessed("totalPrice", "totalAmount", "payAmount", "orderAmount", "price.totalAmount", "price.amount"))
	fieldRenewalUnitPrice = field(answerRenewal, "Price.Amount (per unit)", guessed("unitPrice", "price.unitPrice"))
	fieldRenewalCurrency  = field(answerRenewal, "Price.Currency", inferred("currencyCode"), guessed("currency", "price.currencyCode", "price.currency"))
	fieldRenewalExpiry    = field(answerRenewal, "Expiry", guessed(expiryNames()...))
	fieldRenewalCycle     = field(answerRenewal, "BillingCycle", inferred("billingCycle"), guessed("currentBillingCycle", "planBillingCycle", "plan.billingCycle", "cycle"))
)

// instance_product_list and instance_product/detail.
var (
	fieldOwnedProductNo  = field(answerOwnedProduct, "ProductNo", inferred("productNo"), guessed("sn", "serialNumber"))
	fieldOwnedActivation = field(answerOwnedProduct, "ActivationStatus", documented("activationStatus"))
	fieldOwnedComment    = field(answerOwnedProduct, "Comment", documented("comment"))
	fieldOwnedCreateTime = field(answerOwnedProduct, "CreateTime", documented("createTime"))
	fieldOwnedCurrent    = field(answerOwnedProduct, "CurrentPlan", documented("currentPlan"))
	fieldOwnedHolder     = field(answerOwnedProduct, "HolderID", inferred("partnerId"), guessed("customerId", "ownerId", "subordinateId"))
	// Whoever has a PBX is somebody's customer, and their name may be all that is told.
	fieldOwnedHolderName = field(answerOwnedProduct, "HolderName", guessed("customerName", "customerCompany", "customer.company", "customer.name",
		"partnerName", "partnerCompany", "ownerName", "ownerCompany", "userCompany", "userName", "customerEmail", "partnerEmail", "ownerEmail", "userEmail"))
	fieldOwnedPlanID     = field(answerOwnedProduct, "PlanID", inferred("planId"), guessed("plan.planId"))
	fieldOwnedPlanName   = field(answerOwnedProduct, "PlanName", guessed("planName", "plan", "plan.planName", "plan.name", "subscriptionPlan"))
	fieldOwnedExtensions = field(answerOwnedProduct, "Extensions", guessed(append(quantityNames(), "plan.quantity", "quantity")...))
	fieldOwnedCycle      = field(answerOwnedProduct, "BillingCycle", guessed("planBillingCycle", "plan.billingCycle", "subscriptionCycle", "renewCycle", "cycle"))
	// The documented name is filled only while a plan switch is pending, so it comes last.
	fieldOwnedExpiry       = field(answerOwnedProduct, "Expiry", guessed(expiryNames()...), documented("currentPlanExpireDate"))
	fieldOwnedServiceID    = field(answerOwnedProduct, "Service.ID", inferred("serviceId"))
	fieldOwnedServiceName  = field(answerOwnedProduct, "Service.Name", guessed("serviceName", "name", "displayName", "addOnName"))
	fieldOwnedServiceCount = field(answerOwnedProduct, "Service.Quantity", guessed(append([]string{"quantity"}, quantityNames()...)...))
)

// check/existed_auto_renew.
var fieldAutoRenew = field(callAutoRenewal, "AutoRenewal", documented("autoRenew"))

// order/page. The paths start at one entry of the list.
var (
	fieldOrderID        = field(callOrders, "ID", documented("id"))
	fieldOrderNo        = field(callOrders, "OrderNo", documented("orderNo"))
	fieldOrderStatus    = field(callOrders, "OrderStatus", documented("orderStatus"))
	fieldOrderCreated   = field(callOrders, "CreateTime", documented("createTime"))
	fieldOrderCurrency  = field(callOrders, "Currency", documented("currencyCode"))
	fieldOrderReference = field(callOrders, "CustomReferenceNo", documented("customReferenceNo"))
	fieldOrderPartner   = field(callOrders, "PartnerID", guessed("partnerId"))
	fieldOrderPO        = field(callOrders, "PONumber", inferred("poNumber"), guessed("poNo", "purchaseOrderNo", "purchaseOrderNumber"))
)

// order/get. The four parts are documented, their fields only in part. There is deliberately
// no guess for the status but the documented name, nor for what is documented of the product:
// a field that means something else must not end an order.
var (
	fieldDetailID        = field(callOrderDetail, "ID", guessed(inParts("id", "orderId")...))
	fieldDetailNo        = field(callOrderDetail, "OrderNo", guessed(inParts("orderNo")...))
	fieldDetailStatus    = field(callOrderDetail, "OrderStatus", inferred(inParts("orderStatus")...))
	fieldDetailCreated   = field(callOrderDetail, "CreateTime", guessed(inParts("createTime")...))
	fieldDetailProductID = field(callOrderDetail, "ProductID", documented("basicInformation.productId"))
	fieldDetailProduct   = field(callOrderDetail, "ProductName", documented("basicInformation.productName"))
	fieldDetailProductNo = field(callOrderDetail, "ProductNo", documented("basicInformation.productNo"))
	fieldDetailReference = field(callOrderDetail, "CustomReferenceNo", guessed(inParts("customReferenceNo")...))
	fieldDetailPO        = field(callOrderDetail, "PONumber", guessed(append(inParts("poNumber", "poNo"), inLateParts("purchaseOrderNo")...)...))
	fieldDetailPartner   = field(callOrderDetail, "PartnerID", guessed(inParts("partnerId", "customerId")...))
	fieldDetailBilling   = field(callOrderDetail, "BillingID", inferred("billingInformation.billingContactId", "billingInformation.billingId"), guessed("billingInformation.id"))
	fieldDetailTransact  = field(callOrderDetail, "TransactionNo", guessed(inLateParts("transactionNo")...))
	fieldDetailAmount    = field(callOrderDetail, "Price.Amount", guessed(append(inLateParts("totalAmount", "totalPrice"), inParts("orderAmount", "payAmount")...)...))
	fieldDetailCurrency  = field(callOrderDetail, "Price.Currency", guessed(inParts("currencyCode", "currency")...))
	fieldDetailExpiry    = field(callOrderDetail, "Expiry", guessed(inParts(expiryNames()...)...))
	fieldLineServiceID   = field(callOrderDetail, "Line.ServiceID", inferred("serviceId"), guessed("planId"))
	fieldLineType        = field(callOrderDetail, "Line.ServiceType", inferred("serviceType"))
	fieldLineName        = field(callOrderDetail, "Line.Name", guessed("serviceName", "planName", "name", "displayName"))
	fieldLineQuantity    = field(callOrderDetail, "Line.Quantity", inferred("quantity"), guessed("count", "num"))
	fieldLineCycle       = field(callOrderDetail, "Line.BillingCycle", inferred("billingCycle"))
	fieldLineMultiCycle  = field(callOrderDetail, "Line.MultiCycle", inferred("multiCycle"))
)

func quantityNames() []string {
	return []string{
		"currentQuantity", "extensionQuantity", "extensionCount", "extensionNum", "extensionCapacity", "extensions",
	}
}

func expiryNames() []string {
	return []string{
		"expireDate", "expirationDate", "expiryDate", "expireTime", "expirationTime", "planExpirationDate", "planExpireDate",
		"serviceExpireDate", "endDate", "endTime",
	}
}

// inParts puts names into the parts of an order's details that can have them, the likeliest
// part first. The four parts are all that the top has.
func inParts(names ...string) []string {
	return within(names, "orderInformation.", "orderSummary.")
}

// inLateParts is inParts for names that stand after productNo, so that the basic information
// may have them too.
func inLateParts(names ...string) []string {
	return within(names, "orderInformation.", "basicInformation.", "orderSummary.")
}

func within(names []string, parts ...string) []string {
	var paths []string
	for _, n := range names {
		for _, part := range parts {
			paths = append(paths, part+n)
		}
	}
	return paths
}

// Mapping lists every field that is looked for by name, in the order of the calls.
func Mapping() []Field {
	return []Field{
		fieldOfferingID, fieldPlanID, fieldPlanName, fieldPlanPricingID,
		fieldServiceID, fieldServiceName, fieldServicePricingID, fieldServicePlanID, fieldPurchaseType,
		fieldRenewalQuantity, fieldRenewalAmount, fieldRenewalUnitPrice, fieldRenewalCurrency, fieldRenewalExpiry, fieldRenewalCycle,
		fieldOwnedProductNo, fieldOwnedActivation, fieldOwnedComment, fieldOwnedCreateTime, fieldOwnedCurrent,
		fieldOwnedHolder, fieldOwnedHolderName, fieldOwnedPlanID, fieldOwnedPlanName, fieldOwnedExtensions, fieldOwnedCycle, fieldOwnedExpiry,
		fieldOwnedServiceID, fieldOwnedServiceName, fieldOwnedServiceCount, fieldAutoRenew,
		fieldOrderID, fieldOrderNo, fieldOrderStatus, fieldOrderCreated, fieldOrderCurrency, fieldOrderReference, fieldOrderPartner, fieldOrderPO,
		fieldDetailID, fieldDetailNo, fieldDetailStatus, fieldDetailCreated, fieldDetailProductID, fieldDetailProduct,
		fieldDetailProductNo, fieldDetailReference, fieldDetailPO, fieldDetailPartner, fieldDetailBilling,
		fieldDetailTransact, fieldDetailAmount, fieldDetailCurrency, fieldDetailExpiry,
		fieldLineServiceID, fieldLineType, fieldLineName, fieldLineQuantity, fieldLineCycle, fieldLineMultiCycle,
	}
}
