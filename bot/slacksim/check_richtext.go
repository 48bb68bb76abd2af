package slacksim

import "unicode/utf8"

var richStyle = schema{"style": may(func(c *checker, ptr string, v any) {
	c.object(ptr, v, schema{
		"bold": may(boolean), "code": may(boolean), "italic": may(boolean), "strike": may(boolean), "underline": may(boolean),
	})
})}

// richInline are the pieces of running text, by type.
var richInline = map[string]schema{
	"broadcast": richStyle.with(schema{"range": needs(oneOf("here", "channel", "everyone"))}),
	"color":     richStyle.with(schema{"value": needs(chars(1, 50))}),
	"channel":   richStyle.with(schema{"channel_id": needs(id)}),
	"date": richStyle.with(schema{
		"timestamp": needs(within(0, 9_999_999_999)), "format": needs(chars(1, 255)), "url": may(link), "fallback": may(chars(1, 255)),
	}),
	"emoji":     richStyle.with(schema{"name": needs(chars(1, 255)), "unicode": may(chars(1, 255)), "url": may(link)}),
	"link":      richStyle.with(schema{"url": needs(link), "text": may(chars(1, 3000)), "unsafe": may(boolean)}),
	"team":      richStyle.with(schema{"team_id": needs(id)}),
	"text":      richStyle.with(schema{"text": needs(chars(1, 3000))}),
	"user":      richStyle.with(schema{"user_id": needs(id)}),
	"usergroup": richStyle.with(schema{"usergroup_id": needs(id)}),
}

func inline(c *checker, ptr string, v any) {
	o, _ := v.(obj)
	s, known := richInline[str(o["type"])]
	if !known {
		c.bad(ptr+"/type", "unsupported type: %s", str(o["type"]))
		return
	}
	c.object(ptr, v, s.with(schema{"type": needs(anything)}))
}

// richTextElement is a paragraph, list, quote or preformatted part of a rich_text block.
func richTextElement(c *checker, ptr string, v any) {
	o, _ := v.(obj)
	running := schema{"type": needs(anything), "elements": needs(each(0, 1000, inline))}
	border := schema{"border": may(within(0, 1))}
	switch str(o["type"]) {
	case "rich_text_section":
		c.object(ptr, v, running)
	case "rich_text_quote":
		c.object(ptr, v, running.with(border))
	case "rich_text_preformatted":
		c.object(ptr, v, running.with(border).with(schema{"language": may(chars(1, 50))}))
	case "rich_text_list":
		c.object(ptr, v, border.with(schema{
			"type": needs(anything), "elements": needs(each(1, 1000, richTextElement)), "style": needs(oneOf("bullet", "ordered")),
			"indent": may(within(0, 8)), "offset": may(within(0, 1000)),
		}))
	default:
		c.bad(ptr+"/type", "unsupported type: %s", str(o["type"]))
	}
}

// cell is a cell of a table.
func cell(c *checker, ptr string, v any) {
	o, _ := v.(obj)
	switch str(o["type"]) {
	case "raw_text":
		c.object(ptr, v, schema{"type": needs(anything), "text": needs(chars(1, 3000))})
	case "raw_number":
		c.object(ptr, v, schema{"type": needs(anything), "text": needs(chars(1, 3000)), "value": needs(anything)})
	case "rich_text":
		c.block(ptr, v)
	default:
		c.bad(ptr+"/type", "unsupported type: %s", str(o["type"]))
	}
}

func columnSettings(c *checker, ptr string, v any) {
	if v != nil { // null skips a column
		c.object(ptr, v, schema{"align": may(oneOf("left", "center", "right")), "is_wrapped": may(boolean)})
	}
}

// textLength counts the characters of every text in a tree.
func textLength(v any) int {
	n := 0
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			n += textLength(x)
		}
	case obj:
		n = utf8.RuneCountInString(str(v["text"])) + textLength(v["elements"])
	}
	return n
}
