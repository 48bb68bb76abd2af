package browser_test

import (
	"testing"

	"renewbot/bot/sandbox"
)

const (
	composer = "[data-testid=composer] textarea"
	top      = "dialog[data-testid=modal] "
	submit   = top + "[data-testid=modal-submit]"
	thread   = "[data-testid=thread-messages] "
	orderNo  = "XS3401174502129270784"
)

// action is an element of the modal that is open, by its action id.
func action(id, inner string) string { return top + "[data-action-id=" + id + "] " + inner }

// choose types into a combobox and chooses what is offered.
func (p *tab) choose(id, query, option string) {
	p.t.Helper()
	p.into(action(id, "[role=combobox]"), query)
	p.pick("[role=option]", option)
}

// pick clicks one of the options on offer, once all of them are there: a list that is
// drawn anew slips away under the mouse.
func (p *tab) pick(selector, option string) {
	p.t.Helper()
	const options = "[data-testid=options] "
	p.shows(options+selector, option)
	p.gone(options + ".combo-wait")
	p.click(options+selector, option)
	p.gone(options)
}

// command types a slash command.
func (p *tab) command(text string) {
	p.t.Helper()
	p.into(composer, text)
	p.enter()
}

// fill fills the form in, for Acme Telecom.
func (p *tab) fill() {
	p.t.Helper()
	p.command("/renew ")
	p.shows(top+"h2", "Renew a subscription")
	p.choose("holder", "acme tel", "Acme Telecom ·")
	p.shows(action("plan", "[role=combobox]"), "")
	p.choose("plan", "Enter", "Enterprise Plan")
	p.into(action("quantity", "input"), "50")
	p.click(action("contact", "[role=combobox]"), "")
	p.pick("[role=option]:first-child", "")
}

// send goes through the review and requests the approval.
func (p *tab) send() {
	p.t.Helper()
	p.click(submit, "")
	p.until("see the review", `seen('[data-callback-id=renew_review]').length > 0`)
	p.look("review")
	p.click(submit, "")
	p.until("see that it is requested", `seen('[data-callback-id=renew_submitted]').length > 0`)
	p.look("requested")
	p.click(top+"[data-testid=modal-close]", "")
	p.gone("dialog[open]")
}

// reads opens the newest thread of #renewals.
func (p *tab) reads() {
	p.t.Helper()
	p.click("[data-entry="+sandbox.Renewals+"]", "")
	p.click("[data-testid=replies]", "")
	p.shows(thread, "")
}

// decides presses a button of the card in the open thread.
func (p *tab) decides(id string) {
	p.t.Helper()
	p.click(thread+"[data-action-id="+id+"] button", "")
}

// approves presses Approve, and says yes.
func (p *tab) approves() {
	p.t.Helper()
	p.decides("approve")
	p.shows("[data-testid=confirm]", "real order")
	p.look("confirm")
	p.click("[data-testid=confirm-yes]", "")
	p.gone("dialog[open]")
}

// The whole renewal by mouse: Alice asks, Bob approves in another window, and the order
// number stands in the channel.
func TestRenewalByMouse(t *testing.T) {
	t.Parallel()
	s := setup(t)
	alice := s.as(sandbox.Alice)
	alice.look("channel")
	alice.fill()
	alice.look("form")
	alice.show("request")
	alice.send()
	bob := s.as(sandbox.Bob)
	bob.reads()
	bob.look("card")
	bob.show("approve")
	bob.approves()
	bob.shows(thread, orderNo)
	bob.look("thread")
	alice.shows("[data-testid=messages] ", orderNo) // without reloading
	alice.click("[data-dock=portal]", "")
	alice.shows("[data-testid=portal-pane] [data-order-no="+orderNo+"]", "")
	alice.look("ordered")
	alice.show("ordered")
	alice.click("[data-dock=bot]", "")
	alice.shows("[data-testid=bot-pane] [data-code='order.placed']", "")
	alice.look("bot")
}

func TestRejectionWithAReason(t *testing.T) {
	t.Parallel()
	s := setup(t)
	alice := s.as(sandbox.Alice)
	alice.fill()
	alice.send()
	carol := s.as(sandbox.Carol)
	carol.reads()
	carol.decides("reject")
	carol.shows(top+"h2", "Reject RNW-000001")
	carol.click(submit, "")
	carol.shows(top+"[data-testid=field-error]", "")
	carol.look("no-reason")
	carol.into(action("reason", "textarea"), "We move to 250 extensions first.")
	carol.click(submit, "")
	carol.gone("dialog[open]")
	carol.shows(thread, "We move to 250 extensions first.")
	alice.shows("[data-testid=messages] ", "Rejected")
	alice.look("rejected")
}

// What is wrong stands at its field, and the field is told to whoever cannot see it.
func TestInputErrorAtItsField(t *testing.T) {
	t.Parallel()
	s := setup(t)
	alice := s.as(sandbox.Alice)
	alice.fill()
	alice.into(action("quantity", "input"), "0")
	alice.click(submit, "")
	alice.shows(top+"[data-testid=field-error]", "")
	alice.until("have the focus at it", `document.activeElement.matches('[data-action-id=quantity] input[aria-invalid=true]')`)
	alice.until("hear of it", `document.activeElement.getAttribute("aria-describedby").split(" ").some((id) => document.getElementById(id)?.textContent)`)
	alice.look("input-error")
	alice.into(action("quantity", "input"), "50")
	alice.send()
}

// The answer to the order is lost; Bob looks into the portal and settles it.
func TestLostAnswerSettledByHand(t *testing.T) {
	t.Parallel()
	s := setup(t)
	alice := s.as(sandbox.Alice)
	alice.fill()
	alice.send()
	bob := s.as(sandbox.Bob)
	bob.click("[data-dock=portal]", "")
	bob.click("[data-fault=lost]", "")
	bob.shows("[data-fault=lost][aria-checked=true]", "")
	bob.reads()
	bob.approves()
	bob.shows(thread, "may or may not have been placed")
	bob.shows("[data-testid=portal-pane] [data-order-no="+orderNo+"]", "")
	bob.look("lost")
	bob.decides("settle_placed")
	bob.into(action("order_no", "input"), "XS9999999999999999999")
	bob.click(submit, "")
	bob.shows(top+"[data-testid=field-error]", "knows no order with this number")
	bob.look("wrong-number")
	bob.into(action("order_no", "input"), orderNo)
	bob.click(submit, "")
	bob.shows(top, "does not tell whose order it is")
	bob.look("settled-twice")
	bob.click(submit, "")
	bob.gone("dialog[open]")
	bob.shows(thread, "found that the order was placed")
	bob.look("settled")
}

// Each of the portal's other switches leads to what the thread should say.
func TestFaultsInTheThread(t *testing.T) {
	t.Parallel()
	for fault, said := range map[string]string{
		"slow":    orderNo,
		"refused": "The credit line does not cover this order",
		"pending": "It may need paying in the Partner Portal",
		"expired": "Not ordered.",
		"down":    "Nothing has been ordered yet",
	} {
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			s := setup(t)
			s.blind = true
			alice := s.as(sandbox.Alice)
			alice.fill()
			alice.send()
			bob := s.as(sandbox.Bob)
			bob.click("[data-dock=portal]", "")
			bob.click("[data-fault="+fault+"]", "")
			bob.shows("[data-fault="+fault+"][aria-checked=true]", "")
			bob.reads()
			bob.approves()
			bob.shows(thread, said)
			s.blind = false
			bob.look(fault)
		})
	}
}

// A guest gets a sentence that only she sees.
func TestGuestIsRefused(t *testing.T) {
	t.Parallel()
	s := setup(t)
	gina := s.as(sandbox.Gina)
	gina.command("/renew acme")
	gina.shows("[data-ephemeral=true]", "Guests")
	gina.gone("dialog[open]")
	gina.look("guest")
}

func TestHome(t *testing.T) {
	t.Parallel()
	s := setup(t)
	alice := s.as(sandbox.Alice)
	alice.click("[data-entry=home]", "")
	alice.shows("[data-testid=home] ", "")
	alice.look("home")
	alice.click("[data-testid=home] [data-action-id=open_form] button", "")
	alice.shows(top+"h2", "Renew a subscription")
	alice.keys("\x1b")
	alice.gone("dialog[open]")
}
