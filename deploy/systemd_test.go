package deploy_test

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"renewbot/bot"
)

// patience bounds everything that a test waits for, so that nothing hangs.
const patience = 5 * time.Minute

// What README.md promises of SIGTERM: without an order under way, and at most.
const (
	stopsQuickly = 10 * time.Second
	stopsWithin  = bot.StopsWithin
)

func TestReadmeTellsHowLongTheProgramTakesToStop(t *testing.T) {
	t.Parallel()
	readme := strings.Join(strings.Fields(content(t, "../README.md")), " ")
	for _, want := range []string{
		fmt.Sprintf("stops within %.0f seconds of SIGTERM or Ctrl-C", stopsQuickly.Seconds()),
		fmt.Sprintf("at most %.0f seconds in all", stopsWithin.Seconds()),
	} {
		if !strings.Contains(readme, want) {
			t.Errorf("README.md does not say %q", want)
		}
	}
}

// unit is the unit file: the values of each key, in their order.
func unit(t *testing.T) map[string][]string {
	t.Helper()
	values := map[string][]string{}
	for line := range strings.Lines(content(t, "renewbot.service")) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") || strings.HasPrefix(line, "[") {
			continue
		}
		key, value, ok := strings.Cut(line, "=")
		if !ok {
			t.Fatalf("renewbot.service: what is %q?", line)
		}
		values[key] = append(values[key], value)
	}
	return values
}

// assignments splits NAME=VALUE and NAME:VALUE.
func assignments(list []string, separator string) map[string]string {
	split := map[string]string{}
	for _, a := range list {
		name, value, _ := strings.Cut(a, separator)
		split[name] = value
	}
	return split
}

func TestUnitGivesTheSecretsAsFiles(t *testing.T) {
	t.Parallel()
	u := unit(t)
	environment := assignments(u["Environment"], "=")
	checkSettings(t, sorted(environment))
	credentials := assignments(u["LoadCredential"], ":")
	files := map[string]string{}
	for _, path := range environment {
		name := strings.TrimPrefix(path, "%d/")
		files[name] = "/etc/renewbot/" + name
	}
	if diff := cmp.Diff(files, credentials); diff != "" {
		t.Errorf("credentials (-of the environment +loaded):\n%s", diff)
	}
}

func TestUnitWaitsForTheProgramToStop(t *testing.T) {
	t.Parallel()
	stop, err := time.ParseDuration(unit(t)["TimeoutStopSec"][0])
	if err != nil {
		t.Fatal(err)
	}
	if stop <= stopsWithin {
		t.Errorf("TimeoutStopSec=%v, and the program takes up to %v", stop, stopsWithin)
	}
}

// TestUnitIsVerified asks systemd itself.
func TestUnitIsVerified(t *testing.T) {
	t.Parallel()
	analyze := tool(t, "systemd-analyze", "systemd")
	// The program that it looks for need not be installed on this machine.
	text := strings.Replace(content(t, "renewbot.service"), "/usr/local/bin/renewbot", "/bin/true", 1)
	path := filepath.Join(t.TempDir(), "renewbot.service")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), analyze, "verify", path).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("systemd-analyze verify: %v\n%s", err, out)
	}
	const worst = "20" // of 100: an exposure of 2.0
	out, err := exec.CommandContext(t.Context(), analyze, "security", "--offline=true", "--threshold="+worst, path).CombinedOutput()
	if err != nil {
		t.Errorf("systemd-analyze security: %v\n%s", err, out)
	}
	t.Log(strings.TrimSpace(string(out[strings.LastIndex(string(out), "Overall"):])))
}

// TestAdminHasWhatTheServiceHas holds renewbot-admin against the unit.
func TestAdminHasWhatTheServiceHas(t *testing.T) {
	t.Parallel()
	script := content(t, "renewbot-admin")
	properties, environment := map[string][]string{}, map[string]string{}
	for _, m := range regexp.MustCompile(`--(property|setenv)=([A-Za-z_]+)=(\S*) \\`).FindAllStringSubmatch(script, -1) {
		if m[1] == "property" {
			properties[m[2]] = append(properties[m[2]], m[3])
			continue
		}
		environment[m[2]] = strings.Replace(strings.Trim(m[3], `"`), "$credentials/", "%d/", 1)
	}
	u := unit(t)
	for key := range maps.Keys(properties) {
		if diff := cmp.Diff(u[key], properties[key]); diff != "" {
			t.Errorf("%s (-renewbot.service +renewbot-admin):\n%s", key, diff)
		}
	}
	for _, key := range []string{"User", "StateDirectory", "StateDirectoryMode", "WorkingDirectory", "UMask", "EnvironmentFile", "LoadCredential"} {
		if properties[key] == nil {
			t.Errorf("renewbot-admin has no %s", key)
		}
	}
	if diff := cmp.Diff(assignments(u["Environment"], "="), environment); diff != "" {
		t.Errorf("environment (-renewbot.service +renewbot-admin):\n%s", diff)
	}
	if out, err := exec.CommandContext(t.Context(), "sh", "-n", "renewbot-admin").CombinedOutput(); err != nil {
		t.Errorf("sh -n: %v\n%s", err, out)
	}
}
