package bot_test

import (
	"context"
	"encoding/json"
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
	o := sandbox.Options{Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))}
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
	o.Tune = func(l *ledger.Options, p *bot.Options) {
		l.TakeOverAfter = 3 * time.Second
		p.OrderMargin, p.ViewLease, p.OpenGap = time.Second, 8*time.Second, 10*time.Millisecond
	}
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
	before := b.Slack.Connections()
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

// askers is how many people fill the form in at the same time.
const askers = 25

// Several replicas serve one workspace and one database, two approvers click twice at
// the same instant, and one replica is killed in the middle of it.
func TestReplicas(t *testing.T) {
	t.Parallel()
	pgtest.Available(t)
	for _, replicas := range []int{2, 3} {
		t.Run(fmt.Sprint(replicas), func(t *testing.T) { replicated(t, replicas, 200) })
	}
}

func replicated(t *testing.T, replicas, requests int) {
	database := pgtest.Database(t)
	b := setup(t, switched(anyQuantity), asReplica, func(o *sandbox.Options) {
		o.DatabaseURL = database
		// What is under test is the orders, not how fast two cores are with three bots.
		o.Slack = append(o.Slack, slacksim.WithAckTimeout(patience))
	})
	ctx, cancel := context.WithTimeout(t.Context(), 6*patience)
	t.Cleanup(cancel)
	b.ctx = ctx
	b.sockets(ownSockets)
	var others []*replica
	for range replicas - 1 {
		others = append(others, b.another())
	}
	began := time.Now()
	b.Vendor.Fault(yeastarsim.OrderSave, yeastarsim.Latency(20*time.Millisecond)) // so that some are under way

	var all sync.WaitGroup
	for _, user := range b.hire(askers) {
		all.Go(func() {
			for range requests / askers {
				b.ask(user)
			}
		})
	}
	victim := others[len(others)-1]
	all.Go(func() {
		if _, err := b.Vendor.WaitOrders(b.ctx, requests/3); err != nil {
			t.Error(err)
		}
		if err := victim.process.Process.Kill(); err != nil {
			t.Error(err)
		}
		_ = victim.process.Wait()
	})
	cards := b.newButtons("Approve")
	for range requests {
		card := <-cards
		for _, user := range []string{sandbox.Bob, sandbox.Bob, sandbox.Carol, sandbox.Carol} {
			all.Go(func() { b.clickUntilTaken(user, clickOn(t, card, "approve")) })
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

// newButtons tells of every message that shows a button, once.
func (b *bundle) newButtons(button string) <-chan slacksim.Message {
	found := make(chan slacksim.Message)
	go func() {
		told, seen := map[string]bool{}, uint64(0)
		for b.ctx.Err() == nil {
			var fresh []slacksim.Message
			_ = b.Slack.Wait(b.ctx, func(s *slacksim.Snapshot) bool {
				for _, m := range s.All(sandbox.Renewals) {
					if m.Version > seen && !told[m.TS] && hasButton(m, button) {
						told[m.TS] = true
						fresh = append(fresh, m)
					}
				}
				seen = s.Version
				return len(fresh) > 0
			})
			for _, m := range fresh {
				select {
				case found <- m:
				case <-b.ctx.Done():
				}
			}
		}
		close(found)
	}()
	return found
}

// hire adds people to the sales team.
func (b *bundle) hire(n int) []string {
	var team []string
	for i := range n {
		id := fmt.Sprintf("U0SALES%02d", i)
		b.Slack.AddUser(slacksim.User{ID: id, Name: fmt.Sprintf("sales%d", i)})
		team = append(team, id)
	}
	b.Slack.Invite(sandbox.Renewals, team...)
	return team
}

// ask fills the form in and submits it as a person who sees what fails, and does it again.
func (b *bundle) ask(user string) {
	p := b.Slack.As(user)
	plan := func(v slacksim.View) bool { _, ok := v.Field("Plan"); return ok }
	form, ok := slacksim.View{}, false
	for !ok && b.ctx.Err() == nil {
		_, _ = p.CloseView(b.ctx, true) // a form that does not come any further
		if r, err := p.Command(b.ctx, sandbox.Renewals, "/renew acme telecom"); err == nil && r.Failure == "" {
			form, ok = b.soon(p, plan)
		}
	}
	b.insistent(func() (string, error) {
		r, err := p.Choose(b.ctx, "Plan", yeastarsim.TutorialPlanID)
		return r.Failure, err
	})
	b.soon(p, func(v slacksim.View) bool { return v.Hash != form.Hash })
	b.insistent(func() (string, error) {
		if _, err := p.Type(b.ctx, "Number of extensions", "50"); err != nil {
			return "", err
		}
		found, err := p.Search(b.ctx, "Billing contact", "Sandhaven")
		if err != nil || len(found) == 0 {
			return "nothing found", nil //nolint:nilerr // the menu shows that the search failed
		}
		_, err = p.Choose(b.ctx, "Billing contact", found[0].Value)
		return "", err
	})
	for _, next := range []string{"Please check", "Request saved"} {
		b.insistent(func() (string, error) {
			r, err := p.Submit(b.ctx)
			return r.Trouble, err
		})
		if _, err := p.WaitViewTitled(b.ctx, next); err != nil {
			top, _ := p.View()
			b.t.Errorf("%s waits for %q: %v; on top is:\n%s", user, next, err, b.Slack.TextView(top))
			return
		}
	}
	if _, err := p.CloseView(b.ctx, true); err != nil {
		b.t.Errorf("%s: %v", user, err)
	}
}

// soon waits for as long as people do for what they see to change.
func (b *bundle) soon(p *slacksim.Person, match func(slacksim.View) bool) (slacksim.View, bool) {
	ctx, cancel := context.WithTimeout(b.ctx, 5*time.Second)
	defer cancel()
	v, err := p.WaitView(ctx, match)
	return v, err == nil
}

// insistent does something until Slack shows no failure.
func (b *bundle) insistent(do func() (failure string, err error)) {
	for b.ctx.Err() == nil {
		failure, err := do()
		if err != nil {
			b.t.Error(err)
			return
		}
		if failure == "" {
			return
		}
	}
}

// clickUntilTaken clicks as a person who sees that a click failed: again.
func (b *bundle) clickUntilTaken(user string, c slacksim.Click) {
	for b.ctx.Err() == nil {
		r, err := b.Slack.As(user).Force().Press(b.ctx, c)
		if err != nil {
			b.t.Errorf("%s clicks: %v", user, err)
			return
		}
		if r.Failure == "" {
			return
		}
	}
}

// settleByHand waits until all requests are ordered, and lets Bob settle the orders
// whose answer died with a replica by what the portal shows.
func (b *bundle) settleByHand(requests int) (asked int) {
	b.t.Helper()
	settled := map[int64]bool{}
	b.until("all requests to be ordered", func() bool {
		open, err := b.Ledger.List(b.ctx, ledger.Filter{Statuses: []renewal.Status{
			renewal.Pending, renewal.Approved, renewal.Ordering, renewal.Unknown, renewal.Refused, renewal.Processing,
		}})
		if err != nil {
			b.t.Fatal(err)
		}
		for _, r := range open {
			if r.Status == renewal.Unknown && !settled[r.ID] {
				settled[r.ID] = true
				b.settle(r)
			}
		}
		return len(open) == 0
	})
	return len(settled)
}

// settle is what Bob does when he is asked: he looks into the portal.
func (b *bundle) settle(r renewal.Request) {
	b.t.Helper()
	bob := b.as(sandbox.Bob)
	card := b.card(sandbox.Renewals, r.Reference(), "It was placed…")
	for _, o := range b.Vendor.Placed() {
		if strings.Contains(o.PONumber, r.Reference()) {
			bob.press(card, "It was placed…")
			bob.typeIn("Order number", o.OrderNo)
			bob.submitOK()
			return
		}
	}
	bob.press(card, "It was not placed…")
	bob.typeIn("How do you know?", "It is not in the portal")
	bob.submitOK()
	bob.press(b.card(sandbox.Renewals, r.Reference(), "Try again"), "Try again")
}

// until waits for a condition of the ledger or of several parties, which nobody tells of.
func (b *bundle) until(what string, done func() bool) {
	b.t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-tick.C:
		case <-b.ctx.Done():
			b.t.Fatalf("waited in vain for %s", what)
		}
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
