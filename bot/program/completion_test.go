package program

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What the shells offer after some words; the last word is being typed.
var completions = []struct {
	name  string
	words []string
	want  []string
}{
	{"a command", []string{"ver"}, []string{"version"}},
	{"a command in a command", []string{"audit", ""}, []string{"export", "show", "verify"}},
	{"flags", []string{"audit", "verify", "-"}, []string{"-channel", "-file"}},
	{"the value of a flag", []string{"audit", "export", "-format", ""}, []string{"csv", "jsonl"}},
	{"a flag after another", []string{"audit", "export", "-format", "csv", "-s"}, []string{"-since"}},
	{"nothing for a free value", []string{"audit", "export", "-since", ""}, nil},
	{"a file as an argument", []string{"restore", "some"}, []string{"some file.db"}},
	{"a file as a value", []string{"audit", "verify", "-file", "so"}, []string{"some file.db"}},
	{"one of a few", []string{"completion", "f"}, []string{"fish"}},
	{"help of a command", []string{"help", "au"}, []string{"audit"}},
	{"help of a command in a command", []string{"help", "audit", "e"}, []string{"export"}},
	{"nothing after a request", []string{"audit", "show", "RNW-1"}, nil},
}

func TestCompletionInBash(t *testing.T) {
	t.Parallel()
	bash := shell(t, "bash")
	for _, test := range completions {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			words := append([]string{"renewbot"}, test.words...)
			var quotedWords []string
			for _, w := range words {
				quotedWords = append(quotedWords, quoted(w))
			}
			script := bashCompletion(places()) + `
COMP_WORDS=(` + strings.Join(quotedWords, " ") + `); COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_renewbot
for reply in "${COMPREPLY[@]}"; do printf '%s\n' "$reply"; done`
			offers(t, test.want, bash, "--norc", "-u", "-c", script)
		})
	}
}

func TestCompletionInFish(t *testing.T) {
	t.Parallel()
	fish := shell(t, "fish")
	for _, test := range completions {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			line := "renewbot " + strings.Join(test.words, " ")
			script := fishCompletion(places()) + "\ncomplete -C " + fishQuoted(line) + ` | string replace -r '\t.*' ''; true`
			offers(t, test.want, fish, "--no-config", "-c", script)
		})
	}
}

func TestCompletionInZshIsAScript(t *testing.T) {
	t.Parallel()
	zsh := shell(t, "zsh")
	for _, test := range completions {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var quotedWords []string
			for _, w := range append([]string{"renewbot"}, test.words...) {
				quotedWords = append(quotedWords, quoted(w))
			}
			// The line editor is not here, so its functions print what they are given.
			script := `compdef() { : }
_describe() { for o in $offered; do if [[ $o == ${words[CURRENT]}* ]]; then print -r -- ${o%%:*}; fi; done }
_files() { for f in ${words[CURRENT]}*(N); do print -r -- $f; done }
` + zshCompletion(places()) + `
words=(` + strings.Join(quotedWords, " ") + `); CURRENT=${#words}
_renewbot`
			offers(t, test.want, zsh, "-f", "-c", script)
		})
	}
}

func shell(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("%s is not installed", name)
	}
	return path
}

// offers runs a script that prints what is offered, beside a file of a certain name.
func offers(t *testing.T, want []string, program string, args ...string) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "some file.db"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Dir, cmd.Env = dir, []string{"HOME=" + dir, "PATH=" + os.Getenv("PATH"), "TERM=dumb"}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	var got []string
	for line := range strings.Lines(string(out)) {
		got = append(got, strings.ReplaceAll(strings.TrimSuffix(line, "\n"), `\ `, " "))
	}
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("offered (-want +got):\n%s", diff)
	}
}
