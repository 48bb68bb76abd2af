package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

const (
	// intervals is how many lines a soak has: an hour's have five minutes each.
	intervals = 12
	// soakEvery spaces what is done: more than any office does, and far less than the program can.
	soakEvery = 20 * time.Millisecond
	// orderEvery is in how many intervals there is one order.
	orderEvery = 3
)

// interval is a part of a soak.
type interval struct {
	ends         time.Duration
	interactions int64
	bytes        float64 // resident
	command      samples // ms
	search       samples // ms
}

// soak uses the product without a pause, beside a portal of 5,000 customers and 5,000 PBXs, and looks at its memory and its
// answers at the end of each interval. In each third one a request is made, approved and ordered.
func (b *bench) soak(ctx context.Context) error {
	if b.settings.soak <= 0 {
		return nil
	}
	product, _ := b.product()
	c, err := product.another(ctx, "soak", customers, pbxs)
	if err != nil {
		return err
	}
	buyers, err := c.world.buyers(intervals)
	err = errors.Join(err, wait(ctx, b.settings.idle)) // the lists of the portal are read
	began := time.Now()
	for i := range intervals {
		if err != nil {
			break
		}
		var part interval
		part, err = c.soakPart(ctx, buyers[i], i+1, began.Add(b.settings.soak*time.Duration(i+1)/intervals))
		part.ends = time.Since(began)
		b.soaked = append(b.soaked, part)
	}
	if err != nil {
		err = fmt.Errorf("%w\n%s", err, c.tail())
	}
	return errors.Join(err, c.end(context.WithoutCancel(ctx)), c.world.close())
}

// soakPart is one interval, the nth, until a time.
func (c *candidate) soakPart(ctx context.Context, of buyer, n int, until time.Time) (interval, error) {
	var part interval
	before := c.world.envelopes.Load()
	if n%orderEvery == 1 {
		if err := c.renewal(ctx, of, n/orderEvery+1, &results{}); err != nil {
			return part, err
		}
	}
	tick := time.NewTicker(soakEvery)
	defer tick.Stop()
	for i := 0; time.Now().Before(until) || i == 0; i++ {
		took, err := c.world.typeCommand(ctx, "/renew")
		if err != nil {
			return part, err
		}
		part.command.took(took)
		if took, _, err = c.world.search(ctx, typedQueries[i%len(typedQueries)]); err != nil {
			return part, err
		}
		part.search.took(took)
		if _, err := c.told(ctx, "/renew list"); err != nil {
			return part, err
		}
		<-tick.C
	}
	part.interactions = c.world.envelopes.Load() - before
	rss, err := c.rss()
	part.bytes = rss
	return part, err
}

// told types a command that is answered with a message, and says how long its answer took.
func (c *candidate) told(ctx context.Context, command string, want ...string) (time.Duration, error) {
	forget(c.world.acked)
	result, err := c.world.alice.Command(ctx, renewals, command)
	if err != nil || result.Failure != "" || result.Reply == nil {
		return 0, fmt.Errorf("%s: not answered: %s %w", command, result.Failure, err)
	}
	for _, w := range want {
		if told := c.world.slack.Text(*result.Reply); !strings.Contains(told, w) {
			return 0, fmt.Errorf("%s was answered with %q", command, told)
		}
	}
	return next(ctx, c.world.acked, command)
}

// toldLater types a command that is answered through its response_url, and says how long its answer took.
func (w *world) toldLater(ctx context.Context, command string) (time.Duration, error) {
	forget(w.hooked)
	began := time.Now()
	if result, err := w.alice.Command(ctx, renewals, command); err != nil || result.Failure != "" {
		return 0, fmt.Errorf("%s: %s %w", command, result.Failure, err)
	}
	at, err := next(ctx, w.hooked, "an answer to "+command)
	return at.Sub(began), err
}

// soakTable is the part of the report about the soak.
func (b *bench) soakTable() string {
	if len(b.soaked) == 0 {
		return ""
	}
	var s strings.Builder
	fmt.Fprintf(&s, "A soak of %s, with 5,000 customers and 5,000 PBXs: commands, searches and lists without a pause, and an order in each "+
		"third interval (`make bench-soak` takes an hour).\n\n", b.settings.soak)
	s.WriteString("| Until | Interactions | Memory | `/renew` → `views.open` | Customer search |\n|---|---|---|---|---|\n")
	var last interval
	for _, part := range b.soaked {
		fmt.Fprintf(&s, "| %s | %d | %s | %s | %s |\n", part.ends.Round(time.Second), part.interactions, samples{part.bytes}.megabytes(),
			part.command.milliseconds(), part.search.milliseconds())
		last = part
	}
	// The first interval is still finding its size.
	from := b.soaked[min(len(b.soaked)/3, len(b.soaked)-1)]
	fmt.Fprintf(&s, "\nFrom %s to the end memory changes by %+.2f MB.\n\n", from.ends.Round(time.Second), (last.bytes-from.bytes)/1e6)
	return s.String()
}
