package renewal

import "strings"

// escapedAfter are the beginnings of texts that were stored with the vendor's words
// escaped for Slack. No text that is written now begins like this, so an "&amp;" in any
// other text is the vendor's own.
var escapedAfter = []string{
	"The Yeastar Partner Portal refused to answer: ",
	"what was approved could not be checked: The Yeastar Partner Portal refused to answer: ",
}

var unescape = strings.NewReplacer("&amp;", "&", "&lt;", "<", "&gt;", ">", "\u2060", "")

// StoredText is a stored detail of a problem or an entry as plain text. Only for showing:
// what is stored stays as it is, because the audit trail's hashes are made of it.
func StoredText(s string) string {
	for _, begin := range escapedAfter {
		if words, ok := strings.CutPrefix(s, begin); ok {
			return begin + unescape.Replace(words)
		}
	}
	return s
}
