package blocks_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"

	"renewbot/blocks"
	"renewbot/bot/slacksim/blockkit"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestGolden holds every message and view, in every state, against its golden file and
// against what Slack accepts.
func TestGolden(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, shown := range everything() {
		file := shown.name + ".golden.json"
		seen[file] = true
		t.Run(shown.name, func(t *testing.T) {
			t.Parallel()
			for _, p := range problems(t, shown.what) {
				t.Error(p)
			}
			path := filepath.Join("testdata", file)
			got := pretty(t, shown.what)
			if *update {
				if err := os.WriteFile(path, got, 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatalf("%v (go test ./blocks -update writes it)", err)
			}
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", path, diff)
			}
		})
	}
	files, err := filepath.Glob("testdata/*.golden.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !seen[filepath.Base(f)] {
			t.Errorf("%s belongs to nothing that is shown", f)
		}
	}
}

// problems says what Slack would refuse.
func problems(t testing.TB, v any) []blockkit.Problem {
	t.Helper()
	switch v := v.(type) {
	case blocks.Message:
		return blockkit.ValidateMessage(marshal(t, v.Blocks), v.Text)
	case slack.ModalViewRequest, slack.HomeTabViewRequest:
		return blockkit.ValidateView(marshal(t, v))
	case blocks.OptionsResponse:
		return blockkit.ValidateOptions(marshal(t, v))
	}
	t.Fatalf("%T is nothing that Slack shows", v)
	return nil
}

func marshal(t testing.TB, v any) []byte {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// pretty is v as indented JSON in which invisible characters can be seen.
func pretty(t testing.TB, v any) []byte {
	t.Helper()
	if m, ok := v.(blocks.Message); ok {
		v = struct {
			Text   string        `json:"text"`
			Blocks []slack.Block `json:"blocks"`
		}{m.Text, m.Blocks}
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for _, c := range b.String() {
		if unicode.Is(unicode.Cf, c) && c <= 0xFFFF {
			fmt.Fprintf(&out, `\u%04x`, c)
			continue
		}
		out.WriteRune(c)
	}
	return []byte(out.String())
}
