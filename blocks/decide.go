package blocks

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/slack-go/slack"

	"renewbot/bot/renewal"
)

// RejectForm asks an approver for the reason of a no.
func RejectForm(r renewal.Request) slack.ModalViewRequest {
	return small(CallbackReject, "Reject "+r.Reference(), "Reject", r,
		section("about", what(r.Offer, outside)+".\nRequested by "+mention(r.Requester)+". Nothing has been ordered, and nothing will be."),
		reasonInput("Reason", "The requester sees it, and it is kept with the request."))
}

// ReturnForm asks an approver which changes they want.
func ReturnForm(r renewal.Request) slack.ModalViewRequest {
	return small(CallbackReturn, "Return "+r.Reference(), "Return", r,
		section("about", what(r.Offer, outside)+".\nRequested by "+mention(r.Requester)+", who gets it back to change it. Nothing has been ordered."),
		reasonInput("What should be changed?", "The requester sees it above the form, and it is kept with the request."))
}

// ApproveForm lets an approver say something with a yes, or makes them where nobody has explained
// what is serious.
func ApproveForm(r renewal.Request, p renewal.Pause) slack.ModalViewRequest {
	c := confirmApprove(r, p)
	blocks := []slack.Block{section("about", what(r.Offer, outside)+" ("+price(r.Offer, outside)+").\nRequested by "+mention(r.Requester)+".")}
	blocks = append(blocks, doubtAlerts(r.Doubts)...)
	words := reasonInput("Why should this be ordered all the same?",
		"Nobody has said so since it turned up. Your words stand on the card and in the thread, and are kept with the request.")
	if !r.Unexplained {
		element := slack.NewPlainTextInputBlockElement(nil, ActionReason).WithMultiline(true).WithMaxLength(renewal.MaxReason)
		words = slack.NewInputBlock(BlockReason, plain("Comment", limitLabel), plain("It is shown in the thread and kept with the request.", limitLabel), element).WithOptional(true)
	}
	blocks = append(blocks, words, section("consequence", "*"+approveConsequence(r, p)+"*"))
	return small(CallbackApprove, "Approve "+r.Reference(), c.Confirm.Text, r, blocks...)
}

// HandOverForm asks an approver who else should decide, and why.
func HandOverForm(r renewal.Request) slack.ModalViewRequest {
	who := slack.NewOptionsSelectBlockElement(slack.OptTypeUser, plain("A colleague", limitPlaceholder), ActionPerson)
	return small(CallbackHandOver, "Ask about "+r.Reference(), "Ask", r,
		section("about", what(r.Offer, outside)+".\nRequested by "+mention(r.Requester)+". Everybody else who may decide still can. "+nothingYet),
		slack.NewInputBlock(BlockPerson, plain("Who should decide?", limitLabel), plain("Somebody who may decide on this request. They get a message.", limitLabel), who),
		reasonInput("Why?", "They see it, and it is kept with the request."))
}

// SettlePlacedForm asks for the number of an order whose answer was lost.
func SettlePlacedForm(r renewal.Request) slack.ModalViewRequest {
	return small(CallbackSettlePlaced, "It was placed", "Check and save", r,
		section("about", r.Reference()+": "+what(r.Offer, outside)+".\nLook for the order in the Partner Portal. Nothing is sent by this form."),
		orderNoInput(""))
}

// SettlePlacedAnyway shows how the order that somebody named differs from what was sent, and
// asks once more. The button that opened the form was drawn for the target.
func SettlePlacedAnyway(r renewal.Request, t Target, typed, orderNo string, differs []string) slack.ModalViewRequest {
	words := make([]string, len(differs))
	for i, d := range differs {
		words[i] = "• " + outside(d, detailLimit)
	}
	v := small(CallbackSettlePlaced, "It was placed", "It is this order", r,
		alert("warning", slack.AlertLevelWarning, "This order differs from the one that was sent, or may differ. If it is another one, nothing will be ordered for this request."),
		section("about", r.Reference()+": "+what(r.Offer, outside)+".\n"+"Order "+outside(orderNo, shortLimit)+":\n"+strings.Join(words, "\n")),
		orderNoInput(typed))
	t.Seen = SeenOf(orderNo, differs)
	v.PrivateMetadata = t.Encode()
	return v
}

// SeenOf stands for what a person saw of an order: submitting the form that showed it
// confirms that, and nothing else.
func SeenOf(orderNo string, differs []string) string {
	sum := sha256.Sum256([]byte(strings.Join(append([]string{orderNo}, differs...), "\x00")))
	return hex.EncodeToString(sum[:16])
}

func orderNoInput(typed string) slack.Block {
	element := slack.NewPlainTextInputBlockElement(plain("XS…", limitPlaceholder), ActionOrderNo).WithMaxLength(limitOrderNo)
	element.InitialValue = line(typed, limitOrderNo)
	return slack.NewInputBlock(BlockOrderNo, plain("Order number", limitLabel),
		plain("As the portal shows it. It is checked with Yeastar before it is saved.", limitLabel), element)
}

// SettleNotPlacedForm is the second confirmation that an order of unknown fate was not
// placed.
func SettleNotPlacedForm(r renewal.Request) slack.ModalViewRequest {
	return small(CallbackSettleNotPlaced, "It was not placed", "It was not placed", r,
		alert("warning", slack.AlertLevelWarning, "If the order exists after all, trying again pays for it twice."),
		section("about", r.Reference()+": "+what(r.Offer, outside)+".\nLook in the Partner Portal first: orders may show up late. Nothing is sent by this form; the request can then be tried again or closed."),
		reasonInput("How do you know?", "For example: not among the orders of the portal an hour later. It is kept with the request."))
}

func small(callback, title, submit string, r renewal.Request, blocks ...slack.Block) slack.ModalViewRequest {
	v := modal(callback, title, blocks...)
	v.Submit, v.Close = plain(submit, limitTitle), plain("Back", limitTitle)
	v.PrivateMetadata = TargetOf(r).Encode()
	return v
}

func reasonInput(label, hint string) slack.Block {
	element := slack.NewPlainTextInputBlockElement(nil, ActionReason).
		WithMultiline(true).WithMinLength(1).WithMaxLength(renewal.MaxReason)
	return slack.NewInputBlock(BlockReason, plain(label, limitLabel), plain(hint, limitLabel), element)
}
