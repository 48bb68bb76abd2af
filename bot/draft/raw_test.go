package draft_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"renewbot/yeastar"
)

// Every term of the rows that have several, from the form to the order: digit for digit as the vendor's
// tutorials have it.
func TestEveryTermInItsOrder(t *testing.T) {
	t.Parallel()
	const plan, service = `"serviceType":"plan","serviceId":11`, `"serviceType":"service","serviceId":21,"connectionPlanId":11`
	for key, c := range map[string]struct {
		product int
		lines   []string
		terms   map[string]string // as an order has it
	}{
		"p-series-appliance-plan": {11, []string{plan}, map[string]string{
			"annually-1": `"annually","multiCycle":1`, "annually-2": `"annually","multiCycle":2`, "annually-3": `"annually","multiCycle":3`,
			"annually-4": `"annually","multiCycle":4`, "annually-5": `"annually","multiCycle":5`, "monthly-0": `"monthly","multiCycle":0`,
		}},
		"p-series-software": {12, []string{plan + `,"quantity":50`, service + `,"quantity":7`}, map[string]string{
			"annually-1": `"annually","multiCycle":1`, "annually-2": `"annually","multiCycle":2`, "annually-3": `"annually","multiCycle":3`,
			"annually-4": `"annually","multiCycle":4`, "annually-5": `"annually","multiCycle":5`,
		}},
		"cloud-pbx": {13, []string{plan + `,"quantity":50`, service + `,"quantity":7`}, map[string]string{
			"annually-1": `"annually","multiCycle":1`, "annually-2": `"annually","multiCycle":2`, "annually-3": `"annually","multiCycle":3`,
			"annually-4": `"annually","multiCycle":4`, "annually-5": `"annually","multiCycle":5`, "monthly-0": `"monthly","multiCycle":0`,
		}},
	} {
		p, _ := yeastar.ProductByKey(key)
		if len(p.Terms) != len(c.terms) {
			t.Errorf("%s has %d terms, want %d", key, len(p.Terms), len(c.terms))
		}
		for _, term := range p.Terms {
			k := known(p)
			o, wrong := k.Offer(filled(k, term))
			if len(wrong) > 0 {
				t.Errorf("%s for %s: %v", key, term, wrong)
			}
			got, err := o.Body("RNW-000001")
			if err != nil {
				t.Error(err)
			}
			var lines []string
			for _, l := range c.lines {
				lines = append(lines, `{`+l+`,"purchaseType":"renew","billingModel":"recurring","billingCycle":`+c.terms[term.Key()]+`}`)
			}
			want := fmt.Sprintf(`{"operationType":"renew_plan","productId":%d,"productNo":"3631E0000001","billingId":41,"poNumber":"RNW-000001","serviceList":[%s]}`,
				c.product, strings.Join(lines, ","))
			if diff := cmp.Diff(want, string(got)); diff != "" {
				t.Errorf("%s for %s: the order (-want +got):\n%s", key, term, diff)
			}
		}
	}
}
