package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The names of the candidates.
const (
	nameProduct = "Renewbot"
	nameFloor   = "slack-go, bare"
	nameBolt    = "Bolt for JavaScript, durable"
)

const heading = "# Benchmarks\n\n" +
	"The built product as its users meet it. `make %s` measures and writes this page; nothing in it is typed by hand.\n\n"

const method = "How it is measured:\n\n" +
	"- The product is its own stripped binary, alone in its process, with an SQLite file, its log at `info` in a file, its HTTP\n" +
	"  endpoint and two connections to Slack. The simulated Slack, the simulated Partner Portal (5,000 customers unless the\n" +
	"  line says otherwise) and the people who type and click are in another process, on the same machine.\n" +
	"- *slack-go, bare* is the floor: it opens one fixed modal and does nothing else. *Bolt for JavaScript, durable* has the same form\n" +
	"  and a search in the same customers, saves a request and an approval in SQLite (`synchronous=FULL`) before it acks them, and\n" +
	"  orders at once: it looks nothing up anew, keeps no audit trail, limits no calls and recovers nothing. All three run all the\n" +
	"  time and take turns in %d rounds of %d commands and searches one after the other and %d commands under load.\n" +
	"- *To the floor* and *to Bolt* are Renewbot's median in theirs. Lines in which Renewbot is behind Bolt come first.\n" +
	"- Times are a median, the middle half in brackets and the 99th percentile; other figures a median with the lowest and\n" +
	"  highest. Processor time is what `/proc` counts for the measured process, memory its resident set with the program's\n" +
	"  own pages in it. 1 MB is 1,000,000 bytes.\n" +
	"- Command lines run beside the bot, on its ledger of years.\n" +
	"- *Cold* is a search in a form that was open while the bot was restarted, at the moment it is connected again.\n" +
	"- The product calls the portal five times a second and posts one message a second in a channel at most, so approvals are made one after the other, %s apart.\n\n"

// report is the page.
func (b *bench) report(ctx context.Context, took time.Duration) string {
	var s strings.Builder
	fmt.Fprintf(&s, heading, b.target())
	fmt.Fprintf(&s, "```sh\nmake %s\n```\n\n%s, in %s, on %s.\n\n", b.target(), time.Now().UTC().Format("2 January 2006, 15:04 UTC"),
		took.Round(time.Second), machine(ctx))
	var missed []string
	if b.settings.only == "" {
		s.WriteString(b.table(&missed))
	}
	s.WriteString(b.soakTable())
	s.WriteString(b.replicasTable())
	s.WriteString(b.yearsTable(&missed))
	switch {
	case len(missed) > 0:
		s.WriteString("Missed:\n\n- " + strings.Join(missed, "\n- ") + "\n\n")
	case b.settings.only != onlySoak: // which has none
		s.WriteString("Every target is met.\n\n")
	}
	for _, note := range b.notes {
		s.WriteString(note + "\n\n")
	}
	if b.settings.only != "" {
		s.WriteString("How it is measured stands in [`BENCHMARKS.md`](BENCHMARKS.md).\n")
		return s.String()
	}
	fmt.Fprintf(&s, method, b.settings.rounds, b.settings.commands, b.settings.load, approvalEvery)
	s.WriteString("`make gobench` runs the Go benchmarks of single parts.\n")
	return s.String()
}

// target is what of the Makefile makes the page.
func (b *bench) target() string {
	if b.settings.only != "" {
		return "bench-" + b.settings.only
	}
	return "bench"
}

// table is what was measured of all candidates, first where the product is behind Bolt.
func (b *bench) table(missed *[]string) string {
	_, product := b.product()
	all := rows()
	behind := func(r row) bool {
		times, ok := r.ratio(product, b.results[nameBolt])
		return ok && r.worse(times)
	}
	slices.SortStableFunc(all, func(x, y row) int {
		switch {
		case behind(x) == behind(y):
			return 0
		case behind(x):
			return -1
		}
		return 1
	})
	var s strings.Builder
	s.WriteString("| What | Target |")
	for _, c := range b.candidates {
		s.WriteString(" " + c.name + " |")
	}
	s.WriteString(" to the floor | to Bolt |\n|---|---|" + strings.Repeat("---|", len(b.candidates)+2) + "\n")
	for _, row := range all {
		row.what = strings.NewReplacer("%s", b.interactions(), "%d", strconv.Itoa(b.settings.atOnce)).Replace(row.what)
		var targets []string
		for _, g := range row.goals {
			targets = append(targets, g.text()+b.verdict(row, g, missed))
		}
		if row.rate {
			targets = append(targets, b.twice(row, missed)...)
		}
		if behind(row) {
			row.what = "**behind Bolt:** " + row.what
		}
		fmt.Fprintf(&s, "| %s | %s |", row.what, strings.Join(targets, "<br>"))
		for _, c := range b.candidates {
			s.WriteString(" " + row.print(row.value(b.results[c.name])) + " |")
		}
		for _, other := range []string{nameFloor, nameBolt} {
			cell := "–"
			if times, ok := row.ratio(product, b.results[other]); ok {
				cell = round(times) + " ×"
			}
			s.WriteString(" " + cell + " |")
		}
		s.WriteString("\n")
	}
	s.WriteString("\n")
	return s.String()
}

// interactions is the least that a candidate had had when its memory was looked at.
func (b *bench) interactions() string {
	least := b.results[nameProduct].interactions
	for _, r := range b.results {
		least = min(least, r.interactions)
	}
	return fmt.Sprintf("%d,%03d", least/1000, least%1000)
}

// verdict says whether the product meets a goal, and notes it when it does not.
func (b *bench) verdict(row row, g goal, missed *[]string) string {
	_, r := b.product()
	if by := g.missed(row.value(r)); by != "" {
		*missed = append(*missed, fmt.Sprintf("%s: %s. %s", row.what, by, g.why))
		return " ✗"
	}
	return " ✓"
}

// twice compares the product's rate with Bolt's.
func (b *bench) twice(row row, missed *[]string) []string {
	bolt, ok := b.results[nameBolt]
	if !ok || len(row.value(bolt)) == 0 {
		return []string{"≥ 2 × Bolt: not compared"}
	}
	_, r := b.product()
	times := row.value(r).median() / row.value(bolt).median()
	if times < 2 {
		*missed = append(*missed, fmt.Sprintf("%s: %.1f times Bolt's instead of 2. %s", row.what, times, whyTail))
		return []string{fmt.Sprintf("≥ 2 × Bolt ✗ (%.1f ×)", times)}
	}
	return []string{fmt.Sprintf("≥ 2 × Bolt ✓ (%.1f ×)", times)}
}
