package ledger

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"renewbot/bot/due"
	"renewbot/bot/renewal"
)

func testMarks(t *testing.T, s store) {
	clock := newClock()
	l := s.open(t, Options{Policy: policy(1), Now: clock.Now})
	k, other := due.Key{Product: "p-series-turnkey", Holder: "own"}, due.Key{Product: "p-series-turnkey", Holder: "3100"}
	mark := func(e renewal.Code, keys []due.Key, change func(due.Mark) due.Mark) [2]int {
		t.Helper()
		var changes []MarkChange
		for _, k := range keys {
			changes = append(changes, MarkChange{k, change})
		}
		added, changed, err := l.Mark(t.Context(), changes, renewal.Entry{Code: e, Actor: "U1", Detail: map[string]string{renewal.DetailHolder: k.Holder}})
		if err != nil {
			t.Fatal(err)
		}
		return [2]int{added, changed}
	}
	owned := func(m due.Mark) due.Mark { m.Owner = "U2"; return m }
	same(t, [2]int{1, 0}, mark(renewal.CodeDueOwner, []due.Key{k}, owned), "the first mark")
	same(t, [2]int{0, 0}, mark(renewal.CodeDueOwner, []due.Key{k}, owned), "the same mark again")
	same(t, [2]int{0, 0}, mark(renewal.CodeDueImported, []due.Key{other}, func(m due.Mark) due.Mark { return m }), "nothing said of a row of which nothing was")
	same(t, [2]int{1, 1}, mark(renewal.CodeDueImported, []due.Key{k, other}, func(m due.Mark) due.Mark {
		m.Imported = &due.Imported{At: clock.Now().UTC().Truncate(time.Second)}
		return m
	}), "a mark of two rows")
	marks, err := l.Marks(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(marks) != 2 || marks[k].Owner != "U2" || marks[k].Imported == nil || marks[other].Owner != "" {
		t.Errorf("the marks are %+v", marks)
	}
	same(t, []renewal.Code{renewal.CodeDueOwner, renewal.CodeDueImported}, codes(t, l, 0), "audit codes")
	verify(t, l)
	// Two changes at once both count.
	var both sync.WaitGroup
	for _, change := range []func(due.Mark) due.Mark{
		func(m due.Mark) due.Mark { m.Owner = "U3"; return m },
		func(m due.Mark) due.Mark { m.Snoozed = &due.Snooze{By: "U4"}; return m },
	} {
		both.Go(func() {
			if _, _, err := l.Mark(t.Context(), []MarkChange{{k, change}}, renewal.Entry{}); err != nil {
				t.Error(err)
			}
		})
	}
	both.Wait()
	if marks, err = l.Marks(t.Context()); err != nil || marks[k].Owner != "U3" || marks[k].Snoozed == nil {
		t.Errorf("after two changes at once the mark is %+v, %v", marks[k], err)
	}
}

// testDigests checks that a digest is planned, told and ended once, whoever does it again.
func testDigests(t *testing.T, s store) {
	clock := newClock()
	l := s.open(t, Options{Policy: policy(1), Now: clock.Now})
	monday := Digest{Occurrence: "2026-03-02 09:00 Europe/Madrid", Recipient: "C1", At: stamp(clock.Now().Add(time.Hour))}
	for range 3 {
		if err := l.PlanDigest(t.Context(), monday); err != nil {
			t.Fatal(err)
		}
	}
	if n := countJobs(t, l, renewal.TellDigest); n != 1 {
		t.Errorf("a digest that is planned three times has %d jobs", n)
	}
	waiting := func() []Digest {
		t.Helper()
		w, err := l.WaitingDigests(t.Context(), clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	if w := waiting(); len(w) != 0 {
		t.Errorf("before its time there wait %v", w)
	}
	clock.advance(time.Hour)
	same(t, []Digest{monday}, waiting(), "waiting digests")
	refused := monday
	refused.Refused = true
	refuse := func(d Digest) error {
		return l.RefuseDigest(t.Context(), d, 10*time.Minute, renewal.Entry{Code: renewal.CodeDueDigest, Actor: renewal.System})
	}
	for range 2 {
		if err := refuse(monday); err != nil {
			t.Fatal(err)
		}
		if w := waiting(); len(w) != 0 {
			t.Errorf("before a refused digest is to be tried again there wait %v", w)
		}
		clock.advance(10 * time.Minute)
		same(t, []Digest{refused}, waiting(), "waiting digests that were refused")
	}
	same(t, []renewal.Code{renewal.CodeDueDigest}, codes(t, l, 0), "audit codes of one that is refused twice")
	told := []due.Key{{Product: "p-series-turnkey", Holder: "own"}}
	for _, keys := range [][]due.Key{told, nil} {
		if err := l.EndDigest(t.Context(), monday, keys, renewal.Entry{Code: renewal.CodeDueDigest, Actor: renewal.System}); err != nil {
			t.Fatal(err)
		}
	}
	if w := waiting(); len(w) != 0 {
		t.Errorf("after it was told there wait %v", w)
	}
	last, err := l.LastTold(t.Context(), "C1")
	if err != nil {
		t.Fatal(err)
	}
	same(t, told, last, "what the last digest told")
	same(t, []renewal.Code{renewal.CodeDueDigest, renewal.CodeDueDigest}, codes(t, l, 0), "audit codes")
	if err := refuse(monday); err != nil || len(waiting()) != 0 {
		t.Errorf("a digest that was told is refused: %v", err)
	}
	if err := l.PlanDigest(t.Context(), monday); err != nil || len(waiting()) != 0 {
		t.Errorf("a digest that was told is planned again: %v", err)
	}
	// What nobody was told is not known.
	tuesday := Digest{Occurrence: "2026-03-03 09:00 Europe/Madrid", Recipient: "C1", At: stamp(clock.Now().Add(24 * time.Hour))}
	if err := errors.Join(l.PlanDigest(t.Context(), tuesday), l.EndDigest(t.Context(), tuesday, nil, renewal.Entry{})); err != nil {
		t.Fatal(err)
	}
	if last, err = l.LastTold(t.Context(), "C1"); err != nil {
		t.Fatal(err)
	}
	same(t, told, last, "what was told before a digest that was left out")
	for recipient, want := range map[string]time.Time{"C1": tuesday.At, "C2": {}} {
		if at, err := l.NewestDigest(t.Context(), recipient); err != nil || !at.Equal(want) {
			t.Errorf("the newest of %s is of %v, %v; want %v", recipient, at, err, want)
		}
	}
}

// testRefusedDigests checks that those that Slack refuses are tried again together, by one job.
func testRefusedDigests(t *testing.T, s store) {
	clock := newClock()
	l := s.open(t, Options{Policy: policy(1), Now: clock.Now})
	var all []Digest
	for i := range 30 {
		d := Digest{Occurrence: "2026-03-02", Recipient: fmt.Sprintf("U%02d", i), At: stamp(clock.Now())}
		must(t, l.PlanDigest(t.Context(), d))
		d.Refused = true
		all = append(all, d)
	}
	for round := range 5 {
		var refusing sync.WaitGroup
		for _, d := range all {
			refusing.Go(func() {
				if err := l.RefuseDigest(t.Context(), d, 10*time.Minute, renewal.Entry{}); err != nil {
					t.Error(err)
				}
			})
			if round > 0 {
				refusing.Wait() // one process tells them, except where two begin at once
			}
		}
		refusing.Wait()
		clock.advance(time.Minute) // one that is refused later is tried again with the others
		must(t, l.PlanDigest(t.Context(), Digest{Occurrence: "late", Recipient: fmt.Sprint(round), At: stamp(clock.Now())}))
		must(t, l.RefuseDigest(t.Context(), Digest{Occurrence: "late", Recipient: fmt.Sprint(round)}, 10*time.Minute, renewal.Entry{}))
		if w, err := l.WaitingDigests(t.Context(), clock.Now()); err != nil || len(w) != 0 {
			t.Errorf("a minute after they were refused there wait %v, %v", w, err)
		}
		clock.advance(9 * time.Minute)
		w, err := l.WaitingDigests(t.Context(), clock.Now())
		if err != nil || len(w) != len(all)+1 {
			t.Fatalf("%d digests wait in round %d, %v", len(w), round, err)
		}
		all = w
	}
	if n, planned := countJobs(t, l, renewal.TellDigest), len(all); n > planned+30+4 {
		t.Errorf("%d digests have %d jobs after five rounds", planned, n)
	}
}

// testDigestOfAnotherID checks that what is planned for a channel is so by all of its ids.
func testDigestOfAnotherID(t *testing.T, s store) {
	clock := newClock()
	l := s.open(t, Options{Policy: policy(1), Now: clock.Now})
	d := Digest{Occurrence: "2026-03-02", Recipient: "C1", At: stamp(clock.Now())}
	told := []due.Key{{Product: "p-series-turnkey", Holder: "own"}}
	must(t, l.PlanDigest(t.Context(), d, "C1", "C2"))
	must(t, l.EndDigest(t.Context(), d, told, renewal.Entry{}))
	must(t, l.PlanDigest(t.Context(), Digest{Occurrence: "2026-03-02", Recipient: "C2", At: d.At}, "C2", "C1"))
	if w, err := l.WaitingDigests(t.Context(), clock.Now()); err != nil || len(w) != 0 {
		t.Errorf("after it was told there wait %v, %v", w, err)
	}
	if at, err := l.NewestDigest(t.Context(), "C2", "C1"); err != nil || !at.Equal(d.At) {
		t.Errorf("the newest is of %v, %v", at, err)
	}
	last, err := l.LastTold(t.Context(), "C2", "C1")
	must(t, err)
	same(t, told, last, "what the channel was told by the id that it had")
}

func testOrdered(t *testing.T, s store) {
	l := s.open(t, Options{Policy: policy(1)})
	r := ordering(t, l, "1")
	r = apply(t, l, r.ID, renewal.Answered{Attempt: 1, Order: placed("XS1")})
	submit(t, l, "2")
	last := func(after int64) (map[due.Key]due.Order, int64) {
		t.Helper()
		last, upTo, err := l.LastOrders(t.Context(), after)
		if err != nil {
			t.Fatal(err)
		}
		return last, upTo
	}
	of := func(r renewal.Request) map[due.Key]due.Order {
		return map[due.Key]due.Order{{Product: r.Offer.Product, Holder: r.Offer.Holder.Key()}: {Request: r.ID, At: r.UpdatedAt}}
	}
	all, upTo := last(0)
	same(t, of(r), all, "what was ordered")
	fresh, _ := last(upTo)
	same(t, map[due.Key]due.Order{}, fresh, "what was ordered since")
	if _, end := last(upTo + 100); end != upTo {
		t.Errorf("the trail ends at %d, want %d", end, upTo)
	}
	other := ordering(t, l, "3")
	other = apply(t, l, other.ID, renewal.Answered{Attempt: 1, Order: placed("XS3")})
	fresh, later := last(upTo)
	same(t, of(other), fresh, "what was ordered then")
	if later <= upTo {
		t.Errorf("an order does not move the end of the trail: %d, then %d", upTo, later)
	}
	var found []int64
	for _, first := range []int64{0, other.ID + 1} {
		if err := l.EachOrdered(t.Context(), first, func(r renewal.Request) error { found = append(found, r.ID); return nil }); err != nil {
			t.Fatal(err)
		}
	}
	same(t, []int64{r.ID, other.ID}, found, "ordered requests")
}

// counting counts the readings outside of transactions.
type counting struct {
	engine
	reads int
}

func (c *counting) each(ctx context.Context, f func(row) error, query string, args ...any) error {
	c.reads++
	return c.engine.each(ctx, f, query, args...)
}

func (c *counting) one(ctx context.Context, query string, args ...any) row {
	c.reads++
	return c.engine.one(ctx, query, args...)
}

func testBehind(t *testing.T, s store) {
	l := s.open(t, Options{Policy: policy(1)})
	first := ordering(t, l, "1")
	apply(t, l, first.ID, renewal.Answered{Attempt: 1, Order: placed("XS1")})
	asked := submit(t, l, "2")
	count := &counting{engine: l.engine}
	l.engine = count
	for _, c := range []struct {
		numbers    []string
		ids        []int64
		having     map[string]int64
		named      []int64
		statements int
	}{
		{nil, nil, map[string]int64{}, nil, 0},
		{[]string{"XS1", "", "XS9", "' OR 1=1 --"}, nil, map[string]int64{"XS1": first.ID}, nil, 1},
		{nil, []int64{asked.ID, 4711}, map[string]int64{}, []int64{asked.ID}, 1},
		{[]string{"XS1"}, []int64{first.ID, asked.ID, asked.ID}, map[string]int64{"XS1": first.ID}, []int64{first.ID, asked.ID}, 1},
	} {
		count.reads = 0
		having, named, err := l.Behind(t.Context(), c.numbers, c.ids)
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]int64{}
		for number, r := range having {
			got[number] = r.ID
		}
		same(t, c.having, got, "by number")
		same(t, c.named, slices.Sorted(maps.Keys(named)), "by reference")
		if count.reads != c.statements {
			t.Errorf("%q and %d take %d statements", c.numbers, c.ids, count.reads)
		}
	}
}
