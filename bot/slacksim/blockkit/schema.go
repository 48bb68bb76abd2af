package blockkit

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"unicode/utf8"
)

// The surfaces on which blocks can stand.
const (
	onMessage = "message"
	onModal   = "modal"
	onHome    = "home"
)

// checker walks blocks and collects what Slack would refuse.
type checker struct {
	surface  string
	problems []Problem
	focused  int // elements with focus_on_load
	answers  int // elements with response_url_enabled
	markdown int // characters in markdown blocks
	tables   int
}

func (c *checker) reportf(ptr, format string, args ...any) {
	c.problems = append(c.problems, Problem{ptr, fmt.Sprintf(format, args...)})
}

// rule checks one value.
type rule func(c *checker, ptr string, v any)

// schema names the fields an object may have; needs and may mark them.
type schema map[string]property

type property struct {
	rule     rule
	required bool
}

func required(r rule) property { return property{r, true} }

func optional(r rule) property { return property{r, false} }

// with returns the schema and more fields. Written out wherever it is called it would be 20 KB of the program.
//
//go:noinline
func (s schema) with(more schema) schema {
	out := schema{}
	maps.Copy(out, s)
	maps.Copy(out, more)
	return out
}

// object checks that o has what s needs and nothing that s does not know.
func (c *checker) object(ptr string, v any, s schema) {
	o, ok := v.(obj)
	if !ok {
		c.reportf(ptr, "must provide an object")
		return
	}
	for _, name := range slices.Sorted(maps.Keys(s)) {
		if _, given := o[name]; !given && s[name].required {
			c.reportf(ptr, "missing required field: %s", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(o)) {
		p, known := s[name]
		if !known {
			c.reportf(ptr+"/"+name, "unsupported field: %s", name)
			continue
		}
		p.rule(c, ptr+"/"+name, o[name])
	}
}

// arrayOf checks that v is an array of least to most items, and every item.
func arrayOf(least, most int, item rule) rule {
	return func(c *checker, ptr string, v any) {
		list, ok := v.([]any)
		if !ok {
			c.reportf(ptr, "must provide an array")
			return
		}
		if len(list) < least {
			c.reportf(ptr, "no fewer than %d items allowed", least)
		}
		if len(list) > most {
			c.reportf(ptr, "no more than %d items allowed", most)
		}
		for i, x := range list {
			item(c, ptr+"/"+strconv.Itoa(i), x)
		}
	}
}

func (c *checker) length(ptr, s string, least, most int) {
	n := utf8.RuneCountInString(s)
	if n < least {
		c.reportf(ptr, "must be more than %d characters", least-1)
	}
	if n > most {
		c.reportf(ptr, "must be less than %d characters", most+1)
	}
}

// textOf is a string of least to most characters.
func textOf(least, most int) rule {
	return func(c *checker, ptr string, v any) {
		s, ok := v.(string)
		if !ok {
			c.reportf(ptr, "must provide a string")
			return
		}
		c.length(ptr, s, least, most)
	}
}

func enum(values ...string) rule {
	return func(c *checker, ptr string, v any) {
		if s, ok := v.(string); !ok || !slices.Contains(values, s) {
			c.reportf(ptr, "must be one of %q", values)
		}
	}
}

func boolean(c *checker, ptr string, v any) {
	if _, ok := v.(bool); !ok {
		c.reportf(ptr, "must be a boolean")
	}
}

func anyValue(*checker, string, any) {}

// integerBetween is a whole number.
func integerBetween(least, most int) rule {
	return func(c *checker, ptr string, v any) {
		n, ok := v.(json.Number)
		if !ok {
			c.reportf(ptr, "must be an integer")
			return
		}
		i, err := strconv.Atoi(n.String())
		if err != nil {
			c.reportf(ptr, "must be an integer")
			return
		}
		if i < least || i > most {
			c.reportf(ptr, "must be between %d and %d", least, most)
		}
	}
}

// absoluteURL is an address with its scheme.
func absoluteURL(c *checker, ptr string, v any) {
	textOf(1, 3000)(c, ptr, v)
	s, _ := v.(string)
	if u, err := url.Parse(s); err != nil || u.Scheme == "" {
		c.reportf(ptr, "must be a valid URL")
	}
}

func pattern(form func() *regexp.Regexp, what string) rule {
	return func(c *checker, ptr string, v any) {
		if s, ok := v.(string); !ok || !form().MatchString(s) {
			c.reportf(ptr, "must be %s", what)
		}
	}
}

// plainText is a plain_text object of at most so many characters.
func plainText(most int) rule { return textObject(most, "plain_text") }

// anyText is a plain_text or mrkdwn object.
func anyText(most int) rule { return textObject(most, "plain_text", "mrkdwn") }

func textObject(most int, types ...string) rule {
	return func(c *checker, ptr string, v any) {
		o, ok := v.(obj)
		if !ok {
			c.reportf(ptr, "must provide an object")
			return
		}
		s := schema{"type": required(enum(types...)), "text": required(textOf(1, most))}
		switch o["type"] {
		case "plain_text":
			s["emoji"] = optional(boolean)
		case "mrkdwn":
			s["verbatim"] = optional(boolean)
		}
		c.object(ptr, o, s)
	}
}

var confirmDialog = func(c *checker, ptr string, v any) {
	c.object(ptr, v, schema{
		"title": required(plainText(100)), "text": required(anyText(300)), "confirm": required(plainText(30)),
		"deny": required(plainText(30)), "style": optional(enum("primary", "danger")),
	})
}
