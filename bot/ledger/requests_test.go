package ledger

import (
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

func testSubmit(t *testing.T, s store) {
	clock := newClock()
	l := s.open(t, Options{Policy: policy(2), Now: clock.Now})
	r := submit(t, l, "k")
	got, err := l.Get(t.Context(), r.ID)
	if err != nil {
		t.Fatal(err)
	}
	same(t, r, got, "read again")
	if r.ID != 1 || r.Version != 1 || r.Status != renewal.Pending || r.Required != 2 {
		t.Errorf("not a new request: %+v", r)
	}
	now := clock.Now().UTC().Truncate(time.Microsecond)
	if !r.CreatedAt.Equal(now) || r.CreatedAt.Location() != time.UTC || !l.Now(t.Context()).Equal(now) {
		t.Errorf("time %v, want %v", r.CreatedAt, now)
	}
	if _, _, err := l.Submit(t.Context(), submission("", 1)); err == nil {
		t.Error("a submission without a key was taken")
	}
	verify(t, l)
}

func testSubmitTwice(t *testing.T, s store) {
	l := s.open(t, Options{Policy: policy(1)})
	const deliveries = 16
	var wg sync.WaitGroup
	ids, fresh := make([]int64, deliveries), make([]bool, deliveries)
	for i := range deliveries {
		wg.Go(func() {
			r, created, err := l.Submit(t.Context(), submission("same", 1))
			if err != nil {
				t.Error(err)
			}
			ids[i], fresh[i] = r.ID, created
		})
	}
	wg.Wait()
	created := 0
	for i := range deliveries {
		if ids[i] != 1 {
			t.Errorf("delivery %d became request %d", i, ids[i])
		}
		if fresh[i] {
			created++
		}
	}
	if created != 1 {
		t.Errorf("%d deliveries say that they created the request", created)
	}
	if r := submit(t, l, "other"); r.ID != 2 {
		t.Errorf("the next request has the number %d", r.ID)
	}
	same(t, []renewal.Code{renewal.CodeSubmitted}, codes(t, l, 1), "entries")
}

func testSubmitRefused(t *testing.T, s store) {
	l := s.open(t, Options{Policy: policy(1)})
	bad := submission("k", 1)
	bad.By.MayRequest = false
	if _, created, err := l.Submit(t.Context(), bad); created || refusalCode(err) != renewal.RefusedNotAllowed {
		t.Errorf("created %v, error %v", created, err)
	}
	same(t, []renewal.Code{renewal.CodeDenied}, codes(t, l, 0), "entries")
	if r := submit(t, l, "k"); r.ID != 1 {
		t.Errorf("the refused submission took a number: %d", r.ID)
	}
}

func testManyApprovers(t *testing.T, s store) {
	const clicks, quorum = 40, 25
	l := s.open(t, Options{Policy: policy(quorum)})
	r := submit(t, l, "k")
	var wg sync.WaitGroup
	results := make([]error, clicks)
	for i := range clicks {
		wg.Go(func() {
			_, results[i] = l.Apply(t.Context(), r.ID, approve(r, fmt.Sprintf("A%d", i)))
		})
	}
	wg.Wait()
	counted := 0
	for _, err := range results {
		switch {
		case err == nil:
			counted++
		case refusalCode(err) != renewal.RefusedStatus:
			t.Error(err)
		}
	}
	got, err := l.Get(t.Context(), r.ID)
	if err != nil {
		t.Fatal(err)
	}
	if counted != quorum || len(got.Votes) != quorum || got.Status != renewal.Approved || got.Version != quorum+1 {
		t.Errorf("%d counted, %d votes, %s, version %d", counted, len(got.Votes), got.Status, got.Version)
	}
	if n := len(codes(t, l, r.ID)); n != clicks+1 {
		t.Errorf("%d entries, want %d", n, clicks+1)
	}
	if n := countJobs(t, l, renewal.PlaceOrder); n != 1 {
		t.Errorf("%d orders would be placed", n)
	}
	verify(t, l)
}

func testDoubleClick(t *testing.T, s store) {
	l := s.open(t, Options{Policy: policy(2)})
	r := submit(t, l, "k")
	var wg sync.WaitGroup
	results := make([]error, 8)
	for i := range results {
		wg.Go(func() { _, results[i] = l.Apply(t.Context(), r.ID, approve(r, "U2")) })
	}
	wg.Wait()
	counted := 0
	for _, err := range results {
		switch {
		case err == nil:
			counted++
		case refusalCode(err) != renewal.RefusedVotedBefore:
			t.Error(err)
		}
	}
	got, err := l.Get(t.Context(), r.ID)
	if err != nil || counted != 1 || len(got.Votes) != 1 || got.Status != renewal.Pending {
		t.Errorf("%d counted, %d votes, %s, error %v", counted, len(got.Votes), got.Status, err)
	}
}

func testRefusals(t *testing.T, s store) {
	l := s.open(t, Options{Policy: policy(1)})
	r := submit(t, l, "k")
	got, err := l.Apply(t.Context(), r.ID, approve(r, "U1"))
	if refusalCode(err) != renewal.RefusedSelfApproval {
		t.Error(err)
	}
	same(t, r, got, "the refused request")
	got, err = l.Apply(t.Context(), r.ID, renewal.Expiry{})
	if refusalCode(err) != renewal.RefusedTooEarly {
		t.Error(err)
	}
	same(t, r, got, "the refused request")
	again, err := l.Get(t.Context(), r.ID)
	if err != nil {
		t.Fatal(err)
	}
	same(t, r, again, "the saved request")
	same(t, []renewal.Code{renewal.CodeSubmitted, renewal.CodeDenied}, codes(t, l, r.ID), "entries")
	if _, err := l.Apply(t.Context(), r.ID, renewal.Submission{}); err == nil || errors.As(err, new(*renewal.Refusal)) {
		t.Errorf("a programming error became %v", err)
	}
	same(t, 2, len(codes(t, l, r.ID)), "entries after a programming error")
}

func testAttemptFence(t *testing.T, s store) {
	l := s.open(t, Options{Policy: policy(1)})
	r := submit(t, l, "k")
	r = apply(t, l, r.ID, approve(r, "U2"))
	err := l.engine.change(t.Context(), func(in tx) error {
		return insertAttempt(t.Context(), in, r.ID, renewal.Attempt{Number: 1, Body: r.Body})
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.Apply(t.Context(), r.ID, renewal.Begin{}); err == nil {
		t.Error("a second attempt with the same number was begun")
	}
	got, err := l.Get(t.Context(), r.ID)
	if err != nil {
		t.Fatal(err)
	}
	same(t, r, got, "the request")
}

func testAttempts(t *testing.T, s store) {
	l := s.open(t, Options{Policy: policy(1)})
	r := ordering(t, l, "k")
	id := r.ID
	apply(t, l, id, renewal.Failed{Attempt: 1, Problem: renewal.Problem{Class: yeastar.ClassNotSent, Code: "dial", Detail: "x"}})
	apply(t, l, id, renewal.Begin{Budget: time.Minute})
	r = apply(t, l, id, renewal.Answered{Attempt: 2, Order: placed("XS77")})
	type line struct {
		Number              int
		Body, Outcome       string
		OrderNo, Problem    string
		Fingerprint         string
		Ended, AfterStarted bool
	}
	var got []line
	err := l.engine.each(t.Context(), func(row row) error {
		var a line
		var started int64
		var ended sql.NullInt64
		var body []byte
		err := row.Scan(&a.Number, &body, &a.Outcome, &a.OrderNo, &a.Problem, &a.Fingerprint, &started, &ended)
		a.Body, a.Ended, a.AfterStarted = string(body), ended.Valid, ended.Int64 >= started
		got = append(got, a)
		return err
	}, `SELECT number, body, outcome, order_no, problem, fingerprint, started_at, ended_at FROM attempts WHERE request_id = $1 ORDER BY number`, id)
	if err != nil {
		t.Fatal(err)
	}
	same(t, []line{
		{1, string(r.Body), "not_placed", "", "not_sent dial", r.Fingerprint, true, true},
		{2, string(r.Body), "placed", "XS77", "", r.Fingerprint, true, true},
	}, got, "attempts")
}

func testDeny(t *testing.T, s store) {
	l := s.open(t, Options{Policy: policy(1)})
	r := submit(t, l, "k")
	refusal := &renewal.Refusal{Code: renewal.RefusedNotAllowed, Sentence: renewal.Say("No.")}
	for _, id := range []int64{0, r.ID} {
		if err := l.Deny(t.Context(), id, "U9", "command", refusal); err != nil {
			t.Fatal(err)
		}
	}
	for id, want := range map[int64]renewal.Status{0: "", r.ID: renewal.Pending} {
		entries, err := l.Entries(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		e := entries[len(entries)-1]
		same(t, map[string]string{renewal.DetailAction: "command", renewal.DetailRefusal: renewal.RefusedNotAllowed}, e.Detail, "detail")
		if e.Actor != "U9" || e.Code != renewal.CodeDenied || e.To != want {
			t.Errorf("entry %+v", e)
		}
	}
	if err := l.Deny(t.Context(), 99, "U9", "click", refusal); !errors.Is(err, ErrNotFound) {
		t.Errorf("a request that does not exist: %v", err)
	}
	verify(t, l)
}

func testNotFound(t *testing.T, s store) {
	l := s.open(t, Options{Policy: policy(1)})
	if _, err := l.Get(t.Context(), 5); !errors.Is(err, ErrNotFound) {
		t.Error(err)
	}
	if _, err := l.Apply(t.Context(), 5, renewal.Expiry{}); !errors.Is(err, ErrNotFound) {
		t.Error(err)
	}
	if _, found, err := l.LastOrdered(t.Context(), "p", "h"); found || err != nil {
		t.Error(found, err)
	}
	verify(t, l)
}
