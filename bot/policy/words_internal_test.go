package policy

import (
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestWords compares what looks like a name, and like a holder's id, with the regular expressions
// that say it shorter.
func TestWords(t *testing.T) {
	t.Parallel()
	name := regexp.MustCompile(`^[\pL\pN _.-]{1,40}$`)
	id := regexp.MustCompile(`^[A-Za-z-]*[0-9][A-Za-z0-9-]{1,40}$`)
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(
			rapid.StringMatching(`[A-Za-z-]{0,3}[0-9]?[A-Za-z0-9-]{0,42}[ü₂_.\n]?`),
			rapid.Map(rapid.SliceOfN(rapid.SampledFrom([]string{"a", "Ж", "٣", "½", " ", "_", ".", "-", "0", "\n", "\xff", "!"}), 0, 45),
				func(s []string) string { return strings.Join(s, "") }),
		).Draw(t, "text")
		if got, want := harmless(s), name.MatchString(s); got != want {
			t.Errorf("%q looks like a name: %v, want %v", s, got, want)
		}
		if got, want := HolderID(s), id.MatchString(s); got != want {
			t.Errorf("%q looks like an id: %v, want %v", s, got, want)
		}
	})
}
