package directory

import (
	"context"
	"slices"
	"sync"
	"time"

	"renewbot/bot/lookup"
)

// glancePause is how long after a look at somebody in the background the next one is: there may be a hundred
// people in a group, and Slack wants to be asked no oftener than so many times a minute.
const glancePause = 3 * time.Second

// glances are the looks at people in the background: one at a time.
type glances struct {
	mu    sync.Mutex
	under bool // one is under way
	last  time.Time
	at    map[string]time.Time // by id
}

// Left says whether it is known of somebody that they can do nothing here any more. Slack is not asked.
func (d *Directory) Left(id string) bool {
	u, known := d.users.Kept(id, lookup.AnyAge)
	return known && d.stranger(u) != "" && !d.sister(u, id)
}

// Here are those of some people and groups of whom it is not known that they have left.
func (d *Directory) Here(ids []string) []string {
	defer d.glance(ids)
	return slices.DeleteFunc(slices.Clone(ids), d.Left)
}

// glance looks in the background at one of some people who are known: at whom nobody has looked for the longest time.
func (d *Directory) glance(ids []string) {
	g := &d.glances
	g.mu.Lock()
	defer g.mu.Unlock()
	now := d.now()
	if g.under || now.Sub(g.last) < glancePause {
		return
	}
	who, oldest := "", now.Add(-peopleTTL)
	for _, id := range ids {
		at := d.users.At(id)
		if at.IsZero() { // nothing is known that could be wrong
			continue
		}
		if g.at[id].After(at) {
			at = g.at[id]
		}
		if !at.After(oldest) {
			who, oldest = id, at
		}
	}
	if who == "" {
		return
	}
	g.under, g.last, g.at[who] = true, now, now
	d.tasks.Start(func(ctx context.Context) {
		_, _ = d.users.Get(ctx, who, DecisionAge)
		g.mu.Lock()
		defer g.mu.Unlock()
		g.under = false
	})
}
