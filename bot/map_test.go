package bot_test

import (
	"cmp"
	"errors"
	"go/build"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"go.yaml.in/yaml/v3"
)

const (
	root   = ".." // the top of the repository
	module = "renewbot"
)

func contributing(t *testing.T) string {
	t.Helper()
	page, err := os.ReadFile(filepath.Join(root, "CONTRIBUTING.md"))
	if err != nil {
		t.Fatal(err)
	}
	return string(page)
}

// The map has every package and no other, each of its arrows is an import, and each import
// is an arrow or follows from several.
func TestMapIsTrue(t *testing.T) {
	t.Parallel()
	_, picture, _ := strings.Cut(contributing(t), "```mermaid\nflowchart")
	picture, _, _ = strings.Cut(picture, "```")
	names, arrows := map[string]string{}, map[string][]string{}
	for _, m := range regexp.MustCompile(`(\w+)\["([^"]+)"\]`).FindAllStringSubmatch(picture, -1) {
		names[m[1]] = m[2]
	}
	for _, m := range regexp.MustCompile(`(?m)^ *(\w+) --> (.+)$`).FindAllStringSubmatch(picture, -1) {
		for to := range strings.SplitSeq(m[2], " & ") {
			arrows[names[m[1]]] = append(arrows[names[m[1]]], names[to])
		}
	}
	imports := importsOfOurs(t)
	if diff := gocmp.Diff(slices.Sorted(maps.Keys(imports)), slices.Sorted(maps.Values(names))); diff != "" {
		t.Errorf("packages (-there are +drawn):\n%s", diff)
	}
	for from, list := range arrows {
		for _, to := range list {
			if !slices.Contains(imports[from], to) {
				t.Errorf("%s --> %s is drawn and is no import", from, to)
			}
		}
	}
	if t.Failed() {
		return // arrows that are no imports may go round in circles
	}
	for from, list := range imports {
		for _, to := range list {
			if !leads(arrows, from, to) {
				t.Errorf("%s --> %s is an import and not drawn", from, to)
			}
		}
	}
}

// The linter has a rule for every package, which allows what the package imports of ours, and nothing else.
func TestEveryArrowIsAllowed(t *testing.T) {
	t.Parallel()
	var file struct {
		Linters struct {
			Settings struct {
				Depguard struct {
					Rules map[string]struct{ Files, Allow []string }
				}
			}
		}
	}
	source, err := os.ReadFile(filepath.Join(root, ".golangci.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(source, &file); err != nil {
		t.Fatal(err)
	}
	allowed := map[string][]string{}
	room := regexp.MustCompile(`^(?:\*\*/(.+)/\*|\$\{config-path\}/(main))\.go$`)
	for name, rule := range file.Linters.Settings.Depguard.Rules {
		for _, glob := range rule.Files {
			m := room.FindStringSubmatch(glob)
			if m == nil {
				continue // what is left out, and the rules that are for everybody
			}
			here := cmp.Or(m[1], module)
			if _, twice := allowed[here]; twice {
				t.Errorf("rule %s is the second for %s", name, here)
			}
			allowed[here] = nil
			for _, path := range rule.Allow {
				allowed[here] = append(allowed[here], strings.TrimPrefix(strings.TrimSuffix(path, "$"), module+"/"))
				if !strings.HasSuffix(path, "$") {
					t.Errorf("rule %s allows everything that begins with %s", name, path)
				}
			}
		}
	}
	if diff := gocmp.Diff(importsOfOurs(t), allowed, cmpopts.SortSlices(strings.Compare)); diff != "" {
		t.Errorf("imports (-there are +allowed):\n%s", diff)
	}
}

// leads says whether arrows lead from one package to another.
func leads(arrows map[string][]string, from, to string) bool {
	return slices.ContainsFunc(arrows[from], func(next string) bool { return next == to || leads(arrows, next, to) })
}

// importsOfOurs lists for each package of ours what it imports of ours, without its tests.
func importsOfOurs(t *testing.T) map[string][]string {
	t.Helper()
	name := func(path string) string { return strings.TrimPrefix(path, module+"/") }
	imports := map[string][]string{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		if base := d.Name(); path != root && (base[0] == '.' || base == "testdata" || base == "node_modules") {
			return filepath.SkipDir
		}
		p, err := build.ImportDir(path, 0)
		if none := (*build.NoGoError)(nil); errors.As(err, &none) {
			return nil
		} else if err != nil {
			return err
		}
		relative, err := filepath.Rel(root, path)
		self := name(filepath.ToSlash(filepath.Join(module, relative)))
		imports[self] = nil
		for _, path := range p.Imports {
			if strings.HasPrefix(path, module+"/") {
				imports[self] = append(imports[self], name(path))
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return imports
}

// The walks and what they jump over name files that exist, and functions that are in them.
func TestWalksExist(t *testing.T) {
	t.Parallel()
	steps := regexp.MustCompile("(?m)^\\| `([\\w/]+\\.go)` \\| ([^|]+) \\|").FindAllStringSubmatch(contributing(t), -1)
	if len(steps) < 20 {
		t.Errorf("found only %d steps", len(steps))
	}
	hops := regexp.MustCompile("(?m)^\\| `[\\w/]+\\.go` \\| `([\\w/]+\\.go)` \\| ([^|]+) \\|").FindAllStringSubmatch(contributing(t), -1)
	if len(hops) < 20 {
		t.Errorf("found only %d hops", len(hops))
	}
	for _, step := range append(steps, hops...) {
		source, err := os.ReadFile(filepath.Join(root, step[1]))
		if err != nil {
			t.Error(err)
		}
		for _, f := range regexp.MustCompile("`(\\w+)`").FindAllStringSubmatch(step[2], -1) {
			if !regexp.MustCompile(`(?m)^func (\([^)]+\) )?` + f[1] + `[(\[]`).Match(source) {
				t.Errorf("%s has no function %s", step[1], f[1])
			}
		}
	}
}

// Every file and directory that the pages name exists.
func TestNamedFilesExist(t *testing.T) {
	t.Parallel()
	named := regexp.MustCompile("`((?:[\\w.]+/)*(?:\\w+\\.(?:go|md|yaml)|\\w+/))`")
	for _, page := range []string{"CONTRIBUTING.md", "bot/README.md", "README.md", "SECURITY.md", "yeastar/README.md"} {
		text, err := os.ReadFile(filepath.Join(root, page))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range named.FindAllStringSubmatch(string(text), -1) {
			here, above := filepath.Join(root, filepath.Dir(page), m[1]), filepath.Join(root, m[1])
			if _, err := os.Stat(here); err != nil {
				if _, err := os.Stat(above); err != nil {
					t.Errorf("%s names %s, which does not exist", page, m[1])
				}
			}
		}
	}
}
