package page_test

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"renewbot/bot/sandbox/page"
)

func TestClockRunsAndIsMovedOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		c := page.NewClock(-time.Hour, time.Minute)
		if got := c.Now().Sub(begin); got != -59*time.Minute {
			t.Errorf("it begins %v from now", got)
		}
		<-time.After(10 * time.Second)
		c.Advance(time.Hour)
		c.Advance(-2 * time.Hour) // never back
		if got := c.Now().Sub(begin); got != time.Minute+10*time.Second || c.Ahead() != time.Hour+time.Minute {
			t.Errorf("it is %v from the beginning, %v ahead", got, c.Ahead())
		}
	})
}

func TestClockWakes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := page.NewClock(0, 0)
		var mu sync.Mutex
		rang := map[string]int{}
		ring := func(name string) {
			mu.Lock()
			defer mu.Unlock()
			rang[name]++
		}
		for name, d := range map[string]time.Duration{"now": 0, "in a second": time.Second, "in an hour": time.Hour, "in a day": 24 * time.Hour} {
			c.AfterFunc(d, func() { ring(name) })
		}
		stop := c.AfterFunc(time.Second, func() { ring("stopped") })
		stop()
		stop()
		expect := func(when string, want map[string]int) {
			t.Helper()
			synctest.Wait()
			mu.Lock()
			defer mu.Unlock()
			if diff := cmp.Diff(want, rang); diff != "" {
				t.Errorf("%s (-want +got):\n%s", when, diff)
			}
		}
		expect("at once", map[string]int{"now": 1})
		<-time.After(time.Second)
		expect("after a second", map[string]int{"now": 1, "in a second": 1})
		c.Advance(30 * time.Minute)
		expect("half an hour later", map[string]int{"now": 1, "in a second": 1})
		c.Advance(29*time.Minute + 50*time.Second)
		expect("almost", map[string]int{"now": 1, "in a second": 1})
		<-time.After(9 * time.Second) // the rest of the hour passes by itself
		expect("after an hour", map[string]int{"now": 1, "in a second": 1, "in an hour": 1})
		c.Advance(48 * time.Hour)
		c.Advance(48 * time.Hour)
		expect("days later", map[string]int{"now": 1, "in a second": 1, "in an hour": 1, "in a day": 1})
	})
}
