package yeastar_test

import (
	"testing"

	"renewbot/yeastar"
	"renewbot/yeastar/yeastarsim"
)

func TestAutoRenewal(t *testing.T) {
	t.Parallel()
	sim, c := setup(t)
	ask := func() (yeastar.AutoRenewal, error) {
		return c.AutoRenewal(t.Context(), turnkey, yeastarsim.TutorialAccountID)
	}
	if got, err := ask(); got != yeastar.AutoRenewalOff || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	sim.SetAutoRenew("", true)
	if got, err := ask(); got != yeastar.AutoRenewalOn || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	sim.Switch(func(s *yeastarsim.Switches) { s.NoAutoRenewal = true })
	if got, err := ask(); got != yeastar.AutoRenewalUnknown || yeastar.ClassOf(err) != yeastar.ClassRefused {
		t.Errorf("a refusal is %q, %v", got, err)
	}
}

func TestPendingPlanSwitch(t *testing.T) {
	t.Parallel()
	sim, c := setup(t)
	sim.UpdatePackage("", func(p *yeastarsim.Package) { p.CurrentPlan = "Ultimate Plan" })
	p, err := c.OwnedProduct(t.Context(), turnkey, yeastarsim.TutorialAccountID)
	if err != nil || p.CurrentPlan != "Ultimate Plan" {
		t.Errorf("got %q, %v", p.CurrentPlan, err)
	}
}
