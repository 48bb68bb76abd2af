package bot

import (
	"context"
	"fmt"
	"strings"
	"time"

	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

// checkOrder asks the vendor about an order number that somebody typed, for the order
// of unknown fate of a request. The problem is a sentence for the person, and empty
// when the number may be taken.
func (b *Bot) checkOrder(ctx context.Context, request int64, number string) (order yeastar.OrderResult, problem string) {
	number = strings.TrimSpace(number)
	if number == "" {
		return order, "Type the order number from the Partner Portal, such as XS3401174502129270784."
	}
	r, err := b.ledger.Get(ctx, request)
	if err != nil {
		return order, "Sorry, the request could not be read. Nothing was changed; please try again in a moment."
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	found, err := b.vendor.client.Order(ctx, number)
	switch {
	case err != nil && yeastar.ClassOf(err) == yeastar.ClassRefused:
		return order, "The Partner Portal knows no order with this number. Nothing was changed."
	case err != nil:
		return order, "The Partner Portal did not answer, so the number could not be checked. Nothing was changed; please try again in a moment."
	}
	if differs := foreign(r, found); differs != "" {
		return order, fmt.Sprintf("That order is not this one: %s. Nothing was changed.", differs)
	}
	order = yeastar.OrderResult{
		OrderID: found.ID, OrderNo: found.OrderNo, OrderStatus: found.OrderStatus, TransactionNo: found.TransactionNo,
		ProductNo: yeastar.ID(found.ProductNo),
	}
	if order.OrderNo == "" {
		order.OrderNo = number
	}
	return order, ""
}

// foreign says what shows that an order is not the one of a request; it is empty when
// nothing does. What the vendor does not tell shows nothing.
func foreign(r renewal.Request, o yeastar.OrderDetail) string {
	plan, hasPlan := r.Offer.Plan()
	switch {
	case o.ProductID != "" && string(o.ProductID) != fmt.Sprint(r.Product().ID):
		return "it is for another product"
	case o.PartnerID != "" && o.PartnerID != r.Offer.Holder.PartnerID:
		return "it is for another customer"
	case o.BillingID != "" && o.BillingID != r.Offer.Contact.ID:
		return "it has another billing contact"
	case hasPlan && o.Quantity != nil && *o.Quantity != plan.Quantity:
		return fmt.Sprintf("it is for %d extensions", *o.Quantity)
	}
	if a, ok := r.Attempt(); ok && !o.CreateTime.IsZero() && o.CreateTime.Before(a.StartedAt.Add(-orderSkew)) {
		return "it was placed before this request was sent"
	}
	return ""
}

// orderSkew is by how much the vendor's clock and ours may differ.
const orderSkew = 10 * time.Minute
