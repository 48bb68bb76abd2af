package slacksim

import (
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"unicode/utf8"
)

// elementType is a type of interactive element: where it may stand and what it may say.
type elementType struct {
	surfaces []string
	places   []string // block types
	fields   schema
	more     func(c *checker, ptr string, el obj)
}

var (
	anyPlace   = []string{"section", "actions", "input"}
	inputOnly  = []string{"input"}
	modalOnly  = []string{onModal}
	dateForm   = regexp.MustCompile(`^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$`)
	clockForm  = regexp.MustCompile(`^([01]\d|2[0-3]):[0-5]\d$`)
	numberForm = regexp.MustCompile(`^-?\d+(\.\d+)?$`)
	placehold  = schema{"placeholder": may(plainText(150))}
	focusable  = schema{"focus_on_load": may(boolean)}
	confirming = schema{"confirm": may(confirmDialog)}
	menu       = placehold.with(focusable).with(confirming)
	several    = schema{"max_selected_items": may(within(1, 1000))}
	id         = chars(1, 255)
	ids        = each(1, 100, id)
)

var elementTypes map[string]elementType

func init() {
	options := schema{"options": may(optionList(1, 100, false, false)), "option_groups": may(each(1, 100, optionGroup))}
	boxes := focusable.with(confirming).with(schema{"options": needs(optionList(1, 10, true, false))})
	textField := placehold.with(focusable).with(schema{
		"initial_value": may(chars(0, 3000)), "dispatch_action_config": may(dispatchConfig),
	})
	conversations := menu.with(schema{"filter": may(conversationFilter), "default_to_current_conversation": may(boolean)})
	answering := schema{"response_url_enabled": may(boolean)}
	elementTypes = map[string]elementType{
		"button": {places: []string{"section", "actions"}, fields: confirming.with(schema{
			"text": needs(plainText(75)), "value": may(chars(1, 2000)), "url": may(link),
			"style": may(oneOf("primary", "danger")), "accessibility_label": may(chars(1, 75)),
		})},
		"static_select": {places: anyPlace, fields: menu.with(options).with(schema{"initial_option": may(anything)}), more: checkSelect},
		"multi_static_select": {places: anyPlace, fields: menu.with(options).with(several).with(schema{
			"initial_options": may(each(1, 100, anything)),
		}), more: checkSelect},
		"external_select": {places: anyPlace, fields: menu.with(schema{
			"min_query_length": may(within(0, 3000)), "initial_option": may(anOption(false, false)),
		})},
		"multi_external_select": {places: anyPlace, fields: menu.with(several).with(schema{
			"min_query_length": may(within(0, 3000)), "initial_options": may(optionList(1, 100, false, false)),
		})},
		"users_select":         {places: anyPlace, fields: menu.with(schema{"initial_user": may(id)})},
		"multi_users_select":   {places: anyPlace, fields: menu.with(several).with(schema{"initial_users": may(ids)})},
		"conversations_select": {places: anyPlace, fields: conversations.with(answering).with(schema{"initial_conversation": may(id)})},
		"multi_conversations_select": {places: anyPlace, fields: conversations.with(several).with(schema{
			"initial_conversations": may(ids),
		})},
		"channels_select":       {places: anyPlace, fields: menu.with(answering).with(schema{"initial_channel": may(id)})},
		"multi_channels_select": {places: anyPlace, fields: menu.with(several).with(schema{"initial_channels": may(ids)})},
		"overflow":              {places: []string{"section", "actions"}, fields: confirming.with(schema{"options": needs(optionList(1, 5, false, true))})},
		"checkboxes":            {places: anyPlace, fields: boxes.with(schema{"initial_options": may(each(1, 10, anything))}), more: initialOffered},
		"radio_buttons":         {places: anyPlace, fields: boxes.with(schema{"initial_option": may(anything)}), more: initialOffered},
		"datepicker":            {places: anyPlace, fields: menu.with(schema{"initial_date": may(matching(dateForm, "a date YYYY-MM-DD"))})},
		"timepicker": {places: anyPlace, fields: menu.with(schema{
			"initial_time": may(matching(clockForm, "a time HH:mm")), "timezone": may(chars(1, 100)),
		})},
		"datetimepicker": {surfaces: []string{onMessage, onModal}, places: []string{"actions", "input"}, fields: focusable.with(confirming).with(schema{
			"initial_date_time": may(within(1_000_000_000, 9_999_999_999)),
		})},
		"plain_text_input": {places: inputOnly, fields: textField.with(schema{
			"multiline": may(boolean), "min_length": may(within(0, 3000)), "max_length": may(within(1, 3000)),
		}), more: checkTextInput},
		"number_input": {surfaces: modalOnly, places: inputOnly, fields: textField.with(schema{
			"is_decimal_allowed": needs(boolean), "min_value": may(matching(numberForm, "a number in a string")),
			"max_value": may(matching(numberForm, "a number in a string")), "initial_value": may(matching(numberForm, "a number in a string")),
		}), more: checkNumberInput},
		"email_text_input": {surfaces: modalOnly, places: inputOnly, fields: textField},
		"url_text_input":   {surfaces: modalOnly, places: inputOnly, fields: textField},
		"file_input": {surfaces: modalOnly, places: inputOnly, fields: schema{
			"filetypes": may(each(1, 100, chars(1, 50))), "max_files": may(within(1, 10)),
		}},
		"rich_text_input": {surfaces: []string{onModal, onHome}, places: []string{"actions", "input"}, fields: placehold.with(focusable).with(schema{
			"initial_value": may(blockOf("rich_text")), "dispatch_action_config": may(dispatchConfig),
			"min_lines": may(within(1, 100)), "max_lines": may(within(1, 100)),
		})},
		"image": {places: []string{"section"}, fields: imageFields, more: oneImage},
		"workflow_button": {surfaces: messageOnly, places: []string{"section", "actions"}, fields: confirming.with(schema{
			"text": needs(plainText(75)), "workflow": needs(anything), "style": may(oneOf("primary", "danger")),
			"accessibility_label": may(chars(1, 75)),
		})},
		"icon_button": {surfaces: messageOnly, places: []string{"context_actions"}, fields: confirming.with(schema{
			"icon": needs(chars(1, 50)), "text": needs(plainText(75)), "value": may(chars(1, 2000)),
			"visible_to_user_ids": may(ids), "accessibility_label": may(chars(1, 75)),
		})},
		"feedback_buttons": {surfaces: messageOnly, places: []string{"context_actions"}, fields: schema{
			"positive_button": needs(anything), "negative_button": needs(anything),
		}},
	}
}

// elementIn is an element that stands in a block of the given type.
func elementIn(place string) rule {
	return func(c *checker, ptr string, v any) {
		o, ok := v.(obj)
		if !ok {
			c.bad(ptr, "must provide an object")
			return
		}
		name := str(o["type"])
		t, known := elementTypes[name]
		surfaces := t.surfaces
		if surfaces == nil {
			surfaces = everywhere
		}
		switch {
		case !known:
			c.bad(ptr+"/type", "unsupported type: %s", name)
			return
		case !slices.Contains(t.places, place):
			c.bad(ptr+"/type", "unsupported type: a %s cannot stand in a block of type %s", name, place)
			return
		case !slices.Contains(surfaces, c.surface):
			c.bad(ptr+"/type", "unsupported type: a %s cannot stand in a %s", name, c.surface)
			return
		}
		s := t.fields.with(schema{"type": needs(anything)})
		if name != "image" {
			s["action_id"] = may(chars(1, 255))
		}
		c.object(ptr, o, s)
		if o["focus_on_load"] == true {
			c.focused++
		}
		if o["response_url_enabled"] == true {
			c.answers++
			if place != "input" || c.surface != onModal {
				c.bad(ptr+"/response_url_enabled", "only works in input blocks of modals")
			}
		}
		if t.more != nil {
			t.more(c, ptr, o)
		}
	}
}

// anOption is an option object; rich ones may have mrkdwn, those of an overflow menu a url.
func anOption(rich, overflow bool) rule {
	text := plainText
	if rich {
		text = anyText
	}
	s := schema{"text": needs(text(75)), "value": needs(chars(1, 150)), "description": may(text(75))}
	if overflow {
		s["url"] = may(link)
	}
	return func(c *checker, ptr string, v any) { c.object(ptr, v, s) }
}

func optionList(least, most int, rich, overflow bool) rule {
	return each(least, most, anOption(rich, overflow))
}

func optionGroup(c *checker, ptr string, v any) {
	c.object(ptr, v, schema{"label": needs(plainText(75)), "options": needs(optionList(1, 100, false, false))})
}

// checkOptions checks the answer to a block_suggestion, where no option at all is allowed.
func checkOptions(answer obj) []Problem {
	c := &checker{}
	c.object("", answer, schema{"options": may(optionList(0, 100, false, false)), "option_groups": may(each(0, 100, optionGroup))})
	if (answer["options"] == nil) == (answer["option_groups"] == nil) {
		c.bad("", "missing required field: exactly one of options and option_groups")
	}
	return c.problems
}

func checkSelect(c *checker, ptr string, el obj) {
	if (el["options"] == nil) == (el["option_groups"] == nil) {
		c.bad(ptr, "missing required field: exactly one of options and option_groups")
	}
	initialOffered(c, ptr, el)
}

// initialOffered checks that what is preset is among the options, to the letter.
func initialOffered(c *checker, ptr string, el obj) {
	options := listedOptions(el)
	offered := func(v any) bool {
		o, _ := v.(obj)
		return slices.ContainsFunc(options, func(l obj) bool {
			return l["value"] == o["value"] && sameText(l["text"], o["text"]) && sameText(l["description"], o["description"])
		})
	}
	if v, given := el["initial_option"]; given && !offered(v) {
		c.bad(ptr+"/initial_option", "`initial_option` is not one of the options")
	}
	list, _ := el["initial_options"].([]any)
	for i, v := range list {
		if !offered(v) {
			c.bad(ptr+"/initial_options/"+strconv.Itoa(i), "`initial_options` is not among the options")
		}
	}
	if most := integer(el["max_selected_items"]); most > 0 && len(list) > most {
		c.bad(ptr+"/initial_options", "no more than %d items allowed", most)
	}
}

func sameText(a, b any) bool {
	x, _ := a.(obj)
	y, _ := b.(obj)
	return x["type"] == y["type"] && x["text"] == y["text"]
}

func dispatchConfig(c *checker, ptr string, v any) {
	c.object(ptr, v, schema{"trigger_actions_on": needs(each(1, 2, oneOf("on_enter_pressed", "on_character_entered")))})
}

func conversationFilter(c *checker, ptr string, v any) {
	c.object(ptr, v, schema{
		"include":                          may(each(1, 4, oneOf("im", "mpim", "private", "public"))),
		"exclude_external_shared_channels": may(boolean), "exclude_bot_users": may(boolean),
	})
	if o, ok := v.(obj); ok && len(o) == 0 {
		c.bad(ptr, "must not be empty")
	}
}

func checkTextInput(c *checker, ptr string, el obj) {
	least, most := integer(el["min_length"]), 3000
	if el["max_length"] != nil {
		most = integer(el["max_length"])
	}
	if least > most {
		c.bad(ptr+"/min_length", "must not be more than max_length")
	}
	if n := utf8.RuneCountInString(str(el["initial_value"])); n > most {
		c.bad(ptr+"/initial_value", "must be less than %d characters", most+1)
	}
}

func checkNumberInput(c *checker, ptr string, el obj) {
	number := func(name string) (*big.Rat, bool) { return new(big.Rat).SetString(str(el[name])) }
	least, hasLeast := number("min_value")
	most, hasMost := number("max_value")
	initial, hasInitial := number("initial_value")
	if hasLeast && hasMost && least.Cmp(most) > 0 {
		c.bad(ptr+"/min_value", "must not be more than max_value")
	}
	if hasInitial && (hasLeast && initial.Cmp(least) < 0 || hasMost && initial.Cmp(most) > 0) {
		c.bad(ptr+"/initial_value", "must be between min_value and max_value")
	}
	if hasInitial && el["is_decimal_allowed"] == false && !initial.IsInt() {
		c.bad(ptr+"/initial_value", "must be an integer")
	}
}
