package yeastar

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/shopspring/decimal"
)

// Price is a sum of money as the vendor gives it.
type Price struct {
	Amount   decimal.Decimal
	Currency string // "USD"
	PerUnit  bool   // the price of one extension or unit, not of the whole
}

// RenewalInfo is what the vendor tells about a renewal before it is ordered. No
// name of its fields is documented, so each value is there only when one of the
// guessed names was.
type RenewalInfo struct {
	Quantity     *int      // the current quantity
	Price        *Price    // nil unless both amount and currency were there
	Expiry       time.Time // zero when not there
	BillingCycle string    // Annually or Monthly; empty when the answer does not tell
	Raw          json.RawMessage
}

// RenewPlanInfo asks about the renewal of a plan. The vendor wants a productNo.
//
// https://help.yeastar.com/en/pp-ptr/developer-guide/query-information-about-the-plan-available-for-renewal.html
func (c *Client) RenewPlanInfo(ctx context.Context, pricingPlanID ID, productID int, productNo string) (RenewalInfo, error) {
	return c.renewal(ctx, callRenewPlan, "/pricing/openapi/purchase/v1/renew/plan_info/", pricingPlanID, productID, productNo)
}

// RenewServiceInfo asks about the renewal of a service.
//
// https://help.yeastar.com/en/pp-ptr/developer-guide/query-information-about-the-service-available-for-renewal.html
func (c *Client) RenewServiceInfo(ctx context.Context, pricingServiceID ID, productID int, productNo string) (RenewalInfo, error) {
	return c.renewal(ctx, callRenewService, "/pricing/openapi/purchase/v1/renew/add_on_info/", pricingServiceID, productID, productNo)
}

func (c *Client) renewal(ctx context.Context, op, path string, id ID, productID int, productNo string) (RenewalInfo, error) {
	seg, err := segment(string(id))
	if err != nil {
		return RenewalInfo{}, &Error{Op: op, Class: ClassNotSent, Err: err}
	}
	env, err := c.get(ctx, op, path+seg, productQuery(productID, productNo))
	if err != nil {
		return RenewalInfo{}, err
	}
	info, err := readRenewal(env.Result)
	if err != nil {
		return RenewalInfo{}, misread(op, env, err)
	}
	return info, nil
}

func readRenewal(raw json.RawMessage) (RenewalInfo, error) {
	raw, err := one(raw)
	if err != nil {
		return RenewalInfo{}, err
	}
	o, _ := asObject(raw)
	info := RenewalInfo{Quantity: findInt(o, fieldRenewalQuantity), BillingCycle: findCycle(o, fieldRenewalCycle), Raw: raw}
	info.Expiry, _ = find(o, fieldRenewalExpiry, timeOf)
	info.Price = findPrice(o, fieldRenewalAmount, fieldRenewalCurrency)
	if info.Price == nil {
		info.Price = findPrice(o, fieldRenewalUnitPrice, fieldRenewalCurrency)
		if info.Price != nil {
			info.Price.PerUnit = true
		}
	}
	return info, nil
}

// findPrice needs a currency too: a bare number is no price.
func findPrice(o object, amount, currency Field) *Price {
	sum, ok := find(o, amount, amountOf)
	unit := strings.ToUpper(findText(o, currency))
	if !ok || len(unit) != 3 || strings.Trim(unit, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return nil
	}
	return &Price{Amount: sum, Currency: unit}
}

// findCycle reads a billing cycle, and nothing that an order could not carry.
func findCycle(o object, f Field) string {
	cycle, _ := find(o, f, func(v json.RawMessage) (string, bool) {
		c := strings.ToLower(textOf(v))
		return c, c == Annually || c == Monthly
	})
	return cycle
}

// one is the only object of a result, bare or as a list of one.
func one(raw json.RawMessage) (json.RawMessage, error) {
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) == nil && len(list) == 1 {
		raw = list[0]
	}
	if _, ok := asObject(raw); !ok {
		return nil, errors.New("the answer's result is not one object")
	}
	return raw, nil
}
