// Package lookup is a cache of answers that are expensive to ask for: many callers load an
// answer once, and one that has aged is served while it is refreshed in the background.
// It knows nothing of what is looked up.
package lookup

import (
	"context"
	"errors"
	"sync"
	"time"

	cache "github.com/patrickmn/go-cache"
	"golang.org/x/sync/singleflight"

	"renewbot/bot/metrics"
	"renewbot/bot/taskgroup"
)

const (
	// failureTTL is how long a failed look-up is remembered, so that a vendor that is
	// down is not asked by every keystroke.
	failureTTL = 2 * time.Second
	// LoadTimeout bounds a look-up, whoever waits for it.
	LoadTimeout = 20 * time.Second
	// forgetAfter is how long a value is kept at all.
	forgetAfter = 24 * time.Hour
)

// MaxAge says how old an answer may be that is served from the cache.
type MaxAge time.Duration

const (
	// AnyAge takes what there is.
	AnyAge MaxAge = 0
	// Anew asks even if there is an answer from just now.
	Anew MaxAge = -1
)

// Cache keeps one kind of answer. Keys come from look-ups, never from what somebody
// typed. Make it with New.
type Cache[T any] struct {
	store *cache.Cache
	group singleflight.Group
	load  func(ctx context.Context, key string) (T, error)
	ttl   time.Duration
	now   func() time.Time
	tasks *taskgroup.Group
	count *metrics.Lookup // nil: nobody counts

	mu    sync.Mutex
	loads int64            // counts the loads
	floor map[string]int64 // by key: the answers of loads up to this one are out of date
}

// looked is an answer. It is as old as its question: what has changed while it was on its
// way may be missing from it.
type looked[T any] struct {
	value T
	at    time.Time
}

type failure struct {
	err error
	at  time.Time
}

// New makes an empty cache. An answer older than ttl is refreshed; load asks for one.
func New[T any](ttl time.Duration, now func() time.Time, tasks *taskgroup.Group, load func(context.Context, string) (T, error)) *Cache[T] {
	// No janitor: it would be a goroutine that nobody can stop.
	return &Cache[T]{store: cache.New(forgetAfter, 0), load: load, ttl: ttl, now: now, tasks: tasks, floor: map[string]int64{}}
}

// Count lets figures be kept of the cache.
func (c *Cache[T]) Count(m *metrics.Lookup) { c.count = m }

// Get returns the value of key, not older than maxAge. One that is not there is waited
// for as long as ctx lasts; its error is that of the load, or of ctx.
func (c *Cache[T]) Get(ctx context.Context, key string, maxAge MaxAge) (T, error) {
	if maxAge == Anew {
		c.group.Forget(key)
		found, err := c.wait(ctx, key)
		return found.value, err
	}
	v, age, ok := c.look(key, maxAge)
	switch {
	case ok && age > c.ttl:
		c.count.Stale()
		return v, nil
	case ok:
		c.count.Hit()
		return v, nil
	}
	if err := c.failed(key); err != nil {
		c.count.Failed()
		var none T
		return none, err
	}
	c.count.Miss()
	found, err := c.wait(ctx, key)
	if err == nil && !c.fresh(found, maxAge) { // it was asked for long before by somebody else
		c.group.Forget(key)
		found, err = c.wait(ctx, key)
	}
	return found.value, err
}

// fresh says whether an answer is not older than maxAge.
func (c *Cache[T]) fresh(found looked[T], maxAge MaxAge) bool {
	return maxAge == AnyAge || c.now().Sub(found.at) <= time.Duration(maxAge)
}

// failed is the error of a load that failed a moment ago.
func (c *Cache[T]) failed(key string) error {
	if f, ok := c.store.Get("failed " + key); ok && c.now().Sub(f.(failure).at) < failureTTL {
		return f.(failure).err
	}
	return nil
}

// Peek returns the value of key if it is there, without waiting; an ageing one is
// refreshed in the background.
func (c *Cache[T]) Peek(key string) (T, bool) {
	v, _, ok := c.look(key, AnyAge)
	return v, ok
}

// At is when the value of key was asked for; zero: there is none.
func (c *Cache[T]) At(key string) time.Time {
	if item, ok := c.store.Get(key); ok {
		return item.(looked[T]).at
	}
	return time.Time{}
}

// look is Peek, and tells the age.
func (c *Cache[T]) look(key string, maxAge MaxAge) (v T, age time.Duration, ok bool) {
	item, ok := c.store.Get(key)
	if !ok {
		return v, 0, false
	}
	found := item.(looked[T])
	age = c.now().Sub(found.at)
	if age > c.ttl && c.failed(key) == nil {
		c.Refresh(key)
	}
	return found.value, age, c.fresh(found, maxAge)
}

// Refresh loads key in the background.
func (c *Cache[T]) Refresh(key string) {
	c.tasks.Start(func(ctx context.Context) { _, _ = c.wait(ctx, key) })
}

// Forget drops the value of key, and the answer of a load that is under way.
func (c *Cache[T]) Forget(key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.floor[key] = c.loads
	c.group.Forget(key)
	c.store.Delete(key)
}

func (c *Cache[T]) begin() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.loads++
	return c.loads
}

// keep stores the answer of a load, unless a later load has answered already.
func (c *Cache[T]) keep(key string, load int64, found looked[T], err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if load <= c.floor[key] {
		return
	}
	if err != nil {
		c.store.Set("failed "+key, failure{err, c.now()}, failureTTL)
		return
	}
	c.floor[key] = load
	c.store.Delete("failed " + key)
	c.store.Set(key, found, forgetAfter)
}

func (c *Cache[T]) wait(ctx context.Context, key string) (looked[T], error) {
	// The load outlives a caller that goes away: others wait for the same answer.
	result := c.group.DoChan(key, func() (any, error) {
		loading, cancel := context.WithTimeout(c.tasks.Context(), LoadTimeout)
		defer cancel()
		number, found := c.begin(), looked[T]{at: c.now()}
		var err error
		found.value, err = c.load(loading, key)
		c.keep(key, number, found, err)
		return found, err
	})
	var none looked[T]
	select {
	case r := <-result:
		if r.Err != nil {
			return none, r.Err
		}
		found, ok := r.Val.(looked[T])
		if !ok {
			return none, errors.New("look-up gave a value of another type")
		}
		return found, nil
	case <-ctx.Done():
		return none, ctx.Err()
	}
}
