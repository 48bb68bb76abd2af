package yeastarsim

import "slices"

// Ids of the default catalogue beside TutorialPlanID. None of them survives a detour through a float64.
const (
	// SecondPlanID is the other plan of product 14.
	SecondPlanID = "3048941892189078833"
	// UltimateServiceID, RecordingServiceID and HighAvailabilityServiceID are services of product 14.
	UltimateServiceID         = "3048942901234567891"
	RecordingServiceID        = "3048942901234567903"
	HighAvailabilityServiceID = "3048942901234567917"
)

// Product is one product type of the catalogue.
type Product struct {
	ID         int       `json:"productId"`
	Name       string    `json:"name"`
	OfferingID string    `json:"offeringId"`
	Plans      []Plan    `json:"plans"`
	Services   []Service `json:"services"`
}

// Plan is a plan of a product; its pricing id is a different number from its id.
type Plan struct {
	ID        string `json:"planId"`
	PricingID string `json:"pricingPlanId"`
	Name      string `json:"name"`
	UnitPrice string `json:"unitPrice"` // decimal, per extension and year
	Trial     bool   `json:"trial,omitempty"`
}

// Service is an additional service of a product.
type Service struct {
	ID        string `json:"serviceId"`
	PricingID string `json:"pricingServiceId"`
	Name      string `json:"name"`
	UnitPrice string `json:"unitPrice"` // decimal, per unit and year
	Counted   bool   `json:"counted"`   // whether order lines carry a quantity
	Trial     bool   `json:"trial,omitempty"`
}

func (p Product) clone() Product {
	p.Plans, p.Services = slices.Clone(p.Plans), slices.Clone(p.Services)
	return p
}

func (p *Product) plan(id string) *Plan {
	for i := range p.Plans {
		if p.Plans[i].ID == id {
			return &p.Plans[i]
		}
	}
	return nil
}

func (p *Product) service(id string) *Service {
	for i := range p.Services {
		if p.Services[i].ID == id {
			return &p.Services[i]
		}
	}
	return nil
}

// firstService is the name of the service that an order's first line is about, if it is about one.
func (p *Product) firstService(lines []OrderLine) string {
	for _, l := range lines[:min(len(lines), 1)] {
		if v := p.service(l.ServiceID); v != nil {
			return v.Name
		}
	}
	return ""
}

// Products returns the catalogue.
func (s *Server) Products() []Product {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Product, len(s.products))
	for i, p := range s.products {
		out[i] = p.clone()
	}
	return out
}

// UpdateProduct changes one product of the catalogue and reports whether there is one: plans can be added, renamed and
// removed.
func (s *Server) UpdateProduct(id int, change func(*Product)) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.product(id)
	if p == nil {
		return false
	}
	change(p)
	s.notify()
	return true
}

// RemoveProduct takes a product out of the catalogue, as when the account may not buy it, and reports whether there was
// one. What was bought of it stays; nothing of it can be ordered.
func (s *Server) RemoveProduct(id int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := len(s.products)
	s.products = slices.DeleteFunc(s.products, func(p Product) bool { return p.ID == id })
	s.notify()
	return len(s.products) < n
}

// AddProduct puts another product at the end of the catalogue.
func (s *Server) AddProduct(p Product) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.products = append(s.products, p.clone())
	s.notify()
}

func (s *Server) product(id int) *Product {
	for i := range s.products {
		if s.products[i].ID == id {
			return &s.products[i]
		}
	}
	return nil
}

func defaultProducts() []Product {
	return []Product{
		{ID: Turnkey, Name: "P-Series Turnkey Package", OfferingID: "3048940000000014013",
			Plans: []Plan{
				{ID: TutorialPlanID, PricingID: "3051941892189077507", Name: "Enterprise Plan", UnitPrice: "12.00"},
				{ID: SecondPlanID, PricingID: "3051941892189077519", Name: "Ultimate Plan", UnitPrice: "19.50"},
			},
			Services: []Service{
				{ID: UltimateServiceID, PricingID: "3051942901234567801", Name: "Ultimate Plan Extensions", UnitPrice: "7.50", Counted: true},
				{ID: RecordingServiceID, PricingID: "3051942901234567813", Name: "Recording Minutes", UnitPrice: "0.02", Counted: true},
				{ID: HighAvailabilityServiceID, PricingID: "3051942901234567827", Name: "High Availability", UnitPrice: "240.00"},
			}},
		{ID: 12, Name: "P-Series Software Edition", OfferingID: "3048940000000012011",
			Plans: []Plan{{ID: "3048565102030405061", PricingID: "3051565102030405067", Name: "Enterprise Plan", UnitPrice: "9.00"}},
			Services: []Service{
				{ID: "3048565102030405079", PricingID: "3051565102030405081", Name: "Recording Minutes", UnitPrice: "0.02", Counted: true},
			}},
		{ID: 13, Name: "Cloud PBX (PCE Instance)", OfferingID: "3048940000000013009",
			Plans: []Plan{
				{ID: "3048571730026938368", PricingID: "3051571730026938371", Name: "Enterprise Plan", UnitPrice: "15.00"},
				{ID: "3048572026291630080", PricingID: "3051572026291630083", Name: "Ultimate Plan", UnitPrice: "22.00"},
			},
			Services: []Service{
				{ID: "3048573759449317376", PricingID: "3051573759449317379", Name: "Recording Minutes", UnitPrice: "0.02", Counted: true},
				{ID: "3048573935752720384", PricingID: "3051573935752720387", Name: "High Availability", UnitPrice: "240.00"},
			}},
		{ID: 11, Name: "P-Series Plan for Appliance Edition", OfferingID: "3048940000000011027",
			Plans: []Plan{
				{ID: "3048558946648207360", PricingID: "3051558946648207363", Name: "Standard Plan", UnitPrice: "60.00"},
				{ID: "3048560232537899008", PricingID: "3051560232537899011", Name: "Enterprise Plan", UnitPrice: "120.00"},
				{ID: "3048560606464323584", PricingID: "3051560606464323589", Name: "Ultimate Plan", UnitPrice: "180.00"},
			}},
		{ID: 15, Name: "Remote Management", OfferingID: "3048940000000015031",
			Plans: []Plan{{ID: "3048915000000000123", PricingID: "3051915000000000127", Name: "Remote Management", UnitPrice: "99.00"}}},
		{ID: 19, Name: "Add-on Service", OfferingID: "3048940000000019043",
			Services: []Service{
				{ID: "3048919000000000211", PricingID: "3051919000000000213", Name: "YCM White Label", UnitPrice: "500.00"},
				{ID: "3048919000000000223", PricingID: "3051919000000000229", Name: "PSE White Label", UnitPrice: "500.00"},
				{ID: "3048919000000000237", PricingID: "3051919000000000239", Name: "PCE White Label", UnitPrice: "500.00"},
			}},
		{ID: LinkusCloud, Name: "Linkus Cloud Service", OfferingID: "3048940000000009007",
			Plans: []Plan{{ID: "3048918321840570368", PricingID: "3051918321840570371", Name: "Linkus Cloud Service", UnitPrice: "80.00"}}},
		{ID: RMPremium, Name: "Remote Management Premium", OfferingID: "3048940000000021017",
			Services: []Service{
				{ID: "3048921000000000103", PricingID: "3051921000000000107", Name: "Remote Management Premium", UnitPrice: "30.00", Counted: true},
			}},
	}
}
