package bot

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"renewbot/blocks"
	"renewbot/bot/ledger"
	"renewbot/bot/lookup"
	"renewbot/bot/portal"
	"renewbot/yeastar"
)

// usualProduct is the product that a person asked for last, or the first one of all. Empty:
// there is none to renew.
func (b *Bot) usualProduct(ctx context.Context, userID string) string {
	products := b.portal.Products()
	if len(products) == 0 {
		return ""
	}
	mine, err := b.ledger.List(ctx, ledger.Filter{Requester: userID, Limit: 1})
	if err == nil && len(mine) > 0 && has(products, mine[0].Offer.Product) {
		return mine[0].Offer.Product
	}
	return products[0].Key
}

func has(products []yeastar.Product, key string) bool {
	return slices.ContainsFunc(products, func(p yeastar.Product) bool { return p.Key == key })
}

// ready finds what was typed after the command, and says whether the form can be drawn
// without waiting longer than ctx lasts. unread is that of seek.
func (b *Bot) ready(ctx context.Context, d *blocks.Draft) (ready bool, unread error) {
	for _, p := range b.portal.Products() {
		if needed := p.Key == d.Product || (p.Holder == yeastar.BySerial && mayBeSerial(d.Query)); needed && !b.portal.Ready(p.Key) {
			return false, nil
		}
	}
	unread = b.seek(ctx, d)
	if !b.portal.Ready(d.Product) || (unread != nil && ctx.Err() != nil) {
		return false, unread
	}
	_, err := b.portal.Catalogue(ctx, d.Product, d.Holder, lookup.AnyAge)
	return err == nil, unread
}

// mayBeSerial says whether a serial number may have been typed: all have digits.
func mayBeSerial(query string) bool { return strings.ContainsAny(query, "0123456789") }

// seek finds the product, and the PBX, that was meant by what was typed after the command.
// What was chosen in the form since is left alone. The error is of lists of PBXs that could not be
// read, one of which may have it.
func (b *Bot) seek(ctx context.Context, d *blocks.Draft) error {
	if d.Query == "" || d.Holder != "" || d.Drawn != 0 {
		return nil
	}
	serial, account := "", ""
	if mayBeSerial(d.Query) {
		product, pbx, found := b.portal.FindPBX(ctx, d.Query)
		if found {
			d.Product, d.Holder = product, pbx.Key()
			return nil
		}
		serial = product
	}
	for _, p := range b.portal.Products() {
		if p.Holder == yeastar.ByAccount && account == "" {
			account = p.Key
		}
	}
	own := portal.MeansOwn(d.Query)
	for _, product := range []string{d.Product, account, serial} {
		row, err := portal.Product(product)
		if err != nil {
			continue
		}
		holders, err := b.portal.Holders(ctx, product, lookup.AnyAge)
		if err == nil && ((own && row.Holder == yeastar.ByAccount) || (!own && holders.Matches(d.Query) > 0)) {
			d.Product = product
			return nil
		}
	}
	if own {
		return nil
	}
	product, unread := b.portal.AmongPBXs(ctx, d.Query)
	d.Product = cmp.Or(product, d.Product)
	return unread
}
