package blockkit

import (
	"slices"
	"strconv"
)

// anOption is an option object; rich ones may have mrkdwn, those of an overflow menu a url.
func anOption(rich, overflow bool) rule {
	text := plainText
	if rich {
		text = anyText
	}
	s := schema{"text": required(text(75)), "value": required(textOf(1, 150)), "description": optional(text(75))}
	if overflow {
		s["url"] = optional(absoluteURL)
	}
	return func(c *checker, ptr string, v any) { c.object(ptr, v, s) }
}

func optionList(least, most int, rich, overflow bool) rule {
	return arrayOf(least, most, anOption(rich, overflow))
}

func optionGroup(c *checker, ptr string, v any) {
	c.object(ptr, v, schema{"label": required(plainText(75)), "options": required(optionList(1, 100, false, false))})
}

func checkSelect(c *checker, ptr string, el obj) {
	if (el["options"] == nil) == (el["option_groups"] == nil) {
		c.reportf(ptr, "missing required field: exactly one of options and option_groups")
	}
	initialOffered(c, ptr, el)
}

// initialOffered checks that what is preset is among the options, to the letter.
func initialOffered(c *checker, ptr string, el obj) {
	options := Options(el)
	offered := func(v any) bool {
		o, _ := v.(obj)
		return slices.ContainsFunc(options, func(l obj) bool {
			return l["value"] == o["value"] && sameText(l["text"], o["text"]) && sameText(l["description"], o["description"])
		})
	}
	if v, given := el["initial_option"]; given && !offered(v) {
		c.reportf(ptr+"/initial_option", "`initial_option` is not one of the options")
	}
	list, _ := el["initial_options"].([]any)
	for i, v := range list {
		if !offered(v) {
			c.reportf(ptr+"/initial_options/"+strconv.Itoa(i), "`initial_options` is not among the options")
		}
	}
	if most := integer(el["max_selected_items"]); most > 0 && len(list) > most {
		c.reportf(ptr+"/initial_options", "no more than %d items allowed", most)
	}
}

func sameText(a, b any) bool {
	x, _ := a.(obj)
	y, _ := b.(obj)
	return x["type"] == y["type"] && x["text"] == y["text"]
}

// Options are the options that an element, or an answer, carries itself, groups flattened; nil if it carries none.
func Options(element map[string]any) []map[string]any {
	if element["options"] == nil && element["option_groups"] == nil {
		return nil
	}
	out := []obj{}
	add := func(v any) {
		list, _ := v.([]any)
		for _, o := range list {
			if o, ok := o.(obj); ok {
				out = append(out, o)
			}
		}
	}
	add(element["options"])
	groups, _ := element["option_groups"].([]any)
	for _, g := range groups {
		if g, ok := g.(obj); ok {
			add(g["options"])
		}
	}
	return out
}
