package blocks

import (
	"encoding/json"
	"testing"
	"unicode"

	"pgregory.net/rapid"
)

// TestCleanTextIsLeftAlone: what isClean lets pass is what the long way makes of it, and what is
// told of its length in JSON is never too little.
func TestCleanTextIsLeftAlone(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringOf(rapid.OneOf(rapid.RuneFrom([]rune(" aZ~!\t\n\"<&\\\u00a0é\u200bא𝄞")), rapid.RuneFrom(nil, unicode.ASCII_Hex_Digit))).Draw(t, "text")
		// A sign that is no ASCII takes the long way, and is cut off again.
		long := []rune(cleanTo(s+"é", limitMessageText))
		if isClean(s) && string(long[:len(long)-1]) != s {
			t.Errorf("%q is not clean: %q", s, string(long))
		}
		raw, err := json.Marshal(s)
		if err != nil || len(raw)-len(`""`) > inJSON(s) {
			t.Errorf("%q takes %d bytes in JSON, not %d (%v)", s, len(raw), inJSON(s), err)
		}
		some := options([]Choice{{ID: "id", Label: s + "x", Detail: s}}, limitOptions)
		raw, err = json.Marshal(OptionsResponse{some})
		if err != nil || len(raw) > longest(some) {
			t.Errorf("%s is longer than %d bytes (%v)", raw, longest(some), err)
		}
	})
}
