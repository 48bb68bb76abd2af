package yeastar

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strconv"
)

// AvailableProduct is a product that the account may subscribe to.
type AvailableProduct struct {
	ID   int // productId
	Name string
}

// AvailableProducts lists what the account may subscribe to.
//
// https://help.yeastar.com/en/pp-ptr/developer-guide/query-available-subscription-products.html
func (c *Client) AvailableProducts(ctx context.Context) ([]AvailableProduct, error) {
	env, err := c.get(ctx, callProducts, "/pricing/openapi/purchase/v1/product_list", nil)
	if err != nil {
		return nil, err
	}
	list, err := entries(env.Result, func(o object) (AvailableProduct, bool) {
		id, ok := intOf(o["productId"])
		return AvailableProduct{ID: id, Name: o.text("name")}, ok
	})
	if err != nil {
		return nil, misread(callProducts, env, err)
	}
	return list, nil
}

// Catalogue is what can be subscribed to of one product.
type Catalogue struct {
	OfferingID ID
	Plans      []Plan
	Services   []Service
	Raw        json.RawMessage
}

// Plan is a plan of a product.
type Plan struct {
	ID           ID // planId, serviceId of a plan line in an order
	PricingID    ID // for RenewPlanInfo; empty when the answer does not have it
	Name         string
	PurchaseType string // "purchase", "trial"; empty when the answer does not say
}

// Service is an extra to a plan.
type Service struct {
	ID           ID // serviceId
	PricingID    ID // for RenewServiceInfo; empty when the answer does not have it
	Name         string
	PlanIDs      []ID // the plans that it hangs on; empty when the answer does not say
	PurchaseType string
}

// Plan finds a plan by its id.
func (c Catalogue) Plan(id ID) (Plan, bool) {
	i := slices.IndexFunc(c.Plans, func(p Plan) bool { return p.ID == id })
	if i < 0 {
		return Plan{}, false
	}
	return c.Plans[i], true
}

// Service finds a service by its id.
func (c Catalogue) Service(id ID) (Service, bool) {
	i := slices.IndexFunc(c.Services, func(s Service) bool { return s.ID == id })
	if i < 0 {
		return Service{}, false
	}
	return c.Services[i], true
}

// GoesWith says whether a service can be had with a plan, as far as the answer says.
func (s Service) GoesWith(plan ID) bool {
	return len(s.PlanIDs) == 0 || slices.Contains(s.PlanIDs, plan)
}

// trial is the PurchaseType of what is for trying alone.
const trial = "trial"

// Trial says whether a plan is for trying alone: nothing of it can be renewed.
func (p Plan) Trial() bool { return p.PurchaseType == trial }

// Trial says whether a service is for trying alone: nothing of it can be renewed.
func (s Service) Trial() bool { return s.PurchaseType == trial }

// Catalogue lists the plans and services of a product; productNo is the serial
// number, for products that are held by one.
//
// https://help.yeastar.com/en/pp-ptr/developer-guide/query-available-subscription-trial-plans-and-services-for-a-product.html
func (c *Client) Catalogue(ctx context.Context, productID int, productNo string) (Catalogue, error) {
	env, err := c.get(ctx, callCatalogue, "/pricing/openapi/purchase/v1/purchase_product_info", productQuery(productID, productNo))
	if err != nil {
		return Catalogue{}, err
	}
	cat, err := readCatalogue(env.Result)
	if err != nil {
		return Catalogue{}, misread(callCatalogue, env, err)
	}
	return cat, nil
}

func productQuery(productID int, productNo string) url.Values {
	q := url.Values{"productId": {strconv.Itoa(productID)}}
	if productNo != "" {
		q.Set("productNo", productNo)
	}
	return q
}

// readCatalogue takes every object with a serviceId for a service and every other
// one with a planId for a plan. A service inside a plan hangs on that plan.
func readCatalogue(raw json.RawMessage) (Catalogue, error) {
	top, isObject := asObject(raw)
	if !isObject {
		var list []json.RawMessage
		if json.Unmarshal(raw, &list) != nil {
			return Catalogue{}, errors.New("the answer's result is neither an object nor a list")
		}
	}
	cat := Catalogue{OfferingID: findID(top, fieldOfferingID), Raw: raw}
	walk(raw, ID(""), maxDepth, func(o object, within ID) ID {
		if id := findID(o, fieldServiceID); id != "" {
			cat.addService(Service{
				ID: id, PricingID: findID(o, fieldServicePricingID), Name: findText(o, fieldServiceName),
				PlanIDs: servicePlans(o, within), PurchaseType: findText(o, fieldPurchaseType),
			})
			return within
		}
		if id := findID(o, fieldPlanID); id != "" {
			cat.addPlan(Plan{
				ID: id, PricingID: findID(o, fieldPlanPricingID), Name: findText(o, fieldPlanName),
				PurchaseType: findText(o, fieldPurchaseType),
			})
			return id
		}
		return within
	})
	return cat, nil
}

func servicePlans(o object, within ID) []ID {
	ids, _ := find(o, fieldServicePlanID, func(v json.RawMessage) ([]ID, bool) {
		if id, ok := idOf(v); ok {
			return []ID{id}, true
		}
		var list []ID
		if json.Unmarshal(v, &list) != nil {
			return nil, false
		}
		list = slices.DeleteFunc(list, func(id ID) bool { return id == "" })
		return list, len(list) > 0
	})
	if len(ids) == 0 && within != "" {
		ids = []ID{within}
	}
	return ids
}

// addPlan keeps one entry for each id, and of several the first value that is there. What can be
// bought is no trial, though it is listed as one below a plan for trying.
func (c *Catalogue) addPlan(p Plan) {
	for i := range c.Plans {
		if old := &c.Plans[i]; old.ID == p.ID {
			keepFirst(&old.PricingID, p.PricingID)
			keepFirst(&old.Name, p.Name)
			keepBought(&old.PurchaseType, p.PurchaseType)
			return
		}
	}
	c.Plans = append(c.Plans, p)
}

func (c *Catalogue) addService(s Service) {
	for i := range c.Services {
		if old := &c.Services[i]; old.ID == s.ID {
			keepFirst(&old.PricingID, s.PricingID)
			keepFirst(&old.Name, s.Name)
			keepBought(&old.PurchaseType, s.PurchaseType)
			for _, id := range s.PlanIDs {
				if !slices.Contains(old.PlanIDs, id) {
					old.PlanIDs = append(old.PlanIDs, id)
				}
			}
			return
		}
	}
	c.Services = append(c.Services, s)
}

func keepFirst[T ~string](old *T, v T) {
	if *old == "" {
		*old = v
	}
}

func keepBought(old *string, v string) {
	if *old == "" || (*old == trial && v != "") {
		*old = v
	}
}

// InOrder are services as the catalogue lists them: in which order somebody chose them makes
// no other order.
func (c Catalogue) InOrder(services []ID) []ID {
	place := func(id ID) int {
		return slices.IndexFunc(c.Services, func(s Service) bool { return s.ID == id })
	}
	return slices.SortedStableFunc(slices.Values(services), func(x, y ID) int { return cmp.Compare(place(x), place(y)) })
}
