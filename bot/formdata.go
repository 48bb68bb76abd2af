package bot

import (
	"cmp"
	"context"
	"time"

	"renewbot/blocks"
	"renewbot/bot/draft"
	"renewbot/bot/due"
	"renewbot/bot/lookup"
	"renewbot/bot/portal"
	"renewbot/yeastar"
)

// form puts together what the form shows for a draft. It waits for what the form can't
// do without, as long as ctx lasts, and for the rest only a moment; what is missing then is
// told by Waiting. With an error it has what does not depend on the portal.
func (b *Bot) form(ctx context.Context, d blocks.Draft) (blocks.FormData, error) {
	return b.formWithin(ctx, b.optionalWait, d)
}

// formWithin is form that waits so long for what the holder has.
func (b *Bot) formWithin(ctx context.Context, wait time.Duration, d blocks.Draft) (blocks.FormData, error) {
	looking, cancel := context.WithTimeout(ctx, b.optionalWait)
	defer cancel()
	f := blocks.FormData{
		Products: b.portal.Products(), DryRun: b.policy.DryRun, Now: b.now(), Ahead: b.policy.OrderAhead,
		Channels: b.directory.AllowedChannels(looking), ChannelNames: b.directory.ChannelNames(looking), ChannelHint: b.directory.ChannelHint(),
	}
	if id := cmp.Or(d.Request, d.Again); id != 0 {
		if r, err := b.ledger.Get(looking, id); err == nil {
			f.Before = &r
		}
	}
	if len(f.Products) > 0 && !has(f.Products, d.Product) {
		f.Warning = productGone(d.Product)
		d = draft.Switch(d, f.Products[0].Key)
	}
	holders, err := b.portal.Holders(ctx, d.Product, lookup.AnyAge)
	if err != nil {
		return f, err
	}
	if d.Query != "" && d.Holder == "" {
		if h, ok := holders.Only(d.Query); ok && b.portal.Alone(looking, d.Product, d.Query) {
			d.Holder = h.Key()
		}
	}
	if d.Holder == blocks.HolderOwn && portal.MeansOwn(d.Query) {
		d.Query = ""
	}
	f.Draft, f.Matches = d, holders.Matches(d.Query)
	k, found, err := b.known(ctx, d)
	if err != nil {
		return f, err
	}
	if !found {
		if d.Holder != "" {
			f.Warning = cmp.Or(f.Warning, draft.HolderGone(k.Product, d))
		}
		f.Draft.Holder = ""
		return f, nil
	}
	return f, b.dependent(ctx, wait, &f, k)
}

// productGone says that a product is not on offer.
func productGone(key string) string {
	p, _ := yeastar.ProductByKey(key)
	return cmp.Or(p.Name, "The product") + " is not in our Yeastar account any more, or not offered here. Choose another product."
}

// known looks up what a draft is made of and checked against. It is not found when its
// holder is nobody, or gone.
func (b *Bot) known(ctx context.Context, d blocks.Draft) (k draft.Known, found bool, err error) {
	if k.Product, err = portal.Product(d.Product); err != nil {
		return k, false, err
	}
	if k.Contacts, err = b.portal.Contacts(ctx, lookup.AnyAge); err != nil {
		return k, false, err
	}
	if k.Holder, found = b.portal.Holder(ctx, d.Product, d.Holder); !found {
		return k, false, nil
	}
	k.Catalogue, err = b.portal.Catalogue(ctx, d.Product, k.Holder.SerialNumber, lookup.AnyAge)
	if k.Product.Holder == yeastar.BySerial && yeastar.ClassOf(err) == yeastar.ClassRefused {
		b.log.WarnContext(ctx, "the portal refuses to tell what a PBX can have", "error", err)
		if b.gone(ctx, k) {
			return k, false, nil
		}
	}
	return k, true, err
}

// gone says whether a PBX of our list is certainly not in the portal any more.
func (b *Bot) gone(ctx context.Context, k draft.Known) bool {
	looking, cancel := context.WithTimeout(ctx, lookTimeout)
	defer cancel()
	there, err := b.portal.Still(looking, k.Product.Key, k.Holder, lookup.Anew)
	return err == nil && !there
}

// dependent fills in what depends on who the renewal is for.
func (b *Bot) dependent(ctx context.Context, wait time.Duration, f *blocks.FormData, k draft.Known) (err error) {
	waiting, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	product := k.Product.Key
	b.orders.Ahead(product, k.Holder)
	if k.Last, _, err = b.ledger.LastOrdered(ctx, product, k.Holder.Key()); err != nil {
		return err
	}
	k.Last.Offer = k.Last.AsOrdered()
	k.Package, err = b.packageOf(waiting, k, f.Draft)
	f.Waiting = err != nil && waiting.Err() != nil && ctx.Err() == nil
	channel := ""
	if f.Draft.Request != 0 { // a new one may be in a channel that its author is not in
		channel = f.Draft.Channel
	}
	if f.Doubts, err = b.orders.Repeats(ctx, f.Draft.Request, channel, product, k.Holder, k.Package.Expiry); err != nil {
		return err
	}
	k.Contact = b.ownContact(ctx, product, k.Holder, k.Contacts)
	k.Fill(f)
	if f.Expiry.IsZero() {
		looking, cancel := context.WithTimeout(waiting, b.optionalWait)
		defer cancel()
		f.Expiry, f.ExpiryFrom = b.due.Ends(looking, due.Key{Product: product, Holder: k.Holder.Key()})
	}
	return nil
}

// packageOf is what the holder of a draft has.
func (b *Bot) packageOf(ctx context.Context, k draft.Known, d blocks.Draft) (portal.Package, error) {
	last, _ := k.Last.Offer.Plan()
	return b.portal.Package(ctx, k.Product.Key, k.Holder, cmp.Or(d.Plan, last.ID), lookup.AnyAge)
}
