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
	alice, bob := b.as(sandbox.Alice), b.as(sandbox.Bob)
	for range 3 {
		alice.fillProduct(productWish{typed: yeastarsim.ApplianceMonthlySerial})
		alice.redrawn()
		b.lacks(alice.review(), "renewed the same package")
		if v, _ := alice.p.View(); hasField(v, why) {
			t.Fatal("a reason is asked for")
		}
		alice.submitOK()
		reference := referenceIn(alice.reads("is saved."))
		alice.back()
		bob.press(b.card(sandbox.Renewals, reference, "Approve"), "Approve")
		b.happened(reference, renewal.CodeOrdered)
		b.later(clock, 30*24*time.Hour)
	}
}
