package yeastarsim

import (
	"slices"
	"time"
)

// The product ids of the default catalogue. The packages of Turnkey, RemoteManagement and WhiteLabel are an account's;
// the others are PBXs with a serial number. LinkusCloud and RMPremium have no renewal that the guide tells.
const (
	LinkusCloud      = 9
	Appliance        = 11
	Software         = 12
	CloudPBX         = 13
	Turnkey          = 14 // P-Series Turnkey Package
	RemoteManagement = 15
	WhiteLabel       = 19
	RMPremium        = 21
)

// Package is one owned product: a Turnkey package of an account, or a PBX.
type Package struct {
	ProductID  int              `json:"productId"`
	ProductNo  string           `json:"productNo"` // account id of the holder, or the serial number of the PBX
	InstanceID string           `json:"instanceId"`
	PartnerID  string           `json:"partnerId"` // holder; empty is the own account
	PlanID     string           `json:"planId"`
	Extensions int              `json:"extensions"` // zero where the product is not counted
	Services   []PackageService `json:"services"`
	Cycle      string           `json:"billingCycle"` // annually or monthly
	Expires    time.Time        `json:"expires"`
	Created    time.Time        `json:"created"`
	Comment    string           `json:"comment"`
	AutoRenew  bool             `json:"autoRenew"`
	// CurrentPlan and CurrentPlanExpires are set while a switch to another plan is pending.
	CurrentPlan        string    `json:"currentPlan"`
	CurrentPlanExpires time.Time `json:"currentPlanExpireDate"`
}

// PackageService is a service on a package, with its own current quantity; zero where it is not counted.
type PackageService struct {
	ServiceID string `json:"serviceId"`
	Quantity  int    `json:"quantity"`
}

func (p Package) clone() Package {
	p.Services = slices.Clone(p.Services)
	return p
}

// Packages returns all owned products, newest first.
func (s *Server) Packages() []Package {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.clonePackages()
}

// Package returns the Turnkey package of a subordinate user, or of the own account when partnerID is empty.
func (s *Server) Package(partnerID string) (Package, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.heldPackage(Turnkey, partnerID); p != nil {
		return p.clone(), true
	}
	return Package{}, false
}

// Owned returns the package with that product number, which may be any product's.
func (s *Server) Owned(productID int, productNo string) (Package, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.numberedPackage(productID, productNo); p != nil {
		return p.clone(), true
	}
	return Package{}, false
}

// UpdateOwned changes the package with that product number and reports whether there was one.
func (s *Server) UpdateOwned(productID int, productNo string, change func(*Package)) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.numberedPackage(productID, productNo)
	if p == nil {
		return false
	}
	change(p)
	s.notify()
	return true
}

// AddPackage adds an owned product, or replaces the one with the same product and product number. White labels with that
// number are one product for each service.
func (s *Server) AddPackage(p Package) {
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.numberedPackage(p.ProductID, p.ProductNo, p.serviceIDs()...)
	if old != nil && p.ProductID == WhiteLabel && !slices.ContainsFunc(p.Services, func(v PackageService) bool { return old.service(v.ServiceID) != nil }) {
		old = nil
	}
	if old != nil {
		*old = p.clone()
	} else {
		s.packages = append([]Package{p.clone()}, s.packages...)
	}
	s.notify()
}

func (p Package) serviceIDs() (ids []string) {
	for _, v := range p.Services {
		ids = append(ids, v.ServiceID)
	}
	return ids
}

// RemovePackage removes an owned product and reports whether there was one.
func (s *Server) RemovePackage(productID int, productNo string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := len(s.packages)
	s.packages = slices.DeleteFunc(s.packages, func(p Package) bool {
		return p.ProductID == productID && p.ProductNo == productNo
	})
	s.notify()
	return len(s.packages) < n
}

// UpdatePackage changes the Turnkey package of a holder (empty: the own account) and reports whether there was one.
func (s *Server) UpdatePackage(partnerID string, change func(*Package)) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.heldPackage(Turnkey, partnerID)
	if p == nil {
		return false
	}
	change(p)
	s.notify()
	return true
}

// SetExtensions changes the current number of extensions of a holder's Turnkey package (empty: the own account).
func (s *Server) SetExtensions(partnerID string, n int) bool {
	return s.UpdatePackage(partnerID, func(p *Package) { p.Extensions = n })
}

// SetExpiry changes when a holder's Turnkey package ends (empty: the own account).
func (s *Server) SetExpiry(partnerID string, t time.Time) bool {
	return s.UpdatePackage(partnerID, func(p *Package) { p.Expires = t })
}

// SetServices replaces the services on a holder's Turnkey package (empty: the own account).
func (s *Server) SetServices(partnerID string, services ...PackageService) bool {
	return s.UpdatePackage(partnerID, func(p *Package) { p.Services = services })
}

// SetAutoRenew switches the auto-renewal of a holder's Turnkey package (empty: the own account); UpdateOwned does it for
// any package.
func (s *Server) SetAutoRenew(partnerID string, on bool) bool {
	return s.UpdatePackage(partnerID, func(p *Package) { p.AutoRenew = on })
}

func (s *Server) clonePackages() []Package {
	out := make([]Package, len(s.packages))
	for i, p := range s.packages {
		out[i] = p.clone()
	}
	return out
}

func (s *Server) heldPackage(productID int, partnerID string, services ...string) *Package {
	return s.packageWith(services, func(p *Package) bool { return p.ProductID == productID && p.PartnerID == partnerID })
}

func (s *Server) numberedPackage(productID int, productNo string, services ...string) *Package {
	return s.packageWith(services, func(p *Package) bool { return p.ProductID == productID && p.ProductNo == productNo })
}

// packageWith is the first package that fits, or the first of those that has one of some services: an account has each of
// the white labels under the same number.
func (s *Server) packageWith(services []string, fits func(*Package) bool) *Package {
	var first *Package
	for i := range s.packages {
		p := &s.packages[i]
		if !fits(p) {
			continue
		}
		if len(services) == 0 || slices.ContainsFunc(services, func(id string) bool { return p.service(id) != nil }) {
			return p
		}
		if first == nil {
			first = p
		}
	}
	return first
}
