package dueview

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/slack-go/slack"

	"renewbot/blocks"
	"renewbot/bot/duelist"
	"renewbot/bot/ledger"
)

// TestWhatIsSaidOfAChange never says that nothing was changed when something was, or may be.
func TestWhatIsSaidOfAChange(t *testing.T) {
	t.Parallel()
	l, err := ledger.Open(t.Context(), "sqlite://"+t.TempDir()+"/ledger.db", ledger.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	log := slog.New(slog.DiscardHandler)
	v := &View{lists: duelist.New(duelist.Options{Ledger: l, Log: log}), ledger: l, log: log}
	late, cancel := context.WithCancel(t.Context())
	cancel() // the list cannot be read
	target := blocks.DueTarget{Answer: "https://hooks.slack.com/actions/T1/2/3"}
	broken := errors.New("the database is full")
	for _, c := range []struct {
		err, want error
		say       string
	}{
		{nil, nil, "It is saved. "},
		{fmt.Errorf("mark: %w", ledger.ErrUnclear), nil, "It is not known yet whether this was saved"},
		{broken, broken, ""},
	} {
		o, err := v.saved(late, slack.InteractionCallback{}, target, c.err)
		if !errors.Is(err, c.want) || !strings.HasPrefix(o.Say, c.say) || o.Answer != target.Answer || o.Replace != nil {
			t.Errorf("of %v it is said %+v, %v", c.err, o, err)
		}
	}
}
