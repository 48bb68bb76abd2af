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
			"rows": needs(each(1, 100, each(1, 20, cell))), "column_settings": may(each(0, 20, columnSettings)),
		}, more: func(c *checker, ptr string, b obj) {
			c.tables++
			if n := textLength(b["rows"]); n > 10_000 {
				c.bad(ptr+"/rows", "must be less than 10001 characters together")
			}
		}},
		"data_table": {surfaces: []string{onMessage, onHome}, fields: schema{
			"rows": needs(each(1, 100, each(1, 20, cell))), "caption": needs(chars(1, 3000)),
			"page_size": may(within(1, 100)), "row_header_column_index": may(within(0, 19)),
		}, more: func(c *checker, ptr string, b obj) {
			if n := textLength(b["rows"]); n > 20_000 {
				c.bad(ptr+"/rows", "must be less than 20001 characters together")
			}
		}},
		"card": {surfaces: []string{onMessage, onHome}, fields: schema{
			"title": may(textObject(150, "mrkdwn")), "subtitle": may(textObject(150, "mrkdwn")), "body": may(textObject(200, "mrkdwn")),
			"hero_image": may(imageElement), "icon": may(imageElement), "actions": may(each(1, 25, elementIn("actions"))),
		}, more: func(c *checker, ptr string, b obj) {
			if b["hero_image"] == nil && b["title"] == nil && b["actions"] == nil && b["body"] == nil {
				c.bad(ptr, "missing required field: one of hero_image, title, actions, body")
			}
		}},
		"carousel": {surfaces: []string{onMessage, onHome}, fields: schema{"elements": needs(each(1, 10, blockOf("card")))}},
		"container": {surfaces: messageOnly, fields: schema{
			"title": may(plainText(150)), "rich_text_title": may(blockOf("rich_text")), "subtitle": may(anyText(150)),
			"child_blocks": needs(each(1, 50, blockOf("actions", "context", "divider", "header", "image", "input", "rich_text", "section", "table", "video"))),
			"width":        may(oneOf("narrow", "standard", "wide", "full")), "icon": may(imageElement), "is_collapsible": may(boolean),
			"default_collapsed": may(boolean), "has_header_divider": may(boolean),
		}},
		"task_card": {surfaces: messageOnly, fields: schema{
			"task_id": needs(chars(1, 255)), "title": needs(chars(1, 3000)), "details": may(blockOf("rich_text")),
			"output": may(blockOf("rich_text")), "sources": may(each(0, 100, anything)),
			"status": needs(oneOf("pending", "in_progress", "complete", "error")),
		}},
		"plan": {surfaces: messageOnly, fields: schema{"title": needs(chars(1, 3000)), "tasks": may(each(0, 100, blockOf("task_card")))}},
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

func imageElement(c *checker, ptr string, v any) {
	c.object(ptr, v, imageFields.with(schema{"type": needs(oneOf("image"))}))
	o, _ := v.(obj)
	oneImage(c, ptr, o)
}

// contextElement is a text or an image.
func contextElement(c *checker, ptr string, v any) {
	if o, _ := v.(obj); o["type"] == "image" {
		imageElement(c, ptr, v)
		return
	}
	anyText(3000)(c, ptr, v)
}

// blockOf is a block inside another one, of one of the types.
func blockOf(types ...string) rule {
	return func(c *checker, ptr string, v any) {
		if o, _ := v.(obj); !slices.Contains(types, str(o["type"])) {
			c.bad(ptr+"/type", "unsupported type: %s", str(o["type"]))
			return
		}
		c.block(ptr, v)
	}
}
