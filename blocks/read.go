package blocks

import (
	"cmp"
	"strings"

	"github.com/slack-go/slack"

	"renewbot/yeastar"
)

// ReadForm is the draft of a view's private_metadata overlaid with what stands in its
// inputs. What is not among the inputs stays as it was.
func ReadForm(v slack.View) (Draft, error) {
	d, err := DecodeDraft(v.PrivateMetadata)
	if err != nil {
		return Draft{}, err
	}
	s := inputsOf(v)
	s.choice(&d.Holder, BlockHolder(d), ActionHolder)
	if d.Holder == HolderMore {
		d.Holder = ""
	}
	proposed := d.Term
	s.choice(&d.Term, BlockTerm(d), ActionTerm)
	d.TermByHand = d.TermByHand || d.Term != proposed
	s.choice(&d.When, BlockWhen(d), ActionWhen)
	if d.When == whenNow {
		d.When = ""
	}
	if a, ok := s.input(BlockOrderDay(d), ActionOrderDay); ok {
		d.Day = a.SelectedDate
	}
	s.choice((*string)(&d.Plan), BlockPlan(d), ActionPlan)
	s.choice((*string)(&d.Contact), BlockContact(d), ActionContact)
	s.typed(&d.Quantity, BlockQuantity(d), ActionQuantity)
	s.typed(&d.PONumber, BlockPO, ActionPO)
	s.typed(&d.Note, BlockNote, ActionNote)
	if id := readChannel(s); id != "" {
		d.Channel = id
	}
	if a, ok := s.input(BlockServices(d), ActionServices); ok {
		d.Services = nil
		for _, o := range a.SelectedOptions {
			d.Services = append(d.Services, yeastar.ID(o.Value))
		}
	}
	quantities := map[yeastar.ID]string{}
	for _, id := range d.Services {
		q := d.ServiceQuantity[id]
		s.typed(&q, BlockServiceQuantity(d, id), ActionServiceQuantity)
		if q != "" {
			quantities[id] = q
		}
	}
	d.ServiceQuantity = nil
	if len(quantities) > 0 {
		d.ServiceQuantity = quantities
	}
	s.choice(&d.Product, BlockProduct, ActionProduct) // last: the inputs were drawn for the one before
	return d, nil
}

func readChannel(s inputs) string {
	a, _ := s.input(BlockChannel, ActionChannel)
	return cmp.Or(a.SelectedOption.Value, a.SelectedChannel, a.SelectedConversation)
}

// ReadReason is the reason that was typed into one of the small forms.
func ReadReason(v slack.View) string {
	var s string
	inputsOf(v).typed(&s, BlockReason, ActionReason)
	return s
}

// ReadPerson is the Slack user id that was chosen in the form of HandOverForm.
func ReadPerson(v slack.View) string {
	if v.State == nil {
		return ""
	}
	return v.State.Values[BlockPerson][ActionPerson].SelectedUser
}

// ReadOrderNo is the order number that was typed into the form of SettlePlacedForm.
func ReadOrderNo(v slack.View) string {
	var s string
	inputsOf(v).typed(&s, BlockOrderNo, ActionOrderNo)
	return s
}

// inputs are what stands in the inputs of a view, by block id and action id.
type inputs map[string]map[string]slack.BlockAction

func inputsOf(v slack.View) inputs {
	if v.State == nil {
		return nil
	}
	return v.State.Values
}

func (s inputs) input(block, action string) (slack.BlockAction, bool) {
	a, ok := s[block][action]
	return a, ok
}

// choice reads a menu. People cannot empty it, so a menu without a choice says nothing.
func (s inputs) choice(into *string, block, action string) {
	if a, ok := s.input(block, action); ok && a.SelectedOption.Value != "" {
		*into = a.SelectedOption.Value
	}
}

// typed reads a text or number input. People can empty it, so an empty one counts.
func (s inputs) typed(into *string, block, action string) {
	if a, ok := s.input(block, action); ok {
		*into = strings.TrimSpace(a.Value)
	}
}
