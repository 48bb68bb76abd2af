package ledger

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

func drawTime(t *rapid.T, name string) time.Time {
	zone := time.FixedZone("z", rapid.IntRange(-12, 14).Draw(t, name+" zone")*3600)
	return time.UnixMicro(rapid.Int64Range(1, 4e15).Draw(t, name)).In(zone)
}

func drawOrder(t *rapid.T) *yeastar.OrderResult {
	if !rapid.Bool().Draw(t, "order?") {
		return nil
	}
	return &yeastar.OrderResult{
		OrderID: yeastar.ID(rapid.StringMatching(`[0-9]{1,20}`).Draw(t, "order id")), OrderNo: rapid.String().Draw(t, "order no"),
		OrderStatus: rapid.String().Draw(t, "order status"), RequestID: rapid.String().Draw(t, "request id"),
	}
}

func drawProblem(t *rapid.T) *renewal.Problem {
	if !rapid.Bool().Draw(t, "problem?") {
		return nil
	}
	return &renewal.Problem{
		Class: yeastar.ClassRefused, Code: rapid.String().Draw(t, "code"), Detail: rapid.String().Draw(t, "detail"),
		RetryAfter: time.Duration(rapid.Int64().Draw(t, "retry")),
	}
}

func drawRequest(t *rapid.T) renewal.Request {
	text := func(name string) string { return rapid.String().Draw(t, name) }
	r := renewal.Request{
		ID: rapid.Int64().Draw(t, "id"), Version: rapid.Int64().Draw(t, "version"),
		Status: rapid.SampledFrom(renewal.Statuses()).Draw(t, "status"), Requester: text("requester"),
		AmendedBy: text("amended by"), Channel: text("channel"), Note: text("note"), Revision: rapid.Int().Draw(t, "revision"),
		Fingerprint: text("fingerprint"), DryRun: rapid.Bool().Draw(t, "dry run"), Required: rapid.Int().Draw(t, "required"),
		AttemptsAsked: rapid.Int().Draw(t, "asked"), Order: drawOrder(t), Problem: drawProblem(t),
		ClosedBy: text("closed by"), Reason: text("reason"),
		CreatedAt: drawTime(t, "created"), UpdatedAt: drawTime(t, "updated"), ExpiresAt: drawTime(t, "expires"),
	}
	if n := rapid.IntRange(0, 3).Draw(t, "changes"); n > 0 {
		r.Changes = rapid.SliceOfN(rapid.String(), n, n).Draw(t, "change")
	}
	r.Offer = renewal.Offer{
		Product: text("product"), Holder: renewal.Holder{PartnerID: "123", SerialNumber: text("serial"), Name: text("name"), Email: text("mail")},
		Lines:   []renewal.Line{{Type: yeastar.LinePlan, ID: "3048941892189077504", Name: text("plan"), Quantity: rapid.Int().Draw(t, "quantity")}},
		Contact: renewal.Contact{ID: "9", Name: text("contact")}, PONumber: text("po"), QuantitySource: text("source"),
	}
	if rapid.Bool().Draw(t, "expiry?") {
		r.Offer.CurrentExpiry = drawTime(t, "expiry")
	}
	if rapid.Bool().Draw(t, "price?") {
		r.Offer.Price = &renewal.Price{Amount: decimal.New(rapid.Int64().Draw(t, "amount"), -2), Currency: text("currency")}
	}
	body, err := json.Marshal(map[string]string{"poNumber": text("body")})
	if err != nil {
		t.Fatal(err)
	}
	r.Body = body
	for range rapid.IntRange(0, 3).Draw(t, "votes") {
		r.Votes = append(r.Votes, renewal.Vote{By: text("voter"), At: drawTime(t, "voted")})
	}
	for i := range rapid.IntRange(0, 3).Draw(t, "attempts") {
		a := renewal.Attempt{
			Number: i + 1, StartedAt: drawTime(t, "started"), Deadline: drawTime(t, "deadline"), Fingerprint: text("attempted"),
			Body: body, Outcome: renewal.Lost, Order: drawOrder(t), Problem: drawProblem(t),
		}
		if rapid.Bool().Draw(t, "ended?") {
			a.EndedAt = drawTime(t, "ended")
		}
		r.Attempts = append(r.Attempts, a)
	}
	return r
}

func TestDocumentIsLossless(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := drawRequest(t)
		document, saved, err := encode(r)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(r, saved); diff != "" {
			t.Fatalf("saved otherwise (-want +got):\n%s", diff)
		}
		again, second, err := encode(saved)
		if err != nil || again != document {
			t.Fatalf("encoded twice: %s, then %s (%v)", document, again, err)
		}
		if diff := cmp.Diff(saved, second, cmp.Comparer(func(a, b time.Time) bool { return a == b && a.Location() == time.UTC })); diff != "" {
			t.Fatalf("not as it is read again (-want +got):\n%s", diff)
		}
		if string(saved.Body) != string(r.Body) {
			t.Fatalf("the order's bytes were changed: %s", saved.Body)
		}
	})
}

func TestDocumentKeepsTheBody(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{"a":"<&>"}`, `{"a":"\u003c\u2028"}`, `{"id":3048941892189077504}`} {
		_, r, err := encode(renewal.Request{Body: json.RawMessage(body)})
		if err != nil || string(r.Body) != body {
			t.Errorf("%s became %s (%v)", body, r.Body, err)
		}
	}
	if _, _, err := encode(renewal.Request{Body: json.RawMessage(`{ "a": 1 }`)}); err == nil {
		t.Error("a body that cannot be kept byte for byte was saved")
	}
}
