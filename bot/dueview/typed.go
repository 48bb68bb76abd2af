package dueview

import (
	"strconv"
	"strings"

	"renewbot/bot/due"
)

// mostDays is the largest number that is one of days: longer ones may be of a PBX.
const mostDays = 1000

// Narrowed is Typed where a whole text may also be a product, by its key or its name.
func (v *View) Narrowed(text, userID, owner string) due.Filter {
	f := Typed(text, userID, owner)
	for _, p := range v.lists.Products() {
		if strings.EqualFold(f.Text, p.Key) || strings.EqualFold(f.Text, p.Name) {
			f.Product, f.Text = p.Key, ""
		}
	}
	return f
}

// Typed reads what follows “due” in a command: a number of days, "mine", "nobody's", or part of a name. owner is who
// is mentioned in it, if anybody is.
func Typed(text, userID, owner string) due.Filter {
	f := due.Filter{Owner: owner}
	var rest []string
	for word := range strings.FieldsSeq(text) {
		low := strings.TrimRight(strings.ToLower(word), ".,;:!?")
		n, err := strconv.Atoi(strings.TrimSuffix(low, "d"))
		switch {
		case f.Within > 0 && len(rest) == 0 && (low == "day" || low == "days"):
		case err == nil && n > 0 && n <= mostDays && f.Within == 0:
			f.Within = n
		case low == "mine" && f.Owner == "":
			f.Owner = userID
		case low == due.Nobody+"'s" && f.Owner == "":
			f.Owner = due.Nobody
		default:
			rest = append(rest, word)
		}
	}
	f.Text = strings.Join(rest, " ")
	return f
}
