package program

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"renewbot/bot/check"
	"renewbot/yeastar"
	"renewbot/yeastar/yeastarsim"
)

// without stands before a vendor and takes fields out of what it tells of products, packages
// and orders, or puts something else in their place.
func without(t *testing.T, vendor string, put any, names ...string) string {
	t.Helper()
	target, err := url.Parse(vendor)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) },
		ModifyResponse: func(r *http.Response) error {
			if strings.HasPrefix(r.Request.URL.Path, "/auth/") || strings.HasPrefix(r.Request.URL.Path, "/user/") {
				return nil
			}
			var answer any
			d := json.NewDecoder(r.Body)
			d.UseNumber()
			if err := d.Decode(&answer); err != nil {
				return nil //nolint:nilerr // it has no body
			}
			strip(answer, put, names)
			body, err := json.Marshal(answer)
			r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
			r.Header.Set("Content-Length", strconv.Itoa(len(body)))
			return err
		},
	}
	s := httptest.NewServer(&proxy)
	t.Cleanup(s.Close)
	return s.URL
}

// strip puts something in the place of fields, or takes them away.
func strip(v, put any, names []string) {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			strip(item, put, names)
		}
	case map[string]any:
		for _, name := range names {
			if _, has := v[name]; has && put != nil {
				v[name] = put
			} else {
				delete(v, name)
			}
		}
		for _, item := range v {
			strip(item, put, names)
		}
	}
}

// someProducts have all the rules that the rows have: a number or none, a cycle that is kept,
// services that go with the plan, an account or a PBX.
const someProducts = "p-series-turnkey,ycm-white-label,p-series-appliance-plan,cloud-pbx"

// TestLiveWarnsOfEachFieldThatIsMissing takes one field after the other out of a portal that
// tells everything: each row that stands on it is warned of by its name, and no other.
func TestLiveWarnsOfEachFieldThatIsMissing(t *testing.T) {
	t.Parallel()
	plans := func(p yeastar.Product) bool { return p.PlanLine }
	together := func(p yeastar.Product) bool { return p.Together }
	every := func(yeastar.Product) bool { return true }
	nobody := func(yeastar.Product) bool { return false }
	for name, c := range map[string]struct {
		names []string
		warn  func(yeastar.Product) bool
		says  string
		field string // of the mapping, which is said not to be there
		put   any    // in its place; nil: nothing
	}{
		"nothing":                        {nil, nobody, "", "", nil},
		"the number of extensions":       {[]string{"currentQuantity"}, func(p yeastar.Product) bool { return p.Quantity == yeastar.QuantityCurrent }, "do not tell the number of extensions", "Extensions", nil},
		"the cycle":                      {[]string{"planBillingCycle", "billingCycle"}, func(p yeastar.Product) bool { return p.CycleKept }, "do not tell the present billing cycle", "BillingCycle", nil},
		"the cycle of packages alone":    {[]string{"planBillingCycle"}, nobody, "", "BillingCycle", nil},
		"the expiry":                     {[]string{"expireDate", "currentPlanExpireDate"}, every, "do not tell when it ends", "Expiry", nil},
		"auto-renewal":                   {[]string{"autoRenew"}, every, "do not tell whether it renews itself", "autoRenew", nil},
		"whose it is":                    {[]string{"partnerId"}, func(p yeastar.Product) bool { return p.Holder == yeastar.ByAccount }, "do not tell whose package it is", "HolderID", nil},
		"plans by id and name":           {[]string{"planName", "planId"}, plans, "do not tell the plan's id", "PlanID", nil},
		"plans by name":                  {[]string{"planName"}, nobody, "", "PlanName", nil},
		"services":                       {[]string{"serviceId"}, func(p yeastar.Product) bool { return together(p) || !p.PlanLine }, "do not tell the service", "", nil},
		"numbers of packages":            {[]string{"productNo"}, every, "could not be looked at: instance_product_list failed", "", nil},
		"prices":                         {[]string{"unitPrice", "totalAmount"}, nobody, "", "Price.Amount", nil},
		"ids of prices":                  {[]string{"pricingPlanId", "pricingServiceId"}, nobody, "", "Plan.PricingID", nil},
		"an empty number of extensions":  {[]string{"currentQuantity"}, func(p yeastar.Product) bool { return p.Quantity == yeastar.QuantityCurrent }, "do not tell the number of extensions", "", ""},
		"a number in words":              {[]string{"currentQuantity"}, func(p yeastar.Product) bool { return p.Quantity == yeastar.QuantityCurrent }, "do not tell the number of extensions", "", "fifty"},
		"a cycle that no order can have": {[]string{"planBillingCycle", "billingCycle"}, func(p yeastar.Product) bool { return p.CycleKept }, "do not tell the present billing cycle", "", "quarterly"},
		"an expiry in words":             {[]string{"expireDate", "currentPlanExpireDate"}, every, "do not tell when it ends", "", "soon"},
		"no expiry as zero":              {[]string{"expireDate", "currentPlanExpireDate"}, every, "do not tell when it ends", "", 0},
		"auto-renewal as a word":         {[]string{"autoRenew"}, every, "do not tell whether it renews itself", "autoRenew", "true"},
		"a comment":                      {[]string{"comment"}, nobody, "", "Comment", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			s.vendor.Switch(yeastarsim.Generous)
			s.env["YEASTAR_PRODUCTS"], s.env["YEASTAR_BASE_URL"] = someProducts, without(t, s.vendor.URL(), c.put, c.names...)
			got := s.check("-live")
			var warned, want []string
			offered, err := yeastar.Offered(strings.Split(someProducts, ","))
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range got.lines("fields") {
				product, says, _ := strings.Cut(r.Found, " is offered, and ")
				warned = append(warned, product)
				if !strings.Contains(says, c.says) || r.Status != check.Warning {
					t.Errorf("%s: %s of %s; want %q", r.Status, says, product, c.says)
				}
			}
			for _, p := range offered {
				if c.warn(p) {
					want = append(want, p.Name)
				}
			}
			if diff := cmp.Diff(want, warned); diff != "" {
				t.Errorf("warned of (-want +got):\n%s", diff)
			}
			if len(want) > 0 && got.Exit < check.ExitWarnings {
				t.Errorf("it ends with %d", got.Exit)
			}
			if c.field != "" && !slices.ContainsFunc(got.Answers, func(a check.Answer) bool {
				return slices.ContainsFunc(a.Fields, func(f check.AnswerField) bool { return f.Field == c.field && len(f.Found) == 0 && f.Means != "" })
			}) {
				t.Errorf("nothing says what it means that %s is not there", c.field)
			}
			s.onlyLooked(false)
		})
	}
}
