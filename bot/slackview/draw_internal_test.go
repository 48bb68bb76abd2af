package slackview

import (
	"testing"
	"time"

	"renewbot/bot/ledger"
)

func TestACardThatShowsWhatHappenedIsChangedWithoutHurry(t *testing.T) {
	t.Parallel()
	last := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	shown := func(after time.Duration) ledger.Post {
		return ledger.Post{State: ledger.PostShown, UpdatedAt: last.Add(after)}
	}
	for name, c := range map[string]struct {
		post  ledger.Post
		after time.Duration
		want  bool
	}{
		"all cards are drawn again":      {shown(time.Second), time.Hour, true},
		"something has just happened":    {shown(-time.Hour), 0, false},
		"it was drawn at that moment":    {shown(time.Second), quiet - 1, false},
		"Slack was away for hours":       {shown(-time.Hour), 2 * time.Hour, false},
		"it is in Slack for nobody":      {ledger.Post{State: ledger.PostFailed, UpdatedAt: last.Add(time.Second)}, time.Hour, false},
		"it has never been tried before": {ledger.Post{}, time.Hour, false},
	} {
		if got := showsAll(c.post, last, last.Add(c.after)); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
