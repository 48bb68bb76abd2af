package yeastar

import (
	"bytes"
	"context"
	"errors"
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
// the answer says so; for which products the vendor answers is not documented.
//
// https://help.yeastar.com/en/pp-ptr/developer-guide/query-auto-renewal-status.html
func (c *Client) AutoRenewal(ctx context.Context, productID int, productNo string) (AutoRenewal, error) {
	env, err := c.get(ctx, callAutoRenewal, "/order/openapi/order/v1/check/existed_auto_renew", productQuery(productID, productNo))
	if err != nil {
		return AutoRenewalUnknown, err
	}
	raw, err := one(env.Result)
	if err != nil {
		return AutoRenewalUnknown, misread(callAutoRenewal, env, err)
	}
	o, _ := asObject(raw)
	switch string(bytes.TrimSpace(o.at(fieldAutoRenew.Candidates[0].Path))) {
	case "true":
		return AutoRenewalOn, nil
	case "false":
		return AutoRenewalOff, nil
	}
	return AutoRenewalUnknown, misread(callAutoRenewal, env, errors.New("the answer does not say whether auto-renewal is on"))
}
