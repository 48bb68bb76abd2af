package ledger

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"renewbot/bot/renewal"
)

const (
	// denialsTogether is how long the repetitions of a denied action are counted before
	// one entry says how many there were.
	denialsTogether = time.Hour
	// denialsEach is how many different denied actions of one person get entries of their
	// own in that time. Whatever follows is counted together.
	denialsEach = 30
	// denialsPoll is how often it is looked whether counting has ended.
	denialsPoll = time.Second
)

// denials keeps people from flooding the trail with what they may not: the first try of an
// action is written down at once, and the next ones are counted. The count is in memory;
// a process that is killed loses it, and no first try.
type denials struct {
	mu      sync.Mutex
	counted map[denial]*repetitions
	each    map[string]int // the different ones, by person
	clicks  []string       // that were refused last, or have opened a form
}

// clicksKept is how many such clicks are remembered: Slack delivers one again within minutes.
const clicksKept = 500

// RefusedBefore says whether this process has answered this very click before, by a refusal or a
// form: Slack delivers some twice. Whoever asks refuses it now. A click without an id is another one each time.
func (l *Ledger) RefusedBefore(click string) bool { return l.denials.again(click) }

// Opened says that a click has opened a form: should Slack deliver it again when what the form was
// for is done, it is nothing.
func (l *Ledger) Opened(click string) { l.denials.again(click) }

func (d *denials) again(click string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if click == "" {
		return false
	}
	if slices.Contains(d.clicks, click) {
		return true
	}
	d.clicks = append(d.clicks[max(len(d.clicks)+1-clicksKept, 0):], click)
	return false
}

// denial is what somebody tried and may not. The one without an action and a request stands
// for all that were too many.
type denial struct {
	actor, action, refusal string
	request                int64
}

// repetitions are the tries of one denial after the first.
type repetitions struct {
	since time.Time
	last  renewal.Change
	count int
}

// first says whether a denial is to be written down now. If not, it was counted.
func (d *denials) first(c renewal.Change) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.counted == nil {
		d.counted, d.each = map[denial]*repetitions{}, map[string]int{}
	}
	k := denialOf(c)
	if r, known := d.counted[k]; known {
		r.count++
		r.last = c
		return false
	}
	if d.each[k.actor] >= denialsEach {
		k = denial{actor: k.actor}
		if r, known := d.counted[k]; known {
			r.count++
			r.last = c
			return false
		}
		d.counted[k] = &repetitions{since: c.Entry.At, last: c, count: 1}
		return false
	}
	d.each[k.actor]++
	d.counted[k] = &repetitions{since: c.Entry.At, last: c}
	return true
}

// forget takes a first try back that could not be written down.
func (d *denials) forget(c renewal.Change) {
	d.mu.Lock()
	defer d.mu.Unlock()
	k := denialOf(c)
	if _, known := d.counted[k]; known {
		delete(d.counted, k)
		d.each[k.actor]--
	}
}

// ended takes out what was counted for long enough, or everything, as entries that say how
// often it was.
func (d *denials) ended(now time.Time, everything bool) []renewal.Change {
	d.mu.Lock()
	defer d.mu.Unlock()
	var list []renewal.Change
	for k, r := range d.counted {
		if !everything && now.Sub(r.since) < denialsTogether {
			continue
		}
		delete(d.counted, k)
		if k.action != "" {
			if d.each[k.actor]--; d.each[k.actor] <= 0 {
				delete(d.each, k.actor)
			}
		}
		if r.count > 0 {
			c := r.last
			c.Entry.At = now
			if k.action == "" { // of several requests and kinds
				c.Request, c.Entry.RequestID, c.Entry.Revision, c.Entry.From, c.Entry.To = renewal.Request{}, 0, 0, "", ""
				c.Jobs = []renewal.Job{{Kind: renewal.SyncSlack, At: now}}
			}
			c.Entry.Detail = map[string]string{
				renewal.DetailAction: k.action, renewal.DetailRefusal: k.refusal, renewal.DetailCount: strconv.Itoa(r.count),
			}
			list = append(list, c)
		}
	}
	return list
}

func denialOf(c renewal.Change) denial {
	e := c.Entry
	return denial{e.Actor, e.Detail[renewal.DetailAction], e.Detail[renewal.DetailRefusal], e.RequestID}
}

// deny writes a denied action down, or counts it. With ErrRepeated it was one delivery more of
// what was refused before.
func (l *Ledger) deny(ctx context.Context, c renewal.Change) error {
	if l.denials.again(c.Click) {
		return renewal.ErrRepeated
	}
	if !l.denials.first(c) {
		return nil
	}
	if err := l.saveDenied(ctx, c); err != nil {
		l.denials.forget(c)
		return err
	}
	return nil
}

func (l *Ledger) saveDenied(ctx context.Context, c renewal.Change) error {
	err := l.change(ctx, "deny", func(t tx) error { return l.recordDenied(ctx, t, &c) })
	if err = l.known(ctx, c.Entry, err); err != nil {
		return fmt.Errorf("record a refused action: %w", err)
	}
	l.options.Observer.Saved(c)
	return nil
}

// sumUpDenials writes down, while ctx lasts, what was counted.
func (l *Ledger) sumUpDenials(ctx context.Context) {
	ticker := time.NewTicker(denialsPoll)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			l.writeCounted(ctx, false)
		}
	}
}

// writeCounted writes down what was counted for long enough, or everything.
func (l *Ledger) writeCounted(ctx context.Context, everything bool) {
	for _, c := range l.denials.ended(l.estimate(), everything) {
		if err := l.saveDenied(ctx, c); err != nil {
			l.options.Logger.ErrorContext(ctx, "repeated refusals were not written down",
				"user", c.Entry.Actor, "action", c.Entry.Detail[renewal.DetailAction], "times", c.Entry.Detail[renewal.DetailCount], "error", err)
		}
	}
}
