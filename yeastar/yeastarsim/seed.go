package yeastarsim

import (
	"sort"
	"strconv"
	"time"
)

// Partner ids of default customers that tests like to name.
const (
	AcmeTelecomID   = "3100417265109827301" // Acme Telecom: 50 extensions on the tutorial's plan
	AcmeVoiceID     = "3100417265109827317" // Acme Telecom Services: 250 extensions on the second plan
	NorthwindID     = "3100417265109827411" // has services on its package
	ProspectID      = "3100417265109827433" // has no package
	ExpiredID       = "3100417265109827447" // its package has ended
	SoftwareSerial  = "3632D2149B07"        // a PBX of product 12, of Acme Telecom
	ApplianceSerial = "369CA2401E55"        // a PBX of product 11, of Northwind
)

func defaultAccount() Account {
	return Account{
		ID: TutorialAccountID, UserID: "3076913644890833107", Company: "Sandhaven Communications",
		Email: "portal@sandhaven.example", UserCode: "Partner",
	}
}

func defaultCustomers() []Customer {
	entry := func(id, account, email, company, first, last, country, city, phone string) Customer {
		return Customer{PartnerID: id, AccountID: account, Email: email, Address: Address{
			Company: company, FirstName: first, LastName: last, Country: country, City: city, PhoneNumber: phone,
		}}
	}
	return []Customer{
		entry(AcmeTelecomID, "3076951120475308101", "it@acme-telecom.example", "Acme Telecom", "Ada", "Lindqvist", "Sweden", "Malmö", "+46 40 555 0101"),
		entry(AcmeVoiceID, "3076951120475308117", "ops@acme-services.example", "Acme Telecom Services", "Noah", "Okafor", "United Kingdom", "Leeds", "+44 113 555 0102"),
		entry("3100417265109827333", "3076951120475308133", "einkauf@mueller-soehne.example", "Müller & Söhne Bürotechnik GmbH", "Jürgen", "Müller", "Germany", "Köln", "+49 221 555 0103"),
		entry("3100417265109827349", "3076951120475308149", "soumu@sakura-tsushin.example", "株式会社さくら通信", "美咲", "田中", "Japan", "大阪", "+81 6 5555 0104"),
		entry("3100417265109827363", "3076951120475308163", "info@alnoor-tel.example", "شركة النور للاتصالات", "ليلى", "حداد", "United Arab Emirates", "دبي", "+971 4 555 0105"),
		entry("3100417265109827379", "3076951120475308179", "office@orot.example", "אורות תקשורת בע\"מ", "נועה", "לוי", "Israel", "חיפה", "+972 4 555 0106"),
		entry("3100417265109827391", "3076951120475308191", "biuro@zolw.example", "Żółw Łączność Sp. z o.o.", "Zofia", "Wójcik", "Poland", "Łódź", "+48 42 555 0107"),
		entry("3100417265109827403", "3076951120475308203", "desk@obrien-voice.example", "O'Brien <Voice> & *Data* Ltd", "Siobhán", "O'Brien", "Ireland", "Cork", "+353 21 555 0108"),
		entry(NorthwindID, "3076951120475308211", "it@northwind-clinics.example", "Northwind Clinics", "Maria", "Costa", "Portugal", "Porto", "+351 22 555 0109"),
		entry("3100417265109827427", "3076951120475308227", "admin@helios-hotels.example", "Helios Hotels", "", "Papadopoulou", "Greece", "Αθήνα", "+30 21 0555 0110"),
		entry(ProspectID, "3076951120475308233", "hello@quayside-dental.example", "Quayside Dental", "Grace", "Hill", "Canada", "Halifax", "+1 902 555 0111"),
		entry(ExpiredID, "3076951120475308247", "it@fjordline-logistics.example", "Fjordline Logistics AS", "Ingrid", "Berg", "Norway", "Bergen", "+47 55 55 01 12"),
	}
}

func defaultContacts() []BillingContact {
	entry := func(id, email, company, first, last, country, city, tax string) BillingContact {
		return BillingContact{ID: id, EmailAddress: email, Address: Address{
			Company: company, FirstName: first, LastName: last, Country: country, City: city, TaxNum: tax,
		}}
	}
	return []BillingContact{
		entry(TutorialBillingContactID, "invoices@sandhaven.example", "Sandhaven Communications", "Petra", "Novak", "Netherlands", "Utrecht", "NL000099998B57"),
		entry("3197218168379846343", "ap@acme-telecom.example", "Acme Telecom", "Olof", "Ek", "Sweden", "Malmö", ""),
		entry("3197218168379846411", "buchhaltung@mueller-soehne.example", "Müller & Söhne Bürotechnik GmbH", "", "Buchhaltung", "Germany", "Köln", "DE000000000"),
		entry("3197218168379846477", "فواتير@alnoor-tel.example", "شركة النور للاتصالات", "ليلى", "حداد", "United Arab Emirates", "دبي", ""),
	}
}

// seed fills the memory; customers is how many subordinate users there are, negative for the default handful, and pbxs how
// many PBXs there are beside the default ones.
func (s *Server) seed(customers, pbxs int) {
	s.products = defaultProducts()
	s.fillProducts()
	s.contacts = defaultContacts()
	s.customers = defaultCustomers()
	handful := len(s.customers)
	switch {
	case customers >= 0 && customers < handful:
		s.customers = s.customers[:customers]
	case customers > handful:
		for i := handful; i < customers; i++ {
			s.customers = append(s.customers, generatedCustomer(i))
		}
	}
	now := s.now().UTC().Truncate(time.Second)
	s.seedPackages(now, pbxs)
	s.seedOrders(now)
}

func (s *Server) seedPackages(now time.Time, pbxs int) {
	day := func(n int) time.Time { return now.AddDate(0, 0, n) }
	s.packages = append(s.packages, Package{
		ProductID: Turnkey, ProductNo: s.account.ID, InstanceID: "1948832", PlanID: TutorialPlanID,
		Extensions: 100, Cycle: "annually", Expires: day(24), Created: day(24 - 365),
	})
	for i, c := range s.customers {
		p := Package{
			ProductID: Turnkey, ProductNo: c.AccountID, InstanceID: strconv.Itoa(1948900 + i), PartnerID: c.PartnerID,
			PlanID: TutorialPlanID, Extensions: 20 + 10*(i*7%48), Cycle: "annually",
			Expires: day(10 + i*13%340), Created: day(10 + i*13%340 - 365),
		}
		switch c.PartnerID {
		case ProspectID:
			continue
		case AcmeTelecomID:
			p.Extensions = 50
		case AcmeVoiceID:
			p.Extensions, p.PlanID = 250, SecondPlanID
		case NorthwindID:
			p.Extensions = 80
			p.Services = []PackageService{{UltimateServiceID, 20}, {RecordingServiceID, 10000}, {HighAvailabilityServiceID, 0}}
		case ExpiredID:
			p.Expires, p.Created = day(-17), day(-17-365)
		default:
			if i%11 == 10 { // some customers have bought nothing yet
				continue
			}
		}
		s.packages = append(s.packages, p)
	}
	s.packages = append(s.packages,
		Package{ProductID: 12, ProductNo: SoftwareSerial, InstanceID: "1948850", PartnerID: AcmeTelecomID, PlanID: "3048565102030405061",
			Extensions: 120, Services: []PackageService{{"3048565102030405079", 5000}}, Cycle: "annually", Expires: day(90), Created: day(-275)},
		Package{ProductID: 11, ProductNo: ApplianceSerial, InstanceID: "1948851", PartnerID: NorthwindID, PlanID: "3048560232537899008",
			Cycle: "annually", Expires: day(45), Created: day(-320)},
		Package{ProductID: 15, ProductNo: s.account.ID, InstanceID: "1948852", PlanID: "3048915000000000123",
			Cycle: "annually", Expires: day(60), Created: day(-305)},
		Package{ProductID: 19, ProductNo: s.account.ID, InstanceID: "1948853", Services: []PackageService{{"3048919000000000211", 0}},
			Cycle: "annually", Expires: day(60), Created: day(-305)},
	)
	s.packages = append(s.packages, s.morePackages(day)...)
	s.fillPackages(day)
	for i := range pbxs {
		s.packages = append(s.packages, s.generatedPBX(i, day))
	}
	sort.SliceStable(s.packages, func(i, k int) bool { return s.packages[i].Created.After(s.packages[k].Created) })
}

// seedOrders makes the orders of the past years, oldest first, with numbers below those of the tutorial.
func (s *Server) seedOrders(now time.Time) {
	past := []struct {
		partnerID, billingID, poNumber, status string
		daysAgo                                int
	}{
		{"", TutorialBillingContactID, "PO-2291", StatusSucceed, 341 + 365},
		{AcmeTelecomID, "3197218168379846343", "", StatusSucceed, 352},
		{"", TutorialBillingContactID, "PO-2544", StatusSucceed, 341},
		{AcmeVoiceID, "3197218168379846343", "ACME-77", StatusCancelled, 331},
		{AcmeVoiceID, "3197218168379846343", "ACME-77", StatusSucceed, 330},
		{NorthwindID, TutorialBillingContactID, "", StatusRefunded, 120},
	}
	first := -int64(len(past))
	for i, h := range past {
		p := s.heldPackage(Turnkey, h.partnerID)
		if p == nil {
			continue // fewer customers than the default
		}
		o := Order{
			Status: h.status, OperationType: "renew_plan", ProductID: Turnkey, ProductNo: p.ProductNo, InstanceID: p.InstanceID,
			PartnerID: h.partnerID, BillingID: h.billingID, PONumber: h.poNumber, CurrencyCode: "USD",
			CreateTime: now.AddDate(0, 0, -h.daysAgo), Applied: h.status == StatusSucceed || h.status == StatusRefunded,
			Lines: []OrderLine{{ServiceType: "plan", ServiceID: p.PlanID, Quantity: p.Extensions, PurchaseType: "renew",
				BillingModel: "recurring", BillingCycle: "annually"}},
		}
		o.ID, o.OrderNo, o.TransactionNo = s.numbers(first + int64(i))
		if !o.Applied {
			o.TransactionNo = ""
		}
		s.orders = append(s.orders, o)
	}
}

var (
	generatedFirst  = []string{"Alder", "Beacon", "Cobalt", "Delta", "Ember", "Falcon", "Granite", "Harbor", "Indigo", "Juniper", "Kestrel", "Linden", "Magnolia", "Nimbus", "Orchard", "Piñon", "Quartz", "Rowan", "Sierra", "Tübingen", "Umber", "Västra", "Willow", "Żuraw"}
	generatedSecond = []string{"Dental", "Logistics", "Hotels", "Clinics", "Foods", "Textiles", "Motors", "Schools", "Farms", "Media", "Insurance", "Pharmacy", "Timber", "Shipping", "Design", "Legal", "Energy"}
	generatedThird  = []string{"Ltd", "GmbH", "S.A.", "Inc.", "B.V.", "AB", "Pty Ltd"}
	generatedPeople = []string{"Ana", "Boris", "Chloé", "Dmitri", "Eszter", "Farid", "Giulia", "Hana", "Ibrahim", "Joana", "Kenji"}
	generatedNames  = []string{"Silva", "Ivanov", "Dupont", "Nagy", "Rossi", "Sato", "Haddad", "Novák", "Jensen", "Byrne", "Weber", "Kaya", "Larsen"}
)

// generatedCustomer is the ith customer, a function of i alone.
func generatedCustomer(i int) Customer {
	pick := func(words []string, step int) string { return words[i/step%len(words)] }
	number := strconv.Itoa(i)
	return Customer{
		PartnerID: strconv.FormatInt(3100500000000000003+int64(i)*9973, 10),
		AccountID: strconv.FormatInt(3076960000000000001+int64(i)*7919, 10),
		Email:     "it" + number + "@customer-" + number + ".example",
		Address: Address{
			Company:   pick(generatedFirst, 1) + " " + pick(generatedSecond, len(generatedFirst)) + " " + pick(generatedThird, len(generatedFirst)*len(generatedSecond)) + " " + number,
			FirstName: pick(generatedPeople, 1), LastName: pick(generatedNames, 1),
			Country: []string{"France", "Germany", "Spain", "Brazil", "Japan"}[i%5], PhoneNumber: "+33 1 55 " + number,
		},
	}
}
