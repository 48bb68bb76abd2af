package yeastarsim_test

import (
	"strings"
	"testing"

	"renewbot/yeastar/yeastarsim"
)

// withServices is the tutorial's order for Northwind with its plan and the given service lines.
func (b *bench) withServices(lines ...string) string {
	b.Helper()
	body := b.customerBody(yeastarsim.NorthwindID)
	i := strings.LastIndex(body, "}\n  ]")
	return body[:i+1] + "," + strings.Join(lines, ",") + body[i+1:]
}

func serviceLine(id, connection, quantity string) string {
	line := `{"serviceType":"service","serviceId":` + id
	if connection != "" {
		line += `,"connectionPlanId":` + connection
	}
	if quantity != "" {
		line += `,"quantity":` + quantity
	}
	return line + `,"purchaseType":"renew","billingModel":"recurring","billingCycle":"annually","multiCycle":0}`
}

func TestPlanWithServices(t *testing.T) {
	t.Parallel()
	const plan = yeastarsim.TutorialPlanID
	var (
		ultimate  = serviceLine(yeastarsim.UltimateServiceID, plan, "20")
		recording = serviceLine(yeastarsim.RecordingServiceID, plan, "10000")
		high      = serviceLine(yeastarsim.HighAvailabilityServiceID, plan, "")
	)
	tests := []struct {
		name     string
		together bool
		lines    []string
		code     string
	}{
		{"all", true, []string{ultimate, recording, high}, "success"},
		{"some", false, []string{recording}, "success"},
		{"some where all are required", true, []string{recording}, "services_required"},
		{"connection missing", false, []string{serviceLine(yeastarsim.UltimateServiceID, "", "20")}, "parameter_validation_failed"},
		{"connection to another plan", false, []string{serviceLine(yeastarsim.UltimateServiceID, yeastarsim.SecondPlanID, "20")}, "parameter_validation_failed"},
		{"connection in quotes", false, []string{serviceLine(yeastarsim.UltimateServiceID, `"`+plan+`"`, "20")}, "parameter_validation_failed"},
		{"quantity of the plan", false, []string{serviceLine(yeastarsim.UltimateServiceID, plan, "80")}, "quantity_mismatch"},
		{"quantity missing", false, []string{serviceLine(yeastarsim.UltimateServiceID, plan, "")}, "parameter_validation_failed"},
		{"uncounted service with a quantity", false, []string{serviceLine(yeastarsim.HighAvailabilityServiceID, plan, "7")}, "parameter_validation_failed"},
		{"same service twice", false, []string{recording, recording}, "parameter_validation_failed"},
		{"plan id as a service", false, []string{serviceLine(yeastarsim.SecondPlanID, plan, "80")}, "service_not_found"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, yeastarsim.WithSwitches(func(s *yeastarsim.Switches) { s.ServicesWithPlan = tt.together }))
			r := b.save(b.withServices(tt.lines...))
			if tt.code != "success" {
				b.mustRefuse(r, 400, tt.code)
				return
			}
			b.mustSucceed(r)
			if got, want := len(b.sim.Placed()[0].Lines), 1+len(tt.lines); got != want {
				t.Errorf("the order has %d lines, want %d", got, want)
			}
		})
	}
}

func TestPlanAloneWhereServicesAreRequired(t *testing.T) {
	t.Parallel()
	b := setup(t, yeastarsim.WithSwitches(func(s *yeastarsim.Switches) { s.ServicesWithPlan = true }))
	b.mustRefuse(b.save(b.customerBody(yeastarsim.NorthwindID)), 400, "services_required")
	b.mustSucceed(b.save(tutorialBody)) // no services, nothing to miss
	b.sim.Switch(func(s *yeastarsim.Switches) { s.ServicesWithPlan = false })
	b.mustSucceed(b.save(b.customerBody(yeastarsim.NorthwindID)))
}

func TestServicesAlone(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, connection, code string }{
		{"unconnected", "", "success"},
		{"connected to the current plan", yeastarsim.TutorialPlanID, "success"},
		{"connected to another plan", yeastarsim.SecondPlanID, "parameter_validation_failed"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			body := strings.Replace(tutorialBody, tutorialLines(), "["+serviceLine(yeastarsim.RecordingServiceID, tt.connection, "10000")+"]", 1)
			body = strings.Replace(body, `"productId": 14,`, `"productId": 14, "partnerId": "`+yeastarsim.NorthwindID+`",`, 1)
			if r := b.save(body); r.env.Code != tt.code {
				t.Errorf("code %q, want %q: %s", r.env.Code, tt.code, r.raw)
			}
		})
	}
}
