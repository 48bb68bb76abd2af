package program

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"renewbot/bot/ledger/pgtest"
	"renewbot/bot/slacksim"
	"renewbot/yeastar/yeastarsim"
)

const (
	// crashAtOnce is how many runs go on at the same time: they mostly wait.
	crashAtOnce = 6
	// crashEnough is how many failures tell enough: each takes its patience.
	crashEnough = 5
	// crashPatience bounds one run.
	crashPatience = 3 * time.Minute
)

// started is the point after which the program works its jobs.
const started = "ledger: enqueue #1 after"

// crashFaults is what the vendor does with the first order it is sent.
var crashFaults = map[string]*yeastarsim.Fault{
	"none":                         nil,
	"hang":                         fault(yeastarsim.Hang()),
	"500 before the effect":        fault(yeastarsim.HTTPError(500)),
	"502 after the effect":         fault(yeastarsim.HTTPError(502).After()),
	"reset after the effect":       fault(yeastarsim.Reset().After()),
	"broken JSON after the effect": fault(yeastarsim.BrokenJSON().After()),
	"401":                          fault(yeastarsim.Unauthorized()),
	"429":                          fault(yeastarsim.TooMany(time.Second)),
}

func fault(f yeastarsim.Fault) *yeastarsim.Fault {
	f = f.Times(1)
	return &f
}

// crash is one run: the program is killed at each point, one after the other, started
// again after each, and left alone in the end.
type crash struct {
	story story
	fault string
	at    []string
}

func (c crash) name() string {
	return string(c.story) + ", " + c.fault + ", killed at " + strings.Join(c.at, " and then at ")
}

// crashed is what became of a run.
type crashed struct {
	kills  int      // that happened
	points []string // that the first process passed
}

// TestCrashMatrix kills the program at every step of placing an order and of posting to
// Slack, with everything that the vendor may do, starts it again, and looks for second
// orders, lost requests, and messages that are missing or there twice.
func TestCrashMatrix(t *testing.T) {
	t.Parallel()
	pgtest.Available(t)
	if plain(t) {
		return
	}
	draw := newCrashDraw(t)
	var runs, kills, planned, failures atomic.Int64
	var struck sync.Map // engine and kind of point
	began, chosen := time.Now(), int64(0)
	play := func(t *testing.T, e engine, list []crash) []crashed {
		results := make([]crashed, len(list))
		chosen += int64(len(list))
		var g errgroup.Group
		g.SetLimit(crashAtOnce)
		for i, c := range list {
			g.Go(func() error {
				if failures.Load() >= crashEnough {
					return nil
				}
				ok := t.Run(e.name+", "+c.name(), func(t *testing.T) {
					runs.Add(1)
					planned.Add(int64(len(c.at)))
					results[i] = c.run(t, e)
					kills.Add(int64(results[i].kills))
					for _, p := range c.at[:results[i].kills] {
						struck.Store(e.name+" "+kindOf(p), true)
					}
				})
				if !ok {
					failures.Add(1)
				}
				return nil
			})
		}
		_ = g.Wait()
		return results
	}
	for _, e := range []engine{sqliteEngine(t), postgresEngine(t)} {
		var undisturbed []crash
		for _, f := range slices.Sorted(maps.Keys(crashFaults)) {
			undisturbed = append(undisturbed, crash{story: waiting, fault: f})
		}
		for _, s := range single {
			undisturbed = append(undisturbed, crash{story: s, fault: "none"})
		}
		passed := passedPoints{}
		var others []crash
		for i, r := range play(t, e, undisturbed) {
			if c := undisturbed[i]; c.story == waiting {
				passed[c.fault] = r.points
			} else {
				others = append(others, c.atItsSteps(r.points)...)
			}
		}
		if failures.Load() > 0 {
			t.Fatal("without any kill the runs fail already")
		}
		list := append(draw.matrix(passed), draw.some(others)...)
		part := mine(t, slices.Clone(list))
		fmt.Printf("crash matrix: on %s %d runs with kills, of which %d are made\n", e.name, len(list), len(part))
		play(t, e, part)
		if runs.Load() < chosen || *crashShard != "" {
			continue // only some were asked for
		}
		for _, step := range crashSteps {
			wasStruck := func() bool { _, ok := struck.Load(e.name + " " + step); return ok }
			for _, c := range append(passed.all(), others...) { // the order of the workers may have spared it
				if kindOf(c.at[len(c.at)-1]) == step && !wasStruck() {
					play(t, e, []crash{c})
				}
			}
			if !wasStruck() {
				t.Errorf("on %s nothing was killed at %s", e.name, step)
			}
		}
	}
	fmt.Printf("crash matrix: %d runs, %d kills (%d more processes did not come to where they should be killed), %v, -crash.seed %d\n",
		runs.Load(), kills.Load(), planned.Load()-kills.Load(), time.Since(began).Round(time.Second), draw.seed)
}

func (c crash) run(t *testing.T, e engine) (result crashed) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), crashPatience)
	defer cancel()
	w := newCrashWorld(t, e, c.story)
	if f := crashFaults[c.fault]; f != nil {
		w.vendor.Fault(yeastarsim.OrderSave, *f)
	}
	defer func() {
		if t.Failed() {
			t.Logf("the log of the program:\n%s", w.log.String())
		}
	}()
	for life := 0; ; life++ {
		at := ""
		if life < len(c.at) {
			at = c.at[life]
		}
		p := w.start(at)
		w.live(ctx, p, w.unsettled, w.story.button())
		if life == 0 {
			result.points = w.passed()
		}
		if !p.killed() {
			break
		}
		result.kills++
	}
	// What a job began at the very moment of the end is finished after the next start.
	for {
		waits, err := w.unsettled(ctx)
		if err != nil || waits == "" || ctx.Err() != nil {
			break
		}
		w.live(ctx, w.start(""), w.unsettled, w.story.button())
	}
	if result.kills < len(c.at) {
		t.Logf("%d of %d kills struck", result.kills, len(c.at))
	}
	w.verify()
	return result
}

// live lets people click on each of the buttons whenever a card has it, until all is settled and the program was
// stopped, or until it was killed. settled says what it waits for; empty: nothing.
func (w *crashWorld) live(ctx context.Context, p *process, settled func(context.Context) (string, error), buttons ...string) {
	w.t.Helper()
	clicking, stop := context.WithCancel(ctx)
	var clicks sync.WaitGroup
	defer clicks.Wait()
	defer stop()
	for _, button := range buttons {
		clicks.Go(func() { w.click(clicking, button) })
	}
	look := time.NewTicker(100 * time.Millisecond)
	defer look.Stop()
	for {
		waits, err := settled(ctx)
		if err == nil && waits == "" && slices.Contains(w.passed(), started) {
			break
		}
		select {
		case <-p.ended:
			if !p.killed() {
				w.t.Fatalf("the program ended by itself: %v", p.cmd.ProcessState)
			}
			return
		case <-ctx.Done():
			w.t.Fatalf("not settled: %s %v", waits, err)
		case <-look.C:
		}
	}
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.ended:
		if !p.killed() && !p.cmd.ProcessState.Success() {
			w.t.Errorf("the program did not end well: %v", p.cmd.ProcessState)
		}
	case <-ctx.Done():
		w.t.Fatal("the program does not end")
	}
}

// click clicks on every card that has a button. A click that is not answered is made
// again, as people do.
func (w *crashWorld) click(ctx context.Context, button string) {
	for {
		var card slacksim.Message
		if w.slack.Wait(ctx, func(s *slacksim.Snapshot) bool {
			i := slices.IndexFunc(s.All(renewals), func(m slacksim.Message) bool { return slices.Contains(m.Buttons(), button) })
			if i >= 0 {
				card = s.All(renewals)[i]
			}
			return i >= 0 && s.Sockets > 0
		}) != nil {
			return
		}
		w.approving.Store(true)
		// A click that was made waits for its ack, whatever happens meanwhile.
		if !w.clicks(context.WithoutCancel(ctx), card, button) {
			continue // nobody was there
		}
		// The card tells what became of the click; it may ask for another one at once.
		if w.slack.Wait(ctx, func(s *slacksim.Snapshot) bool {
			m, ok := find(s, card.TS)
			return !ok || m.Text != card.Text || !slices.Contains(m.Buttons(), button)
		}) != nil {
			return
		}
	}
}

// clicks does what the story wants with a card, and says whether it was answered.
func (w *crashWorld) clicks(ctx context.Context, card slacksim.Message, button string) bool {
	who := w.slack.As(w.story.who())
	if w.story == paused {
		r, err := who.Command(ctx, renewals, "/renew resume")
		return err == nil && r.Failure == ""
	}
	r, err := who.Press(ctx, card.Ref(), button)
	if err != nil || r.Failure != "" {
		return false
	}
	if w.story != returned {
		return true
	}
	if _, ok := who.View(); !ok { // it was opened before the ack
		return false
	}
	if _, err := who.Type(ctx, "What should be changed?", "The PO number, please."); err != nil {
		return false
	}
	sent, err := who.Submit(ctx)
	return err == nil && sent.Trouble == ""
}

func find(s *slacksim.Snapshot, ts string) (slacksim.Message, bool) {
	for _, m := range s.All(renewals) {
		if m.TS == ts {
			return m, true
		}
	}
	return slacksim.Message{}, false
}
