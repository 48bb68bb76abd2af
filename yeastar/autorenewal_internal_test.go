package yeastar

import "testing"

// Anything but a plain true or false is unknown, never off.
func TestAutoRenewalIsNeverAssumed(t *testing.T) {
	t.Parallel()
	for _, result := range []string{`{}`, `{"autoRenew":null}`, `{"autoRenew":"false"}`, `{"autoRenew":0}`, `false`, `[]`} {
		s := setup(t)
		s.answers("GET /order/openapi/order/v1/check/existed_auto_renew", success(result))
		if got, err := s.AutoRenewal(t.Context(), 14, "307"); got != AutoRenewalUnknown || err != nil {
			t.Errorf("%s: %q, %v", result, got, err)
		}
	}
}
