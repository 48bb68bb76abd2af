package deploy_test

import (
	"bytes"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
)

var releaseAll = flag.Bool("release.all", false, "build for every system and processor of goreleaser.yaml instead of for this one")

// mostBytes is how big the program may be at most: 25 MB.
const mostBytes = 25_000_000

// release is the configuration of goreleaser as far as it is used.
// https://goreleaser.com/customization/
type release struct {
	Version     int
	ProjectName string `yaml:"project_name"`
	Dist        string
	Before      struct{ Hooks []string }
	Builds      []struct {
		ID, Main, Binary string
		Env              []string
		Goos, Goarch     []string
		Flags, Ldflags   []string
		ModTimestamp     string `yaml:"mod_timestamp"`
	}
	Archives []struct {
		ID              string
		NameTemplate    string `yaml:"name_template"`
		Formats         []string
		FormatOverrides []struct {
			Goos    string
			Formats []string
		} `yaml:"format_overrides"`
		BuildsInfo struct{ Mtime string } `yaml:"builds_info"`
		Files      []struct {
			Src  string
			Info struct{ Mtime string }
		}
	}
	Checksum struct {
		NameTemplate string `yaml:"name_template"`
		Algorithm    string
	}
	Sboms     []struct{ Artifacts string }
	Changelog struct{ Use, Sort string }
	Release   struct{ Draft bool }
}

func releaseFile(t *testing.T) release {
	t.Helper()
	decoder := yaml.NewDecoder(strings.NewReader(content(t, "goreleaser.yaml")))
	decoder.KnownFields(true)
	var r release
	if err := decoder.Decode(&r); err != nil {
		t.Fatal(err)
	}
	return r
}

// ofRelease are the values that goreleaser's templates have in these tests.
var ofRelease = map[string]string{
	"Version": "1.2.3", "FullCommit": "0123456789abcdef0123456789abcdef01234567", "CommitDate": "2026-01-02T03:04:05Z",
}

// filled fills a template of goreleaser's.
func filled(t *testing.T, template string) string {
	t.Helper()
	return regexp.MustCompile(`\{\{ \.(\w+) \}\}`).ReplaceAllStringFunc(template, func(field string) string {
		value, ok := ofRelease[strings.Trim(field, "{. }")]
		if !ok {
			t.Errorf("what is %s?", field)
		}
		return value
	})
}

// built is the program as a release has it, for this machine; it is built once.
var built = struct {
	sync.Once
	binary []byte
	failed string
}{}

// program is a path of the program as a release has it.
func program(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "renewbot")
	built.Do(func() {
		built.failed = compile(t, path, runtime.GOOS, runtime.GOARCH)
		if built.failed != "" {
			return
		}
		var err error
		if built.binary, err = os.ReadFile(path); err != nil {
			built.failed = err.Error()
		}
	})
	if built.failed != "" {
		t.Fatal(built.failed)
	}
	if err := os.WriteFile(path, built.binary, 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

// compile builds the program as a release does and returns what is wrong with it.
func compile(t *testing.T, to, system, processor string) (failed string) {
	t.Helper()
	b := releaseFile(t).Builds[0]
	args := append([]string{"build", "-o", to, "-buildvcs=false"}, b.Flags...)
	args = append(args, "-ldflags="+filled(t, strings.Join(b.Ldflags, " ")), b.Main)
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Dir, cmd.Env = "..", append(append(os.Environ(), b.Env...), "GOOS="+system, "GOARCH="+processor)
	if out, err := cmd.CombinedOutput(); err != nil {
		return err.Error() + "\n" + string(out)
	}
	return ""
}

func TestReleaseConfiguration(t *testing.T) {
	t.Parallel()
	r := releaseFile(t)
	b, a := r.Builds[0], r.Archives[0]
	if diff := cmp.Diff([][]string{{"linux", "darwin", "windows"}, {"amd64", "arm64"}}, [][]string{b.Goos, b.Goarch}); diff != "" {
		t.Errorf("systems and processors (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"CGO_ENABLED=0"}, b.Env); diff != "" {
		t.Errorf("environment (-want +got):\n%s", diff)
	}
	for _, file := range []string{"Dockerfile", "../Makefile"} {
		if tags := b.Flags[1]; !strings.Contains(content(t, file), tags) {
			t.Errorf("%s builds without %s", file, tags)
		}
	}
	if b.ModTimestamp != "{{ .CommitTimestamp }}" || a.BuildsInfo.Mtime != "{{ .CommitDate }}" {
		t.Errorf("times of the binary %q, in the archive %q, want those of the commit", b.ModTimestamp, a.BuildsInfo.Mtime)
	}
	for _, f := range a.Files {
		if _, err := os.Stat(filepath.Join("..", f.Src)); err != nil || f.Info.Mtime != "{{ .CommitDate }}" {
			t.Errorf("%s: %v, time %q", f.Src, err, f.Info.Mtime)
		}
	}
	if !strings.HasPrefix(r.Dist, "bin/") {
		t.Errorf("it writes to %q, which is a change of the source to git", r.Dist)
	}
}

func TestReleaseBinary(t *testing.T) {
	t.Parallel()
	path := program(t)
	out, err := exec.CommandContext(t.Context(), path, "version").CombinedOutput()
	if err != nil {
		t.Fatalf("version: %v\n%s", err, out)
	}
	for _, want := range []string{"v" + ofRelease["Version"], ofRelease["FullCommit"], ofRelease["CommitDate"]} {
		if !strings.Contains(string(out), want) {
			t.Errorf("version says\n%swithout %s", out, want)
		}
	}
	here, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(built.binary, []byte(here)) {
		t.Errorf("the program holds the path %s of this machine, so another one builds it differently", here)
	}
	t.Logf("%d bytes for %s/%s", len(built.binary), runtime.GOOS, runtime.GOARCH)
	if len(built.binary) > mostBytes {
		t.Errorf("the program has %d bytes, more than %d", len(built.binary), mostBytes)
	}
	if !*releaseAll {
		return
	}
	for _, system := range releaseFile(t).Builds[0].Goos {
		for _, processor := range releaseFile(t).Builds[0].Goarch {
			to := filepath.Join(t.TempDir(), system+"-"+processor)
			if failed := compile(t, to, system, processor); failed != "" {
				t.Errorf("%s/%s: %s", system, processor, failed)
				continue
			}
			info, err := os.Stat(to)
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%d bytes for %s/%s", info.Size(), system, processor)
		}
	}
}
