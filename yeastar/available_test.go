package yeastar

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAvailable(t *testing.T) {
	t.Parallel()
	var labels []string // the rows that share an id, by name
	for _, p := range products {
		if p.ID == 19 {
			labels = append(labels, p.Key)
		}
	}
	tests := []struct {
		name      string
		list      []AvailableProduct
		available string
		unlisted  string
	}{
		{"nothing", nil, "", ""},
		{"one", []AvailableProduct{{14, "Cloud PBX (PCE Package)"}}, "p-series-turnkey", ""},
		{"the white labels as one entry", []AvailableProduct{{19, "Add-on Service"}}, strings.Join(labels, " "), ""},
		{"the white labels by name", []AvailableProduct{{19, "PSE White Label"}, {19, "PCE White Label"}}, "pse-white-label", "PCE White Label"},
		{"a name with more in it", []AvailableProduct{{19, "Add-on Service: YCM White Label"}}, "ycm-white-label", ""},
		{"a PBX beside what is no row", []AvailableProduct{{76, "Telex Pro"}, {12, "Software PBX"}, {21, "RM Premium"}, {15, "Remote Management"}, {77, "Fax"}},
			"remote-management p-series-software", "Telex Pro, RM Premium, Fax"},
		{"an id that two pages give otherwise", []AvailableProduct{{20, "Remote Management Premium"}}, "", "Remote Management Premium"},
		{"no name", []AvailableProduct{{14, ""}, {19, ""}, {20, ""}}, "p-series-turnkey " + strings.Join(labels, " "), "product 20"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := strings.Join(keysOf(Available(Products(), tt.list)), " ")
			var unlisted []string
			for _, a := range Unlisted(tt.list) {
				unlisted = append(unlisted, a.Called())
			}
			if diff := cmp.Diff([]string{tt.available, tt.unlisted}, []string{got, strings.Join(unlisted, ", ")}); diff != "" {
				t.Errorf("available and unlisted (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWhyAProductIsNotRenewed(t *testing.T) {
	t.Parallel()
	wants := map[AvailableProduct]string{{77, "Fax"}: "No page"}
	for _, n := range notRenewable {
		for _, name := range append([]string{n.Name, n.Name + " Pro", strings.ToUpper(n.Name)}, n.Aliases...) {
			wants[AvailableProduct{78, name}] = n.Why
		}
		for _, id := range n.IDs {
			wants[AvailableProduct{id, ""}] = n.Why
		}
	}
	for a, want := range wants {
		if got := a.Why(); !strings.Contains(got, want) || !strings.HasSuffix(got, ".") {
			t.Errorf("%v: %q; want %q in it", a, got, want)
		}
	}
}

// A white label's service is the one with its whole name, else one with the name in it, as in
// the list of products.
func TestCatalogueOfAWhiteLabel(t *testing.T) {
	t.Parallel()
	row, _ := ProductByKey("ycm-white-label")
	for name, want := range map[string]string{
		"PSE White Label,ycm white label ,YCM White Label Setup": "ycm white label ",
		"PSE White Label,Add-on Service: YCM White Label":        "Add-on Service: YCM White Label",
		"PSE White Label,": "",
	} {
		var c Catalogue
		for service := range strings.SplitSeq(name, ",") {
			c.Services = append(c.Services, Service{Name: service})
		}
		var got []string
		for _, s := range row.Catalogue(c).Services {
			got = append(got, s.Name)
		}
		if strings.Join(got, ",") != want {
			t.Errorf("of %s: %q, want %q", name, got, want)
		}
	}
	turnkey, _ := ProductByKey("p-series-turnkey")
	if n := len(turnkey.Catalogue(Catalogue{Services: []Service{{ID: "1"}, {ID: "2", Name: "Call Center"}}}).Services); n != 2 {
		t.Errorf("where no other product shares the id: %d services", n)
	}
}
