package portal_test

import (
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"renewbot/bot/lookup"
	"renewbot/bot/portal"
	"renewbot/yeastar"
	"renewbot/yeastar/yeastarsim"
)

// That lists were read is told once for those that are read together, and not for what is there.
func TestListsRead(t *testing.T) {
	t.Parallel()
	sim := yeastarsim.New()
	if err := sim.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sim.Close)
	client, err := yeastar.New(yeastar.Config{BaseURL: sim.URL(), ClientID: sim.ClientID(), ClientSecret: sim.ClientSecret()})
	if err != nil {
		t.Fatal(err)
	}
	var told atomic.Int64
	p := portal.New(portal.Options{
		Client: client, Products: yeastar.Products(), TTL: time.Hour, Now: time.Now, Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
		Read: func() { told.Add(1) },
	})
	t.Cleanup(func() { p.Close(t.Context()) })
	for _, step := range []struct {
		age  lookup.MaxAge
		want int64
	}{{lookup.AnyAge, 1}, {lookup.AnyAge, 1}, {lookup.Anew, 2}} {
		if _, err := p.Holders(t.Context(), "cloud-pbx", step.age); err != nil { // with the customers, who are read for it
			t.Fatal(err)
		}
		if got := told.Load(); got != step.want {
			t.Errorf("told %d times after a list not older than %d, want %d", got, step.age, step.want)
		}
	}
}
