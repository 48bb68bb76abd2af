package yeastarsim

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// TestEveryTutorialHasSomebody has no seed but what is made for the tutorials: each can be
// ordered by, in each of its cycles, and nobody has two packages of one product.
func TestEveryTutorialHasSomebody(t *testing.T) {
	t.Parallel()
	s := New()
	s.products, s.packages = nil, nil
	s.fillProducts()
	s.fillPackages(func(n int) time.Time { return s.now().AddDate(0, 0, n) })
	numbers, held := map[string]bool{}, map[string]bool{}
	for _, p := range s.packages {
		rule := slices.IndexFunc(renewalRules, func(r renewalRule) bool { return r.renews(p, s.product(r.ProductID)) })
		if rule < 0 {
			t.Fatalf("nothing renews %+v", p)
		}
		holder := fmt.Sprint(p.PartnerID, " ", p.ProductID)
		if (held[holder] && !renewalRules[rule].BySerial) || numbers[p.InstanceID] {
			t.Errorf("there are two like %+v", p)
		}
		held[holder], numbers[p.InstanceID] = true, true
	}
	for _, r := range renewalRules {
		product := s.product(r.ProductID)
		for cycle := range r.Cycles {
			if !slices.ContainsFunc(s.packages, func(p Package) bool {
				return r.renews(p, product) && p.Cycle == cycle && (p.PlanID != "") == r.Plan && (p.Extensions > 0) == r.Extensions &&
					(p.PartnerID == "" || !r.BySerial)
			}) {
				t.Errorf("nobody has %s %s", r.Name, cycle)
			}
		}
	}
	s.fillPackages(func(int) time.Time { t.Fatal("a package was made again"); return time.Time{} })
}
