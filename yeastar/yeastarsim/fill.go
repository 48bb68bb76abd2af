package yeastarsim

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"
	"time"
)

// fillProducts puts into the catalogue what a tutorial renews and the catalogue has not.
func (s *Server) fillProducts() {
	for _, r := range renewalRules {
		if s.product(r.ProductID) == nil {
			s.products = append(s.products, Product{ID: r.ProductID, Name: r.Name, OfferingID: r.number("offering")})
		}
		p := s.product(r.ProductID)
		if r.Plan && len(p.Plans) == 0 {
			p.Plans = []Plan{{ID: r.number("plan"), PricingID: r.number("price of the plan"), Name: r.Name, UnitPrice: "60.00"}}
		}
		if r.Services && r.service(p) == nil {
			p.Services = append(p.Services, Service{
				ID: r.number("service"), PricingID: r.number("price of the service"), Name: cmp.Or(r.Only, "Recording Minutes"), UnitPrice: "0.50",
				Counted: r.Extensions,
			})
		}
	}
}

// fillPackages lets somebody have what a tutorial renews and nobody has: a PBX for each billing cycle, or packages of the
// account, if it has none of this product, and of a customer.
func (s *Server) fillPackages(day func(int) time.Time) {
	for i, r := range renewalRules {
		product := s.product(r.ProductID)
		if slices.ContainsFunc(s.packages, func(p Package) bool { return r.renews(p, product) }) {
			continue
		}
		for n, cycle := range []string{"annually", "monthly"} {
			if r.Cycles[cycle] == nil {
				continue
			}
			p := r.bought(product)
			p.Cycle, p.Expires, p.Created = cycle, day(30+10*n), day(-500-i)
			if r.BySerial {
				p.ProductNo, p.InstanceID = fmt.Sprintf("369%dF%08d", n, s.seedNumber()), strconv.FormatInt(2000000+s.seedNumber(), 10)
				s.packages = append(s.packages, p)
				continue
			}
			s.fillAccounts(p)
		}
	}
}

// seedNumber is another one for each package that is there.
func (s *Server) seedNumber() int64 { return int64(len(s.packages)) }

// fillAccounts gives a package to the account and to the first customer who has none of its product.
func (s *Server) fillAccounts(p Package) {
	holders := []Customer{{AccountID: s.account.ID}}
	for _, c := range s.customers {
		if c.PartnerID != ProspectID {
			holders = append(holders, c)
		}
	}
	customers := 0
	for _, c := range holders {
		if customers == 1 || s.heldPackage(p.ProductID, c.PartnerID) != nil {
			continue
		}
		p.ProductNo, p.PartnerID, p.InstanceID = c.AccountID, c.PartnerID, strconv.FormatInt(2000000+s.seedNumber(), 10)
		s.packages = append(s.packages, p.clone())
		if c.PartnerID != "" {
			customers++
		}
	}
}

// bought is a package of a product that the rule's tutorial renews.
func (r renewalRule) bought(product *Product) Package {
	p := Package{ProductID: r.ProductID}
	if r.Plan {
		p.PlanID = product.Plans[0].ID
	}
	if r.Extensions {
		p.Extensions = 30
	}
	if v := r.service(product); v != nil && r.Services {
		p.Services = []PackageService{{ServiceID: v.ID}}
		if v.Counted {
			p.Services[0].Quantity = 500
		}
	}
	return p
}

// service is the tutorial's own service in the catalogue, or the first one where it renews all.
func (r renewalRule) service(p *Product) *Service {
	i := slices.IndexFunc(p.Services, func(v Service) bool { return r.Only == "" || v.Name == r.Only })
	if i < 0 {
		return nil
	}
	return &p.Services[i]
}

// renews says whether a package is of the tutorial's product.
func (r renewalRule) renews(p Package, product *Product) bool {
	own := r.service(product)
	return p.ProductID == r.ProductID && (r.Only == "" || (own != nil && p.service(own.ID) != nil))
}

// number is an id of the rule's own, which a detour through a float64 would change.
func (r renewalRule) number(of string) string {
	h := fnv.New64a()
	fmt.Fprint(h, r.Key, "/", of)
	return strconv.FormatUint(3049000000000000001+h.Sum64()%500_000_000_000*2, 10)
}
