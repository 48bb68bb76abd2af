package yeastar

import (
	"cmp"
	"context"
	"errors"
	"strings"
)

// Customer is a subordinate user of the account. It is personal data.
type Customer struct {
	ID        ID // partnerId
	Company   string
	Email     string
	FirstName string
	LastName  string
	Country   string
	City      string
	UserType  string // "Enduser"
}

// DisplayName is the best name that there is: company, person, e-mail address or id.
func (c Customer) DisplayName() string {
	return displayName(c.Company, c.FirstName, c.LastName, c.Email, c.ID)
}

// Customers lists the subordinate users.
//
// https://help.yeastar.com/en/pp-ptr/developer-guide/query-subordinate-user-list.html
func (c *Client) Customers(ctx context.Context) ([]Customer, error) {
	env, err := c.get(ctx, callCustomers, "/user/openapi/user/v1/client/partner_list", nil)
	if err != nil {
		return nil, err
	}
	list, err := entries(env.Result, readCustomer)
	if err != nil {
		return nil, misread(callCustomers, env, err)
	}
	return list, nil
}

// Customer finds one subordinate user. The vendor's page describes the key as an id
// and shows an e-mail address.
//
// https://help.yeastar.com/en/pp-ptr/developer-guide/query-information-of-a-subordinate-user.html
func (c *Client) Customer(ctx context.Context, emailOrID string) (Customer, error) {
	seg, err := segment(emailOrID)
	if err != nil {
		return Customer{}, &Error{Op: callCustomer, Class: ClassNotSent, Err: err}
	}
	env, err := c.get(ctx, callCustomer, "/user/openapi/user/v1/subordinate_user/"+seg, nil)
	if err != nil {
		return Customer{}, err
	}
	list, err := entries(env.Result, readCustomer)
	if err == nil && len(list) != 1 {
		err = errors.New("the answer is not one user")
	}
	if err != nil {
		return Customer{}, misread(callCustomer, env, err)
	}
	return list[0], nil
}

func readCustomer(o object) (Customer, bool) {
	c := Customer{
		ID: o.id("partnerId"), Company: o.text("company"), Email: o.text("email"),
		FirstName: o.text("firstName"), LastName: o.text("lastName"),
		Country: o.text("country"), City: o.text("city"), UserType: o.text("userType"),
	}
	return c, c.ID != ""
}

// BillingContact is who gets the invoice. It is personal data.
type BillingContact struct {
	ID        ID // billingContactId, billingId in an order
	Company   string
	Email     string // emailAddress
	FirstName string
	LastName  string
}

// DisplayName is the best name that there is: company, person, e-mail address or id.
func (b BillingContact) DisplayName() string {
	return displayName(b.Company, b.FirstName, b.LastName, b.Email, b.ID)
}

// BillingContacts lists the billing contacts.
//
// https://help.yeastar.com/en/pp-ptr/developer-guide/query-billing-contact-list.html
func (c *Client) BillingContacts(ctx context.Context) ([]BillingContact, error) {
	env, err := c.get(ctx, callContacts, "/user/openapi/user/v1/client/billing_contact_list", nil)
	if err != nil {
		return nil, err
	}
	list, err := entries(env.Result, func(o object) (BillingContact, bool) {
		b := BillingContact{
			ID: o.id("billingContactId"), Company: o.text("company"), Email: o.text("emailAddress"),
			FirstName: o.text("firstName"), LastName: o.text("lastName"),
		}
		return b, b.ID != ""
	})
	if err != nil {
		return nil, misread(callContacts, env, err)
	}
	return list, nil
}

func displayName(company, first, last, email string, id ID) string {
	return cmp.Or(company, strings.TrimSpace(first+" "+last), email, string(id))
}
