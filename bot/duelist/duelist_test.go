package duelist_test

import (
	"bytes"
	"context"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"renewbot/blocks"
	"renewbot/bot/due"
	"renewbot/bot/duelist"
	"renewbot/bot/ledger"
	"renewbot/bot/lookup"
	"renewbot/bot/portal"
	"renewbot/bot/renewal"
	"renewbot/bot/sheet"
	"renewbot/yeastar"
	"renewbot/yeastar/yeastarsim"
)

type bundle struct {
	lists  *duelist.Lists
	portal *portal.Portal
	ledger *ledger.Ledger
	vendor *yeastarsim.Server
}

// setup is a portal of so many customers that tells everything, and an empty ledger.
func setup(t testing.TB, customers int, change ...func(*ledger.Options)) bundle {
	t.Helper()
	return setupOf(t, customers, yeastarsim.Generous, change...)
}

// setupOf is the same of a portal that tells what the switches say.
func setupOf(t testing.TB, customers int, tells func(*yeastarsim.Switches), change ...func(*ledger.Options)) bundle {
	t.Helper()
	options := ledger.Options{Policy: renewal.Policy{Required: 1, ExpireAfter: time.Hour}}
	for _, f := range change {
		f(&options)
	}
	vendor := yeastarsim.New(yeastarsim.WithCustomers(customers), yeastarsim.WithSwitches(tells))
	if err := vendor.Start(); err != nil {
		t.Fatal(err)
	}
	client, err := yeastar.New(yeastar.Config{
		BaseURL: vendor.URL(), UserAgent: "OpenAPI", ClientID: vendor.ClientID(), ClientSecret: vendor.ClientSecret(),
	})
	if err != nil {
		t.Fatal(err)
	}
	l, err := ledger.Open(t.Context(), "sqlite://"+t.TempDir()+"/ledger.db", options)
	if err != nil {
		t.Fatal(err)
	}
	products, err := yeastar.Offered([]string{"p-series-turnkey", "p-series-software"})
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	looked := portal.New(portal.Options{
		Client: client, Products: products, TTL: time.Hour, Now: time.Now, Log: log,
		Orders: func(context.Context, time.Time) ([]yeastar.OrderSummary, error) { return nil, nil },
	})
	t.Cleanup(func() {
		looked.Close(context.Background())
		client.CloseIdleConnections()
		_ = l.Close()
		vendor.Close()
	})
	return bundle{duelist.New(duelist.Options{Portal: looked, Ledger: l, Log: log}), looked, l, vendor}
}

func load(t testing.TB, b bundle) due.List {
	t.Helper()
	list, err := b.lists.Load(t.Context(), lookup.AnyAge)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

const importHead = "holder,product,date,owner\n"

// TestImport imports a list, then one that differs, then wrong ones.
func TestImport(t *testing.T) {
	t.Parallel()
	b := setup(t, 12)
	imported := func(text string, skip bool) due.Import {
		t.Helper()
		got, err := b.lists.Import(t.Context(), strings.NewReader(importHead+text), "U1", skip, nil)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	first := imported("it@acme-telecom.example,p-series-turnkey,2027-03-31,U0BOB\nself,p-series-turnkey,2027-04-30,\n"+yeastarsim.SoftwareSerial+",P-Series Software Edition,2027-05-31,", false)
	if diff := cmp.Diff(due.Import{Lines: 3, Added: 3, Done: true}, first); diff != "" {
		t.Errorf("the first list (-want +got):\n%s", diff)
	}
	second := imported("Acme Telecom,p-series-turnkey,2027-03-31,\nself,p-series-turnkey,2027-05-01,", false)
	if diff := cmp.Diff(due.Import{Lines: 2, Changed: 1, Same: 1, Done: true, Changes: []due.Change{{
		Line: 3, Holder: "Our own account", Product: "p-series-turnkey",
		Was: time.Date(2027, 4, 30, 0, 0, 0, 0, time.UTC), Ends: time.Date(2027, 5, 1, 0, 0, 0, 0, time.UTC),
	}}}, second); diff != "" {
		t.Errorf("the second list (-want +got):\n%s", diff)
	}
	k := due.Key{Product: "p-series-turnkey", Holder: yeastarsim.AcmeTelecomID}
	r, ok := load(t, b).Find(k)
	if !ok || r.Mark.Owner != "U0BOB" || len(r.Differing()) != 1 || r.Differing()[0].Source != due.FromImport {
		t.Errorf("the row is %+v", r)
	}

	wrong := "Acme,p-series-turnkey,2028-01-01,\nself,fax,2028-01-01,\nself,p-series-turnkey,2028-01-01,\nSELF,p-series-turnkey,2028-01-02,\n"
	got := imported(wrong, false)
	if got.Done || len(got.Faults) != 3 {
		t.Errorf("a list with wrong lines: %+v", got)
	}
	for i, want := range []string{"line 2: there is no customer \"Acme\"", "line 3: there is no product \"fax\"", "line 5: the same holder and product stand in line 4"} {
		if !strings.HasPrefix(got.Faults[i].String(), want) {
			t.Errorf("%s, want %s", got.Faults[i], want)
		}
	}
	if own, _ := load(t, b).Find(due.Key{Product: "p-series-turnkey", Holder: renewal.Holder{}.Key()}); own.Mark.Imported.At.Year() != 2027 {
		t.Errorf("a list that was refused changed %+v", own.Mark.Imported)
	}
	if got := imported(wrong, true); !got.Done || got.Changed != 1 {
		t.Errorf("with wrong lines left out: %+v", got)
	}
}

// TestAutoRenewalsAreLearned checks that what renews by itself leaves what is due, and is not
// asked about again on the same day.
func TestAutoRenewalsAreLearned(t *testing.T) {
	t.Parallel()
	b := setup(t, 12)
	b.vendor.SetAutoRenew(yeastarsim.AcmeTelecomID, true)
	for range 3 {
		if _, err := b.lists.LearnAutoRenewals(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	k := due.Key{Product: "p-series-turnkey", Holder: yeastarsim.AcmeTelecomID}
	list := load(t, b)
	if r, _ := list.Find(k); r.Band(list.Now) != due.Automatic {
		t.Errorf("a package that renews by itself is in band %s", r.Band(list.Now))
	}
	asked := b.vendor.Calls(yeastarsim.ExistedAutoRenew)
	if _, err := b.lists.LearnAutoRenewals(t.Context()); err != nil {
		t.Fatal(err)
	}
	if again := b.vendor.Calls(yeastarsim.ExistedAutoRenew) - asked; asked == 0 || again != 0 {
		t.Errorf("after %d packages %d are asked about again on the same day", asked, again)
	}
}

// TestAutoRenewalThatThePortalDoesNotTell keeps none of the others from being learned, and a portal that
// tells none is left alone.
func TestAutoRenewalThatThePortalDoesNotTell(t *testing.T) {
	t.Parallel()
	b := setup(t, 12)
	learn := func(strikes int) (calls int, more bool) {
		t.Helper()
		before := b.vendor.Calls(yeastarsim.ExistedAutoRenew)
		if strikes > 0 {
			b.vendor.Fault(yeastarsim.ExistedAutoRenew, yeastarsim.BrokenJSON().Times(strikes))
		}
		more, err := b.lists.LearnAutoRenewals(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return b.vendor.Calls(yeastarsim.ExistedAutoRenew) - before, more
	}
	if calls, more := learn(3); calls != 3 || !more {
		t.Errorf("a portal that tells nothing is asked %d times, more is %v", calls, more)
	}
	calls, more := learn(1) // the most urgent one of those that were not asked about
	if calls < 5 || !more {
		t.Errorf("with one package that is not told of %d are asked about, more is %v", calls, more)
	}
	if calls, more := learn(0); calls != 1 || more {
		t.Errorf("at last %d are asked about, more is %v", calls, more)
	}
}

// TestExportComesBack imports what was exported.
func TestExportComesBack(t *testing.T) {
	t.Parallel()
	b := setupOf(t, 12, func(*yeastarsim.Switches) {}) // packages are nobody's, and nobody knows when they end
	acme := due.Key{Product: "p-series-turnkey", Holder: yeastarsim.AcmeTelecomID}
	gone := due.Key{Product: "p-series-turnkey", Holder: "3016000000000000001"}
	closed := due.Key{Product: "remote-management", Holder: yeastarsim.AcmeTelecomID}
	set := func(k due.Key, m due.Mark) ledger.MarkChange {
		return ledger.MarkChange{Key: k, Change: func(due.Mark) due.Mark { return m }}
	}
	at := time.Date(2027, 3, 31, 0, 0, 0, 0, time.UTC)
	if _, _, err := b.ledger.Mark(t.Context(), []ledger.MarkChange{
		set(acme, due.Mark{Owner: "U0LEFT", Imported: &due.Imported{At: at, On: at, Name: "Acme Telecom"}}),
		set(gone, due.Mark{Imported: &due.Imported{At: at, On: at, Name: "Gone Ltd"}}),
		set(closed, due.Mark{Imported: &due.Imported{At: at, On: at, Name: "Acme Telecom"}}),
	}, renewal.Entry{}); err != nil {
		t.Fatal(err)
	}
	exported := func() string {
		t.Helper()
		var text bytes.Buffer
		if err := sheet.Write(&text, sheet.CSV, duelist.Sheet(load(t, b))); err != nil {
			t.Fatal(err)
		}
		return text.String()
	}
	imported := func(text string) due.Import {
		t.Helper()
		got, err := b.lists.Import(t.Context(), strings.NewReader(text), "U1", false, func(_ context.Context, id string) (string, error) { return id + " has left", nil })
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	said := func() map[due.Key][3]string {
		all := map[due.Key][3]string{}
		for _, row := range duelist.Sheet(load(t, b)).Rows {
			all[due.Key{Product: row[1], Holder: row[0]}] = [3]string{row[2], row[3], row[7]} // date, owner and source
		}
		return all
	}
	before, text := said(), exported()
	if got := imported(text); !got.Done || got.Same != len(before) || len(got.Faults) > 0 {
		t.Errorf("what was exported comes back as %+v", got)
	}
	if diff := cmp.Diff(before, said()); diff != "" {
		t.Errorf("it has changed (-before +after):\n%s", diff)
	}
	corrected := strings.Replace(text, acme.Holder+",p-series-turnkey,2027-03-31,", acme.Holder+",p-series-turnkey,2027-04-30,", 1)
	if got := imported(corrected); !got.Done || got.Changed != 1 || got.Same != len(before)-1 {
		t.Errorf("with one date corrected it comes back as %+v", got)
	}
	if got := imported(strings.Replace(text, "U0LEFT", "U0TYPO", 1)); got.Done || len(got.Faults) != 1 || !strings.Contains(got.Faults[0].Says, "U0TYPO has left") {
		t.Errorf("with an owner who has left it comes back as %+v", got)
	}
}

// TestLoadCostsTheListsPages counts the calls of a list over many packages: the pages of the
// portal's lists and nothing beside them, and none when it is loaded again.
func TestLoadCostsTheListsPages(t *testing.T) {
	t.Parallel()
	b := setup(t, 250)
	if b.lists.Ready() {
		t.Error("a list that nobody has read is ready")
	}
	load(t, b)
	// Three pages of packages, one of PBXs, the customers and a token.
	pages := b.vendor.Calls(yeastarsim.InstanceProductList)
	load(t, b)
	if again := b.vendor.Calls(yeastarsim.InstanceProductList); pages > 4 || again != pages || !b.lists.Ready() {
		t.Errorf("the first list costs %d pages, the second %d more", pages, again-pages)
	}
	if n := b.vendor.Calls(yeastarsim.ExistedAutoRenew) + b.vendor.Calls(yeastarsim.InstanceProductDetail); n != 0 {
		t.Errorf("%d single packages were asked about", n)
	}
}

// TestKnownAsksNobody has our orders and imported dates without a single call to the portal, names what is
// not read, and has all once it is.
func TestKnownAsksNobody(t *testing.T) {
	t.Parallel()
	b := setup(t, 12)
	at := time.Now().AddDate(0, 0, 9)
	self := due.Key{Product: "p-series-turnkey", Holder: renewal.Holder{}.Key()}
	pbx := due.Key{Product: "p-series-software", Holder: yeastarsim.SoftwareSerial}
	change := func(m due.Mark) due.Mark {
		m.Imported, m.Owner = &due.Imported{At: at, On: at, Name: "As imported"}, "U1"
		return m
	}
	if _, _, err := b.ledger.Mark(t.Context(), []ledger.MarkChange{{Key: self, Change: change}, {Key: pbx, Change: change}}, renewal.Entry{}); err != nil {
		t.Fatal(err)
	}
	acme := renewal.Holder{PartnerID: yeastarsim.AcmeTelecomID, Name: "Acme as ordered"}
	id := ordered(t, b, acme)
	known := func() due.List {
		t.Helper()
		list, err := b.lists.Known(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	list, before := known(), len(b.vendor.Journal())
	got := map[due.Key]string{}
	for _, r := range list.Rows {
		got[r.Key()] = r.Holder.Name + ": " + string(r.Dates[0].Source) + " " + r.Mark.Owner
	}
	want := map[due.Key]string{
		self: portal.OwnName + ": import U1", pbx: "As imported: import U1", {Product: "p-series-turnkey", Holder: acme.Key()}: "Acme as ordered: order ",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("what is known (-want +got):\n%s", diff)
	}
	if r, _ := list.Find(due.Key{Product: "p-series-turnkey", Holder: acme.Key()}); r.Dates[0].Request != id {
		t.Errorf("its date is of request %d", r.Dates[0].Request)
	}
	if diff := cmp.Diff([]string{"P-Series Turnkey Package", "P-Series Software Edition"}, list.Unread); diff != "" || before != 0 {
		t.Errorf("after %d calls not read are (-want +got):\n%s", before, diff)
	}
	load(t, b)
	if diff := cmp.Diff(load(t, b).Rows, known().Rows); diff != "" {
		t.Errorf("once all is read (-loaded +known):\n%s", diff)
	}
}

// TestAListIsKeptWhileNothingChanges compares a list that may be kept with one that is made anew,
// after everything that a list depends on.
func TestAListIsKeptWhileNothingChanges(t *testing.T) {
	t.Parallel()
	now := time.Date(2027, 3, 30, 9, 0, 0, 0, time.UTC)
	b := setup(t, 12, func(o *ledger.Options) { o.Now = func() time.Time { return now } })
	load(t, b) // reads the portal
	first := load(t, b)
	i := slices.IndexFunc(first.Rows, func(r due.Row) bool {
		end, known := r.Ends()
		return known && due.Days(end, first.Now) > 3 && r.Holder.PartnerID != "" && !r.Nameless
	})
	r := first.Rows[i]
	mark := func(change func(*due.Mark)) func() {
		return func() {
			_, _, err := b.ledger.Mark(t.Context(), []ledger.MarkChange{{Key: r.Key(), Change: func(m due.Mark) due.Mark { change(&m); return m }}}, renewal.Entry{})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	before := first
	for _, step := range []struct {
		what    string
		do      func()
		changes bool
	}{
		{"nothing", func() {}, false},
		{"an hour", func() { now = now.Add(time.Hour) }, false},
		{"an owner", mark(func(m *due.Mark) { m.Owner = "U0BOB" }), true},
		{"another one at the same moment", mark(func(m *due.Mark) { m.Owner = "U0ALICE" }), true},
		{"a snooze", mark(func(m *due.Mark) { m.Snoozed = &due.Snooze{Until: now.Add(2 * time.Hour)} }), true},
		{"the end of the snooze", func() { now = now.Add(2 * time.Hour) }, true},
		{"midnight", func() { now = now.Add(14 * time.Hour) }, true},
		{"an order", func() { ordered(t, b, r.Holder) }, true},
		{"another reading of the portal", func() {
			if _, _, err := b.portal.Listed(t.Context(), r.Product.Key, lookup.Anew); err != nil {
				t.Fatal(err)
			}
		}, true},
	} {
		step.do()
		got := load(t, b)
		anew := bundle{lists: duelist.New(duelist.Options{Portal: b.portal, Ledger: b.ledger, Log: slog.New(slog.DiscardHandler)})}
		if diff := cmp.Diff(load(t, anew), got); diff != "" {
			t.Errorf("%s: the list that was kept is not what it would be (-anew +kept):\n%s", step.what, diff)
		}
		if kept := &got.Rows[0] == &before.Rows[0]; kept == step.changes {
			t.Errorf("%s: kept is %v", step.what, kept)
		}
		before = got
	}
}

// BenchmarkDue is /renew due and /renew due acme over 5,000 packages when the portal's list was read
// before, from the ledger to the drawn message. How long the list takes cold is what the client's
// limit of calls to the portal makes of its pages; meanwhile people are told what is known without it.
func BenchmarkDue(b *testing.B) {
	w := setup(b, 5000)
	began := time.Now()
	list := load(b, w)
	cold := time.Since(began)
	for _, f := range []due.Filter{{}, {Text: "acme"}, {Within: 30}} {
		b.Run("text="+f.Text+",within="+strconv.Itoa(f.Within), func(b *testing.B) {
			for b.Loop() {
				shown := load(b, w).Only(f, portal.Fits)
				if m := blocks.Due(blocks.DueData{List: shown, Filter: f, Products: w.lists.Products()}); len(m.Blocks) == 0 {
					b.Fatal("nothing is drawn")
				}
			}
			b.ReportMetric(float64(cold.Milliseconds()), "cold-ms")
			b.ReportMetric(float64(w.vendor.Calls(yeastarsim.InstanceProductList)), "pages")
			b.ReportMetric(float64(len(list.Rows)), "rows")
		})
	}
}
