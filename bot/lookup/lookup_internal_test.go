package lookup

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"renewbot/bot/taskgroup"
)

const testTTL = 5 * time.Minute

var errDown = errors.New("the vendor is down")

// source is what a look-up asks; it counts how often, and answers with the count.
type source struct {
	asked atomic.Int64
	err   atomic.Pointer[error]
	delay time.Duration
}

func (s *source) load(ctx context.Context, _ string) (int64, error) {
	n := s.asked.Add(1)
	select {
	case <-time.After(s.delay):
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	if err := s.err.Load(); err != nil {
		return 0, *err
	}
	return n, nil
}

func (s *source) fail(err error) {
	if err == nil {
		s.err.Store(nil)
		return
	}
	s.err.Store(&err)
}

// inBubble runs a test of a look-up on a clock of its own.
func inBubble(t *testing.T, delay time.Duration, f func(t *testing.T, l *Cache[int64], s *source)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := &source{delay: delay}
		w := taskgroup.New()
		f(t, New(testTTL, time.Now, w, s.load), s)
		w.Cancel()
		w.End(t.Context())
	})
}

func want(t *testing.T, l *Cache[int64], maxAge MaxAge, value int64) {
	t.Helper()
	got, err := l.Get(t.Context(), "key", maxAge)
	if err != nil || got != value {
		t.Errorf("get: %d, %v; want %d", got, err, value)
	}
}

func TestLookupLoadsOnce(t *testing.T) {
	t.Parallel()
	inBubble(t, time.Second, func(t *testing.T, l *Cache[int64], s *source) {
		for range 100 {
			go want(t, l, 0, 1)
		}
		pass(2 * time.Second)
		want(t, l, 0, 1)
		if n := s.asked.Load(); n != 1 {
			t.Errorf("asked %d times, want once", n)
		}
	})
}

func TestLookupServesStaleWhileItRefreshes(t *testing.T) {
	t.Parallel()
	inBubble(t, time.Second, func(t *testing.T, l *Cache[int64], s *source) {
		want(t, l, 0, 1) // takes a second
		pass(testTTL - time.Second)
		want(t, l, 0, 1)
		if n := s.asked.Load(); n != 1 {
			t.Errorf("asked %d times before its time was up", n)
		}
		pass(time.Second)
		began := time.Now()
		want(t, l, 0, 1)
		if waited := time.Since(began); waited != 0 {
			t.Errorf("an ageing value was waited for: %v", waited)
		}
		pass(2 * time.Second)
		want(t, l, 0, 2)
	})
}

// An answer that lands while somebody who has found none is about to ask is theirs, too.
func TestLookupThatHasJustLanded(t *testing.T) {
	t.Parallel()
	inBubble(t, time.Second, func(t *testing.T, l *Cache[int64], s *source) {
		asked := time.Now()
		want(t, l, AnyAge, 1)
		for _, oldest := range []time.Time{{}, asked} {
			if got, err := l.wait(t.Context(), l.missed("key", oldest)); got != int64(1) || err != nil || s.asked.Load() != 1 {
				t.Errorf("got %v, %v after %d questions", got, err, s.asked.Load())
			}
		}
		if got, err := l.wait(t.Context(), l.missed("key", asked.Add(1))); got != int64(2) || err != nil {
			t.Errorf("of what is too old it got %v, %v", got, err)
		}
	})
}

func TestLookupMaxAge(t *testing.T) {
	t.Parallel()
	inBubble(t, time.Second, func(t *testing.T, l *Cache[int64], s *source) {
		want(t, l, MaxAge(time.Minute), 1)
		pass(59 * time.Second)
		want(t, l, MaxAge(time.Minute), 1)
		pass(2 * time.Second)
		want(t, l, MaxAge(time.Minute), 2)
		s.fail(errDown)
		pass(2 * time.Minute)
		if _, err := l.Get(t.Context(), "key", MaxAge(time.Minute)); !errors.Is(err, errDown) {
			t.Errorf("a value that is too old was served: %v", err)
		}
		want(t, l, 0, 2)
	})
}

func TestLookupRemembersFailuresBriefly(t *testing.T) {
	t.Parallel()
	inBubble(t, 0, func(t *testing.T, l *Cache[int64], s *source) {
		s.fail(errDown)
		for range 10 {
			if _, err := l.Get(t.Context(), "key", 0); !errors.Is(err, errDown) {
				t.Errorf("get: %v, want %v", err, errDown)
			}
		}
		if n := s.asked.Load(); n != 1 {
			t.Errorf("asked %d times, want once", n)
		}
		s.fail(nil)
		pass(failureTTL)
		want(t, l, 0, 2)
	})
}

// TestLookupRemembersWhatLasts asks no more often than for an answer where the error is one.
func TestLookupRemembersWhatLasts(t *testing.T) {
	t.Parallel()
	inBubble(t, 0, func(t *testing.T, l *Cache[int64], s *source) {
		l.Lasting(func(error) time.Duration { return time.Minute })
		s.fail(errDown)
		for range 10 {
			if _, err := l.Get(t.Context(), "key", MaxAge(time.Hour)); !errors.Is(err, errDown) {
				t.Errorf("get: %v, want %v", err, errDown)
			}
			pass(5 * time.Second)
		}
		if n := s.asked.Load(); n != 1 {
			t.Errorf("asked %d times, want once", n)
		}
		s.fail(nil)
		pass(10 * time.Second)
		want(t, l, MaxAge(time.Hour), 2)
	})
}

// TestLookupForgetsFailureAfterSuccess lets a refresh succeed while a failure is remembered.
func TestLookupForgetsFailureAfterSuccess(t *testing.T) {
	t.Parallel()
	inBubble(t, 0, func(t *testing.T, l *Cache[int64], s *source) {
		s.fail(errDown)
		if _, err := l.Get(t.Context(), "key", 0); err == nil {
			t.Fatal("no error")
		}
		s.fail(nil)
		l.Refresh("key")
		synctest.Wait()
		want(t, l, MaxAge(time.Minute), 2)
	})
}

func TestLookupOutlivesItsCaller(t *testing.T) {
	t.Parallel()
	inBubble(t, time.Second, func(t *testing.T, l *Cache[int64], s *source) {
		hurried, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		if _, err := l.Get(hurried, "key", 0); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("get: %v, want a time-out", err)
		}
		want(t, l, 0, 1)
		if n := s.asked.Load(); n != 1 {
			t.Errorf("asked %d times, want once", n)
		}
	})
}

func TestLookupIsBounded(t *testing.T) {
	t.Parallel()
	for _, limit := range []time.Duration{LoadTimeout, 3 * LoadTimeout} {
		inBubble(t, time.Hour, func(t *testing.T, l *Cache[int64], _ *source) {
			if limit != LoadTimeout {
				l.Patient(limit)
			}
			began := time.Now()
			if _, err := l.Get(t.Context(), "key", 0); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("get: %v, want a time-out", err)
			}
			if waited := time.Since(began); waited != limit {
				t.Errorf("gave up after %v, want %v", waited, limit)
			}
		})
	}
}

// TestLookupFresh asks anew even while an older question is under way.
func TestLookupFresh(t *testing.T) {
	t.Parallel()
	inBubble(t, time.Second, func(t *testing.T, l *Cache[int64], s *source) {
		l.Refresh("key")
		synctest.Wait()
		got, err := l.Get(t.Context(), "key", Anew)
		if err != nil || got != 2 {
			t.Errorf("fresh: %d, %v; want 2", got, err)
		}
		s.fail(errDown)
		if _, err := l.Get(t.Context(), "key", Anew); !errors.Is(err, errDown) {
			t.Errorf("fresh: %v, want %v", err, errDown)
		}
	})
}

func TestLookupForget(t *testing.T) {
	t.Parallel()
	inBubble(t, time.Second, func(t *testing.T, l *Cache[int64], _ *source) {
		want(t, l, 0, 1)
		l.Forget("key")
		want(t, l, 0, 2)
	})
}

// TestLookupForgetsWhatIsUnderWay lets something change while the old answer is on its way.
func TestLookupForgetsWhatIsUnderWay(t *testing.T) {
	t.Parallel()
	inBubble(t, time.Second, func(t *testing.T, l *Cache[int64], _ *source) {
		l.Refresh("key")
		pass(500 * time.Millisecond)
		l.Forget("key")
		want(t, l, 0, 2)
		pass(time.Minute)
		want(t, l, 0, 2)
	})
}

// TestLookupKeepsTheLaterAnswer lets an earlier load answer after a later one.
func TestLookupKeepsTheLaterAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var asked atomic.Int64
		w := taskgroup.New()
		l := New(testTTL, time.Now, w, func(context.Context, string) (int64, error) {
			n := asked.Add(1)
			pass(time.Duration(3-n) * time.Second) // the first takes longer
			return n, nil
		})
		l.Refresh("key")
		synctest.Wait()
		if got, err := l.Get(t.Context(), "key", Anew); err != nil || got != 2 {
			t.Errorf("fresh: %d, %v; want 2", got, err)
		}
		pass(time.Minute)
		want(t, l, 0, 2)
		w.End(t.Context())
	})
}

// pass lets the clock of a synctest bubble go on.
func pass(d time.Duration) { <-time.After(d) }

// What changed while an answer was on its way may be missing from it: it is as old as its
// question, for whoever waits for it too.
func TestAnswerIsAsOldAsItsQuestion(t *testing.T) {
	t.Parallel()
	inBubble(t, 15*time.Second, func(t *testing.T, l *Cache[int64], _ *source) {
		l.Refresh("key")
		pass(14 * time.Second)
		want(t, l, MaxAge(10*time.Second), 2)
	})
	inBubble(t, 15*time.Second, func(t *testing.T, l *Cache[int64], _ *source) {
		want(t, l, MaxAge(30*time.Second), 1)
		pass(10 * time.Second)
		want(t, l, MaxAge(30*time.Second), 1)
		pass(10 * time.Second)
		want(t, l, MaxAge(30*time.Second), 2)
	})
}

// Orders that go out together ask once, whether the answer is there or on its way, and each
// takes none that was asked for too early for it.
func TestFreshAnswersAreShared(t *testing.T) {
	t.Parallel()
	inBubble(t, 4*time.Second, func(t *testing.T, l *Cache[int64], s *source) {
		l.Refresh("key")
		pass(time.Second)
		for range 40 {
			go want(t, l, MaxAge(2*time.Second), 1) // lands older than that, and was asked for in time
		}
		synctest.Wait()
		for range 40 {
			go want(t, l, MaxAge(500*time.Millisecond), 2) // what is on its way was asked for before
		}
		pass(10 * time.Second)
		if n := s.asked.Load(); n != 2 {
			t.Errorf("asked %d times, want 2", n)
		}
	})
}

// Has says whether asking would cost a question.
// Where loads take turns, all who need a younger answer than that of the load under way share the next.
func TestLoadsInTurn(t *testing.T) {
	t.Parallel()
	inBubble(t, 10*time.Second, func(t *testing.T, l *Cache[int64], s *source) {
		l.InTurn()
		go want(t, l, AnyAge, 1)
		pass(5 * time.Second)
		for range 40 {
			go want(t, l, MaxAge(time.Second), 2)
		}
		gone, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := l.Get(gone, "key", MaxAge(time.Second)); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("who goes away gets %v", err)
		}
		pass(20 * time.Second)
		if n := s.asked.Load(); n != 2 {
			t.Errorf("asked %d times, want twice", n)
		}
	})
}

func TestHas(t *testing.T) {
	t.Parallel()
	inBubble(t, time.Second, func(t *testing.T, l *Cache[int64], _ *source) {
		has := func(maxAge MaxAge, want bool) {
			t.Helper()
			if got := l.Has("key", maxAge); got != want {
				t.Errorf("has: %v, want %v", got, want)
			}
		}
		has(AnyAge, false)
		l.Refresh("key")
		synctest.Wait()
		has(Fresh, true)
		pass(3 * time.Second)
		has(Fresh, true)
		has(MaxAge(time.Second), false)
		has(AnyAge, true)
	})
}

// A failure from before the time that counts is not taken for an answer.
func TestOldFailureIsAskedAgain(t *testing.T) {
	t.Parallel()
	inBubble(t, 0, func(t *testing.T, l *Cache[int64], s *source) {
		s.fail(errDown)
		if _, err := l.Get(t.Context(), "key", Fresh); !errors.Is(err, errDown) {
			t.Fatalf("get: %v", err)
		}
		s.fail(nil)
		pass(time.Second)
		if _, err := l.Get(t.Context(), "key", Fresh); !errors.Is(err, errDown) {
			t.Errorf("the failure of a moment ago is forgotten: %v", err)
		}
		want(t, l, MaxAge(500*time.Millisecond), 2)
	})
}
