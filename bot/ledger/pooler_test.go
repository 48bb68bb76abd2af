package ledger

import (
	"strings"
	"testing"

	"renewbot/bot/ledger/pgtest"
)

// pooled is what a pooler could spoil: transactions, statements that are used again, jobs
// and who works them. All the rest is the same statements.
var pooled = map[string][]func(*testing.T, store){
	"transaction": {
		testSubmit, testAtomic, testManyApprovers, testHostile, testJobsRun, testJobsRestart, testTimers, testRetry,
		testSyncWhileRunning, testStopCancels, testFigures, testTrailPages,
	},
	"session": {testSubmit, testManyApprovers, testJobsRun, testJobsRestart},
}

// Behind PgBouncer the ledger works as it does without, whether it pools sessions or
// transactions.
func TestPostgresBehindPooler(t *testing.T) {
	t.Parallel()
	pgtest.Available(t)
	for mode, tests := range pooled {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			for _, test := range tests {
				test(t, postgresStore{sqliteStore{pgtest.Pooler(t, migrated(t), mode)}})
			}
		})
	}
}

func TestPostgresBehindPoolerOfStatements(t *testing.T) {
	t.Parallel()
	_, err := Open(t.Context(), pgtest.Pooler(t, pgtest.Database(t), "statement"), Options{})
	if err == nil || !strings.Contains(err.Error(), "let it pool sessions or transactions, not statements") {
		t.Error(err)
	}
}

// A pooler is told from a server, and readers go through it as well.
func TestPostgresKnowsPooler(t *testing.T) {
	t.Parallel()
	direct := pgtest.Database(t)
	pooled := pgtest.Pooler(t, direct, "transaction")
	for url, want := range map[string]bool{direct: false, pooled: true} {
		l := sqliteStore{url}.open(t, Options{Policy: policy(1)})
		if got := l.engine.(*postgresEngine).config.pooler; got != want {
			t.Errorf("pooler %v, want %v", got, want)
		}
		verify(t, sqliteStore{url}.open(t, Options{ReadOnly: true}))
	}
}
