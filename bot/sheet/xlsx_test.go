package sheet_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"renewbot/bot/sheet"
)

var amounts = sheet.Table{
	Header: []string{"text", "amount", "day", "time"},
	Kinds:  []sheet.Kind{1: sheet.Number, 2: sheet.DayCell, 3: sheet.TimeCell},
	Rows: [][]string{
		{"Acme & <Sons> \"GmbH\"", "1200.00", "2028-03-12", "2026-11-27T18:05:38Z"},
		{"=1+1", "", "", ""},
		{"@SUM(A1)\nnext line\tand a tab ", "-0.5", "1901-01-01", "2026-11-27T20:05:38+02:00"},
		{"_x0041_ 株式会社 🙂", "about 5", "soon", "2026"},
		{"0012", "12345678901234567", "0001-01-01", "0001-01-01T00:00:00Z"},
		{strings.Repeat("long ", 10_000), "1e5", "2028-13-01", ""},
	},
}

func open(t *testing.T, table sheet.Table) *excelize.File {
	t.Helper()
	var out bytes.Buffer
	if err := sheet.Write(&out, sheet.XLSX, table); err != nil {
		t.Fatal(err)
	}
	book, err := excelize.OpenReader(&out)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = book.Close() })
	return book
}

// TestXLSX reads a workbook back by another program's eyes: texts as they were, none of them
// computed, and numbers, days and times as what they are.
func TestXLSX(t *testing.T) {
	t.Parallel()
	book := open(t, amounts)
	if diff := cmp.Diff([]string{"Renewbot"}, book.GetSheetList()); diff != "" {
		t.Errorf("sheets (-want +got):\n%s", diff)
	}
	got, err := book.GetRows("Renewbot")
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{
		amounts.Header,
		{"Acme & <Sons> \"GmbH\"", "1200", "2028-03-12", "2026-11-27 18:05:38"},
		{"=1+1"},
		{"@SUM(A1)\nnext line\tand a tab ", "-0.5", "1901-01-01", "2026-11-27 18:05:38"},
		{"_x0041_ 株式会社 🙂", "about 5", "soon", "2026"},
		{"0012", "12345678901234567", "0001-01-01", "0001-01-01T00:00:00Z"},
		{strings.Repeat("long ", 10_000)[:32_767/2], "1e5", "2028-13-01"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	for cell, kind := range map[string]excelize.CellType{
		"A1": excelize.CellTypeInlineString, "A3": excelize.CellTypeInlineString, "A6": excelize.CellTypeInlineString,
		"B2": excelize.CellTypeUnset, "C2": excelize.CellTypeUnset, "B5": excelize.CellTypeInlineString, "B6": excelize.CellTypeInlineString,
	} { // a cell without a type holds a number
		if got, err := book.GetCellType("Renewbot", cell); err != nil || got != kind {
			t.Errorf("%s is of the type %d, want %d: %v", cell, got, kind, err)
		}
		if formula, err := book.GetCellFormula("Renewbot", cell); err != nil || formula != "" {
			t.Errorf("%s is computed: %q, %v", cell, formula, err)
		}
	}
	raw, err := book.GetCellValue("Renewbot", "D2", excelize.Options{RawCellValue: true})
	if err != nil || !strings.HasPrefix(raw, "46353.75391") {
		t.Errorf("the time is %s, %v", raw, err)
	}
	if day, err := excelize.ExcelDateToTime(46824, false); err != nil || day.Format(time.DateOnly) != "2028-03-12" {
		t.Error(day, err)
	}
}

// FuzzXLSX checks that no text breaks a workbook, and that each comes back.
func FuzzXLSX(f *testing.F) {
	for _, s := range []string{"", "&amp;", "]]>", "\x00\x1f\r\n", "\xff\xfe", "_x005F_x0041_", "\ufffe\uffff", " both ends ", "<!-- -->"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := open(t, sheet.Table{Header: []string{"x"}, Rows: [][]string{{s, "end"}}}).GetCellValue("Renewbot", "A2")
		want := strings.Map(func(r rune) rune {
			if r < ' ' && r != '\n' && r != '\t' || r == '\ufffe' || r == '\uffff' {
				return -1
			}
			return r
		}, s)
		if err != nil || got != want && len(s) < 10_000 {
			t.Errorf("%q comes back as %q, %v", s, got, err)
		}
	})
}

func TestFormats(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		asked, file string
		want        sheet.Format
	}{
		{"", "", sheet.CSV}, {"", "2026.XLSX", sheet.XLSX}, {"", "a.jsonl", sheet.JSONL}, {"", "a.txt", sheet.CSV},
		{"csv", "a.xlsx", sheet.CSV}, {"pdf", "a.xlsx", "pdf"},
	} {
		if got := sheet.Of(c.asked, c.file); got != c.want {
			t.Errorf("-format %q -o %q is %s, want %s", c.asked, c.file, got, c.want)
		}
	}
}
