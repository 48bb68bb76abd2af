package blockkit

import (
	"maps"
	"math/big"
	"regexp"
	"slices"
	"sync"
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
	anyPlace    = []string{"section", "actions", "input"}
	inputOnly   = []string{"input"}
	modalOnly   = []string{onModal}
	dateForm    = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$`) })
	clockForm   = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^([01]\d|2[0-3]):[0-5]\d$`) })
	fileEnding  = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z0-9]{1,50}$`) })
	numberForm  = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^-?\d+(\.\d+)?$`) })
	placeholder = schema{"placeholder": optional(plainText(150))}
	focusable   = schema{"focus_on_load": optional(boolean)}
	confirming  = schema{"confirm": optional(confirmDialog)}
	menu        = placeholder.with(focusable).with(confirming)
	several     = schema{"max_selected_items": optional(integerBetween(1, 1000))}
	id          = textOf(1, 255)
	ids         = arrayOf(1, 100, id)
)

// elementTypes are all elements; a rich text input holds a block, so the table is filled when the program starts.
var elementTypes = map[string]elementType{}

func init() {
	maps.Copy(elementTypes, buttons())
	maps.Copy(elementTypes, menus())
	maps.Copy(elementTypes, inputs())
}

// buttons are what one presses, and images.
func buttons() map[string]elementType {
	return map[string]elementType{
		"button": {places: []string{"section", "actions"}, fields: confirming.with(schema{
			"text": required(plainText(75)), "value": optional(textOf(1, 2000)), "url": optional(absoluteURL),
			"style": optional(enum("primary", "danger")), "accessibility_label": optional(textOf(1, 75)),
		})},
		"image": {places: []string{"section"}, fields: imageFields, more: oneImage},
		"workflow_button": {surfaces: messageOnly, places: []string{"section", "actions"}, fields: confirming.with(schema{
			"text": required(plainText(75)), "workflow": required(anyValue), "style": optional(enum("primary", "danger")),
			"accessibility_label": optional(textOf(1, 75)),
		})},
		"icon_button": {surfaces: messageOnly, places: []string{"context_actions"}, fields: confirming.with(schema{
			"icon": required(textOf(1, 50)), "text": required(plainText(75)), "value": optional(textOf(1, 2000)),
			"visible_to_user_ids": optional(ids), "accessibility_label": optional(textOf(1, 75)),
		})},
		"feedback_buttons": {surfaces: messageOnly, places: []string{"context_actions"}, fields: schema{
			"positive_button": required(anyValue), "negative_button": required(anyValue),
		}},
	}
}

// menus are what one chooses from.
func menus() map[string]elementType {
	options := schema{"options": optional(optionList(1, 100, false, false)), "option_groups": optional(arrayOf(1, 100, optionGroup))}
	boxes := focusable.with(confirming).with(schema{"options": required(optionList(1, 10, true, false))})
	conversations := menu.with(schema{"filter": optional(conversationFilter), "default_to_current_conversation": optional(boolean)})
	answering := schema{"response_url_enabled": optional(boolean)}
	return map[string]elementType{
		"static_select": {places: anyPlace, fields: menu.with(options).with(schema{"initial_option": optional(anyValue)}), more: checkSelect},
		"multi_static_select": {places: anyPlace, fields: menu.with(options).with(several).with(schema{
			"initial_options": optional(arrayOf(1, 100, anyValue)),
		}), more: checkSelect},
		"external_select": {places: anyPlace, fields: menu.with(schema{
			"min_query_length": optional(integerBetween(0, 3000)), "initial_option": optional(anOption(false, false)),
		})},
		"multi_external_select": {places: anyPlace, fields: menu.with(several).with(schema{
			"min_query_length": optional(integerBetween(0, 3000)), "initial_options": optional(optionList(1, 100, false, false)),
		})},
		"users_select":         {places: anyPlace, fields: menu.with(schema{"initial_user": optional(id)})},
		"multi_users_select":   {places: anyPlace, fields: menu.with(several).with(schema{"initial_users": optional(ids)})},
		"conversations_select": {places: anyPlace, fields: conversations.with(answering).with(schema{"initial_conversation": optional(id)})},
		"multi_conversations_select": {places: anyPlace, fields: conversations.with(several).with(schema{
			"initial_conversations": optional(ids),
		})},
		"channels_select":       {places: anyPlace, fields: menu.with(answering).with(schema{"initial_channel": optional(id)})},
		"multi_channels_select": {places: anyPlace, fields: menu.with(several).with(schema{"initial_channels": optional(ids)})},
		"overflow":              {places: []string{"section", "actions"}, fields: confirming.with(schema{"options": required(optionList(1, 5, false, true))})},
		"checkboxes":            {places: anyPlace, fields: boxes.with(schema{"initial_options": optional(arrayOf(1, 10, anyValue))}), more: initialOffered},
		"radio_buttons":         {places: anyPlace, fields: boxes.with(schema{"initial_option": optional(anyValue)}), more: initialOffered},
	}
}

// inputs are what one types, picks a time in, or uploads to.
func inputs() map[string]elementType {
	textField := placeholder.with(focusable).with(schema{
		"initial_value": optional(textOf(0, 3000)), "dispatch_action_config": optional(dispatchConfig),
	})
	return map[string]elementType{
		"datepicker": {places: anyPlace, fields: menu.with(schema{"initial_date": optional(pattern(dateForm, "a date YYYY-MM-DD"))})},
		"timepicker": {places: anyPlace, fields: menu.with(schema{
			"initial_time": optional(pattern(clockForm, "a time HH:mm")), "timezone": optional(textOf(1, 100)),
		})},
		"datetimepicker": {surfaces: []string{onMessage, onModal}, places: []string{"actions", "input"}, fields: focusable.with(confirming).with(schema{
			"initial_date_time": optional(integerBetween(1_000_000_000, 9_999_999_999)),
		})},
		"plain_text_input": {places: inputOnly, fields: textField.with(schema{
			"multiline": optional(boolean), "min_length": optional(integerBetween(0, 3000)), "max_length": optional(integerBetween(1, 3000)),
		}), more: checkTextInput},
		"number_input": {surfaces: modalOnly, places: inputOnly, fields: textField.with(schema{
			"is_decimal_allowed": required(boolean), "min_value": optional(pattern(numberForm, "a number in a string")),
			"max_value": optional(pattern(numberForm, "a number in a string")), "initial_value": optional(pattern(numberForm, "a number in a string")),
		}), more: checkNumberInput},
		"email_text_input": {surfaces: modalOnly, places: inputOnly, fields: textField},
		"url_text_input":   {surfaces: modalOnly, places: inputOnly, fields: textField},
		"file_input": {surfaces: modalOnly, places: inputOnly, fields: schema{
			"filetypes": optional(arrayOf(1, 100, pattern(fileEnding, "a file's ending without the dot"))), "max_files": optional(integerBetween(1, 10)),
		}},
		"rich_text_input": {surfaces: []string{onModal, onHome}, places: []string{"actions", "input"}, fields: placeholder.with(focusable).with(schema{
			"initial_value": optional(blockOf("rich_text")), "dispatch_action_config": optional(dispatchConfig),
			"min_lines": optional(integerBetween(1, 100)), "max_lines": optional(integerBetween(1, 100)),
		})},
	}
}

// elementIn is an element that stands in a block of the given type.
func elementIn(place string) rule {
	return func(c *checker, ptr string, v any) {
		o, ok := v.(obj)
		if !ok {
			c.reportf(ptr, "must provide an object")
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
			c.reportf(ptr+"/type", "unsupported type: %s", name)
			return
		case !slices.Contains(t.places, place):
			c.reportf(ptr+"/type", "unsupported type: a %s cannot stand in a block of type %s", name, place)
			return
		case !slices.Contains(surfaces, c.surface):
			c.reportf(ptr+"/type", "unsupported type: a %s cannot stand in a %s", name, c.surface)
			return
		}
		s := t.fields.with(schema{"type": required(anyValue)})
		if name != "image" {
			s["action_id"] = optional(textOf(1, 255))
		}
		c.object(ptr, o, s)
		if o["focus_on_load"] == true {
			c.focused++
		}
		if o["response_url_enabled"] == true {
			c.answers++
			if place != "input" || c.surface != onModal {
				c.reportf(ptr+"/response_url_enabled", "only works in input blocks of modals")
			}
		}
		if t.more != nil {
			t.more(c, ptr, o)
		}
	}
}

func dispatchConfig(c *checker, ptr string, v any) {
	c.object(ptr, v, schema{"trigger_actions_on": required(arrayOf(1, 2, enum("on_enter_pressed", "on_character_entered")))})
}

func conversationFilter(c *checker, ptr string, v any) {
	c.object(ptr, v, schema{
		"include":                          optional(arrayOf(1, 4, enum("im", "mpim", "private", "public"))),
		"exclude_external_shared_channels": optional(boolean), "exclude_bot_users": optional(boolean),
	})
	if o, ok := v.(obj); ok && len(o) == 0 {
		c.reportf(ptr, "must not be empty")
	}
}

func checkTextInput(c *checker, ptr string, el obj) {
	least, most := integer(el["min_length"]), 3000
	if el["max_length"] != nil {
		most = integer(el["max_length"])
	}
	if least > most {
		c.reportf(ptr+"/min_length", "must not be more than max_length")
	}
	if n := utf8.RuneCountInString(str(el["initial_value"])); n > most {
		c.reportf(ptr+"/initial_value", "must be less than %d characters", most+1)
	}
}

func checkNumberInput(c *checker, ptr string, el obj) {
	number := func(name string) (*big.Rat, bool) { return new(big.Rat).SetString(str(el[name])) }
	least, hasLeast := number("min_value")
	most, hasMost := number("max_value")
	initial, hasInitial := number("initial_value")
	if hasLeast && hasMost && least.Cmp(most) > 0 {
		c.reportf(ptr+"/min_value", "must not be more than max_value")
	}
	if hasInitial && (hasLeast && initial.Cmp(least) < 0 || hasMost && initial.Cmp(most) > 0) {
		c.reportf(ptr+"/initial_value", "must be between min_value and max_value")
	}
	if hasInitial && el["is_decimal_allowed"] == false && !initial.IsInt() {
		c.reportf(ptr+"/initial_value", "must be an integer")
	}
}
