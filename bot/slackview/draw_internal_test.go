package slackview

import (
	"slices"
	"testing"
	"time"

	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
)

// What an entry of no request leads to is what it has as values, whatever its words are.
func TestWhatAnEntryOfNoRequestIsAbout(t *testing.T) {
	t.Parallel()
	_, alarm, err := renewal.Alarm([]int64{3, 1, 3}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		entry renewal.Entry
		want  []int64
	}{
		"an alarm":         {alarm, []int64{1, 3}},
		"a person's words": {renewal.Entry{Code: renewal.CodePaused, Actor: "U2", Detail: map[string]string{renewal.DetailReason: "RNW-000007 is odd"}}, nil},
		"a batch":          {renewal.Entry{Code: renewal.CodeBatchPaused, Detail: map[string]string{renewal.DetailBatch: "RNW-B0002"}}, []int64{-2}},
	} {
		var got []int64
		for _, r := range subjectsOf(c.entry) {
			got = append(got, r.ID)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s is about %v, want %v", name, got, c.want)
		}
	}
}

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
