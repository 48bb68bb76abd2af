package policy

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/shopspring/decimal"
	"go.yaml.in/yaml/v3"
	"golang.org/x/text/currency"

	"renewbot/bot/renewal"
)

const (
	mostBytes  = 1 << 20 // of a file; a rule for each of a thousand customers is far less
	mostName   = 60      // characters
	mostPeople = 20      // in one step

	mostEscalation = 30 * 24 * time.Hour
)

// reader reads the nodes of a file and notes what is wrong with them.
type reader struct {
	Problems
	currency string              // of amounts that name none; empty: none was given
	people   map[string][]string // the lists of people by their names
	holders  map[string][]string
}

// fields reads a mapping: each key once, and none that is not known.
func (r *reader) fields(n *yaml.Node, what string, known ...string) map[string]*yaml.Node {
	found := map[string]*yaml.Node{}
	if n.Kind == told {
		return found
	}
	if n.Kind != yaml.MappingNode {
		r.add(n.Line, "%s is no set of keys and values; write one “key: value” a line, each further in than what it belongs to", what)
		return found
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		switch name := key.Value; {
		case key.Kind != yaml.ScalarNode:
			r.add(key.Line, "a key of %s is no plain word; write %s", what, choice(known))
		case known != nil && !slices.Contains(known, name):
			r.add(key.Line, "%s has no key %s; write %s", what, quoted(name), choice(known))
		case found[name] != nil:
			r.add(key.Line, "%s has the key %s twice; keep one", what, quoted(name))
		case value.Kind == yaml.AliasNode || value.Anchor != "":
			r.add(value.Line, "%s uses an anchor (& or *), which this file does not have; write the value out", what)
			found[name] = &yaml.Node{Kind: told, Line: value.Line}
		case value.Tag == "!!null":
			r.add(value.Line, "%s has no value; give it one, or remove the key", quoted(name))
			found[name] = &yaml.Node{Kind: told, Line: value.Line}
		default:
			found[name] = value
		}
	}
	return found
}

// harmless says whether a text looks like a name: at most 40 letters, digits and simple signs.
// A regular expression of it takes half a megabyte.
func harmless(s string) bool {
	n := utf8.RuneCountInString(s)
	return n >= 1 && n <= 40 && !strings.ContainsFunc(s, func(c rune) bool {
		return !unicode.IsLetter(c) && !unicode.IsNumber(c) && !strings.ContainsRune(" _.-", c)
	})
}

// quoted shows a key or a name of the file. What looks like none may be a secret in the wrong
// file.
func quoted(s string) string {
	if !harmless(s) {
		return "(not shown)"
	}
	return "“" + s + "”"
}

func choice(words []string) string {
	if len(words) == 0 {
		return "a name"
	}
	if len(words) == 1 {
		return words[0]
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}

// told is the kind of a node about which there is nothing more to say.
const told yaml.Kind = 0

// scalar is a single value as it is written.
func (r *reader) scalar(n *yaml.Node, what string) (string, bool) {
	if n.Kind != yaml.ScalarNode {
		if n.Kind == told {
			return "", false
		}
		r.add(n.Line, "%s is no single value; write one", what)
		return "", false
	}
	return strings.TrimSpace(n.Value), true
}

// list reads one value or a list of them, each once.
func (r *reader) list(n *yaml.Node, what string) []*yaml.Node {
	items := []*yaml.Node{n}
	switch {
	case n.Kind == told:
		return nil
	case n.Kind == yaml.SequenceNode && len(n.Content) == 0:
		r.add(n.Line, "%s is an empty list; name at least one, or remove the key", what)
		return nil
	case n.Kind == yaml.SequenceNode:
		items = n.Content
	case n.Kind != yaml.ScalarNode:
		r.add(n.Line, "%s is neither a value nor a list; write one value, or several as [a, b]", what)
		return nil
	}
	var good []*yaml.Node
	for _, item := range items {
		value, ok := r.scalar(item, "an item of "+what)
		switch {
		case !ok:
		case value == "" || item.Tag == "!!null":
			r.add(item.Line, "an item of %s is empty; remove it, or give it a value", what)
		case slices.ContainsFunc(good, func(g *yaml.Node) bool { return g.Value == item.Value }):
			r.add(item.Line, "%s has an item twice; remove one", what)
		default:
			good = append(good, item)
		}
	}
	return good
}

// name reads a name that people see.
func (r *reader) name(n *yaml.Node, what string) string {
	s, ok := r.scalar(n, what)
	switch {
	case !ok:
	case s == "":
		r.add(n.Line, "%s is empty; give it a name", what)
	case utf8.RuneCountInString(s) > mostName:
		r.add(n.Line, "%s is longer than %d characters; shorten it", what, mostName)
		s = ""
	case strings.ContainsFunc(s, func(c rune) bool { return c < ' ' || c == '\u007f' || c == utf8.RuneError }):
		r.add(n.Line, "%s has a character that cannot be shown; write plain text", what)
		s = ""
	}
	return s
}

// count reads a whole number from 1 on.
func (r *reader) count(n *yaml.Node, what string, most int) int {
	s, ok := r.scalar(n, what)
	if !ok {
		return 0
	}
	v, err := strconv.Atoi(s)
	if err != nil || v < 1 || v > most {
		r.add(n.Line, "%s is no whole number from 1 to %d; write digits only, such as 2", what, most)
		return 0
	}
	return v
}

var plainNumber = regexp.MustCompile(`^[0-9]{1,12}(\.[0-9]{1,6})?$`)

// number reads a number that is not negative, as people write it.
func (r *reader) number(n *yaml.Node, what string) *decimal.Decimal {
	s, ok := r.scalar(n, what)
	if !ok {
		return nil
	}
	if !plainNumber.MatchString(s) {
		r.add(n.Line, "%s is no plain number; write digits with a point before the decimals, such as 1500 or 12.50, without sign, separators and currency", what)
		return nil
	}
	v, err := decimal.NewFromString(s)
	if err != nil {
		r.add(n.Line, "%s is no number; write digits, such as 1500", what)
		return nil
	}
	return &v
}

// unit reads a currency, or takes the one of the file.
func (r *reader) unit(n *yaml.Node, line int, what string) string {
	if n == nil {
		if r.currency == "" {
			r.add(line, "%s has no currency; add “currency: EUR” to it, or to the top of the file for all amounts", what)
		}
		return r.currency
	}
	s, ok := r.scalar(n, "the currency of "+what)
	if !ok {
		return ""
	}
	if u, err := currency.ParseISO(s); err != nil || u.String() != s {
		r.add(n.Line, "the currency of %s is no code of a currency; write its three capital letters, such as EUR or USD", what)
		return ""
	}
	return s
}

// decimals wants no more decimals than a currency has.
func (r *reader) decimals(v *decimal.Decimal, code string, line int, what string) {
	u, err := currency.ParseISO(code)
	if v == nil || err != nil {
		return
	}
	if scale, _ := currency.Standard.Rounding(u); int(-v.Exponent()) > scale {
		r.add(line, "%s has more decimals than %s has; write at most %d", what, code, scale)
	}
}

var personID = regexp.MustCompile(`^[UWS][A-Z0-9]{2,20}$`)

// OwnHolder is the word for our own account.
const OwnHolder = "own"

// PersonID says whether a text may be Slack's id of a person.
func PersonID(s string) bool { return personID.MatchString(s) && !isGroup(s) }

// GroupID says whether a text may be Slack's id of a user group.
func GroupID(s string) bool { return personID.MatchString(s) && isGroup(s) }

// HolderID says whether a text may be a partner id or a serial number: letters, hyphens and, at
// the last place but one at the latest, a digit. A word without digits is a name.
func HolderID(s string) bool {
	first := strings.IndexAny(s, "0123456789")
	rest := len(s) - first - 1
	return first >= 0 && rest >= 1 && rest <= 40 && !strings.ContainsFunc(s, func(c rune) bool {
		return c != '-' && (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z')
	})
}

// bareID is an id as it is compared: people write serial numbers in lower case and in groups.
func bareID(id string) string {
	if id == OwnHolder {
		return id
	}
	return strings.ToUpper(strings.ReplaceAll(id, "-", ""))
}

// who reads people: ids, names of lists, and RENEW_APPROVERS where the variable may stand.
// The name is that of the only list.
func (r *reader) who(n *yaml.Node, what string, variables bool) (ids []string, name string) {
	items := r.list(n, what)
	for _, item := range items {
		v := strings.TrimSpace(item.Value)
		list, named := r.people[v]
		switch {
		case named:
			ids = append(ids, list...)
			if len(items) == 1 {
				name = v
			}
		case personID.MatchString(v), variables && v == renewal.Variables:
			ids = append(ids, v)
		default:
			r.add(item.Line, "%s names somebody who is neither in “people” nor a Slack id (U…, W… or S…): %s; %s", what, quoted(v),
				"add the list to “people”, or in Slack choose “Copy member ID” or “Copy group ID”")
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids), name
}

// lists reads the named lists of people or holders.
func (r *reader) lists(n *yaml.Node, what, item string, valid func(string) bool) map[string][]string {
	all := map[string][]string{}
	if n == nil {
		return all
	}
	for name, list := range r.fields(n, what) {
		r.name(&yaml.Node{Kind: yaml.ScalarNode, Value: name, Line: list.Line}, "a name in "+what)
		if valid(name) || name == renewal.Variables || name == OwnHolder {
			r.add(list.Line, "the name %s in %s is an id, or a word that means something else; choose another one", quoted(name), what)
			continue
		}
		all[name] = []string{} // what is wrong with it is told once
		for _, i := range r.list(list, fmt.Sprintf("the list %s of %s", quoted(name), what)) {
			v := strings.TrimSpace(i.Value)
			if !valid(v) {
				r.add(i.Line, "the list %s of %s has an item that is no %s; correct it", quoted(name), what, item)
				continue
			}
			all[name] = append(all[name], v)
		}
	}
	return all
}
