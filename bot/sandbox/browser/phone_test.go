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
