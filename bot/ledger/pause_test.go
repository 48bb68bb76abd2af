package ledger

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

func testPause(t *testing.T, s store) {
	l := s.open(t, Options{Policy: policy(1)})
	r := approvedFor(t, l, "1", 1)
	for _, err := range []error{
		l.Pause(t.Context(), requester("U1"), "stop"), l.Resume(t.Context(), requester("U1")),
	} {
		if refusalCode(err) != renewal.RefusedNotAllowed {
			t.Errorf("by somebody who is no approver: %v", err)
		}
	}
	for range 2 { // delivered twice
		if err := l.Pause(t.Context(), approver("U2"), "stocktaking"); err != nil {
			t.Fatal(err)
		}
	}
	after, err := l.Apply(t.Context(), r.ID, begin)
	if refusalCode(err) != renewal.RefusedPaused || after.Status != renewal.Approved || len(after.Attempts) != 0 || after.Version != r.Version {
		t.Errorf("begun while orders are paused: %v %+v", err, after)
	}
	second := approvedFor(t, l, "2", 2) // requests are taken and approved
	p, err := l.Paused(t.Context())
	if err != nil || p.By != "U2" || p.Reason != "stocktaking" || p.At.IsZero() {
		t.Errorf("%+v %v", p, err)
	}
	if f, err := l.Figures(t.Context(), "audit:"); err != nil || !f.Paused {
		t.Errorf("the figures do not tell: %+v %v", f, err)
	}
	for range 2 {
		if err := l.Resume(t.Context(), approver("U3")); err != nil {
			t.Fatal(err)
		}
	}
	apply(t, l, r.ID, begin)
	apply(t, l, second.ID, begin)
	same(t, []renewal.Code{renewal.CodePaused, renewal.CodeResumed}, codes(t, l, 0), "entries of the pause")
	verify(t, l)
}

// testPauseRace pauses at the moment in which attempts are begun: each that was written was
// written before.
func testPauseRace(t *testing.T, s store) {
	l := s.open(t, Options{Policy: policy(1)})
	var requests []renewal.Request
	for i := range 12 {
		requests = append(requests, approvedFor(t, l, fmt.Sprint(i), i))
	}
	var all sync.WaitGroup
	for i, r := range requests {
		if i == len(requests)/2 {
			all.Go(func() {
				if err := l.Pause(t.Context(), approver("U2"), "now"); err != nil {
					t.Error(err)
				}
			})
		}
		all.Go(func() {
			if _, err := l.Apply(t.Context(), r.ID, begin); err != nil && refusalCode(err) != renewal.RefusedPaused {
				t.Error(err)
			}
		})
	}
	all.Wait()
	paused := false
	err := l.EachEntry(t.Context(), EntryFilter{}, func(e renewal.Entry) error {
		if e.Code == renewal.CodeOrdering && paused {
			t.Errorf("entry %d begins an attempt after the pause", e.Seq)
		}
		paused = paused || e.Code == renewal.CodePaused
		return nil
	})
	if err != nil || !paused {
		t.Errorf("paused %v, %v", paused, err)
	}
	verify(t, l)
}

func testAlarm(t *testing.T, s store) {
	clock := newClock()
	l := s.open(t, Options{Policy: policy(1), Now: clock.Now})
	next := 0
	lose := func() {
		t.Helper()
		next++
		r := approvedFor(t, l, fmt.Sprint(next), next)
		apply(t, l, r.ID, begin)
		apply(t, l, r.ID, renewal.Failed{Attempt: 1, Problem: renewal.Problem{Class: yeastar.ClassUnknown}})
	}
	paused := func(want bool) renewal.Pause {
		t.Helper()
		p, err := l.Paused(t.Context())
		if err != nil || p.Holds() != want {
			t.Fatalf("after %d orders of unknown fate: %+v %v", next, p, err)
		}
		return p
	}
	lose()
	clock.advance(renewal.AlarmWithin)
	lose()
	lose()
	paused(false)
	clock.advance(time.Minute)
	waiting := approvedFor(t, l, "waiting", 99)
	lose()
	if p := paused(true); p.By != renewal.System || p.Reason == "" {
		t.Errorf("%+v", p)
	}
	if _, err := l.Apply(t.Context(), waiting.ID, begin); refusalCode(err) != renewal.RefusedPaused {
		t.Errorf("begun after the alarm: %v", err)
	}
	clock.advance(time.Minute)
	if err := l.Resume(t.Context(), approver("U2")); err != nil {
		t.Fatal(err)
	}
	clock.advance(time.Second)
	lose() // those from before are settled for whoever resumed
	lose()
	paused(false)
	lose()
	paused(true)
	same(t, []renewal.Code{renewal.CodePaused, renewal.CodeResumed, renewal.CodePaused}, codes(t, l, 0), "entries of the pauses")
	verify(t, l)
}

func testHomes(t *testing.T, s store) {
	clock := newClock()
	l := s.open(t, Options{Policy: policy(1), Now: clock.Now})
	ran := start(t, l)
	drawn := func(what string) {
		t.Helper()
		for wait(t, ran, what).Kind != renewal.DrawHomes {
		}
	}
	homes := func(want ...Home) {
		t.Helper()
		got, err := l.OpenHomes(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		same(t, want, got, "Home tabs")
	}
	submit(t, l, "1")
	if got := wait(t, ran, "the request's messages"); got.Kind != renewal.SyncSlack {
		t.Errorf("%s ran although nobody has opened a Home tab", got.Kind)
	}
	for _, id := range []string{"U1", "U2"} {
		if err := l.HomeOpened(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		drawn("the Home tab that was opened")
		clock.advance(time.Second)
	}
	if err := l.HomeDrawn(t.Context(), Home{"U2", "x"}); err != nil {
		t.Fatal(err)
	}
	homes(Home{"U1", ""}, Home{"U2", "x"})
	submit(t, l, "2")
	drawn("the Home tabs after a change")
	clock.advance(homeLife)
	homes()
}

func testAskAgain(t *testing.T, s store) {
	l := s.open(t, Options{Policy: policy(1)})
	r := submit(t, l, "1")
	again := submission("2", 1)
	again.Again = r.ID
	if _, _, err := l.Submit(t.Context(), again); refusalCode(err) != renewal.RefusedStatus {
		t.Errorf("an open request was asked for again: %v", err)
	}
	apply(t, l, r.ID, renewal.Cancel{By: requester("U1")})
	got, created, err := l.Submit(t.Context(), again)
	if err != nil || !created || got.ID == r.ID || got.Again != r.ID {
		t.Errorf("%v %v %+v", created, err, got)
	}
	verify(t, l)
}
