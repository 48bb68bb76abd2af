package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"renewbot/bot/ledger/year"
)

// yearRuns is how often each command line is run on the ledger of a year, and the product started on it.
const yearRuns = 3

// year measures the product on the ledger of a year: 20,000 requests and 400,000 audit entries.
func (b *bench) year(ctx context.Context) error {
	c, r := b.product()
	old := *c
	old.dir = filepath.Join(c.dir, "year")
	if err := os.Mkdir(old.dir, 0o700); err != nil {
		return err
	}
	if err := year.Fill(ctx, old.database(), year.Full, time.Now()); err != nil {
		return fmt.Errorf("make a year: %w", err)
	}
	b.say("the year is made")
	var err error
	if old.world, err = newWorld(few); err != nil {
		return err
	}
	defer func() {
		if old.process != nil {
			old.stop()
		}
	}()
	for range yearRuns {
		if err := errors.Join(old.end(ctx), old.launch(ctx)); err != nil {
			return err
		}
		_, ready, err := old.ready(ctx)
		if err != nil {
			return err
		}
		r.yearReady.took(ready)
	}
	if err := errors.Join(old.settle(ctx), old.asked(ctx, b.settings.commands, r), old.commandLines(ctx, r)); err != nil {
		return err
	}
	return errors.Join(old.end(ctx), old.world.close())
}

// asked measures the commands that the ledger answers.
func (c *candidate) asked(ctx context.Context, n int, r *results) error {
	for range n {
		for _, command := range []struct {
			text, want string
			to         *samples
		}{{"/renew list", "RNW-0", &r.yearList}, {"/renew status RNW-010000", "RNW-010000", &r.yearStatus}} {
			forget(c.world.acked)
			result, err := c.world.alice.Command(ctx, renewals, command.text)
			if err != nil || result.Failure != "" || result.Reply == nil {
				return fmt.Errorf("%s: not answered: %s %w", command.text, result.Failure, err)
			}
			if told := c.world.slack.Text(*result.Reply); !strings.Contains(told, command.want) {
				return fmt.Errorf("%s was answered with %q", command.text, told)
			}
			took, err := next(ctx, c.world.acked, command.text)
			if err != nil {
				return err
			}
			command.to.took(took)
		}
	}
	return nil
}

// commandLines measures what an administrator runs beside the bot.
func (c *candidate) commandLines(ctx context.Context, r *results) error {
	for i := range yearRuns {
		for _, line := range []struct {
			arguments []string
			to        *samples
		}{
			{[]string{"audit", "export", "-o", filepath.Join(c.dir, fmt.Sprintf("%d.csv", i))}, &r.yearExport},
			{[]string{"audit", "verify"}, &r.yearVerify},
			{[]string{"backup", filepath.Join(c.dir, fmt.Sprintf("%d.db", i))}, &r.yearBackup},
		} {
			began := time.Now()
			if _, err := tool(ctx, c.dir, []string{"DATABASE_URL=" + c.database()}, c.binary, line.arguments...); err != nil {
				return err
			}
			line.to.took(time.Since(began))
		}
	}
	return nil
}
