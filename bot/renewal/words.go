package renewal

import (
	"strings"
	"unicode"
)

// unseen says whether a sign leaves nothing to see where it stands.
func unseen(r rune) bool {
	return r == '\u2800' || // a blank of braille, which is no space for Unicode
		unicode.IsSpace(r) || unicode.In(r, unicode.Cc, unicode.Cf, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point)
}

// Words are what somebody typed as a reason or a comment; empty: there is nothing to see in it.
func Words(typed string) string {
	if strings.IndexFunc(typed, func(r rune) bool { return !unseen(r) }) < 0 {
		return ""
	}
	return strings.TrimSpace(typed)
}
