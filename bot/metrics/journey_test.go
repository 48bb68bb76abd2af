package metrics_test

import (
	"context"
	"io"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"renewbot/bot/sandbox"
	"renewbot/bot/slacksim"
	"renewbot/yeastar/yeastarsim"
)

// scrape reads /metrics of a sandbox: values by name and labels.
func scrape(t *testing.T, w *sandbox.World) map[string]float64 {
	t.Helper()
	r := httptest.NewRecorder()
	w.Metrics.Handler().ServeHTTP(r, httptest.NewRequestWithContext(t.Context(), "GET", "/metrics", nil))
	values := map[string]float64{}
	for line := range strings.Lines(r.Body.String()) {
		name, value, ok := strings.Cut(strings.TrimSpace(line), " ")
		v, err := strconv.ParseFloat(value, 64)
		if ok && err == nil && !strings.HasPrefix(line, "#") {
			values[name] = v
		}
	}
	return values
}

func start(t *testing.T, o sandbox.Options) (context.Context, *sandbox.World) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	t.Cleanup(cancel)
	w, err := sandbox.Start(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	return ctx, w
}

// TestFiguresOfAJourney plays three renewals – ordered, rejected, refused by the vendor –
// and reads what the figures say of them.
func TestFiguresOfAJourney(t *testing.T) {
	t.Parallel()
	ctx, w := start(t, sandbox.Options{})
	// The look-ups are warmed beside the start; a command that is quicker waits for them.
	for _, warmed := range []yeastarsim.Endpoint{yeastarsim.PartnerList, yeastarsim.BillingContactList, yeastarsim.PurchaseProductInfo} {
		if err := w.Vendor.WaitCalls(ctx, warmed, 1); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Demo(ctx, io.Discard); err != nil {
		t.Fatal(err)
	}
	got := scrape(t, w)
	for name, want := range map[string]float64{
		`renewbot_requests{state="ordered"}`:                                               1,
		`renewbot_requests{state="rejected"}`:                                              1,
		`renewbot_requests{state="refused"}`:                                               1,
		`renewbot_requests{state="pending"}`:                                               0,
		`renewbot_requests_oldest_seconds{state="ordered"}`:                                0,
		`renewbot_events_total{code="request.submitted"}`:                                  3,
		`renewbot_orders_total{outcome="placed"}`:                                          1,
		`renewbot_orders_total{outcome="refused"}`:                                         1,
		`renewbot_orders_total{outcome="unknown"}`:                                         0,
		`renewbot_approval_wait_seconds_count{decision="approved"}`:                        2,
		`renewbot_approval_wait_seconds_count{decision="rejected"}`:                        1,
		`renewbot_vendor_call_duration_seconds_count{call="order_save",outcome="ok"}`:      1,
		`renewbot_vendor_call_duration_seconds_count{call="order_save",outcome="refused"}`: 1,
		`renewbot_vendor_call_duration_seconds_count{call="token",outcome="ok"}`:           1,
		`renewbot_slack_call_duration_seconds_count{method="auth.test",outcome="ok"}`:      1,
		`renewbot_envelopes_total{type="slash_commands"}`:                                  3,
		`renewbot_ack_duration_seconds_count{type="slash_commands"}`:                       3,
		`renewbot_envelopes_unacked`:                                                       0,
		`renewbot_acks_total{outcome="failed"}`:                                            0,
		`renewbot_acks_total{outcome="automatic"}`:                                         0,
		`renewbot_slack_sockets_wanted`:                                                    2,
		`renewbot_slack_connections_foreign`:                                               0,
		`renewbot_ledger_up`:                                                               1,
		`renewbot_ledger_write_failures_total`:                                             0,
		`renewbot_job_duration_seconds_count{kind="place_order",outcome="done"}`:           2,
		`renewbot_job_duration_seconds_count{kind="place_order",outcome="failed"}`:         0,
		`renewbot_lookups_total{lookup="contacts",outcome="miss"}`:                         2, // asked anew for each order
	} {
		if v, ok := got[name]; !ok || v != want {
			t.Errorf("%s is %v, want %v", name, v, want)
		}
	}
	for _, name := range []string{
		`renewbot_requests_oldest_seconds{state="refused"}`, `renewbot_slack_sockets`, `renewbot_slack_sockets_open`,
		`renewbot_slack_connections`, `renewbot_jobs_scheduled{queue="slack"}`,
		`renewbot_slack_call_duration_seconds_count{method="chat.postMessage",outcome="ok"}`,
		`renewbot_slack_call_duration_seconds_count{method="views.open",outcome="ok"}`,
		`renewbot_ack_duration_seconds_count{type="view_submission"}`, `renewbot_ack_duration_seconds_count{type="block_suggestion"}`,
		`renewbot_lookups_total{lookup="customers",outcome="hit"}`, `process_resident_memory_bytes`, `go_goroutines`,
	} {
		if got[name] <= 0 {
			t.Errorf("%s is %v", name, got[name])
		}
	}
	envelopes, acks := 0.0, got[`renewbot_acks_total{outcome="sent"}`]
	for _, typ := range []string{"slash_commands", "interactive", "events_api", "other"} {
		envelopes += got[`renewbot_envelopes_total{type="`+typ+`"}`]
	}
	if envelopes != acks || acks < 10 {
		t.Errorf("%v envelopes, and %v acks", envelopes, acks)
	}
	sum, left := got[`renewbot_ack_duration_seconds_sum{type="slash_commands"}`], got[`renewbot_ack_left_seconds_sum{type="slash_commands"}`]
	if sum+left < 8.999 || sum+left > 9.001 {
		t.Errorf("three commands took %v s to their acks, and %v s were left: that is not 3 s each", sum, left)
	}
}

// TestFiguresOfTrouble breaks things, and waits for the figure that tells.
func TestFiguresOfTrouble(t *testing.T) {
	t.Parallel()
	ctx, w := start(t, sandbox.Options{})
	becomes := func(what string, done func(map[string]float64) bool) {
		t.Helper()
		look := time.NewTicker(20 * time.Millisecond)
		defer look.Stop()
		for !done(scrape(t, w)) {
			select {
			case <-look.C:
			case <-ctx.Done():
				t.Fatalf("the figures never tell of %s", what)
			}
		}
	}
	above := func(name string) {
		t.Helper()
		becomes(name, func(v map[string]float64) bool { return v[name] > 0 })
	}
	becomes("two connections", func(v map[string]float64) bool {
		return v[`renewbot_slack_sockets`] == 2 && v[`renewbot_slack_connections`] == 2
	})
	mend := w.Slack.Fail("apps.connections.open", slacksim.Fault{Kind: slacksim.FaultStatus, Status: 503})
	w.Slack.DropConnections()
	above(`renewbot_slack_reconnects_total{reason="broken"}`)
	above(`renewbot_slack_reconnects_total{reason="not_opened"}`)
	above(`renewbot_slack_call_duration_seconds_count{method="apps.connections.open",outcome="failed"}`)
	if v := scrape(t, w); v[`renewbot_slack_sockets`] != 0 || v[`renewbot_slack_sockets_open`] != 0 {
		t.Errorf("%v connections are up and %v open, and Slack has ended all", v[`renewbot_slack_sockets`], v[`renewbot_slack_sockets_open`])
	}
	mend()
	becomes("two connections again", func(v map[string]float64) bool { return v[`renewbot_slack_sockets`] == 2 })

	// A handler that waits: the clock acks for it.
	stalled := w.Slack.Fail("users.info", slacksim.Fault{Kind: slacksim.FaultHang})
	if _, err := w.Slack.As(sandbox.Dave).Command(ctx, sandbox.Renewals, "/renew list"); err != nil {
		t.Fatal(err)
	}
	stalled()
	above(`renewbot_acks_total{outcome="automatic"}`)

	// A vendor that refuses the secret.
	if err := w.StopBot(); err != nil {
		t.Fatal(err)
	}
	w.Vendor.Fault(yeastarsim.Token, yeastarsim.Unauthorized())
	if err := w.StartBot(ctx); err != nil {
		t.Fatal(err)
	}
	above(`renewbot_vendor_call_duration_seconds_count{call="token",outcome="auth"}`)
	above(`renewbot_vendor_call_duration_seconds_count{call="partner_list",outcome="auth"}`)
}
