package bot

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/slack-go/slack"

	"renewbot/blocks"
	"renewbot/bot/draft"
	"renewbot/bot/ledger"
	"renewbot/bot/lookup"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

// lookTimeout is how long a submission waits for what it can do without.
const lookTimeout = 1500 * time.Millisecond

// ownContact is the billing contact that is proposed for a holder: of those that are there the
// one of their last order, of the same product if there is one, else one that is certainly
// theirs. Empty: none is.
func (b *Bot) ownContact(ctx context.Context, product string, h renewal.Holder, contacts []yeastar.BillingContact) yeastar.ID {
	for _, of := range []string{product, ledger.AnyProduct} {
		last, ok, err := b.ledger.LastOrdered(ctx, of, h.Key())
		last.Offer = last.AsOrdered()
		there := func(c yeastar.BillingContact) bool { return c.ID == last.Offer.Contact.ID }
		theirs := last.Offer.Holder.PartnerID == h.PartnerID // a PBX may have been another customer's then
		if ok && err == nil && theirs && slices.ContainsFunc(contacts, there) {
			return last.Offer.Contact.ID
		}
	}
	if id, ok := b.portal.OwnContact(ctx, h, contacts); ok {
		return id
	}
	return ""
}

// asked is what somebody asks for: what would be ordered, what there is to doubt about it,
// and why it should be ordered all the same.
type asked struct {
	renewal.Offer
	doubts []renewal.Doubt
	reason string
}

// offer makes of somebody's draft what would be ordered, with everything looked up anew by its
// id. The map has a sentence for each field that is wrong; the error is for look-ups
// that failed.
func (b *Bot) offer(ctx context.Context, who string, d blocks.Draft) (asked, map[string]string, error) {
	return b.offerWithin(ctx, lookTimeout, who, d)
}

// offerWithin is offer that waits for what it can do without for so long.
func (b *Bot) offerWithin(ctx context.Context, patience time.Duration, who string, d blocks.Draft) (asked, map[string]string, error) {
	if !has(b.portal.Products(), d.Product) {
		return asked{}, map[string]string{blocks.BlockProduct: productGone(d.Product)}, nil
	}
	if err := b.portal.Prepare(ctx, d.Product); err != nil {
		return asked{}, nil, err
	}
	k, found, err := b.known(ctx, d)
	if err != nil {
		return asked{}, nil, err
	}
	if !found {
		return asked{}, map[string]string{blocks.BlockHolder(d): draft.HolderGone(k.Product, d)}, nil
	}
	if d.When != "" {
		k.Now, k.Policy = b.ledger.Now(ctx), b.policy
		if p, ok, err := b.directory.Person(ctx, who); ok && err == nil {
			k.Zone = p.Zone
		}
	}
	var o asked
	var errs map[string]string
	o.Offer, errs = k.Offer(d)
	if len(errs) == 0 {
		looking, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		var wrong map[renewal.Field]string
		o.doubts, wrong, err = b.orders.Look(looking, d.Request, d.Channel, &o.Offer, k.Catalogue, lookup.AnyAge)
		for field, problem := range wrong {
			errs[draft.Field(d, field)] = problem
		}
	}
	return o, errs, err
}

func note(errs map[string]string, field, problem string) {
	if problem != "" {
		errs[field] = problem
	}
}

// digest tells whether two offers would look the same to the requester.
func digest(o renewal.Offer, doubts []renewal.Doubt) string {
	doubts = slices.Clone(doubts)
	for i := range doubts {
		doubts[i].Private = false // Slack may not have told just now
	}
	raw, err := json.Marshal(struct {
		Offer  renewal.Offer
		Doubts []renewal.Doubt
	}{o, append([]renewal.Doubt{}, doubts...)})
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:12])
}

// save writes the request, or its new revision, down. The same form gives the same
// request however often and from whichever of its views it is submitted.
func (b *Bot) save(ctx context.Context, v slack.View, actor renewal.Actor, d blocks.Draft, o asked) (renewal.Request, *renewal.Refusal, error) {
	var r renewal.Request
	var err error
	if d.Request != 0 {
		leave, _ := b.forms.Lock(v.ID, "")
		defer leave()
		if r, err = b.ledger.Get(ctx, d.Request); err == nil && isAmendment(r, actor, d, o) {
			return r, nil, nil
		}
		r, err = b.ledger.Apply(ctx, d.Request, renewal.Amend{
			By: actor, Shown: renewal.Shown{Revision: d.Revision, Fingerprint: d.Fingerprint}, Offer: o.Offer, Note: d.Note,
			Doubts: o.doubts, DoubtReason: o.reason,
		})
	} else {
		var created bool
		r, created, err = b.ledger.Submit(ctx, renewal.Submission{
			Key: submissionKey(actor, d, v), By: actor, Channel: d.Channel, Offer: o.Offer, Note: d.Note,
			Doubts: o.doubts, DoubtReason: o.reason, Again: d.Again,
		})
		if err == nil && !created && !asksFor(r, d, o) {
			return r, madeAnother(r), nil
		}
	}
	var refusal *renewal.Refusal
	if errors.As(err, &refusal) {
		return r, refusal, nil
	}
	return r, nil, err
}

// made finds the request that a form has made already, and says why it is none of what the
// form asks for now, if it is not.
func (b *Bot) made(ctx context.Context, actor renewal.Actor, d blocks.Draft, v slack.View, o asked) (renewal.Request, *renewal.Refusal, bool) {
	if d.Request != 0 {
		return renewal.Request{}, nil, false
	}
	r, found, err := b.ledger.Submitted(ctx, submissionKey(actor, d, v))
	made := found && err == nil // after an error the saving looks once more
	if made && !asksFor(r, d, o) {
		return r, madeAnother(r), true
	}
	return r, nil, made
}

// asksFor says whether a request is for what a form asks for.
func asksFor(r renewal.Request, d blocks.Draft, o asked) bool {
	return digest(r.Offer, nil) == digest(o.Offer, nil) && r.Note == d.Note
}

func madeAnother(r renewal.Request) *renewal.Refusal {
	return &renewal.Refusal{Code: renewal.RefusedStale, Sentence: renewal.Say(fmt.Sprintf(
		"This form made %s already. What you changed in it afterwards was not saved, and nothing was ordered by this. "+
			"Press “Change” on its card, or type /renew for another request.", r.Reference()))}
}

// submissionKey tells a form from all others. What comes back in a view may be made up, so
// that nobody gets another person's request by it. A form of an earlier version has no key
// but its first view.
func submissionKey(a renewal.Actor, d blocks.Draft, v slack.View) string {
	return a.UserID + "/" + cmp.Or(d.Key, v.RootViewID, v.ID)
}

// isAmendment says whether a request is what this very change made of it: Slack may
// deliver a submission twice.
func isAmendment(r renewal.Request, actor renewal.Actor, d blocks.Draft, o asked) bool {
	return r.Revision == d.Revision+1 && r.AmendedBy == actor.UserID && r.Note == d.Note && r.DoubtReason == o.reason &&
		digest(r.Offer, r.Doubts) == digest(o.Offer, r.WithCandidates(o.doubts))
}
