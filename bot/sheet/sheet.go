// Package sheet writes tables for people's spreadsheets and bookkeeping, as CSV, JSON Lines or XLSX,
// and reads the CSV that people write. No cell that it writes is computed by a spreadsheet, and
// nothing of our own inner workings stands in one.
package sheet

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"time"

	"renewbot/bot/renewal"
)

// Format is how a table is written.
type Format string

// The formats.
const (
	CSV   Format = "csv"
	JSONL Format = "jsonl"
	XLSX  Format = "xlsx"
)

// Known says whether there is such a format.
func (f Format) Known() bool { return f == CSV || f == JSONL || f == XLSX }

// Of is the format that is asked for, or else that of a file by its ending, or else CSV.
func Of(asked, file string) Format {
	if asked != "" {
		return Format(asked)
	}
	if f := Format(strings.TrimPrefix(strings.ToLower(path.Ext(file)), ".")); f.Known() {
		return f
	}
	return CSV
}

// Table is what is written: the names of the columns, and rows of as many cells.
type Table struct {
	Header []string
	Rows   [][]string
	Kinds  []Kind // of the columns, for XLSX; those that are missing are texts
}

// Write writes a table.
func Write(w io.Writer, f Format, t Table) error {
	out := bufio.NewWriter(w)
	switch f {
	case CSV:
		in := csv.NewWriter(out)
		err := in.Write(t.Header)
		for _, row := range t.Rows {
			cells := make([]string, len(row))
			for i, cell := range row {
				cells[i] = harmless(cell)
			}
			err = errors.Join(err, in.Write(cells))
		}
		in.Flush()
		return errors.Join(err, in.Error(), out.Flush())
	case XLSX:
		return errors.Join(writeXLSX(out, t), out.Flush())
	case JSONL:
		in := json.NewEncoder(out)
		in.SetEscapeHTML(false)
		for _, row := range t.Rows {
			line := make(map[string]string, len(row))
			for i, cell := range row {
				line[t.Header[i]] = cell
			}
			if err := in.Encode(line); err != nil {
				return err
			}
		}
		return out.Flush()
	}
	return fmt.Errorf("there is no format %q", f)
}

// formulaStarts are the signs with which a spreadsheet takes a cell for a formula, and the
// apostrophe itself, so that it can be taken away again.
const formulaStarts = "=+-@\t\r\n'＝＋－＠"

// harmless makes a text a cell that no spreadsheet computes.
func harmless(s string) string {
	if s != "" && strings.ContainsRune(formulaStarts, []rune(s)[0]) {
		return "'" + s
	}
	return s
}

// Time is a time for a cell; a zero one is empty.
func Time(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// Day is a day for a cell; a zero one is empty.
func Day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.DateOnly)
}

// Orders is a table of what was ordered.
func Orders(requests []renewal.Request) Table {
	t := Table{Header: []string{
		"request", "customer", "holder", "product", "lines", "term", "order_no", "transaction_no", "po_number", "amount", "currency",
		"requester", "approvers", "asked_at", "approved_at", "ordered_at", "renewed_until",
	}}
	t.Kinds = make([]Kind, len(t.Header))
	t.Kinds[9], t.Kinds[13], t.Kinds[14], t.Kinds[15], t.Kinds[16] = Number, TimeCell, TimeCell, TimeCell, DayCell
	for _, r := range requests {
		t.Rows = append(t.Rows, orderRow(r))
	}
	return t
}

func orderRow(r renewal.Request) []string {
	o := r.AsOrdered()
	var lines, approvers []string
	for _, l := range o.Lines {
		line := l.Name
		if l.Quantity > 0 {
			line += fmt.Sprintf(" × %d", l.Quantity)
		}
		lines = append(lines, line)
	}
	for _, v := range r.Votes {
		approvers = append(approvers, v.By)
	}
	var number, transaction, amount, currency string
	if r.Order != nil {
		number, transaction = r.Order.OrderNo, r.Order.TransactionNo
	}
	if p := o.Price; p != nil {
		amount, currency = p.Number(), p.Currency
	}
	return []string{
		r.Reference(), r.Offer.Holder.Name, r.Offer.Holder.Key(), r.Product().Name, strings.Join(lines, ", "), o.TermAsked().String(),
		number, transaction, r.PONumberSent(), amount, currency, r.Requester, strings.Join(approvers, " "),
		Time(r.AskedAt), Time(r.ApprovedAt), Time(r.OrderedTime()), Day(r.RenewedUntil),
	}
}

// Batch is a table of what became of the lines of a batch.
func Batch(lines []renewal.Request) Table {
	t := Table{Header: []string{
		"line", "request", "customer", "holder", "product", "lines", "term", "result", "order_no", "transaction_no", "amount", "currency", "problem",
	}}
	for _, r := range lines {
		order := orderRow(r)
		problem := leftOut(r)
		if r.Problem != nil && problem == "" && r.Part() != renewal.LinePlaced {
			problem = renewal.StoredText(r.Problem.Detail)
		}
		t.Rows = append(t.Rows, []string{
			fmt.Sprint(r.Line), order[0], order[1], order[2], order[3], order[4], order[5], string(r.Part()), order[6], order[7], order[9], order[10], problem,
		})
	}
	return t
}

// leftOut says who has left out a line of a batch, when and why, as far as that is known; empty: nobody has.
func leftOut(r renewal.Request) string {
	by := r.ClosedBy
	if r.ClosedFor != "" {
		by += " as deputy of " + r.ClosedFor
	}
	at := Time(r.UpdatedAt)
	switch {
	case r.Part() != renewal.LineLeftOut:
		return ""
	case r.Status == renewal.Expired:
		return "nobody approved it in time, until " + at
	case r.ClosedBy == renewal.System:
		return "the dry run ended " + at
	case r.Status == renewal.Rejected:
		return "rejected by " + by + " " + at + ": " + renewal.StoredText(r.Reason)
	case r.WasRefused() && r.Problem != nil:
		return "closed by " + by + " " + at + " after it was not ordered: " + renewal.StoredText(r.Problem.Detail)
	}
	if !r.ApprovedAt.IsZero() {
		return "stopped by " + by + " " + at
	}
	return "cancelled by " + by + " " + at
}
