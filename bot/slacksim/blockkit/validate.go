package blockkit

import (
	"slices"
	"strconv"
	"unicode/utf8"
)

// Limits of Slack that depend on the method and not on the blocks.
const (
	MaxUpdateChars = 4_000      // of chat.update's text; more is refused
	MaxViewBytes   = 250 * 1000 // of a view's JSON
)

// Problem is something that Slack would refuse, and where.
type Problem struct {
	Pointer string // JSON pointer, such as /view/blocks/0/element/options
	Message string
}

// String is the problem in the form Slack reports it.
func (p Problem) String() string { return "[ERROR] " + p.Message + " [json-pointer:" + p.Pointer + "]" }

// Strings are the problems as Slack reports them.
func Strings(problems []Problem) []string {
	out := make([]string, len(problems))
	for i, p := range problems {
		out[i] = p.String()
	}
	return out
}

// ValidateMessage reports what Slack would refuse about a message: its blocks, a JSON array or nothing, and its
// top-level text, which must be short enough for chat.update too.
func ValidateMessage(blocks []byte, text string) []Problem {
	var list []any
	if len(blocks) > 0 {
		v, err := Decode(blocks)
		var ok bool
		if list, ok = v.([]any); err != nil || !ok && v != nil {
			return []Problem{{"/blocks", "must be an array of blocks"}}
		}
	}
	problems := CheckBlocks(list)
	if utf8.RuneCountInString(text) > MaxUpdateChars {
		problems = append(problems, Problem{"/text", "msg_too_long: chat.update takes 4000 characters"})
	}
	if text == "" && len(list) == 0 {
		problems = append(problems, Problem{"/text", "no_text"})
	}
	return problems
}

// ValidateView reports what Slack would refuse about a modal or Home tab, given as JSON.
func ValidateView(view []byte) []Problem {
	v, err := Decode(view)
	body, ok := v.(obj)
	if err != nil || !ok {
		return []Problem{{"/view", "must provide an object"}}
	}
	if len(view) > MaxViewBytes {
		return []Problem{{"/view", "view_too_large: more than 250 KB"}}
	}
	return CheckView(body)
}

// ValidateOptions reports what Slack would refuse about the answer to a block_suggestion.
func ValidateOptions(answer []byte) []Problem {
	v, err := Decode(answer)
	body, ok := v.(obj)
	if err != nil || !ok {
		return []Problem{{"", "must provide an object"}}
	}
	return CheckOptions(body)
}

// CheckBlocks reports what Slack would refuse about the blocks of a message.
func CheckBlocks(blocks []any) []Problem {
	c := &checker{surface: onMessage}
	c.blocks("/blocks", blocks, 50)
	return c.problems
}

// CheckView reports what Slack would refuse about a modal or Home tab, but for its size.
func CheckView(view map[string]any) []Problem {
	c := &checker{surface: str(view["type"])}
	common := schema{
		"type": required(enum(onModal, onHome)), "blocks": required(anyValue), "private_metadata": optional(textOf(0, 3000)),
		"callback_id": optional(textOf(0, 255)), "external_id": optional(textOf(0, 255)),
	}
	if c.surface == onModal {
		common = common.with(schema{
			"title": required(plainText(24)), "submit": optional(plainText(24)), "close": optional(plainText(24)),
			"clear_on_close": optional(boolean), "notify_on_close": optional(boolean),
		})
	}
	given := obj{}
	for k, v := range view {
		if v != nil { // null at the top is the same as nothing
			given[k] = v
		}
	}
	c.object("/view", given, common)
	list, ok := view["blocks"].([]any)
	if !ok {
		c.reportf("/view/blocks", "must provide an array")
		return c.problems
	}
	if len(list) == 0 && c.surface == onModal {
		c.reportf("/view/blocks", "no fewer than 1 items allowed")
	}
	c.blocks("/view/blocks", list, 100)
	hasInput := slices.ContainsFunc(list, func(b any) bool { o, _ := b.(obj); return o["type"] == "input" })
	if c.surface == onModal && hasInput && given["submit"] == nil {
		c.reportf("/view/submit", "missing required field: submit, which a view with input blocks needs")
	}
	if c.focused > 1 {
		c.reportf("/view/blocks", "only one element may have focus_on_load")
	}
	if c.answers > 1 {
		c.reportf("/view/blocks", "only one element may have response_url_enabled")
	}
	return c.problems
}

// blocks checks a list of blocks of a surface.
func (c *checker) blocks(ptr string, list []any, most int) {
	if len(list) > most {
		c.reportf(ptr, "no more than %d items allowed", most)
	}
	seen := map[string]bool{}
	for i, b := range list {
		at := ptr + "/" + strconv.Itoa(i)
		c.block(at, b)
		o, _ := b.(obj)
		if id := str(o["block_id"]); id != "" && o["type"] != "markdown" {
			if seen[id] {
				c.reportf(at+"/block_id", "`block_id` %q already exists", id)
			}
			seen[id] = true
		}
	}
	if c.markdown > 12_000 {
		c.reportf(ptr, "markdown blocks must be less than 12001 characters together")
	}
	if c.tables > 1 {
		c.reportf(ptr, "only one table is allowed")
	}
	if c.surface == onMessage && c.focused > 1 {
		c.reportf(ptr, "only one element may have focus_on_load")
	}
}

// CheckOptions reports what Slack would refuse about the answer to a block_suggestion, where no option at all is
// allowed.
func CheckOptions(answer map[string]any) []Problem {
	c := &checker{}
	c.object("", answer, schema{"options": optional(optionList(0, 100, false, false)), "option_groups": optional(arrayOf(0, 100, optionGroup))})
	if (answer["options"] == nil) == (answer["option_groups"] == nil) {
		c.reportf("", "missing required field: exactly one of options and option_groups")
	}
	return c.problems
}
