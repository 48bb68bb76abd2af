package slacksim

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
// top-level text.
func ValidateMessage(blocks []byte, text string) []Problem {
	if len(blocks) == 0 {
		return checkMessage(nil, text)
	}
	v, err := decode(blocks)
	list, ok := v.([]any)
	if err != nil || !ok && v != nil {
		return []Problem{{"/blocks", "must be an array of blocks"}}
	}
	return checkMessage(list, text)
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
