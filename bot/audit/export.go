package audit

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"renewbot/bot/renewal"
)

// Format is the form of an export.
type Format string

// The formats.
const (
	CSV   Format = "csv"   // for spreadsheets, with a header line
	JSONL Format = "jsonl" // JSON Lines: an object on each line
)

// timeForm is how times are exported, which is how they are hashed (see ledger.Hash).
const timeForm = "2006-01-02T15:04:05.000000Z"

// line is an entry in an export. The names are a contract; they are also the header of
// the CSV form.
type line struct {
	Seq      int64             `json:"seq"`
	Request  string            `json:"request"` // RNW-000123; empty: belongs to no request
	At       string            `json:"at"`      // UTC, with six decimals
	Code     renewal.Code      `json:"code"`
	Actor    string            `json:"actor"`
	Revision int               `json:"revision"`
	From     renewal.Status    `json:"from"`
	To       renewal.Status    `json:"to"`
	Detail   map[string]string `json:"detail"`
	PrevHash string            `json:"prev_hash"`
	Hash     string            `json:"hash"`
}

var header = []string{"seq", "request", "at", "code", "actor", "revision", "from", "to", "detail", "prev_hash", "hash"}

func lineOf(e renewal.Entry) line {
	l := line{
		Seq: e.Seq, At: e.At.UTC().Format(timeForm), Code: e.Code, Actor: e.Actor, Revision: e.Revision,
		From: e.From, To: e.To, Detail: e.Detail, PrevHash: e.PrevHash, Hash: e.Hash,
	}
	if e.RequestID != 0 {
		l.Request = renewal.Reference(e.RequestID)
	}
	if l.Detail == nil {
		l.Detail = map[string]string{}
	}
	return l
}

func (l line) entry() (renewal.Entry, error) {
	e := renewal.Entry{
		Seq: l.Seq, Code: l.Code, Actor: l.Actor, Revision: l.Revision, From: l.From, To: l.To,
		PrevHash: l.PrevHash, Hash: l.Hash,
	}
	if len(l.Detail) > 0 {
		e.Detail = l.Detail
	}
	if l.Request != "" {
		id, ok := renewal.ParseReference(l.Request)
		if !ok {
			return e, fmt.Errorf("%q is not a request", l.Request)
		}
		e.RequestID = id
	}
	var err error
	if e.At, err = time.Parse(timeForm, l.At); err != nil {
		return e, fmt.Errorf("%q is not a time such as %s", l.At, timeForm)
	}
	return e, nil
}

// Writer writes an export. Nothing is complete before Flush.
type Writer struct {
	out  *bufio.Writer
	csv  *csv.Writer   // or
	json *json.Encoder // one of the two
}

// NewWriter begins an export.
func NewWriter(w io.Writer, f Format) (*Writer, error) {
	out := &Writer{out: bufio.NewWriter(w)}
	switch f {
	case CSV:
		out.csv = csv.NewWriter(out.out)
		if err := out.csv.Write(header); err != nil {
			return nil, err
		}
	case JSONL:
		out.json = json.NewEncoder(out.out)
		out.json.SetEscapeHTML(false)
	default:
		return nil, fmt.Errorf("there is no format %q", f)
	}
	return out, nil
}

// Write adds an entry.
func (w *Writer) Write(e renewal.Entry) error {
	l := lineOf(e)
	if w.json != nil {
		return w.json.Encode(l)
	}
	detail, err := json.Marshal(l.Detail)
	if err != nil {
		return err
	}
	record := []string{
		strconv.FormatInt(l.Seq, 10), l.Request, l.At, string(l.Code), l.Actor, strconv.Itoa(l.Revision),
		string(l.From), string(l.To), string(detail), l.PrevHash, l.Hash,
	}
	for i := range record {
		record[i] = harmless(record[i])
	}
	return w.csv.Write(record)
}

// Flush writes what is still in memory.
func (w *Writer) Flush() error {
	if w.csv != nil {
		w.csv.Flush()
		if err := w.csv.Error(); err != nil {
			return err
		}
	}
	return w.out.Flush()
}

// formulaStarts are the signs with which a spreadsheet takes a cell for a formula, and
// the apostrophe itself, so that it can be taken away again.
const formulaStarts = "=+-@\t\r\n'＝＋－＠"

// harmless makes a text a cell that no spreadsheet computes: an apostrophe in front
// makes it plain text.
func harmless(s string) string {
	if s != "" && strings.ContainsRune(formulaStarts, []rune(s)[0]) {
		return "'" + s
	}
	return s
}
