package batch

import (
	"fmt"
	"slices"
	"strings"

	"renewbot/bot/due"
	"renewbot/bot/renewal"
	"renewbot/bot/sheet"
)

// Columns are the headings that people may use, for them.
const Columns = "holder, product, quantity, plan, services, term, contact, po_number, reason"

// columns are those of a batch, and what it may have of the list of renewals due besides.
var columns = sheet.Columns{
	Called: map[string][]string{
		"holder":   due.HolderHeadings(),
		"product":  {"product"},
		"quantity": {"quantity", "extensions", "number of extensions"},
		"plan":     {"plan"},
		"services": {"services", "service"},
		"term":     {"term"},
		"contact":  {"contact", "billing contact", "invoice to"},
		"po":       {"po number", "po"},
		"reason":   {"reason", "why"},
	},
	PassedOver: []string{
		"name", "product name", "ends", "date", "owner", "source", "seen", "band", "auto renewal", "snoozed until", "not renewing", "open requests",
	},
	Needed: []string{"holder", "product"},
}

// ofDay are headings by which people want to say when a line is to be ordered.
var ofDay = []string{"order on", "on", "when", "day", "order date", "order day"}

// row is a line as it was written.
type row struct {
	line  int // of the text, from 1
	cells map[string]string
	// surplus are the cells that stand below no column.
	surplus []string
}

// about says what a line is for.
func (r row) about() string {
	if r.cells["holder"] == "" {
		return "no holder"
	}
	return r.cells["holder"]
}

// read reads the lines of a text. fault is what is wrong with the text as a whole.
func read(text string) (rows []row, fault string) {
	for line, f := range columns.Read(text) {
		if f != nil {
			return nil, broken(*f)
		}
		if rows = append(rows, row{line.Number, line.Cells, line.Surplus}); len(rows) > renewal.MaxBatch {
			return nil, fmt.Sprintf("At most %d lines in one batch, please: split it.", renewal.MaxBatch)
		}
	}
	if len(rows) == 0 {
		return nil, "There is no line below the first one, which names the columns."
	}
	return rows, ""
}

// broken says what is wrong with a text as a table.
func broken(f sheet.Fault) string {
	switch {
	case f.Kind == sheet.Empty:
		return "There are no lines. The first one names the columns, such as: holder,product"
	case f.Kind == sheet.Strange && slices.Contains(ofDay, strings.ToLower(strings.ReplaceAll(f.What, "_", " "))):
		return fmt.Sprintf("The lines of a batch are ordered once it is approved, so there is no column %q: leave it out, and ask by itself for what has a day of its own, with /renew.", f.What)
	case f.Kind == sheet.Strange:
		return fmt.Sprintf("The first line names the columns, and there is no column %q. The columns are: %s", f.What, Columns)
	case f.Kind == sheet.Twice:
		return fmt.Sprintf("Two columns tell the %s: leave one out.", f.What)
	case f.Kind == sheet.Missing:
		return fmt.Sprintf("The first line names no column %q. The columns are: %s", f.What, Columns)
	case f.Line == 1:
		return "The first line cannot be read: its quotation marks do not fit together."
	}
	return fmt.Sprintf("The quotation marks of line %d do not fit together, so it and all after it cannot be read.", f.Line)
}
