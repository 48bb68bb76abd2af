package ledger

import (
	"io/fs"
	"strings"
	"testing"
)

// A migration says the same with the line ends of Windows.
func TestMigrationsWithOtherLineEnds(t *testing.T) {
	t.Parallel()
	names, err := fs.Glob(migrations, "migrations/*/*.sql")
	if err != nil || len(names) == 0 {
		t.Fatalf("there are %d migrations, %v", len(names), err)
	}
	for _, name := range names {
		raw, err := migrations.ReadFile(name)
		must(t, err)
		text := strings.ReplaceAll(string(raw), "\r\n", "\n")
		up, down, ok := halves(text)
		otherUp, otherDown, alsoOK := halves(strings.ReplaceAll(text, "\n", "\r\n"))
		if !ok || !alsoOK || otherUp != up || otherDown != down {
			t.Errorf("%s is read as %v with its line ends, as %v with those of Windows", name, ok, alsoOK)
		}
	}
}
