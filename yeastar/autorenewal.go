package yeastar

import (
	"bytes"
	"context"
	"encoding/json"
)

// AutoRenewal says whether the vendor renews a package by itself.
type AutoRenewal string

// The values of AutoRenewal. Unknown is never off.
const (
	AutoRenewalOn      AutoRenewal = "on"
	AutoRenewalOff     AutoRenewal = "off"
	AutoRenewalUnknown AutoRenewal = ""
)

// AutoRenewal asks whether the vendor renews a package by itself. It is on or off only when
// the answer says so, and unknown when it does not tell; for which products the vendor
// answers is not documented.
//
// https://help.yeastar.com/en/pp-ptr/developer-guide/query-auto-renewal-status.html
func (c *Client) AutoRenewal(ctx context.Context, productID int, productNo string) (AutoRenewal, error) {
	env, err := c.get(ctx, callAutoRenewal, "/order/openapi/order/v1/check/existed_auto_renew", productQuery(productID, productNo))
	if err != nil {
		return AutoRenewalUnknown, err
	}
	var o object
	if raw, err := one(env.Result); err == nil {
		o, _ = asObject(raw)
	}
	enabled, told := find(o, fieldAutoRenew, boolOf)
	switch {
	case !told:
		return AutoRenewalUnknown, nil
	case enabled:
		return AutoRenewalOn, nil
	}
	return AutoRenewalOff, nil
}

// boolOf reads a true or false, and nothing that looks like one.
func boolOf(raw json.RawMessage) (value, ok bool) {
	switch string(bytes.TrimSpace(raw)) {
	case "true":
		return true, true
	case "false":
		return false, true
	}
	return false, false
}
