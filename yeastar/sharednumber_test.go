package yeastar

import "testing"

// White labels share a product id, and an account's may share a number: both are listed. Of a PBX its number
// stands once, whatever else an entry that comes again says.
func TestEntriesThatShareANumber(t *testing.T) {
	t.Parallel()
	const list = `{"code":"success","result":{"results":[
		{"productNo":"3076951120475301234","comment":"YCM White Label"},
		{"productNo":"3076951120475301234","comment":"PSE White Label"},
		{"productNo":"3076951120475301234","comment":"YCM White Label"}]}}`
	for id, want := range map[int]int{19: 2, 12: 1} {
		s := setup(t)
		s.answers("GET /product/openapi/instance_product/v1/client/instance_product_list", list)
		owned, err := s.OwnedProducts(t.Context(), id)
		if err != nil || len(owned) != want {
			t.Errorf("of product %d there are %+v, %v", id, owned, err)
		}
	}
}
