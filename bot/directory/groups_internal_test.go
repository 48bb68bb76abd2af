package directory

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"renewbot/bot/lookup"
	"renewbot/bot/renewal"
	"renewbot/bot/taskgroup"
)

// grouped is a directory of one person, whose groups are told by a function, some seconds after a time.
func grouped(t *testing.T, seconds *atomic.Int64, tell func(id string) ([]string, error)) *Directory {
	t.Helper()
	tasks := taskgroup.New()
	t.Cleanup(tasks.Wait)
	d := New(Options{Approvers: []string{"S1"}, Now: func() time.Time { return time.Unix(1_800_000_000+seconds.Load(), 0) }})
	d.self, d.tasks = Workspace{TeamID: "T1"}, tasks
	d.users = lookup.New(peopleTTL, d.now, tasks, func(_ context.Context, id string) (slack.User, error) {
		return slack.User{ID: id, TeamID: "T1"}, nil
	})
	d.groups = lookup.New(peopleTTL, d.now, tasks, func(_ context.Context, id string) ([]string, error) { return tell(id) })
	return d
}

// Whoever has no time left learns nothing, and takes what is known from nobody else.
func TestATimeThatIsOverForgetsNoGroup(t *testing.T) {
	t.Parallel()
	var seconds atomic.Int64
	var down atomic.Bool
	d := grouped(t, &seconds, func(string) ([]string, error) {
		if down.Load() {
			return nil, errors.New("Slack is down")
		}
		return []string{"U1"}, nil
	})
	r := renewal.Request{Votes: []renewal.Vote{{By: "U1"}}}
	if a, err := d.Entitled(t.Context(), "U1", r); err != nil || !a.MayApprove {
		t.Fatalf("%+v, %v", a, err)
	}
	seconds.Add(30)
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if a, err := d.Entitled(over, "U1", r); !errors.Is(err, context.Canceled) || a.MayApprove {
		t.Errorf("without time: %+v, %v", a, err)
	}
	if _, known := d.groups.Kept("S1", lookup.AnyAge); !known {
		t.Error("the group is forgotten")
	}
	d.tasks.Wait()
	down.Store(true)
	seconds.Add(60)
	if a, err := d.Entitled(t.Context(), "U1", r); err == nil || a.MayApprove {
		t.Errorf("what cannot be read: %+v, %v", a, err)
	}
	if _, known := d.groups.Kept("S1", lookup.AnyAge); known {
		t.Error("what cannot be read is still known")
	}
}

// The groups of the policy that the request was asked for under are read anew, too.
func TestGroupsOfAnOlderPolicyAreReadAnew(t *testing.T) {
	t.Parallel()
	var seconds atomic.Int64
	var asked []string
	d := grouped(t, &seconds, func(id string) ([]string, error) {
		asked = append(asked, id)
		return []string{"U1"}, nil
	})
	d.approvers = nil
	r := renewal.Request{Ruling: renewal.Ruling{Ways: []renewal.Way{{Steps: []renewal.Step{{Required: 1, Who: []string{"S9"}}}}}}}
	for range 2 {
		if err := d.groupsOf(t.Context(), "U1", r); err != nil {
			t.Fatal(err)
		}
		seconds.Add(30)
	}
	if !slices.Equal(asked, []string{"S9", "S9"}) {
		t.Errorf("asked about %q", asked)
	}
}
