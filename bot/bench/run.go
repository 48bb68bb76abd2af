package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"

	"renewbot/yeastar/yeastarsim"
)

// The parts that can be measured on their own.
const (
	onlySoak  = "soak"
	onlyYears = "years"
)

// results is what was measured of one candidate.
type results struct {
	renew, renewFilled                   samples // ms
	searchWarm, searchCold               samples // ms
	downHanging, downResetting, downWarm samples // ms
	submit, approveAck                   samples // ms
	approveOrder, approveShown           samples // ms
	fortyOrders, toldOrders              samples // ms
	fortyCalls, toldCalls                samples
	connected, ready                     samples // ms
	perSecond, perCPU                    samples
	binary                               samples // bytes
	idle, idleFew, idlePBXs, loaded      samples // bytes
	interactions                         int64   // before loaded
}

// run measures everything and returns the report.
func run(ctx context.Context, s settings, dir string, log io.Writer) (string, error) {
	began := time.Now()
	say := func(format string, args ...any) {
		_, _ = fmt.Fprintf(log, "%4.0fs  %s\n", time.Since(began).Seconds(), fmt.Sprintf(format, args...))
	}
	say("building")
	all, notes, err := build(ctx, dir, s.only != "")
	if err != nil {
		return "", err
	}
	b := &bench{settings: s, candidates: all, results: map[string]*results{}, say: say, notes: notes}
	for _, c := range all {
		b.results[c.name] = &results{}
	}
	defer b.endAll()
	for _, step := range []struct {
		name string
		part string // that -only names
		do   func(context.Context) error
	}{
		{"start, and memory when idle", "", b.launch},
		{"commands, searches and load", "", b.rounds},
		{"approvals and orders", "", b.approvals},
		{"orders where the portal tells everything", "", b.told},
		{"the portal is down, look-ups are warm", "", b.downWarm},
		{"starts", "", b.starts},
		{"starts while the portal is down", "", b.down},
		{"a soak", onlySoak, b.soak},
		{"replicas", "", b.replicas},
		{"years of data", onlyYears, b.years},
	} {
		if s.only != "" && s.only != step.part {
			continue
		}
		say("%s", step.name)
		if err := step.do(ctx); err != nil {
			return "", fmt.Errorf("%s: %w", step.name, err)
		}
	}
	if err := b.closeWorlds(); err != nil {
		return "", err
	}
	say("done")
	return b.report(ctx, time.Since(began)), nil
}

// bench is a run.
type bench struct {
	settings   settings
	candidates []*candidate
	results    map[string]*results
	say        func(string, ...any)
	soaked     []interval
	replicated []replicated
	aged       []*aged
	notes      []string // what could not be measured
}

// product is the candidate that all this is about, and its results.
func (b *bench) product() (*candidate, *results) {
	return b.candidates[0], b.results[b.candidates[0].name]
}

// each does one thing with every candidate in turn.
func (b *bench) each(f func(c *candidate, r *results) error) error {
	for _, c := range b.candidates {
		if err := f(c, b.results[c.name]); err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
	}
	return nil
}

// rounds lets the candidates take turns.
func (b *bench) rounds(ctx context.Context) error {
	for round := range b.settings.rounds {
		err := b.each(func(c *candidate, r *results) error {
			runtime.GC() // the simulators' garbage is not to be collected while something is measured
			if err := c.warmRound(ctx, b.settings.commands, r); err != nil {
				return err
			}
			runtime.GC()
			return c.loadRound(ctx, b.settings.load, r)
		})
		if err != nil {
			return err
		}
		b.say("round %d of %d", round+1, b.settings.rounds)
	}
	return b.each(func(c *candidate, r *results) error {
		r.interactions = c.world.envelopes.Load()
		return c.weigh(&r.loaded)
	})
}

func (b *bench) approvals(ctx context.Context) error {
	return b.each(func(c *candidate, r *results) error {
		if !c.orders {
			return nil
		}
		return c.approve(ctx, b.settings.approvals, b.settings.atOnce, r)
	})
}

func (b *bench) downWarm(ctx context.Context) error {
	c, r := b.product()
	if _, err := c.world.typeCommand(ctx, "/renew"); err != nil {
		return err
	}
	return c.downWarm(ctx, b.settings.commands, &r.downWarm)
}

// starts stops the candidates, with a form open at Slack, and starts them again and again.
func (b *bench) starts(ctx context.Context) error {
	err := b.each(func(c *candidate, _ *results) error {
		_, err := c.world.typeCommand(ctx, "/renew")
		return errors.Join(err, c.end(ctx))
	})
	for range b.settings.starts {
		if err != nil {
			return err
		}
		err = b.each(func(c *candidate, r *results) error { return c.startRound(ctx, r) })
	}
	return err
}

func (b *bench) down(ctx context.Context) error {
	c, r := b.product()
	for range b.settings.vendorDown {
		err := errors.Join(c.down(ctx, yeastarsim.Hang(), &r.downHanging), c.down(ctx, yeastarsim.Reset(), &r.downResetting))
		if err != nil {
			return err
		}
	}
	return nil
}

// endAll stops what still runs.
func (b *bench) endAll() {
	for _, c := range b.candidates {
		if c.process != nil {
			c.stop()
		}
	}
}

// closeWorlds ends the simulators, which know whether every candidate kept to the protocol.
func (b *bench) closeWorlds() error {
	return b.each(func(c *candidate, _ *results) error {
		if c.world == nil {
			return nil
		}
		return c.world.close()
	})
}

// wait lets time pass.
func wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// tool runs a tool of the build in a directory.
func tool(ctx context.Context, dir string, environment []string, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...) //nolint:gosec // the tools of the build
	cmd.Dir, cmd.Env = dir, append(os.Environ(), environment...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out)), nil
}
