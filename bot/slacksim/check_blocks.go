package slacksim

import (
	"slices"
	"strconv"
	"unicode/utf8"
)

// blockType is a type of block: where it may stand and what it may say.
type blockType struct {
	surfaces []string
	fields   schema
	loose    bool // a newer block whose fields Slack still changes: unknown ones are let through
	more     func(c *checker, ptr string, block obj)
}

var (
	everywhere  = []string{onMessage, onModal, onHome}
	messageOnly = []string{onMessage}
)

var blockTypes map[string]blockType

func init() {
	blockTypes = map[string]blockType{
		"divider": {surfaces: everywhere, fields: schema{}},
		"header":  {surfaces: everywhere, fields: schema{"text": needs(plainText(150))}},
		"section": {surfaces: everywhere, fields: schema{
			"text": may(anyText(3000)), "fields": may(each(1, 10, anyText(2000))), "accessory": may(elementIn("section")),
			"expand": may(boolean),
		}, more: func(c *checker, ptr string, b obj) {
			if b["text"] == nil && b["fields"] == nil {
				c.bad(ptr, "missing required field: text or fields")
			}
		}},
		"context": {surfaces: everywhere, fields: schema{"elements": needs(each(1, 10, contextElement))}},
		"actions": {surfaces: everywhere, fields: schema{"elements": needs(each(1, 25, elementIn("actions")))}, more: uniqueActions},
		"context_actions": {surfaces: messageOnly, fields: schema{
			"elements": needs(each(1, 5, elementIn("context_actions"))),
		}, more: uniqueActions},
		"input": {surfaces: everywhere, fields: schema{
			"label": needs(plainText(2000)), "hint": may(plainText(2000)), "element": needs(elementIn("input")),
			"optional": may(boolean), "dispatch_action": may(boolean),
		}},
		"image": {surfaces: everywhere, fields: schema{"title": may(plainText(2000))}.with(imageFields), more: oneImage},
		"markdown": {surfaces: messageOnly, fields: schema{"text": needs(chars(1, 12_000))}, more: func(c *checker, _ string, b obj) {
			c.markdown += utf8.RuneCountInString(str(b["text"]))
		}},
		"alert": {surfaces: []string{onModal}, fields: schema{
			"text": needs(anyText(200)), "level": may(oneOf("default", "info", "warning", "error", "success")),
		}},
		"rich_text": {surfaces: everywhere, fields: schema{"elements": needs(each(1, 1000, richTextElement))}},
		"video": {surfaces: everywhere, fields: schema{
			"title": needs(plainText(200)), "title_url": may(link), "video_url": needs(link), "thumbnail_url": needs(link),
			"alt_text": needs(chars(1, 2000)), "description": may(plainText(200)), "author_name": may(chars(1, 50)),
			"provider_name": may(chars(1, 50)), "provider_icon_url": may(link),
		}},
		"table": {surfaces: messageOnly, fields: schema{
			"rows": needs(each(1, 100, each(1, 20, anything))), "column_settings": may(each(0, 20, anything)),
		}, more: func(c *checker, _ string, _ obj) { c.tables++ }},
		"data_table": {surfaces: []string{onMessage, onHome}, loose: true, fields: schema{
			"rows": may(each(1, 100, anything)), "columns": may(each(1, 20, anything)), "page_size": may(within(1, 100)),
			"caption": needs(anything),
		}},
		"card": {surfaces: []string{onMessage, onHome}, loose: true, fields: schema{
			"title": may(anyText(150)), "subtitle": may(anyText(150)), "body": may(anyText(200)),
		}, more: func(c *checker, ptr string, b obj) {
			if b["hero_image"] == nil && b["title"] == nil && b["actions"] == nil && b["body"] == nil {
				c.bad(ptr, "missing required field: one of hero_image, title, actions, body")
			}
		}},
		"carousel":           {surfaces: []string{onMessage, onHome}, loose: true, fields: schema{"elements": needs(each(1, 10, anything))}},
		"data_visualization": {surfaces: messageOnly, loose: true, fields: schema{}},
		"container":          {surfaces: messageOnly, loose: true, fields: schema{}},
		"plan":               {surfaces: messageOnly, loose: true, fields: schema{}},
		"task_card":          {surfaces: messageOnly, loose: true, fields: schema{}},
	}
}

// block checks one block of any type.
func (c *checker) block(ptr string, v any) {
	o, ok := v.(obj)
	if !ok {
		c.bad(ptr, "must provide an object")
		return
	}
	t, known := blockTypes[str(o["type"])]
	if !known {
		c.bad(ptr+"/type", "unsupported type: %s", str(o["type"]))
		return
	}
	if !slices.Contains(t.surfaces, c.surface) {
		c.bad(ptr+"/type", "unsupported type: %s blocks cannot stand in a %s", str(o["type"]), c.surface)
		return
	}
	s := t.fields.with(schema{"type": needs(anything), "block_id": may(chars(1, 255))})
	if t.loose {
		for name := range o {
			if _, named := s[name]; !named {
				s[name] = may(anything)
			}
		}
	}
	c.object(ptr, o, s)
	if t.more != nil {
		t.more(c, ptr, o)
	}
}

// uniqueActions checks that no two elements of a block have one action_id.
func uniqueActions(c *checker, ptr string, b obj) {
	list, _ := b["elements"].([]any)
	seen := map[string]bool{}
	for i, v := range list {
		el, _ := v.(obj)
		id := str(el["action_id"])
		if id != "" && seen[id] {
			c.bad(ptr+"/elements/"+strconv.Itoa(i)+"/action_id", "`action_id` %q already exists for another element", id)
		}
		seen[id] = true
	}
}

var imageFields = schema{"image_url": may(link), "slack_file": may(anything), "alt_text": needs(chars(1, 2000))}

func oneImage(c *checker, ptr string, o obj) {
	if (o["image_url"] == nil) == (o["slack_file"] == nil) {
		c.bad(ptr, "missing required field: exactly one of image_url and slack_file")
	}
}

// contextElement is a text or an image.
func contextElement(c *checker, ptr string, v any) {
	o, _ := v.(obj)
	if o["type"] == "image" {
		c.object(ptr, o, imageFields.with(schema{"type": needs(anything)}))
		oneImage(c, ptr, o)
		return
	}
	anyText(3000)(c, ptr, v)
}

var richText = []string{
	"rich_text_section", "rich_text_list", "rich_text_preformatted", "rich_text_quote",
}

func richTextElement(c *checker, ptr string, v any) {
	o, ok := v.(obj)
	if !ok || !slices.Contains(richText, str(o["type"])) {
		c.bad(ptr+"/type", "unsupported type: %s", str(o["type"]))
		return
	}
	if _, ok := o["elements"].([]any); !ok {
		c.bad(ptr, "missing required field: elements")
	}
}
