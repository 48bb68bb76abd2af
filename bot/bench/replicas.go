package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"renewbot/bot/ledger/pgtest"
	"renewbot/yeastar/yeastarsim"
)

// processes are the numbers of processes that are compared.
var processes = []int{1, 2, 4}

// replicated is what so many processes do on one PostgreSQL database.
type replicated struct {
	processes       int
	perSecond       samples // commands that open a modal, which need no database
	listsPerSecond  samples // lists, which read it
	orders          samples // ms from Approve to the order's POST
	approved        int
	placed, doubled int // orders, and those for a request that had one
}

// listsEvery makes the lists fewer than the commands: each is a message, too.
const listsEvery = 4

// replicas measures the product as several processes on one PostgreSQL, which has its data on the disk.
func (b *bench) replicas(ctx context.Context) error {
	if b.settings.replicas <= 0 {
		return nil
	}
	server, stop, err := pgtest.Start()
	if err != nil {
		b.notes = append(b.notes, "Replicas were not measured: "+err.Error())
		return nil //nolint:nilerr // the page says so
	}
	product, _ := b.product()
	for _, n := range processes {
		if err != nil {
			break
		}
		var url string
		if url, err = pgtest.Create(ctx, server, fmt.Sprintf("replicas_%d", n)); err == nil {
			err = b.replicate(ctx, product, n, url)
		}
	}
	return errors.Join(err, stop())
}

// replicate measures n processes.
func (b *bench) replicate(ctx context.Context, product *candidate, n int, url string) (err error) {
	w, err := newWorld(someCustomers, 0)
	if err != nil {
		return err
	}
	var all []*candidate
	defer func() {
		for _, c := range all {
			c.stop()
		}
		err = errors.Join(err, w.close())
	}()
	for i := range n {
		c, err := product.beside(fmt.Sprintf("replica-%d-%d", n, i), w)
		if err != nil {
			return err
		}
		c.url = url
		if err := c.launch(ctx); err != nil {
			return err
		}
		all = append(all, c)
	}
	first := all[0]
	first.sockets = n * product.sockets
	if err := first.settle(ctx); err != nil {
		return err
	}
	measured := replicated{processes: n}
	if err := first.replicatedOrders(ctx, b.settings.replicas, &measured); err != nil {
		return fmt.Errorf("%d processes: %w\n%s", n, err, first.tail())
	}
	for range b.settings.rounds {
		if err := first.replicatedLoad(ctx, b.settings.load, &measured); err != nil {
			return fmt.Errorf("%d processes: %w", n, err)
		}
	}
	b.replicated = append(b.replicated, measured)
	return nil
}

// replicatedOrders has requests made, approved and ordered, each of them approved with two clicks at the same moment, and
// counts what was ordered.
func (c *candidate) replicatedOrders(ctx context.Context, n int, m *replicated) error {
	w := c.world
	buyers, err := w.buyers(n)
	if err != nil {
		return err
	}
	for i, of := range buyers {
		var r results
		card, err := c.request(ctx, of, i+1, &r)
		if err != nil {
			return err
		}
		began := time.Now()
		var clicks sync.WaitGroup
		for range 2 {
			clicks.Go(func() { _, _ = w.bob.Press(ctx, card.Ref(), "Approve") }) // one of them is late, which is no failure
		}
		clicks.Wait()
		waiting, cancel := context.WithTimeout(ctx, patience)
		err = w.vendor.WaitCalls(waiting, yeastarsim.OrderSave, i+1)
		if err == nil {
			m.orders.took(w.vendor.OrderRequests()[i].At.Sub(began))
			_, err = w.slack.WaitMessage(waiting, renewals, referenceOf(i+1), "XS")
		}
		cancel()
		if err != nil {
			return err
		}
		m.approved++
		if err := pause(ctx, approvalEvery/time.Duration(m.processes)); err != nil {
			return err
		}
	}
	seen := map[string]bool{}
	for _, o := range w.vendor.Placed() {
		m.placed++
		if seen[o.PONumber] {
			m.doubled++
		}
		seen[o.PONumber] = true
	}
	return nil
}

// replicatedLoad lets many commands come at once.
func (c *candidate) replicatedLoad(ctx context.Context, n int, m *replicated) error {
	if err := c.loadRound(ctx, n, &results{}); err != nil { // the connections are there, and everything is read
		return err
	}
	var r results
	if err := c.loadRound(ctx, n, &r); err != nil {
		return err
	}
	m.perSecond = append(m.perSecond, r.perSecond...)
	n = max(n/listsEvery, 1)
	errs := make(chan error, n)
	places := make(chan struct{}, inFlight)
	var typing sync.WaitGroup
	began := time.Now()
	for range n {
		places <- struct{}{}
		typing.Go(func() {
			defer func() { <-places }()
			if result, err := c.world.alice.Command(ctx, renewals, "/renew list"); err != nil || result.Failure != "" || result.Reply == nil {
				errs <- fmt.Errorf("a list under load: %s %w", result.Failure, err)
			}
		})
	}
	typing.Wait()
	m.listsPerSecond.add(float64(n) / time.Since(began).Seconds())
	close(errs)
	return <-errs
}

// replicasTable is the part of the report about replicas.
func (b *bench) replicasTable() string {
	if len(b.replicated) == 0 {
		return ""
	}
	var s strings.Builder
	s.WriteString("Processes on one PostgreSQL, each with two connections to Slack, 100 customers:\n\n" +
		"| Processes | commands per second | `/renew list` answered per second | *Approve* → POST | Orders for approvals |\n|---|---|---|---|---|\n")
	best := b.replicated[0]
	for _, m := range b.replicated {
		verdict := "✓"
		if m.doubled > 0 || m.placed != m.approved {
			verdict = fmt.Sprintf("✗, %d twice", m.doubled)
		}
		fmt.Fprintf(&s, "| %d | %s | %s | %s | %d for %d, each with two clicks %s |\n", m.processes, m.perSecond.spread(), m.listsPerSecond.spread(),
			m.orders.milliseconds(), m.placed, m.approved, verdict)
		if m.perSecond.median() > best.perSecond.median() {
			best = m
		}
	}
	fmt.Fprintf(&s, "\nMost commands are opened with %d. More processes do not add more where the machine's processors are used up: the processes, "+
		"PostgreSQL, the simulated Slack and the people share them. Replicas are for staying up, not for throughput.\n\n", best.processes)
	return s.String()
}
