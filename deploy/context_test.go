package deploy_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"testing"
)

// TestBuildSeesWhatItNeeds holds Dockerfile.dockerignore against what the compiler reads,
// and against what no build may see.
func TestBuildSeesWhatItNeeds(t *testing.T) {
	t.Parallel()
	var rules []string
	for line := range strings.Lines(content(t, "Dockerfile.dockerignore")) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			rules = append(rules, line)
		}
	}
	needed := append(compiled(t), "go.mod", "go.sum")
	for _, file := range needed {
		if ignored(rules, file) {
			t.Errorf("the build needs %s and does not see it", file)
		}
	}
	for _, file := range []string{
		".env", "deploy/.env", "deploy/secrets/slack-bot-token", "renewbot.db", "bot/renewbot.db", ".git/config",
		"deploy/kubernetes/overlays/example/secrets/database-url", "bin/renewbot", "README.md", "bot/bot_test.go",
	} {
		if !ignored(rules, file) {
			t.Errorf("the build sees %s", file)
		}
	}
	if len(needed) < 100 {
		t.Errorf("the compiler reads only %v", needed)
	}
}

// compiled are the files of ours that go into the program, from the top of the repository.
func compiled(t *testing.T) []string {
	t.Helper()
	top, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "go", "list", "-deps", "-json=Dir,GoFiles,EmbedFiles", ".")
	cmd.Dir, cmd.Env = "..", append(os.Environ(), "CGO_ENABLED=0")
	list, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var files []string
	decoder := json.NewDecoder(bytes.NewReader(list))
	for {
		var p struct {
			Dir                 string
			GoFiles, EmbedFiles []string
		}
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return files
		} else if err != nil {
			t.Fatal(err)
		}
		dir, err := filepath.Rel(top, p.Dir)
		if err != nil || strings.HasPrefix(dir, "..") {
			continue // not ours
		}
		for _, file := range append(p.GoFiles, p.EmbedFiles...) {
			files = append(files, path.Join(filepath.ToSlash(dir), file))
		}
	}
}

// ignored says what the last rule that matches a file, or a directory above it, says.
// https://docs.docker.com/build/concepts/context/#dockerignore-files
func ignored(rules []string, file string) bool {
	is := false
	for _, rule := range rules {
		pattern, back := strings.CutPrefix(rule, "!")
		for at := file; at != "."; at = path.Dir(at) {
			name := at
			anywhere, deep := strings.CutPrefix(pattern, "**/")
			if deep {
				name = path.Base(at)
			}
			if ok, err := path.Match(anywhere, name); err == nil && ok {
				is = !back
				break
			}
		}
	}
	return is
}
