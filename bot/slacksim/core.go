package slacksim

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"strings"
	"sync"
	"time"
)

// core is what every part of a workspace shares: who and where it is, the lock, the clock, the journal, and
// the changes that others wait for.
type core struct {
	manifest *manifest
	clock    Clock
	baseURL  string

	botToken, appToken           string
	teamID, teamDomain, teamName string
	enterpriseID, enterpriseName string
	appID, botID, botUserID      string

	mu     sync.Mutex // guards everything below, and the fields of every part
	rng    *mathrand.Rand
	lastTS int64
	journal
	changeFeed

	ctx    context.Context // ends when the workspace is closed
	cancel context.CancelFunc
	wg     sync.WaitGroup
}

func newCore(m *manifest) *core {
	c := &core{
		manifest: m, clock: realClock{}, teamID: "T0ACME", teamDomain: "acme", teamName: "Acme",
		rng:        mathrand.New(mathrand.NewPCG(mathrand.Uint64(), mathrand.Uint64())),
		journal:    journal{recorded: make(chan struct{}), watchers: map[int]func(Entry){}},
		changeFeed: changeFeed{changed: make(chan struct{}), subs: map[int]*subscriber{}},
	}
	c.ctx, c.cancel = context.WithCancel(context.Background())
	return c
}

// install gives the app its ids, and tokens where none were chosen.
func (c *core) install() {
	c.appID, c.botID, c.botUserID = c.newID("A0"), c.newID("B0"), c.newID("U0")
	if c.botToken == "" {
		c.botToken = "xoxb-" + digits(12) + "-" + digits(12) + "-" + secret(12)
	}
	if c.appToken == "" {
		c.appToken = "xapp-1-" + c.appID + "-" + digits(13) + "-" + secret(32)
	}
}

// spawn runs f in a goroutine that Close waits for. The lock is held.
func (c *core) spawn(f func()) {
	if c.ctx.Err() == nil {
		c.wg.Go(f)
	}
}

func (c *core) sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-c.ctx.Done():
		return errors.New("the workspace was closed")
	}
}

func (c *core) locked(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f()
}

const idAlphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"

// newID makes an id of Slack's look: a prefix and nine capitals or digits.
func (c *core) newID(prefix string) string {
	var b strings.Builder
	b.WriteString(prefix)
	for range 9 {
		b.WriteByte(idAlphabet[c.rng.IntN(len(idAlphabet))])
	}
	return b.String()
}

// hexID makes n bytes of random hexadecimal digits from the workspace's own source.
func (c *core) hexID(n int) string {
	const hexDigits = "0123456789abcdef"
	b := make([]byte, 2*n)
	for i := range b {
		b[i] = hexDigits[c.rng.IntN(16)]
	}
	return string(b)
}

// newTS makes the next message timestamp: the clock's time, and later than every one before it.
func (c *core) newTS() string {
	t := max(c.clock.Now().UnixMicro(), c.lastTS+1)
	c.lastTS = t
	return fmt.Sprintf("%d.%06d", t/1_000_000, t%1_000_000)
}

func digits(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	for i := range b {
		b[i] = '1' + b[i]%9
	}
	return string(b)
}

func secret(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return hex.EncodeToString(b)
}
