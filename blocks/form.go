package blocks

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"renewbot/bot/due"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

// FormData is what the form is drawn from.
type FormData struct {
	Draft    Draft
	Products []yeastar.Product // asked for only when there are several
	Holder   *Choice           // the chosen holder; nil: none yet
	Matches  int               // how many holders match Draft.Query
	Plans    []Choice
	Services []Choice
	// Required are services of the package that must not be left out of an order.
	Required []yeastar.ID
	Owned    []yeastar.ID // services of the package
	// Cycle is the billing cycle of the package, where it has to stay; empty: not known, or free.
	Cycle   string
	Contact *Choice // the chosen or suggested billing contact; nil: none yet
	// QuantityHint says where the prefilled number comes from; empty: the rule.
	QuantityHint    string
	QuantityPrefill string // used when the form first asks
	ServicePrefill  map[yeastar.ID]string
	Expiry          time.Time // zero: not known
	ExpiryFrom      due.Source
	Channels        []string // the allowed channel ids; empty: any channel
	// ChannelNames has the names of Channels; a channel without one is shown by its id.
	ChannelNames map[string]string
	ChannelHint  string          // for example that the bot is not in the channel
	Waiting      bool            // what the holder has is being looked up
	Warning      string          // a sentence above the form
	Doubts       []renewal.Doubt // other requests of the holder and product
	DryRun       bool
	// Now is the time at which the form is drawn, and Ahead how far ahead an order may be dated.
	Now   time.Time
	Ahead time.Duration
	// Before is the request that is changed or asked for again; nil: neither.
	Before *renewal.Request
	// Trouble says why the rest of the form cannot be drawn, and TroubleCode names it in the
	// logs; empty: it can.
	Trouble, TroubleCode string
}

// Form is the view in which somebody fills in what is to be renewed. What depends on a
// choice is there once the choice is made.
func Form(f FormData) slack.ModalViewRequest {
	f.Draft.Product = f.product().Key
	f.Draft.Cycle = f.Cycle
	drawn := f.Draft.Drawn != 0
	f.Draft.Drawn = drawnFor(f.Draft)
	f.propose()
	f.Draft.Asked = f.Trouble == "" && (f.Draft.Asked || (f.Draft.Holder != "" && !f.Waiting))
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
	if unsure := f.product().Unsure; unsure != "" {
		doubt := renewal.Doubt{Kind: renewal.DoubtUndocumented, Names: []string{unsure}}
		blocks = append(blocks, alert("unsure", slack.AlertLevelInfo, outside(doubt.Text(), limitAlert)))
	}
	blocks = append(blocks, f.holderInput())
	blocks = append(blocks, doubtAlerts(f.Doubts)...)
	switch why := f.nothingToRenew(); {
	case f.Trouble != "":
		blocks = append(blocks, trouble(f.Trouble, f.TroubleCode)...)
	case f.Draft.Holder == "":
	case why != "":
		blocks = append(blocks, section("nothing", "⚠️ "+why+" Nothing was ordered."))
	default:
		blocks, drawn = append(blocks, f.dependent()...), true
	}
	if drawn { // what may stand in them already stays
		blocks = append(blocks, f.independent()...)
	}
	blocks = append(blocks, contextLine("rule", "Nothing is ordered until an approver has agreed to it."))

	v := modal(CallbackForm, f.title(), blocks...)
	v.Submit, v.Close = plain("Review", limitTitle), plain("Cancel", limitTitle)
	v.PrivateMetadata = f.Draft.Encode()
	return v
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
	var blocks []slack.Block
	if f.Draft.Asked {
		blocks = f.lines()
	} else {
		blocks = append(blocks, contextLine("looking", "Looking up what there is to renew…"))
	}
	if !f.Expiry.IsZero() {
		blocks = append(blocks, contextLine("expiry", "Current expiry: "+day(f.Expiry)+endsBy[f.ExpiryFrom]))
	}
	blocks = append(blocks, f.whenInputs()...)
	return append(blocks, f.contactInput())
}

// independent are the inputs that make sense whoever it is for.
func (f FormData) independent() []slack.Block {
	blocks := []slack.Block{f.poInput(), f.noteInput()}
	if f.Draft.Request == 0 {
		blocks = append(blocks, f.channelInput())
	}
	return blocks
}

func (f FormData) productInput() slack.Block {
	var choices []Choice
	for _, p := range f.Products {
		choices = append(choices, Choice{ID: p.Key, Label: p.Name, Detail: joinWith(", ", termNames(p.Terms)...)})
	}
	element := menu(ActionProduct, "Choose a product", choices, f.Draft.Product)
	return slack.NewInputBlock(BlockProduct, plain("Product", limitLabel), nil, element).WithDispatchAction(true)
}

func (f FormData) holderInput() slack.Block {
	label, placeholder := "For whom", "Type part of a company, name or e-mail"
	if f.product().Holder == yeastar.BySerial {
		label, placeholder = "Which PBX", "Type part of a serial number, customer or comment"
	}
	element := external(ActionHolder, placeholder, f.Holder, f.Draft.Holder)
	return slack.NewInputBlock(BlockHolder(f.Draft), plain(label, limitLabel), f.queryHint(), element).WithDispatchAction(true)
}

// queryHint says what became of the words that were typed after the command.
func (f FormData) queryHint() *slack.TextBlockObject {
	q := line(f.Draft.Query, shortLimit)
	one, many := "customer", "customers"
	if f.product().Holder == yeastar.BySerial {
		one, many = "PBX", "PBXs"
	}
	switch {
	case q == "", f.Matches == 0 && f.Holder != nil:
		return nil
	case f.Matches == 0:
		return plain("No "+one+" matches “"+q+"”. Type to search all "+many+".", limitLabel)
	case f.Matches == 1 && one == "PBX": // of other products some may, too
		return plain("The only PBX of this product that matches “"+q+"”.", limitLabel)
	case f.Matches == 1:
		return plain("The only "+one+" that matches “"+q+"”.", limitLabel)
	}
	return plain(fmt.Sprintf("%d %s match “%s”; they come first.", f.Matches, many, q), limitLabel)
}

func (f FormData) contactInput() slack.Block {
	element := external(ActionContact, "Type part of a name or e-mail", f.Contact, string(f.Draft.Contact))
	return slack.NewInputBlock(BlockContact(f.Draft), plain("Billing contact", limitLabel),
		plain("Gets Yeastar's invoice.", limitLabel), element).WithDispatchAction(true)
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
	if channelID().MatchString(f.Draft.Channel) {
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
