package sheet

import (
	"archive/zip"
	"bufio"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// Kind is what stands in a column, where a format tells it.
type Kind int

// The kinds. A cell that is no number, day or time stays a text.
const (
	Text Kind = iota
	Number
	DayCell  // as Day writes it
	TimeCell // as Time writes it
)

const (
	maxRows = 1 << 20 // of a sheet, the first one included
	maxCell = 32_767  // characters of a cell
)

// The styles of xl/styles.xml, by their place in cellXfs.
const (
	styleDay  = 1
	styleTime = 2
	styleHead = 3
)

const xmlHead = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"

// The parts beside the sheet, which are always the same.
// https://learn.microsoft.com/en-us/office/open-xml/spreadsheet/structure-of-a-spreadsheetml-document
var parts = []struct{ name, text string }{
	{"[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">` +
		`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
		`<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>` +
		`<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>` +
		`<Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>`},
	{"_rels/.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" ` +
		`Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
	{"xl/workbook.xml", `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" ` +
		`xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><bookViews><workbookView/></bookViews>` +
		`<sheets><sheet name="Renewbot" sheetId="1" r:id="rId1"/></sheets></workbook>`},
	{"xl/_rels/workbook.xml.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` +
		`<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/>` +
		`<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>`},
	{"xl/styles.xml", `<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">` +
		`<numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\-mm\-dd"/><numFmt numFmtId="165" formatCode="yyyy\-mm\-dd\ hh:mm:ss"/></numFmts>` +
		`<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>` +
		`<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>` +
		`<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>` +
		`<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>` +
		`<cellXfs count="4"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>` +
		`<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>` +
		`<xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>` +
		`<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/></cellXfs>` +
		`<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`},
}

// writeXLSX writes a workbook of one sheet: texts as texts, which no spreadsheet computes, numbers
// as numbers, days and times as dates in UTC.
func writeXLSX(w io.Writer, t Table) error {
	if len(t.Rows) >= maxRows {
		return fmt.Errorf("a sheet takes %d rows, and there are %d: write CSV, or a shorter time", maxRows-1, len(t.Rows))
	}
	archive := zip.NewWriter(w)
	for _, p := range parts {
		part, err := archive.Create(p.name)
		if err == nil {
			_, err = io.WriteString(part, xmlHead+p.text)
		}
		if err != nil {
			return err
		}
	}
	part, err := archive.Create("xl/worksheets/sheet1.xml")
	if err != nil {
		return err
	}
	out := bufio.NewWriter(part)
	_, _ = out.WriteString(xmlHead + `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetViews><sheetView workbookViewId="0">` +
		`<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/>`)
	_, _ = fmt.Fprintf(out, `<cols><col min="1" max="%d" width="20" customWidth="1"/></cols><sheetData>`, max(len(t.Header), 1))
	writeRow(out, 1, t.Header, func(_ int, s string) string { return textCell(s, styleHead) })
	for n, row := range t.Rows {
		writeRow(out, n+2, row, func(i int, s string) string { return t.kind(i).cell(s) })
	}
	_, _ = out.WriteString(`</sheetData></worksheet>`)
	if err := out.Flush(); err != nil { // which tells of all that failed before
		return err
	}
	return archive.Close()
}

func writeRow(out *bufio.Writer, number int, cells []string, cell func(int, string) string) {
	_, _ = fmt.Fprintf(out, `<row r="%d">`, number)
	for i, s := range cells {
		if s != "" {
			_, _ = fmt.Fprintf(out, `<c r="%s%d"%s</c>`, columnName(i), number, cell(i, s))
		}
	}
	_, _ = out.WriteString(`</row>`)
}

// columnName is A, B, … Z, AA, AB, …
func columnName(i int) string {
	name := ""
	for i++; i > 0; i = (i - 1) / 26 {
		name = string(rune('A'+(i-1)%26)) + name
	}
	return name
}

// kind is what stands in a column.
func (t Table) kind(column int) Kind {
	if column < len(t.Kinds) {
		return t.Kinds[column]
	}
	return Text
}

// plainNumber is a number that a spreadsheet keeps to its last digit.
var plainNumber = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^-?(0|[1-9][0-9]{0,11})(\.[0-9]{1,3})?$`) })

// cell is a cell from its attributes on, without its end.
func (k Kind) cell(s string) string {
	switch k {
	case Number:
		if plainNumber().MatchString(s) {
			return "><v>" + s + "</v>"
		}
	case DayCell:
		if at, err := time.Parse(time.DateOnly, s); err == nil && at.Year() >= 1901 {
			return dateCell(at, styleDay)
		}
	case TimeCell:
		if at, err := time.Parse(time.RFC3339, s); err == nil && at.Year() >= 1901 {
			return dateCell(at.UTC(), styleTime)
		}
	}
	return textCell(s, 0)
}

// firstDay is the day 0 of a spreadsheet, for days from March 1900 on.
var firstDay = time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)

func dateCell(at time.Time, style int) string {
	days := at.Sub(firstDay).Seconds() / (24 * 60 * 60)
	return fmt.Sprintf(` s="%d"><v>%s</v>`, style, strconv.FormatFloat(days, 'f', -1, 64))
}

func textCell(s string, style int) string {
	attributes := ` t="inlineStr"`
	if style > 0 {
		attributes = fmt.Sprintf(` s="%d"`, style) + attributes
	}
	return attributes + `><is><t xml:space="preserve">` + xmlText(s) + `</t></is>`
}

// spelt begins what a spreadsheet reads as a character that is spelt out.
var spelt = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^_x[0-9A-Fa-f]{4}_`) })

// unspelt spells each underscore out that would begin such a character, so that a text is read as it
// stands.
func unspelt(s string) string {
	if !strings.Contains(s, "_x") {
		return s
	}
	var b strings.Builder
	for i, r := range s {
		if r == '_' && spelt().MatchString(s[i:min(len(s), i+7)]) {
			b.WriteString("_x005F")
		}
		b.WriteRune(r)
	}
	return b.String()
}

// xmlText is a text in XML, without what XML cannot have, and as long as a cell may be.
func xmlText(s string) string {
	if utf8.RuneCountInString(s) > maxCell/2 { // a spreadsheet counts in UTF-16
		s = string([]rune(s)[:min(maxCell/2, len([]rune(s)))])
	}
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n' || r >= ' ' && r <= 0xD7FF || r >= 0xE000 && r <= 0xFFFD || r >= 0x10000:
			return r
		}
		return -1
	}, s)
	return escapes.Replace(unspelt(s))
}

var escapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;")
