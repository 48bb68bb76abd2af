package bot_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
	"renewbot/bot/slacksim"
	"renewbot/yeastar/yeastarsim"
)

// approved brings a request of Alice's for Acme Telecom to Bob's approval.
func (b *bundle) approved() slacksim.Message {
	b.t.Helper()
	card := b.as(sandbox.Alice).request(acmeWish)
	b.as(sandbox.Bob).press(card, "Approve")
	return card
}

// sentAt are the moments at which orders arrived at the vendor, since the first.
func (b *bundle) sentAt() []time.Duration {
	var at []time.Duration
	requests := b.Vendor.OrderRequests()
	for _, r := range requests {
		at = append(at, r.At.Sub(requests[0].At))
	}
	return at
}

// sameBytes wants every order to be the same, byte for byte.
func (b *bundle) sameBytes() {
	b.t.Helper()
	for i, body := range b.bodies() {
		if diff := cmp.Diff(b.bodies()[0], body); diff != "" {
			b.t.Errorf("order %d is not the first one (-first +this):\n%s", i+1, diff)
		}
	}
}

func TestRefusedAndTriedAgain(t *testing.T) {
	t.Parallel()
	const why = "The credit line does not cover this order"
	for name, fault := range map[string]yeastarsim.Fault{
		"HTTP status 400":               yeastarsim.Refuse("insufficient_credit", why+"."),
		"HTTP status 200, another body": yeastarsim.Refuse("insufficient_credit", why+".").Status(200, 400),
		"HTTP status 400 alone":         yeastarsim.Refuse("insufficient_credit", why+".").Status(400, 200),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.Vendor.Fault(yeastarsim.OrderSave, fault.Times(1))
			b.approved()
			b.happened("RNW-000001", renewal.CodeRefused)
			r := b.ends("RNW-000001", renewal.Refused, 1,
				renewal.CodeSubmitted, renewal.CodeApproved, renewal.CodeOrdering, renewal.CodeRefused)
			if r.Problem == nil || r.Problem.RequestID == "" {
				t.Fatalf("the ledger does not hold the vendor's words: %+v", r.Problem)
			}
			words := []string{"Not ordered", why, "insufficient_credit", r.Problem.RequestID}
			b.hears(sandbox.Alice, words...)
			b.says(sandbox.Renewals, append(words, "It can be tried again or closed on the card.")...)
			b.says(sandbox.Audit, words...)
			card := b.card(sandbox.Renewals, "RNW-000001", "Try again")

			alice, bob := b.as(sandbox.Alice), b.as(sandbox.Bob)
			alice.press(card, "Try again")
			alice.alone("Only approvers can", "RNW-000001. Nothing was ordered.")
			dialog := bob.press(card, "Try again").Confirm
			b.wants(dialog.Title, "Order RNW-000001 again?")
			b.wants(dialog.Text, "Acme Telecom", "50 extensions", "cannot be undone")
			b.happened("RNW-000001", renewal.CodeOrdered)
			b.ends("RNW-000001", renewal.Ordered, 2,
				renewal.CodeSubmitted, renewal.CodeApproved, renewal.CodeOrdering, renewal.CodeRefused,
				renewal.CodeDenied, renewal.CodeRetried, renewal.CodeOrdering, renewal.CodeOrdered)
			b.sameBytes()
			if n := len(b.Vendor.Placed()); n != 1 {
				t.Errorf("%d orders were placed, want 1", n)
			}
			b.hears(sandbox.Alice, b.Vendor.Placed()[0].OrderNo)
			if now := b.shows(card, "Ordered."); len(now.Buttons()) != 0 {
				t.Errorf("the card has buttons: %q", now.Buttons())
			}
		})
	}
}

func TestTryAgainTwiceIsOneOrder(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Vendor.Fault(yeastarsim.OrderSave, yeastarsim.Refuse("no", "Not today.").Times(1))
	b.approved()
	click := clickOn(t, b.card(sandbox.Renewals, "RNW-000001", "Try again"), "retry")
	var g errgroup.Group
	for _, who := range []string{sandbox.Bob, sandbox.Carol, sandbox.Bob} {
		g.Go(func() error {
			_, err := b.Slack.As(who).Force().Press(b.ctx, click)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	b.happened("RNW-000001", renewal.CodeOrdered)
	b.as(sandbox.Bob).forceClick(click) // the button of a card that is long gone
	if r := b.stored("RNW-000001"); r.Status != renewal.Ordered || len(b.Vendor.Placed()) != 1 || len(b.Vendor.OrderRequests()) != 2 {
		t.Errorf("%s, %d orders placed by %d requests", r.Status, len(b.Vendor.Placed()), len(b.Vendor.OrderRequests()))
	}
}

// TestTryAgainFindsTheOrderThatWasRefused: the vendor said no and took the order all the same. Whoever
// tries again gets that one.
func TestTryAgainFindsTheOrderThatWasRefused(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Vendor.Fault(yeastarsim.OrderSave, yeastarsim.Refuse("no", "Not today.").After().Times(1))
	b.approved()
	b.as(sandbox.Bob).press(b.card(sandbox.Renewals, "RNW-000001", "Try again"), "Try again")
	b.until("the order is found", func() bool { return b.stored("RNW-000001").Status == renewal.Ordered })
	b.says(sandbox.Renewals, "RNW-000001 is ordered", b.Vendor.Placed()[0].OrderNo)
	if n, placed := len(b.Vendor.OrderRequests()), len(b.Vendor.Placed()); n != 1 || placed != 1 {
		t.Errorf("%d orders were sent and %d placed", n, placed)
	}
}

func TestRefusedAndClosed(t *testing.T) {
	t.Parallel()
	for name, closer := range map[string]string{"by the requester": sandbox.Alice, "by an approver": sandbox.Carol} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.Vendor.Fault(yeastarsim.OrderSave, yeastarsim.Refuse("no", "Not today.").Times(1))
			b.approved()
			card := b.card(sandbox.Renewals, "RNW-000001", "Close")
			b.as(sandbox.Dave).press(card, "Close")
			b.as(sandbox.Dave).alone("Only the requester or an approver can close RNW-000001. Nothing was ordered.")
			b.as(closer).press(card, "Close")
			b.happened("RNW-000001", renewal.CodeClosed)
			b.says(sandbox.Renewals, "closed the request. Nothing was ordered.")
			if now := b.shows(card, "Closed."); !endedCard(now) {
				t.Errorf("the card has buttons: %q", now.Buttons())
			}
			b.ends("RNW-000001", renewal.Cancelled, 1, renewal.CodeSubmitted, renewal.CodeApproved,
				renewal.CodeOrdering, renewal.CodeRefused, renewal.CodeDenied, renewal.CodeClosed)
			b.as(sandbox.Bob).forceClick(clickOn(t, card, "retry"))
			b.as(sandbox.Bob).alone("RNW-000001 was closed by", "Nothing was ordered.")
			if n := len(b.Vendor.OrderRequests()); n != 1 {
				t.Errorf("a closed request was sent again: %d requests", n)
			}
		})
	}
}

func TestRefusedTokenIsReplacedOnce(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]yeastarsim.Fault{
		"401":                  yeastarsim.Unauthorized(),
		"403":                  yeastarsim.Forbidden(),
		"401 in the body only": yeastarsim.Unauthorized().Status(200, 401),
	} {
		for times, end := range map[int]renewal.Status{1: renewal.Ordered, 2: renewal.Refused} {
			t.Run(name+" until "+string(end), func(t *testing.T) {
				t.Parallel()
				b := setup(t)
				card := b.as(sandbox.Alice).request(acmeWish)
				tokens := b.Vendor.Calls(yeastarsim.Token)
				b.Vendor.Fault(yeastarsim.OrderSave, fault.Times(times))
				b.as(sandbox.Bob).press(card, "Approve")
				last, placed := renewal.CodeOrdered, 1
				if end == renewal.Refused {
					last, placed = renewal.CodeRefused, 0
				}
				b.happened("RNW-000001", last)
				b.ends("RNW-000001", end, 2, renewal.CodeSubmitted, renewal.CodeApproved,
					renewal.CodeOrdering, renewal.CodePostponed, renewal.CodeOrdering, last)
				b.says(sandbox.Renewals, "this attempt placed nothing; another one follows automatically")
				if got := b.Vendor.Calls(yeastarsim.Token) - tokens; got != 1 {
					t.Errorf("%d new tokens between the attempts, want 1", got)
				}
				if n := len(b.Vendor.Placed()); n != placed {
					t.Errorf("%d orders were placed, want %d", n, placed)
				}
				b.sameBytes()
			})
		}
	}
}

func TestTooManyRequestsWaitsAsTold(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		told, waits time.Duration
	}{
		"for seven seconds": {7 * time.Second, 7 * time.Second},
		"without a time":    {-1, 30 * time.Second},
		"for ten minutes":   {10 * time.Minute, 10 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, clock := setupAt(t)
			b.Vendor.Fault(yeastarsim.OrderSave, yeastarsim.TooMany(c.told).Times(1))
			card := b.approved()
			b.happened("RNW-000001", renewal.CodePostponed)
			b.shows(card, "Approved.", "The last attempt placed nothing; another one follows automatically.")
			e := b.entry("RNW-000001", renewal.CodePostponed)
			if want := monday.Add(c.waits).Format(time.RFC3339); e.Detail[renewal.DetailRetryAt] != want {
				t.Errorf("tried again at %s, want %s", e.Detail[renewal.DetailRetryAt], want)
			}
			b.ends("RNW-000001", renewal.Approved, 1, renewal.CodeSubmitted, renewal.CodeApproved, renewal.CodeOrdering, renewal.CodePostponed)
			b.later(clock, c.waits-time.Millisecond)
			b.later(clock, time.Millisecond)
			b.happened("RNW-000001", renewal.CodeOrdered)
			b.ends("RNW-000001", renewal.Ordered, 2, renewal.CodeSubmitted, renewal.CodeApproved,
				renewal.CodeOrdering, renewal.CodePostponed, renewal.CodeOrdering, renewal.CodeOrdered)
			if at := b.sentAt(); at[1] < c.waits {
				t.Errorf("the second request came after %s, want %s at least", at[1], c.waits)
			}
			b.sameBytes()
		})
	}
}

func TestTooManyRequestsForTooLongAsksPeople(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Vendor.Fault(yeastarsim.OrderSave, yeastarsim.TooMany(time.Hour).Times(1))
	b.approved()
	b.happened("RNW-000001", renewal.CodeRefused)
	b.as(sandbox.Bob).press(b.card(sandbox.Renewals, "RNW-000001", "Try again"), "Try again")
	b.happened("RNW-000001", renewal.CodeOrdered)
	b.ends("RNW-000001", renewal.Ordered, 2, renewal.CodeSubmitted, renewal.CodeApproved, renewal.CodeOrdering,
		renewal.CodeRefused, renewal.CodeRetried, renewal.CodeOrdering, renewal.CodeOrdered)
}

// An order needs a token that lives for a while; when there is none to be had, nothing
// was sent, and it is tried again by itself a few times.
func TestNotSentIsTriedAgainByItself(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		failures int
		end      renewal.Status
		codes    []renewal.Code
	}{
		"until it works": {2, renewal.Ordered, []renewal.Code{
			renewal.CodeOrdering, renewal.CodePostponed, renewal.CodeOrdering, renewal.CodePostponed, renewal.CodeOrdering, renewal.CodeOrdered,
		}},
		"until people are asked": {5, renewal.Refused, []renewal.Code{
			renewal.CodeOrdering, renewal.CodePostponed, renewal.CodeOrdering, renewal.CodePostponed, renewal.CodeOrdering, renewal.CodePostponed,
			renewal.CodeOrdering, renewal.CodePostponed, renewal.CodeOrdering, renewal.CodeRefused,
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, clock := setupAt(t)
			card := b.as(sandbox.Alice).request(acmeWish)
			b.later(clock, 27*time.Minute+5*time.Second) // good enough for look-ups, not for an order
			b.Vendor.Fault(yeastarsim.Token, yeastarsim.Refuse("maintenance", "No tokens right now.").Times(c.failures))
			b.as(sandbox.Bob).press(card, "Approve")
			for n := 1; n < c.failures || (n == c.failures && c.end == renewal.Ordered); n++ {
				b.wait("attempt "+string(rune('0'+n))+" to be told", func(s *slacksim.Snapshot) bool {
					told := 0
					for _, m := range s.All(sandbox.Audit) {
						if contains(s.Text(m), string(renewal.CodePostponed)) {
							told++
						}
					}
					return told == n
				})
				b.later(clock, time.Duration(n)*10*time.Second)
			}
			b.happened("RNW-000001", c.codes[len(c.codes)-1])
			sent := 0
			if c.end == renewal.Ordered {
				sent = 1
			}
			r := b.ends("RNW-000001", c.end, sent, append([]renewal.Code{renewal.CodeSubmitted, renewal.CodeApproved}, c.codes...)...)
			for i, a := range r.Attempts {
				if a.Number != i+1 {
					t.Errorf("attempt %d has the number %d", i+1, a.Number)
				}
			}
			if c.end == renewal.Refused {
				b.hears(sandbox.Alice, "Not ordered")
				b.as(sandbox.Bob).press(b.card(sandbox.Renewals, "RNW-000001", "Try again"), "Try again")
				b.happened("RNW-000001", renewal.CodeOrdered)
				if n := len(b.Vendor.OrderRequests()); n != 1 {
					t.Errorf("%d orders were sent, want 1", n)
				}
			}
		})
	}
}
