package blocks

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

// FormData is what the form is drawn from.
type FormData struct {
	Draft    Draft
	Products []yeastar.Product // asked for only when there are several
	Holder   *Choice           // the chosen holder; nil: none yet
	Matches  int               // how many customers match Draft.Query
	Plans    []Choice
	Services []Choice
	Contact  *Choice // the chosen or suggested billing contact; nil: none yet
	// QuantityHint says where the prefilled number comes from; empty: the rule.
	QuantityHint    string
	QuantityPrefill string // used while Draft.Quantity is empty
	ServicePrefill  map[yeastar.ID]string
	Expiry          time.Time // zero: not known
	Channels        []string  // the allowed channel ids; empty: any channel
	// ChannelNames has the names of Channels; a channel without one is shown by its id.
	ChannelNames map[string]string
	ChannelHint  string          // for example that the bot is not in the channel
	Waiting      bool            // the current number of extensions is being looked up
	Warning      string          // a sentence above the form
	Doubts       []renewal.Doubt // other requests of the holder and product
	DryRun       bool
	// Before is the request that is changed or asked for again; nil: neither.
	Before *renewal.Request
}

// Form is the view in which somebody fills in what is to be renewed. What depends on a
// choice is there once the choice is made.
func Form(f FormData) slack.ModalViewRequest {
	f.Draft.Product = f.product().Key
	f.propose()
	var blocks []slack.Block
	if f.DryRun {
		blocks = append(blocks, alert("dry_run", slack.AlertLevelInfo, "Dry run: everything is done but the order itself."))
	}
	if w := outside(f.Warning, limitAlert); w != "" {
		blocks = append(blocks, alert("warning", slack.AlertLevelWarning, w))
	}
	blocks = append(blocks, before(f.Before)...)
	if len(f.Products) > 1 {
		blocks = append(blocks, f.productInput())
	}
	blocks = append(blocks, f.holderInput())
	blocks = append(blocks, doubtAlerts(f.Doubts)...)
	if f.Draft.Holder != "" {
		blocks = append(blocks, f.dependent()...)
	}
	blocks = append(blocks, contextLine("rule", "Nothing is ordered until an approver has agreed to it."))

	v := modal(CallbackForm, f.title(), blocks...)
	v.Submit, v.Close = plain("Review", limitTitle), plain("Cancel", limitTitle)
	v.PrivateMetadata = f.Draft.Encode()
	return v
}

// propose takes the only plan and the proposed number of extensions for those of the
// draft, unless somebody chose or typed another one.
func (f *FormData) propose() {
	p := f.product()
	n, ok := within(p.MinQuantity, p.MaxQuantity, f.QuantityPrefill)
	if !ok {
		n = ""
	}
	if f.Draft.Quantity == "" || f.Draft.Quantity == f.Draft.Prefill {
		f.Draft.Quantity = n
	}
	f.Draft.Prefill = n
	f.Draft.PlanShown = ""
	plans := offered(f.Plans)
	for _, plan := range plans {
		// The only plan stands for no choice, never for one that is gone.
		if id := yeastar.ID(plan.ID); id == f.Draft.Plan || (f.Draft.Plan == "" && len(plans) == 1) {
			f.Draft.Plan, f.Draft.PlanShown = id, id
		}
	}
}

func (f FormData) title() string {
	if f.Draft.Request != 0 {
		return "Change " + renewal.Reference(f.Draft.Request)
	}
	return "Renew a subscription"
}

// product is the chosen row of the table, or the first one.
func (f FormData) product() yeastar.Product {
	for _, p := range f.Products {
		if p.Key == f.Draft.Product {
			return p
		}
	}
	if p, ok := yeastar.ProductByKey(f.Draft.Product); ok && len(f.Products) == 0 {
		return p
	}
	if len(f.Products) > 0 {
		return f.Products[0]
	}
	return yeastar.Product{}
}

// dependent are the inputs that make sense for the chosen holder.
func (f FormData) dependent() []slack.Block {
	product := f.product()
	var blocks []slack.Block
	if product.PlanLine {
		if len(offered(f.Plans)) == 0 {
			return []slack.Block{section("no_plan", "⚠️ Yeastar lists no plan that can be renewed here. Nothing was ordered.")}
		}
		blocks = append(blocks, f.planInput())
	}
	if product.Quantity != yeastar.QuantityNone && product.PlanLine {
		blocks = append(blocks, f.quantityInput(product))
	}
	if product.ServiceLines && len(offered(f.Services)) > 0 {
		blocks = append(blocks, f.servicesInput())
		if product.Quantity != yeastar.QuantityNone {
			blocks = append(blocks, f.serviceQuantities(product)...)
		}
	}
	if !f.Expiry.IsZero() {
		blocks = append(blocks, contextLine("expiry", "Current expiry: "+day(f.Expiry)))
	}
	blocks = append(blocks, f.contactInput(), f.poInput(), f.noteInput())
	if f.Draft.Request == 0 {
		blocks = append(blocks, f.channelInput())
	}
	return blocks
}

func (f FormData) productInput() slack.Block {
	var choices []Choice
	for _, p := range f.Products {
		choices = append(choices, Choice{ID: p.Key, Label: p.Name, Detail: p.Terms[0].String()})
	}
	element := menu(ActionProduct, "Choose a product", choices, f.Draft.Product)
	return slack.NewInputBlock(BlockProduct, plain("Product", limitLabel), nil, element).WithDispatchAction(true)
}

func (f FormData) holderInput() slack.Block {
	label, placeholder := "For whom", "Type part of a company, name or e-mail"
	if f.product().Holder == yeastar.BySerial {
		label, placeholder = "Which PBX", "Type part of a serial number or customer"
	}
	element := external(ActionHolder, placeholder, f.Holder, f.Draft.Holder)
	return slack.NewInputBlock(BlockHolder, plain(label, limitLabel), f.queryHint(), element).WithDispatchAction(true)
}

// queryHint says what became of the words that were typed after the command.
func (f FormData) queryHint() *slack.TextBlockObject {
	q := line(f.Draft.Query, shortLimit)
	switch {
	case q == "":
		return nil
	case f.Matches == 0:
		return plain("No customer matches “"+q+"”. Type to search all customers.", limitLabel)
	case f.Matches == 1:
		return plain("The only customer that matches “"+q+"”.", limitLabel)
	}
	return plain(fmt.Sprintf("%d customers match “%s”; they come first.", f.Matches, q), limitLabel)
}

func (f FormData) planInput() slack.Block {
	element := menu(ActionPlan, "Choose a plan", f.Plans, string(f.Draft.PlanShown))
	return slack.NewInputBlock(BlockPlan(f.Draft), plain("Plan", limitLabel), nil, element).WithDispatchAction(true)
}

func (f FormData) servicesInput() slack.Block {
	element := slack.NewOptionsMultiSelectBlockElement(slack.MultiOptTypeStatic, plain("None", limitPlaceholder), ActionServices,
		options(f.Services, limitOptions)...)
	element.MaxSelectedItems = new(int)
	*element.MaxSelectedItems = MaxServices
	for _, o := range element.Options {
		if f.chosen(yeastar.ID(o.Value)) && len(element.InitialOptions) < MaxServices {
			element.InitialOptions = append(element.InitialOptions, o)
		}
	}
	hint := fmt.Sprintf("Services to renew with it, %d at most.", MaxServices)
	return slack.NewInputBlock(BlockServices(f.Draft), plain("Services", limitLabel), plain(hint, limitLabel), element).
		WithOptional(true).WithDispatchAction(true)
}

func (f FormData) chosen(id yeastar.ID) bool {
	return slices.Contains(f.Draft.Services, id)
}

// serviceQuantities asks for the quantity of each chosen service.
func (f FormData) serviceQuantities(p yeastar.Product) []slack.Block {
	var blocks []slack.Block
	for _, c := range offered(f.Services) {
		id := yeastar.ID(c.ID)
		if !f.chosen(id) || len(blocks) == MaxServices {
			continue
		}
		element := number(ActionServiceQuantity, p.MinQuantity, 100*p.MaxQuantity,
			cmp.Or(f.Draft.ServiceQuantity[id], f.ServicePrefill[id]))
		blocks = append(blocks, slack.NewInputBlock(BlockServiceQuantity(f.Draft, id),
			plain("Quantity: "+line(c.Label, nameLimit), limitLabel), plain("Must equal the current quantity.", limitLabel), element))
	}
	return blocks
}

func (f FormData) quantityInput(p yeastar.Product) slack.Block {
	hint := "Must equal the current number of extensions."
	switch {
	case f.Waiting:
		hint = "Looking up the current number of extensions…"
	case f.QuantityHint != "":
		hint = line(f.QuantityHint, limitLabel-100)
	}
	element := number(ActionQuantity, p.MinQuantity, p.MaxQuantity, f.Draft.Quantity)
	return slack.NewInputBlock(BlockQuantity(f.Draft), plain("Number of extensions", limitLabel), plain(hint, limitLabel), element)
}

func (f FormData) contactInput() slack.Block {
	element := external(ActionContact, "Type part of a name or e-mail", f.Contact, string(f.Draft.Contact))
	return slack.NewInputBlock(BlockContact(f.Draft), plain("Billing contact", limitLabel),
		plain("Gets Yeastar's invoice.", limitLabel), element)
}

func (f FormData) poInput() slack.Block {
	element := slack.NewPlainTextInputBlockElement(nil, ActionPO).WithMaxLength(renewal.MaxPONumber).
		WithInitialValue(oneLine(f.Draft.PONumber, renewal.MaxPONumber))
	return slack.NewInputBlock(BlockPO, plain("PO number", limitLabel), nil, element).WithOptional(true)
}

func (f FormData) noteInput() slack.Block {
	element := slack.NewPlainTextInputBlockElement(nil, ActionNote).WithMultiline(true).WithMaxLength(renewal.MaxNote).
		WithInitialValue(cutUnits(printable(f.Draft.Note), renewal.MaxNote))
	return slack.NewInputBlock(BlockNote, plain("Note to the approver", limitLabel), nil, element).WithOptional(true)
}

func (f FormData) channelInput() slack.Block {
	var hint *slack.TextBlockObject
	if h := line(f.ChannelHint, limitLabel); h != "" {
		hint = plain(h, limitLabel)
	}
	label := plain("Post the request in", limitLabel)
	var choices []Choice
	for _, id := range f.Channels {
		choices = append(choices, Choice{ID: id, Label: channelLabel(id, f.ChannelNames[id])})
	}
	if choices = offered(choices); len(choices) > 0 {
		chosen := f.Draft.Channel
		if len(choices) == 1 {
			chosen = choices[0].ID
		}
		return slack.NewInputBlock(BlockChannel, label, hint, menu(ActionChannel, "Choose a channel", choices, chosen))
	}
	element := &slack.SelectBlockElement{
		Type: slack.OptTypeConversations, ActionID: ActionChannel, Placeholder: plain("Choose a channel", limitPlaceholder),
		Filter: &slack.SelectBlockElementFilter{Include: []string{"public", "private"}, ExcludeBotUsers: true},
	}
	if channelID.MatchString(f.Draft.Channel) {
		element.InitialConversation = f.Draft.Channel
	}
	return slack.NewInputBlock(BlockChannel, label, hint, element)
}

func channelLabel(id, name string) string {
	if name = strings.TrimPrefix(clean(name), "#"); name == "" {
		return id
	}
	return "#" + name
}

// menu is a static menu with one of its choices chosen, if it is among them.
func menu(action, placeholder string, choices []Choice, chosen string) *slack.SelectBlockElement {
	element := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, plain(placeholder, limitPlaceholder), action,
		options(choices, limitOptions)...)
	for _, o := range element.Options {
		if o.Value == chosen {
			element.InitialOption = o // must equal the option exactly
		}
	}
	return element
}

// external is a menu whose options come from the bot while somebody types.
func external(action, placeholder string, chosen *Choice, id string) *slack.SelectBlockElement {
	element := slack.NewOptionsSelectBlockElement(slack.OptTypeExternal, plain(placeholder, limitPlaceholder), action)
	element.MinQueryLength = new(int) // 0: the list is there before anything is typed
	if chosen != nil && offerable(chosen.ID) && (id == "" || id == chosen.ID) {
		element.InitialOption = option(*chosen)
	}
	return element
}

// number is a whole-number input. Slack refuses a view whose initial value is none or
// is out of bounds.
func number(action string, least, most int, initial string) *slack.NumberInputBlockElement {
	element := slack.NewNumberInputBlockElement(nil, action, false).
		WithMinValue(strconv.Itoa(least)).WithMaxValue(strconv.Itoa(most))
	if n, ok := within(least, most, initial); ok {
		element.InitialValue = n
	}
	return element
}

// within is a whole number between two bounds as Slack writes it.
func within(least, most int, s string) (string, bool) {
	n, err := strconv.Atoi(strings.TrimSpace(s))
	return strconv.Itoa(n), err == nil && n >= least && n <= most
}

// cutUnits cuts what goes back into an input to its max_length.
func cutUnits(s string, limit int) string {
	for width(s) > limit {
		r := []rune(s)
		s = string(r[:len(r)-max((width(s)-limit)/2, 1)])
	}
	return s
}
