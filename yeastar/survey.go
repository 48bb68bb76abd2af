package yeastar

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Sighting is a field of the mapping and how often answers have it.
type Sighting struct {
	Field
	Of    int        // how many objects could have it: entries of a list, plans, services, lines
	Paths []SeenPath // where it is, in the order of the mapping: the first one that an object has is used
}

// SeenPath is a path of a field that some objects have.
type SeenPath struct {
	Candidate
	Seen  int      // how many objects have it
	Kinds []string // what kinds of values they have there
}

// Kinds of values that say something of themselves. There are others: "string", "list", "object", "true or false".
const (
	KindNumber = "number"
	KindDigits = "digits"        // a number, or an id, in a string
	KindTime   = "time"          // a date in a string
	KindCycle  = "billing cycle" // Annually or Monthly
	KindEmpty  = "empty"
	KindZero   = "zero" // as a number or in a string
)

// Survey says how often the fields of the mapping are in answers: for each field of the
// named call, in order. call is a name as Config.Observe gets it; answers are the Raw of
// values that the call returned. It shows names and kinds, never values.
func Survey(call string, answers ...json.RawMessage) []Sighting {
	var out []Sighting
	for _, f := range mapped(call) {
		var roots []object
		for _, raw := range answers {
			roots = append(roots, rootsOf(f.Name, raw)...)
		}
		s := Sighting{Field: f, Of: len(roots)}
		for _, c := range f.Candidates {
			p := SeenPath{Candidate: c}
			for _, root := range roots {
				if v := root.at(c.Path); !isNull(v) {
					p.Seen++
					p.Kinds = append(p.Kinds, kindOf(v))
				}
			}
			if p.Seen > 0 {
				slices.Sort(p.Kinds)
				p.Kinds = slices.Compact(p.Kinds)
				s.Paths = append(s.Paths, p)
			}
		}
		out = append(out, s)
	}
	return out
}

// mapped are the fields of a call.
func mapped(call string) []Field {
	return slices.DeleteFunc(Mapping(), func(f Field) bool { return !slices.Contains(strings.Split(f.Answer, ", "), call) })
}

// rootsOf are the objects from which a field's paths start: the answer's own, or the
// parts that a name like "Plan.Name" belongs to.
func rootsOf(name string, raw json.RawMessage) []object {
	services := objectsWith(raw, "serviceId")
	plans := slices.DeleteFunc(objectsWith(raw, "planId"), func(o object) bool { return o.id("serviceId") != "" })
	switch part, _, _ := strings.Cut(name, "."); part {
	case "Plan":
		return plans
	case "Service":
		return services
	case "Line", "PurchaseType":
		return append(services, plans...)
	}
	if top, ok := asObject(raw); ok {
		return []object{top}
	}
	return nil
}

// digits is an id or a number that came as a string.
var digits = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[0-9]+$`) })

// kindOf is the kind of a value, without anything of the value itself.
func kindOf(raw json.RawMessage) string {
	switch raw = bytes.TrimSpace(raw); raw[0] {
	case '{':
		return "object"
	case '[':
		return "list"
	case 't', 'f':
		return "true or false"
	case '"':
		s := textOf(raw)
		switch {
		case s == "":
			return KindEmpty
		case s == "0":
			return KindZero
		case digits().MatchString(s):
			return KindDigits
		case strings.EqualFold(s, Annually) || strings.EqualFold(s, Monthly):
			return KindCycle
		}
		if _, ok := timeOf(raw); ok {
			return KindTime
		}
		return "string"
	}
	if textOf(raw) == "0" {
		return KindZero
	}
	return KindNumber
}

// plainName is what a field is called. Anything else may be a value: some answers use
// values for names.
var plainName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]{0,39}$`) })

// Unmapped lists the names in answers of a call that the mapping does not look for, in
// the order of the alphabet: what an unknown field is really called is one of them.
func Unmapped(call string, answers ...json.RawMessage) []string {
	known := map[string]bool{}
	for _, f := range mapped(call) {
		for _, c := range f.Candidates {
			for part := range strings.SplitSeq(c.Path, ".") {
				known[part] = true
			}
		}
	}
	var names []string
	for _, raw := range answers {
		walk(raw, struct{}{}, maxDepth, func(o object, none struct{}) struct{} {
			for name := range o {
				if !known[name] && plainName().MatchString(name) {
					names = append(names, name)
				}
			}
			return none
		})
	}
	slices.Sort(names)
	return slices.Compact(names)
}
