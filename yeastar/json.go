package yeastar

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"
)

// object is a JSON object whose values are looked at one by one, so that one
// field of an unexpected type does not cost the others.
type object map[string]json.RawMessage

func asObject(raw json.RawMessage) (object, bool) {
	raw = bytes.TrimSpace(raw)
	if !json.Valid(raw) {
		return nil, false
	}
	o := objectIn(raw)
	return o, o != nil
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
		return strings.TrimSpace(unquoted(raw))
	}
	if raw[0] == '-' || (raw[0] >= '0' && raw[0] <= '9') {
		return string(raw)
	}
	return ""
}

func idOf(raw json.RawMessage) (ID, bool) {
	var id ID
	switch raw = bytes.TrimSpace(raw); {
	case len(raw) == 0:
	case raw[0] == '"':
		id = ID(strings.TrimSpace(unquoted(raw)))
	case id.UnmarshalJSON(raw) != nil:
		return "", false
	}
	return id, id != ""
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
// a wrapper. Entries that are not objects are left out. raw is valid JSON, and the list
// pieces of it.
func rawListOf(raw json.RawMessage) ([]json.RawMessage, error) { return rawListAt(raw, 3) }

func rawListAt(raw json.RawMessage, depth int) ([]json.RawMessage, error) {
	if isNull(raw) {
		return nil, nil
	}
	raw = bytes.TrimSpace(raw)
	if raw[0] == '[' {
		var list []json.RawMessage
		pieces(raw, func(_, value []byte) {
			if value[0] == '{' {
				list = append(list, value)
			}
		})
		return list, nil
	}
	o := objectIn(raw)
	if o == nil || depth == 0 {
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

// entries reads a list and keeps what has an identity. A list of which nothing can
// be understood is an error: it must not look like "there are none". read keeps no object.
func entries[T any](raw json.RawMessage, read func(object) (T, bool)) ([]T, error) {
	list, err := rawListOf(raw)
	if err != nil {
		return nil, err
	}
	out := slices.Grow([]T(nil), len(list))
	o := object{}
	for _, e := range list {
		clear(o)
		o.in(e)
		if v, ok := read(o); ok {
			out = append(out, v)
		}
	}
	if len(list) > 0 && len(out) == 0 {
		return nil, errors.New("no entry of the answer's list has an id")
	}
	return out, nil
}
