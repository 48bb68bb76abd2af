package audit_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"renewbot/bot/audit"
	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
)

const channel = "C0AUDIT"

// recorded is a ledger with n entries of no request, an hour and a half old, and the
// posts that the channel should have of them.
func recorded(t *testing.T, n int) (*ledger.Ledger, []audit.Post) {
	t.Helper()
	l, err := ledger.Open(t.Context(), "sqlite://"+filepath.Join(t.TempDir(), "ledger.db"), ledger.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	for range n {
		if err := l.Record(t.Context(), renewal.Entry{At: begin, Code: renewal.CodeDenied, Actor: "U0EVE"}); err != nil {
			t.Fatal(err)
		}
	}
	entries, err := l.EntriesAfter(t.Context(), 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	var posts []audit.Post
	for _, e := range entries {
		posts = append(posts, audit.Post{TS: fmt.Sprintf("%d.0", e.Seq), Seq: e.Seq, Hash: e.Hash[:8], Ours: true})
	}
	return l, posts
}

// shows is a channel with these posts, a few at a time.
func shows(posts []audit.Post) audit.Channel {
	return func(_ context.Context, f func([]audit.Post) error) error {
		for i := 0; i < len(posts); i += 3 {
			if err := f(posts[i:min(i+3, len(posts))]); err != nil {
				return err
			}
		}
		return nil
	}
}

func TestCompareNamesWhatIsMissingAndWhy(t *testing.T) {
	t.Parallel()
	l, posts := recorded(t, 12)
	save := func(seq int64, where string, state ledger.PostState) {
		if err := l.SavePost(t.Context(), ledger.Post{Key: fmt.Sprint("audit:", seq), Channel: where, State: state}); err != nil {
			t.Fatal(err)
		}
	}
	save(2, channel, ledger.PostShown)
	save(3, channel, ledger.PostShown)
	save(4, "C0OLD", ledger.PostShown)
	save(6, channel, ledger.PostFailed)
	save(9, channel, ledger.PostSending)
	there := []audit.Post{posts[11], posts[0], posts[4], posts[4], posts[6], posts[7], posts[10]}
	var got []string
	c, err := audit.Compare(t.Context(), l, channel, shows(there), begin.Add(2*time.Hour), func(s string) { got = append(got, s) })
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"missing: each of the entries 2 to 3 was posted there and is gone, or Slack does not show messages that old any more",
		"missing: entry 4 was posted to another channel, C0OLD",
		"missing: entry 6 was refused by Slack",
		"missing: each of the entries 9 to 10 was never posted",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("differences (-want +got):\n%s", diff)
	}
	if want := (audit.Compared{Entries: 12, Agreed: 6, Problems: 4}); c != want {
		t.Errorf("compared: %+v, want %+v", c, want)
	}

	// What is young may still be on its way.
	c, err = audit.Compare(t.Context(), l, channel, shows(posts[:8]), begin.Add(10*time.Minute), func(s string) { t.Error(s) })
	if err != nil {
		t.Fatal(err)
	}
	if want := (audit.Compared{Entries: 12, Agreed: 8, Waiting: 4}); c != want {
		t.Errorf("compared: %+v, want %+v", c, want)
	}
}

func TestCompareManyEntries(t *testing.T) {
	t.Parallel()
	const n = 1200 // more than are asked for at once
	l, posts := recorded(t, n)
	var got []string
	there := append(append([]audit.Post{}, posts[:99]...), posts[1150:]...)
	c, err := audit.Compare(t.Context(), l, channel, shows(there), begin.Add(2*time.Hour), func(s string) { got = append(got, s) })
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"missing: each of the entries 100 to 1150 was never posted"}, got); diff != "" {
		t.Errorf("differences (-want +got):\n%s", diff)
	}
	if want := (audit.Compared{Entries: n, Agreed: 149, Problems: 1}); c != want {
		t.Errorf("compared: %+v, want %+v", c, want)
	}
}

func TestCompareStopsWhenSlackFails(t *testing.T) {
	t.Parallel()
	l, _ := recorded(t, 3)
	down := errors.New("down")
	_, err := audit.Compare(t.Context(), l, channel, func(context.Context, func([]audit.Post) error) error { return down }, begin, func(s string) {
		t.Errorf("half a channel was compared: %s", s)
	})
	if !errors.Is(err, down) {
		t.Errorf("Compare: %v", err)
	}
}
