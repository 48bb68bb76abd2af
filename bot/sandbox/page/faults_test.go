package page_test

import (
	"strings"
	"testing"

	"renewbot/bot/sandbox"
)

// Each switch of the portal leads to what the thread should say.
func TestFaultInTheThread(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		thread []string
		code   string // of the audit trail
		orders int    // that the portal has got
	}{
		"slow":    {[]string{"is ordered", "XS3401174502129270784"}, "order.placed", 1},
		"refused": {[]string{"Not ordered.", "The credit line does not cover this order", "insufficient_credit"}, "order.refused", 0},
		"lost":    {[]string{"This order may or may not have been placed. Nothing will be sent again until you decide."}, "order.unknown", 1},
		"pending": {[]string{"has not finished it", "XS3401174502129270784", "pending"}, "order.processing", 1},
		"expired": {[]string{"Not ordered."}, "order.refused", 0},
		"down":    {[]string{"Not ordered.", "what was approved could not be checked"}, "order.refused", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			alice, bob := b.open(sandbox.Alice), b.open(sandbox.Bob)
			alice.request()
			b.must(sandbox.Dave, "fault", args{"id": name, "on": true})
			for _, w := range []*window{alice, bob} {
				w.wait("the switch on", func(s *state) bool { return s.on(name) })
			}
			bob.press(bob.shows(sandbox.Renewals, `"action_id":"approve"`), "approve")
			if name == "down" { // the bot tries for a while before it gives up
				bob.shows(sandbox.Renewals, "The order is about to be placed.")
				b.must(sandbox.Dave, "advance", args{"seconds": 60})
				bob.shows(sandbox.Renewals, "Nothing has been ordered yet", "can't be reached", "I keep trying until")
				b.must(sandbox.Dave, "advance", args{"seconds": 3600})
			}
			said := bob.shows(sandbox.Renewals, c.thread...)
			if said.ThreadTS == "" {
				t.Errorf("it is said outside of the thread: %s", said.Text)
			}
			bob.wait("the code "+c.code, func(s *state) bool { return s.has(c.code) })
			bob.wait("the portal's orders", func(s *state) bool { return s.placed() == c.orders })
			b.must(sandbox.Dave, "fault", args{"id": name, "on": false})
			bob.wait("the switch off", func(s *state) bool { return !s.on(name) })
		})
	}
}

// A pending order is paid or cancelled in the portal, and the thread hears of it.
func TestPendingOrderInThePortal(t *testing.T) {
	t.Parallel()
	for verb, want := range map[string]struct{ status, thread, code string }{
		"pay":         {"succeed", "is ordered", "order.placed"},
		"cancelOrder": {"cancelled", "did not go through", "order.refused"},
	} {
		t.Run(verb, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.must(sandbox.Alice, "fault", args{"id": "pending", "on": true})
			bob := b.approved()
			bob.shows(sandbox.Renewals, "has not finished it")
			bob.wait("the order", func(s *state) bool { return s.placed() == 1 && s.Orders[0].Status == "pending" })
			number := look(bob, func(s *state) string { return s.Orders[0].OrderNo })
			b.must(sandbox.Dave, verb, args{"orderNo": number})
			bob.wait("the order's end", func(s *state) bool { return s.Orders[0].Status == want.status })
			if r := b.act(sandbox.Dave, verb, args{"orderNo": number}); r.Code != "not_pending" {
				t.Errorf("the second time it answers %+v", r)
			}
			b.must(sandbox.Dave, "advance", args{"seconds": 3600}) // the bot asks ever more rarely
			bob.shows(sandbox.Renewals, want.thread, number)
			bob.wait("the code "+want.code, func(s *state) bool { return s.has(want.code) })
		})
	}
}

// An order whose answer was lost is settled by hand.
func TestLostAnswerSettledByHand(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.must(sandbox.Alice, "fault", args{"id": "lost", "on": true})
	bob := b.approved()
	card := bob.shows(sandbox.Renewals, `"action_id":"settle_placed"`)
	bob.press(card, "settle_placed")
	v := bob.top("It was placed")
	if r := b.act(sandbox.Bob, "viewSubmit", args{"viewId": v.ID}); r.Code != "held_back" || len(r.Fields) != 1 {
		t.Errorf("without an order number it answers %+v", r)
	}
	bob.in("viewType", "order_no", args{"text": "XS9999999999999999999"})
	r := b.must(sandbox.Bob, "viewSubmit", args{"viewId": v.ID})
	if len(r.Errors) != 1 || r.Closed {
		t.Errorf("a number that is none answers %+v", r)
	}
	bob.wait("the error at its field", func(s *state) bool { return len(s.Stack) == 1 && len(s.Stack[0].Errors) == 1 })
	bob.wait("the order", func(s *state) bool { return s.placed() == 1 })
	number := look(bob, func(s *state) string { return s.Orders[0].OrderNo })
	bob.in("viewType", "order_no", args{"text": number})
	bob.submit("It was placed")
	bob.wait("the second question", func(s *state) bool {
		return len(s.Stack) == 1 && strings.Contains(string(s.Stack[0].Blocks), "does not tell whose order it is")
	})
	bob.submit("It was placed")
	bob.shows(sandbox.Renewals, "found that the order was placed", number)
	bob.wait("no modal", func(s *state) bool { return len(s.Stack) == 0 })
}
