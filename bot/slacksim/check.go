package slacksim

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

func (c *checker) bad(ptr, format string, args ...any) {
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

func needs(r rule) property { return property{r, true} }

func may(r rule) property { return property{r, false} }

// with returns the schema and more fields.
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
		c.bad(ptr, "must provide an object")
		return
	}
	for _, name := range sortedKeys(s) {
		if _, given := o[name]; !given && s[name].required {
			c.bad(ptr, "missing required field: %s", name)
		}
	}
	for _, name := range sortedKeys(o) {
		p, known := s[name]
		if !known {
			c.bad(ptr+"/"+name, "unsupported field: %s", name)
			continue
		}
		p.rule(c, ptr+"/"+name, o[name])
	}
}

// each checks that v is an array of least to most items, and every item.
func each(least, most int, item rule) rule {
	return func(c *checker, ptr string, v any) {
		list, ok := v.([]any)
		if !ok {
			c.bad(ptr, "must provide an array")
			return
		}
		if len(list) < least {
			c.bad(ptr, "no fewer than %d items allowed", least)
		}
		if len(list) > most {
			c.bad(ptr, "no more than %d items allowed", most)
		}
		for i, x := range list {
			item(c, ptr+"/"+strconv.Itoa(i), x)
		}
	}
}

func (c *checker) length(ptr, s string, least, most int) {
	n := utf8.RuneCountInString(s)
	if n < least {
		c.bad(ptr, "must be more than %d characters", least-1)
	}
	if n > most {
		c.bad(ptr, "must be less than %d characters", most+1)
	}
}

// chars is a string of least to most characters.
func chars(least, most int) rule {
	return func(c *checker, ptr string, v any) {
		s, ok := v.(string)
		if !ok {
			c.bad(ptr, "must provide a string")
			return
		}
		c.length(ptr, s, least, most)
	}
}

func oneOf(values ...string) rule {
	return func(c *checker, ptr string, v any) {
		if s, ok := v.(string); !ok || !slices.Contains(values, s) {
			c.bad(ptr, "must be one of %q", values)
		}
	}
}

func boolean(c *checker, ptr string, v any) {
	if _, ok := v.(bool); !ok {
		c.bad(ptr, "must be a boolean")
	}
}

func anything(*checker, string, any) {}

// within is a whole number.
func within(least, most int) rule {
	return func(c *checker, ptr string, v any) {
		n, ok := v.(json.Number)
		if !ok {
			c.bad(ptr, "must be an integer")
			return
		}
		i, err := strconv.Atoi(n.String())
		if err != nil {
			c.bad(ptr, "must be an integer")
			return
		}
		if i < least || i > most {
			c.bad(ptr, "must be between %d and %d", least, most)
		}
	}
}

// link is an http(s) address.
func link(c *checker, ptr string, v any) {
	chars(1, 3000)(c, ptr, v)
	s, _ := v.(string)
	if u, err := url.Parse(s); err != nil || u.Scheme == "" {
		c.bad(ptr, "must be a valid URL")
	}
}

func matching(form *regexp.Regexp, what string) rule {
	return func(c *checker, ptr string, v any) {
		if s, ok := v.(string); !ok || !form.MatchString(s) {
			c.bad(ptr, "must be %s", what)
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
			c.bad(ptr, "must provide an object")
			return
		}
		s := schema{"type": needs(oneOf(types...)), "text": needs(chars(1, most))}
		switch o["type"] {
		case "plain_text":
			s["emoji"] = may(boolean)
		case "mrkdwn":
			s["verbatim"] = may(boolean)
		}
		c.object(ptr, o, s)
	}
}

var confirmDialog = func(c *checker, ptr string, v any) {
	c.object(ptr, v, schema{
		"title": needs(plainText(100)), "text": needs(anyText(300)), "confirm": needs(plainText(30)),
		"deny": needs(plainText(30)), "style": may(oneOf("primary", "danger")),
	})
}

func checkMessage(blocks []any) []Problem {
	c := &checker{surface: onMessage}
	c.blocks("/blocks", blocks, 50)
	return c.problems
}

func checkView(body obj) []Problem {
	c := &checker{surface: str(body["type"])}
	common := schema{
		"type": needs(oneOf(onModal, onHome)), "blocks": needs(anything), "private_metadata": may(chars(0, 3000)),
		"callback_id": may(chars(0, 255)), "external_id": may(chars(0, 255)),
	}
	if c.surface == onModal {
		common = common.with(schema{
			"title": needs(plainText(24)), "submit": may(plainText(24)), "close": may(plainText(24)),
			"clear_on_close": may(boolean), "notify_on_close": may(boolean),
		})
	}
	given := obj{}
	for k, v := range body {
		if v != nil { // null at the top is the same as nothing
			given[k] = v
		}
	}
	c.object("/view", given, common)
	list, ok := body["blocks"].([]any)
	if !ok {
		c.bad("/view/blocks", "must provide an array")
		return c.problems
	}
	if len(list) == 0 && c.surface == onModal {
		c.bad("/view/blocks", "no fewer than 1 items allowed")
	}
	c.blocks("/view/blocks", list, 100)
	hasInput := slices.ContainsFunc(list, func(b any) bool { o, _ := b.(obj); return o["type"] == "input" })
	if c.surface == onModal && hasInput && given["submit"] == nil {
		c.bad("/view/submit", "missing required field: submit, which a view with input blocks needs")
	}
	if c.focused > 1 {
		c.bad("/view/blocks", "only one element may have focus_on_load")
	}
	if c.answers > 1 {
		c.bad("/view/blocks", "only one element may have response_url_enabled")
	}
	return c.problems
}

// blocks checks a list of blocks of a surface.
func (c *checker) blocks(ptr string, list []any, most int) {
	if len(list) > most {
		c.bad(ptr, "no more than %d items allowed", most)
	}
	seen := map[string]bool{}
	for i, b := range list {
		at := ptr + "/" + strconv.Itoa(i)
		c.block(at, b)
		o, _ := b.(obj)
		if id := str(o["block_id"]); id != "" && o["type"] != "markdown" {
			if seen[id] {
				c.bad(at+"/block_id", "`block_id` %q already exists", id)
			}
			seen[id] = true
		}
	}
	if c.markdown > 12_000 {
		c.bad(ptr, "markdown blocks must be less than 12001 characters together")
	}
	if c.tables > 1 {
		c.bad(ptr, "only one table is allowed")
	}
	if c.surface == onMessage && c.focused > 1 {
		c.bad(ptr, "only one element may have focus_on_load")
	}
}
