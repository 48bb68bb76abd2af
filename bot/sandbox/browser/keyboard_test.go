package browser_test

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"renewbot/bot/sandbox"
)

// reach goes on with Tab, or back with Shift, until the focus is at an element.
func (p *tab) reach(selector string, options ...chromedp.KeyOption) {
	p.t.Helper()
	p.shows(selector, "")
	for range 60 {
		if ask[[]bool](p, "see the focus", "[seen("+quoted(selector)+").includes(document.activeElement)]")[0] {
			return
		}
		p.keys(kb.Tab, options...)
	}
	p.t.Fatalf("%s's window: Tab does not lead to %s:\n%s", p.name, selector, p.text())
}

// offered waits until the open list has such an option under the arrows.
func (p *tab) offered(text string) {
	p.t.Helper()
	p.until("be offered "+text, `(() => {
		const at = document.getElementById(document.activeElement.getAttribute("aria-activedescendant"));
		return at && at.textContent.includes(`+quoted(text)+`);
	})()`)
}

// The whole renewal without a mouse.
func TestRenewalByKeyboard(t *testing.T) {
	t.Parallel()
	s := setup(t)
	alice := s.as(sandbox.Alice)
	alice.reach(composer)
	alice.keys("/ren")
	alice.shows("[data-testid=offers]", "/renew")
	alice.look("completion")
	alice.enter() // completes it
	alice.until("have it completed", `document.activeElement.value === "/renew "`)
	alice.enter()
	alice.reach(action("holder", "[role=combobox]"))
	alice.keys("acme telecom")
	alice.offered("Acme Telecom ·")
	alice.enter()
	alice.reach(action("plan", "[role=combobox]"))
	alice.keys("Enterprise")
	alice.offered("Enterprise Plan")
	alice.look("combobox")
	alice.enter()
	alice.reach(action("quantity", "input"))
	alice.keys("50")
	alice.reach(action("contact", "[role=combobox]"))
	alice.keys(kb.ArrowDown)
	alice.offered("")
	alice.enter()
	alice.gone("[data-testid=options]")
	alice.reach(submit)
	alice.enter()
	alice.until("see the review", `seen('[data-callback-id=renew_review]').length > 0`)
	alice.reach(submit)
	alice.enter()
	alice.until("see that it is requested", `seen('[data-callback-id=renew_submitted]').length > 0`)
	alice.keys(kb.Escape)
	alice.gone("dialog[open]")
	bob := s.as(sandbox.Bob)
	bob.reach("[data-testid=replies]")
	bob.enter()
	bob.reach(thread + "[data-action-id=approve] button")
	bob.enter()
	bob.shows("[data-testid=confirm]", "real order")
	bob.reach("[data-testid=confirm-yes]")
	bob.enter()
	bob.shows(thread, orderNo)
	alice.shows("[data-testid=messages]", orderNo)
}
