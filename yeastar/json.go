package yeastar

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"
)

// object is a JSON object whose values are looked at one by one, so that one
// field of an unexpected type does not cost the others.
type object map[string]json.RawMessage

func asObject(raw json.RawMessage) (object, bool) {
	var o object
	if err := json.Unmarshal(raw, &o); err != nil || o == nil {
		return nil, false
	}
	return o, true
}

// text is a string or a number as text, and empty for anything else.
func (o object) text(key string) string { return textOf(o[key]) }

func (o object) id(key string) ID {
	id, _ := idOf(o[key])
	return id
}

func isNull(raw json.RawMessage) bool {
	return len(raw) == 0 || string(bytes.TrimSpace(raw)) == "null"
}

func textOf(raw json.RawMessage) string {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 {
		return ""
	}
	if raw[0] == '"' {
		var s string
		if json.Unmarshal(raw, &s) != nil {
			return ""
		}
		return strings.TrimSpace(s)
	}
	if raw[0] == '-' || (raw[0] >= '0' && raw[0] <= '9') {
		return string(raw)
	}
	return ""
}

func idOf(raw json.RawMessage) (ID, bool) {
	var id ID
	if len(raw) == 0 || json.Unmarshal(raw, &id) != nil || id == "" {
		return "", false
	}
	return id, true
}

// intOf reads a whole, non-negative number, also out of a string. 100.0 is whole.
func intOf(raw json.RawMessage) (int, bool) {
	d, err := decimal.NewFromString(textOf(raw))
	if err != nil || d.Exponent() > 18 || d.Exponent() < -18 || !d.IsInteger() || d.IsNegative() ||
		d.GreaterThan(decimal.NewFromInt(math.MaxInt32)) {
		return 0, false
	}
	return int(d.IntPart()), true
}

// amountOf reads a sum of money, never through a float.
func amountOf(raw json.RawMessage) (decimal.Decimal, bool) {
	s := textOf(raw)
	if len(s) > 40 {
		return decimal.Decimal{}, false
	}
	d, err := decimal.NewFromString(s)
	if err != nil || d.IsNegative() || d.Exponent() > 18 || d.Exponent() < -18 {
		return decimal.Decimal{}, false
	}
	return d, true
}

// millisFrom is the magnitude from which a timestamp must be in milliseconds: in
// seconds it would be the year 5138.
const millisFrom = 100_000_000_000

var timeLayouts = []string{
	time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02", "2006/01/02 15:04:05", "2006/01/02",
}

// timeOf reads a timestamp in seconds or milliseconds, or a date; without a zone
// it is taken for UTC.
func timeOf(raw json.RawMessage) (time.Time, bool) {
	s := textOf(raw)
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		switch {
		case n <= 0 || n > 100*millisFrom:
			return time.Time{}, false
		case n > millisFrom:
			return time.UnixMilli(n).UTC(), true
		}
		return time.Unix(n, 0).UTC(), true
	}
	for _, layout := range timeLayouts {
		if t, err := time.Parse(layout, s); err == nil && t.Year() > 1970 {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}

// wrapperKeys are the names under which a list may hide in an object.
var wrapperKeys = []string{"results", "list", "records", "data"}

var errNotList = errors.New("the answer's result is not a list")

// rawListOf reads a list that may come as an array, as a single object, or inside
// a wrapper. Entries that are not objects are left out.
func rawListOf(raw json.RawMessage) ([]json.RawMessage, error) { return rawListAt(raw, 3) }

func rawListAt(raw json.RawMessage, depth int) ([]json.RawMessage, error) {
	if isNull(raw) {
		return nil, nil
	}
	if raw = bytes.TrimSpace(raw); raw[0] == '[' && json.Valid(raw) {
		return elements(raw), nil
	}
	o, ok := asObject(raw)
	if !ok || depth == 0 {
		return nil, errNotList
	}
	for _, key := range wrapperKeys {
		if inner, ok := o[key]; ok {
			return rawListAt(inner, depth-1)
		}
	}
	if len(o) == 0 {
		return nil, nil
	}
	return []json.RawMessage{raw}, nil
}

// elements are the objects of a list that is valid JSON, as pieces of it: to copy those of a
// list of thousands takes as much again.
func elements(raw json.RawMessage) []json.RawMessage {
	var list []json.RawMessage
	reading := json.NewDecoder(bytes.NewReader(raw))
	_, _ = reading.Token() // the bracket
	for reading.More() {
		from := reading.InputOffset()
		if reading.Decode(&passed{}) != nil {
			return list
		}
		e := bytes.TrimLeft(raw[from:reading.InputOffset():reading.InputOffset()], " \t\r\n,")
		if bytes.HasPrefix(e, []byte("{")) {
			list = append(list, e)
		}
	}
	return list
}

// passed is a value that is not looked at.
type passed struct{}

// UnmarshalJSON takes any value.
func (*passed) UnmarshalJSON([]byte) error { return nil }

// entries reads a list and keeps what has an identity. A list of which nothing can
// be understood is an error: it must not look like "there are none".
func entries[T any](raw json.RawMessage, read func(object) (T, bool)) ([]T, error) {
	list, err := rawListOf(raw)
	if err != nil {
		return nil, err
	}
	var out []T
	for _, e := range list {
		o, _ := asObject(e)
		if v, ok := read(o); ok {
			out = append(out, v)
		}
	}
	if len(list) > 0 && len(out) == 0 {
		return nil, errors.New("no entry of the answer's list has an id")
	}
	return out, nil
}
