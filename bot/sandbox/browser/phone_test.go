package browser_test

import (
	"testing"

	"renewbot/bot/sandbox"
)

// Everything is there on a phone, one pane at a time.
func TestOnAPhone(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.width, s.height = 390, 844
	alice := s.as(sandbox.Alice)
	alice.look("channel")
	alice.fill()
	alice.look("form")
	alice.send()
	for _, pane := range []string{"nav", "portal", "bot", "main"} {
		alice.click("[data-pane="+pane+"]", "")
		alice.shows("[data-pane="+pane+"][aria-current=page]", "")
		alice.look(pane)
	}
	bob := s.as(sandbox.Bob)
	bob.click("[data-testid=replies]", "")
	bob.look("thread")
	card := ask[[]float64](bob, "measure the card", `(() => {
		const approve = seen("`+thread+`[data-action-id=approve] button", "").pop();
		let pane = approve.parentElement;
		while (!/auto|scroll/.test(getComputedStyle(pane).overflowY)) pane = pane.parentElement;
		const from = approve.closest("[data-message-ts]").getBoundingClientRect().top;
		return [approve.getBoundingClientRect().bottom - from, pane.clientHeight];
	})()`)
	if card[0] > card[1] {
		t.Errorf("from the top of the card to Approve it is %v, and the pane has %v: who decides has to scroll", card[0], card[1])
	}
	bob.approves()
	bob.shows(thread, orderNo)
	bob.look("ordered")
}

// The tour is offered at the first visit, and can be left.
func TestTourAtTheFirstVisit(t *testing.T) {
	t.Parallel()
	s := setup(t)
	p := s.open("", "the visitor", "")
	p.shows("[data-testid=tour]", "Try a renewal")
	p.look("tour")
	p.click("[data-testid=tour-next]", "")
	p.shows("[data-tour-step=request]", "")
	p.click("[data-testid=tour-leave]", "")
	p.gone("[data-testid=tour]")
	again := s.open("", "the visitor again", "")
	again.gone("[data-testid=tour]")
}

// What approvers and requesters have besides the card, on a phone: Home to decide from, returning a
// request, the form that it comes back with, deputies, and what is due.
func TestDecidingOnAPhone(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.width, s.height = 390, 844
	alice := s.as(sandbox.Alice)
	alice.fill()
	s.blind = true // others have looked at the review
	alice.send()
	s.blind = false
	bob := s.as(sandbox.Bob)
	bob.enters("home")
	bob.shows("[data-testid=home] ", "RNW-000001")
	bob.look("home")
	bob.click("[data-testid=home] [data-action-id=return] button", "")
	bob.shows(top+"h2", "Return RNW-000001")
	bob.into(action("reason", "textarea"), "The PO number is the one of last year.")
	bob.look("return")
	bob.click(submit, "")
	bob.gone("dialog[open]")
	bob.enters(sandbox.Renewals)
	bob.command("/renew deputy @dave until Friday")
	bob.shows("[data-ephemeral=true]", "decides for")
	bob.look("deputies")
	bob.command("/renew due ")
	bob.shows("[data-ephemeral=true]", "Renewals due")
	bob.look("due")

	alice.click("[data-testid=replies]", "")
	alice.shows(thread, "asks for changes")
	alice.look("returned")
	alice.decides("change")
	alice.shows(top+"h2", "Change RNW-000001")
	alice.shows(top, "The PO number is the one of last year.")
	alice.look("returned form")
}

// enters opens what the side bar of a phone leads to.
func (p *tab) enters(entry string) {
	p.t.Helper()
	p.click("[data-pane=nav]", "")
	p.click("[data-entry="+entry+"]", "")
}
