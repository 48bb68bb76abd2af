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

	"renewbot/blocks"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

// lookTimeout is how long a submission waits for what it can do without.
const lookTimeout = 1500 * time.Millisecond

// ownName is what people call it.
const ownName = "Our own account"

// holder resolves who was chosen. It is not ok when nobody was, or they are gone.
func (b *Bot) holder(ctx context.Context, d blocks.Draft) (renewal.Holder, bool) {
	switch d.Holder {
	case "":
		return renewal.Holder{}, false
	case blocks.HolderOwn:
		return renewal.Holder{Name: ownName}, true
	}
	ix, err := b.vendor.customers.get(ctx, all, 0)
	if err != nil {
		return renewal.Holder{}, false
	}
	c, ok := ix.get(yeastar.ID(d.Holder))
	return renewal.Holder{PartnerID: c.ID, Name: c.DisplayName(), Email: c.Email}, ok
}

func holderChoice(h renewal.Holder) *blocks.Choice {
	return &blocks.Choice{ID: h.Key(), Label: h.Name, Detail: h.Email}
}

// offeredAtOnce is more than a menu takes.
const offeredAtOnce = 100

func holderOptions(ix customerIndex, query string) blocks.OptionsResponse {
	mine := blocks.Choice{}
	if query == "" || strings.Contains(fold(ownName), fold(query)) {
		mine = *holderChoice(renewal.Holder{Name: ownName})
	}
	found, more := ix.search(query, offeredAtOnce)
	return blocks.HolderOptions(mine, found, more)
}

// contactsFor lists the billing contacts that fit what was typed, the one that this
// customer had last first.
func (b *Bot) contactsFor(ctx context.Context, contacts []yeastar.BillingContact, d blocks.Draft, query string) []yeastar.BillingContact {
	words := strings.Fields(fold(query))
	var fit []yeastar.BillingContact
	for _, c := range contacts {
		text := fold(strings.Join([]string{c.Company, c.FirstName, c.LastName, c.Email}, " "))
		if !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) }) {
			fit = append(fit, c)
		}
	}
	last := b.lastContact(ctx, d)
	slices.SortStableFunc(fit, func(x, y yeastar.BillingContact) int {
		return cmp.Compare(btoi(y.ID == last), btoi(x.ID == last))
	})
	return fit
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (b *Bot) lastContact(ctx context.Context, d blocks.Draft) yeastar.ID {
	h, ok := b.holder(ctx, d)
	if !ok {
		return ""
	}
	r, ok, err := b.ledger.LastRequest(ctx, d.Product, h.Key())
	if err != nil || !ok {
		return ""
	}
	return r.Offer.Contact.ID
}

// offer makes of a draft what would be ordered, with everything looked up anew by its
// id. The map has a sentence for each field that is wrong; the error is for look-ups
// that failed.
func (b *Bot) offer(ctx context.Context, d blocks.Draft) (renewal.Offer, map[string]string, error) {
	errs := map[string]string{}
	p, err := product(d.Product)
	if err != nil {
		return renewal.Offer{}, nil, err
	}
	if err := b.vendor.prepare(ctx, p.Key); err != nil {
		return renewal.Offer{}, nil, err
	}
	catalogue, err := b.vendor.catalogues.get(ctx, p.Key, 0)
	if err != nil {
		return renewal.Offer{}, nil, err
	}
	contacts, err := b.vendor.contacts.get(ctx, all, 0)
	if err != nil {
		return renewal.Offer{}, nil, err
	}
	o := renewal.Offer{Product: p.Key, PONumber: strings.TrimSpace(d.PONumber)}
	var ok bool
	if o.Holder, ok = b.holder(ctx, d); !ok {
		errs[blocks.BlockHolder] = "Choose for whom. The customer that was chosen may have been removed from the portal."
	}
	if p.PlanLine {
		plan, problem := planLine(p, catalogue, d)
		o.Lines = append(o.Lines, plan)
		note(errs, blocks.BlockPlan(d), problem.plan)
		note(errs, blocks.BlockQuantity(d), problem.quantity)
	}
	for _, id := range d.Services {
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
		b.enrich(looking, &o, catalogue, 0)
	}
	return o, errs, nil
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

// enrich adds what the vendor tells of the package: price, expiry and the current
// number of extensions. All of it may be missing.
func (b *Bot) enrich(ctx context.Context, o *renewal.Offer, c yeastar.Catalogue, maxAge time.Duration) {
	found, err := b.vendor.findPack(ctx, o.Product, o.Holder, maxAge)
	if err != nil {
		b.log.WarnContext(ctx, "the package could not be looked up", "error", err)
	}
	price, extensions, expiry := b.vendor.quote(ctx, o.Product, found, o.Lines, c, maxAge)
	o.Price = price
	o.CurrentExpiry = found.expiry
	if o.CurrentExpiry.IsZero() {
		o.CurrentExpiry = expiry
	}
	o.KnownQuantity = cmp.Or(found.extensions, extensions)
	plan, _ := o.Plan()
	switch {
	case o.KnownQuantity == 0:
		o.QuantitySource = "typed by the requester; the API does not tell the current number"
	case o.KnownQuantity == plan.Quantity:
		o.QuantitySource = "the same as the Partner Portal tells"
	default:
		o.QuantitySource = fmt.Sprintf("typed by the requester; the Partner Portal tells %d", o.KnownQuantity)
	}
}

// doubts is what the requester should look at once more before asking.
func (b *Bot) doubts(ctx context.Context, o renewal.Offer) string {
	var doubts []string
	plan, ok := o.Plan()
	if ok && o.KnownQuantity != 0 && o.KnownQuantity != plan.Quantity {
		doubts = append(doubts, fmt.Sprintf(
			"The Partner Portal tells %d extensions, and you typed %d. The vendor wants exactly the current number.",
			o.KnownQuantity, plan.Quantity))
	}
	if missing := b.missingServices(ctx, o); len(missing) > 0 {
		doubts = append(doubts, fmt.Sprintf("The package also has %s, which would not be renewed.", strings.Join(missing, ", ")))
	}
	return strings.Join(doubts, " ")
}

// missingServices names the services of the package that the offer leaves out.
func (b *Bot) missingServices(ctx context.Context, o renewal.Offer) []string {
	found, err := b.vendor.findPack(ctx, o.Product, o.Holder, 0)
	if err != nil {
		return nil
	}
	var names []string
	for _, s := range found.services {
		if !slices.ContainsFunc(o.Lines, func(l renewal.Line) bool { return l.ID == s.ID }) {
			names = append(names, cmp.Or(s.Name, string(s.ID)))
		}
	}
	return names
}

// digest tells whether two offers would look the same to the requester.
func digest(o renewal.Offer) string {
	raw, err := json.Marshal(o)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:12])
}

// save writes the request, or its new revision, down. The same view gives the same
// request however often it is submitted.
func (b *Bot) save(ctx context.Context, viewID string, actor renewal.Actor, d blocks.Draft, o renewal.Offer) (renewal.Request, *renewal.Refusal, error) {
	var r renewal.Request
	var err error
	if d.Request != 0 {
		leave, _ := b.views.enter(viewID, "")
		defer leave()
		if r, err = b.ledger.Get(ctx, d.Request); err == nil && isAmendment(r, actor, d, o) {
			return r, nil, nil
		}
		r, err = b.ledger.Apply(ctx, d.Request, renewal.Amend{
			By: actor, Shown: renewal.Shown{Revision: d.Revision, Fingerprint: d.Fingerprint}, Offer: o, Note: d.Note,
		})
	} else {
		r, _, err = b.ledger.Submit(ctx, renewal.Submission{
			Key: viewID, By: actor, Channel: d.Channel, Offer: o, Note: d.Note,
		})
	}
	var refusal *renewal.Refusal
	if errors.As(err, &refusal) {
		return r, refusal, nil
	}
	return r, nil, err
}

// isAmendment says whether a request is what this very change made of it: Slack may
// deliver a submission twice.
func isAmendment(r renewal.Request, actor renewal.Actor, d blocks.Draft, o renewal.Offer) bool {
	return r.Revision == d.Revision+1 && r.AmendedBy == actor.UserID && r.Note == d.Note && digest(r.Offer) == digest(o)
}

// trouble says in a sentence why the vendor's data are not there.
func trouble(err error) string {
	var e *yeastar.Error
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return "Yeastar's Partner Portal takes too long to answer."
	case errors.As(err, &e) && e.Class == yeastar.ClassAuth:
		return "Yeastar's Partner Portal refuses our credentials. Please tell whoever runs Renewbot."
	case errors.As(err, &e) && e.Class == yeastar.ClassRefused:
		return "Yeastar's Partner Portal refused to answer: " + cmp.Or(e.Detail, e.Code) + "."
	}
	return "Yeastar's Partner Portal can't be reached right now."
}

// reference is the vendor's request id in err, for support tickets.
func reference(err error) string {
	var e *yeastar.Error
	if errors.As(err, &e) {
		return e.RequestID
	}
	return ""
}
