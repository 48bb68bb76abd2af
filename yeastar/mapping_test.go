package yeastar

import (
	"strings"
	"testing"
)

func TestMappingIsSound(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, f := range Mapping() {
		key := f.Answer + " " + f.Name
		if seen[key] || f.Answer == "" || f.Name == "" || len(f.Candidates) == 0 {
			t.Errorf("%q is double or empty", key)
		}
		seen[key] = true
		paths := map[string]bool{}
		for _, c := range f.Candidates {
			if paths[c.Path] || c.Path == "" || strings.Contains(c.Path, "..") {
				t.Errorf("%s: path %q", key, c.Path)
			}
			paths[c.Path] = true
			if c.Certainty != Documented && c.Certainty != Inferred && c.Certainty != Guessed {
				t.Errorf("%s: certainty %q", key, c.Certainty)
			}
		}
	}
}

// TestOrderIDsAreNotGuessed keeps guesses out of the two ids that go into orders.
func TestOrderIDsAreNotGuessed(t *testing.T) {
	t.Parallel()
	for _, f := range []Field{fieldPlanID, fieldServiceID} {
		for _, c := range f.Candidates {
			if c.Certainty != Documented {
				t.Errorf("%s may come from %s, which is %s", f.Name, c.Path, c.Certainty)
			}
		}
	}
}
