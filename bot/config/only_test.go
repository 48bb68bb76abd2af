package config

import (
	"errors"
	"maps"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// loadOnly reads some variables of an environment that has nothing else.
func loadOnly(t *testing.T, env map[string]string, variables ...string) (Config, error) {
	t.Helper()
	changes := map[string]string{}
	for name := range minimal() {
		changes[name] = "unset"
	}
	maps.Copy(changes, env)
	_, _ = load(t, changes) // sets the environment
	return LoadOnly(variables...)
}

func TestLoadOnly(t *testing.T) {
	c, err := loadOnly(t, map[string]string{"DATABASE_URL": "sqlite:some.db", "RENEW_DRY_RUN": "perhaps"}, "DATABASE_URL")
	if err != nil {
		t.Fatal(err)
	}
	if got := c.DatabaseURL.Reveal(); got != "sqlite:some.db" {
		t.Errorf("DatabaseURL = %q", got)
	}
}

func TestLoadOnlySaysWhatIsWrongWithThese(t *testing.T) {
	for _, test := range []struct {
		name      string
		env       map[string]string
		variables []string
		want      []string
	}{
		{"wrong", map[string]string{"DATABASE_URL": "mysql:x"}, []string{"DATABASE_URL"}, []string{"DATABASE_URL"}},
		{"its file", map[string]string{"DATABASE_URL_FILE": "/nowhere"}, []string{"DATABASE_URL"}, []string{"DATABASE_URL_FILE"}},
		{"missing", nil, []string{"SLACK_BOT_TOKEN", "RENEW_AUDIT_CHANNEL"}, []string{"SLACK_BOT_TOKEN", "RENEW_AUDIT_CHANNEL"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := loadOnly(t, test.env, test.variables...)
			var problems Problems
			if !errors.As(err, &problems) {
				t.Fatalf("LoadOnly: %v", err)
			}
			var got []string
			for _, p := range problems {
				got = append(got, p.Variable)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("variables with problems (-want +got):\n%s", diff)
			}
		})
	}
}
