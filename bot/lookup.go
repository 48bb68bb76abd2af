package bot

import (
	"context"
	"errors"
	"sync"
	"time"

	cache "github.com/patrickmn/go-cache"
	"golang.org/x/sync/singleflight"

	"renewbot/bot/metrics"
)

const (
	// failureTTL is how long a failed look-up is remembered, so that a vendor that is
	// down is not asked by every keystroke.
	failureTTL = 2 * time.Second
	// loadTimeout bounds a look-up, whoever waits for it.
	loadTimeout = 20 * time.Second
	// forgetAfter is how long a value is kept at all.
	forgetAfter = 24 * time.Hour
)

// lookup is a cache of one kind of answer. Many callers load a key once; a value past
// its time is served while it is refreshed in the background. Keys come from look-ups,
// never from what somebody typed.
type lookup[T any] struct {
	store *cache.Cache
	group singleflight.Group
	load  func(ctx context.Context, key string) (T, error)
	ttl   time.Duration
	now   func() time.Time
	work  *work
	count *metrics.Lookup // nil: nobody counts

	mu    sync.Mutex
	loads int64            // counts the loads
	floor map[string]int64 // by key: the answers of loads up to this one are out of date
}

type looked[T any] struct {
	value T
	at    time.Time
}

type failure struct {
	err error
	at  time.Time
}

func newLookup[T any](ttl time.Duration, now func() time.Time, w *work, load func(context.Context, string) (T, error)) *lookup[T] {
	// No janitor: it would be a goroutine that nobody can stop.
	return &lookup[T]{store: cache.New(forgetAfter, 0), load: load, ttl: ttl, now: now, work: w, floor: map[string]int64{}}
}

// get returns the value of key, not older than maxAge (0: of any age). A cold key is
// waited for as long as ctx lasts.
func (l *lookup[T]) get(ctx context.Context, key string, maxAge time.Duration) (T, error) {
	v, age, ok := l.look(key, maxAge)
	switch {
	case ok && age > l.ttl:
		l.count.Stale()
		return v, nil
	case ok:
		l.count.Hit()
		return v, nil
	}
	if err := l.failed(key); err != nil {
		l.count.Failed()
		var none T
		return none, err
	}
	l.count.Miss()
	return l.wait(ctx, key)
}

// failed is the error of a load that failed a moment ago.
func (l *lookup[T]) failed(key string) error {
	if f, ok := l.store.Get("failed " + key); ok && l.now().Sub(f.(failure).at) < failureTTL {
		return f.(failure).err
	}
	return nil
}

// peek returns the value of key if it is there, without waiting; an ageing one is
// refreshed in the background.
func (l *lookup[T]) peek(key string, maxAge time.Duration) (T, bool) {
	v, _, ok := l.look(key, maxAge)
	return v, ok
}

// look is peek, and tells the age.
func (l *lookup[T]) look(key string, maxAge time.Duration) (v T, age time.Duration, ok bool) {
	item, ok := l.store.Get(key)
	if !ok {
		return v, 0, false
	}
	found := item.(looked[T])
	age = l.now().Sub(found.at)
	if age > l.ttl && l.failed(key) == nil {
		l.refresh(key)
	}
	return found.value, age, maxAge == 0 || age <= maxAge
}

// refresh loads key in the background.
func (l *lookup[T]) refresh(key string) {
	l.work.start(func(ctx context.Context) { _, _ = l.wait(ctx, key) })
}

// fresh loads key anew.
func (l *lookup[T]) fresh(ctx context.Context, key string) (T, error) {
	l.group.Forget(key)
	return l.wait(ctx, key)
}

// forget drops the value of key, and the answer of a load that is under way.
func (l *lookup[T]) forget(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.floor[key] = l.loads
	l.group.Forget(key)
	l.store.Delete(key)
}

func (l *lookup[T]) begin() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.loads++
	return l.loads
}

// keep stores the answer of a load, unless a later load has answered already.
func (l *lookup[T]) keep(key string, load int64, v T, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if load <= l.floor[key] {
		return
	}
	if err != nil {
		l.store.Set("failed "+key, failure{err, l.now()}, failureTTL)
		return
	}
	l.floor[key] = load
	l.store.Delete("failed " + key)
	l.store.Set(key, looked[T]{v, l.now()}, forgetAfter)
}

func (l *lookup[T]) wait(ctx context.Context, key string) (T, error) {
	// The load outlives a caller that goes away: others wait for the same answer.
	result := l.group.DoChan(key, func() (any, error) {
		loading, cancel := context.WithTimeout(l.work.ctx, loadTimeout)
		defer cancel()
		number := l.begin()
		v, err := l.load(loading, key)
		l.keep(key, number, v, err)
		return v, err
	})
	var none T
	select {
	case r := <-result:
		if r.Err != nil {
			return none, r.Err
		}
		v, ok := r.Val.(T)
		if !ok {
			return none, errors.New("look-up gave a value of another type")
		}
		return v, nil
	case <-ctx.Done():
		return none, ctx.Err()
	}
}

// work runs the bot's background goroutines and waits for them at the end.
type work struct {
	ctx  context.Context
	stop context.CancelFunc

	mu      sync.Mutex
	running sync.WaitGroup
	closed  bool
}

func newWork() *work {
	ctx, stop := context.WithCancel(context.Background())
	return &work{ctx: ctx, stop: stop}
}

// start runs f unless the work has ended. f must return soon after its context ends.
func (w *work) start(f func(ctx context.Context)) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return false
	}
	w.running.Go(func() { f(w.ctx) })
	return true
}

// end lets nothing new start, waits for what runs until ctx ends, and then cancels it.
func (w *work) end(ctx context.Context) {
	w.mu.Lock()
	w.closed = true
	w.mu.Unlock()
	done := make(chan struct{})
	go func() { w.running.Wait(); close(done) }()
	select {
	case <-done:
	case <-ctx.Done():
	}
	w.stop()
	<-done
}
