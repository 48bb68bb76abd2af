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
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"renewbot/blocks"
	"renewbot/bot/lookup"
	"renewbot/bot/portal"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

// lookTimeout is how long a submission waits for what it can do without.
const lookTimeout = 1500 * time.Millisecond

// ownContact is the billing contact that is proposed for a holder: the one of their last
// order, else one that is certainly theirs. Empty: none is.
func (b *Bot) ownContact(ctx context.Context, product string, h renewal.Holder, contacts []yeastar.BillingContact) yeastar.ID {
	if last, ok, err := b.ledger.LastOrdered(ctx, product, h.Key()); err == nil && ok {
		return last.Offer.Contact.ID
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

// offer makes of a draft what would be ordered, with everything looked up anew by its
// id. The map has a sentence for each field that is wrong; the error is for look-ups
// that failed.
func (b *Bot) offer(ctx context.Context, d blocks.Draft) (asked, map[string]string, error) {
	errs := map[string]string{}
	p, err := portal.Product(d.Product)
	if err != nil {
		return asked{}, nil, err
	}
	if err := b.portal.Prepare(ctx, p.Key); err != nil {
		return asked{}, nil, err
	}
	contacts, err := b.portal.Contacts(ctx, lookup.AnyAge)
	if err != nil {
		return asked{}, nil, err
	}
	o := asked{Offer: renewal.Offer{Product: p.Key, PONumber: strings.TrimSpace(d.PONumber)}}
	var ok bool
	if o.Holder, ok = b.portal.Holder(ctx, p.Key, d.Holder); !ok {
		errs[blocks.BlockHolder] = "Choose for whom. The customer that was chosen may have been removed from the portal."
	}
	catalogue, err := b.portal.Catalogue(ctx, p.Key, o.Holder.SerialNumber, lookup.AnyAge)
	if err != nil {
		return asked{}, nil, err
	}
	if p.PlanLine {
		plan, problem := planLine(p, catalogue, d)
		o.Lines = append(o.Lines, plan)
		note(errs, blocks.BlockPlan(d), problem.plan)
		note(errs, blocks.BlockQuantity(d), problem.quantity)
	}
	for _, id := range catalogue.InOrder(d.Services) {
		line, problem := serviceLine(p, catalogue, d, id)
		o.Lines = append(o.Lines, line)
		note(errs, blocks.BlockServices(d), problem.plan)
		note(errs, blocks.BlockServiceQuantity(d, id), problem.quantity)
	}
	if len(d.Services) > blocks.MaxServices {
		errs[blocks.BlockServices(d)] = fmt.Sprintf("At most %d services in one request, please.", blocks.MaxServices)
	}
	i := slices.IndexFunc(contacts, func(c yeastar.BillingContact) bool { return c.ID == d.Contact })
	if i < 0 {
		errs[blocks.BlockContact(d)] = "Choose the billing contact. The one that was chosen may have been removed from the portal."
	} else {
		o.Contact = renewal.Contact{ID: contacts[i].ID, Name: contacts[i].DisplayName(), Email: contacts[i].Email}
	}
	if err := renewal.CheckPONumber(o.PONumber); err != nil {
		errs[blocks.BlockPO] = sentence(err)
	}
	if utf8.RuneCountInString(d.Note) > renewal.MaxNote {
		errs[blocks.BlockNote] = fmt.Sprintf("At most %d characters, please.", renewal.MaxNote)
	}
	if len(errs) == 0 {
		looking, cancel := context.WithTimeout(ctx, lookTimeout)
		defer cancel()
		var wrong map[renewal.Field]string
		o.doubts, wrong, err = b.orders.Look(looking, d.Request, &o.Offer, catalogue, lookup.AnyAge)
		for field, problem := range wrong {
			errs[fieldBlock(d, field)] = problem
		}
	}
	return o, errs, err
}

// fieldBlock is the block in which people choose a field of the offer.
func fieldBlock(d blocks.Draft, f renewal.Field) string {
	switch f {
	case renewal.FieldPlan, renewal.FieldTerm:
		return blocks.BlockPlan(d)
	case renewal.FieldQuantity:
		return blocks.BlockQuantity(d)
	case renewal.FieldServices:
		return blocks.BlockServices(d)
	}
	return blocks.BlockHolder
}

func note(errs map[string]string, field, problem string) {
	if problem != "" {
		errs[field] = problem
	}
}

// lineProblem is what is wrong with a line: with the choice of it, or with its quantity.
type lineProblem struct{ plan, quantity string }

func planLine(p yeastar.Product, c yeastar.Catalogue, d blocks.Draft) (renewal.Line, lineProblem) {
	var problem lineProblem
	plan, ok := c.Plan(d.Plan)
	if !ok {
		problem.plan = "Choose the plan. The one that was chosen may not be on offer any more."
	}
	line := renewal.Line{Type: yeastar.LinePlan, ID: plan.ID, Name: plan.Name}
	line.Quantity, problem.quantity = readQuantity(p, yeastar.LinePlan, d.Quantity)
	return line, problem
}

func serviceLine(p yeastar.Product, c yeastar.Catalogue, d blocks.Draft, id yeastar.ID) (renewal.Line, lineProblem) {
	var problem lineProblem
	service, ok := c.Service(id)
	if !ok {
		problem.plan = "One of these services is not on offer any more. Choose again."
	}
	if !fits(service, d.Plan) {
		problem.plan = fmt.Sprintf("%s does not go with this plan. Choose again.", service.Name)
	}
	line := renewal.Line{Type: yeastar.LineService, ID: service.ID, Name: service.Name}
	line.Quantity, problem.quantity = readQuantity(p, yeastar.LineService, d.ServiceQuantity[id])
	return line, problem
}

func fits(s yeastar.Service, plan yeastar.ID) bool {
	return len(s.PlanIDs) == 0 || slices.Contains(s.PlanIDs, plan)
}

// readQuantity reads a typed number, and says in words what is wrong with it.
func readQuantity(p yeastar.Product, lineType, typed string) (int, string) {
	if p.Quantity == yeastar.QuantityNone {
		return 0, ""
	}
	typed = strings.TrimSpace(typed)
	n, err := strconv.Atoi(typed)
	switch {
	case typed == "":
		return 0, "Type a number."
	case errors.Is(err, strconv.ErrRange):
		return 0, "This number is too large."
	case err != nil:
		return 0, "Type a whole number, such as 100."
	}
	if err := p.CheckQuantity(lineType, n); err != nil {
		return 0, "The number " + err.Error() + "."
	}
	return n, ""
}

func sentence(err error) string {
	s := err.Error()
	return strings.ToUpper(s[:1]) + s[1:] + "."
}

// digest tells whether two offers would look the same to the requester.
func digest(o renewal.Offer, doubts []renewal.Doubt) string {
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
		digest(r.Offer, r.Doubts) == digest(o.Offer, o.doubts)
}
