package blockkit

import (
	"maps"
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

// blockTypes are all blocks; blocks can stand in blocks, so the table is filled when the program starts.
var blockTypes = map[string]blockType{}

func init() {
	maps.Copy(blockTypes, classicBlocks())
	maps.Copy(blockTypes, newerBlocks())
}

// classicBlocks are the blocks that most surfaces take.
func classicBlocks() map[string]blockType {
	return map[string]blockType{
		"divider": {surfaces: everywhere, fields: schema{}},
		"header":  {surfaces: everywhere, fields: schema{"text": required(plainText(150))}},
		"section": {surfaces: everywhere, fields: schema{
			"text": optional(anyText(3000)), "fields": optional(arrayOf(1, 10, anyText(2000))), "accessory": optional(elementIn("section")),
			"expand": optional(boolean),
		}, more: func(c *checker, ptr string, b obj) {
			if b["text"] == nil && b["fields"] == nil {
				c.reportf(ptr, "missing required field: text or fields")
			}
		}},
		"context": {surfaces: everywhere, fields: schema{"elements": required(arrayOf(1, 10, contextElement))}},
		"actions": {surfaces: everywhere, fields: schema{"elements": required(arrayOf(1, 25, elementIn("actions")))}, more: uniqueActions},
		"context_actions": {surfaces: messageOnly, fields: schema{
			"elements": required(arrayOf(1, 5, elementIn("context_actions"))),
		}, more: uniqueActions},
		"input": {surfaces: everywhere, fields: schema{
			"label": required(plainText(2000)), "hint": optional(plainText(2000)), "element": required(elementIn("input")),
			"optional": optional(boolean), "dispatch_action": optional(boolean),
		}},
		"image": {surfaces: everywhere, fields: schema{"title": optional(plainText(2000))}.with(imageFields), more: oneImage},
		"markdown": {surfaces: messageOnly, fields: schema{"text": required(textOf(1, 12_000))}, more: func(c *checker, _ string, b obj) {
			c.markdown += utf8.RuneCountInString(str(b["text"]))
		}},
		"alert": {surfaces: []string{onModal}, fields: schema{
			"text": required(anyText(200)), "level": optional(enum("default", "info", "warning", "error", "success")),
		}},
		"rich_text": {surfaces: everywhere, fields: schema{"elements": required(arrayOf(1, 1000, richTextElement))}},
		"video": {surfaces: everywhere, fields: schema{
			"title": required(plainText(200)), "title_url": optional(absoluteURL), "video_url": required(absoluteURL), "thumbnail_url": required(absoluteURL),
			"alt_text": required(textOf(1, 2000)), "description": optional(plainText(200)), "author_name": optional(textOf(1, 50)),
			"provider_name": optional(textOf(1, 50)), "provider_icon_url": optional(absoluteURL),
		}},
	}
}

// newerBlocks are tables, cards and what shows an assistant's work; most of them stand in messages only.
func newerBlocks() map[string]blockType {
	return map[string]blockType{
		"table": {surfaces: messageOnly, fields: schema{
			"rows": required(arrayOf(1, 100, arrayOf(1, 20, cell))), "column_settings": optional(arrayOf(0, 20, columnSettings)),
		}, more: func(c *checker, ptr string, b obj) {
			c.tables++
			if n := textLength(b["rows"]); n > 10_000 {
				c.reportf(ptr+"/rows", "must be less than 10001 characters together")
			}
		}},
		"data_table": {surfaces: []string{onMessage, onHome}, fields: schema{
			"rows": required(arrayOf(1, 100, arrayOf(1, 20, cell))), "caption": required(textOf(1, 3000)),
			"page_size": optional(integerBetween(1, 100)), "row_header_column_index": optional(integerBetween(0, 19)),
		}, more: func(c *checker, ptr string, b obj) {
			if n := textLength(b["rows"]); n > 20_000 {
				c.reportf(ptr+"/rows", "must be less than 20001 characters together")
			}
		}},
		"card": {surfaces: []string{onMessage, onHome}, fields: schema{
			"title": optional(textObject(150, "mrkdwn")), "subtitle": optional(textObject(150, "mrkdwn")), "body": optional(textObject(200, "mrkdwn")),
			"hero_image": optional(imageElement), "icon": optional(imageElement), "actions": optional(arrayOf(1, 25, elementIn("actions"))),
		}, more: func(c *checker, ptr string, b obj) {
			if b["hero_image"] == nil && b["title"] == nil && b["actions"] == nil && b["body"] == nil {
				c.reportf(ptr, "missing required field: one of hero_image, title, actions, body")
			}
		}},
		"carousel": {surfaces: []string{onMessage, onHome}, fields: schema{"elements": required(arrayOf(1, 10, blockOf("card")))}},
		"container": {surfaces: messageOnly, fields: schema{
			"title": optional(plainText(150)), "rich_text_title": optional(blockOf("rich_text")), "subtitle": optional(anyText(150)),
			"child_blocks": required(arrayOf(1, 50, blockOf("actions", "context", "divider", "header", "image", "input", "rich_text", "section", "table", "video"))),
			"width":        optional(enum("narrow", "standard", "wide", "full")), "icon": optional(imageElement), "is_collapsible": optional(boolean),
			"default_collapsed": optional(boolean), "has_header_divider": optional(boolean),
		}},
		"task_card": {surfaces: messageOnly, fields: schema{
			"task_id": required(textOf(1, 255)), "title": required(textOf(1, 3000)), "details": optional(blockOf("rich_text")),
			"output": optional(blockOf("rich_text")), "sources": optional(arrayOf(0, 100, anyValue)),
			"status": required(enum("pending", "in_progress", "complete", "error")),
		}},
		"plan": {surfaces: messageOnly, fields: schema{"title": required(textOf(1, 3000)), "tasks": optional(arrayOf(0, 100, blockOf("task_card")))}},
	}
}

// block checks one block of any type.
func (c *checker) block(ptr string, v any) {
	o, ok := v.(obj)
	if !ok {
		c.reportf(ptr, "must provide an object")
		return
	}
	t, known := blockTypes[str(o["type"])]
	if !known {
		c.reportf(ptr+"/type", "unsupported type: %s", str(o["type"]))
		return
	}
	if !slices.Contains(t.surfaces, c.surface) {
		c.reportf(ptr+"/type", "unsupported type: %s blocks cannot stand in a %s", str(o["type"]), c.surface)
		return
	}
	s := t.fields.with(schema{"type": required(anyValue), "block_id": optional(textOf(1, 255))})
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
			c.reportf(ptr+"/elements/"+strconv.Itoa(i)+"/action_id", "`action_id` %q already exists for another element", id)
		}
		seen[id] = true
	}
}

var imageFields = schema{"image_url": optional(absoluteURL), "slack_file": optional(anyValue), "alt_text": required(textOf(1, 2000))}

func oneImage(c *checker, ptr string, o obj) {
	if (o["image_url"] == nil) == (o["slack_file"] == nil) {
		c.reportf(ptr, "missing required field: exactly one of image_url and slack_file")
	}
}

func imageElement(c *checker, ptr string, v any) {
	c.object(ptr, v, imageFields.with(schema{"type": required(enum("image"))}))
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
			c.reportf(ptr+"/type", "unsupported type: %s", str(o["type"]))
			return
		}
		c.block(ptr, v)
	}
}
