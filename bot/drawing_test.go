package bot_test

import (
	"testing"
	"time"

	"renewbot/blocks"
	"renewbot/bot/ledger/pgtest"
	"renewbot/bot/sandbox"
	"renewbot/bot/slacksim"
)

// Two choices are made within the time of one drawing, by whichever process gets them.
// Whether the older drawing comes late or the newer one does, what stands on the screen at
// the end is the newer choice, and nothing is drawn over what was not seen.
func TestNewestChoiceStaysOnTheScreen(t *testing.T) {
	t.Parallel()
	t.Run("one process", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		b.choosesTwice(2)
	})
	t.Run("two replicas", func(t *testing.T) {
		t.Parallel()
		pgtest.Available(t)
		b := setup(t, func(o *sandbox.Options) { o.DatabaseURL = pgtest.Database(t) })
		other := b.another()
		b.choosesTwice(8) // each choice goes to either of them
		other.end(t)
	})
}

func (b *bundle) choosesTwice(rounds int) {
	b.t.Helper()
	alice := b.as(sandbox.Alice)
	for round := range rounds {
		older, newer := 400*time.Millisecond, time.Duration(0)
		if round%2 == 1 {
			older, newer = 100*time.Millisecond, 400*time.Millisecond
		}
		if told := alice.command(sandbox.Renewals, "/renew"); told != "" {
			b.t.Fatalf("/renew answered: %s", told)
		}
		form := alice.view("For whom")
		for _, late := range []time.Duration{older, newer} {
			b.Slack.Fail("views.update", slacksim.Fault{Delay: late}, slacksim.Times(1))
		}
		alice.chooseHolder("Acme Telecom")
		first := b.drawing(form.ID, func(slacksim.Entry) bool { return true })
		acme, _ := alice.p.View()
		alice.chooseHolder("Our own account")
		b.drawing(form.ID, func(e slacksim.Entry) bool { return e.Seq == first.Seq && e.Status != 0 })
		b.wait("the newer choice", func(s *slacksim.Snapshot) bool {
			v, ok := s.View(sandbox.Alice)
			return ok && holderDrawn(b.t, v) == blocks.HolderOwn
		})
		b.drawing(form.ID, func(e slacksim.Entry) bool { return e.Seq > first.Seq && e.OK() })
		v, ok := alice.p.View()
		if !ok || v.ID != form.ID || v.Hash == acme.Hash || holderDrawn(b.t, v) != blocks.HolderOwn {
			b.t.Errorf("round %d: at the end the form is drawn for %q", round, holderDrawn(b.t, v))
		}
		alice.back()
	}
	for _, e := range b.Slack.Calls("views.update") {
		if e.Param("hash") == "" {
			b.t.Errorf("a view was updated without its hash: %s", e.Answer)
		}
	}
}

// drawing waits for a call that updates a view.
func (b *bundle) drawing(viewID string, fits func(slacksim.Entry) bool) slacksim.Entry {
	b.t.Helper()
	e, err := b.Slack.WaitJournal(b.ctx, func(e slacksim.Entry) bool {
		return e.Name == "views.update" && e.Param("view_id") == viewID && fits(e)
	})
	if err != nil {
		b.t.Fatalf("wait for a drawing: %v", err)
	}
	return e
}

// holderDrawn is the holder that a form was drawn for.
func holderDrawn(t testing.TB, v slacksim.View) string {
	t.Helper()
	d, err := blocks.DecodeDraft(v.PrivateMetadata)
	if err != nil {
		t.Fatal(err)
	}
	return d.Holder
}
