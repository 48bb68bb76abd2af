package sheet

import (
	"cmp"
	"encoding/csv"
	"errors"
	"io"
	"iter"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Columns are those that a table of people's may have.
type Columns struct {
	Called     map[string][]string // the headings of each, in small letters and with spaces
	PassedOver []string            // headings of ours that are not read
	Needed     []string
}

// Line is a line of a table that has something in it.
type Line struct {
	Number int               // in the text, from 1
	Cells  map[string]string // by column
	// Surplus are the cells that stand below no heading, as when a number has a comma in it: what the
	// others hold may be meant otherwise.
	Surplus []string
}

// FaultKind says what is wrong with a table.
type FaultKind int

// What can be wrong with a table. Quotes may be at any line, and no line after it can be told apart;
// the others are at the first one.
const (
	Empty   FaultKind = iota + 1
	Quotes            // its quotation marks do not fit together
	Strange           // What is a heading that there is not
	Twice             // there are two of the column What
	Missing           // there is none of the column What, which is needed
)

// Fault is what is wrong with a table.
type Fault struct {
	Kind FaultKind
	Line int
	What string
}

// Read reads a table as people write it or as a spreadsheet makes it: CSV with a first line that
// names the columns, separated by commas, semicolons or tabs. A fault is the last that it gives.
func (c Columns) Read(text string) iter.Seq2[Line, *Fault] {
	return func(yield func(Line, *Fault) bool) {
		in := cells(text)
		head, err := in.Read()
		if err != nil {
			yield(Line{}, broken(err))
			return
		}
		at, fault := c.headings(head)
		if fault != nil {
			yield(Line{}, fault)
			return
		}
		for {
			record, err := in.Read()
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				yield(Line{}, broken(err))
				return
			}
			if !slices.ContainsFunc(record, func(s string) bool { return strings.TrimSpace(s) != "" }) {
				continue
			}
			number, _ := in.FieldPos(0)
			l := Line{Number: number, Cells: map[string]string{}, Surplus: surplus(head, record)}
			for column, i := range at {
				if i < len(record) {
					// What comes out of us has an apostrophe before what a spreadsheet would compute.
					l.Cells[column] = unlinked(strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(record[i]), "'")))
				}
			}
			if !yield(l, nil) {
				return
			}
		}
	}
}

// link is what Slack's markup makes of an address, in what is copied out of it.
var link = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^<mailto:([^<>|]*)(?:\|([^<>]*))?>$`) })

func unlinked(cell string) string {
	if m := link().FindStringSubmatch(cell); m != nil {
		return cmp.Or(m[2], m[1])
	}
	return cell
}

// surplus are the cells of a record that have something in them and no heading above.
func surplus(head, record []string) (cells []string) {
	for i, cell := range record {
		if cell = strings.TrimSpace(cell); cell != "" && (i >= len(head) || strings.TrimSpace(head[i]) == "") {
			cells = append(cells, cell)
		}
	}
	return cells
}

func broken(err error) *Fault {
	var parse *csv.ParseError
	if errors.As(err, &parse) {
		return &Fault{Quotes, parse.StartLine, ""}
	}
	return &Fault{Kind: Empty, Line: 1}
}

// separatorTold is a first line by which spreadsheets tell what separates the cells.
var separatorTold = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?i)^\s*"?sep=[,;\t]"?[ \t]*(\r?\n|$)`) })

// cells reads what was copied or saved from a spreadsheet: between its cells stands what its first
// line has most of.
func cells(text string) *csv.Reader {
	text = strings.TrimPrefix(text, "\ufeff")
	if !strings.Contains(text, "\n") {
		text = strings.ReplaceAll(text, "\r", "\n") // as an old Macintosh ends its lines
	}
	// The line is left empty, so that the others keep their numbers.
	text = separatorTold().ReplaceAllStringFunc(text, func(told string) string { return strings.Repeat("\n", strings.Count(told, "\n")) })
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
func (c Columns) headings(head []string) (map[string]int, *Fault) {
	at := map[string]int{}
	for i, cell := range head {
		heading := strings.ToLower(strings.Join(strings.Fields(strings.ReplaceAll(cell, "_", " ")), " "))
		if heading == "" || slices.Contains(c.PassedOver, heading) {
			continue
		}
		found := ""
		for column, called := range c.Called {
			if slices.Contains(called, heading) {
				found = column
			}
		}
		if found == "" {
			return nil, &Fault{Strange, 1, cell}
		}
		if _, twice := at[found]; twice {
			return nil, &Fault{Twice, 1, found}
		}
		at[found] = i
	}
	for _, column := range c.Needed {
		if _, ok := at[column]; !ok {
			return nil, &Fault{Missing, 1, column}
		}
	}
	return at, nil
}

var sciences = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[0-9][.,]?[0-9]*[eE]\+[0-9]+$`) })

// Computed says whether a cell is what a spreadsheet makes of a long number.
func Computed(cell string) bool { return strings.HasPrefix(cell, "=") || sciences().MatchString(cell) }
