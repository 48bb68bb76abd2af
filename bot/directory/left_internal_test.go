package directory

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"renewbot/bot/lookup"
	"renewbot/bot/renewal"
	"renewbot/bot/taskgroup"
)

// However often it is asked who may decide, and however many may: Slack is asked about one person at a time, about
// each of them in turn, and not again before a pause.
func TestWhoHasLeftIsLookedAtOneByOne(t *testing.T) {
	t.Parallel()
	var ids, asked []string
	for i := range 40 {
		ids = append(ids, fmt.Sprintf("U%02d", i))
	}
	now := time.Unix(1_800_000_000, 0)
	tasks := taskgroup.New()
	d := New(Options{Approvers: ids, Now: func() time.Time { return now }})
	d.self, d.tasks = Workspace{TeamID: "T1"}, tasks
	d.users = lookup.New(peopleTTL, d.now, tasks, func(_ context.Context, id string) (slack.User, error) {
		asked = append(asked, id) // by one at a time
		return slack.User{ID: id, TeamID: "T1", Deleted: now.Unix() > 1_800_000_000}, nil
	})
	draw := func() int {
		for range 5 {
			people, err := d.Awaited(t.Context(), renewal.Request{}, RequestAge)
			if err != nil {
				t.Fatal(err)
			}
			if len(people)+len(asked) != len(ids) {
				t.Fatalf("%d may decide after %d looks", len(people), len(asked))
			}
			tasks.Wait()
		}
		return len(asked)
	}
	for _, id := range ids {
		if _, err := d.users.Get(t.Context(), id, lookup.AnyAge); err != nil {
			t.Fatal(err)
		}
	}
	asked = nil
	now = now.Add(2 * peopleTTL)
	for i := range ids {
		if _, err := d.Awaited(t.Context(), renewal.Request{}, RequestAge); err != nil {
			t.Fatal(err)
		}
		tasks.Wait()
		if n := draw(); n != i+1 {
			t.Fatalf("%d looks after %d pauses", n, i+1)
		}
		now = now.Add(glancePause)
	}
	slices.Sort(asked)
	if !slices.Equal(asked, ids) {
		t.Errorf("looked at %v", asked)
	}
}
