package policy_test

import (
	"testing"

	"renewbot/bot/policy"
	"renewbot/bot/renewal"
)

// A PBX in a rule is the same one however its serial number is written: a rule that is missed
// because of a letter would be the milder way.
func TestSerialNumbersHoweverTheyAreWritten(t *testing.T) {
	t.Parallel()
	pbx := renewal.Holder{SerialNumber: "3631E341C911", PartnerID: acme}
	for _, written := range []string{"3631E341C911", "3631e341c911", "3631-E341-C911", "Keys"} {
		f, err := policy.Parse([]byte(`version: 1
currency: EUR
holders: {Keys: [3631-e341-c911]}
rules:
  - name: key
    when: {holder: "` + written + `"}
    steps: [{who: U0CFO}]
  - name: all
    steps: [{who: RENEW_APPROVERS}]
`))
		if err != nil {
			t.Fatal(err)
		}
		if got := f.Rule(ask{holder: pbx, product: "cloud-pbx", price: "1 EUR"}.made()).Ways[0].Rule; got != "key" {
			t.Errorf("%q: the rule %q holds", written, got)
		}
		pbx := pbx
		pbx.SerialNumber = "3631E341C912"
		if got := f.Rule(ask{holder: pbx, product: "cloud-pbx", price: "1 EUR"}.made()).Ways[0].Rule; got != "all" {
			t.Errorf("%q: the rule %q holds for another PBX", written, got)
		}
	}
}
