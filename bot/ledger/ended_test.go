package ledger

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"renewbot/bot/renewal"
)

// testLatelyEnded finds what ended last, whatever its number.
func testLatelyEnded(t *testing.T, s store) {
	l := s.open(t, Options{Policy: policy(1)})
	if found, err := l.LatelyEnded(t.Context(), 10, renewal.Cancelled); err != nil || len(found) != 0 {
		t.Errorf("of an empty ledger: %v %v", found, err)
	}
	var made []renewal.Request
	for i := range 4 {
		made = append(made, submit(t, l, fmt.Sprint("ended", i)))
	}
	for _, i := range []int{1, 2, 0} {
		apply(t, l, made[i].ID, renewal.Cancel{By: requester("U1")})
	}
	for limit, want := range map[int][]int64{10: {made[0].ID, made[2].ID, made[1].ID}, 2: {made[0].ID, made[2].ID}} {
		found, err := l.LatelyEnded(t.Context(), limit, renewal.Cancelled, renewal.Rejected)
		var ids []int64
		for _, r := range found {
			ids = append(ids, r.ID)
		}
		if diff := cmp.Diff(want, ids); diff != "" || err != nil {
			t.Errorf("%v, and of %d: %s", err, limit, diff)
		}
	}
	if found, err := l.LatelyEnded(t.Context(), 10, renewal.Ordered); err != nil || len(found) != 0 {
		t.Errorf("ordered: %v %v", found, err)
	}
}

func BenchmarkLatelyEnded(b *testing.B) {
	const requests, seqs = 200_000, 600_000
	l := filled(b, requests)
	// Nothing has ended among the newest entries, so that all that are looked at are read.
	tamper(b, l, fmt.Sprintf(`WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < %d)
		INSERT INTO entries (seq, request_id, at, code, actor, revision, from_status, to_status, detail, prev_hash, hash)
		SELECT 1000 + n, n %% 200 + 1, at, code, actor, revision, 'pending', 'pending', detail, prev_hash, 'x' || n FROM (SELECT * FROM entries WHERE seq = 1), n`, seqs),
		fmt.Sprintf(`UPDATE trail SET seq = %d`, seqs+1000))
	for b.Loop() {
		if _, err := l.LatelyEnded(b.Context(), 200, renewal.Ordered, renewal.Cancelled, renewal.Rejected, renewal.Expired); err != nil {
			b.Fatal(err)
		}
	}
}
