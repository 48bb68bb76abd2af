package socket

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slack-go/slack"
	"golang.org/x/sync/semaphore"

	"renewbot/bot/taskgroup"
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
func handleOne(t *testing.T, prepare func(*Client), raw string, do func(context.Context, *Envelope, payload)) (acks []time.Duration, logged string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		log := slog.New(slog.NewTextHandler(&out, nil))
		c := &Client{handling: taskgroup.New(), slots: semaphore.NewWeighted(1)}
		prepare(c)
		w := &wire{}
		began := time.Now()
		env := newEnvelope(w.send, "id", AckBudget, log)
		handle(c, env, frame{Type: "interactive", Payload: json.RawMessage(raw)},
			func(ctx context.Context, p payload) { do(ctx, env, p) })
		pass(5 * time.Minute)
		for _, at := range w.arrived() {
			acks = append(acks, at.Sub(began))
		}
		c.handling.End(t.Context())
		logged = out.String()
	})
	return acks, logged
}

func TestHandle(t *testing.T) {
	t.Parallel()
	good := func(*Client) {}
	for name, tc := range map[string]struct {
		prepare func(*Client)
		raw     string
		do      func(context.Context, *Envelope, payload)
		acked   time.Duration
		logged  string
	}{
		"acked by the handler": {good, `{"text":"x"}`, func(_ context.Context, env *Envelope, p payload) {
			pass(time.Second)
			env.Ack(p)
			env.Ack("a second time")
		}, time.Second, ""},
		"not acked by the handler":  {good, `{}`, func(context.Context, *Envelope, payload) { pass(time.Second) }, time.Second, ""},
		"a handler that takes long": {good, `{}`, func(ctx context.Context, _ *Envelope, _ payload) { <-ctx.Done() }, AckBudget, ""},
		"a handler that panics":     {good, `{}`, func(context.Context, *Envelope, payload) { panic("canary") }, 0, "canary"},
		"a handler that panics after its ack": {good, `{}`, func(_ context.Context, env *Envelope, _ payload) {
			env.Ack(nil)
			panic("canary")
		}, 0, "canary"},
		"a payload that can't be read": {good, `{"text":["not a text"]}`, func(context.Context, *Envelope, payload) { panic("called") }, 0, "could not be read"},
		"no payload":                   {good, ``, func(context.Context, *Envelope, payload) { panic("called") }, 0, "could not be read"},
		"too much to do":               {func(c *Client) { c.slots.TryAcquire(1) }, `{}`, func(context.Context, *Envelope, payload) { panic("called") }, AckBudget, ""},
		"the end was asked for":        {func(c *Client) { c.handling.End(context.Background()) }, `{}`, func(context.Context, *Envelope, payload) { panic("called") }, 0, ""},
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

// More people at once than are served at once: everybody's envelope is acked in time.
func TestEverybodyIsAckedInTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := &Client{handling: taskgroup.New(), slots: semaphore.NewWeighted(maxHandlers)}
		w, began := &wire{}, time.Now()
		const people = maxHandlers + 22
		for range people {
			handle(c, newEnvelope(w.send, "id", AckBudget, slog.New(slog.DiscardHandler)), frame{Type: "slash_commands", Payload: json.RawMessage(`{}`)},
				func(ctx context.Context, _ payload) { <-ctx.Done() })
		}
		pass(5 * time.Minute)
		if n := len(w.arrived()); n != people {
			t.Errorf("%d envelopes of %d were acked", n, people)
		}
		for _, at := range w.arrived() {
			if after := at.Sub(began); after > AckBudget {
				t.Errorf("acked after %v", after)
			}
		}
		c.handling.End(t.Context())
	})
}

// A menu that waits for its choices takes no ack without any, whatever keeps its handler.
func TestMenuIsAlwaysAnsweredWithAList(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		prepare func(*Client)
		do      func(context.Context)
	}{
		"a handler that takes long": {func(*Client) {}, func(ctx context.Context) { <-ctx.Done() }},
		"a handler that panics":     {func(*Client) {}, func(context.Context) { panic("canary") }},
		"too much to do":            {func(c *Client) { c.slots.TryAcquire(1) }, func(context.Context) { panic("called") }},
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
				c := &Client{handling: taskgroup.New(), slots: semaphore.NewWeighted(1)}
				tc.prepare(c)
				log := slog.New(slog.DiscardHandler)
				handle(c, newEnvelope(send, "id", AckBudget, log), frame{Type: "interactive", Payload: json.RawMessage(`{"type":"block_suggestion"}`)},
					func(ctx context.Context, _ interaction) { tc.do(ctx) })
				pass(5 * time.Minute)
				c.handling.End(t.Context())
				mu.Lock()
				defer mu.Unlock()
				if len(answers) != 1 || answers[0] != `{"options":[]}` {
					t.Errorf("answered with %q", answers)
				}
			})
		})
	}
}

// pass lets the clock of a synctest bubble go on.
func pass(d time.Duration) { <-time.After(d) }

// TestInteractionsAreReadWhole: of a menu that asks for choices the blocks are left out, of
// everything else what stands in blocks, and the message.
func TestInteractionsAreReadWhole(t *testing.T) {
	t.Parallel()
	const rest = `"user":{"id":"U1"},"container":{"type":"view","view_id":"V1"},"action_id":"a","block_id":"b","value":"acme",
		"view":{"id":"V1","callback_id":"form","private_metadata":"{}",` + blocksOfView
	const clicked = `"user":{"id":"U1"},"trigger_id":"T1","response_url":"https://x","container":{"type":"message","channel_id":"C1"},
		"message":{"type":"message","ts":"1.2","blocks":[{"type":"divider"}]},"actions":[{"type":"button","block_id":"b","action_id":"a","value":"v"}],
		"state":{"values":{"b":{"a":{"type":"checkboxes","selected_options":[{"value":"1"}]}}}}}`
	for typ, tc := range map[string]struct {
		rest   string
		blocks []outline
	}{
		"block_suggestion": {rest, nil},
		"view_submission": {
			rest + `"state":{"values":{"b":{"a":{"type":"plain_text_input","value":"x"}}}},"hash":"h","root_view_id":"V0"}}`,
			[]outline{{"divider", "d"}, {"input", "b"}, {"new_kind", "n"}},
		},
		"block_actions": {clicked, nil},
		"view_closed":   {`"is_cleared":true,"view":{"blocks":{}}}`, nil},
		"shortcut":      {`"callback_id":"s","trigger_id":"T1","user":{"id":"U1"}}`, nil},
	} {
		for _, colon := range []string{":", ": "} {
			raw := []byte(`{"type"` + colon + `"` + typ + `",` + tc.rest)
			if typ == "block_suggestion" {
				raw = append(raw, []byte(`"hash":""}}`)...)
			}
			var got interaction
			var want slack.InteractionCallback
			if err := errors.Join(decode(raw, &got), json.Unmarshal(raw, &want)); err != nil {
				t.Fatal(typ, err)
			}
			var blocks []outline
			for _, b := range got.View.Blocks.BlockSet {
				blocks = append(blocks, outline{b.BlockType(), b.ID()})
			}
			if colon == ":" && !slices.Equal(blocks, tc.blocks) {
				t.Errorf("%s has the blocks %v", typ, blocks)
			}
			got.View.Blocks, want.View.Blocks, want.Message = slack.Blocks{}, slack.Blocks{}, slack.Message{}
			if !reflect.DeepEqual(want, slack.InteractionCallback(got)) {
				t.Errorf("%s is %+v, want %+v", typ, got, want)
			}
		}
	}
}

const blocksOfView = `"blocks":[{"type":"divider","block_id":"d"},{"type":"input","block_id":"b","label":{"type":"plain_text","text":"x"},
	"element":{"type":"plain_text_input","action_id":"a"}},{"type":"new_kind","block_id":"n"}],`
