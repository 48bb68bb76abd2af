package yeastarsim_test

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"time"

	"renewbot/yeastar/yeastarsim"
)

func TestFlippedIDs(t *testing.T) {
	t.Parallel()
	b := setup(t, yeastarsim.WithSwitches(func(s *yeastarsim.Switches) { s.FlipIDs = true }))
	text := func(what string, v any) {
		t.Helper()
		if _, ok := v.(string); !ok {
			t.Errorf("%s is %T, want a string", what, v)
		}
	}
	number := func(what string, v any) {
		t.Helper()
		if _, ok := v.(json.Number); !ok {
			t.Errorf("%s is %T, want a number", what, v)
		}
	}
	text("productId", decode[[]row](b, b.get(prodPath))[0]["productId"])
	text("planId", decode[struct{ ProductPlanList []row }](b, b.get(infoPath+"?productId=14")).ProductPlanList[0]["planId"])
	number("partnerId", decode[[]row](b, b.get(usersPath))[0]["partnerId"])
	number("billingContactId", decode[[]row](b, b.get(billPath))[0]["billingContactId"])
	order := decode[row](b, b.save(tutorialBody).env.Result)
	number("orderId", order["orderId"])
	number("productNo", order["productNo"])
	text("orderNo", order["orderNo"])
	detail := decode[map[string]row](b, b.get(getPath+"1782052"))
	number("productId of the details", detail["basicInformation"]["productId"])
	b.sim.Switch(func(s *yeastarsim.Switches) { s.Owner = true })
	number("partnerId of the product list", decode[struct{ Results []row }](b, b.get(listPath+"?productId=12")).Results[0]["partnerId"])
}

func TestListShapes(t *testing.T) {
	t.Parallel()
	b := setup(t)
	contacts := b.sim.BillingContacts()
	shape := func(l yeastarsim.ListShape) { b.sim.Switch(func(s *yeastarsim.Switches) { s.Lists = l }) }

	shape(yeastarsim.ListWrapper)
	for _, path := range []string{prodPath, usersPath, billPath} {
		if got := decode[struct{ Results []row }](b, b.get(path)); len(got.Results) == 0 {
			t.Errorf("%s has no results", path)
		}
	}
	shape(yeastarsim.ListObject)
	if got := decode[[]row](b, b.get(billPath)); len(got) != len(contacts) {
		t.Errorf("%d contacts, want %d", len(got), len(contacts))
	}
	for _, c := range contacts[1:] {
		b.sim.RemoveBillingContact(c.ID)
	}
	if got := decode[row](b, b.get(billPath)); got["billingContactId"] != contacts[0].ID {
		t.Errorf("a list of one: %v", got)
	}
	b.sim.RemoveBillingContact(contacts[0].ID)
	for _, l := range []yeastarsim.ListShape{yeastarsim.ListObject, yeastarsim.ListArray} {
		shape(l)
		if got := string(b.get(billPath)); got != "[]" {
			t.Errorf("an empty list: %s", got)
		}
	}
}

func TestStatusSplit(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name        string
		change      func(*yeastarsim.Switches)
		auth, wrong int // HTTP
	}{
		{"in both", func(*yeastarsim.Switches) {}, 401, 400},
		{"authentication in the body", func(s *yeastarsim.Switches) { s.AuthErrorsInBody = true }, 200, 400},
		{"everything in the body", func(s *yeastarsim.Switches) { s.ErrorsInBody = true }, 200, 200},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, yeastarsim.WithSwitches(tt.change))
			wrong := b.save(b.edited("100", "101"))
			b.sim.RevokeTokens()
			auth := b.save(tutorialBody)
			if auth.status != tt.auth || *auth.env.Status != 401 {
				t.Errorf("no token: HTTP %d, body %d, want %d and 401", auth.status, *auth.env.Status, tt.auth)
			}
			if wrong.status != tt.wrong || *wrong.env.Status != 400 {
				t.Errorf("wrong quantity: HTTP %d, body %d, want %d and 400", wrong.status, *wrong.env.Status, tt.wrong)
			}
		})
	}
}

func TestOmittedStatus(t *testing.T) {
	t.Parallel()
	b := setup(t, yeastarsim.WithSwitches(func(s *yeastarsim.Switches) { s.OmitStatus = true }))
	r := b.save(tutorialBody)
	b.mustSucceed(r)
	if r.env.Status != nil {
		t.Errorf("status %d is in the envelope", *r.env.Status)
	}
}

func TestCreateTimes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		change func(*yeastarsim.Switches)
		want   int64
	}{
		{"milliseconds", func(*yeastarsim.Switches) {}, start.UnixMilli()},
		{"seconds", func(s *yeastarsim.Switches) { s.Seconds = true }, start.Unix()},
		{"slow clock", func(s *yeastarsim.Switches) { s.CreateTimeSkew = -7 * time.Minute }, start.Add(-7 * time.Minute).UnixMilli()},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, yeastarsim.WithSwitches(tt.change))
			b.mustSucceed(b.save(tutorialBody))
			item := decode[struct{ Results []row }](b, b.get(pagePath+"?sort=-id")).Results[0]
			if got := item["createTime"]; got != json.Number(strconv.FormatInt(tt.want, 10)) {
				t.Errorf("createTime %v, want %d", got, tt.want)
			}
		})
	}
}

func TestExpiryAsNumber(t *testing.T) {
	t.Parallel()
	b := setup(t, yeastarsim.WithSwitches(func(s *yeastarsim.Switches) { s.Expiry, s.ExpiryLayout = true, "" }))
	got := decode[row](b, b.get(detailPath+"?productId=14&productNo="+yeastarsim.TutorialAccountID))
	if want := json.Number(strconv.FormatInt(start.AddDate(0, 0, 24).UnixMilli(), 10)); got["expireDate"] != want {
		t.Errorf("expireDate %v, want %v", got["expireDate"], want)
	}
}

func TestGoUserAgentAccepted(t *testing.T) {
	t.Parallel()
	b := setup(t, yeastarsim.WithSwitches(func(s *yeastarsim.Switches) { s.AcceptGoUserAgent = true }))
	res, err := b.client.PostForm(b.sim.URL()+tokenPath, b.credentials())
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != 200 {
		t.Errorf("HTTP %d, want 200", res.StatusCode)
	}
}

func TestStart(t *testing.T) {
	t.Parallel()
	b := setup(t, yeastarsim.WithAddress("127.0.0.1:0"), yeastarsim.WithCredentials("some-id", "some-secret"))
	if b.sim.ClientID() != "some-id" || b.sim.ClientSecret() != "some-secret" {
		t.Error("the credentials are not those given")
	}
	if err := b.sim.Start(); err == nil {
		t.Error("a second Start succeeds")
	}
	taken := yeastarsim.New(yeastarsim.WithAddress(strings.TrimPrefix(b.sim.URL(), "http://")))
	defer taken.Close()
	if err := taken.Start(); err == nil {
		t.Error("starting on a taken address succeeds")
	}
	closed := yeastarsim.New()
	closed.Close()
	if err := closed.Start(); err == nil {
		t.Error("starting a closed server succeeds")
	}
}
