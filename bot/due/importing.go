package due

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"renewbot/bot/sheet"
)

// ImportLine is a line of a list of dates, as it was written.
type ImportLine struct {
	Line    int // of the file, from 1
	Holder  string
	Product string
	Ends    time.Time // zero: the list, which was exported, does not say
	Owner   string    // Slack user id; empty: the list does not say
	// Exported says that it is a line of ours, by the column that names the source of its date.
	Exported bool
}

// Fault is what is wrong with a line of a list.
type Fault struct {
	Line int // of the file; 0: of all of it
	Says string
}

// String is the fault for people.
func (f Fault) String() string {
	if f.Line == 0 {
		return f.Says
	}
	return fmt.Sprintf("line %d: %s", f.Line, f.Says)
}

// Import is what became of a list of dates.
type Import struct {
	Lines   int // that were right
	Added   int // rows that had no date of a list before
	Changed int // rows whose date or owner is another one now
	Same    int
	// Changes are what is another one now, by line.
	Changes []Change
	// Faults are the lines that are wrong. When there are any and they were not to be skipped,
	// nothing was imported.
	Faults []Fault
	Done   bool
}

// WrongLines counts the lines that are wrong: not the first one, which names the columns, and not the list
// as a whole.
func (i Import) WrongLines() int {
	wrong := map[int]bool{}
	for _, f := range i.Faults {
		if f.Line > 1 {
			wrong[f.Line] = true
		}
	}
	return len(wrong)
}

// Change is what a list says in place of an earlier one.
type Change struct {
	Line            int
	Holder, Product string // for people
	Was, Ends       time.Time
	OwnerWas, Owner string // Slack user ids; Owner is empty when the list does not say
}

// String is the change for people on a terminal.
func (c Change) String() string {
	s := fmt.Sprintf("line %d: %s, %s:", c.Line, c.Holder, c.Product)
	if !c.Was.Equal(c.Ends) {
		s += " " + c.Was.Format(time.DateOnly) + " → " + c.Ends.Format(time.DateOnly)
	}
	if c.Owner != "" && c.Owner != c.OwnerWas {
		s += fmt.Sprintf(" owner %q → %q", c.OwnerWas, c.Owner)
	}
	return s
}

// columns are those of a list, and what it may have of an export besides.
var columns = sheet.Columns{
	Called: map[string][]string{
		"holder":  HolderHeadings(),
		"product": {"product"},
		"date":    {"date", "expires", "expiry", "expiry date", "expiration date", "ends"},
		"owner":   {"owner"},
		"source":  {"source"},
	},
	PassedOver: []string{
		"name", "product name", "quantity", "seen", "band", "auto renewal", "snoozed until", "not renewing", "open requests",
	},
	Needed: []string{"holder", "product", "date"},
}

// HolderHeadings are the headings under which lists tell whose package it is.
func HolderHeadings() []string {
	return []string{"holder", "customer", "company", "account", "partner id", "e-mail", "email", "serial number", "serial", "sn"}
}

// ImportHeader is the first line of a list, for people who are to write one.
const ImportHeader = "holder,product,date,owner"

// MaxImport is how long a list may be, in bytes: 50,000 lines.
const MaxImport = 4 << 20

// maxImportLines is how many lines a list may have.
const maxImportLines = 50_000

// ReadImport reads a list of dates: CSV with a first line that names the columns, separated by
// commas, semicolons or tabs. It tells all that is wrong with lines; the error is of reading.
func ReadImport(r io.Reader, now time.Time) ([]ImportLine, []Fault, error) {
	text, err := io.ReadAll(io.LimitReader(r, MaxImport+1))
	switch {
	case err != nil:
		return nil, nil, fmt.Errorf("read the list: %w", err)
	case len(text) > MaxImport:
		return nil, []Fault{{0, "The list is longer than 4 MB; split it."}}, nil
	}
	if !utf8.Valid(text) {
		return nil, []Fault{{0, "The list is not in UTF-8; save it as “CSV UTF-8”."}}, nil
	}
	var lines []ImportLine
	var faults []Fault
	for line, fault := range columns.Read(string(text)) {
		if fault != nil {
			return lines, append(faults, broken(*fault)), nil
		}
		l, faulty := readLine(line, now)
		if len(faulty) > 0 {
			faults = append(faults, faulty...)
			continue
		}
		if lines = append(lines, l); len(lines) > maxImportLines {
			return nil, []Fault{{0, fmt.Sprintf("The list has more than %d lines; split it.", maxImportLines)}}, nil
		}
	}
	if len(lines)+len(faults) == 0 {
		faults = []Fault{{0, "The list has no line below its first one."}}
	}
	return lines, faults, nil
}

// broken says what is wrong with a list as a table.
func broken(f sheet.Fault) Fault {
	says := "its quotation marks do not fit together, so this line and all after it cannot be read"
	switch f.Kind {
	case sheet.Empty:
		return Fault{0, "The list is empty. Its first line names the columns: " + ImportHeader + "."}
	case sheet.Strange:
		says = fmt.Sprintf("there is no column %q; the columns are %s", f.What, ImportHeader)
	case sheet.Twice:
		says = fmt.Sprintf("two columns tell the %s; leave one out", f.What)
	case sheet.Missing:
		says = fmt.Sprintf("the first line names no column %q; the columns are %s (owner may be missing)", f.What, ImportHeader)
	}
	return Fault{f.Line, says}
}

var slackUser = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[UW][A-Z0-9]{2,30}$`) })

func readLine(line sheet.Line, now time.Time) (ImportLine, []Fault) {
	l := ImportLine{Line: line.Number, Holder: line.Cells["holder"], Product: line.Cells["product"]}
	var faults []Fault
	wrong := func(says string) { faults = append(faults, Fault{line.Number, says}) }
	if len(line.Surplus) > 0 {
		wrong(fmt.Sprintf("%q stands below no column: put what has a comma in it between quotation marks", line.Surplus[0]))
	}
	if l.Holder == "" {
		wrong("the holder is missing")
	}
	if l.Product == "" {
		wrong("the product is missing")
	}
	var source string
	source, l.Exported = line.Cells["source"]
	if text := line.Cells["date"]; text != "" || source != "" || !l.Exported { // else nobody knew it
		var err error
		if l.Ends, err = readDay(text, now); err != nil {
			wrong(err.Error())
		}
	}
	l.Owner = strings.TrimSuffix(strings.TrimPrefix(line.Cells["owner"], "<@"), ">")
	l.Owner, _, _ = strings.Cut(l.Owner, "|") // a mention may have the name, too
	if l.Owner != "" && !slackUser().MatchString(l.Owner) {
		wrong(fmt.Sprintf("the owner %q is no member id of Slack (U…); it is under “Copy member ID” in the person's profile", line.Cells["owner"]))
	}
	if sheet.Computed(l.Holder) {
		wrong(fmt.Sprintf("the holder %q is what a spreadsheet made of a long number; format the column as text", l.Holder))
	}
	return l, faults
}

// dayForms are the ways to write a day that mean one day everywhere.
var dayForms = []string{
	"2006-1-2", "2006/1/2", "2006.1.2", "20060102", "2 Jan 2006", "2 January 2006", "2-Jan-2006", "2-Jan-06", "Jan 2, 2006", "January 2, 2006",
	"02.01.2006", "2.1.2006", time.RFC3339, "2006-01-02 15:04:05", "2006-01-02T15:04:05",
}

var slashed = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^\d{1,2}[/-]\d{1,2}[/-]\d{2,4}$`) })

// slashedForms are the ways in which a day between slashes or dashes can be read, unless it may mean two days.
func slashedForms(text string) (forms []string, twice bool) {
	var days []time.Time
	for _, form := range []string{"2/1/2006", "1/2/2006", "2/1/06", "1/2/06", "06/1/2"} {
		form = strings.ReplaceAll(form, "/", text[strings.IndexAny(text, "/-"):][:1])
		if at, err := time.Parse(form, text); err == nil {
			forms, days = append(forms, form), append(days, at)
		}
	}
	return forms, slices.ContainsFunc(days, func(at time.Time) bool { return !at.Equal(days[0]) })
}

// readDay reads a day. The error says what is wrong with it.
func readDay(text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, errors.New("the date is missing")
	}
	forms := dayForms
	twice := false
	if slashed().MatchString(text) {
		forms, twice = slashedForms(text)
	}
	if twice {
		return time.Time{}, fmt.Errorf("the date %q may mean two days; write it as 2027-03-31", text)
	}
	for _, form := range forms {
		at, err := time.Parse(form, text)
		if err != nil {
			continue
		}
		if years := at.Year() - now.Year(); years < -10 || years > 15 {
			return time.Time{}, fmt.Errorf("the date %q is too far from today to be right", text)
		}
		// The day as it is written, whatever time and zone stand beside it.
		return time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, time.UTC), nil
	}
	return time.Time{}, fmt.Errorf("the date %q is no day such as 2027-03-31", text)
}
