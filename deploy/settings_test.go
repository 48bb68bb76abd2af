// Package deploy_test holds the files of an installation against the program that they
// install, with the real tools where this machine has them.
package deploy_test

import (
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"renewbot/bot/config"
)

// imageUser is the user of the image by number: user and group.
const imageUser = "65532"

// checkSettings wants each name of an environment to be a variable of the program, and
// each secret to come from a file.
func checkSettings(t *testing.T, names []string) {
	t.Helper()
	secret := map[string]bool{}
	for _, v := range config.Variables() {
		secret[v.Name] = v.Secret
	}
	for _, name := range names {
		plain, fromFile := strings.CutSuffix(name, "_FILE")
		isSecret, known := secret[plain]
		switch {
		case !known:
			t.Errorf("%s is not a variable of the program", name)
		case fromFile && !isSecret:
			t.Errorf("%s: only secrets can come from files", name)
		case !fromFile && isSecret:
			t.Errorf("%s is a secret and stands in the open", name)
		}
	}
	for _, v := range config.Variables() {
		if v.Required && v.Secret && !slices.Contains(names, v.Name+"_FILE") {
			t.Errorf("%s is required and is not given", v.Name+"_FILE")
		}
	}
}

// openSettings wants each name to be a variable that is no secret.
func openSettings(t *testing.T, names []string) {
	t.Helper()
	for _, name := range names {
		if !slices.ContainsFunc(config.Variables(), func(v config.Variable) bool { return v.Name == name && !v.Secret }) {
			t.Errorf("%s is no variable of the program, or a secret", name)
		}
	}
}

// sorted are the names of an environment.
func sorted[V any](environment map[string]V) []string {
	return slices.Sorted(maps.Keys(environment))
}

func content(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// tool finds a program or skips the test.
func tool(t *testing.T, name, debianPackage string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("%s is missing (Debian: apt-get install %s)", name, debianPackage)
	}
	return path
}
