package bot_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"renewbot/bot/ledger/year"
	"renewbot/bot/sandbox"
)

// BenchmarkYearInSlack is what people wait for in Slack after a year, with 20,000
// requests and 400,000 audit entries in an SQLite file: from typing the command to the
// answer.
func BenchmarkYearInSlack(b *testing.B) {
	url := "sqlite://" + filepath.Join(b.TempDir(), "year.db")
	if err := year.Fill(b.Context(), url, year.Full, time.Now()); err != nil {
		b.Fatal(err)
	}
	w := quiet(b, func(o *sandbox.Options) { o.DatabaseURL = url })
	for _, c := range []struct{ name, who, text, want string }{
		{"list of a requester", sandbox.Alice, "/renew list", "RNW-0199"},
		{"list of an approver", sandbox.Bob, "/renew list", "RNW-0199"},
		{"status", sandbox.Alice, "/renew status RNW-010000", "RNW-010000"},
		{"refused", sandbox.Gina, "/renew list", "guests"},
	} {
		b.Run(c.name, func(b *testing.B) {
			who := w.as(c.who)
			var took []time.Duration
			for b.Loop() {
				began := time.Now()
				told := who.command(sandbox.Renewals, c.text)
				took = append(took, time.Since(began))
				if !strings.Contains(strings.ToLower(told), strings.ToLower(c.want)) {
					b.Fatalf("%s told: %s", c.text, told)
				}
			}
			report(b, took)
		})
	}
}
