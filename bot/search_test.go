package bot_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"renewbot/bot/sandbox"
	"renewbot/bot/slacksim"
	"renewbot/yeastar/yeastarsim"
)

// maxAck is what Slack takes in one frame.
const maxAck = 20480

func thousands(n int) func(*sandbox.Options) {
	return func(o *sandbox.Options) { o.Vendor = append(o.Vendor, yeastarsim.WithCustomers(n)) }
}

// search types into "For whom" and returns the menu.
func (a *actor) search(query string) []string {
	a.b.t.Helper()
	options, err := a.p.Search(a.b.ctx, "For whom", query)
	if err != nil {
		a.b.t.Fatalf("search %q: %v", query, err)
	}
	return texts(options)
}

// wantSmallAcks wants no ack near the limit, above which Slack drops it.
func (b *bundle) wantSmallAcks() {
	b.t.Helper()
	largest := 0
	for _, e := range b.Slack.Journal() {
		if e.Kind == slacksim.EntryAck {
			largest = max(largest, len(e.Body))
		}
	}
	if largest >= maxAck {
		b.t.Errorf("the largest ack has %d bytes, want less than %d", largest, maxAck)
	}
	b.t.Logf("the largest ack has %d bytes", largest)
}

func TestSearchAmongFiveThousand(t *testing.T) { // alone: it keeps the machine busy
	b := setup(t, thousands(5000))
	alice := b.as(sandbox.Alice)
	alice.command(sandbox.Renewals, "/renew")
	alice.view("For whom")

	all := alice.search("")
	if len(all) != 21 || all[0] != ourOwn || all[20] != "… and 4981 more: type part of the name" {
		t.Errorf("%d choices, from %q to %q", len(all), all[0], all[len(all)-1])
	}
	for query, want := range map[string][]string{
		"acme":                    {acmeChoice, acmeToo},
		"acme telecom":            {acmeChoice, acmeToo},
		"telecom services":        {acmeToo},
		"lacznosc":                {"Żółw Łączność Sp. z o.o. · biuro@zolw.example"},
		"einkauf@mueller":         {"Müller & Söhne Bürotechnik GmbH · einkauf@mueller-soehne.example"},
		"さくら通信":                   {"株式会社さくら通信 · soumu@sakura-tsushin.example"},
		"אורות":                   {"אורות תקשורת בע\"מ · office@orot.example"},
		"it4711@customer":         {"Indigo Motors Ltd 4711 · it4711@customer-4711.example"},
		"our own":                 {ourOwn},
		"our own account.":        {ourOwn},
		"telecom services.":       {acmeToo},
		"nobody is called so":     nil,
		yeastarsim.NorthwindID:    {"Northwind Clinics · it@northwind-clinics.example"},
		"NORTHWIND":               {"Northwind Clinics · it@northwind-clinics.example"},
		"maria  costa   northwin": {"Northwind Clinics · it@northwind-clinics.example"},
	} {
		got := alice.search(query)
		for i := range got {
			got[i] = stripIsolates(got[i])
		}
		if query == "it4711@customer" && len(got) == 1 {
			got[0], want = got[0][strings.Index(got[0], "·"):], []string{"· it4711@customer-4711.example"}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("search %q (-want +got):\n%s", query, diff)
		}
	}
	b.wantSmallAcks()
}

// TestSearchLetterByLetter types a name as people do: the right one stays in sight, and
// comes first at the latest when the name is complete.
func TestSearchLetterByLetter(t *testing.T) {
	t.Parallel()
	b := setup(t, thousands(5000))
	alice := b.as(sandbox.Alice)
	alice.command(sandbox.Renewals, "/renew")
	alice.view("For whom")
	const name = "Acme Telecom Services"
	for n := 2; n <= len(name); n++ {
		got := alice.search(name[:n])
		if len(got) == 0 || !contains(strings.Join(got[:min(len(got), 3)], "\n"), name) {
			t.Errorf("after %q the first are %q", name[:n], got[:min(len(got), 3)])
		}
	}
	if got := alice.search(name); got[0] != acmeToo {
		t.Errorf("the first is %q", got[0])
	}
	if calls := b.Vendor.Calls(yeastarsim.PartnerList); calls > 60 {
		t.Errorf("the vendor was asked for pages of customers %d times", calls)
	}
}

// TestSearchLongNames has customers whose names take the most bytes.
func TestSearchLongNames(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for i := range 300 {
		b.Vendor.AddCustomer(yeastarsim.Customer{
			PartnerID: fmt.Sprint(3100417265109000000 + i), AccountID: fmt.Sprint(3076951120475000000 + i),
			Email:   strings.Repeat("é", 60) + "@example.example",
			Address: yeastarsim.Address{Company: strings.Repeat("長い名前<&>\"\\", 20) + fmt.Sprint(i)},
		})
	}
	if err := b.StopBot(); err != nil {
		t.Fatal(err)
	}
	if err := b.StartBot(b.ctx); err != nil {
		t.Fatal(err)
	}
	alice := b.as(sandbox.Alice)
	alice.command(sandbox.Renewals, "/renew")
	alice.view("For whom")
	got := alice.search("長い")
	if len(got) < 20 || !contains(got[len(got)-1], "more: type part of the name") {
		t.Errorf("%d choices, the last is %q", len(got), got[len(got)-1])
	}
	b.wantSmallAcks()
}

// TestChoosingMoreChoosesNobody picks the line that counts the others.
func TestChoosingMoreChoosesNobody(t *testing.T) {
	t.Parallel()
	b := setup(t, thousands(300))
	alice := b.as(sandbox.Alice)
	alice.command(sandbox.Renewals, "/renew")
	alice.view("For whom")
	all := alice.search("")
	if _, err := alice.p.Choose(b.ctx, "For whom", all[len(all)-1]); err != nil {
		t.Fatal(err)
	}
	if errs := alice.submit(); !contains(errs["holder"], "Choose for whom") || len(errs) != 1 {
		t.Errorf("the errors are %v", errs)
	}
	// And the form goes on.
	alice.choose("For whom", ourOwn, ourOwn)
	alice.view("Plan")
}
