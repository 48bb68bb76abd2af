package deploy_test

import (
	"crypto/x509"
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"renewbot/bot/ledger/pgtest"
)

func TestMain(m *testing.M) { pgtest.Exit(m.Run()) }

// TestImage builds the last stage of the Dockerfile with buildah and runs what is in it:
// as the image's user, in its root, which is read-only, without privileges. The first
// stage needs an image from a registry, so its program and files come from here.
func TestImage(t *testing.T) {
	t.Parallel()
	buildah := tool(t, "buildah", "buildah")
	for _, name := range []string{"unshare", "setpriv"} {
		tool(t, name, "util-linux")
	}
	if os.Getuid() != 0 {
		t.Skip("only root can build an image with files of other users, and make its root read-only")
	}
	image := builtImage(t, buildah)
	checkImage(t, image)
	t.Run("SQLite", func(t *testing.T) {
		run(t, image, "", "rw")
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		pgtest.Available(t)
		run(t, image, overTCP(t, pgtest.Database(t)), "ro")
	})
}

// image is a built image.
type image struct {
	root   string // its files
	config struct {
		User, WorkingDir, StopSignal string
		Entrypoint, Cmd, Env         []string
		Volumes                      map[string]struct{}
		Healthcheck                  struct{ Test []string }
	}
}

func builtImage(t *testing.T, buildah string) image {
	t.Helper()
	store, stage := t.TempDir(), t.TempDir()
	command := func(args ...string) string {
		t.Helper()
		args = append([]string{"--root", filepath.Join(store, "root"), "--runroot", filepath.Join(store, "run"), "--storage-driver", "vfs"}, args...)
		cmd := exec.CommandContext(t.Context(), buildah, args...)
		var problems strings.Builder
		cmd.Stderr = &problems
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("buildah %v: %v\n%s%s", args, err, out, problems.String())
		}
		return strings.TrimSpace(string(out))
	}
	// What the first stage leaves in /image.
	if err := os.MkdirAll(filepath.Join(stage, "image"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(program(t), filepath.Join(stage, "image", "renewbot")); err != nil {
		t.Fatal(err)
	}
	step := regexp.MustCompile(`(?s)RUN (install .*?[^\\])\n`).FindStringSubmatch(content(t, "Dockerfile"))
	if step == nil {
		t.Fatal("the Dockerfile has no step that lays out the image")
	}
	layout := exec.CommandContext(t.Context(), "sh", "-ec", strings.ReplaceAll(step[1], "/image/", stage+"/image/"))
	if out, err := layout.CombinedOutput(); err != nil {
		t.Fatalf("lay out the image: %v\n%s", err, out)
	}
	command("build", "--quiet", "--pull-never", "--format", "docker", "--isolation", "chroot",
		"--build-context", "build="+stage, "--file", "Dockerfile", "--tag", "renewbot", t.TempDir())
	var told struct {
		Docker struct{ Config json.RawMessage }
	}
	if err := json.Unmarshal([]byte(command("inspect", "--type", "image", "renewbot")), &told); err != nil {
		t.Fatal(err)
	}
	var i image
	if err := json.Unmarshal(told.Docker.Config, &i.config); err != nil {
		t.Fatal(err)
	}
	i.root = command("mount", command("from", "--pull-never", "renewbot"))
	return i
}

func checkImage(t *testing.T, i image) {
	t.Helper()
	c := i.config
	if c.User != imageUser+":"+imageUser || c.WorkingDir != "/var/lib/renewbot" || c.StopSignal != "SIGTERM" {
		t.Errorf("user %s in %s, stopped by %s", c.User, c.WorkingDir, c.StopSignal)
	}
	if _, ok := c.Volumes["/var/lib/renewbot"]; !ok {
		t.Errorf("volumes: %v", c.Volumes)
	}
	if diff := cmp.Diff([]string{"CMD", "/renewbot", "healthy"}, c.Healthcheck.Test); diff != "" {
		t.Errorf("health check (-want +got):\n%s", diff)
	}
	for _, e := range c.Env {
		if !strings.HasPrefix(e, "PATH=") {
			t.Errorf("the image sets %s, which no file may then set", e)
		}
	}
	var files []string
	err := filepath.WalkDir(i.root, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files = append(files, strings.TrimPrefix(path, i.root))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"/etc/group", "/etc/passwd", "/etc/ssl/certs/ca-certificates.crt", "/renewbot"}, files); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	if !x509.NewCertPool().AppendCertsFromPEM([]byte(content(t, i.root+"/etc/ssl/certs/ca-certificates.crt"))) {
		t.Error("there are no certificates")
	}
}
