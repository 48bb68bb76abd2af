package deploy_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
)

// compose is what the tests look at in a compose file.
// https://docs.docker.com/reference/compose-file/
type compose struct {
	Services map[string]service
	Secrets  map[string]struct{ File string }
	Volumes  map[string]any
	Networks map[string]struct{ Internal bool }
}

type service struct {
	Build       struct{ Context, Dockerfile string }
	Image       string
	EnvFile     string `yaml:"env_file"`
	Environment map[string]string
	Secrets     []string
	Volumes     []string
	Tmpfs       []string
	Networks    []string
	User        string
	ReadOnly    bool     `yaml:"read_only"`
	CapDrop     []string `yaml:"cap_drop"`
	SecurityOpt []string `yaml:"security_opt"`
	Restart     string
	StopGrace   time.Duration `yaml:"stop_grace_period"`
	Healthcheck struct {
		Test    []string
		Timeout time.Duration
	}
	Deploy    struct{ Replicas int }
	DependsOn map[string]struct{ Condition string } `yaml:"depends_on"`
}

func composeFile(t *testing.T, path string) compose {
	t.Helper()
	var c compose
	if err := yaml.Unmarshal([]byte(content(t, path)), &c); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return c
}

func TestCompose(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"compose.yaml", "compose.postgres.yaml"} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			c := composeFile(t, path)
			for name, s := range c.Services {
				checkConfined(t, name, s)
				for _, secret := range s.Secrets {
					if got, want := c.Secrets[secret].File, "secrets/"+secret; got != want {
						t.Errorf("%s: the secret %s is in %q, want %q", name, secret, got, want)
					}
				}
			}
			bot := c.Services["renewbot"]
			checkSettings(t, sorted(bot.Environment))
			var given []string
			for _, file := range bot.Environment {
				given = append(given, strings.TrimPrefix(file, "/run/secrets/"))
			}
			slices.Sort(given)
			if diff := cmp.Diff(given, slices.Sorted(slices.Values(bot.Secrets))); diff != "" {
				t.Errorf("secrets (-of the environment +of the service):\n%s", diff)
			}
			if diff := cmp.Diff([]string{"CMD", "/renewbot", "healthy"}, bot.Healthcheck.Test); diff != "" {
				t.Errorf("health check (-want +got):\n%s", diff)
			}
			if bot.User != imageUser+":"+imageUser {
				t.Errorf("the user is %s, and %s in the image", bot.User, imageUser)
			}
			if bot.StopGrace <= stopsWithin {
				t.Errorf("it is killed after %v, and takes up to %v to stop", bot.StopGrace, stopsWithin)
			}
			if bot.EnvFile != ".env" || bot.Build.Context != ".." || bot.Build.Dockerfile != "deploy/Dockerfile" {
				t.Errorf("environment of %s, build of %+v", bot.EnvFile, bot.Build)
			}
		})
	}
}

func checkConfined(t *testing.T, name string, s service) {
	t.Helper()
	if !s.ReadOnly || !slices.Equal(s.CapDrop, []string{"ALL"}) || !slices.Contains(s.SecurityOpt, "no-new-privileges:true") {
		t.Errorf("%s: read_only %t, cap_drop %v, security_opt %v", name, s.ReadOnly, s.CapDrop, s.SecurityOpt)
	}
	if uid, _, _ := strings.Cut(s.User, ":"); uid == "" || uid == "0" || uid == "root" {
		t.Errorf("%s runs as %q", name, s.User)
	}
	if s.Restart != "unless-stopped" || len(s.Healthcheck.Test) == 0 {
		t.Errorf("%s: restart %q, health check %v", name, s.Restart, s.Healthcheck.Test)
	}
	for _, v := range s.Volumes {
		if strings.HasPrefix(v, "/") || strings.HasPrefix(v, ".") {
			t.Errorf("%s sees the machine's %s", name, v)
		}
	}
}

func TestComposeKeepsTheLedger(t *testing.T) {
	t.Parallel()
	one := composeFile(t, "compose.yaml")
	if diff := cmp.Diff([]string{"ledger:/var/lib/renewbot"}, one.Services["renewbot"].Volumes); diff != "" {
		t.Errorf("volumes with SQLite (-want +got):\n%s", diff)
	}
	if n := one.Services["renewbot"].Deploy.Replicas; n > 1 {
		t.Errorf("%d replicas on one file", n)
	}
	two := composeFile(t, "compose.postgres.yaml")
	bot, database := two.Services["renewbot"], two.Services["postgres"]
	if bot.Deploy.Replicas != 2 || bot.DependsOn["postgres"].Condition != "service_healthy" {
		t.Errorf("%d replicas, which wait for %v", bot.Deploy.Replicas, bot.DependsOn)
	}
	if bot.Environment["DATABASE_URL_FILE"] == "" {
		t.Error("the replicas have no DATABASE_URL_FILE")
	}
	if diff := cmp.Diff([]string{"postgres:/var/lib/postgresql/data"}, database.Volumes); diff != "" {
		t.Errorf("volumes of PostgreSQL (-want +got):\n%s", diff)
	}
	if !two.Networks["database"].Internal || !slices.Equal(database.Networks, []string{"database"}) {
		t.Errorf("the database is in %v", database.Networks)
	}
}
