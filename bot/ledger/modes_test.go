package ledger

import (
	"testing"

	"renewbot/bot/ledger/pgtest"
)

// The operator may choose in the DATABASE_URL how statements are sent. In these two ways
// the server does not tell what type a value must have before it is sent.
func TestPostgresSendsWithoutAsking(t *testing.T) {
	t.Parallel()
	pgtest.Available(t)
	for _, mode := range []string{"exec", "simple_protocol"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			for _, test := range []func(*testing.T, store){testSubmit, testJobsRestart, testRetry, testFigures, testTrailPages} {
				test(t, postgresStore{sqliteStore{migrated(t) + "&default_query_exec_mode=" + mode}})
			}
		})
	}
}
