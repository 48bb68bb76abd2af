package blocks_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"
	"pgregory.net/rapid"

	"renewbot/blocks"
	"renewbot/bot/due"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

func dueDay(days int) time.Time { return now.AddDate(0, 0, days) }

// dueFacts are packages in every band, with everything that can be said of one.
func dueFacts() due.Facts {
	turnkey, _ := yeastar.ProductByKey("p-series-turnkey")
	pbx, _ := yeastar.ProductByKey("cloud-pbx")
	f := due.Facts{Now: now, Marks: map[due.Key]due.Mark{}, Orders: map[due.Key]due.Order{}, Open: map[due.Key][]due.Open{}}
	add := func(id, name string, days int) due.Key {
		p := due.Package{Product: &turnkey, Holder: renewal.Holder{PartnerID: yeastar.ID(id), Name: name}, ProductNo: "30" + id, Quantity: 100, Seen: now.Add(-time.Minute)}
		if days != 0 {
			p.Ends = dueDay(days)
		}
		f.Packages = append(f.Packages, p)
		return due.Key{Product: turnkey.Key, Holder: id}
	}
	f.Marks[add("1", "Overdue Ltd", -17)] = due.Mark{Imported: &due.Imported{At: dueDay(3), On: dueDay(-40), Name: "Overdue Ltd"}}
	f.Marks[add("2", "Soon & Sons", 8)] = due.Mark{Owner: bob, Auto: due.Auto{State: yeastar.AutoRenewalOff, At: now}}
	f.Open[add("3", "Asked For GmbH", 20)] = []due.Open{
		{Request: 123, Status: renewal.Pending, Channel: "C0RENEW", OrderOn: with(renewal.Pending, dated).Offer.OrderOn}, {Request: 124, Status: renewal.Unknown}}
	f.Orders[add("4", "Ordered AB", 25)] = due.Order{Request: 99, At: dueDay(-5), Offer: renewal.Offer{
		Product: turnkey.Key, Holder: renewal.Holder{PartnerID: "4", Name: "Ordered AB"}, CurrentExpiry: dueDay(25)}}
	add("5", "Later S.A.", 200)
	add("6", "Nobody Knows Inc.", 0)
	f.Marks[add("7", "By Itself BV", 5)] = due.Mark{Auto: due.Auto{State: yeastar.AutoRenewalOn, At: dueDay(-1)}}
	f.Marks[add("8", "Asleep Hotels", 50)] = due.Mark{Owner: alice, Snoozed: &due.Snooze{Until: dueDay(10), By: alice, At: now}}
	f.Marks[add("9", "Ending Clinics", 70)] = due.Mark{NotRenewing: &due.NotRenewing{By: bob, Why: "They close in June.", At: now, Ends: dueDay(70)}}
	f.Packages = append(f.Packages,
		due.Package{Product: &pbx, Holder: renewal.Holder{SerialNumber: "3632D2149B07", Name: "Soon & Sons"}, ProductNo: "3632D2149B07", Ends: dueDay(40), Seen: now},
		due.Package{Product: &turnkey, Holder: renewal.Holder{SerialNumber: "3076", Name: "Package 3076"}, Nameless: true, ProductNo: "3076", Ends: dueDay(80), Seen: now})
	return f
}

// staleFacts are of a package of whose auto-renewal the portal has not told for days.
func staleFacts() due.Facts {
	f := dueFacts()
	f.Packages = f.Packages[6:7]
	f.Orders, f.Open = nil, nil
	m := f.Marks[due.Key{Product: "p-series-turnkey", Holder: "7"}]
	m.Auto.At = dueDay(-3)
	f.Marks = map[due.Key]due.Mark{{Product: "p-series-turnkey", Holder: "7"}: m}
	return f
}

// severalDue has several rows of Bob's, and several without an owner.
func severalDue(several blocks.DueData) blocks.DueData {
	several.List.Rows = slices.Clone(several.List.Rows)
	for i := range several.List.Rows[:4] {
		unowned := several.List.Rows[i]
		unowned.Holder.PartnerID, unowned.Mark.Owner, unowned.Open = yeastar.ID(fmt.Sprint(77, i)), "", nil
		several.List.Rows = append(several.List.Rows, unowned)
		several.List.Rows[i].Mark.Owner, several.List.Rows[i].Open = bob, nil
	}
	return several
}

func dues() []shown {
	list := due.Build(dueFacts())
	turnkey, _ := yeastar.ProductByKey("p-series-turnkey")
	pbx, _ := yeastar.ProductByKey("cloud-pbx")
	products := []yeastar.Product{turnkey, pbx}
	data := func(f due.Filter) blocks.DueData {
		return blocks.DueData{
			Reader: bob, List: list.Only(f, func(string) func(renewal.Holder) bool { return func(renewal.Holder) bool { return true } }), Filter: f, Products: products,
			Request: func(id int64) (string, bool) {
				return map[int64]string{123: "https://acme.slack.com/archives/C0RENEW/p1795000000000200"}[id], id != 124
			},
		}
	}
	private := data(due.Filter{})
	private.Request = nil
	unread := data(due.Filter{})
	unread.List.Rows, unread.List.Unread = nil, []string{"Remote Management"}
	early := dueFacts()
	early.Packages, early.Unread = nil, []string{"P-Series Turnkey Package", "Remote Management"}
	early.Name = func(key, before string, _ yeastar.Product) renewal.Holder {
		return renewal.Holder{PartnerID: yeastar.ID(key), Name: before}
	}
	known := data(due.Filter{})
	known.List = due.Build(early)
	manyKnown := data(due.Filter{Within: 90})
	manyKnown.List.Unread = []string{"Remote Management"}
	row := list.Rows[0]
	target := blocks.DueTarget{Key: row.Key(), State: blocks.DueState(due.Filter{Within: 30}), Answer: "https://hooks.slack.com/actions/T1/2/3"}
	quiet := data(due.Filter{})
	quiet.List.Rows = nil
	stale := data(due.Filter{})
	stale.List = due.Build(staleFacts())
	besides := data(due.Filter{Within: 60})
	besides.List.Rows = nil
	several := severalDue(data(due.Filter{}))
	ticked := data(due.Filter{Page: 1})
	ticked.Ticked = list.Chosen([]due.Key{list.Rows[0].Key(), list.Rows[1].Key(), list.Rows[len(list.Rows)-1].Key(), list.Rows[len(list.Rows)-2].Key()})
	lost := ticked
	lost.Filter, lost.Lost, lost.List.Rows = due.Filter{Text: "nobody"}, 2, nil
	return []shown{
		{"due_first", blocks.Due(data(due.Filter{}))},
		{"due_ticked", blocks.Due(ticked)},
		{"due_ticked_lost", blocks.Due(lost)},
		{"due_last", blocks.Due(data(due.Filter{Page: 1}))},
		{"due_narrowed", blocks.Due(data(due.Filter{Within: 30, Text: "acme", Owner: bob, Product: "p-series-turnkey"}))},
		{"due_somebodys", blocks.Due(data(due.Filter{Owner: alice}))},
		{"due_private", blocks.Due(private)},
		{"due_unread", blocks.Due(unread)},
		{"due_besides", blocks.Due(besides)},
		{"due_stale", blocks.Due(stale)},
		{"due_known", blocks.DueKnown(known)},
		{"due_known_many", blocks.DueKnown(manyKnown)},
		{"due_form_snooze", blocks.DueSnoozeForm(target, row, now)},
		{"due_form_ending", blocks.DueEndingForm(target, row)},
		{"due_form_owner", blocks.DueOwnerForm(target, list.Rows[1], true)},
		{"due_form_owner_untold", blocks.DueOwnerForm(target, list.Rows[1], false)},
		{"due_form_import", blocks.DueImportForm(blocks.DueImportData{})},
		{"due_form_import_wrong", blocks.DueImportForm(importData(3, 45))},
		{"due_form_import_header", blocks.DueImportForm(blocks.DueImportData{Text: "name,product", Result: due.Import{
			Faults: []due.Fault{{Line: 1, Says: "the first line names no column \"holder\"; the columns are " + due.ImportHeader}}}})},
		{"due_form_import_failed", blocks.DueImportForm(blocks.DueImportData{Text: "holder,product\nAcme,p-series-turnkey", Wrong: "The file is no text in UTF-8: save it as “CSV UTF-8”. Nothing was imported."})},
		{"due_form_import_checking", blocks.DueImportChecking()},
		{"due_form_imported", blocks.DueImported(importData(25, 2).Result)},
		{"due_message_imported", blocks.DueImportTold(importData(25, 2).Result, "")},
		{"due_message_not_imported", blocks.DueImportTold(due.Import{Lines: 3, Faults: importData(3, 1).Result.Faults}, "")},
		{"due_message_no_list", blocks.DueImportTold(due.Import{Faults: []due.Fault{{Says: "The list has no line below its first one."}}}, "")},
		{"due_message_not_fetched", blocks.DueImportTold(due.Import{}, "Slack does not give me the file. Nothing was imported.")},
		{"due_message_digest", blocks.DueDigest(list.Digest(nil), now)},
		{"due_message_digest_unread", blocks.DueDigest(due.List{Now: now, Unread: []string{"P-Series Turnkey Package"}}.Digest(nil), now)},
		{"due_message_owner_unread", blocks.DueOwnersDigest(list.Of(bob), []string{"P-Series Turnkey Package"}, now)},
		{"due_message_owner", blocks.DueOwnersDigest(list.Of(bob), nil, now)},
		{"home_due", blocks.Home(blocks.HomeData{Command: "/renew", Due: blocks.DueSection(data(due.Filter{}), bob)})},
		{"home_due_several", blocks.Home(blocks.HomeData{Command: "/renew", Due: blocks.DueSection(several, bob)})},
		{"home_due_none", blocks.Home(blocks.HomeData{Command: "/renew", Due: blocks.DueSection(quiet, bob)})},
	}
}

// importData is a list with so many changes and wrong lines.
func importData(changes, wrong int) blocks.DueImportData {
	d := blocks.DueImportData{Upload: blocks.DueUpload{File: "F0LIST", Name: "our <dates>.csv"}}
	d.Result = due.Import{Lines: changes + 4, Added: 1, Changed: changes, Same: 3, Done: wrong < 3}
	for i := range changes {
		d.Result.Changes = append(d.Result.Changes, due.Change{
			Line: i + 2, Holder: "Soon & Sons", Product: "p-series-turnkey", Was: dueDay(i), Ends: dueDay(365 + i*(i%2)), OwnerWas: bob, Owner: alice,
		})
	}
	for i := range wrong {
		d.Result.Faults = append(d.Result.Faults, due.Fault{Line: i + 40, Says: "there is no customer \"<Acme>\": write the whole company, the e-mail address or the partner id"})
	}
	return d
}

// hostileImport is a list whose every text is from outside.
func hostileImport(t *rapid.T, r renewal.Request) blocks.DueImportData {
	s := func(name string) string { return outsideText().Draw(t, name) }
	d := blocks.DueImportData{Upload: blocks.DueUpload{File: "F0LIST", Name: s("file")}, Text: s("text"), Wrong: r.Note}
	for range rapid.IntRange(1, 50).Draw(t, "lines") {
		d.Result.Lines++
		d.Result.Changes = append(d.Result.Changes, due.Change{Holder: s("holder"), Product: s("product"), Was: moment(t), Ends: moment(t), Owner: s("owner")})
		d.Result.Faults = append(d.Result.Faults, due.Fault{Line: 2, Says: s("says")})
	}
	return d
}

// hostileDue is a list whose every text is from outside.
func hostileDue(t *rapid.T, r renewal.Request) blocks.DueData {
	s := func(name string) string { return outsideText().Draw(t, name) }
	f := due.Facts{Now: now, Marks: map[due.Key]due.Mark{}, Open: map[due.Key][]due.Open{}}
	product := rapid.SampledFrom(yeastar.Products()).Draw(t, "product")
	for range rapid.IntRange(1, 20).Draw(t, "rows") {
		p := due.Package{Product: &product, Holder: renewal.Holder{PartnerID: yeastar.ID(s("id")), SerialNumber: s("serial"), Name: s("name"), Email: s("mail")}, Ends: moment(t), Seen: now}
		k := due.Key{Product: product.Key, Holder: p.Holder.Key()}
		f.Packages = append(f.Packages, p)
		f.Open[k] = []due.Open{{Request: r.ID, Status: r.Status}, {Request: 1}, {Request: 2}, {Request: 3}}[:rapid.IntRange(0, 4).Draw(t, "open")]
		f.Marks[k] = due.Mark{Owner: s("owner"), Imported: &due.Imported{At: moment(t), On: moment(t), Name: s("imported")},
			Snoozed: &due.Snooze{Until: moment(t), By: s("by")}, NotRenewing: &due.NotRenewing{Why: s("why"), By: s("by"), Ends: moment(t)}}
	}
	list := due.Build(f)
	list.Unread = []string{s("unread")}
	var chosen []due.Key
	for i := range list.Rows {
		if rapid.Bool().Draw(t, "chosen") {
			chosen = append(chosen, list.Rows[i].Key())
		}
	}
	return blocks.DueData{
		List: list, Ticked: list.Chosen(chosen), Lost: rapid.IntRange(0, 3).Draw(t, "lost"), Products: yeastar.Products(), Request: func(id int64) (string, bool) { return r.Reason, id != 2 },
		Filter: due.Filter{Within: rapid.IntRange(0, 400).Draw(t, "within"), Text: s("text"), Owner: bob, Product: product.Key, Page: rapid.IntRange(0, 9).Draw(t, "page")},
	}
}

// TestDueStateComesBack checks that a filter that stands in a block id is read as it was.
func TestDueStateComesBack(t *testing.T) {
	t.Parallel()
	for _, f := range []due.Filter{
		{}, {Within: 30, Text: "3.5 Köln GmbH", Owner: bob, Product: "p-series-turnkey", Page: 12}, {Text: "株式会社さくら通信"}, {Owner: due.Nobody},
	} {
		for _, prefix := range []string{"due.filter.", "due.pages.", "due.do.3."} {
			if got := blocks.ReadDueState(prefix + blocks.DueState(f)); got != f {
				t.Errorf("%+v comes back from %s as %+v", f, prefix, got)
			}
		}
	}
	// Of a longer text comes back as much as fits, and nothing that was not in it.
	for text, least := range map[string]int{strings.Repeat("abcdefghij ", 60): 100, strings.Repeat("株", 40): 18, "it@acme-telecom-services-of-northern-europe.example": 51} {
		f := due.Filter{Within: 365, Text: text, Owner: bob, Product: "p-series-appliance-plan", Page: 714}
		got := blocks.ReadDueState("due.filter." + blocks.DueState(f))
		if n := len([]rune(got.Text)); !strings.HasPrefix(text, got.Text) || n < least {
			t.Errorf("%q comes back as %q", text, got.Text)
		}
		if f.Text = got.Text; got != f {
			t.Errorf("it comes back as %+v", got)
		}
	}
	for _, id := range []string{"", "due", "due.filter.%zz", "due.do.x"} {
		if got := blocks.ReadDueState(id); got != (due.Filter{}) {
			t.Errorf("%q is read as %+v", id, got)
		}
	}
}

// TestTicksAreNotLostSilently keeps as many ticked rows beside a small form as a batch takes, and says of
// how many others it cannot; a list says so, too.
func TestTicksAreNotLostSilently(t *testing.T) {
	t.Parallel()
	row := due.Build(dueFacts()).Rows[0]
	keys := func(n, width int) (keys []due.Key) {
		for i := range n {
			keys = append(keys, due.Key{Product: yeastar.Products()[i%2].Key, Holder: fmt.Sprintf("%0*d", width, i)})
		}
		return keys
	}
	target := blocks.DueTarget{
		Key: row.Key(), State: blocks.DueState(due.Filter{Within: 365, Text: strings.Repeat("abc ", 60), Owner: alice, Product: row.Product.Key, Page: 99}),
		Answer: "https://hooks.slack.com/actions/T0123456789/1234567890123/AbCdEfGhIjKlMnOpQrStUvWx",
	}
	for _, c := range []struct {
		ticked, width int
		says          string
	}{
		{renewal.MaxBatch, 19, ""}, {renewal.MaxBatch, 48, "rows are not ticked any more once you save this"},
	} {
		target.Chosen = keys(c.ticked, c.width)
		for _, form := range []slack.ModalViewRequest{blocks.DueOwnerForm(target, row, true), blocks.DueSnoozeForm(target, row, now), blocks.DueEndingForm(target, row)} {
			got, err := blocks.ReadDueTarget(form.PrivateMetadata)
			if err != nil {
				t.Fatal(err)
			}
			missing := len(target.Chosen)
			for _, k := range target.Chosen {
				if slices.Contains(got.Chosen, k) {
					missing--
				}
			}
			text := form.Blocks.BlockSet[0].(*slack.SectionBlock).Text.Text
			if told := fmt.Sprintf("%d %s", missing, c.says); strings.Contains(text, "not ticked any more") != (missing > 0) || missing > 0 && !strings.Contains(text, told) || (c.says == "") != (missing == 0) {
				t.Errorf("of %d ticked rows %d are missing, and the form says\n%s", c.ticked, missing, text)
			}
			if got.Key != target.Key || got.State != target.State || got.Answer != target.Answer || len(form.PrivateMetadata) > 3000 {
				t.Errorf("%d characters bring back %+v", len(form.PrivateMetadata), got)
			}
		}
	}
	var all []due.Row
	for _, k := range keys(renewal.MaxBatch+7, 19) {
		r := row
		product, _ := yeastar.ProductByKey(k.Product)
		r.Product = &product
		r.Holder.PartnerID = yeastar.ID(k.Holder)
		all = append(all, r)
	}
	list := due.List{Now: now, Rows: all}
	raw, err := json.Marshal(blocks.Due(blocks.DueData{Reader: bob, List: list, Ticked: all}).Blocks)
	if err != nil {
		t.Fatal(err)
	}
	text := string(raw)
	if !strings.Contains(text, "7 rows are not ticked any more") || !strings.Contains(text, "Renew the 100 ticked") {
		t.Errorf("of %d ticked rows a list says\n%s", len(all), text)
	}
}
