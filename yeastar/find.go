package yeastar

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// at follows a path through objects; nil when it leads nowhere.
func (o object) at(path string) json.RawMessage {
	name, rest, nested := strings.Cut(path, ".")
	if !nested {
		return o[name]
	}
	return objectIn(o[name]).at(rest)
}

// find reads the first place of a field that has a value of the right kind.
func find[T any](o object, f Field, read func(json.RawMessage) (T, bool)) (T, bool) {
	for _, c := range f.Candidates {
		if v, ok := read(o.at(c.Path)); ok {
			return v, true
		}
	}
	var zero T
	return zero, false
}

func findText(o object, f Field) string {
	s, _ := find(o, f, func(v json.RawMessage) (string, bool) {
		s := textOf(v)
		return s, s != ""
	})
	return s
}

func findID(o object, f Field) ID {
	id, _ := find(o, f, idOf)
	return id
}

func findInt(o object, f Field) *int {
	if n, ok := find(o, f, intOf); ok {
		return &n
	}
	return nil
}

// maxDepth ends the walk through an answer; the vendor's are a few levels deep.
const maxDepth = 16

// walk visits every object of an answer, a parent before its children, arrays in
// their order and an object's fields by name, so that the same answer always gives
// the same order. visit's result is handed to the children's visits.
func walk[T any](raw json.RawMessage, from T, depth int, visit func(o object, from T) T) {
	if raw = bytes.TrimSpace(raw); json.Valid(raw) {
		walkIn(raw, from, depth, visit)
	}
}

// walkIn is walk for what is valid JSON for certain.
func walkIn[T any](raw []byte, from T, depth int, visit func(o object, from T) T) {
	if depth == 0 {
		return
	}
	switch raw[0] {
	case '[':
		pieces(raw, func(_, item []byte) { walkIn(item, from, depth-1, visit) })
	case '{':
		o := objectIn(raw)
		from = visit(o, from)
		for _, name := range slices.Sorted(maps.Keys(o)) {
			walkIn(o[name], from, depth-1, visit)
		}
	}
}

// objectsWith lists the objects, at any depth, that have an id of the given name.
func objectsWith(raw json.RawMessage, name string) []object {
	var out []object
	walk(raw, struct{}{}, maxDepth, func(o object, none struct{}) struct{} {
		if o.id(name) != "" {
			out = append(out, o)
		}
		return none
	})
	return out
}
