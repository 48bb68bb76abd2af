package slacksim_test

import (
	"slices"
	"testing"

	"renewbot/bot/slacksim"
)

func TestWatchTellsOfCompleteEntries(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.connect(formApp(b))
	told := make(chan slacksim.Entry, 100)
	stop := b.Watch(func(e slacksim.Entry) { told <- e })
	ctx, p := b.ctx(), b.As(alice)
	if res, err := p.Command(ctx, sales, "/go"); err != nil || res.Failure != "" {
		t.Fatal(res, err)
	}
	if _, err := p.WaitViewTitled(ctx, "Renew"); err != nil {
		t.Fatal(err)
	}
	var kinds []slacksim.EntryKind
	for len(kinds) < 3 {
		e := <-told
		kinds = append(kinds, e.Kind)
		switch {
		case e.Kind == slacksim.EntryAck && (e.Name != "slash_commands" || e.Latency <= 0):
			t.Errorf("the ack is not complete: %+v", e)
		case e.Kind == slacksim.EntryCall && (e.Name != "views.open" || !e.OK() || e.Latency <= 0):
			t.Errorf("the call is not complete: %+v", e)
		}
	}
	slices.Sort(kinds) // the ack and the call travel on connections of their own
	want := []slacksim.EntryKind{slacksim.EntryAck, slacksim.EntryCall, slacksim.EntryEnvelope}
	if !slices.Equal(kinds, want) {
		t.Errorf("told of %v, want %v", kinds, want)
	}
	stop()
	if _, err := p.CloseView(ctx, true); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Command(ctx, sales, "/go"); err != nil {
		t.Fatal(err)
	}
	if len(told) > 0 {
		t.Errorf("told of %v after the end", <-told)
	}
}

func TestShortMemory(t *testing.T) {
	t.Parallel()
	const kept = 5
	b := setup(t, slacksim.WithShortMemory(kept))
	b.connect(formApp(b))
	ctx, p := b.ctx(), b.As(alice)
	first := ""
	for range 8 * kept {
		if res, err := p.Command(ctx, sales, "/go"); err != nil || res.Failure != "" {
			t.Fatal(res, err)
		}
		v, err := p.WaitView(ctx, func(v slacksim.View) bool { return v.ID != first })
		if err != nil {
			t.Fatal(err)
		}
		first = v.ID
	}
	journal := b.Journal()
	if len(journal) < kept || len(journal) > 2*kept {
		t.Errorf("%d entries are kept, want %d to %d", len(journal), kept, 2*kept)
	}
	for i, e := range journal[1:] {
		if e.Seq != journal[i].Seq+1 {
			t.Errorf("entry %d follows on entry %d", e.Seq, journal[i].Seq)
		}
	}
	if v, ok := p.View(); !ok || v.ID != first {
		t.Error("the open view was forgotten")
	}
	if v := b.Violations(); len(v) != 0 {
		t.Error(v)
	}
}
