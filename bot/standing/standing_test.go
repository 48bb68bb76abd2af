package standing_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
	"renewbot/bot/standing"
	"renewbot/bot/typed"
)

// late ends a context when something is saved, as one does whose time is up by then.
type late struct{ end func() }

func (l *late) Saved(renewal.Change)                                { l.end() }
func (*late) Wrote(time.Duration, bool)                             {}
func (*late) Ran(renewal.JobKind, ledger.RunOutcome, time.Duration) {}

// What is saved is not said to be not changed, when there is no time left to read it.
func TestWhatIsSavedIsSaidToBe(t *testing.T) {
	t.Parallel()
	observer := &late{end: func() {}}
	l, err := ledger.Open(t.Context(), "sqlite://"+filepath.Join(t.TempDir(), "ledger.db"), ledger.Options{Observer: observer})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	approver := renewal.Actor{UserID: "U1", MayApprove: true}
	if err := l.Deputise(t.Context(), approver, renewal.Actor{UserID: "U2"}, time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	observer.end = cancel
	m, err := standing.Orders{Ledger: l}.Do(ctx, "U1", typed.Command{Verb: typed.DeputyOff})
	if err != nil || !strings.Contains(m.Text, "saved") {
		t.Errorf("says %q, error %v", m.Text, err)
	}
}
