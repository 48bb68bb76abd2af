package due

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// ImportLine is a line of a list of dates, as it was written.
type ImportLine struct {
	Line    int // of the file, from 1
	Holder  string
	Product string
	Ends    time.Time
	Owner   string // Slack user id; empty: the list does not say
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

// Change is what a list says in place of an earlier one.
type Change struct {
	Line            int
	Holder, Product string // for people
	Was, Ends       time.Time
	OwnerWas, Owner string // Slack user ids; Owner is empty when the list does not say
}

// String is the change for people on a terminal.
func (c Change) String() string {
	s := fmt.Sprintf("line %d: %s, %s: ", c.Line, c.Holder, c.Product)
	if !c.Was.Equal(c.Ends) {
		s += c.Was.Format(time.DateOnly) + " → " + c.Ends.Format(time.DateOnly)
	}
	if c.Owner != "" && c.Owner != c.OwnerWas {
		s += fmt.Sprintf(" owner %q → %q", c.OwnerWas, c.Owner)
	}
	return s
}

// columns are the headings that a list may have, by what they mean.
var columns = map[string][]string{
	"holder":  {"holder", "customer", "company", "account", "partner id", "e-mail", "email", "serial number", "serial", "sn"},
	"product": {"product"},
	"date":    {"date", "expires", "expiry", "expiry date", "expiration date", "ends"},
	"owner":   {"owner"},
}

// passedOver are the headings of an export that an import does not read.
var passedOver = []string{
	"name", "product name", "quantity", "source", "seen", "band", "auto renewal", "snoozed until", "not renewing", "open requests",
}

// ImportHeader is the first line of a list, for people who are to write one.
const ImportHeader = "holder,product,date,owner"

// MaxImport is how long a list may be, in bytes: 50,000 lines.
const MaxImport = 4 << 20

// MaxImportLines is how many lines a list may have.
const MaxImportLines = 50_000

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
	in := Cells(string(text))
	head, err := in.Read()
	if errors.Is(err, io.EOF) {
		return nil, []Fault{{0, "The list is empty. Its first line names the columns: " + ImportHeader + "."}}, nil
	}
	if err != nil {
		return nil, []Fault{broken(err)}, nil
	}
	at, fault := headings(head)
	if fault != "" {
		return nil, []Fault{{1, fault}}, nil
	}
	var lines []ImportLine
	var faults []Fault
	for {
		record, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return lines, append(faults, broken(err)), nil // what follows cannot be told apart
		}
		number, _ := in.FieldPos(0)
		if !slices.ContainsFunc(record, func(s string) bool { return strings.TrimSpace(s) != "" }) {
			continue
		}
		l, faulty := readLine(number, record, at, now)
		if len(faulty) > 0 {
			faults = append(faults, faulty...)
			continue
		}
		if lines = append(lines, l); len(lines) > MaxImportLines {
			return nil, []Fault{{0, fmt.Sprintf("The list has more than %d lines; split it.", MaxImportLines)}}, nil
		}
	}
	if len(lines)+len(faults) == 0 {
		faults = []Fault{{0, "The list has no line below its first one."}}
	}
	return lines, faults, nil
}

func broken(err error) Fault {
	var parse *csv.ParseError
	if errors.As(err, &parse) {
		return Fault{parse.StartLine, "its quotation marks do not fit together, so this line and all after it cannot be read"}
	}
	return Fault{0, err.Error()}
}

// separatorTold is a first line by which spreadsheets tell what separates the cells.
var separatorTold = regexp.MustCompile(`(?i)^\s*"?sep=[,;\t]"?[ \t]*(\r?\n|$)`)

// Cells reads what was copied or saved from a spreadsheet: between its cells stands what its first
// line has most of.
func Cells(text string) *csv.Reader {
	text = strings.TrimPrefix(text, "\ufeff")
	if !strings.Contains(text, "\n") {
		text = strings.ReplaceAll(text, "\r", "\n") // as an old Macintosh ends its lines
	}
	// The line is left empty, so that the others keep their numbers.
	text = separatorTold.ReplaceAllStringFunc(text, func(told string) string { return strings.Repeat("\n", strings.Count(told, "\n")) })
	first, _, _ := strings.Cut(strings.TrimLeft(text, " \r\n"), "\n")
	in := csv.NewReader(strings.NewReader(text))
	for _, c := range ";\t" {
		if strings.Count(first, string(c)) > strings.Count(first, string(in.Comma)) {
			in.Comma = c
		}
	}
	in.FieldsPerRecord = -1
	in.TrimLeadingSpace = in.Comma != '\t' // which are space: empty cells would be passed over
	return in
}

// headings finds the columns by their headings.
func headings(head []string) (at map[string]int, fault string) {
	at = map[string]int{}
	for i, cell := range head {
		heading := strings.ToLower(strings.Join(strings.Fields(strings.ReplaceAll(cell, "_", " ")), " "))
		if heading == "" || slices.Contains(passedOver, heading) {
			continue
		}
		found := ""
		for column, called := range columns {
			if slices.Contains(called, heading) {
				found = column
			}
		}
		if _, twice := at[found]; twice {
			return nil, fmt.Sprintf("two columns tell the %s; leave one out", found)
		}
		if found == "" {
			return nil, fmt.Sprintf("there is no column %q; the columns are %s", cell, ImportHeader)
		}
		at[found] = i
	}
	for _, column := range []string{"holder", "product", "date"} {
		if _, ok := at[column]; !ok {
			return nil, fmt.Sprintf("the first line names no column %q; the columns are %s (owner may be missing)", column, ImportHeader)
		}
	}
	return at, ""
}

var slackUser = regexp.MustCompile(`^[UW][A-Z0-9]{2,30}$`)

func readLine(number int, record []string, at map[string]int, now time.Time) (ImportLine, []Fault) {
	cell := func(column string) string {
		if i, ok := at[column]; ok && i < len(record) {
			// An export of ours has an apostrophe before what a spreadsheet would compute.
			return strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(record[i]), "'"))
		}
		return ""
	}
	l := ImportLine{Line: number, Holder: cell("holder"), Product: cell("product")}
	var faults []Fault
	wrong := func(says string) { faults = append(faults, Fault{number, says}) }
	if l.Holder == "" {
		wrong("the holder is missing")
	}
	if l.Product == "" {
		wrong("the product is missing")
	}
	var err error
	if l.Ends, err = ReadDay(cell("date"), now); err != nil {
		wrong(err.Error())
	}
	l.Owner = strings.TrimSuffix(strings.TrimPrefix(cell("owner"), "<@"), ">")
	l.Owner, _, _ = strings.Cut(l.Owner, "|") // a mention may have the name, too
	if l.Owner != "" && !slackUser.MatchString(l.Owner) {
		wrong(fmt.Sprintf("the owner %q is no member id of Slack (U…); it is under “Copy member ID” in the person's profile", cell("owner")))
	}
	if strings.HasPrefix(l.Holder, "=") || sciences.MatchString(l.Holder) {
		wrong(fmt.Sprintf("the holder %q is what a spreadsheet made of a long number; format the column as text", l.Holder))
	}
	return l, faults
}

var sciences = regexp.MustCompile(`^[0-9][.,]?[0-9]*[eE]\+[0-9]+$`)

// dayForms are the ways to write a day that mean one day everywhere.
var dayForms = []string{
	time.DateOnly, "2006/01/02", "2006.01.02", "20060102", "2 Jan 2006", "2 January 2006", "2-Jan-2006", "Jan 2, 2006", "January 2, 2006",
	"02.01.2006", "2.1.2006", time.RFC3339, "2006-01-02 15:04:05", "2006-01-02T15:04:05",
}

var slashed = regexp.MustCompile(`^\d{1,2}[/-]\d{1,2}[/-]\d{2,4}$`)

// ReadDay reads a day. The error says what is wrong with it.
func ReadDay(text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, errors.New("the date is missing")
	}
	if slashed.MatchString(text) {
		return time.Time{}, fmt.Errorf("the date %q may mean two days; write it as 2027-03-31", text)
	}
	for _, form := range dayForms {
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
