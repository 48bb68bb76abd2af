package yeastarsim

import (
	"fmt"
	"strconv"
	"time"
)

// More packages of the default account, so that every product has somebody who owns it. Serial numbers have letters.
const (
	ApplianceMonthlySerial  = "3631E3418911" // a PBX of product 11 that is paid each month, of Helios Hotels
	ApplianceOurSerial      = "3631E0072A40" // a PBX of product 11 that no customer has
	ApplianceSwitchedSerial = "3631E55A0B17" // a PBX of product 11 whose plan is to become a lower one, of O'Brien
	SoftwarePlainSerial     = "3651A0094415" // a PBX of product 12 without services, of Müller & Söhne
	SoftwareOrphanSerial    = "3651B7702C18" // a PBX of product 12 whose customer was removed
	CloudSerial             = "3661C20B7719" // a PBX of product 13 with two services, of Acme Telecom Services
	CloudMonthlySerial      = "3661D41F0023" // a PBX of product 13 that is paid each month and renews itself, of Żółw
	CloudOurSerial          = "3661F0000B52" // a PBX of product 13 that no customer has

	// RemovedCustomerID is the customer of SoftwareOrphanSerial, who is in no list any more.
	RemovedCustomerID = "3100417265109827463"
)

// morePackages are those of the default account that came to the seed later. All are older than the first ones, so that
// lists, which have the newest first, begin as before.
func (s *Server) morePackages(day func(int) time.Time) []Package {
	const (
		muller, zolw, obrien, helios = "3100417265109827333", "3100417265109827391", "3100417265109827403", "3100417265109827427"
		software                     = "3048565102030405061"
		cloudEnterprise              = "3048571730026938368"
	)
	all := []Package{
		{ProductID: Appliance, ProductNo: ApplianceMonthlySerial, PartnerID: helios, PlanID: "3048558946648207360", Cycle: "monthly",
			Expires: day(9), Comment: "Reception, Athens"},
		{ProductID: Appliance, ProductNo: ApplianceOurSerial, PlanID: "3048560232537899008", Cycle: "annually", Expires: day(130), Comment: "Showroom"},
		{ProductID: Appliance, ProductNo: ApplianceSwitchedSerial, PartnerID: obrien, PlanID: "3048560606464323584", Cycle: "annually",
			Expires: day(33), CurrentPlan: "Ultimate Plan", CurrentPlanExpires: day(33)},
		{ProductID: Software, ProductNo: SoftwarePlainSerial, PartnerID: muller, PlanID: software, Extensions: 40, Cycle: "annually",
			Expires: day(21), Comment: "Werk Köln-Süd"},
		{ProductID: Software, ProductNo: SoftwareOrphanSerial, PartnerID: RemovedCustomerID, PlanID: software, Extensions: 60, Cycle: "annually",
			Expires: day(52)},
		{ProductID: CloudPBX, ProductNo: CloudSerial, PartnerID: AcmeVoiceID, PlanID: "3048572026291630080", Extensions: 75, Cycle: "annually",
			Services: []PackageService{{"3048573759449317376", 4000}, {"3048573935752720384", 0}}, Expires: day(40), Comment: "Leeds office"},
		{ProductID: CloudPBX, ProductNo: CloudMonthlySerial, PartnerID: zolw, PlanID: cloudEnterprise, Extensions: 15, Cycle: "monthly",
			Expires: day(6), AutoRenew: true},
		{ProductID: CloudPBX, ProductNo: CloudOurSerial, PlanID: cloudEnterprise, Extensions: 10, Cycle: "annually", Expires: day(75), Comment: "Training"},
		{ProductID: RemoteManagement, PartnerID: AcmeTelecomID, PlanID: "3048915000000000123", Cycle: "annually", Expires: day(48)},
		{ProductID: WhiteLabel, PartnerID: NorthwindID, Services: []PackageService{{"3048919000000000211", 0}}, Cycle: "annually", Expires: day(27)},
		{ProductID: WhiteLabel, PartnerID: AcmeVoiceID, Services: []PackageService{{"3048919000000000223", 0}}, Cycle: "annually", Expires: day(64)},
	}
	var held []Package
	for i, p := range all {
		c := s.customerIndex(p.PartnerID)
		if p.PartnerID != "" && p.PartnerID != RemovedCustomerID && c < 0 {
			continue // fewer customers than the default
		}
		if p.ProductNo == "" {
			p.ProductNo = s.customers[c].AccountID
		}
		p.InstanceID, p.Created = strconv.Itoa(1948854+i), day(-400-i)
		held = append(held, p)
	}
	return held
}

// generatedPBX is the ith of WithPBXs, a function of i and the customers alone.
func (s *Server) generatedPBX(i int, day func(int) time.Time) Package {
	p := Package{
		ProductNo: fmt.Sprintf("36%d%c%07d", 70+i%20, 'A'+rune(i%26), i), InstanceID: strconv.Itoa(3000000 + i),
		Cycle: "annually", Expires: day(3 + i*17%360), Created: day(-500 - i%900), Comment: "Site " + strconv.Itoa(i),
	}
	if len(s.customers) > 0 && i%10 != 9 {
		p.PartnerID = s.customers[i%len(s.customers)].PartnerID
	}
	switch i % 3 {
	case 0:
		p.ProductID, p.PlanID = Appliance, "3048560232537899008"
		if i%4 == 0 {
			p.Cycle = "monthly"
		}
	case 1:
		p.ProductID, p.PlanID, p.Extensions = Software, "3048565102030405061", 10+10*(i%30)
		if i%2 == 0 {
			p.Services = []PackageService{{"3048565102030405079", 1000}}
		}
	default:
		p.ProductID, p.PlanID, p.Extensions = CloudPBX, "3048571730026938368", 10+5*(i%40)
	}
	return p
}
