package ledger

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// testChannelIDs follows channels through several ids, and one that has its old id again.
func testChannelIDs(t *testing.T, s store) {
	l := s.open(t, Options{Policy: policy(1)})
	for _, move := range [][2]string{{"C1", "C2"}, {"CA", "CB"}, {"C2", "C3"}, {"CB", "CA"}} {
		if err := l.ChannelMoved(t.Context(), move[0], move[1]); err != nil {
			t.Fatal(err)
		}
	}
	got, err := l.ChannelIDs(t.Context())
	if diff := cmp.Diff(map[string]string{"C1": "C3", "C2": "C3", "CB": "CA"}, got); err != nil || diff != "" {
		t.Errorf("%v, ids (-want +got):\n%s", err, diff)
	}
}

// testParents are the messages by which a channel is known, the newest first.
func testParents(t *testing.T, s store) {
	l := s.open(t, Options{Policy: policy(1)})
	for _, p := range []Post{
		{RequestID: 1, Key: "summary", Channel: "C1", TS: "1.0", State: PostShown},
		{RequestID: 1, Key: "card", Channel: "C1", TS: "1.1", State: PostShown}, // in the thread
		{RequestID: -2, Key: "summary", Channel: "C1", TS: "2.0", State: PostShown},
		{RequestID: 3, Key: "summary", Channel: "C1", TS: "", State: PostSending},
		{RequestID: 4, Key: "summary", Channel: "C2", TS: "4.0", State: PostShown},
		{Key: "audit:7", Channel: "C1", TS: "3.0", State: PostShown},
		{Key: "audit_closed", Channel: "C1", TS: "9", State: PostShown},
	} {
		if err := l.SavePost(t.Context(), p); err != nil {
			t.Fatal(err)
		}
	}
	posts, err := l.Parents(t.Context(), "C1", 2)
	var got []string
	for _, p := range posts {
		got = append(got, p.TS)
	}
	if diff := cmp.Diff([]string{"3.0", "2.0"}, got); err != nil || diff != "" {
		t.Errorf("%v, messages (-want +got):\n%s", err, diff)
	}
}
