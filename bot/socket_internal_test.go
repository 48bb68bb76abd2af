package bot

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slack-go/slack"
	"golang.org/x/sync/semaphore"
)

// wire is the end of a socket at which acks arrive.
type wire struct {
	mu   sync.Mutex
	acks []time.Time
}

func (w *wire) send(context.Context, string, any) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.acks = append(w.acks, time.Now())
	return nil
}

func (w *wire) arrived() []time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.acks
}

type payload struct {
	Text string `json:"text"`
}

// handleOne lets a connection handle one envelope, and returns its acks, how long after
// its arrival they came, and what was logged.
func handleOne(t *testing.T, prepare func(*Bot), raw string, do func(context.Context, *envelope, payload)) (acks []time.Duration, logged string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		log := slog.New(slog.NewTextHandler(&out, nil))
		b := &Bot{handlers: newWork(), slots: semaphore.NewWeighted(1)}
		prepare(b)
		w := &wire{}
		began := time.Now()
		env := newEnvelope(w.send, "id", log)
		handle(&connection{bot: b, log: log}, env, frame{Type: "interactive", Payload: json.RawMessage(raw)},
			func(ctx context.Context, p payload) { do(ctx, env, p) })
		pass(5 * time.Minute)
		for _, at := range w.arrived() {
			acks = append(acks, at.Sub(began))
		}
		b.handlers.end(t.Context())
		logged = out.String()
	})
	return acks, logged
}

func TestHandle(t *testing.T) {
	t.Parallel()
	good := func(*Bot) {}
	for name, tc := range map[string]struct {
		prepare func(*Bot)
		raw     string
		do      func(context.Context, *envelope, payload)
		acked   time.Duration
		logged  string
	}{
		"acked by the handler": {good, `{"text":"x"}`, func(_ context.Context, env *envelope, p payload) {
			pass(time.Second)
			env.ack(p)
			env.ack("a second time")
		}, time.Second, ""},
		"not acked by the handler":  {good, `{}`, func(context.Context, *envelope, payload) { pass(time.Second) }, time.Second, ""},
		"a handler that takes long": {good, `{}`, func(ctx context.Context, _ *envelope, _ payload) { <-ctx.Done() }, ackBudget, ""},
		"a handler that panics":     {good, `{}`, func(context.Context, *envelope, payload) { panic("canary") }, 0, "canary"},
		"a handler that panics after its ack": {good, `{}`, func(_ context.Context, env *envelope, _ payload) {
			env.ack(nil)
			panic("canary")
		}, 0, "canary"},
		"a payload that can't be read": {good, `{"text":["not a text"]}`, func(context.Context, *envelope, payload) { panic("called") }, 0, "could not be read"},
		"no payload":                   {good, ``, func(context.Context, *envelope, payload) { panic("called") }, 0, "could not be read"},
		"too much to do":               {func(b *Bot) { b.slots.TryAcquire(1) }, `{}`, func(context.Context, *envelope, payload) { panic("called") }, ackBudget, ""},
		"the end was asked for":        {func(b *Bot) { b.handlers.end(context.Background()) }, `{}`, func(context.Context, *envelope, payload) { panic("called") }, 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acks, logged := handleOne(t, tc.prepare, tc.raw, tc.do)
			if len(acks) != 1 || acks[0] != tc.acked {
				t.Errorf("acked after %v, want once after %v", acks, tc.acked)
			}
			if !strings.Contains(logged, tc.logged) || (tc.logged == "" && logged != "") {
				t.Errorf("the log says %q, want %q", logged, tc.logged)
			}
		})
	}
}

// A menu that waits for its choices takes no ack without any, whatever keeps its handler.
func TestMenuIsAlwaysAnsweredWithAList(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		prepare func(*Bot)
		do      func(context.Context)
	}{
		"a handler that takes long": {func(*Bot) {}, func(ctx context.Context) { <-ctx.Done() }},
		"a handler that panics":     {func(*Bot) {}, func(context.Context) { panic("canary") }},
		"too much to do":            {func(b *Bot) { b.slots.TryAcquire(1) }, func(context.Context) { panic("called") }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var answers []string
				var mu sync.Mutex
				send := func(_ context.Context, _ string, payload any) error {
					raw, err := json.Marshal(payload)
					mu.Lock()
					defer mu.Unlock()
					answers = append(answers, string(raw))
					return err
				}
				b := &Bot{handlers: newWork(), slots: semaphore.NewWeighted(1)}
				tc.prepare(b)
				log := slog.New(slog.DiscardHandler)
				handle(&connection{bot: b, log: log}, newEnvelope(send, "id", log), frame{Type: "interactive", Payload: json.RawMessage(`{"type":"block_suggestion"}`)},
					func(ctx context.Context, _ slack.InteractionCallback) { tc.do(ctx) })
				pass(5 * time.Minute)
				b.handlers.end(t.Context())
				mu.Lock()
				defer mu.Unlock()
				if len(answers) != 1 || answers[0] != `{"options":[]}` {
					t.Errorf("answered with %q", answers)
				}
			})
		})
	}
}
