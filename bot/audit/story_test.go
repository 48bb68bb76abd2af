package audit_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"renewbot/bot/audit"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

var update = flag.Bool("update", false, "rewrite the golden files")

var storyPolicy = renewal.Policy{
	Required: 1, PONumber: renewal.PONumberReference, RemindAfter: 4 * time.Hour, ExpireAfter: 72 * time.Hour,
}

// told is a request that was ordered at the second attempt, and its entries.
func told(t *testing.T, customer string) (renewal.Request, []renewal.Entry) {
	t.Helper()
	now := begin
	change, err := renewal.New(7, renewal.Submission{
		Key: "k", By: renewal.Actor{UserID: "U0ALICE", MayRequest: true}, Channel: "C0RENEWALS", Note: "Renews on Friday, please hurry",
		Offer: renewal.Offer{
			Product: yeastar.Products()[0].Key, Holder: renewal.Holder{PartnerID: "3197218168379846216", Name: customer, Email: "it@acme.example"},
			Lines: []renewal.Line{
				{Type: yeastar.LinePlan, ID: "3048941892189077504", Name: "Ultimate Plan", Quantity: 50},
				{Type: yeastar.LineService, ID: "3048941892189077505", Name: "Call centre", Quantity: 1},
			},
			Contact: renewal.Contact{ID: "3197218168379846218", Name: "Petra Novak", Email: "petra@acme.example"}, PONumber: "PO-77",
		},
	}, now, storyPolicy)
	if err != nil {
		t.Fatal(err)
	}
	r, entries := change.Request, []renewal.Entry{change.Entry}
	bob := renewal.Actor{UserID: "U0BOB", MayApprove: true}
	seen := renewal.Shown{Revision: r.Revision, Fingerprint: r.Fingerprint}
	for _, e := range []renewal.Event{
		renewal.Approve{By: bob, Shown: seen},
		renewal.Begin{Budget: time.Hour},
		renewal.Failed{Attempt: 1, Problem: renewal.Problem{Class: yeastar.ClassRefused, Code: "no_credit", Detail: "The credit line does not cover this order."}},
		renewal.Retry{By: bob, Shown: seen},
		renewal.Begin{Budget: time.Hour},
		renewal.Answered{Attempt: 2, Order: yeastar.OrderResult{OrderNo: "XS1", TransactionNo: "IW1", OrderStatus: yeastar.OrderSucceed, RequestID: "r1"}},
	} {
		now = now.Add(time.Minute)
		change, err := r.Apply(e, now, storyPolicy)
		if err != nil {
			t.Fatalf("%T: %v", e, err)
		}
		r, entries = change.Request, append(entries, change.Entry)
	}
	for i := range entries {
		entries[i].Seq = int64(i + 11)
	}
	return r, entries
}

func TestStory(t *testing.T) {
	t.Parallel()
	got := audit.Story(told(t, "Acme Telecom"))
	golden := filepath.Join("testdata", "story.txt")
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("the story (-want +got):\n%s", diff)
	}
}

// Nothing that people or the vendor wrote moves the cursor or makes a line of its own.
func TestStoryIsSafeOnATerminal(t *testing.T) {
	t.Parallel()
	got := audit.Story(told(t, "Acme\x1b[2J\n  Approved by  U0EVE\u202e\x00\xff"))
	if strings.ContainsAny(got, "\x1b\x00\u202e") || !utf8.ValidString(got) {
		t.Errorf("control characters are in %q", got)
	}
	if strings.Contains(got, "\n  Approved by  U0EVE") {
		t.Error("a customer's name makes a line of the story")
	}
}
