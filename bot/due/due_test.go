package due_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"renewbot/bot/due"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

var now = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)

func in(days int) time.Time { return now.AddDate(0, 0, days) }

func turnkey(t testing.TB) yeastar.Product {
	t.Helper()
	p, ok := yeastar.ProductByKey("p-series-turnkey")
	if !ok {
		t.Fatal("no turnkey package")
	}
	return p
}

func holder(id string) renewal.Holder {
	return renewal.Holder{PartnerID: yeastar.ID(id), Name: "Customer " + id}
}

func key(id string) due.Key { return due.Key{Product: "p-series-turnkey", Holder: id} }

// listed is a package of the portal's list; days are until its end, and 0 is not told.
func listed(t testing.TB, id string, days int) due.Package {
	t.Helper()
	p := due.Package{Product: new(turnkey(t)), Holder: holder(id), ProductNo: "no" + id, Seen: now}
	if days != 0 {
		p.Ends = in(days)
	}
	return p
}

func order(id int64, at time.Time, expiry time.Time) due.Order {
	return due.Order{Request: id, At: at, Offer: renewal.Offer{Product: "p-series-turnkey", CurrentExpiry: expiry}}
}

func facts(t testing.TB, packages ...due.Package) due.Facts {
	t.Helper()
	return due.Facts{
		Packages: packages, Now: now, Marks: map[due.Key]due.Mark{}, Orders: map[due.Key]due.Order{}, Open: map[due.Key][]due.Open{},
		Name: func(id, fallback string, _ yeastar.Product) renewal.Holder {
			return renewal.Holder{PartnerID: yeastar.ID(id), Name: fallback}
		},
	}
}

// An order for services alone gives its row no date, and an open request for them hides it nowhere.
func TestServicesAloneHideNothing(t *testing.T) {
	t.Parallel()
	alone := order(7, now.AddDate(0, 0, -1), in(10))
	alone.Offer.Lines = []renewal.Line{{Type: yeastar.LineService, ID: "1"}}
	for name, f := range map[string]due.Facts{
		"listed":   facts(t, listed(t, "1", 10)),
		"imported": facts(t),
	} {
		f.Orders[key("1")] = alone
		f.Open[key("1")] = []due.Open{{Request: 8, ServicesAlone: true}}
		f.Marks[key("1")] = due.Mark{Imported: &due.Imported{At: in(10), On: now}}
		list := due.Build(f)
		r, ok := list.Find(key("1"))
		if end, _ := r.Ends(); !ok || !end.Equal(in(10)) || r.Settling(now) || r.Behind() || r.Ordered != nil {
			t.Errorf("%s: the row is %+v", name, r)
		}
		if len(list.Askable(due.Filter{})) != 1 || len(list.Chosen([]due.Key{key("1")})) != 1 {
			t.Errorf("%s: it cannot be asked for", name)
		}
	}
	f := facts(t)
	f.Orders[key("1")] = alone
	if r, ok := due.Build(f).Find(key("1")); !ok || len(r.Dates) > 0 {
		t.Errorf("of a package that nothing else is known of: %v, %+v", ok, r.Dates)
	}
}

func TestBands(t *testing.T) {
	t.Parallel()
	for days, want := range map[int]due.Band{
		-400: due.Overdue, -1: due.Overdue, 1: due.Within14, 14: due.Within14, 15: due.Within30, 30: due.Within30, 31: due.Within60,
		60: due.Within60, 61: due.Within90, 90: due.Within90, 91: due.Later, 0: due.Unknown,
	} {
		if got := due.Build(facts(t, listed(t, "1", days))).Rows[0].Band(now); got != want {
			t.Errorf("a package with %d days left is in band %s, want %s", days, got, want)
		}
	}
	today := listed(t, "1", 1)
	today.Ends = now.Add(-9 * time.Hour) // this morning: the day is not over
	if got := due.Build(facts(t, today)).Rows[0].Band(now); got != due.Within14 {
		t.Errorf("one that ends today is in band %s", got)
	}
}

func TestMarksChangeTheBand(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		mark due.Mark
		want due.Band
	}{
		"asleep":                   {due.Mark{Snoozed: &due.Snooze{Until: in(1)}}, due.Snoozed},
		"awake again":              {due.Mark{Snoozed: &due.Snooze{Until: now}}, due.Within14},
		"by itself":                {due.Mark{Auto: due.Auto{State: yeastar.AutoRenewalOn, At: now.Add(time.Second - 48*time.Hour)}}, due.Automatic},
		"by itself, two days ago":  {due.Mark{Auto: due.Auto{State: yeastar.AutoRenewalOn, At: in(-2)}}, due.Within14},
		"not by itself":            {due.Mark{Auto: due.Auto{State: yeastar.AutoRenewalOff}}, due.Within14},
		"ends":                     {due.Mark{NotRenewing: &due.NotRenewing{At: in(-1), Ends: in(10)}}, due.Ending},
		"ends, nobody knew when":   {due.Mark{NotRenewing: &due.NotRenewing{At: in(-1)}}, due.Ending},
		"was ordered all the same": {due.Mark{NotRenewing: &due.NotRenewing{At: in(-300)}}, due.Within14},
		"was ordered before":       {due.Mark{NotRenewing: &due.NotRenewing{At: in(-200)}}, due.Ending},
		"was renewed all the same": {due.Mark{NotRenewing: &due.NotRenewing{Ends: in(10 - 365)}}, due.Within14},
	} {
		f := facts(t, listed(t, "1", 10))
		f.Marks[key("1")] = c.mark
		f.Orders[key("1")] = order(1, in(-250), in(10).AddDate(-1, 0, 0))
		if got := due.Build(f).Rows[0].Band(now); got != c.want {
			t.Errorf("%s: band %s, want %s", name, got, c.want)
		}
	}
}

func TestWhereADateComesFrom(t *testing.T) {
	t.Parallel()
	imported := due.Mark{Imported: &due.Imported{At: in(20), On: in(-1), Name: "Told Ltd"}}
	for name, c := range map[string]struct {
		change    func(*due.Facts)
		want      due.Source
		ends      time.Time
		differing []due.Source
	}{
		"the portal first": {func(f *due.Facts) { f.Marks[key("1")] = imported }, due.FromPortal, in(10), []due.Source{due.FromImport}},
		"our order, when the portal does not tell": {func(f *due.Facts) {
			f.Packages[0].Ends = time.Time{}
			f.Marks[key("1")] = imported
			f.Orders[key("1")] = order(7, in(-300), in(-290))
		}, due.FromOrder, in(-290).AddDate(1, 0, 0), []due.Source{due.FromImport}},
		"from the day of the order, when nobody knew the end": {func(f *due.Facts) {
			f.Packages[0].Ends = time.Time{}
			f.Orders[key("1")] = order(7, in(-300), time.Time{})
		}, due.FromOrder, in(-300).AddDate(1, 0, 0), nil},
		"a list, when nobody else tells": {func(f *due.Facts) {
			f.Packages, f.Marks[key("1")] = nil, imported
		}, due.FromImport, in(20), nil},
		"two that agree show one": {func(f *due.Facts) {
			f.Marks[key("1")] = due.Mark{Imported: &due.Imported{At: in(10).Add(3 * time.Hour)}}
		}, due.FromPortal, in(10), nil},
		"an order of today counts before the portal's old date": {func(f *due.Facts) {
			f.Orders[key("1")] = order(7, now.Add(-time.Hour), in(10))
		}, due.FromOrder, in(10).AddDate(1, 0, 0), []due.Source{due.FromPortal}},
		"the portal's old date counts again after some days": {func(f *due.Facts) {
			f.Orders[key("1")] = order(7, in(-4), in(10))
		}, due.FromPortal, in(10), []due.Source{due.FromOrder}},
	} {
		f := facts(t, listed(t, "1", 10))
		c.change(&f)
		rows := due.Build(f).Rows
		if len(rows) != 1 {
			t.Fatalf("%s: %d rows", name, len(rows))
		}
		var differing []due.Source
		for _, d := range rows[0].Differing() {
			differing = append(differing, d.Source)
		}
		if end, _ := rows[0].Ends(); rows[0].Dates[0].Source != c.want || !end.Equal(c.ends) || !cmp.Equal(differing, c.differing) {
			t.Errorf("%s: %v by %s, differing %v; want %v by %s, %v", name, end, rows[0].Dates[0].Source, differing, c.ends, c.want, c.differing)
		}
	}
}

func names(rows []due.Row) string {
	var all []string
	for _, r := range rows {
		all = append(all, r.Holder.Key())
	}
	return strings.Join(all, " ")
}

func TestListIsInOrderAndNarrows(t *testing.T) {
	t.Parallel()
	f := facts(t, listed(t, "later", 200), listed(t, "unknown", 0), listed(t, "soon", 5), listed(t, "over", -3), listed(t, "month", 29), listed(t, "soon", 300))
	f.Marks[key("soon")] = due.Mark{Owner: "U1"}
	l := due.Build(f)
	if got := names(l.Rows); got != "over soon month unknown later" {
		t.Errorf("rows are in the order %q", got)
	}
	if r, _ := l.Find(key("soon")); r.Packages != 2 {
		t.Errorf("two packages of one holder are %d", r.Packages)
	}
	fits := func(text string, h renewal.Holder) bool { return strings.Contains(h.Name, text) }
	for want, filter := range map[string]due.Filter{
		"over soon month":               {Within: 30},
		"over soon month later":         {Within: 200},
		"soon":                          {Owner: "U1"},
		"over month unknown later":      {Owner: due.Nobody},
		"":                              {Product: "remote-management"},
		"month":                         {Text: "month"},
		"over soon month unknown later": {},
	} {
		if got := names(l.Only(filter, func(text string) func(renewal.Holder) bool {
			return func(h renewal.Holder) bool { return fits(text, h) }
		}).Rows); got != want {
			t.Errorf("%+v shows %q, want %q", filter, got, want)
		}
	}
	anybody := func(string) func(renewal.Holder) bool { return nil }
	f.Marks[key("later")], f.Marks[key("month")] = due.Mark{Snoozed: &due.Snooze{Until: in(9)}}, due.Mark{Snoozed: &due.Snooze{Until: in(9)}}
	if diff := cmp.Diff(map[due.Band]int{due.Unknown: 1, due.Snoozed: 1}, due.Build(f).Only(due.Filter{Within: 30}, anybody).Besides); diff != "" {
		t.Errorf("left out (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[due.Band]int{due.Overdue: 1, due.Within14: 1, due.Within30: 1, due.Unknown: 1, due.Later: 1}, l.Count()); diff != "" {
		t.Errorf("counts (-want +got):\n%s", diff)
	}
	rows, page, pages := l.Page(9, 2)
	if names(rows) != "later" || page != 2 || pages != 3 {
		t.Errorf("page 9 is %q, %d of %d", names(rows), page, pages)
	}
}

func TestDigestLeavesInPeace(t *testing.T) {
	t.Parallel()
	f := facts(t, listed(t, "old", -3), listed(t, "new", 20), listed(t, "known", 21), listed(t, "later", 120), listed(t, "auto", 4),
		listed(t, "asked", 5), listed(t, "ordered", 6), listed(t, "stuck", 6), listed(t, "unknown", 0), listed(t, "asleep", 7), listed(t, "ends", 8))
	f.Marks[key("auto")] = due.Mark{Auto: due.Auto{State: yeastar.AutoRenewalOn, At: now}}
	f.Marks[key("known")] = due.Mark{Owner: "U1"}
	f.Marks[key("asleep")] = due.Mark{Owner: "U2", Snoozed: &due.Snooze{Until: in(2)}}
	f.Marks[key("ends")] = due.Mark{NotRenewing: &due.NotRenewing{Ends: in(8)}}
	f.Open[key("asked")] = []due.Open{{Request: 3, Status: renewal.Pending}}
	f.Orders[key("ordered")] = order(4, in(-2), in(6))
	f.Orders[key("stuck")] = order(5, in(-3), in(6))
	l := due.Build(f)
	d := l.Digest([]due.Key{key("known"), key("gone")})
	got := []string{names(d.Overdue), names(d.New), names(d.Unowned), names(d.Moving), strings.Join(l.Owners(), " "), names(l.Of("U1"))}
	if diff := cmp.Diff([]string{"old", "stuck new", "old stuck new", "stuck", "U1", "known"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if len(d.Told) != 4 || d.Nothing() {
		t.Errorf("told of %v", d.Told)
	}
	quiet := facts(t, listed(t, "known", 21))
	quiet.Marks[key("known")] = due.Mark{Owner: "U1"}
	if d := due.Build(quiet).Digest([]due.Key{key("known")}); !d.Nothing() {
		t.Errorf("what is known and owned is told again: %+v", d)
	}
}

// TestWhatIsAskedForAtOnce says which rows the form of a batch begins with.
func TestWhatIsAskedForAtOnce(t *testing.T) {
	t.Parallel()
	nameless := listed(t, "3", 6)
	nameless.Nameless = true
	f := facts(t, listed(t, "1", 5), listed(t, "2", 6), nameless, listed(t, "4", 6), listed(t, "5", 6), listed(t, "6", 200), listed(t, "7", 0), listed(t, "8", 6))
	f.Open[key("2")] = []due.Open{{Request: 9, Status: renewal.Pending}}
	f.Orders[key("4")] = order(4, in(-5), in(6)) // the portal still shows the date from before it: was it refunded?
	f.Orders[key("5")] = order(5, in(-1), in(6)) // and here it may do so for a while
	f.Orders[key("8")] = order(8, in(-359), in(-359))
	list := due.Build(f)
	for name, c := range map[string]struct {
		by   due.Filter
		want string
	}{
		"all":    {due.Filter{}, "1 4 8"},
		"a year": {due.Filter{Within: 365}, "1 4 8 6"},
		"named":  {due.Filter{Text: "customer"}, "1 4 8 7 6"},
	} {
		if got := names(list.Askable(c.by)); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	// What people have ticked is meant, whatever it is, but not what is open by now.
	if got := names(list.Chosen([]due.Key{key("2"), key("3"), key("6"), key("4"), key("9")})); got != "4 6" {
		t.Errorf("chosen are %s", got)
	}
}

// TestDigestOfWhatCannotBeRead says so, and does not forget what was told before.
func TestDigestOfWhatCannotBeRead(t *testing.T) {
	t.Parallel()
	f := facts(t, listed(t, "here", 20))
	f.Unread = []string{"Cloud PBX"}
	before := []due.Key{key("here"), {Product: "cloud-pbx", Holder: "away"}}
	d := due.Build(f).Digest(before)
	if d.Nothing() || len(d.Told) != 1 || len(d.New) != 0 {
		t.Errorf("it tells %+v", d)
	}
	if diff := cmp.Diff(before, d.Known); diff != "" {
		t.Errorf("known afterwards (-want +got):\n%s", diff)
	}
	if d := due.Build(due.Facts{Now: now}).Digest(nil); !d.Nothing() || d.Known == nil {
		t.Errorf("nothing at all is %+v", d)
	}
}

// Whose owner is gone is told of as nobody's, or nobody would be told.
func TestOwnersWhoAreGone(t *testing.T) {
	t.Parallel()
	f := facts(t, listed(t, "1", 5), listed(t, "2", 6))
	f.Marks[key("1")], f.Marks[key("2")] = due.Mark{Owner: "U1"}, due.Mark{Owner: "U2"}
	l := due.Build(f)
	if d := l.Left([]string{"U2"}).Digest([]due.Key{key("1"), key("2")}); names(d.Unowned) != "2" || names(d.New) != "" {
		t.Errorf("nobody's are %q, new %q", names(d.Unowned), names(d.New))
	}
	if r, _ := l.Find(key("2")); r.Mark.Owner != "U2" {
		t.Error("the list itself was changed")
	}
}

// Other systems are told of what ends within 30 days or has ended and of which people are told.
func TestSoon(t *testing.T) {
	t.Parallel()
	f := facts(t, listed(t, "over", -3), listed(t, "30", 30), listed(t, "31", 31), listed(t, "unknown", 0), listed(t, "open", 5),
		listed(t, "auto", 5), listed(t, "snoozed", 5), listed(t, "ending", 5))
	f.Open[key("open")] = []due.Open{{Request: 1, Status: renewal.Pending}}
	f.Marks[key("auto")] = due.Mark{Auto: due.Auto{State: yeastar.AutoRenewalOn, At: now}}
	f.Marks[key("snoozed")] = due.Mark{Snoozed: &due.Snooze{Until: in(1)}}
	f.Marks[key("ending")] = due.Mark{NotRenewing: &due.NotRenewing{}}
	var got []string
	for _, r := range due.Build(f).Soon() {
		got = append(got, r.Notice(now).Subject)
	}
	if diff := cmp.Diff([]string{"p-series-turnkey/over", "p-series-turnkey/30"}, got); diff != "" {
		t.Errorf("told of (-want +got):\n%s", diff)
	}
}

// Other systems are told nothing of a package that could not be read, whose date is our own: it may
// have been renewed in the portal.
func TestSoonWithoutThePortal(t *testing.T) {
	t.Parallel()
	f := facts(t)
	f.Orders = map[due.Key]due.Order{key("renewed"): order(1, in(-370), in(-370))}
	if rows := due.Build(f).Soon(); len(rows) != 1 {
		t.Fatalf("of one that the portal does not list %d rows are told", len(rows))
	}
	f.Unread = []string{turnkey(t).Name}
	if rows := due.Build(f).Soon(); len(rows) != 0 {
		t.Errorf("of one that was not read %+v is told", rows)
	}
}

// Days are counted from the day of who reads: in Los Angeles a package of tomorrow ends tomorrow, although
// that day has begun in UTC.
func TestDaysOfAZone(t *testing.T) {
	t.Parallel()
	ends := moment(t, "2027-03-03T00:00:00Z")
	for at, want := range map[string]int{
		"2027-03-02T18:00:00-08:00": 1, "2027-03-03T02:00:00Z": 0, "2027-03-03T08:00:00+13:00": 0, "2027-03-04T08:00:00+13:00": -1, "1969-12-31T23:00:00-05:00": 20881,
	} {
		if got := due.Days(ends, moment(t, at)); got != want {
			t.Errorf("at %s it ends in %d days, want %d", at, got, want)
		}
	}
}
