package ledger

import (
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// testChannelIDs follows channels through several ids, and one that has its old id again.
func testChannelIDs(t *testing.T, s store) {
	l := s.open(t, Options{Policy: policy(1)})
	for _, move := range [][2]string{{"C1", "C2"}, {"CA", "CB"}, {"C2", "C3"}, {"CB", "CA"}} {
		if err := l.ChannelMoved(t.Context(), move[0], move[1], false); err != nil {
			t.Fatal(err)
		}
	}
	got, err := l.ChannelIDs(t.Context())
	if diff := cmp.Diff(map[string]string{"C1": "C3", "C2": "C3", "CB": "CA"}, got); err != nil || diff != "" {
		t.Errorf("%v, ids (-want +got):\n%s", err, diff)
	}
}

// testChannelsAtOnce has many channels change their ids in the same moment.
func testChannelsAtOnce(t *testing.T, s store) {
	l := s.open(t, Options{Policy: policy(1)})
	want := map[string]string{}
	var all sync.WaitGroup
	for i := range 20 {
		from, to := fmt.Sprintf("C%d", i), fmt.Sprintf("D%d", i)
		want[from] = to
		all.Go(func() {
			if err := l.ChannelMoved(t.Context(), from, to, false); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	got, err := l.ChannelIDs(t.Context())
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v, ids (-want +got):\n%s", err, diff)
	}
}

// testChannelBack forgets what was found, and not what Slack has told.
func testChannelBack(t *testing.T, s store) {
	l := s.open(t, Options{Policy: policy(1)})
	for _, err := range []error{
		l.ChannelMoved(t.Context(), "C1", "C2", true), l.ChannelMoved(t.Context(), "C2", "C3", false),
		l.ChannelMoved(t.Context(), "CA", "CB", false),
		l.ChannelBack(t.Context(), "C1"), l.ChannelBack(t.Context(), "CA"), l.ChannelBack(t.Context(), "C9"),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	got, err := l.ChannelIDs(t.Context())
	if diff := cmp.Diff(map[string]string{"C2": "C3", "CA": "CB"}, got); err != nil || diff != "" {
		t.Errorf("%v, ids (-want +got):\n%s", err, diff)
	}
}

// testReaders knows by what was seen last whether everybody reads a channel.
func testReaders(t *testing.T, s store) {
	l := s.open(t, Options{Policy: policy(1)})
	for _, public := range []bool{true, false, true} {
		if err := l.SawReaders(t.Context(), "C1", public); err != nil {
			t.Fatal(err)
		}
		for channel, want := range map[string]bool{"C1": public, "C2": false} {
			if got, err := l.WasPublic(t.Context(), channel); err != nil || got != want {
				t.Errorf("%s is public: %v, %v, want %v", channel, got, err, want)
			}
		}
	}
}

// testNewest is the message by which a channel is known, whichever id it had when that was posted.
func testNewest(t *testing.T, s store) {
	l := s.open(t, Options{Policy: policy(1)})
	for _, p := range []Post{
		{RequestID: 1, Key: "summary", Channel: "C1", TS: "1.0", State: PostShown},
		{RequestID: 1, Key: "card", Channel: "C1", TS: "9.1", State: PostShown}, // in the thread
		{RequestID: -2, Key: "summary", Channel: "C1", TS: "2.0", State: PostShown},
		{RequestID: 3, Key: "summary", Channel: "C1", TS: "8.0", State: PostSending},
		{RequestID: 4, Key: "summary", Channel: "C2", TS: "4.0", State: PostShown},
		{Key: "audit:7", Channel: "C1", TS: "3.0", State: PostShown},
		{Key: "audit_closed", Channel: "C1", TS: "9", State: PostShown},
	} {
		if err := l.SavePost(t.Context(), p); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.ChannelMoved(t.Context(), "C1", "C5", false); err != nil {
		t.Fatal(err)
	}
	for channel, want := range map[string]string{"C1": "3.0", "C2": "4.0", "C5": "3.0", "C6": ""} {
		if p, err := l.Newest(t.Context(), channel); err != nil || p.TS != want {
			t.Errorf("the newest in %s is %q, %v, want %q", channel, p.TS, err, want)
		}
	}
}

// testRequestOfAMessage finds requests and batches by their messages, whatever ids their channels have had.
func testRequestOfAMessage(t *testing.T, s store) {
	l := s.open(t, Options{Policy: policy(1)})
	for _, p := range []Post{
		{RequestID: 7, Key: "summary", Channel: "C1", TS: "1.000001", State: PostShown},
		{RequestID: 7, Key: "card", Channel: "C1", TS: "1.000002", State: PostShown},
		{RequestID: 8, Key: "summary", Channel: "C9", TS: "1.000001", State: PostShown},
		{RequestID: -3, Key: "summary", Channel: "C1", TS: "1.000003", State: PostShown},
		{RequestID: 0, Key: "audit:1", Channel: "C1", TS: "1.000004", State: PostShown},
		{RequestID: 9, Key: "summary", Channel: "C1", State: PostPlanned},
	} {
		if err := l.SavePost(t.Context(), p); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.ChannelMoved(t.Context(), "C1", "C2", false); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		channel, ts, thread string
		want                int64
	}{
		{"C1", "1.000002", "", 7}, {"C2", "1.000002", "", 7}, {"C2", "1.000009", "1.000001", 7}, {"C9", "1.000001", "", 8}, {"C2", "1.000003", "1.000001", -3},
		{"C2", "1.000004", "", 0}, {"C3", "1.000001", "", 0}, {"C1", "", "", 0}, {"C1", "1.000009", "", 0},
	} {
		if got, err := l.RequestAt(t.Context(), c.channel, c.ts, c.thread); err != nil || got != c.want {
			t.Errorf("%+v is %d, %v", c, got, err)
		}
	}
}
