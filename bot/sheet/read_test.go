package sheet_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"renewbot/bot/sheet"
)

var columns = sheet.Columns{
	Called:     map[string][]string{"holder": {"holder", "e-mail"}, "plan": {"plan"}, "po": {"po number"}},
	PassedOver: []string{"name"}, Needed: []string{"holder"},
}

func lines(text string) (got []sheet.Line, fault sheet.Fault) {
	for l, f := range columns.Read(text) {
		if f != nil {
			return got, *f
		}
		got = append(got, l)
	}
	return got, sheet.Fault{}
}

// TestRead reads what spreadsheets and people make of the same table.
func TestRead(t *testing.T) {
	t.Parallel()
	want := []sheet.Line{
		{Number: 2, Cells: map[string]string{"holder": "a, b", "plan": "", "po": "=1"}},
		{Number: 4, Cells: map[string]string{"holder": "c", "plan": "P\nQ", "po": "7"}},
	}
	for name, text := range map[string]string{
		"commas":       "holder,Name,Plan,po_number\n\"a, b\",n,,'=1\n,,,\nc , n,\"P\nQ\",7\n",
		"semicolons":   "\ufeffHolder;;plan;PO  Number\n\"a, b\";;;'=1\n\nc;;\"P\nQ\";7",
		"tabs":         "E-mail\tplan\tname\tpo number\na, b\t\t\t'=1\n\t\t\t\nc\t\"P\nQ\"\t\t7\n",
		"Windows ends": "holder,plan,po number\r\n\"a, b\",,=1\r\n\r\nc,\"P\r\nQ\",7\r\n",
	} {
		got, fault := lines(text)
		if diff := cmp.Diff(want, got); diff != "" || fault != (sheet.Fault{}) {
			t.Errorf("%s: %+v (-want +got):\n%s", name, fault, diff)
		}
	}
	short, _ := lines("holder,plan\na")
	if diff := cmp.Diff([]sheet.Line{{Number: 2, Cells: map[string]string{"holder": "a"}}}, short); diff != "" {
		t.Errorf("a short line (-want +got):\n%s", diff)
	}
}

// A cell below no heading is told: a comma in a number makes two of one.
func TestSurplusCells(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"holder,plan\na,1,000":     {"000"},
		"holder,plan\na,1, ,":      nil,
		"holder,,plan\na,x,1":      {"x"},
		"holder;plan\na;\"1,000\"": nil,
	} {
		got, _ := lines(text)
		if diff := cmp.Diff(want, got[0].Surplus); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
}

func TestWhatIsWrongWithATable(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]sheet.Fault{
		"":                              {Kind: sheet.Empty, Line: 1},
		"\ufeff\n\n":                    {Kind: sheet.Empty, Line: 1},
		"holder,color":                  {Kind: sheet.Strange, Line: 1, What: "color"},
		"holder,E-Mail":                 {Kind: sheet.Twice, Line: 1, What: "holder"},
		"plan":                          {Kind: sheet.Missing, Line: 1, What: "holder"},
		"\"holder":                      {Kind: sheet.Quotes, Line: 1},
		"holder\na\n\"b\nc":             {Kind: sheet.Quotes, Line: 3},
		"holder\nan \"odd\" name\n":     {Kind: sheet.Quotes, Line: 2},
		strings.Repeat("holder;", 2000): {Kind: sheet.Twice, Line: 1, What: "holder"},
	} {
		if _, got := lines(text); got != want {
			t.Errorf("%.40q: %+v, want %+v", text, got, want)
		}
	}
}
