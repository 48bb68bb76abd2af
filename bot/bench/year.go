package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"renewbot/bot/ledger/pgtest"
	"renewbot/bot/ledger/year"
)

// yearRuns is how often each command line is run on the ledger of a year, and the product started on it.
const yearRuns = 3

// aged is what was measured on a ledger of some years.
type aged struct {
	engine                  string
	size                    year.Size
	made                    time.Duration
	ready                   samples // ms
	list, status, due       samples // ms
	export, verify, backups samples // ms
}

// entries is how many audit entries there are.
func (a *aged) entries() int { return a.size.Requests * a.size.PerRequest }

// years measures the product on ledgers of one year and, if it is asked for, of many, on both engines.
func (b *bench) years(ctx context.Context) error {
	measured := []*aged{{engine: "SQLite", size: b.settings.year}}
	if b.settings.years > 1 {
		long := b.settings.year
		long.Requests *= b.settings.years
		measured = append(measured, &aged{engine: "SQLite", size: long}, &aged{engine: "PostgreSQL", size: b.settings.year},
			&aged{engine: "PostgreSQL", size: long})
	}
	for i, a := range measured {
		url, stop := "", func() error { return nil }
		if a.engine == "PostgreSQL" {
			server, end, err := pgtest.Start()
			if err != nil {
				b.notes = append(b.notes, "Years on PostgreSQL were not measured: "+err.Error())
				return nil //nolint:nilerr // the page says so
			}
			stop = end
			if url, err = pgtest.Create(ctx, server, "year"); err != nil {
				return errors.Join(err, stop())
			}
		}
		err := errors.Join(b.age(ctx, fmt.Sprintf("year-%d", i), url, a), stop())
		if err != nil {
			return fmt.Errorf("%s, %d requests: %w", a.engine, a.size.Requests, err)
		}
		b.aged = append(b.aged, a)
	}
	return nil
}

// age measures the product on one ledger.
func (b *bench) age(ctx context.Context, name, url string, a *aged) error {
	product, _ := b.product()
	w, err := newWorld(few, 0)
	if err != nil {
		return err
	}
	c, err := product.beside(name, w)
	if err != nil {
		return err
	}
	c.url = url
	defer func() {
		if c.process != nil {
			c.stop()
		}
		_ = os.RemoveAll(c.dir) // a ledger of ten years is large
	}()
	began := time.Now()
	if err := year.Fill(ctx, c.database(), a.size, time.Now()); err != nil {
		return fmt.Errorf("make it: %w", err)
	}
	a.made = time.Since(began)
	b.say("%s: %d requests and %d entries are made", a.engine, a.size.Requests, a.entries())
	for range yearRuns {
		if err := errors.Join(c.end(ctx), c.launch(ctx)); err != nil {
			return err
		}
		_, ready, err := c.ready(ctx)
		if err != nil {
			return err
		}
		a.ready.took(ready)
	}
	if err := errors.Join(c.settle(ctx), c.asked(ctx, b.settings.commands, a), c.commandLines(ctx, a)); err != nil {
		return fmt.Errorf("%w\n%s", err, c.tail())
	}
	return errors.Join(c.end(ctx), c.world.close())
}

// asked measures the commands that the ledger answers.
func (c *candidate) asked(ctx context.Context, n int, a *aged) error {
	middle := referenceOf(a.size.Requests / 2)
	for range n {
		for _, command := range []struct {
			text, want string
			to         *samples
		}{{"/renew list", "RNW-", &a.list}, {"/renew status " + middle, middle, &a.status}} {
			took, err := c.told(ctx, command.text, command.want)
			if err != nil {
				return err
			}
			command.to.took(took)
		}
		took, err := c.world.toldLater(ctx, "/renew due")
		if err != nil {
			return err
		}
		a.due.took(took)
	}
	return nil
}

// commandLines measures what an administrator runs beside the bot.
func (c *candidate) commandLines(ctx context.Context, a *aged) error {
	for i := range yearRuns {
		for _, line := range []struct {
			arguments []string
			to        *samples
		}{
			{[]string{"audit", "export", "-o", filepath.Join(c.dir, fmt.Sprintf("%d.csv", i))}, &a.export},
			{[]string{"audit", "verify"}, &a.verify},
			{[]string{"backup", filepath.Join(c.dir, fmt.Sprintf("%d.db", i))}, &a.backups},
		} {
			if line.to == &a.backups && c.url != "" {
				continue // PostgreSQL has its own
			}
			began := time.Now()
			if _, err := tool(ctx, c.dir, []string{"DATABASE_URL=" + c.database()}, c.binary, line.arguments...); err != nil {
				return err
			}
			line.to.took(time.Since(began))
		}
	}
	return nil
}

// perMillion is what a million entries take: samples of a in seconds.
func (a *aged) perMillion(s samples) samples {
	var scaled samples
	for _, v := range s {
		scaled = append(scaled, v*1e6/float64(a.entries()))
	}
	return scaled
}

// yearsTable is the part of the report about years of data.
func (b *bench) yearsTable(missed *[]string) string {
	if len(b.aged) == 0 {
		return ""
	}
	var s strings.Builder
	s.WriteString("Years of data (`make bench-years` has ten years, and PostgreSQL):\n\n| What | Target |")
	for _, a := range b.aged {
		fmt.Fprintf(&s, " %s, %d requests, %d entries |", a.engine, a.size.Requests, a.entries())
	}
	s.WriteString("\n|---|---|" + strings.Repeat("---|", len(b.aged)) + "\n")
	ms, secs := samples.milliseconds, samples.seconds
	for _, row := range []struct {
		what  string
		of    func(*aged) samples
		print func(samples) string
		goals []goal
	}{
		{"`/renew list` → answered", func(a *aged) samples { return a.list }, ms, []goal{median(5, whyTail)}},
		{"`/renew status` → answered", func(a *aged) samples { return a.status }, ms, []goal{median(5, whyTail)}},
		{"`/renew due` → answered", func(a *aged) samples { return a.due }, ms, []goal{median(5, whyTail)}},
		{"start → `/readyz`", func(a *aged) samples { return a.ready }, ms, []goal{median(150, whyDisk)}},
		{"`renewbot audit verify`", func(a *aged) samples { return a.verify }, secs, nil},
		{"`renewbot audit verify`, a million entries", func(a *aged) samples { return a.perMillion(a.verify) }, secs, []goal{inSeconds(10, whyLinear)}},
		{"`renewbot audit export`", func(a *aged) samples { return a.export }, secs, nil},
		{"`renewbot audit export`, a million entries", func(a *aged) samples { return a.perMillion(a.export) }, secs, []goal{inSeconds(10, whyLinear)}},
		{"`renewbot backup`", func(a *aged) samples { return a.backups }, secs, nil},
	} {
		var targets, cells []string
		for _, g := range row.goals {
			targets = append(targets, g.text())
		}
		for _, a := range b.aged {
			var marks strings.Builder
			for _, g := range row.goals {
				if by := g.missed(row.of(a)); by != "" {
					*missed = append(*missed, fmt.Sprintf("%s, %s with %d requests: %s. %s", row.what, a.engine, a.size.Requests, by, g.why))
					marks.WriteString(" ✗")
				} else if len(row.of(a)) > 0 {
					marks.WriteString(" ✓")
				}
			}
			cells = append(cells, row.print(row.of(a))+marks.String())
		}
		fmt.Fprintf(&s, "| %s | %s | %s |\n", row.what, strings.Join(targets, "<br>"), strings.Join(cells, " | "))
	}
	s.WriteString("\n")
	return s.String()
}
