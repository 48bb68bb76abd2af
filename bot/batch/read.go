package batch

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"renewbot/bot/due"
	"renewbot/bot/renewal"
)

// Columns are the headings that people may use, for them.
const Columns = "holder, product, quantity, plan, services, term, contact, po_number, reason"

// columns are the headings by what they mean.
var columns = map[string][]string{
	"holder":   {"holder", "customer", "company", "account", "partner id", "e-mail", "email", "serial number", "serial", "sn"},
	"product":  {"product"},
	"quantity": {"quantity", "extensions", "number of extensions"},
	"plan":     {"plan"},
	"services": {"services", "service"},
	"term":     {"term"},
	"contact":  {"contact", "billing contact", "invoice to"},
	"po":       {"po number", "po"},
	"reason":   {"reason", "why"},
}

// passedOver are the headings of the list of renewals due that no line needs.
var passedOver = []string{
	"name", "product name", "ends", "date", "owner", "source", "seen", "band", "auto renewal", "snoozed until", "not renewing", "open requests",
}

// row is a line as it was written.
type row struct {
	line  int // of the text, from 1
	cells map[string]string
}

// about says what a line is for.
func (r row) about() string {
	if r.cells["holder"] == "" {
		return "no holder"
	}
	return r.cells["holder"]
}

// read reads the lines of a text: CSV whose first line names the columns, separated by commas,
// semicolons or tabs. fault is what is wrong with the text as a whole.
func read(text string) (rows []row, fault string) {
	in := due.Cells(text)
	head, err := in.Read()
	if errors.Is(err, io.EOF) {
		return nil, "There are no lines. The first one names the columns, such as: holder,product"
	}
	if err != nil {
		return nil, "The first line cannot be read: its quotation marks do not fit together."
	}
	at, fault := headings(head)
	if fault != "" {
		return nil, fault
	}
	for {
		record, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			var parse *csv.ParseError
			errors.As(err, &parse)
			return nil, fmt.Sprintf("The quotation marks of line %d do not fit together, so it and all after it cannot be read.", parse.StartLine)
		}
		if !slices.ContainsFunc(record, func(s string) bool { return strings.TrimSpace(s) != "" }) {
			continue
		}
		number, _ := in.FieldPos(0)
		r := row{line: number, cells: map[string]string{}}
		for column, i := range at {
			if i < len(record) {
				// What comes out of us has an apostrophe before what a spreadsheet would compute.
				r.cells[column] = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(record[i]), "'"))
			}
		}
		if rows = append(rows, r); len(rows) > renewal.MaxBatch {
			return nil, fmt.Sprintf("At most %d lines in one batch, please: split it.", renewal.MaxBatch)
		}
	}
	if len(rows) == 0 {
		return nil, "There is no line below the first one, which names the columns."
	}
	return rows, ""
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
		if found == "" {
			return nil, fmt.Sprintf("The first line names the columns, and there is no column %q. The columns are: %s", cell, Columns)
		}
		if _, twice := at[found]; twice {
			return nil, fmt.Sprintf("Two columns tell the %s: leave one out.", found)
		}
		at[found] = i
	}
	for _, column := range []string{"holder", "product"} {
		if _, ok := at[column]; !ok {
			return nil, fmt.Sprintf("The first line names no column %q. The columns are: %s", column, Columns)
		}
	}
	return at, ""
}
