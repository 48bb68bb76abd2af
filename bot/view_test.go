package bot_test

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"renewbot/bot"
	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
	"renewbot/bot/slacksim"
	"renewbot/yeastar/yeastarsim"
)

// keys are the messages in Slack that say which message of which request they are, over
// all channels and direct messages; deleted ones are left out.
func (b *bundle) keys(reference string) []string {
	b.t.Helper()
	var out []string
	for _, c := range b.Slack.Snapshot().Channels {
		for _, m := range c.Messages {
			var meta struct {
				Payload struct{ Request, Key string } `json:"event_payload"`
			}
			if m.Deleted || len(m.Metadata) == 0 {
				continue
			}
			if err := json.Unmarshal(m.Metadata, &meta); err != nil {
				b.t.Fatal(err)
			}
			if meta.Payload.Request == reference {
				out = append(out, meta.Payload.Key)
			}
		}
	}
	slices.Sort(out)
	return out
}

// wholeView wants each message that the ledger's entries stand for to be in Slack once.
func (b *bundle) wholeView(reference string, more ...string) {
	b.t.Helper()
	direct := []renewal.Code{
		renewal.CodeOrdered, renewal.CodeRefused, renewal.CodeRejected, renewal.CodeExpired, renewal.CodeUnknown,
		renewal.CodeProcessing, renewal.CodeChanged, renewal.CodeDryRun, renewal.CodeSettledPlaced, renewal.CodeSettledNot, renewal.CodeLate,
	}
	want := append([]string{"summary", "card", "audit"}, more...)
	entries := b.entries(reference)
	for i, e := range entries {
		want = append(want, fmt.Sprintf("audit:%d", e.Seq))
		if e.To == renewal.Ordered && e.From != e.To {
			want = append(want, fmt.Sprintf("announcement:%d", e.Seq))
		}
		silent := []renewal.Code{renewal.CodeSubmitted, renewal.CodeDenied, renewal.CodeOrdering, renewal.CodeOrdered, renewal.CodeConfirmed, renewal.CodeUnconfirmed}
		told := e.Code == renewal.CodeApproved && i+2 < len(entries) && entries[i+2].Code == renewal.CodeOrdered // with the order
		if !told && !slices.Contains(silent, e.Code) {
			want = append(want, fmt.Sprintf("thread:%d", e.Seq))
		}
		if slices.Contains(direct, e.Code) {
			want = append(want, fmt.Sprintf("direct:%d", e.Seq))
		}
	}
	slices.Sort(want)
	b.wait("every message to be there", func(*slacksim.Snapshot) bool { return len(b.keys(reference)) >= len(want) })
	if diff := cmp.Diff(want, b.keys(reference)); diff != "" {
		b.t.Errorf("the messages of %s (-want +got):\n%s", reference, diff)
	}
}

// named limits a fault to the posting of one message.
func named(key string) slacksim.Calls {
	return slacksim.When(func(c slacksim.Call) bool { return contains(c.Param("metadata"), `"key":"`+key) })
}

func TestNoMessageTwiceAndNoneMissing(t *testing.T) {
	t.Parallel()
	faults := map[string]slacksim.Fault{
		"a reset after the message was posted":     {Kind: slacksim.FaultReset, After: true},
		"a reset before":                           {Kind: slacksim.FaultReset},
		"HTTP status 500 after":                    {Kind: slacksim.FaultStatus, After: true},
		"HTTP status 503 before":                   {Kind: slacksim.FaultStatus, Status: 503},
		"half an answer":                           {Kind: slacksim.FaultBrokenJSON, After: true},
		"not ok without an error":                  {Kind: slacksim.FaultNotOK},
		"not ok without an error, but it was done": {Kind: slacksim.FaultNotOK, After: true},
		"a web page":                               {Kind: slacksim.FaultHTML, After: true},
		"internal_error, but it was done":          {Kind: slacksim.FaultError, Error: "internal_error", After: true},
		"fatal_error":                              {Kind: slacksim.FaultError, Error: "fatal_error"},
		"too many requests":                        {Kind: slacksim.FaultRateLimit, RetryAfter: time.Second},
		"ratelimited in the answer":                {Kind: slacksim.FaultError, Error: "ratelimited"},
	}
	for name, fault := range faults {
		keys := []string{"announcement:"}
		if fault.After && (fault.Kind == slacksim.FaultReset || fault.Kind == slacksim.FaultStatus) {
			keys = []string{"summary", "card", `audit"`, "announcement:", "audit:", "direct:"}
		}
		for _, key := range keys {
			t.Run(name+" at "+key, func(t *testing.T) {
				t.Parallel()
				b, clock := setupAt(t)
				b.Slack.Fail("chat.postMessage", fault, named(key), slacksim.Times(1))
				alice := b.as(sandbox.Alice)
				alice.fill(acmeWish)
				alice.submitOK()
				alice.titled("Please check")
				alice.submitOK()
				alice.titled("Request saved")
				b.meanwhile(clock, 10*time.Second, "the card", func(s *slacksim.Snapshot) bool { return b.anyCard(s, "Approve") })
				b.as(sandbox.Bob).press(b.card(sandbox.Renewals, "RNW-000001", "Approve"), "Approve")
				b.meanwhile(clock, 10*time.Second, "every message", func(*slacksim.Snapshot) bool {
					return b.stored("RNW-000001").Status == renewal.Ordered && len(b.keys("RNW-000001")) >= 9
				})
				b.wholeView("RNW-000001")
				b.inOrder("RNW-000001")
				b.ends("RNW-000001", renewal.Ordered, 1, smooth...)
			})
		}
	}
}

// meanwhile lets time pass, step by step, until something is seen in Slack: when the bot
// comes back to what did not work is for the bot to know.
func (b *bundle) meanwhile(clock *slacksim.ManualClock, step time.Duration, what string, done func(*slacksim.Snapshot) bool) {
	b.t.Helper()
	for !done(b.Slack.Snapshot()) {
		if b.ctx.Err() != nil {
			b.t.Fatalf("%s: not seen by %s", what, clock.Now())
		}
		b.later(clock, step)
		b.rest()
	}
}

// anyCard says whether a message of the channel has a button.
func (b *bundle) anyCard(s *slacksim.Snapshot, button string) bool {
	return slices.ContainsFunc(s.All(sandbox.Renewals), func(m slacksim.Message) bool { return hasButton(m, button) })
}

// inOrder wants the lines of a thread in the order in which things happened.
func (b *bundle) inOrder(reference string) {
	b.t.Helper()
	last := 0
	for _, m := range b.Slack.Snapshot().All(sandbox.Renewals) {
		var meta struct {
			Payload struct{ Request, Key string } `json:"event_payload"`
		}
		if json.Unmarshal(m.Metadata, &meta) != nil || meta.Payload.Request != reference {
			continue
		}
		var seq int
		if n, _ := fmt.Sscanf(meta.Payload.Key, "thread:%d", &seq); n == 0 {
			continue
		}
		if seq < last {
			b.t.Errorf("line %d stands behind line %d", seq, last)
		}
		last = seq
	}
}

// A call that Slack never answers is given up after a time.
func TestSlackThatHangs(t *testing.T) {
	t.Parallel()
	b := setup(t, tuned(func(_ *ledger.Options, p *bot.Options) { p.CallTimeout = 3 * time.Second }))
	b.Slack.Fail("chat.postMessage", slacksim.Fault{Kind: slacksim.FaultHang, After: true}, named("card"), slacksim.Times(1))
	card := b.as(sandbox.Alice).request(acmeWish)
	b.as(sandbox.Bob).press(card, "Approve")
	b.happened("RNW-000001", renewal.CodeOrdered)
	b.wholeView("RNW-000001")
}

// When a message was sent tells from where on it is looked for, not when its answer was
// given up: hours may lie between them on a machine that slept.
func TestUnclearPostIsFoundAfterALongTime(t *testing.T) {
	t.Parallel()
	b, clock := setupAt(t, configured(longLived), impatient, func(o *sandbox.Options) {
		o.DatabaseURL = "sqlite://" + filepath.Join(t.TempDir(), "ledger.db")
	})
	for _, key := range []string{"summary", "audit:"} {
		b.Slack.Fail("chat.postMessage", slacksim.Fault{Kind: slacksim.FaultHang, After: true}, named(key), slacksim.Times(1))
	}
	if _, _, err := b.Ledger.Submit(b.ctx, renewal.Submission{
		Key: "1", By: renewal.Actor{UserID: sandbox.Alice, MayRequest: true}, Channel: sandbox.Renewals, Offer: tutorialOffer(),
	}); err != nil {
		t.Fatal(err)
	}
	for _, where := range []string{sandbox.Renewals, sandbox.Audit} {
		b.says(where, "RNW-000001")
		clock.Advance(5 * time.Hour) // while Slack does not answer
		if err := b.StopBot(); err != nil {
			t.Fatal(err)
		}
		if err := b.StartBot(b.ctx); err != nil {
			t.Fatal(err)
		}
	}
	b.meanwhile(clock, time.Second, "the card", func(s *slacksim.Snapshot) bool { return b.anyCard(s, "Approve") })
	b.wholeView("RNW-000001", b.nudgeKeys()...)
}

func TestRetryAfterIsWaitedFor(t *testing.T) {
	t.Parallel()
	b, clock := setupAt(t)
	b.Slack.Fail("chat.postMessage", slacksim.Fault{Kind: slacksim.FaultRateLimit, RetryAfter: 42 * time.Second}, named("summary"), slacksim.Times(1))
	alice := b.as(sandbox.Alice)
	alice.fill(acmeWish)
	alice.submitOK()
	alice.titled("Please check")
	alice.submitOK()
	b.happened("RNW-000001", renewal.CodeSubmitted) // in another channel
	b.meanwhile(clock, 3*time.Second, "the card", func(s *slacksim.Snapshot) bool { return b.anyCard(s, "Approve") })
	b.wholeView("RNW-000001")
	first := b.Slack.Snapshot().All(sandbox.Renewals)[0]
	if at, want := first.TS, strconv.FormatInt(monday.Add(42*time.Second).Unix(), 10); at < want {
		t.Errorf("posted at %s, before Retry-After was over at %s", at, want)
	}
}

func TestDeletedMessagesArePostedAnew(t *testing.T) {
	t.Parallel()
	for name, pick := range map[string]func(card slacksim.Message) slacksim.Ref{
		"the card": func(card slacksim.Message) slacksim.Ref { return card.Ref() },
		"the thread's first message": func(card slacksim.Message) slacksim.Ref {
			return slacksim.Ref{Channel: card.Channel, TS: card.ThreadTS}
		},
	} {
		for _, when := range []string{"and somebody votes", "and everybody is reminded"} {
			t.Run(name+" "+when, func(t *testing.T) {
				t.Parallel()
				b, clock := setupAt(t, quorum(2))
				card := b.as(sandbox.Alice).request(acmeWish)
				b.wholeView("RNW-000001")
				b.Slack.DeleteMessage(pick(card))
				approvers := []string{sandbox.Carol}
				if when == "and somebody votes" {
					b.as(sandbox.Bob).forceClick(clickOn(t, card, "approve"))
				} else {
					approvers = append(approvers, sandbox.Bob)
					b.later(clock, 4*time.Hour)
				}
				var anew slacksim.Message
				b.wait("a new card", func(s *slacksim.Snapshot) bool {
					for _, m := range s.All(sandbox.Renewals) {
						if m.TS > card.TS && !m.Deleted && hasButton(m, "Approve") {
							anew = m
						}
					}
					return anew.TS != ""
				})
				parent, ok := b.Slack.Message(slacksim.Ref{Channel: anew.Channel, TS: anew.ThreadTS})
				if !ok || parent.Deleted {
					t.Fatalf("the new card is in no thread: %+v", anew.Ref())
				}
				for _, who := range approvers {
					b.as(who).press(anew, "Approve")
				}
				b.happened("RNW-000001", renewal.CodeOrdered)
				b.shows(anew, "Ordered.")
				if r := b.stored("RNW-000001"); r.Status != renewal.Ordered || len(b.Vendor.Placed()) != 1 {
					t.Errorf("%s with %d orders", r.Status, len(b.Vendor.Placed()))
				}
			})
		}
	}
}

// What the channel can't show is told to the requester and the audit channel, and the
// renewal goes on.
func TestChannelThatTakesNoMessages(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		channel string
		close   func(*bundle, string)
		open    func(*bundle, string)
	}{
		"archived": {sandbox.Renewals, func(b *bundle, id string) { b.Slack.Archive(id, true) },
			func(b *bundle, id string) { b.Slack.Archive(id, false) }},
		"the bot was removed": {sandbox.Renewals, func(b *bundle, id string) { b.Slack.KickBot(id) },
			func(b *bundle, id string) { b.Slack.InviteBot(id) }},
		"the bot was removed from a private channel": {sandbox.Leads, func(b *bundle, id string) { b.Slack.KickBot(id) },
			func(b *bundle, id string) { b.Slack.InviteBot(id) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, clock := setupAt(t)
			w := acmeWish
			w.channel = c.channel
			card := b.as(sandbox.Alice).request(w)
			approve := clickOn(t, card, "approve")
			b.wholeView("RNW-000001")
			c.close(b, c.channel)
			b.as(sandbox.Bob).forceClick(approve) // a click that was made before
			b.happened("RNW-000001", renewal.CodeOrdered)
			number := b.Vendor.Placed()[0].OrderNo
			b.hears(sandbox.Alice, number)
			b.hears(sandbox.Alice, "I can't post RNW-000001 in")
			b.says(sandbox.Audit, "I can't post RNW-000001 in")
			b.later(clock, 30*time.Minute) // it is tried again, and not told again
			c.open(b, c.channel)
			b.meanwhile(clock, 10*time.Minute, "the order number", func(s *slacksim.Snapshot) bool {
				return slices.ContainsFunc(s.All(c.channel), func(m slacksim.Message) bool {
					return contains(s.Text(m), "RNW-000001 is ordered")
				})
			})
			b.says(c.channel, "RNW-000001 is ordered", number)
			if now := b.shows(card, "Ordered.", number); len(now.Buttons()) != 0 {
				t.Errorf("the card has buttons: %q", now.Buttons())
			}
			b.wholeView("RNW-000001", "unposted", "audit:unposted")
			b.ends("RNW-000001", renewal.Ordered, 1, smooth...)
		})
	}
}

// The channel goes away between a post and its answer; the message is not posted again
// when the channel is back.
func TestUnclearPostInAChannelThatGoesAway(t *testing.T) {
	t.Parallel()
	b, clock := setupAt(t)
	b.Slack.Fail("chat.postMessage", slacksim.Fault{Kind: slacksim.FaultReset, After: true}, named("announcement:"), slacksim.Times(1))
	b.Slack.Fail("conversations.replies", slacksim.Fault{Kind: slacksim.FaultError, Error: "not_in_channel"}, slacksim.Times(1))
	b.as(sandbox.Bob).press(b.as(sandbox.Alice).request(acmeWish), "Approve")
	b.meanwhile(clock, 10*time.Second, "what can't be posted", func(s *slacksim.Snapshot) bool {
		return slices.ContainsFunc(s.DM(sandbox.Alice), func(m slacksim.Message) bool {
			return contains(s.Text(m), "I can't post RNW-000001 in") && contains(s.Text(m), "not_in_channel")
		})
	})
	b.meanwhile(clock, 10*time.Minute, "every post to be settled", func(*slacksim.Snapshot) bool { return b.settled() })
	b.wholeView("RNW-000001", "unposted", "audit:unposted")
}

// A card that Slack does not let be changed any more is posted anew, with its buttons.
func TestEditWindow(t *testing.T) {
	t.Parallel()
	b, clock := setupAt(t)
	b.Slack.SetEditWindow(time.Minute)
	b.Vendor.Fault(yeastarsim.OrderSave, yeastarsim.Refuse("no", "Not today.").Times(1))
	card := b.as(sandbox.Alice).request(acmeWish)
	b.later(clock, time.Hour)
	b.as(sandbox.Bob).press(card, "Approve")
	again := b.card(sandbox.Renewals, "RNW-000001", "Try again")
	if again.TS == card.TS || again.ThreadTS != card.ThreadTS {
		t.Errorf("the new card is %+v, the old one %+v", again.Ref(), card.Ref())
	}
	b.as(sandbox.Bob).press(again, "Try again")
	b.happened("RNW-000001", renewal.CodeOrdered)
	b.shows(again, "Ordered.")
	b.as(sandbox.Carol).forceClick(clickOn(t, card, "approve"))
	b.as(sandbox.Carol).alone("RNW-000001 was ordered")
	if n := len(b.Vendor.Placed()); n != 1 {
		t.Errorf("%d orders were placed, want 1", n)
	}
}

// The ledger knows every message by its place.
func TestLedgerKnowsWhereItsMessagesAre(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.as(sandbox.Bob).press(b.as(sandbox.Alice).request(acmeWish), "Approve")
	b.happened("RNW-000001", renewal.CodeOrdered)
	b.wholeView("RNW-000001")
	b.until("every post to be settled", func() bool { return b.settled() })
	posts, err := b.Ledger.Posts(b.ctx, 1)
	if err != nil {
		t.Fatal(err)
	}
	var known []string
	for _, p := range posts {
		known = append(known, p.Key)
		if m, ok := b.Slack.Message(slacksim.Ref{Channel: p.Channel, TS: p.TS}); !ok || m.Deleted {
			t.Errorf("%s is not at %s %s", p.Key, p.Channel, p.TS)
		}
	}
	slices.Sort(known)
	if diff := cmp.Diff(b.keys("RNW-000001"), known); diff != "" {
		t.Errorf("what is in Slack and what the ledger knows (-Slack +ledger):\n%s", diff)
	}
}

// settled says whether the ledger knows of every post that it was shown.
func (b *bundle) settled() bool {
	posts, err := b.Ledger.Posts(b.ctx, 1)
	return err == nil && !slices.ContainsFunc(posts, func(p ledger.Post) bool { return p.State != ledger.PostShown })
}
