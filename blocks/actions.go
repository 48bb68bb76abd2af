package blocks

import (
	"slices"

	"github.com/slack-go/slack"

	"renewbot/bot/renewal"
)

// What a state lets its approvers and its requester do. Everybody sees the same card, so
// these are the actions that are possible at all; renewal.Request.May says who may.
var (
	approverActions = map[renewal.Status][]renewal.Action{
		renewal.Pending:  {renewal.ActionApprove, renewal.ActionReturn, renewal.ActionReject},
		renewal.Approved: {renewal.ActionCancel},
		renewal.Refused:  {renewal.ActionRetry, renewal.ActionClose},
		renewal.Unknown:  {renewal.ActionSettlePlaced, renewal.ActionSettleNotPlaced},
	}
	requesterActions = map[renewal.Status][]renewal.Action{
		renewal.Pending:   {renewal.ActionAmend, renewal.ActionCancel},
		renewal.Approved:  {renewal.ActionAmend},
		renewal.Returned:  {renewal.ActionAmend, renewal.ActionCancel},
		renewal.Rejected:  {renewal.ActionAskAgain},
		renewal.Cancelled: {renewal.ActionAskAgain},
		renewal.Expired:   {renewal.ActionAskAgain},
	}
)

const approveWithComment = "Approve with a comment…"

// actionRow is a line of buttons; what there is more to approving stands in a menu. p is whether
// orders are paused.
func actionRow(id string, r renewal.Request, actions []renewal.Action, p renewal.Pause) []slack.Block {
	var elements []slack.BlockElement
	for _, a := range actions {
		if b := actionButton(r, a, p); b != nil {
			elements = append(elements, b)
		}
	}
	if len(elements) == 0 {
		return nil
	}
	if more := moreMenu(r); more != nil && slices.Contains(actions, renewal.ActionApprove) {
		elements = append(elements, more)
	}
	return []slack.Block{slack.NewActionBlock(id, elements...)}
}

// moreMenu has what is wanted more seldom; nil when Slack would not take it.
func moreMenu(r renewal.Request) slack.BlockElement {
	var options []*slack.OptionBlockObject
	for _, o := range []struct{ do, label string }{{ActionApproveComment, approveWithComment}, {ActionHandOver, "Ask somebody else…"}} {
		if o.do == ActionApproveComment && r.Unexplained {
			continue // it is the button
		}
		t := TargetOf(r)
		t.Do = o.do
		value := t.Encode()
		if width(value) > limitMenuValue {
			return nil
		}
		options = append(options, slack.NewOptionBlockObject(value, plain(o.label, limitOption), nil))
	}
	return slack.NewOverflowBlockElement(ActionMore, options...)
}

// actionButton is the button of an action in the request's state; nil: there is none. A line of a
// batch is never changed by itself, and an order whose day has come, which is held up, not any more.
func actionButton(r renewal.Request, a renewal.Action, p renewal.Pause) slack.BlockElement {
	if r.Batch != 0 && (a == renewal.ActionReturn || a == renewal.ActionAmend) {
		return nil
	}
	switch a {
	case renewal.ActionApprove:
		if r.Unexplained { // nobody approves without words
			return button(r, ActionApproveComment, approveWithComment).WithStyle(slack.StylePrimary)
		}
		return button(r, ActionApprove, "Approve").WithStyle(slack.StylePrimary).WithConfirm(confirmApprove(r, p))
	case renewal.ActionReturn:
		return button(r, ActionReturn, "Return…")
	case renewal.ActionReject:
		return button(r, ActionReject, "Reject…").WithStyle(slack.StyleDanger)
	case renewal.ActionAmend:
		if r.Status == renewal.Approved && (!r.WaitsForDay() || r.Problem != nil) {
			return nil
		}
		return button(r, ActionChange, "Change…")
	case renewal.ActionCancel:
		return cancelButton(r)
	case renewal.ActionRetry:
		return button(r, ActionRetry, "Try again").WithStyle(slack.StylePrimary).WithConfirm(confirmRetry(r, p))
	case renewal.ActionClose:
		return button(r, ActionClose, "Close")
	case renewal.ActionSettlePlaced:
		return button(r, ActionSettlePlaced, "It was placed…")
	case renewal.ActionSettleNotPlaced:
		return button(r, ActionSettleNotPlaced, "It was not placed…")
	case renewal.ActionAskAgain:
		return button(r, ActionAskAgain, "Ask again…")
	}
	return nil
}

func cancelButton(r renewal.Request) slack.BlockElement {
	if r.Status != renewal.Approved {
		return button(r, ActionCancel, "Cancel request").WithConfirm(confirm(
			"Cancel this request?", aboutOffer(r.Offer, "."), nil, "Nothing was ordered, and nothing will be.",
			"Cancel request", "Keep it", slack.StyleDanger))
	}
	if r.DryRun {
		return nil
	}
	return button(r, ActionCancel, "Stop the order").WithStyle(slack.StyleDanger).WithConfirm(confirm(
		"Stop "+r.Reference()+"?", aboutOffer(r.Offer, "."), nil,
		"It was not sent yet. Its requester and approvers can stop it until it is sent.", "Stop the order", "Let it be ordered", slack.StyleDanger))
}

func button(r renewal.Request, action, label string) *slack.ButtonBlockElement {
	b := slack.NewButtonBlockElement(action, TargetOf(r).Encode(), plain(label, limitButton))
	b.AccessibilityLabel = line(label+" "+r.Reference(), limitButton)
	return b
}

// before says in a form why a request came back, or which one is asked for again.
func before(r *renewal.Request) []slack.Block {
	switch {
	case r == nil:
		return nil
	case r.Status == renewal.Returned:
		return []slack.Block{section("before", "↪️ *"+inPlace(r.ReturnedBy, r.ReturnedFor)+" asks for changes*\n"+outside(r.ReturnReason, reasonLimit))}
	case r.Status.Final():
		s := stateOf(*r)
		return []slack.Block{section("before", "Asks again for *"+r.Reference()+"*. "+s.bold())}
	}
	return nil
}
