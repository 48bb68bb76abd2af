package blocks

import (
	"fmt"
	"hash/crc32"

	"renewbot/yeastar"
)

// The callback ids of the views, and of the global shortcut in the app's manifest.
const (
	CallbackForm            = "renew_form"
	CallbackReview          = "renew_review"
	CallbackReject          = "renew_reject"
	CallbackReturn          = "renew_return"
	CallbackApprove         = "renew_approve"
	CallbackHandOver        = "renew_hand_over"
	CallbackSettlePlaced    = "renew_settle_placed"
	CallbackSettleNotPlaced = "renew_settle_not_placed"
	CallbackLoading         = "renew_loading"
	CallbackTrouble         = "renew_trouble"
	CallbackSubmitted       = "renew_submitted"
	CallbackNotice          = "renew_notice"
	CallbackList            = "renew_list"
	CallbackHome            = "renew_home"
	CallbackShortcut        = "renew_global"
)

// The action ids of the inputs of the forms.
const (
	ActionProduct         = "product"
	ActionHolder          = "holder"
	ActionPlan            = "plan"
	ActionTerm            = "term"
	ActionServices        = "services"
	ActionQuantity        = "quantity"
	ActionServiceQuantity = "service_quantity"
	ActionContact         = "contact"
	ActionWhen            = "when"
	ActionOrderDay        = "order_day"
	ActionPO              = "po_number"
	ActionNote            = "note"
	ActionChannel         = "channel"
	ActionReason          = "reason"
	ActionOrderNo         = "order_no"
	ActionPerson          = "person"
)

// The action ids of the buttons. Those on a card have a Target as value.
const (
	ActionApprove         = "approve"
	ActionReject          = "reject"
	ActionReturn          = "return"
	ActionApproveComment  = "approve_comment"
	ActionHandOver        = "hand_over"
	ActionMore            = "more"      // an overflow menu; its options say which action they are
	ActionOpenCard        = "open_card" // a link: Slack tells of it all the same
	ActionAskAgain        = "ask_again"
	ActionChange          = "change"
	ActionCancel          = "cancel"
	ActionRetry           = "retry"
	ActionClose           = "close"
	ActionSettlePlaced    = "settle_placed"
	ActionSettleNotPlaced = "settle_not_placed"
	ActionOpenForm        = "open_form"
	ActionRetryForm       = "retry_form"
)

// The block ids of inputs that depend on no other input.
const (
	BlockProduct = "product"
	BlockPO      = "po_number"
	BlockNote    = "note"
	BlockChannel = "channel"
	BlockReason  = "reason"
	BlockOrderNo = "order_no"
	BlockPerson  = "person"
)

// HolderOwn is the holder value of the calling account itself.
const HolderOwn = "own"

// PlanNone is the plan value of services that are renewed without their plan.
const PlanNone = yeastar.ID("none")

// BlockHolder is the block id of the holder. A PBX of one product is none of another one, so
// that Slack forgets it with the product.
func BlockHolder(d Draft) string {
	if p, ok := yeastar.ProductByKey(d.Product); ok && p.Holder == yeastar.BySerial {
		return "holder." + p.Key
	}
	return "holder"
}

// BlockPlan is the block id of the plan. One that is on offer no more does not stay in its menu.
func BlockPlan(d Draft) string {
	if d.PlanGone {
		return dependent("plan", "gone", d)
	}
	return dependent("plan", "", d)
}

// BlockServices is the block id of the services.
func BlockServices(d Draft) string { return dependent("services", "", d) }

// BlockQuantity is the block id of the number of extensions.
func BlockQuantity(d Draft) string { return dependent("quantity", "", d) }

// BlockServiceQuantity is the block id of a service's quantity.
func BlockServiceQuantity(d Draft, id yeastar.ID) string {
	return dependent("service_quantity", string(id), d)
}

// BlockTerm is the block id of the term.
func BlockTerm(d Draft) string { return dependent("term", d.Cycle, d) }

// BlockContact is the block id of the billing contact.
func BlockContact(d Draft) string { return dependent("contact", "", d) }

// BlockWhen is the block id of when it is to be ordered.
func BlockWhen(d Draft) string { return dependent("when", "", d) }

// BlockOrderDay is the block id of the day on which it is to be ordered.
func BlockOrderDay(d Draft) string { return dependent("order_day", "", d) }

// dependent makes a block id that is another one for each product and holder, and for each
// distinction: Slack keeps what stands in an input as long as its ids stay. So that nothing
// is lost that somebody types while a form is drawn, they change only with what is asked.
func dependent(name, distinction string, d Draft) string {
	if distinction = oneLine(distinction, limitOption); distinction != "" {
		name += "." + distinction
	}
	return fmt.Sprintf("%s.%d", name, d.Drawn)
}

// drawnFor is what tells the product and the holder of a draft from others.
func drawnFor(d Draft) int {
	return int(crc32.ChecksumIEEE([]byte(d.Product+"\n"+d.Holder)) | 1)
}
