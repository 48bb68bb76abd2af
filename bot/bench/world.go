package main

import (
	"bytes"
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"renewbot/bot/slacksim"
	"renewbot/deploy"
	"renewbot/yeastar/yeastarsim"
)

// The people and channels of a world.
const (
	alice    = "U0ALICE" // types and requests
	bob      = "U0BOB"   // approves
	renewals = "C0RENEWALS"
	audit    = "C0AUDIT"
)

// How many customers the portal has.
const (
	customers = 5000
	few       = 12   // of a small portal
	pbxs      = 5000 // of a large one
	// someCustomers are enough to choose those from who renew.
	someCustomers = 100
)

// patience bounds whatever is waited for.
const patience = 30 * time.Second

// world is a Slack workspace and a Partner Portal for one candidate, and what is seen in them.
type world struct {
	slack  *slacksim.Workspace
	vendor *yeastarsim.Server
	alice  *slacksim.Person
	bob    *slacksim.Person

	envelopes atomic.Int64       // sent to the candidate
	failed    atomic.Int64       // calls of views.open that were refused
	opened    chan time.Time     // when each call of views.open arrived
	suggested chan time.Duration // from a search to its answer
	acked     chan time.Duration // from any other interaction to its ack
	hooked    chan time.Time     // when each message to a response_url arrived
	connected chan time.Time     // when the candidate's connections were opened
}

func newWorld(customers, pbxs int) (*world, error) {
	slack, err := slacksim.New(deploy.Manifest, slacksim.WithShortMemory(5000))
	if err != nil {
		return nil, fmt.Errorf("install the app: %w", err)
	}
	if err := slack.Start(); err != nil {
		return nil, err
	}
	slack.AddUser(slacksim.User{ID: alice, Name: "alice", RealName: "Alice Archer", TZ: "Europe/Berlin"})
	slack.AddUser(slacksim.User{ID: bob, Name: "bob", RealName: "Bob Baker", TZ: "Europe/London"})
	slack.AddChannel(slacksim.Channel{ID: renewals, Name: "renewals", Members: []string{slack.BotUserID(), alice, bob}})
	slack.AddChannel(slacksim.Channel{ID: audit, Name: "audit", Members: []string{slack.BotUserID(), bob}})
	vendor := yeastarsim.New(yeastarsim.WithCustomers(customers), yeastarsim.WithPBXs(pbxs))
	if err := vendor.Start(); err != nil {
		_ = slack.Close()
		return nil, fmt.Errorf("start the portal: %w", err)
	}
	w := &world{
		slack: slack, vendor: vendor, alice: slack.As(alice), bob: slack.As(bob),
		opened: make(chan time.Time, 1024), suggested: make(chan time.Duration, 1024),
		acked: make(chan time.Duration, 1024), hooked: make(chan time.Time, 1024), connected: make(chan time.Time, 1024),
	}
	slack.Watch(w.see)
	return w, nil
}

// see notes an entry of the workspace's journal.
func (w *world) see(e slacksim.Entry) {
	switch {
	case e.Kind == slacksim.EntryCall && e.Name == "views.open":
		if !bytes.Contains(e.Answer, []byte(`"ok":true`)) {
			w.failed.Add(1)
		}
		tell(w.opened, e.Time)
	case e.Kind == slacksim.EntryAck && e.Name == "block_suggestion":
		tell(w.suggested, e.Latency)
	case e.Kind == slacksim.EntryAck:
		tell(w.acked, e.Latency)
	case e.Kind == slacksim.EntryHook:
		tell(w.hooked, e.Time)
	case e.Kind == slacksim.EntryEnvelope:
		w.envelopes.Add(1)
	case e.Kind == slacksim.EntrySocket && e.Name == "open":
		tell(w.connected, e.Time)
	}
}

// tell never waits: whoever does not listen misses it.
func tell[T any](to chan<- T, v T) {
	select {
	case to <- v:
	default:
	}
}

// forget empties a channel of what came before.
func forget[T any](from <-chan T) {
	for {
		select {
		case <-from:
		default:
			return
		}
	}
}

// next waits for what comes next.
func next[T any](ctx context.Context, from <-chan T, what string) (T, error) {
	t := time.NewTimer(patience)
	defer t.Stop()
	var none T
	select {
	case v := <-from:
		return v, nil
	case <-t.C:
		return none, fmt.Errorf("%s: nothing within %s", what, patience)
	case <-ctx.Done():
		return none, ctx.Err()
	}
}

// close ends the world. It returns an error if the candidate did not behave: what was measured of it then
// says nothing.
func (w *world) close() error {
	broken := w.slack.Violations()
	w.vendor.Close()
	err := w.slack.Close()
	switch {
	case len(broken) > 0:
		return fmt.Errorf("slack's protocol was violated %d times, first: %s", len(broken), broken[0])
	case w.failed.Load() > 0:
		return fmt.Errorf("%d calls of views.open were refused", w.failed.Load())
	}
	return err
}

// environment is what every candidate is told about its world.
func (w *world) environment() []string {
	return []string{
		"SLACK_BOT_TOKEN=" + w.slack.BotToken(), "SLACK_APP_TOKEN=" + w.slack.AppToken(), "SLACK_API_URL=" + w.slack.APIURL(),
		"YEASTAR_CLIENT_ID=" + w.vendor.ClientID(), "YEASTAR_CLIENT_SECRET=" + w.vendor.ClientSecret(),
		"YEASTAR_BASE_URL=" + w.vendor.URL(), "NO_PROXY=127.0.0.1", "no_proxy=127.0.0.1",
		"RENEW_APPROVERS=" + bob, "RENEW_AUDIT_CHANNEL=" + audit,
	}
}
