package yeastar

import "strings"

// creditWords are signs of a refusal for want of money. What the vendor says then is documented
// nowhere (see README.md, what is not known), so that any of them counts.
var creditWords = []string{"balance", "credit", "insufficient", "fund", "overdue", "unpaid", "payment"}

// MeansCredit says whether a refusal may be for want of money, by its code and words: whatever is
// ordered next will probably be refused, too. It is a guess, and nothing but a pause may depend on it.
func MeansCredit(code, detail string) bool {
	words := strings.ToLower(code + " " + detail)
	for _, w := range creditWords {
		if strings.Contains(words, w) {
			return true
		}
	}
	return false
}
