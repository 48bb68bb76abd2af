package program

import (
	"cmp"
	"flag"
	"fmt"
	"hash/fnv"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
)

var (
	crashAll   = flag.Bool("crash.all", false, "kill at every point with every fault of the vendor on both engines, instead of a selection")
	crashShard = flag.String("crash.shard", "", "of all runs make those of one part of several, such as 3/8; their parts are the same on every machine")
	crashSeed  = flag.Uint64("crash.seed", 0, "draw the selection that was drawn with this seed; 0: one that changes with the program")
)

// crashDraw draws which runs are made. Every kind of point is among them on each engine,
// and every kind of a second kill; which of the points of one kind, with which fault,
// changes with the program, so that in the end each has its turn.
type crashDraw struct {
	seed uint64
	*rand.Rand
}

func newCrashDraw(t *testing.T) crashDraw {
	t.Helper()
	seed := *crashSeed
	if seed == 0 {
		seed = programHash(t)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the same selection again: -crash.seed %d; all there is: -crash.all", seed)
		}
	})
	return crashDraw{seed, rand.New(rand.NewPCG(seed, 0))}
}

// programHash is the same as long as the program and its tests are.
func programHash(t *testing.T) uint64 {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	h := fnv.New64a()
	if _, err := io.Copy(h, f); err != nil {
		t.Fatal(err)
	}
	return h.Sum64()
}

// mine leaves of some runs those of the part that was asked for.
func mine(t *testing.T, list []crash) []crash {
	t.Helper()
	if *crashShard == "" {
		return list
	}
	var part, parts uint32
	if _, err := fmt.Sscanf(*crashShard, "%d/%d", &part, &parts); err != nil || part == 0 || part > parts {
		t.Fatalf("-crash.shard is %q, want such as 3/8", *crashShard)
	}
	return slices.DeleteFunc(list, func(c crash) bool {
		h := fnv.New32a()
		_, _ = io.WriteString(h, c.name())
		return h.Sum32()%parts != part-1
	})
}

// some leaves of runs that are alike, but for which of the points of one kind it is, the
// one that is drawn.
func (d crashDraw) some(list []crash) []crash {
	if *crashAll {
		return list
	}
	var kinds []string
	alike := map[string][]crash{}
	for _, c := range list {
		kind := string(c.story)
		if last := len(c.at) - 1; last == 0 || !strings.HasPrefix(c.at[0], "chat.postMessage ") {
			kind += kindOf(c.at[0])
		}
		kind += " " + kindOf(c.at[len(c.at)-1])
		if alike[kind] == nil {
			kinds = append(kinds, kind)
		}
		alike[kind] = append(alike[kind], c)
	}
	var drawn []crash
	for _, kind := range kinds {
		drawn = append(drawn, alike[kind][d.IntN(len(alike[kind]))])
	}
	return drawn
}

// passedPoints are the points that an undisturbed process passes, by fault.
type passedPoints map[string][]string

// matrix chooses the runs: every point with every fault, or a point of every kind with the
// faults spread evenly.
func (d crashDraw) matrix(passed passedPoints) []crash {
	order := slices.Sorted(maps.Keys(passed))
	d.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	singles, faults := passed.singles(order)
	var list []crash
	used := map[string]int{}
	for _, c := range d.some(singles) {
		p := c.at[0]
		rarest := slices.MinFunc(faults[p], func(a, b string) int { return cmp.Compare(used[a], used[b]) })
		for _, f := range faults[p] {
			if *crashAll || f == rarest {
				used[f]++
				list = append(list, crash{waiting, f, []string{p}})
			}
		}
	}
	return append(list, d.some(twice(singles))...)
}

// singles lists runs that are killed once, each point with the first fault of an order
// with which it is passed, and all of those faults by point.
func (p passedPoints) singles(order []string) (list []crash, faults map[string][]string) {
	faults = map[string][]string{}
	for _, f := range order {
		for _, at := range p[f] {
			if faults[at] == nil {
				list = append(list, crash{waiting, f, []string{at}})
			}
			faults[at] = append(faults[at], f)
		}
	}
	return list, faults
}

// all lists runs that are killed at each point once, and twice where that is done.
func (p passedPoints) all() []crash {
	singles, _ := p.singles(slices.Sorted(maps.Keys(p)))
	return append(singles, twice(singles)...)
}

// crashSteps are the kinds of points at which a process must have been killed on each
// engine, whatever the order in which its workers do their work.
var crashSteps = beforeAndAfter(
	"ledger: sync starts", "ledger: acquire view", "ledger: save post sending", "ledger: save post shown", "ledger: release view",
	"ledger: apply renewal.Approve", "ledger: apply renewal.Begin", "ledger: apply renewal.Answered", "ledger: apply renewal.Failed",
	"ledger: apply renewal.DeadlinePassed", "ledger: apply renewal.Recount", "ledger: apply renewal.Cancel", "ledger: apply renewal.Changed", "vendor: POST /order/openapi/order/v1/save", "chat.update",
	"chat.postMessage summary", "chat.postMessage card", "chat.postMessage announcement", "chat.postMessage thread",
	"chat.postMessage audit", "chat.postMessage direct", "conversations.history", "conversations.replies",
)

func beforeAndAfter(steps ...string) (kinds []string) {
	for _, step := range steps {
		kinds = append(kinds, step+" before", step+" after")
	}
	return kinds
}

// kindOf is a point without what counts it.
func kindOf(point string) string {
	fields := strings.Fields(point)
	when := fields[len(fields)-1]
	fields = fields[:len(fields)-2]
	if fields[0] == "chat.postMessage" {
		fields[1], _, _ = strings.Cut(fields[1], ":")
	}
	return strings.Join(fields, " ") + " " + when
}

// twice lists runs in which the second process is killed as well: while it looks whether
// a message that the first one sent has arrived, and while it finds that the time of an
// order has passed.
func twice(singles []crash) []crash {
	var list []crash
	for _, c := range singles {
		p := c.at[0]
		sent, isPost := strings.CutPrefix(p, "chat.postMessage ")
		if !isPost {
			continue
		}
		look := "conversations.replies #1"
		if key := strings.Fields(sent)[0]; key == "summary" || key == "audit" || strings.HasPrefix(key, "direct:") {
			look = "conversations.history #1"
		}
		list = append(list, crash{waiting, c.fault, []string{p, look + p[strings.LastIndex(p, " "):]}})
	}
	for _, c := range []struct{ fault, when string }{{"none", " before"}, {"reset after the effect", " after"}} {
		list = append(list, crash{waiting, c.fault, []string{
			"vendor: POST /order/openapi/order/v1/save #1" + c.when, "ledger: apply renewal.DeadlinePassed #1" + c.when,
		}})
	}
	return list
}
