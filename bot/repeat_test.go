package bot_test

import (
	"testing"
	"time"

	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
	"renewbot/yeastar/yeastarsim"
)

// A PBX that was renewed for five years is not renewed for five more without a reason, and people
// read by which order it still runs.
func TestFiveYearsTwiceNeedAReason(t *testing.T) {
	t.Parallel()
	b, clock := setupAt(t)
	alice := b.as(sandbox.Alice)
	w := productWish{typed: yeastarsim.ApplianceSerial, plan: "Enterprise Plan", term: "5 years"}
	first := alice.asksFor(w)
	b.as(sandbox.Bob).press(b.card(sandbox.Renewals, first, "Approve"), "Approve")
	b.happened(first, renewal.CodeOrdered)
	b.later(clock, 3*365*24*time.Hour)
	alice.fillProduct(w)
	alice.redrawn()
	review := alice.review()
	b.wants(review, first+" renewed the same package on", "Current expiry: Mar 2, 2031, by our last order; the portal does not tell it")
	b.lacks(review, "The portal does not tell when this expires")
	if v, _ := alice.p.View(); !hasField(v, why) {
		t.Error("no reason is asked for")
	}
}

// What is renewed by the month needs no reason each month.
func TestMonthlyRenewalsNeedNoReason(t *testing.T) {
	t.Parallel()
	b, clock := setupAt(t, switched(yeastarsim.Generous))
	alice := b.as(sandbox.Alice)
	w := productWish{typed: yeastarsim.ApplianceMonthlySerial}
	first := alice.asksFor(w)
	b.as(sandbox.Bob).press(b.card(sandbox.Renewals, first, "Approve"), "Approve")
	b.happened(first, renewal.CodeOrdered)
	b.later(clock, 30*24*time.Hour)
	alice.fillProduct(w)
	alice.redrawn()
	b.lacks(alice.review(), "renewed the same package", "The portal has order")
	if v, _ := alice.p.View(); hasField(v, why) {
		t.Error("a reason is asked for")
	}
}
