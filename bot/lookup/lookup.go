// Package lookup is a cache of answers that are expensive to ask for: many callers load an
// answer once, and one that has aged is served while it is refreshed in the background.
// It knows nothing of what is looked up.
package lookup

import (
	"context"
	"sync"
	"time"

	cache "github.com/patrickmn/go-cache"

	"renewbot/bot/metrics"
	"renewbot/bot/taskgroup"
)

const (
	// failureTTL is how long a failed look-up is remembered, unless Lasting says otherwise, so
	// that a vendor that is down is not asked by every keystroke.
	failureTTL = 2 * time.Second
	// LoadTimeout bounds a look-up, whoever waits for it, unless Patient says otherwise.
	LoadTimeout = 20 * time.Second
	// forgetAfter is how long a value is kept at all.
	forgetAfter = 24 * time.Hour
)

// MaxAge says how old an answer may be when it is asked for. One that is on its way counts
// from its own question.
type MaxAge time.Duration

const (
	// AnyAge takes what there is.
	AnyAge MaxAge = 0
	// Anew asks even if there is an answer from just now, or one is on its way.
	Anew MaxAge = -1
	// Fresh takes what was asked for in the last seconds, for what goes out together.
	Fresh = MaxAge(5 * time.Second)
)

// Cache keeps one kind of answer. Keys come from look-ups, never from what somebody
// typed. Make it with New.
type Cache[T any] struct{ *answers }

// answers is a Cache of whatever type: code for all types is not compiled for each.
type answers struct {
	store *cache.Cache
	load  func(ctx context.Context, key string) (any, error)
	ttl   time.Duration
	limit time.Duration // of a load
	lasts func(error) time.Duration
	now   func() time.Time
	tasks *taskgroup.Group
	count *metrics.Lookup // nil: nobody counts
	turns bool            // one load of a key at a time

	mu     sync.Mutex
	flying map[string]*flight // by key: the latest load that is under way
	loads  int64              // counts the loads
	floor  map[string]int64   // by key: the answers of loads up to this one are out of date
}

// flight is a load that is under way, for whoever waits for it.
type flight struct {
	number int64
	looked looked
	err    error
	landed chan struct{} // closed when looked and err are there
}

// looked is an answer. It is as old as its question: what has changed while it was on its
// way may be missing from it.
type looked struct {
	value any
	at    time.Time
}

type failure struct {
	err       error
	asked, at time.Time
	ttl       time.Duration
}

// New makes an empty cache. An answer older than ttl is refreshed; load asks for one.
func New[T any](ttl time.Duration, now func() time.Time, tasks *taskgroup.Group, load func(context.Context, string) (T, error)) *Cache[T] {
	return &Cache[T]{&answers{
		store: cache.New(forgetAfter, 0), // no janitor: it would be a goroutine that nobody can stop
		load:  func(ctx context.Context, key string) (any, error) { return load(ctx, key) },
		ttl:   ttl, limit: LoadTimeout, lasts: func(error) time.Duration { return 0 }, now: now,
		tasks: tasks, flying: map[string]*flight{}, floor: map[string]int64{},
	}}
}

// Get returns the value of key, not older than maxAge. One that is not there is waited
// for as long as ctx lasts; its error is that of the load, or of ctx.
func (c *Cache[T]) Get(ctx context.Context, key string, maxAge MaxAge) (T, error) {
	return typed[T](c.get(ctx, key, maxAge))
}

// Peek returns the value of key if it is there, without waiting; an ageing one is
// refreshed in the background.
func (c *Cache[T]) Peek(key string) (T, bool) {
	v, ok := c.peek(key)
	value, _ := typed[T](v, nil)
	return value, ok
}

// Kept returns the value of key if it is there and not older than maxAge, and asks for nothing.
func (c *Cache[T]) Kept(key string, maxAge MaxAge) (T, bool) {
	found, ok := c.stored(key)
	value, _ := typed[T](found.value, nil)
	return value, ok && !found.at.Before(c.oldest(maxAge))
}

func typed[T any](v any, err error) (T, error) {
	value, _ := v.(T) // nothing at all, with an error
	return value, err
}

// Patient gives each load more time than LoadTimeout: one of many calls, which are made at the
// rate that the vendor is asked at, each of them with its own end.
func (c *answers) Patient(limit time.Duration) { c.limit = limit }

// Lasting says for how long an error is remembered as an answer would be; zero: as any other failure.
func (c *answers) Lasting(lasts func(error) time.Duration) { c.lasts = lasts }

// InTurn has who needs a younger answer than that of the load under way wait for its end first: all
// who wait share the next one.
func (c *answers) InTurn() { c.turns = true }

// Count lets figures be kept of the cache.
func (c *answers) Count(m *metrics.Lookup) { c.count = m }

func (c *answers) get(ctx context.Context, key string, maxAge MaxAge) (any, error) {
	if maxAge == Anew {
		return c.wait(ctx, c.begin(key))
	}
	oldest := c.oldest(maxAge)
	if found, ok := c.stored(key); ok && !found.at.Before(oldest) {
		if c.aged(key, found) {
			c.count.Stale()
		} else {
			c.count.Hit()
		}
		return found.value, nil
	}
	if err := c.failed(key, oldest); err != nil {
		c.count.Failed()
		return nil, err
	}
	c.count.Miss()
	if err := c.turn(ctx, key, oldest); err != nil {
		return nil, err
	}
	return c.wait(ctx, c.missed(key, oldest))
}

// Has says whether Get needs no question of its own: the answer is there, or on its way.
func (c *answers) Has(key string, maxAge MaxAge) bool {
	oldest := c.oldest(maxAge)
	if found, ok := c.stored(key); ok && !found.at.Before(oldest) {
		return true
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	f := c.flying[key]
	return f != nil && !f.looked.at.Before(oldest)
}

// oldest is when an answer must have been asked for that is not older than maxAge.
func (c *answers) oldest(maxAge MaxAge) time.Time {
	if maxAge == AnyAge {
		return time.Time{}
	}
	return c.now().Add(-time.Duration(maxAge))
}

// failed is the error of a load that failed a moment ago.
func (c *answers) failed(key string, oldest time.Time) error {
	item, ok := c.store.Get("failed " + key)
	if !ok {
		return nil
	}
	if f := item.(failure); c.now().Sub(f.at) < f.ttl && !f.asked.Before(oldest) {
		return f.err
	}
	return nil
}

func (c *answers) peek(key string) (any, bool) {
	found, ok := c.stored(key)
	if ok {
		c.aged(key, found)
	}
	return found.value, ok
}

// At is when the value of key was asked for; zero: there is none.
func (c *answers) At(key string) time.Time {
	found, _ := c.stored(key)
	return found.at
}

// aged says whether an answer is older than it should be; then it is refreshed.
func (c *answers) aged(key string, found looked) bool {
	aged := c.now().Sub(found.at) > c.ttl
	if aged && c.failed(key, time.Time{}) == nil {
		c.Refresh(key)
	}
	return aged
}

// stored is an answer of whatever age.
func (c *answers) stored(key string) (looked, bool) {
	item, ok := c.store.Get(key)
	if !ok {
		return looked{}, false
	}
	return item.(looked), true
}

// Refresh loads key in the background.
func (c *answers) Refresh(key string) {
	c.tasks.Start(func(ctx context.Context) { _, _ = c.wait(ctx, c.join(key, time.Time{})) })
}

// Forget drops the value of key, that it failed a moment ago, and the answer of a load that is under way.
func (c *answers) Forget(key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.floor[key] = c.loads
	delete(c.flying, key)
	c.store.Delete(key)
	c.store.Delete("failed " + key)
}

// missed is join for who has found no answer: it may have landed since.
func (c *answers) missed(key string, oldest time.Time) *flight {
	c.mu.Lock()
	defer c.mu.Unlock()
	found, ok := c.stored(key)
	if !ok || found.at.Before(oldest) {
		return c.joined(key, oldest)
	}
	f := &flight{looked: found, landed: make(chan struct{})}
	close(f.landed)
	return f
}

// turn waits, where loads take turns, for the end of one that is under way and was begun before oldest.
func (c *answers) turn(ctx context.Context, key string, oldest time.Time) error {
	for c.turns {
		c.mu.Lock()
		f := c.flying[key]
		c.mu.Unlock()
		if f == nil || !f.looked.at.Before(oldest) {
			return nil
		}
		select {
		case <-f.landed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// join is the load of key that is under way and was not begun before oldest, or a new one.
func (c *answers) join(key string, oldest time.Time) *flight {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.joined(key, oldest)
}

// joined is join, for who has locked.
func (c *answers) joined(key string, oldest time.Time) *flight {
	if f := c.flying[key]; f != nil && !f.looked.at.Before(oldest) {
		return f
	}
	return c.begun(key)
}

// begin is a new load of key.
func (c *answers) begin(key string) *flight {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.begun(key)
}

// begun is begin, for who has locked.
func (c *answers) begun(key string) *flight {
	c.loads++
	f := &flight{number: c.loads, looked: looked{at: c.now()}, landed: make(chan struct{})}
	c.flying[key] = f
	go c.fly(key, f)
	return f
}

// fly loads. It outlives a caller that goes away: others wait for the same answer.
func (c *answers) fly(key string, f *flight) {
	defer close(f.landed)
	loading, cancel := context.WithTimeout(c.tasks.Context(), c.limit)
	defer cancel()
	f.looked.value, f.err = c.load(loading, key)
	c.keep(key, f)
}

// keep stores the answer of a load, unless a later load has answered already.
func (c *answers) keep(key string, f *flight) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.flying[key] == f {
		delete(c.flying, key)
	}
	switch {
	case f.number <= c.floor[key]:
	case f.err != nil:
		ttl := max(failureTTL, c.lasts(f.err))
		c.store.Set("failed "+key, failure{f.err, f.looked.at, c.now(), ttl}, ttl)
	default:
		c.floor[key] = f.number
		c.store.Delete("failed " + key)
		c.store.Set(key, f.looked, forgetAfter)
	}
}

func (c *answers) wait(ctx context.Context, f *flight) (any, error) {
	select {
	case <-f.landed:
		if f.err != nil {
			return nil, f.err
		}
		return f.looked.value, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
