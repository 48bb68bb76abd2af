package blockkit

import "unicode/utf8"

var richStyle = schema{"style": optional(func(c *checker, ptr string, v any) {
	c.object(ptr, v, schema{
		"bold": optional(boolean), "code": optional(boolean), "italic": optional(boolean), "strike": optional(boolean), "underline": optional(boolean),
	})
})}

// richInline are the pieces of running text, by type.
var richInline = map[string]schema{
	"broadcast": richStyle.with(schema{"range": required(enum("here", "channel", "everyone"))}),
	"color":     richStyle.with(schema{"value": required(textOf(1, 50))}),
	"channel":   richStyle.with(schema{"channel_id": required(id)}),
	"date": richStyle.with(schema{
		"timestamp": required(integerBetween(0, 9_999_999_999)), "format": required(textOf(1, 255)), "url": optional(absoluteURL), "fallback": optional(textOf(1, 255)),
	}),
	"emoji":     richStyle.with(schema{"name": required(textOf(1, 255)), "unicode": optional(textOf(1, 255)), "url": optional(absoluteURL)}),
	"link":      richStyle.with(schema{"url": required(absoluteURL), "text": optional(textOf(1, 3000)), "unsafe": optional(boolean)}),
	"team":      richStyle.with(schema{"team_id": required(id)}),
	"text":      richStyle.with(schema{"text": required(textOf(1, 3000))}),
	"user":      richStyle.with(schema{"user_id": required(id)}),
	"usergroup": richStyle.with(schema{"usergroup_id": required(id)}),
}

func inline(c *checker, ptr string, v any) {
	o, _ := v.(obj)
	s, known := richInline[str(o["type"])]
	if !known {
		c.reportf(ptr+"/type", "unsupported type: %s", str(o["type"]))
		return
	}
	c.object(ptr, v, s.with(schema{"type": required(anyValue)}))
}

// richTextElement is a paragraph, list, quote or preformatted part of a rich_text block.
func richTextElement(c *checker, ptr string, v any) {
	o, _ := v.(obj)
	running := schema{"type": required(anyValue), "elements": required(arrayOf(0, 1000, inline))}
	border := schema{"border": optional(integerBetween(0, 1))}
	switch str(o["type"]) {
	case "rich_text_section":
		c.object(ptr, v, running)
	case "rich_text_quote":
		c.object(ptr, v, running.with(border))
	case "rich_text_preformatted":
		c.object(ptr, v, running.with(border).with(schema{"language": optional(textOf(1, 50))}))
	case "rich_text_list":
		c.object(ptr, v, border.with(schema{
			"type": required(anyValue), "elements": required(arrayOf(1, 1000, richTextElement)), "style": required(enum("bullet", "ordered")),
			"indent": optional(integerBetween(0, 8)), "offset": optional(integerBetween(0, 1000)),
		}))
	default:
		c.reportf(ptr+"/type", "unsupported type: %s", str(o["type"]))
	}
}

// cell is a cell of a table.
func cell(c *checker, ptr string, v any) {
	o, _ := v.(obj)
	switch str(o["type"]) {
	case "raw_text":
		c.object(ptr, v, schema{"type": required(anyValue), "text": required(textOf(1, 3000))})
	case "raw_number":
		c.object(ptr, v, schema{"type": required(anyValue), "text": required(textOf(1, 3000)), "value": required(anyValue)})
	case "rich_text":
		c.block(ptr, v)
	default:
		c.reportf(ptr+"/type", "unsupported type: %s", str(o["type"]))
	}
}

func columnSettings(c *checker, ptr string, v any) {
	if v != nil { // null skips a column
		c.object(ptr, v, schema{"align": optional(enum("left", "center", "right")), "is_wrapped": optional(boolean)})
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
