package ledger

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"renewbot/bot/renewal"
)

func testList(t *testing.T, s store) {
	l := s.open(t, Options{Policy: policy(1)})
	for i := range 10 {
		sub := submission(fmt.Sprint(i), i%2)
		sub.By = requester(fmt.Sprintf("U%d", i%3))
		if _, _, err := l.Submit(t.Context(), sub); err != nil {
			t.Fatal(err)
		}
	}
	apply(t, l, 4, renewal.Cancel{By: requester("U0")})
	holder := offer(1).Holder.Key()
	for _, c := range []struct {
		name   string
		filter Filter
		want   []int64
	}{
		{"all", Filter{}, []int64{10, 9, 8, 7, 6, 5, 4, 3, 2, 1}},
		{"page", Filter{Limit: 3}, []int64{10, 9, 8}},
		{"next page", Filter{Limit: 3, Before: 8}, []int64{7, 6, 5}},
		{"status", Filter{Statuses: []renewal.Status{renewal.Cancelled}}, []int64{4}},
		{"statuses", Filter{Statuses: []renewal.Status{renewal.Cancelled, renewal.Pending}, Limit: 1}, []int64{10}},
		{"requester", Filter{Requester: "U2"}, []int64{9, 6, 3}},
		{"holder", Filter{HolderKey: holder}, []int64{10, 8, 6, 4, 2}},
		{"all together", Filter{Statuses: []renewal.Status{renewal.Pending}, HolderKey: holder, Product: "p-series-turnkey", Requester: "U0"}, []int64{10}},
		{"none", Filter{Product: "other"}, nil},
		{"nothing that is not text gets out", Filter{Requester: "' OR 1=1 --"}, nil},
	} {
		got, err := l.List(t.Context(), c.filter)
		if err != nil {
			t.Fatal(err)
		}
		var ids []int64
		for _, r := range got {
			ids = append(ids, r.ID)
		}
		same(t, c.want, ids, c.name)
	}
}

func testLast(t *testing.T, s store) {
	clock := newClock()
	l := s.open(t, Options{Policy: policy(1), Now: clock.Now})
	first, second := submit(t, l, "1"), submit(t, l, "2")
	submit(t, l, "3")
	// The second is ordered before the first.
	for i, r := range []renewal.Request{second, first} {
		clock.advance(time.Minute)
		apply(t, l, r.ID, approve(r, "U2"))
		apply(t, l, r.ID, renewal.Begin{Budget: time.Minute})
		apply(t, l, r.ID, renewal.Answered{Attempt: 1, Order: placed(fmt.Sprintf("XS%d", i))})
	}
	key := offer(1).Holder.Key()
	got, found, err := l.LastOrdered(t.Context(), "p-series-turnkey", key)
	if err != nil || !found || got.ID != first.ID {
		t.Errorf("last ordered: %d, %v, %v", got.ID, found, err)
	}
	if got, found, err := l.LastOrdered(t.Context(), AnyProduct, key); err != nil || !found || got.ID != first.ID {
		t.Errorf("last ordered of any product: %d, %v, %v", got.ID, found, err)
	}
	if _, found, err := l.LastOrdered(t.Context(), "other", key); found || err != nil {
		t.Errorf("another product: %v, %v", found, err)
	}
}

var hostile = []string{
	"", " ", "\x00", "a\x00b", "\xff\xfe", "'; DROP TABLE requests; --", `"quoted" \back\slash`, "<!channel> & <b>",
	"\u2028\u2029", "🚀👩‍👩‍👧‍👦", "שלום עולם", "\u202Egnp.exe", "line\r\nbreak\ttab", "%s%n$1?1:x@y", strings.Repeat("ü", 100_000),
}

func testHostile(t *testing.T, s store) {
	l := s.open(t, Options{Policy: policy(1)})
	for i, text := range hostile {
		sub := submission(fmt.Sprintf("%d%s", i, text), 1)
		sub.By.UserID, sub.Channel = "U"+text, "C"+text
		sub.Offer.Holder.Name, sub.Offer.Lines[0].Name, sub.Offer.Contact.Name = text, text, text
		r, created, err := l.Submit(t.Context(), sub)
		if err != nil || !created {
			t.Fatalf("text %d: created %v, %v", i, created, err)
		}
		got, err := l.Get(t.Context(), r.ID)
		if err != nil {
			t.Fatal(err)
		}
		same(t, r, got, "request")
		if want := strings.ToValidUTF8(text, "\uFFFD"); got.Offer.Holder.Name != want && text != "\xff\xfe" {
			t.Errorf("text %d was changed", i)
		}
		again, created, err := l.Submit(t.Context(), sub)
		if err != nil || created || again.ID != r.ID {
			t.Errorf("text %d again: created %v, %v", i, created, err)
		}
		if err := l.Deny(t.Context(), r.ID, text, text, &renewal.Refusal{Code: text}); err != nil {
			t.Error(err)
		}
		if err := l.SavePost(t.Context(), Post{RequestID: r.ID, Key: text[:min(len(text), 500)], Channel: text, TS: text, Digest: text, State: PostShown, Problem: text}); err != nil {
			t.Error(err)
		}
		if ok, err := l.AcquireView(t.Context(), r.ID, text, time.Minute); !ok || err != nil {
			t.Error(ok, err)
		}
		if list, err := l.List(t.Context(), Filter{Requester: sub.By.UserID}); err != nil || len(list) == 0 {
			t.Errorf("text %d: listed %d, %v", i, len(list), err)
		}
	}
	verify(t, l)
}

func testRestart(t *testing.T, s store) {
	o := Options{Policy: policy(1)}
	l := s.open(t, o)
	r := ordering(t, l, "k")
	if err := l.SavePost(t.Context(), Post{RequestID: r.ID, Key: "card", State: PostShown}); err != nil {
		t.Fatal(err)
	}
	before := dump(t, l)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l = s.open(t, o)
	waiting := strings.NewReplacer("sync 1 3\n", "")
	same(t, waiting.Replace(before), waiting.Replace(dump(t, l)), "after the restart")
	got, err := l.Get(t.Context(), r.ID)
	if err != nil {
		t.Fatal(err)
	}
	same(t, r, got, "request")
	verify(t, l)
}

func testPosts(t *testing.T, s store) {
	clock := newClock()
	l := s.open(t, Options{Policy: policy(1), Now: clock.Now})
	want := []Post{
		{RequestID: 0, Key: "a", Channel: "C1", State: PostPlanned},
		{RequestID: 0, Key: "b", Channel: "C1", TS: "1.2", Digest: "d", State: PostFailed, Tries: 3, Problem: "p"},
	}
	for i := len(want) - 1; i >= 0; i-- {
		if err := l.SavePost(t.Context(), want[i]); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.SavePost(t.Context(), Post{RequestID: 7, Key: "a", State: PostShown}); err != nil {
		t.Fatal(err)
	}
	clock.advance(time.Second)
	want[0].TS, want[0].State, want[0].Tries = "9.9", PostShown, 1
	if err := l.SavePost(t.Context(), want[0]); err != nil {
		t.Fatal(err)
	}
	want[0].UpdatedAt = l.Now(t.Context())
	want[1].UpdatedAt = l.Now(t.Context()).Add(-time.Second)
	list := func(when string) {
		t.Helper()
		got, err := l.Posts(t.Context(), 0)
		if err != nil {
			t.Fatal(err)
		}
		same(t, want, got, "posts "+when)
	}
	list("as saved")
	clock.advance(time.Second)
	if err := l.SaveCursor(t.Context(), 0, "b", "page 2"); err != nil {
		t.Fatal(err)
	}
	want[1].Cursor = "page 2"
	list("while one is looked for") // and since when it is looked for stays as it is
	if err := l.SavePost(t.Context(), want[1]); err != nil {
		t.Fatal(err)
	}
	want[1].Cursor, want[1].UpdatedAt = "", l.Now(t.Context())
	list("when it is sent anew")
}

func testLeases(t *testing.T, s store) {
	clock := newClock()
	l := s.open(t, Options{Policy: policy(1), Now: clock.Now})
	acquire := func(owner string, want bool) {
		t.Helper()
		if got, err := l.AcquireView(t.Context(), 1, owner, time.Minute); err != nil || got != want {
			t.Errorf("acquire by %s: %v, %v", owner, got, err)
		}
	}
	release := func(owner string) {
		t.Helper()
		if err := l.ReleaseView(t.Context(), 1, owner); err != nil {
			t.Error(err)
		}
	}
	acquire("a", true)
	acquire("b", false)
	release("b") // not b's to release
	acquire("b", false)
	clock.advance(59 * time.Second)
	acquire("a", true) // longer
	clock.advance(59 * time.Second)
	acquire("b", false)
	clock.advance(time.Second)
	acquire("b", true) // expired, taken over
	release("a")
	acquire("c", false)
	release("b")
	acquire("c", true)
	if ok, err := l.AcquireView(t.Context(), 2, "b", time.Minute); !ok || err != nil {
		t.Errorf("another request: %v, %v", ok, err)
	}
	var wg sync.WaitGroup
	winners := make(chan int, 16)
	for i := range cap(winners) {
		wg.Go(func() {
			if ok, err := l.AcquireView(t.Context(), 3, fmt.Sprint(i), time.Minute); err != nil {
				t.Error(err)
			} else if ok {
				winners <- i
			}
		})
	}
	wg.Wait()
	same(t, 1, len(winners), "winners")
}

// testForms has three choices in a form, which are noted and drawn in another order.
func testForms(t *testing.T, s store) {
	clock := newClock()
	l := s.open(t, Options{Policy: policy(1), Now: clock.Now})
	want := func(want Form) {
		t.Helper()
		got, err := l.Form(t.Context(), "V1")
		if err != nil {
			t.Fatal(err)
		}
		same(t, want, got, "form")
	}
	note := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	want(Form{})
	note(l.FormDrawn(t.Context(), "V1", "", "opened"))
	want(Form{Hash: "opened"})
	note(l.FormChosen(t.Context(), "V1", "1795000000.000200"))
	note(l.FormChosen(t.Context(), "V1", "1795000000.000100"))
	want(Form{Newest: "1795000000.000200", Hash: "opened"})
	note(l.FormDrawn(t.Context(), "V1", "1795000000.000100", "first"))
	want(Form{Newest: "1795000000.000200", Drawn: "1795000000.000100", Hash: "first"})
	note(l.FormDrawn(t.Context(), "V1", "1795000000.000200", "second"))
	note(l.FormDrawn(t.Context(), "V1", "1795000000.000100", "late"))
	want(Form{Newest: "1795000000.000200", Drawn: "1795000000.000200", Hash: "second"})
	clock.advance(formLife + time.Second)
	note(l.FormChosen(t.Context(), "V2", "1795100000.000100"))
	want(Form{})
}
