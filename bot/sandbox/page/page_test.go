package page_test

import (
	"net/http"
	"strings"
	"testing"

	"renewbot/bot/sandbox"
)

func TestRenewalThroughThePage(t *testing.T) {
	t.Parallel()
	b := setup(t)
	bob := b.approved()
	bob.shows(sandbox.Renewals, "XS3401174502129270784")
	bob.wait("the order in the portal", func(s *state) bool { return len(s.Orders) > 0 && s.Orders[0].ViaAPI })
	o := look(bob, func(s *state) order { return s.Orders[0] })
	if o.OrderNo != "XS3401174502129270784" || o.Status != "succeed" || o.Holder != "Acme Telecom" || o.ExpiryAfter == nil ||
		len(o.Lines) != 1 || o.Lines[0].Name != "Enterprise Plan" || o.Lines[0].Quantity != 50 || !strings.Contains(string(o.Raw), `"serviceList"`) {
		t.Errorf("the order is %+v", o)
	}
	bob.wait("the audit trail", func(s *state) bool { return strings.Contains(strings.Join(s.codes(), " "), "order.placed") })
	bob.wait("both sockets, and no job", func(s *state) bool { return s.Sockets == 2 && s.Running && s.Jobs.Running == 0 })
	s := look(bob, func(s *state) state { return *s })
	if len(s.Refusals) != 0 {
		t.Errorf("Slack refused %+v", s.Refusals)
	}
	if len(s.Commands) != 1 || s.Commands[0].Command != "/renew" || s.Commands[0].Hint == "" || s.App.Name != "Renewbot" {
		t.Errorf("the app is %+v with %+v", s.App, s.Commands)
	}
	if s.CustomerCount != 12 || len(s.Faults) != 6 || len(s.People) != 7 {
		t.Errorf("%d customers, %d faults, %d people", s.CustomerCount, len(s.Faults), len(s.People))
	}
}

func TestAnActionThatIsNone(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for name, c := range map[string]struct {
		as, do string
		args   args
		status int
		code   string
	}{
		"a verb that is none":   {sandbox.Alice, "dance", nil, http.StatusBadRequest, "bad_request"},
		"a member that is none": {sandbox.Alice, "say", args{"chanel": "C"}, http.StatusBadRequest, "bad_request"},
		"nobody":                {"U0NOBODY", "home", nil, http.StatusNotFound, "not_found"},
		"the app itself":        {"USLACKBOT", "home", nil, http.StatusNotFound, "not_found"},
		"a switch that is none": {sandbox.Alice, "fault", args{"id": "fire", "on": true}, http.StatusNotFound, "not_found"},
		"an order that is none": {sandbox.Alice, "pay", args{"orderNo": "XS1"}, http.StatusNotFound, "not_found"},
		"an order that is paid": {sandbox.Alice, "cancelOrder", args{"orderNo": "XS3401174502129270784"}, http.StatusNotFound, "not_found"},
		"a modal that is not":   {sandbox.Alice, "viewSubmit", args{"viewId": "V0NONE"}, http.StatusOK, "stale_view"},
		"a foreign channel":     {sandbox.Gina, "say", args{"channel": sandbox.Audit, "text": "hello"}, http.StatusOK, "refused"},
		"an empty message":      {sandbox.Gina, "say", args{"channel": sandbox.Renewals, "text": " "}, http.StatusOK, "refused"},
		"a stranger's command":  {sandbox.Olga, "command", args{"channel": sandbox.Partners, "text": "/renew"}, http.StatusOK, "refused"},
		"no such command":       {sandbox.Alice, "command", args{"channel": sandbox.Renewals, "text": "/dance"}, http.StatusOK, "refused"},
		"no time":               {sandbox.Alice, "advance", args{"seconds": 0}, http.StatusBadRequest, "bad_request"},
		"time back":             {sandbox.Alice, "advance", args{"seconds": -3600}, http.StatusBadRequest, "bad_request"},
	} {
		t.Run(name, func(t *testing.T) {
			r := b.act(c.as, c.do, c.args)
			if r.status != c.status || r.Code != c.code || r.OK || !strings.HasSuffix(r.Error, ".") {
				t.Errorf("the answer is %d %+v, want %d %s", r.status, r, c.status, c.code)
			}
		})
	}
}
