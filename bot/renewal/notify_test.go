package renewal_test

import (
	"testing"

	"renewbot/bot/renewal"
)

func TestWhichDirectMessagesSomebodyWants(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		entry             renewal.Entry
		all, result, none bool
	}{
		{renewal.Entry{Code: renewal.CodeProcessing}, true, false, false},
		{renewal.Entry{Code: renewal.CodeChanged}, true, false, false},
		{renewal.Entry{Code: renewal.CodeLapsed}, true, false, false},
		{renewal.Entry{Code: renewal.CodeOrdered}, true, true, false},
		{renewal.Entry{Code: renewal.CodeUnknown}, true, true, false},
		{renewal.Entry{Code: renewal.CodeRefused}, true, true, false},
		{renewal.Entry{Code: renewal.CodeLate}, true, true, false},
		{renewal.Entry{Code: renewal.CodeDeputyEnded}, true, true, false},
		{renewal.Entry{Code: renewal.CodeReminded, To: renewal.Pending}, true, true, false},
		{renewal.Entry{Code: renewal.CodeLastCall, To: renewal.Returned}, true, true, true},
		{renewal.Entry{Code: renewal.CodeReturned}, true, true, true},
		{renewal.Entry{Code: renewal.CodeHandedOver}, true, true, true},
		{renewal.Entry{Code: renewal.CodeEscalated}, true, true, true},
		{renewal.Entry{Code: renewal.CodeDeputy}, true, true, true},
	} {
		news := c.entry.News()
		for n, want := range map[renewal.Notify]bool{
			"": c.all, renewal.NotifyAll: c.all, renewal.NotifyResult: c.result, renewal.NotifyNone: c.none,
		} {
			if got := n.Wants(news); got != want {
				t.Errorf("%q and %s to %q: %t", n, c.entry.Code, c.entry.To, got)
			}
		}
	}
	for text, want := range map[string]bool{"all": true, "result": true, "none": true, "": false, "All": false, "some": false} {
		if n, ok := renewal.ParseNotify(text); ok != want || (ok && string(n) != text) {
			t.Errorf("%q is read as %q, %t", text, n, ok)
		}
	}
}
