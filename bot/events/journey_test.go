package events_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"renewbot/bot/config"
	"renewbot/bot/sandbox"
)

// TestEventsOfAJourney plays three renewals with the whole bot: ordered, rejected, refused.
func TestEventsOfAJourney(t *testing.T) {
	t.Parallel()
	type event struct {
		Subject, Type string
		Data          struct {
			State   string
			OrderNo string `json:"order_no"`
		}
	}
	got := make(chan event, 100)
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var e event
		if err := json.NewDecoder(r.Body).Decode(&e); err != nil {
			t.Error(err)
		}
		got <- e
	}))
	defer receiver.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	w, err := sandbox.Start(ctx, sandbox.Options{Configure: func(c *config.Config) {
		c.Events = config.Events{
			URL: config.NewSecret(receiver.URL), Secret: config.NewSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), Private: true,
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if err := w.Demo(ctx, io.Discard); err != nil {
		t.Fatal(err)
	}
	told := map[string][]string{}
	for range 8 {
		select {
		case e := <-got:
			told[e.Subject] = append(told[e.Subject], e.Type)
			if (e.Data.OrderNo != "") != (e.Data.State == "ordered") {
				t.Errorf("%s of %s has the order %q", e.Type, e.Subject, e.Data.OrderNo)
			}
		case <-ctx.Done():
			t.Fatalf("only %v arrived", told)
		}
	}
	want := map[string][]string{
		"RNW-000001": {"renewbot.requested", "renewbot.approved", "renewbot.ordered"},
		"RNW-000002": {"renewbot.requested", "renewbot.rejected"},
		"RNW-000003": {"renewbot.requested", "renewbot.approved", "renewbot.refused"},
	}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}
