package bot_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"renewbot/bot"
	"renewbot/bot/ledger"
	"renewbot/bot/ledger/pgtest"
	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
	"renewbot/bot/slacksim"
	"renewbot/yeastar/yeastarsim"
)

// replicaEnv makes the test binary another replica: where the simulators are.
const replicaEnv = "RENEWBOT_TEST_REPLICA"

func TestMain(m *testing.M) {
	if place := os.Getenv(replicaEnv); place != "" {
		os.Exit(replicate(place))
	}
	pgtest.Exit(m.Run())
}

// replicate is a replica until its input ends or it is killed.
func replicate(encoded string) int {
	fail := func(err error) int {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	var place sandbox.Place
	if err := json.Unmarshal([]byte(encoded), &place); err != nil {
		return fail(err)
	}
	o := sandbox.Options{Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})), Tune: unhurried}
	asReplica(&o)
	w, err := sandbox.Join(context.Background(), place, o)
	if err != nil {
		return fail(err)
	}
	_, _ = io.Copy(io.Discard, os.Stdin)
	if err := w.StopBot(); err != nil {
		return fail(err)
	}
	return 0
}

// asReplica makes the times short after which others take over.
func asReplica(o *sandbox.Options) {
	o.OrderTimeout = 2 * time.Second
	tuned(func(l *ledger.Options, p *bot.Options) {
		l.TakeOverAfter = 3 * time.Second
		p.OrderMargin, p.ViewLease, p.OpenGap = time.Second, 30*time.Second, 10*time.Millisecond // a slow machine draws for long
	})(o)
}

// replica is a process with a bot of its own on the same workspace and database.
type replica struct {
	process *exec.Cmd
	stop    io.Closer
	conns   map[int]bool
}

// another starts a replica, and returns when both of its connections are there.
func (b *bundle) another() *replica {
	b.t.Helper()
	var before []int
	b.until("all connections of those that run", func() bool {
		before = b.Slack.Connections()
		return len(before) > 0 && len(before)%ownSockets == 0
	})
	place, err := json.Marshal(b.Place())
	if err != nil {
		b.t.Fatal(err)
	}
	r := &replica{process: exec.CommandContext(b.ctx, os.Args[0]), conns: map[int]bool{}}
	r.process.Env = append(os.Environ(), replicaEnv+"="+string(place))
	r.process.Stderr = b.t.Output()
	if r.stop, err = r.process.StdinPipe(); err != nil {
		b.t.Fatal(err)
	}
	if err := r.process.Start(); err != nil {
		b.t.Fatal(err)
	}
	b.sockets(len(before) + ownSockets)
	for _, n := range b.Slack.Connections() {
		r.conns[n] = !slices.Contains(before, n)
	}
	return r
}

// end lets a replica end as it should.
func (r *replica) end(t testing.TB) {
	t.Helper()
	_ = r.stop.Close()
	if err := r.process.Wait(); err != nil {
		t.Errorf("a replica ended with %v", err)
	}
}

// askers is how many people fill the form in at the same time; the other requests are saved
// as the form does it.
const askers = 25

var replicaRequests = flag.Int("replicas.requests", 80, "how many requests the replicas are to order")

// Several replicas serve one workspace and one database, approvers and a deputy click at the same
// instant, orders are paused in the middle of it, and one replica is killed.
func TestReplicas(t *testing.T) { // alone: it keeps the machine busy
	pgtest.Available(t)
	for _, replicas := range []int{2, 3} {
		t.Run(fmt.Sprint(replicas), func(t *testing.T) { replicated(t, replicas, *replicaRequests) })
	}
}

func replicated(t *testing.T, replicas, requests int) {
	database := pgtest.Database(t)
	b := setup(t, switched(anyQuantity), asReplica, func(o *sandbox.Options) {
		o.DatabaseURL = database
		o.Vendor = append(o.Vendor, yeastarsim.WithCustomers(2*requests))
	})
	ctx, cancel := context.WithTimeout(t.Context(), 3*patience)
	t.Cleanup(cancel)
	b.ctx = ctx
	b.sockets(ownSockets)
	var others []*replica
	for range replicas - 1 {
		others = append(others, b.another())
	}
	began := time.Now()
	b.Vendor.Fault(yeastarsim.OrderSave, yeastarsim.Latency(20*time.Millisecond)) // so that some are under way

	carol, dave := renewal.Actor{UserID: sandbox.Carol, MayApprove: true}, renewal.Actor{UserID: sandbox.Dave, MayRequest: true}
	if err := b.Ledger.Deputise(b.ctx, carol, dave, began.Add(24*time.Hour)); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for i, user := range b.hire(askers) {
		w := b.wishFor(i)
		all.Go(func() {
			b.ask(user, w)
		})
	}
	for i := range requests - askers {
		all.Go(func() {
			_, _, err := b.Ledger.Submit(b.ctx, renewal.Submission{
				Key: fmt.Sprint(i), By: renewal.Actor{UserID: sandbox.Alice, MayRequest: true}, Channel: sandbox.Renewals, Offer: b.offerFor(askers + i),
			})
			if err != nil {
				t.Errorf("submit: %v", err)
			}
		})
	}
	victim := others[len(others)-1]
	all.Go(func() {
		b.until("a third of the orders, or a pause: on a slow machine answers are lost", func() bool {
			p, err := b.Ledger.Paused(b.ctx)
			return err == nil && p.Holds() || len(b.Vendor.Placed()) >= requests/3
		})
		if err := victim.process.Process.Kill(); err != nil {
			t.Error(err)
		}
		_ = victim.process.Wait()
		if err := b.Ledger.Pause(b.ctx, carol, "a replica died"); err != nil && !errors.As(err, new(*renewal.Refusal)) { // it may be paused already
			t.Error(err)
		}
	})
	cards := b.newButtons("Approve")
	for range requests {
		card, ok := <-cards
		if !ok {
			t.Fatal("not every request came to a card in time")
		}
		id, _ := renewal.ParseReference(referenceIn(b.Slack.Text(card)))
		for _, user := range []string{sandbox.Bob, sandbox.Bob, sandbox.Carol, sandbox.Dave} {
			all.Go(func() { b.clickUntilTaken(user, clickOn(t, card, "approve"), id) })
		}
	}
	all.Wait()
	asked := b.settleByHand(requests)

	b.onceEach(requests)
	b.allShown(requests)
	b.allAcked(victim.conns)
	t.Logf("%d replicas, one killed: %d requests ordered in %v, of which people were asked about %d",
		replicas, requests, time.Since(began).Round(time.Millisecond), asked)
	for _, r := range others[:len(others)-1] {
		r.end(t)
	}
}

// onceEach wants one order for each request, with the body that was approved, and a
// trail that is whole.
func (b *bundle) onceEach(requests int) {
	b.t.Helper()
	stored, err := b.Ledger.List(b.ctx, ledger.Filter{})
	if err != nil || len(stored) != requests {
		b.t.Fatalf("%d requests in the ledger, want %d: %v", len(stored), requests, err)
	}
	sent := map[string]string{}
	for _, o := range b.Vendor.OrderRequests() {
		if o.OrderNo != "" {
			sent[o.OrderNo] = string(o.Body)
		}
	}
	placed := b.Vendor.Placed()
	if len(placed) != requests || len(sent) != requests {
		b.t.Errorf("the vendor has %d orders of %d requests, want %d", len(placed), len(sent), requests)
	}
	for _, r := range stored {
		if r.Status != renewal.Ordered || sent[r.Order.OrderNo] != string(r.Body) {
			b.t.Errorf("%s is %s with %+v; the order for it is %s, approved was %s", r.Reference(), r.Status, r.Order, sent[r.Order.OrderNo], r.Body)
		}
		delete(sent, r.Order.OrderNo)
	}
	if err := b.Ledger.Verify(b.ctx); err != nil {
		b.t.Error(err)
	}
	b.heldWhilePaused()
}

// heldWhilePaused wants no attempt between a pause and its end.
func (b *bundle) heldWhilePaused() {
	b.t.Helper()
	entries, err := b.Ledger.EntriesAfter(b.ctx, 0, 0)
	if err != nil {
		b.t.Fatal(err)
	}
	paused, pauses := false, 0
	for _, e := range entries {
		switch e.Code {
		case renewal.CodePaused:
			paused = true
			pauses++
		case renewal.CodeResumed:
			paused = false
		case renewal.CodeOrdering:
			if paused {
				b.t.Errorf("%s began while orders were paused", renewal.Reference(e.RequestID))
			}
		}
	}
	if pauses == 0 {
		b.t.Error("orders were never paused")
	}
}

// shownKey names a message of the bot by what it shows.
type shownKey struct{ Request, Key string }

// shown lists the bot's messages in all channels by what they show.
func (b *bundle) shown() map[shownKey][]slacksim.Message {
	b.t.Helper()
	found := map[shownKey][]slacksim.Message{}
	for _, c := range b.Slack.Snapshot().Channels {
		for _, m := range c.Messages {
			var meta struct {
				Payload shownKey `json:"event_payload"`
			}
			if len(m.Metadata) == 0 || m.Deleted {
				continue
			}
			if err := json.Unmarshal(m.Metadata, &meta); err != nil {
				b.t.Fatal(err)
			}
			found[meta.Payload] = append(found[meta.Payload], m)
		}
	}
	return found
}

// allShown waits until Slack shows everything that the ledger has, and wants each
// message once and each order number in the channel.
func (b *bundle) allShown(requests int) {
	b.t.Helper()
	for id := range int64(requests) {
		b.until(renewal.Reference(id+1)+" to be shown", func() bool { return b.posted(id + 1) })
	}
	announced := map[string]bool{}
	for k, messages := range b.shown() {
		if len(messages) != 1 {
			b.t.Errorf("%d messages show %v", len(messages), k)
		}
		if m := messages[0]; strings.HasPrefix(k.Key, "announcement:") && m.Broadcast {
			announced[k.Request] = true
			if !slices.ContainsFunc(b.Vendor.Placed(), func(o yeastarsim.Order) bool {
				return contains(o.PONumber, k.Request) && contains(m.Text, o.OrderNo)
			}) {
				b.t.Errorf("%s is announced as %q", k.Request, m.Text)
			}
		}
	}
	if len(announced) != requests {
		b.t.Errorf("%d order numbers in the channel, want %d", len(announced), requests)
	}
}

// posted says whether all messages of a request are in Slack.
func (b *bundle) posted(id int64) bool {
	b.t.Helper()
	entries, err := b.Ledger.Entries(b.ctx, id)
	if err != nil {
		b.t.Fatal(err)
	}
	posts, err := b.Ledger.Posts(b.ctx, id)
	if err != nil {
		b.t.Fatal(err)
	}
	shown := map[string]bool{}
	for _, p := range posts {
		if p.State == ledger.PostMuted {
			continue
		}
		if p.State != ledger.PostShown {
			return false
		}
		if _, ok := b.Slack.Message(slacksim.Ref{Channel: p.Channel, TS: p.TS}); !ok {
			b.t.Errorf("%s: %s was posted and is gone", renewal.Reference(id), p.Key)
		}
		shown[p.Key] = true
	}
	for _, e := range entries {
		if !shown[fmt.Sprint("audit:", e.Seq)] {
			return false
		}
	}
	return shown["summary"] && shown["card"]
}
