package page

import (
	"testing"

	"renewbot/yeastar/yeastarsim"
)

// The date of a package is known of the product that it is of, also where products share an id.
func TestDatesAreOfTheirProduct(t *testing.T) {
	t.Parallel()
	v := yeastarsim.New()
	names := lineNames(v)
	labels := map[string]string{"YCM White Label": "ycm-white-label", "PSE White Label": "pse-white-label"}
	for _, p := range v.Packages() {
		row, ok := rowOf(p, names)
		if !ok || row.ID != p.ProductID {
			t.Errorf("%+v is of %q", p, row.Key)
		}
		if want := labels[row.Service]; want != "" && (names[p.Services[0].ServiceID] != row.Service || row.Key != want) {
			t.Errorf("%s is of %s", names[p.Services[0].ServiceID], row.Key)
		}
	}
}
