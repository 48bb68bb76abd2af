package yeastar

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"
)

// What is in here takes valid JSON apart without copying or checking it again: encoding/json looks at
// each byte of a value twice, and once more for each value around it, which is most of the time
// and of the memory that a list of thousands takes.

// pieces are the values of an array, or of an object with their names as they are written there.
func pieces(raw []byte, visit func(name, value []byte)) {
	for at := between(raw, 1); raw[at] != ']' && raw[at] != '}'; at = between(raw, at) {
		var name []byte
		if raw[0] == '{' {
			name = raw[at : at+length(raw[at:])]
			at = between(raw, at+len(name))
		}
		end := at + length(raw[at:])
		visit(name, raw[at:end:end])
		at = end
	}
}

// between is where what stands between values ends.
func between(raw []byte, at int) int {
	for raw[at] == ' ' || raw[at] == '\n' || raw[at] == '\t' || raw[at] == '\r' || raw[at] == ',' || raw[at] == ':' {
		at++
	}
	return at
}

// length is that of the value with which raw begins.
func length(raw []byte) int {
	depth := 0
	for at := 0; at < len(raw); at++ {
		switch raw[at] {
		case '"':
			at += quoted(raw[at:]) - 1
		case '{', '[':
			depth++
			continue
		case '}', ']':
			depth--
		case ' ', '\n', '\t', '\r', ',':
			if depth <= 0 {
				return at // a number, true, false or null
			}
			continue
		default:
			continue
		}
		if depth < 0 {
			return at
		}
		if depth == 0 {
			return at + 1
		}
	}
	return len(raw)
}

// quoted is the length of the text with which raw begins, with its quotation marks.
func quoted(raw []byte) int {
	for at := 1; at < len(raw); at++ {
		switch raw[at] {
		case '\\':
			at++
		case '"':
			return at + 1
		}
	}
	return len(raw)
}

// unquoted is what a text says.
func unquoted(raw []byte) string {
	if inside := raw[1 : len(raw)-1]; bytes.IndexByte(inside, '\\') < 0 && utf8.Valid(inside) {
		return string(inside)
	}
	var s string
	_ = json.Unmarshal(raw, &s) // which is valid
	return s
}

// in puts the members of an object into o. Of those that share a name the last one counts.
func (o object) in(raw []byte) {
	pieces(raw, func(name, value []byte) { o[unquoted(name)] = value })
}

// objectIn is asObject for what is valid JSON for certain.
func objectIn(raw []byte) object {
	if len(raw) == 0 || raw[0] != '{' {
		return nil
	}
	o := object{}
	o.in(raw)
	return o
}
