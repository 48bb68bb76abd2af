package ledger

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"renewbot/bot/renewal"
)

// testEachEntry reads a trail of several pages whose entries are a minute apart, each
// tenth of another request.
func testEachEntry(t *testing.T, s store) {
	const made = 2*entryPage + 500
	l := s.open(t, Options{Policy: policy(1)})
	begin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	err := l.change(t.Context(), "fill", func(in tx) error {
		for i := range made {
			e := renewal.Entry{RequestID: int64(i % 10), At: begin.Add(time.Duration(i) * time.Minute), Code: "x", Actor: "U1"}
			if err := appendEntry(t.Context(), in, &e); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	at := func(seq int) time.Time { return begin.Add(time.Duration(seq-1) * time.Minute) }
	for _, test := range []struct {
		name   string
		filter EntryFilter
		want   string
	}{
		{"all", EntryFilter{}, fmt.Sprintf("%d from 1 to %d", made, made)},
		{"since", EntryFilter{Since: at(made - 5)}, fmt.Sprintf("6 from %d to %d", made-5, made)},
		{"since between two", EntryFilter{Since: at(made - 5).Add(time.Second)}, fmt.Sprintf("5 from %d to %d", made-4, made)},
		{"until", EntryFilter{Until: at(7)}, "6 from 1 to 6"},
		{"between", EntryFilter{Since: at(500), Until: at(1701)}, "1201 from 500 to 1700"},
		{"a request", EntryFilter{RequestID: 3}, fmt.Sprintf("%d from 4 to %d", made/10, made-6)},
		{"a request between", EntryFilter{RequestID: 3, Since: at(5), Until: at(25)}, "2 from 14 to 24"},
		{"after the end", EntryFilter{Since: at(made + 1)}, "0 from 0 to 0"},
		{"before the beginning", EntryFilter{Until: at(1)}, "0 from 0 to 0"},
		{"no time", EntryFilter{Since: at(20), Until: at(10)}, "0 from 0 to 0"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var n, first, last int64
			err := l.EachEntry(t.Context(), test.filter, func(e renewal.Entry) error {
				if n == 0 {
					first = e.Seq
				}
				if e.Seq <= last {
					t.Errorf("entry %d comes after entry %d", e.Seq, last)
				}
				n, last = n+1, e.Seq
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			if got := fmt.Sprintf("%d from %d to %d", n, first, last); got != test.want {
				t.Errorf("EachEntry gave %s, want %s", got, test.want)
			}
		})
	}
	enough := errors.New("enough")
	n := 0
	if err := l.EachEntry(t.Context(), EntryFilter{}, func(renewal.Entry) error { n++; return enough }); !errors.Is(err, enough) || n != 1 {
		t.Errorf("a failure of the reader: %v after %d entries", err, n)
	}
}

func testWitnesses(t *testing.T, s store) {
	l := s.open(t, Options{Policy: policy(1)})
	r := submit(t, l, "a")
	submit(t, l, "b")
	if err := l.Deny(t.Context(), 0, "U9", "open", &renewal.Refusal{Code: renewal.RefusedNotAllowed}); err != nil {
		t.Fatal(err)
	}
	if err := l.SavePost(t.Context(), Post{RequestID: r.ID, Key: "audit:1", Channel: "C1", TS: "1.1", State: PostShown}); err != nil {
		t.Fatal(err)
	}
	all, err := l.EntriesAfter(t.Context(), 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	var want []Witness
	for _, e := range all {
		want = append(want, Witness{Seq: e.Seq, RequestID: e.RequestID, At: e.At, Code: e.Code, Hash: e.Hash})
	}
	want[0].Channel, want[0].State = "C1", PostShown
	got, err := l.Witnesses(t.Context(), 1, 99)
	if err != nil {
		t.Fatal(err)
	}
	same(t, want, got, "witnesses")
	hashes, err := l.EntryHashes(t.Context(), []int64{2, 3, 77})
	if err != nil {
		t.Fatal(err)
	}
	same(t, map[int64]string{2: all[1].Hash, 3: all[2].Hash}, hashes, "hashes")
	none, err := l.EntryHashes(t.Context(), nil)
	if err != nil || len(none) != 0 {
		t.Errorf("hashes of no entries: %v, %v", none, err)
	}
}

func testUnposted(t *testing.T, s store) {
	l := s.open(t, Options{Policy: policy(1)})
	denied := 0
	deny := func() {
		denied++ // the same by the same person would only be counted
		if err := l.Deny(t.Context(), 0, fmt.Sprint("U", denied), "open", &renewal.Refusal{Code: renewal.RefusedNotAllowed}); err != nil {
			t.Fatal(err)
		}
	}
	post := func(seq int64, state PostState) Post {
		p := Post{Key: fmt.Sprint("audit:", seq), Channel: "C1", TS: "1.1", Digest: "d", State: state, Tries: 1, Problem: "none"}
		if err := l.SavePost(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		return p
	}
	want := func(after, through int64, seqs ...int64) {
		t.Helper()
		got, gotThrough, err := l.Unposted(t.Context(), after)
		if err != nil {
			t.Fatal(err)
		}
		var gotSeqs []int64
		for _, u := range got {
			gotSeqs = append(gotSeqs, u.Entry.Seq)
			if u.Entry.Hash != Hash(u.Entry) {
				t.Errorf("entry %d is not what it was", u.Entry.Seq)
			}
		}
		same(t, seqs, gotSeqs, "entries")
		if gotThrough != through {
			t.Errorf("all are posted up to %d, want %d", gotThrough, through)
		}
	}
	want(0, 0)
	deny()
	submit(t, l, "k") // entry 2 is of a request, whose own drawing posts it
	deny()
	deny()
	want(0, 0, 1, 3, 4)
	post(1, PostShown)
	sending := post(3, PostSending)
	want(0, 2, 3, 4)
	got, _, err := l.Unposted(t.Context(), 2)
	if err != nil {
		t.Fatal(err)
	}
	sending.UpdatedAt = got[0].Post.UpdatedAt
	same(t, sending, got[0].Post, "what is known of the post")
	same(t, PostState(""), got[1].Post.State, "the state of a post that nobody has tried")
	post(3, PostShown)
	post(4, PostFailed)
	want(2, 3, 4)
	post(4, PostShown)
	want(3, 4)
	submit(t, l, "l")
	want(4, 5)
}
