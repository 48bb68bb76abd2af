package slacksim

import "unicode/utf8"

// Problem is something that Slack would refuse, and where.
type Problem struct {
	Pointer string // JSON pointer, such as /view/blocks/0/element/options
	Message string
}

// String is the problem in the form Slack reports it.
func (p Problem) String() string { return "[ERROR] " + p.Message + " [json-pointer:" + p.Pointer + "]" }

func problemStrings(problems []Problem) []string {
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
		v, err := decode(blocks)
		var ok bool
		if list, ok = v.([]any); err != nil || !ok && v != nil {
			return []Problem{{"/blocks", "must be an array of blocks"}}
		}
	}
	problems := checkMessage(list)
	if utf8.RuneCountInString(text) > longestUpdate {
		problems = append(problems, Problem{"/text", "msg_too_long: chat.update takes 4000 characters"})
	}
	if text == "" && len(list) == 0 {
		problems = append(problems, Problem{"/text", "no_text"})
	}
	return problems
}

// ValidateView reports what Slack would refuse about a modal or Home tab, given as JSON.
func ValidateView(view []byte) []Problem {
	v, err := decode(view)
	body, ok := v.(obj)
	if err != nil || !ok {
		return []Problem{{"/view", "must provide an object"}}
	}
	if len(view) > largestView {
		return []Problem{{"/view", "view_too_large: more than 250 KB"}}
	}
	return checkView(body)
}

// ValidateOptions reports what Slack would refuse about the answer to a block_suggestion.
func ValidateOptions(answer []byte) []Problem {
	v, err := decode(answer)
	body, ok := v.(obj)
	if err != nil || !ok {
		return []Problem{{"", "must provide an object"}}
	}
	return checkOptions(body)
}
