package deploy_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestCompilesElsewhere checks the types of the program for the systems that this machine
// is not. That takes seconds; make release-check builds it for all of them.
func TestCompilesElsewhere(t *testing.T) {
	t.Parallel()
	for system, processor := range map[string]string{"windows": "amd64", "darwin": "arm64"} {
		t.Run(system, func(t *testing.T) {
			t.Parallel()
			cmd := exec.CommandContext(t.Context(), "go", "list", "-deps", "-json=ImportPath,Dir,GoFiles,ImportMap", ".")
			cmd.Dir, cmd.Env = "..", append(os.Environ(), "CGO_ENABLED=0", "GOOS="+system, "GOARCH="+processor)
			list, err := cmd.Output()
			if err != nil {
				t.Fatalf("go list: %v", err)
			}
			c := checker{files: token.NewFileSet(), processor: processor, done: map[string]*types.Package{"unsafe": types.Unsafe}}
			decoder := json.NewDecoder(bytes.NewReader(list))
			for {
				var p listed
				if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
					break
				} else if err != nil {
					t.Fatal(err)
				}
				for _, problem := range c.check(p) {
					t.Error(problem)
				}
			}
			if c.ours < 10 {
				t.Errorf("only %d packages of ours were checked", c.ours)
			}
		})
	}
}

// listed is a package as go list tells of it, after those that it imports.
type listed struct {
	ImportPath, Dir string
	GoFiles         []string
	ImportMap       map[string]string // of those that the standard library brings along
}

type checker struct {
	files     *token.FileSet
	processor string
	done      map[string]*types.Package
	ours      int
}

// check checks a package and returns what is wrong with it. Of other people's packages
// only what can be imported is looked at.
func (c *checker) check(p listed) (problems []error) {
	if p.ImportPath == "unsafe" {
		return nil
	}
	var parsed []*ast.File
	for _, name := range p.GoFiles {
		file, err := parser.ParseFile(c.files, filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			return []error{err}
		}
		parsed = append(parsed, file)
	}
	ours := p.ImportPath == "renewbot" || strings.HasPrefix(p.ImportPath, "renewbot/")
	if ours {
		c.ours++
	}
	checking := types.Config{
		Importer: importer(func(path string) (*types.Package, error) {
			if mapped, ok := p.ImportMap[path]; ok {
				path = mapped
			}
			if known := c.done[path]; known != nil {
				return known, nil
			}
			return nil, fmt.Errorf("%s imports %s, which is not there", p.ImportPath, path)
		}),
		IgnoreFuncBodies: !ours,
		Sizes:            types.SizesFor("gc", c.processor),
		Error:            func(err error) { problems = append(problems, err) },
	}
	c.done[p.ImportPath], _ = checking.Check(p.ImportPath, c.files, parsed, nil) // Error has heard
	return problems
}

type importer func(path string) (*types.Package, error)

func (i importer) Import(path string) (*types.Package, error) { return i(path) }
