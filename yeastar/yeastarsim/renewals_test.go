package yeastarsim_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"renewbot/yeastar/yeastarsim"
)

// Plans and services of the default catalogue.
const (
	softwarePlanID, softwareServiceID    = "3048565102030405061", "3048565102030405079"
	cloudUltimateID, cloudEnterpriseID   = "3048572026291630080", "3048571730026938368"
	cloudMinutesID, cloudAvailabilityID  = "3048573759449317376", "3048573935752720384"
	applianceStandardID, applianceID     = "3048558946648207360", "3048560232537899008"
	remoteID                             = "3048915000000000123"
	ycmLabelID, pseLabelID, pceLabelID   = "3048919000000000211", "3048919000000000223", "3048919000000000237"
	annual1, annual3, annual0, monthly0  = `"annually","multiCycle":1`, `"annually","multiCycle":3`, `"annually","multiCycle":0`, `"monthly","multiCycle":0`
	invalid, noPackage, noService, apart = "parameter_validation_failed", "product_not_found", "service_not_found", "services_required"
)

func renewalLine(kind, id, more, cycle string) string {
	return fmt.Sprintf(`{"serviceType":%q,"serviceId":%s%s,"purchaseType":"renew","billingModel":"recurring","billingCycle":%s}`, kind, id, more, cycle)
}

func plan(id, more, cycle string) string    { return renewalLine("plan", id, more, cycle) }
func service(id, more, cycle string) string { return renewalLine("service", id, more, cycle) }

func renewalOrder(operation string, product int, holder string, lines ...string) string {
	return fmt.Sprintf(`{"operationType":%q,"productId":%d,%s"billingId":3197218168379846218,"serviceList":[%s]}`, operation, product, holder, strings.Join(lines, ","))
}

func serial(no string) string    { return `"productNo":"` + no + `",` }
func customer(id string) string  { return `"partnerId":"` + id + `",` }
func counted(n int) string       { return fmt.Sprintf(`,"quantity":%d`, n) }
func connected(id string) string { return `,"connectionPlanId":` + id }

// TestRenewalsOfEveryProduct places one order of each kind that a tutorial has, and looks how far the package was extended.
func TestRenewalsOfEveryProduct(t *testing.T) {
	t.Parallel()
	northwind, voice := yeastarsim.NorthwindID, yeastarsim.AcmeVoiceID
	tests := []struct {
		name, body    string
		years, months int
	}{
		{"appliance for a year", renewalOrder("renew_plan", 11, serial(yeastarsim.ApplianceSerial), plan(applianceID, "", annual1)), 1, 0},
		{"appliance for three years", renewalOrder("renew_plan", 11, serial(yeastarsim.ApplianceSerial), plan(applianceID, "", annual3)), 3, 0},
		{"appliance for a month", renewalOrder("renew_plan", 11, serial(yeastarsim.ApplianceMonthlySerial), plan(applianceStandardID, "", monthly0)), 0, 1},
		{"appliance that no customer has", renewalOrder("renew_plan", 11, serial(yeastarsim.ApplianceOurSerial), plan(applianceID, "", annual1)), 1, 0},
		{"software with its service", renewalOrder("renew_plan", 12, serial(yeastarsim.SoftwareSerial),
			plan(softwarePlanID, counted(120), annual1), service(softwareServiceID, connected(softwarePlanID)+counted(5000), annual1)), 1, 0},
		{"software without services", renewalOrder("renew_plan", 12, serial(yeastarsim.SoftwarePlainSerial), plan(softwarePlanID, counted(40), annual3)), 3, 0},
		{"software of a removed customer", renewalOrder("renew_plan", 12, serial(yeastarsim.SoftwareOrphanSerial), plan(softwarePlanID, counted(60), annual1)), 1, 0},
		{"cloud with its services", renewalOrder("renew_plan", 13, serial(yeastarsim.CloudSerial), plan(cloudUltimateID, counted(75), annual1),
			service(cloudMinutesID, connected(cloudUltimateID)+counted(4000), annual1), service(cloudAvailabilityID, connected(cloudUltimateID), annual1)), 1, 0},
		{"cloud for a month", renewalOrder("renew_plan", 13, serial(yeastarsim.CloudMonthlySerial), plan(cloudEnterpriseID, counted(15), monthly0)), 0, 1},
		{"our remote management", renewalOrder("renew_plan", 15, "", plan(remoteID, "", annual1)), 1, 0},
		{"a customer's remote management", renewalOrder("renew_plan", 15, customer(yeastarsim.AcmeTelecomID), plan(remoteID, "", annual1)), 1, 0},
		{"our YCM label", renewalOrder("renew_service", 19, "", service(ycmLabelID, "", annual0)), 1, 0},
		{"a customer's YCM label", renewalOrder("renew_service", 19, customer(northwind), service(ycmLabelID, "", annual0)), 1, 0},
		{"a customer's PSE label", renewalOrder("renew_service", 19, customer(voice), service(pseLabelID, "", annual0)), 1, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.mustSucceed(b.save(tt.body))
			o := b.sim.Placed()[0]
			owned, ok := b.sim.Owned(o.ProductID, o.ProductNo)
			if want := o.ExpiryBefore.AddDate(tt.years, tt.months, 0); !ok || !o.ExpiryAfter.Equal(want) || !owned.Expires.Equal(want) {
				t.Errorf("it ends %s, and the order says %s; want %s", owned.Expires, o.ExpiryAfter, want)
			}
		})
	}
}

// What can only be tried is renewed by no order.
func TestTrialsAreNotRenewed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.sim.UpdateProduct(yeastarsim.Turnkey, func(p *yeastarsim.Product) {
		for i := range p.Services {
			p.Services[i].Trial = true
		}
	})
	b.mustRefuse(b.save(renewalOrder("renew_plan", 14, customer(yeastarsim.NorthwindID), service(yeastarsim.RecordingServiceID, counted(10000), annual0))), http.StatusBadRequest, noService)
}

// A service that is renewed without the plan moves no date of its package.
func TestServicesAloneMoveNoDate(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.mustSucceed(b.save(renewalOrder("renew_plan", 14, customer(yeastarsim.NorthwindID), service(yeastarsim.RecordingServiceID, counted(10000), annual0))))
	o := b.sim.Placed()[0]
	owned, ok := b.sim.Owned(o.ProductID, o.ProductNo)
	if !ok || !o.Applied || o.ExpiryBefore.IsZero() || !owned.Expires.Equal(o.ExpiryBefore) || !o.ExpiryAfter.Equal(o.ExpiryBefore) {
		t.Errorf("it ends %s, and the order says %s → %s", owned.Expires, o.ExpiryBefore, o.ExpiryAfter)
	}
}

// TestRenewalsThatTheTutorialsForbid breaks one rule at a time; nothing changes.
func TestRenewalsThatTheTutorialsForbid(t *testing.T) {
	t.Parallel()
	appliance, software, cloud := serial(yeastarsim.ApplianceSerial), serial(yeastarsim.SoftwareSerial), serial(yeastarsim.CloudSerial)
	softwareLine := plan(softwarePlanID, counted(120), annual1)
	softwareService := service(softwareServiceID, connected(softwarePlanID)+counted(5000), annual1)
	cloudLine := plan(cloudUltimateID, counted(75), annual1)
	tests := []struct{ name, body, code, field string }{
		{"software without its service", renewalOrder("renew_plan", 12, software, softwareLine), apart, ""},
		{"software service without its plan", renewalOrder("renew_plan", 12, software, softwareService), apart, ""},
		{"software for a month", renewalOrder("renew_plan", 12, serial(yeastarsim.SoftwarePlainSerial), plan(softwarePlanID, counted(40), monthly0)), invalid, "serviceList[0].billingCycle"},
		{"software for six years", renewalOrder("renew_plan", 12, serial(yeastarsim.SoftwarePlainSerial), plan(softwarePlanID, counted(40), `"annually","multiCycle":6`)), invalid, "serviceList[0].multiCycle"},
		{"another quantity", renewalOrder("renew_plan", 12, serial(yeastarsim.SoftwarePlainSerial), plan(softwarePlanID, counted(41), annual1)), "quantity_mismatch", "serviceList[0].quantity"},
		{"cloud with one of its two services", renewalOrder("renew_plan", 13, cloud, cloudLine, service(cloudMinutesID, connected(cloudUltimateID)+counted(4000), annual1)), apart, ""},
		{"cloud in another cycle", renewalOrder("renew_plan", 13, serial(yeastarsim.CloudMonthlySerial), plan(cloudEnterpriseID, counted(15), annual1)), invalid, "serviceList[0].billingCycle"},
		{"no serial number", renewalOrder("renew_plan", 12, "", softwareLine, softwareService), invalid, "productNo"},
		{"customer in place of the serial number", renewalOrder("renew_plan", 11, customer(yeastarsim.NorthwindID), plan(applianceID, "", annual1)), invalid, "productNo"},
		{"customer and serial number", renewalOrder("renew_plan", 11, appliance+customer(yeastarsim.NorthwindID), plan(applianceID, "", annual1)), invalid, "partnerId"},
		{"serial number of another product", renewalOrder("renew_plan", 11, software, plan(applianceID, "", annual1)), noPackage, ""},
		{"unknown serial number", renewalOrder("renew_plan", 11, serial("3631E0000000"), plan(applianceID, "", annual1)), noPackage, ""},
		{"serial number as a number", renewalOrder("renew_plan", 11, `"productNo":3631,`, plan(applianceID, "", annual1)), invalid, "productNo"},
		{"appliance in another cycle", renewalOrder("renew_plan", 11, appliance, plan(applianceID, "", monthly0)), invalid, "serviceList[0].billingCycle"},
		{"appliance for a year that it is not paid by", renewalOrder("renew_plan", 11, serial(yeastarsim.ApplianceMonthlySerial), plan(applianceStandardID, "", annual1)), invalid, "serviceList[0].billingCycle"},
		{"appliance for no years", renewalOrder("renew_plan", 11, appliance, plan(applianceID, "", annual0)), invalid, "serviceList[0].multiCycle"},
		{"appliance with a quantity", renewalOrder("renew_plan", 11, appliance, plan(applianceID, counted(5), annual1)), invalid, "serviceList[0].quantity"},
		{"appliance with a quantity of one", renewalOrder("renew_plan", 11, appliance, plan(applianceID, counted(1), annual1)), invalid, "serviceList[0].quantity"},
		{"appliance with another plan", renewalOrder("renew_plan", 11, appliance, plan(applianceStandardID, "", annual1)), "plan_not_found", "serviceList[0].serviceId"},
		{"appliance with a service", renewalOrder("renew_plan", 11, appliance, plan(applianceID, "", annual1), service("7", connected(applianceID), annual1)), invalid, "serviceList[1].serviceType"},
		{"remote management with zero", renewalOrder("renew_plan", 15, "", plan(remoteID, "", annual0)), invalid, "serviceList[0].multiCycle"},
		{"remote management with a quantity", renewalOrder("renew_plan", 15, "", plan(remoteID, counted(1), annual1)), invalid, "serviceList[0].quantity"},
		{"remote management of who has none", renewalOrder("renew_plan", 15, customer(yeastarsim.NorthwindID), plan(remoteID, "", annual1)), noPackage, ""},
		{"label as a plan's renewal", renewalOrder("renew_plan", 19, "", service(ycmLabelID, "", annual0)), invalid, "operationType"},
		{"label with a quantity", renewalOrder("renew_service", 19, "", service(ycmLabelID, counted(1), annual0)), invalid, "serviceList[0].quantity"},
		{"label for a year by number", renewalOrder("renew_service", 19, "", service(ycmLabelID, "", annual1)), invalid, "serviceList[0].multiCycle"},
		{"label that is not held", renewalOrder("renew_service", 19, "", service(pseLabelID, "", annual0)), noService, "serviceList[0].serviceId"},
		{"two labels", renewalOrder("renew_service", 19, "", service(ycmLabelID, "", annual0), service(pseLabelID, "", annual0)), invalid, "serviceList[1].serviceType"},
		{"label without a tutorial", renewalOrder("renew_service", 19, "", service(pceLabelID, "", annual0)), noService, "serviceList[0].serviceId"},
		{"premium", renewalOrder("renew_service", 21, "", service("3048921000000000103", counted(5), annual0)), invalid, "productId"},
		{"what is not renewed", renewalOrder("renew_plan", 99, serial(yeastarsim.SoftwareSerial), plan("3048918321840570368", "", annual1)), invalid, "productId"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			if tt.name == "label without a tutorial" {
				b.sim.UpdateOwned(yeastarsim.WhiteLabel, yeastarsim.TutorialAccountID, func(p *yeastarsim.Package) {
					p.Services = append(p.Services, yeastarsim.PackageService{ServiceID: pceLabelID})
				})
			}
			r := b.save(tt.body)
			b.mustRefuse(r, 400, tt.code)
			var got struct{ Field string }
			if string(r.env.Result) != "" && tt.field != "" {
				got = decode[struct{ Field string }](b, r.env.Result)
			}
			if got.Field != tt.field {
				t.Errorf("refused for %q, want %q: %s", got.Field, tt.field, r.raw)
			}
			if n := len(b.sim.Placed()); n != 0 {
				t.Errorf("%d orders were placed", n)
			}
		})
	}
}

// TestProductThatTheAccountHasNoMore takes one out of product_list; what was bought of it stays.
func TestProductThatTheAccountHasNoMore(t *testing.T) {
	t.Parallel()
	b := setup(t)
	body := renewalOrder("renew_plan", 11, serial(yeastarsim.ApplianceSerial), plan(applianceID, "", annual1))
	was := b.sim.Products()[3]
	if !b.sim.RemoveProduct(yeastarsim.Appliance) || b.sim.RemoveProduct(yeastarsim.Appliance) {
		t.Fatal("it was not there once")
	}
	b.mustRefuse(b.save(body), 400, invalid)
	b.mustRefuse(b.call("GET", listPath+"?productId=11", ""), 400, invalid)
	for _, p := range decode[[]row](b, b.get(prodPath)) {
		if fmt.Sprint(p["productId"]) == "11" {
			t.Errorf("product_list has it: %v", p)
		}
	}
	b.sim.AddProduct(was)
	b.mustSucceed(b.save(body))
}

// TestPBXOutlivesItsCustomer removes a customer; their PBX stays, and is renewed by its serial number.
func TestPBXOutlivesItsCustomer(t *testing.T) {
	t.Parallel()
	b := setup(t, yeastarsim.WithSwitches(yeastarsim.Generous))
	b.sim.RemoveCustomer(yeastarsim.NorthwindID)
	found := 0
	for _, p := range decode[struct{ Results []row }](b, b.get(listPath+"?productId=11")).Results {
		if p["productNo"] == yeastarsim.ApplianceSerial {
			found++
			if p["partnerId"] != yeastarsim.NorthwindID || p["partnerName"] != "" || p["planBillingCycle"] != "annually" {
				t.Errorf("the list tells %v", p)
			}
		}
	}
	b.mustSucceed(b.save(renewalOrder("renew_plan", 11, serial(yeastarsim.ApplianceSerial), plan(applianceID, "", annual1))))
	b.mustRefuse(b.save(b.customerBody(yeastarsim.NorthwindID)), 400, "user_not_found")
	if found != 1 {
		t.Errorf("the PBX stands %d times in the list", found)
	}
}

func TestAutoRenewalOfAPBX(t *testing.T) {
	t.Parallel()
	const path = "/order/openapi/order/v1/check/existed_auto_renew?productId=13&productNo="
	b := setup(t)
	told := func(no string) any { return decode[row](b, b.get(path+no))["autoRenew"] }
	if told(yeastarsim.CloudMonthlySerial) != true || told(yeastarsim.CloudSerial) != false {
		t.Error("the flag is not that of the package")
	}
	b.sim.UpdateOwned(yeastarsim.CloudPBX, yeastarsim.CloudSerial, func(p *yeastarsim.Package) { p.AutoRenew = true })
	if told(yeastarsim.CloudSerial) != true {
		t.Error("it was not switched on")
	}
}

// TestManyPBXs reads five thousand in pages, twice the same.
func TestManyPBXs(t *testing.T) {
	t.Parallel()
	const n = 5000
	opts := []yeastarsim.Option{yeastarsim.WithPBXs(n), yeastarsim.WithCustomers(5000), yeastarsim.WithClock(func() time.Time { return start })}
	b := setup(t, opts...)
	seen := map[string]bool{}
	for _, product := range []int{11, 12, 13} {
		for page := 1; ; page++ {
			got := decode[struct {
				TotalPage int
				Results   []row
			}](b, b.get(fmt.Sprintf("%s?productId=%d&pageSize=100&pageNo=%d", listPath, product, page)))
			for _, p := range got.Results {
				seen[p["productNo"].(string)] = true
			}
			if page >= got.TotalPage {
				break
			}
		}
	}
	if got := len(seen); got < n || got > n+20 {
		t.Errorf("%d serial numbers; want %d and the default ones", got, n)
	}
	first, again := b.sim.Packages(), yeastarsim.New(opts...).Packages()
	if diff := cmp.Diff(first[:100], again[:100]); diff != "" || len(first) != len(again) {
		t.Errorf("%d and then %d packages (-first +again):\n%s", len(first), len(again), diff)
	}
}
