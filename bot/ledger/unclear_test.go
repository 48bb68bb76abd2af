package ledger

import (
	"context"
	"errors"
	"testing"

	"renewbot/bot/due"
	"renewbot/bot/renewal"
)

// mute is an engine that does not answer a commit. It carries the change out first, or
// does not.
type mute struct {
	engine
	carriesOut bool
	blind      bool // afterwards nothing can be read either
	silent     int  // how many changes stay without an answer
}

var errMute = errors.New("the connection broke")

func (m *mute) change(ctx context.Context, f func(tx) error) error {
	switch {
	case m.silent == 0 && m.blind:
		return errMute
	case m.silent == 0:
		return m.engine.change(ctx, f)
	}
	m.silent--
	err := m.engine.change(ctx, func(t tx) error {
		if err := f(t); err != nil || m.carriesOut {
			return err
		}
		return &commitError{errMute}
	})
	if err != nil {
		return err
	}
	return &commitError{errMute}
}

// testCommitWithoutAnswer loses the answer of the commit of what a person did.
func testCommitWithoutAnswer(t *testing.T, s store) {
	l := s.open(t, Options{Policy: policy(1)})
	m := &mute{engine: l.engine}
	l.engine = m
	lose := func(carriesOut bool) { m.silent, m.carriesOut = 1, carriesOut }

	lose(false)
	if _, _, err := l.Submit(t.Context(), submission("k", 1)); !errors.Is(err, errMute) || errors.Is(err, ErrUnclear) {
		t.Errorf("a submission that was not saved: %v, want what went wrong", err)
	}
	lose(true)
	r, created, err := l.Submit(t.Context(), submission("k", 1))
	if err != nil || !created || r.ID != 1 {
		t.Fatalf("a submission that was saved: %v, created %v, %v; want the first request", r.ID, created, err)
	}
	lose(false)
	if _, err := l.Apply(t.Context(), 1, approve(r, "U2")); !errors.Is(err, errMute) || errors.Is(err, ErrUnclear) {
		t.Errorf("an approval that was not saved: %v, want what went wrong", err)
	}
	lose(true)
	if r, err = l.Apply(t.Context(), 1, approve(r, "U2")); err != nil || r.Status != renewal.Approved {
		t.Errorf("an approval that was saved: %s, %v; want it approved", r.Status, err)
	}
	lose(true)
	var refusal *renewal.Refusal
	if _, err = l.Apply(t.Context(), 1, renewal.Cancel{By: requester("U3")}); !errors.As(err, &refusal) {
		t.Errorf("a refusal that was audited: %v, want the refusal", err)
	}
	owned := func(who string) (added, changed int, err error) {
		return l.Mark(t.Context(), []MarkChange{{Key: due.Key{Product: "p", Holder: "h"}, Change: func(m due.Mark) due.Mark { m.Owner = who; return m }}},
			renewal.Entry{Code: renewal.CodeDueOwner, Actor: "U2"})
	}
	lose(false)
	if _, _, err := owned("U3"); !errors.Is(err, errMute) || errors.Is(err, ErrUnclear) {
		t.Errorf("an owner who was not saved: %v, want what went wrong", err)
	}
	lose(true)
	if added, _, err := owned("U3"); err != nil || added != 1 {
		t.Errorf("an owner who was saved: %d rows, %v; want one", added, err)
	}
	// A worker's write is never taken for another's.
	lose(true)
	if _, err = l.Apply(t.Context(), 1, renewal.Begin{}); !errors.Is(err, errMute) {
		t.Errorf("an attempt that was saved: %v, want what went wrong", err)
	}
	verify(t, l)
}

func TestAChangeThatCannotBeLookedForIsUnclear(t *testing.T) {
	t.Parallel()
	l := newSQLiteStore(t).open(t, Options{Policy: policy(1)})
	l.engine = &mute{engine: l.engine, silent: 1, carriesOut: true, blind: true}
	l.looking = lookAgain
	if _, _, err := l.Submit(t.Context(), submission("k", 1)); !errors.Is(err, ErrUnclear) || !errors.Is(err, errMute) {
		t.Errorf("a submission of unknown fate: %v", err)
	}
}
