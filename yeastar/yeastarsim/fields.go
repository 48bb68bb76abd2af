package yeastarsim

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
)

// fields reads one JSON object by hand, because decoding into a struct would forgive what the vendor's types forbid: a
// billing contact in quotes, a partner id without them. The first thing wrong stops it.
type fields struct {
	raw  map[string]json.RawMessage
	path string // before each name in refusals
	read map[string]bool
	err  *refusal
}

func readFields(data []byte, path string) (*fields, *refusal) {
	f := &fields{path: path, read: make(map[string]bool)}
	if data = bytes.TrimSpace(data); len(data) == 0 || data[0] != '{' || json.Unmarshal(data, &f.raw) != nil {
		field := path
		if field == "" {
			field = "body."
		}
		return nil, invalid("A JSON object is required.", field[:len(field)-1], "object")
	}
	return f, nil
}

// value is nil for a field that is absent or null.
func (f *fields) value(name string, required bool) json.RawMessage {
	f.read[name] = true
	v := f.raw[name]
	if string(v) == "null" {
		v = nil
	}
	if v == nil && required {
		f.fail(name, "required", "is required")
	}
	return v
}

func (f *fields) fail(name, tag, what string) {
	if f.err == nil {
		f.err = invalid(f.path+name+" "+what+".", f.path+name, tag)
	}
}

func (f *fields) text(name string, required bool) string {
	v := f.value(name, required)
	if v == nil {
		return ""
	}
	var s string
	if json.Unmarshal(v, &s) != nil {
		f.fail(name, "string", "must be a string")
		return ""
	}
	if s == "" && required {
		f.fail(name, "required", "is required")
	}
	return s
}

// id is a 64-bit id that must be a bare JSON number; its digits are kept as they came.
func (f *fields) id(name string, required bool) string {
	v := f.value(name, required)
	if v == nil {
		return ""
	}
	if !numeric(string(v)) {
		f.fail(name, "number", "must be an integer")
		return ""
	}
	return string(v)
}

// count is a small number; has tells an absent one from zero.
func (f *fields) count(name string, required bool) (n int, has bool) {
	v := f.value(name, required)
	if v == nil {
		return 0, false
	}
	n64, err := strconv.ParseInt(string(v), 10, 32)
	if err != nil {
		f.fail(name, "number", "must be an integer")
		return 0, false
	}
	return int(n64), true
}

func (f *fields) array(name string) []json.RawMessage {
	v := f.value(name, true)
	if v == nil {
		return nil
	}
	var items []json.RawMessage
	if json.Unmarshal(v, &items) != nil {
		f.fail(name, "array", "must be an array")
		return nil
	}
	if len(items) == 0 {
		f.fail(name, "min", "must not be empty")
	}
	return items
}

// refuseUnknown refuses the first field, by name, that nobody has read.
func (f *fields) refuseUnknown() {
	for _, name := range slices.Sorted(maps.Keys(f.raw)) {
		if !f.read[name] {
			f.fail(name, "unknown", "is unknown")
		}
	}
}
