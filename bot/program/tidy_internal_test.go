package program

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// Memory is given back at once, when the start is over, a moment after lists were read and no more are,
// and every now and then.
func TestTidy(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, end := context.WithCancel(t.Context())
		read := make(chan struct{}, 1)
		began := time.Now()
		var times []time.Duration
		go tidy(ctx, read, func(started bool) {
			times = append(times, time.Since(began).Truncate(time.Second))
			if started != (len(times) > 1) {
				t.Errorf("the start is over, it says the time number %d: %t", len(times), started)
			}
		})
		for _, pause := range []time.Duration{20 * time.Second, time.Second, time.Second, time.Minute} {
			<-time.After(pause)
			read <- struct{}{}
		}
		<-time.After(15 * time.Minute)
		end()
		synctest.Wait()
		want := []time.Duration{0, 10 * time.Second, 32 * time.Second, 92 * time.Second, 92*time.Second + tidyEvery}
		if diff := cmp.Diff(want, times); diff != "" {
			t.Errorf("memory is given back (-want +got):\n%s", diff)
		}
	})
}

// Lists that are read all the time do not put it off for ever.
func TestTidyWhileListsAreRead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, end := context.WithCancel(t.Context())
		read := make(chan struct{}, 1)
		times := 0
		go tidy(ctx, read, func(bool) { times++ })
		for range int(time.Hour / (5 * time.Second)) {
			<-time.After(5 * time.Second)
			read <- struct{}{}
		}
		end()
		synctest.Wait()
		if times < 6 || times > 7 {
			t.Errorf("in an hour memory is given back %d times", times)
		}
	})
}
