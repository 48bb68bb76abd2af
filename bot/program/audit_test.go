package program

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"renewbot/bot/ledger"
	"renewbot/bot/ledger/pgtest"
	"renewbot/bot/ledger/year"
)

// The scripts show the commands on SQLite; here they read PostgreSQL while another process
// has the ledger open. The environment is the process's, so this does not run in parallel.
func TestAuditOnPostgres(t *testing.T) {
	url := pgtest.Database(t)
	if err := year.Fill(t.Context(), url, year.Size{Requests: 60, PerRequest: 20, Open: 12}, time.Now()); err != nil {
		t.Fatal(err)
	}
	running, err := ledger.Open(t.Context(), url, ledger.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("DATABASE_URL", url)
	file := filepath.Join(t.TempDir(), "all.jsonl")
	for _, step := range []struct {
		words  string
		code   int
		out    string
		errors string
	}{
		{"audit verify", exitOK, "The audit trail is unbroken: 1200 entries.", ""},
		{"audit export -format jsonl -o " + file, exitOK, "", "1200 entries, from number 1 to 1200."},
		{"audit verify -file " + file, exitOK, "1200 entries, from number 1 to 1200.", ""},
		{"audit export -request RNW-000007", exitOK, ",RNW-000007,", "entries, from number"},
		{"audit show RNW-000001", exitOK, "RNW-000001: ordered", ""},
		{"backup file", exitUsage, "", "pg_dump"},
	} {
		var out, errors bytes.Buffer
		code := dispatch(t.Context(), strings.Fields(step.words), &out, &errors)
		if code != step.code || !strings.Contains(out.String(), step.out) || !strings.Contains(errors.String(), step.errors) {
			t.Errorf("renewbot %s ends with %d\n%s\n%s", step.words, code, &out, &errors)
		}
	}
	if err := running.Close(); err != nil {
		t.Fatal(err)
	}
	var out, errors bytes.Buffer
	if code := dispatch(t.Context(), []string{"restore"}, &out, &errors); code != exitOK || !strings.Contains(out.String(), "The next request is RNW-001061") {
		t.Errorf("renewbot restore ends with %d\n%s\n%s", code, &out, &errors)
	}
}

func TestBuild(t *testing.T) {
	t.Parallel()
	b := thisBuild()
	if b.Version == "" || b.Commit == "" || !strings.HasPrefix(b.Go, "go1.") {
		t.Errorf("this build is %+v", b)
	}
}
