package slacksim

import (
	"regexp"
	"testing"

	"pgregory.net/rapid"
)

// What stands between angle brackets is what the expression finds.
func TestAngled(t *testing.T) {
	t.Parallel()
	between := regexp.MustCompile(`<([^<>]+)>`)
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.RuneFrom([]rune("<>a|é\n"))).Draw(t, "text")
		got := angled(text, func(inner string) string { return "[" + inner + "]" })
		if want := between.ReplaceAllString(text, "[$1]"); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	})
}
