package bot_test

import (
	"testing"
	"time"

	"renewbot/blocks"
	"renewbot/bot/config"
	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
	"renewbot/bot/slacksim"
)

// home opens the Home tab and waits until it says all pieces.
func (a *actor) home(pieces ...string) slacksim.View {
	a.b.t.Helper()
	if _, err := a.p.OpenHome(a.b.ctx); err != nil {
		a.b.t.Fatalf("open Home: %v", err)
	}
	var home slacksim.View
	a.b.wait("Home of "+a.p.ID(), func(s *slacksim.Snapshot) bool {
		home = s.Homes[a.p.ID()]
		for _, piece := range pieces {
			if !contains(s.TextView(home), piece) {
				return false
			}
		}
		return home.ID != ""
	})
	return home
}

func TestHome(t *testing.T) {
	t.Parallel()
	b := setup(t)
	alice, bob := b.as(sandbox.Alice), b.as(sandbox.Bob)
	alice.home("You have no open requests.", "Nothing waits for you.")
	card := alice.request(tutorial)

	bob.home("Waiting for my decision", "RNW-000001", "You have no open requests.")
	if text := b.Slack.TextView(alice.home("My open requests", "RNW-000001")); !contains(text, "Nothing waits for you.") {
		t.Errorf("Alice's Home says:\n%s", text)
	}
	if text := b.Slack.TextView(b.as(sandbox.Dave).home("You have no open requests.")); contains(text, "RNW-000001") {
		t.Errorf("Dave's Home shows what is not his:\n%s", text)
	}

	bob.press(card, "Approve")
	b.says(sandbox.Renewals, "XS3401174502129270784")
	alice.home("You have no open requests.", "Recently finished", "RNW-000001", "XS3401174502129270784")
	bob.home("Nothing waits for you.")
}

func TestHomeOpensTheForm(t *testing.T) {
	t.Parallel()
	b := setup(t)
	alice := b.as(sandbox.Alice)
	alice.home()
	if r, err := alice.p.PressInHome(b.ctx, "Renew a subscription"); err != nil || r.Failure != "" {
		t.Fatalf("press: %v %s", err, r.Failure)
	}
	alice.choose("For whom", ourOwn, ourOwn)
	if f, _ := alice.view(postIn).Field(postIn); f.Value != "" || !contains(f.Hint, howToAdd) {
		t.Errorf("the channel is %q, with the hint %q", f.Value, f.Hint)
	}
}

func TestShortcutOpensTheForm(t *testing.T) {
	t.Parallel()
	for name, channels := range map[string][]string{"any channel": nil, "one channel": {sandbox.Renewals}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, func(o *sandbox.Options) {
				o.Configure = func(c *config.Config) { c.Renew.Channels = channels }
			})
			dave := b.as(sandbox.Dave)
			if r, err := dave.p.Shortcut(b.ctx, blocks.CallbackShortcut); err != nil || r.Failure != "" {
				t.Fatalf("shortcut: %v %s", err, r.Failure)
			}
			dave.choose("For whom", ourOwn, ourOwn)
			dave.complete(tutorial)
			if channels == nil {
				dave.choose(postIn, "", sandbox.Renewals)
			}
			dave.submitOK()
			dave.titled("Please check")
			dave.submitOK()
			b.card(sandbox.Renewals, "RNW-000001", "Approve")
		})
	}
}

// TestHomeOfGuest shows a guest nothing of anybody, and refuses the button.
func TestHomeOfGuest(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.as(sandbox.Alice).request(tutorial)
	gina := b.as(sandbox.Gina)
	if text := b.Slack.TextView(gina.home("Renewals")); contains(text, "RNW-") {
		t.Errorf("a guest's Home says:\n%s", text)
	}
	if _, err := gina.p.PressInHome(b.ctx, "Renew a subscription"); err != nil {
		t.Fatal(err)
	}
	if _, err := gina.p.WaitDM(b.ctx, "Guests can't", "Nothing was ordered."); err != nil {
		t.Error(err)
	}
	gina.noView()
	b.wantDenied(attempt{sandbox.Gina, "open", renewal.RefusedNotAllowed})
}

// A start with other approvers draws the Home tabs that are open.
func TestHomeAfterAStartWithOtherApprovers(t *testing.T) {
	t.Parallel()
	b := setup(t, durable(t))
	b.as(sandbox.Alice).request(tutorial)
	b.as(sandbox.Bob).home("Waiting for my decision", "RNW-000001", "Approve")
	b.as(sandbox.Dave).home("Nothing waits for you.")
	b.rest()
	b.stop()
	b.Config.Renew.Approvers = config.IDs{sandbox.Approval, sandbox.Dave}
	b.start()
	b.homeSays(sandbox.Dave, "Waiting for my decision", "RNW-000001", "Approve")
	b.homeSays(sandbox.Bob, "Nothing waits for you.")
}

// The days by which Home counts pass without any change.
func TestHomeCountsDays(t *testing.T) {
	t.Parallel()
	b, clock := setupAt(t, telling, configured(longLived))
	alice := b.as(sandbox.Alice)
	alice.home("Renewals due")
	b.homeSays(sandbox.Alice, "in 6 days")
	b.laterAt(clock, at(3, 9))
	b.homeSays(sandbox.Alice, "in 5 days")
}

// What finished last stands first, whatever its number.
func TestHomeHasWhatFinishedLast(t *testing.T) {
	t.Parallel()
	b := setup(t)
	alice, bob := b.as(sandbox.Alice), b.as(sandbox.Bob)
	first := alice.request(tutorial)
	for range 10 {
		c := alice.request(acmeWish)
		alice.press(c, "Cancel request")
		b.happened(b.refOf(c), renewal.CodeCancelled)
	}
	alice.home("RNW-000001", "Recently finished")
	bob.press(first, "Approve")
	b.happened("RNW-000001", renewal.CodeOrdered)
	b.homeSays(sandbox.Alice, "You have no open requests.", "Recently finished", "RNW-000001")
}

// TestHomeCountsByItsReadersDays draws an open Home tab again when a day begins where its reader is.
func TestHomeCountsByItsReadersDays(t *testing.T) {
	t.Parallel()
	b, clock := setupAt(t, telling, configured(longLived))
	b.Slack.ChangeUser(sandbox.Alice, func(u *slacksim.User) { u.TZ = "America/Los_Angeles" })
	alice := b.as(sandbox.Alice)
	alice.home("Renewals due", "in 10 days")
	b.rest()
	b.laterAt(clock, time.Date(2026, 3, 3, 0, 0, 1, 0, time.UTC))
	b.rest()
	b.homeSays(sandbox.Alice, "in 10 days")
	b.laterAt(clock, time.Date(2026, 3, 3, 8, 0, 1, 0, time.UTC))
	b.homeSays(sandbox.Alice, "in 8 days")
}
