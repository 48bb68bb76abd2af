package config

import (
	"errors"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var assignment = regexp.MustCompile(`^(#?)([A-Z][A-Z_]*)=(.*)$`)

func TestEnvExampleIsComplete(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile("../../deploy/env.example")
	if err != nil {
		t.Fatal(err)
	}
	type line struct {
		Name, Value string
		Active      bool // not commented out
	}
	var got, want []line
	comment := 0
	for text := range strings.Lines(string(content)) {
		text = strings.TrimSuffix(text, "\n")
		m := assignment.FindStringSubmatch(text)
		switch {
		case m != nil:
			got = append(got, line{m[2], m[3], m[1] == ""})
			if comment < 1 || comment > 2 {
				t.Errorf("%s has %d lines of comment, want 1 or 2", m[2], comment)
			}
			comment = 0
		case strings.HasPrefix(text, "# "):
			comment++
		case text == "":
			comment = 0
		default:
			t.Errorf("line is neither comment nor variable: %s", text)
		}
	}
	for _, v := range Variables() {
		want = append(want, line{v.Name, v.Default, v.Required})
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("deploy/env.example (-want +got):\n%s", diff)
	}
}

// The defaults in the documentation are the ones that hold.
func TestDefaultsAreValid(t *testing.T) {
	changes := map[string]string{}
	for _, v := range Variables() {
		if v.Help == "" {
			t.Errorf("%s has no help", v.Name)
		}
		if v.Required && v.Default != "" {
			t.Errorf("%s is required and has a default", v.Name)
		}
		if !v.Required {
			changes[v.Name] = v.Default
		}
	}
	explicit, err := load(t, changes)
	if err != nil {
		t.Fatal(err)
	}
	implicit, err := load(t, nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(implicit, explicit); diff != "" {
		t.Errorf("defaults written out (-implicit +explicit):\n%s", diff)
	}
}

// The README's table follows a line "<!-- configuration -->" and has the variables in
// the first column, the default or the word required in the second.
func TestReadmeTableIsComplete(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile("../../README.md")
	if errors.Is(err, fs.ErrNotExist) {
		return // nothing is documented wrongly
	}
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(content), "<!-- configuration -->")
	if !found {
		return
	}
	for _, fault := range tableFaults(rest) {
		t.Error("README.md: " + fault)
	}
}

func TestTableFaults(t *testing.T) {
	t.Parallel()
	var rows strings.Builder
	for _, v := range Variables() {
		value := "empty"
		switch {
		case v.Required:
			value = "required"
		case v.Default != "":
			value = "`" + v.Default + "`"
		}
		rows.WriteString("| `" + v.Name + "` | " + value + " | text |\n")
	}
	const head = "\n\n| Variable | Default | Meaning |\n|---|---|---|\n"
	if faults := tableFaults(head + rows.String() + "\n`LOG_LEVEL` again\n"); len(faults) > 0 {
		t.Errorf("faults of a good table: %q", faults)
	}
	for name, table := range map[string]string{
		"none":          "\n\ntext\n",
		"missing row":   head + strings.Replace(rows.String(), "| `LOG_LEVEL` | `info` | text |\n", "", 1),
		"wrong default": head + strings.Replace(rows.String(), "`72h`", "`71h`", 1),
		"not required":  head + strings.Replace(rows.String(), "required", "empty", 1),
		"unknown":       head + rows.String() + "| `RENEW_MAGIC` | `1` | text |\n",
	} {
		if len(tableFaults(table)) == 0 {
			t.Errorf("%s: no fault found", name)
		}
	}
}

var inCode = regexp.MustCompile("`([^`]*)`")

// tableFaults holds the first table of a text against the variables.
func tableFaults(text string) []string {
	type row struct {
		defaults []string
		text     string
	}
	rows := map[string]row{}
	inTable := false
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "|") {
			if inTable {
				break
			}
			continue
		}
		inTable = true
		cells := strings.Split(line, "|")
		if len(cells) < 4 {
			continue
		}
		r := row{text: cells[2]}
		for _, m := range inCode.FindAllStringSubmatch(cells[2], -1) {
			r.defaults = append(r.defaults, m[1])
		}
		for _, m := range inCode.FindAllStringSubmatch(cells[1], -1) {
			rows[m[1]] = r
		}
	}
	var faults []string
	for _, v := range Variables() {
		r, ok := rows[v.Name]
		switch {
		case !ok:
			faults = append(faults, "the configuration table has no row for "+v.Name)
		case v.Required && !strings.Contains(r.text, "required"):
			faults = append(faults, "the configuration table does not call "+v.Name+" required")
		case v.Default != "" && !slices.Contains(r.defaults, v.Default):
			faults = append(faults, "the configuration table does not give `"+v.Default+"` as default of "+v.Name)
		}
		delete(rows, v.Name)
		if v.Secret {
			delete(rows, v.Name+"_FILE")
		}
	}
	for name := range rows {
		faults = append(faults, "the configuration table has a row for "+name+", which does not exist")
	}
	return faults
}
