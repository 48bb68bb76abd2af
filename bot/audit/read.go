package audit

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"renewbot/bot/renewal"
)

// longestLine bounds a line of an export in JSON Lines, in bytes; a real one has a few
// thousand at most.
const longestLine = 1 << 20

// Reader reads an export.
type Reader struct {
	csv   *csv.Reader
	lines *bufio.Scanner
	n     int // lines read
}

// NewReader finds out in which format an export is, by its first sign.
func NewReader(r io.Reader) (*Reader, error) {
	in := bufio.NewReader(r)
	if mark, err := in.Peek(3); err == nil && bytes.Equal(mark, []byte("\xef\xbb\xbf")) {
		_, _ = in.Discard(3) // a byte order mark, which an editor may have added
	}
	first, err := in.Peek(1)
	switch {
	case errors.Is(err, io.EOF):
		return &Reader{lines: bufio.NewScanner(in)}, nil
	case err != nil:
		return nil, err
	case first[0] == '{':
		lines := bufio.NewScanner(in)
		lines.Buffer(nil, longestLine)
		return &Reader{lines: lines}, nil
	}
	out := &Reader{csv: csv.NewReader(in)}
	out.csv.FieldsPerRecord = len(header)
	names, err := out.csv.Read()
	if err != nil || !slices.Equal(names, header) {
		return nil, errors.New(`this is no export of the audit trail: it begins neither with "{" nor with the names of the columns`)
	}
	out.csv.ReuseRecord = true
	return out, nil
}

// Next reads an entry; after the last one the error is io.EOF.
func (r *Reader) Next() (renewal.Entry, error) {
	l, err := r.next()
	if errors.Is(err, io.EOF) {
		return renewal.Entry{}, io.EOF
	}
	r.n++
	var e renewal.Entry
	if err == nil {
		e, err = l.entry()
	}
	if err != nil {
		return renewal.Entry{}, fmt.Errorf("entry %d of the file cannot be read: %w", r.n, err)
	}
	return e, nil
}

func (r *Reader) next() (l line, err error) {
	if r.lines != nil {
		if !r.lines.Scan() {
			if err := r.lines.Err(); err != nil {
				return l, err
			}
			return l, io.EOF
		}
		decoder := json.NewDecoder(bytes.NewReader(r.lines.Bytes()))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&l); err != nil {
			return l, errors.New("it is not an object with the names of an entry")
		}
		return l, nil
	}
	record, err := r.csv.Read()
	if err != nil {
		return l, err
	}
	cell := func(i int) string { return strings.TrimPrefix(record[i], "'") }
	if l.Seq, err = strconv.ParseInt(cell(0), 10, 64); err != nil {
		return l, errors.New("its number is none")
	}
	if l.Revision, err = strconv.Atoi(cell(5)); err != nil {
		return l, errors.New("its revision is no number")
	}
	if err := json.Unmarshal([]byte(cell(8)), &l.Detail); err != nil {
		return l, errors.New("its detail is no object of texts")
	}
	l.Request, l.At, l.Code, l.Actor = cell(1), cell(2), renewal.Code(cell(3)), cell(4)
	l.From, l.To, l.PrevHash, l.Hash = renewal.Status(cell(6)), renewal.Status(cell(7)), cell(9), cell(10)
	return l, nil
}
