package batch

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"renewbot/blocks"
	"renewbot/bot/due"
	"renewbot/bot/renewal"
	"renewbot/bot/socket"
	"renewbot/yeastar"
)

// TestWhatPeopleTakeForALine reads files as programs and people write them.
func TestWhatPeopleTakeForALine(t *testing.T) {
	t.Parallel()
	want := []row{
		{2, map[string]string{"holder": "Müller, KG", "product": "p-series-turnkey", "reason": "Agreed\nby phone"}, nil},
		{4, map[string]string{"holder": "self", "product": "p-series-turnkey", "reason": ""}, nil},
	}
	for name, text := range map[string]string{
		"commas":            "holder,product,reason\n\"Müller, KG\",p-series-turnkey,\"Agreed\nby phone\"\nself,p-series-turnkey,\n",
		"a mark at first":   "\ufeffHolder;Product;Reason\n\"Müller, KG\";p-series-turnkey;\"Agreed\nby phone\"\nself;p-series-turnkey;\n",
		"Windows":           "company,product,why\r\n\"Müller, KG\",p-series-turnkey,\"Agreed\r\nby phone\"\r\nself,p-series-turnkey,\r\n",
		"from our own list": "holder\tproduct\tdate\towner\treason\nMüller, KG\tp-series-turnkey\t\t\t\"Agreed\nby phone\"\nself\tp-series-turnkey\t2027-01-01\tU1\t\n",
	} {
		_, rows, fault := taken([]byte(text), nil)
		if diff := cmp.Diff(want, rows, cmp.AllowUnexported(row{})); diff != "" || fault != "" {
			t.Errorf("%s: %q (-want +got):\n%s", name, fault, diff)
		}
	}
	full := "holder,product\n" + strings.Repeat("self,p-series-turnkey\n", renewal.MaxBatch)
	for name, c := range map[string]struct {
		text string
		err  error
		want string
	}{
		"empty":               {"", nil, "There are no lines. The first one names the columns, such as: holder,product"},
		"nothing but a mark":  {"\ufeff\r\n", nil, "There are no lines."},
		"no line":             {"holder,product\n,,\n", nil, "There is no line below the first one"},
		"Latin-1":             {"", socket.ErrFileNoText, "save it as “CSV UTF-8”"},
		"too long":            {"", socket.ErrFileTooLong, "split it"},
		"gone":                {"", fmt.Errorf("files.info: %w", socket.ErrFileDenied), "Slack does not give me the file"},
		"no answer":           {"", errors.New("reset"), "could not be fetched"},
		"101 lines":           {full + "self,p-series-turnkey\n", nil, "At most 100 lines in one batch, please: split it."},
		"an open quote":       {"holder,product\nself,p\n\"acme,p\nb,p\n", nil, "The quotation marks of line 3 do not fit together"},
		"an open first quote": {"\"holder,product", nil, "The first line cannot be read"},
		"no headings":         {"self,p-series-turnkey", nil, `there is no column "self". The columns are: holder,`},
		"no product":          {"holder,term\nself,1 year", nil, `names no column "product"`},
		"two holders":         {"holder,customer,product\n", nil, "Two columns tell the holder"},
		"a day of its own":    {"holder,product,Order_on\nself,p,2027-01-01", nil, "ask by itself for what has a day of its own"},
	} {
		if _, rows, fault := taken([]byte(c.text), c.err); !strings.Contains(fault, c.want) || len(rows) > 0 {
			t.Errorf("%s: %q and %d lines, want %q", name, fault, len(rows), c.want)
		}
	}
	if rows, fault := read(full); len(rows) != renewal.MaxBatch || fault != "" {
		t.Errorf("%d lines, %q", len(rows), fault)
	}
	for name, c := range map[string]struct{ file, text, want string }{
		"a file and lines":        {"F1", "holder,product\nself,p", "This is the file. The lines that stand in the form were not read."},
		"a file and the headings": {"F1", "holder,product\n", ""}, "lines alone": {"", "holder,product\nself,p", ""},
	} {
		if got := overlooked(c.file, c.text); got != c.want {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// TestNobodyIsAskedForTwice leaves out the second line for a package, however it names the holder.
func TestNobodyIsAskedForTwice(t *testing.T) {
	t.Parallel()
	of := func(line int, product, partner string, wrong ...string) blocks.BatchCheck {
		return blocks.BatchCheck{Line: line, Wrong: wrong, Offer: renewal.Offer{Product: product, Holder: renewal.Holder{PartnerID: yeastar.ID(partner)}}}
	}
	checked := []blocks.BatchCheck{of(2, "a", "1", "wrong"), of(3, "a", "1"), of(4, "b", "1"), of(5, "a", "2"), of(6, "a", "1"), of(7, "a", "1", "wrong")}
	twice(checked)
	var got []string
	for _, c := range checked {
		got = append(got, strings.Join(c.Wrong, " "))
	}
	want := []string{"wrong", "", "", "", "It is for the same package as line 3: leave one out.", "wrong"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	d := draft{Lines: checked}
	if s, _ := submission("k", d, ""); len(s.Lines) != 3 {
		t.Errorf("%d lines are asked for", len(s.Lines))
	}
}

// TestTemplateLineIsOneLine reads back what the form begins with, whatever a customer is called.
func TestTemplateLineIsOneLine(t *testing.T) {
	t.Parallel()
	product, _ := yeastar.ProductByKey("p-series-turnkey")
	for name, want := range map[string]string{"Acme": "Acme", "Acme\nTelecom\r\n\"North\"": `Acme Telecom "North"`, "=1+1\n2": "=1+1 2", "": ""} {
		line := templateLine(due.Row{Product: &product, Holder: renewal.Holder{PartnerID: "77", Name: name}, Quantity: 50})
		rows, fault := read(templateHeader + "\n" + line + line)
		if fault != "" || len(rows) != 2 || rows[1].cells["holder"] != "77" {
			t.Errorf("%q: %q is read as %v, %s", name, line, rows, fault)
		}
		if cells := strings.Count(line, "\n"); cells != 1 || !strings.Contains(strings.ReplaceAll(line, `""`, `"`), want) {
			t.Errorf("%q is written as %q", name, line)
		}
	}
}

// TestServicesOfACell reads what people write of services, and says what is wrong with it.
func TestServicesOfACell(t *testing.T) {
	t.Parallel()
	turnkey, _ := yeastar.ProductByKey("p-series-turnkey")
	label, _ := yeastar.ProductByKey("ycm-white-label")
	f := blocks.FormData{
		Services:       []blocks.Choice{{ID: "21", Label: "Recording"}, {ID: "22", Label: "High × 2"}},
		ServicePrefill: map[yeastar.ID]string{"22": "1"},
	}
	for _, c := range []struct {
		product        yeastar.Product
		cell, got, say string
	}{
		{turnkey, "Recording × 10; High × 2", "21=10 22=1", ""},
		{turnkey, "recording x5|22 * 3", "21=5 22=3", ""},
		{turnkey, "Recording × 0", "21=0", ""}, // the form's own sentence is told of it
		{turnkey, "none", "", ""},
		{turnkey, "Recording", "", "quantity of Recording is missing"},
		{turnkey, "Recording × ٥", "", "There is no service"},
		{turnkey, "Recording × -5", "", "There is no service"},
		{turnkey, "Recording × 1.5", "", "There is no service"},
		{turnkey, "Recording × 10; 21 × 20", "", "stands there twice"},
		{label, "Recording × 1", "", "has no quantity"},
		{label, "Recording", "21=", ""},
	} {
		var d blocks.Draft
		says := services(&d, f, c.product, c.cell)
		var got []string
		for _, id := range d.Services {
			got = append(got, string(id)+"="+d.ServiceQuantity[id])
		}
		if (says == "") != (c.say == "") || !strings.Contains(says, c.say) || (says == "" && strings.Join(got, " ") != c.got) {
			t.Errorf("%s: %q is %v, %q; want %s, %q", c.product.Key, c.cell, got, says, c.got, c.say)
		}
	}
}

// TestExactlyTheNameWinsBeforeItsSigns finds contacts as plans are found, and asks again for what was left out by
// names that mean it alone, else by ids.
func TestExactlyTheNameWinsBeforeItsSigns(t *testing.T) {
	t.Parallel()
	contacts := []yeastar.BillingContact{
		{ID: "1", Company: "Acme Ltd", Email: "ap@acme.example"}, {ID: "2", Company: "Acme Ltd.", Email: "ap@acme.example"}, {ID: "3", Company: "Zenith", Email: "z@zenith.example"},
	}
	for cell, want := range map[string]yeastar.ID{"Acme Ltd": "1", "acme ltd.": "2", "“Acme Ltd”": "", "ap@acme.example": "", "2": "2", "Z@zenith.example": "3"} {
		if id, says := contactOf(contacts, cell); id != want || (says == "") != (want != "") {
			t.Errorf("%q is contact %q, %s", cell, id, says)
		}
	}
	known := tellable{
		contacts: contacts,
		plans:    []blocks.Choice{{ID: "11", Label: "Enterprise Plan"}, {ID: "12", Label: "Enterprise Plan"}, {ID: "13", Label: "Ultimate Plan"}},
		services: []blocks.Choice{{ID: "21", Label: "Recording"}, {ID: "22", Label: "Call Center"}, {ID: "23", Label: "Call Center"}},
	}
	r := func(plan, service, contact yeastar.ID) renewal.Request {
		line := func(kind string, id yeastar.ID, of []blocks.Choice) renewal.Line {
			i := slices.IndexFunc(of, func(c blocks.Choice) bool { return c.ID == string(id) })
			return renewal.Line{Type: kind, ID: id, Name: of[i].Label, Quantity: 5}
		}
		i := slices.IndexFunc(contacts, func(c yeastar.BillingContact) bool { return c.ID == contact })
		return renewal.Request{Offer: renewal.Offer{
			Product: "p-series-turnkey", Contact: renewal.Contact{ID: contact, Email: contacts[i].Email},
			Lines: []renewal.Line{line(yeastar.LinePlan, plan, known.plans), line(yeastar.LineService, service, known.services)},
		}}
	}
	for _, c := range []struct {
		r                      renewal.Request
		plan, service, contact string
	}{
		{r("13", "21", "3"), "Ultimate Plan", "Recording × 5", "z@zenith.example"},
		{r("12", "23", "2"), "12", "23 × 5", "2"},
		{r("11", "22", "1"), "11", "22 × 5", "1"},
	} {
		rows, fault := read(againHeader + "\n" + againLine(c.r, known))
		if fault != "" || len(rows) != 1 {
			t.Fatalf("read as %v, %s", rows, fault)
		}
		for column, want := range map[string]string{"plan": c.plan, "services": c.service, "contact": c.contact} {
			if got := rows[0].cells[column]; got != want {
				t.Errorf("%s is %q, want %q", column, got, want)
			}
		}
	}
}
