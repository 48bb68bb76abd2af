package metrics

import (
	"slices"
	"time"

	vm "github.com/VictoriaMetrics/metrics"
)

// ackLimit is how long Slack waits for an ack.
// https://docs.slack.dev/apis/events-api/using-socket-mode
const ackLimit = 3 * time.Second

// The outcomes of acks.
const (
	AckSent      = "sent"
	AckAutomatic = "automatic" // sent by the clock, because the handler took too long
	AckFailed    = "failed"    // not sent: Slack tells the person that nobody answered
)

// The outcomes of calls of Slack's Web API.
const (
	SlackOK          = "ok"
	SlackRefused     = "refused"      // Slack's answer is an error
	SlackRateLimited = "rate_limited" // HTTP 429, or an error that says the same
	SlackFailed      = "failed"       // another HTTP status, or an answer that can't be read
	SlackUnreachable = "unreachable"  // no answer
)

// The outcomes of waiting for Slack's limits.
const (
	WaitEnded  = "waited"  // the call was made then
	WaitPutOff = "put_off" // the call was not made, and its job comes back
)

// The reasons for which a connection to Slack is opened again. Slack gives the first ones.
// https://docs.slack.dev/apis/events-api/using-socket-mode
const (
	ReconnectWarning   = "warning"
	ReconnectRefresh   = "refresh_requested"
	ReconnectDisabled  = "link_disabled"
	ReconnectTooMany   = "too_many_websockets"
	ReconnectBroken    = "broken"     // it ended without a word
	ReconnectNotOpened = "not_opened" // it could not be opened, and is tried again
)

var (
	reconnectReasons = []string{
		ReconnectWarning, ReconnectRefresh, ReconnectDisabled, ReconnectTooMany, ReconnectBroken, ReconnectNotOpened,
	}
	// socketTypes are Slack's types of envelopes.
	socketTypes = []string{"slash_commands", "interactive", "events_api"}
	// ackTypes tell what is acked more exactly, by the type of interaction.
	ackTypes = []string{"slash_commands", "block_actions", "view_submission", "block_suggestion", "shortcut", "events_api"}
)

type slackMetrics struct {
	envelopes   *vec[vm.Counter]
	unacked     *vm.Gauge
	acks        *vec[vm.Counter]
	ackDuration *vec[vm.PrometheusHistogram]
	ackLeft     *vec[vm.PrometheusHistogram]
	connections *vm.Gauge
	strangers   *vm.Gauge
	reconnects  *vec[vm.Counter]
	calls       *vec[vm.PrometheusHistogram]
	waits       *vec[vm.PrometheusHistogram]
}

func newSlackMetrics(r *registry) slackMetrics {
	ms := time.Millisecond
	s := slackMetrics{
		envelopes: r.counters("envelopes_total", "Envelopes that came from Slack and have to be acked, by Slack's type.",
			"type"),
		unacked: r.gauge("envelopes_unacked", "Envelopes whose ack is still owed."),
		acks: r.counters("acks_total", "Acks by outcome: sent by a handler, automatic because the handler took too long, or failed.",
			"outcome"),
		ackDuration: r.histograms("ack_duration_seconds", "Time from the arrival of an envelope to its ack.",
			seconds(ms, 2*ms, 5*ms, 10*ms, 25*ms, 50*ms, 100*ms, 250*ms, 500*ms, 1000*ms, 1500*ms, 2000*ms, 2500*ms, ackLimit), "type"),
		ackLeft: r.histograms("ack_left_seconds", "Time that was left of Slack's three seconds when an envelope was acked, counted from its arrival.",
			seconds(0, 500*ms, 1000*ms, 1500*ms, 2000*ms, 2500*ms, 2750*ms, 2900*ms, 2950*ms, 2990*ms, ackLimit), "type"),
		connections: r.gauge("slack_connections", "Connections of all processes of the app by Slack's count, when it said hello last."),
		strangers: r.gauge("slack_connections_foreign",
			"Connections that Slack counted at its last hello beyond those of Renewbot's processes: others that listen with the same tokens."),
		reconnects: r.counters("slack_reconnects_total", "Connections to Slack that were opened again, by reason.",
			"reason"),
		calls: r.histograms("slack_call_duration_seconds", "Duration of calls of Slack's Web API, by method and outcome.",
			seconds(10*ms, 25*ms, 50*ms, 100*ms, 200*ms, 400*ms, 800*ms, 1500*ms, 3000*ms, 6000*ms, 15000*ms), "method", "outcome"),
		waits: r.histograms("slack_wait_duration_seconds",
			"Time for which calls of Slack's Web API were held back to keep to its limits, by method and outcome: waited, or put off for a job to come back.",
			seconds(100*ms, 500*ms, 1000*ms, 2000*ms, 5000*ms, 15000*ms, 30000*ms, 60000*ms, 300000*ms), "method", "outcome"),
	}
	// What is rare begins at zero, so that its first time is an increase.
	for _, typ := range append(slices.Clone(socketTypes), other) {
		s.envelopes.with(typ)
	}
	for _, outcome := range []string{AckSent, AckAutomatic, AckFailed} {
		s.acks.with(outcome)
	}
	for _, reason := range append(slices.Clone(reconnectReasons), other) {
		s.reconnects.with(reason)
	}
	for _, outcome := range []string{WaitEnded, WaitPutOff} {
		s.waits.with("chat.postMessage", outcome)
	}
	for _, typ := range append(slices.Clone(ackTypes), other) {
		s.ackDuration.with(typ)
		s.ackLeft.with(typ)
	}
	return s
}

// Envelope counts an envelope that has to be acked, by Slack's type.
func (m *Metrics) Envelope(typ string) {
	if m == nil {
		return
	}
	m.envelopes.with(among(typ, socketTypes)).Inc()
	m.unacked.Inc()
}

// Ack counts the ack of an envelope. typ is the envelope's type, or the interaction's.
func (m *Metrics) Ack(typ, outcome string, took time.Duration) {
	if m == nil {
		return
	}
	m.unacked.Dec()
	m.acks.with(outcome).Inc()
	if outcome == AckFailed {
		return
	}
	typ = among(typ, ackTypes)
	m.ackDuration.with(typ).Update(took.Seconds())
	m.ackLeft.with(typ).Update((ackLimit - took).Seconds())
}

// Sockets shows the connections of this process: those over which envelopes may come,
// those that are open at all, and how many there should be. It is called once.
func (m *Metrics) Sockets(up, open func() float64, wanted int) {
	if m == nil {
		return
	}
	m.registry.gaugeFunc("slack_sockets", "Connections of this process over which Slack sends.", up)
	m.registry.gaugeFunc("slack_sockets_open", "Connections of this process that are open, with those that Slack is replacing.", open)
	m.registry.gaugeFunc("slack_sockets_wanted", "Connections that this process should have.", func() float64 { return float64(wanted) })
}

// Hello keeps Slack's own count of connections.
func (m *Metrics) Hello(connections int) {
	if m != nil {
		m.connections.Set(float64(connections))
	}
}

// Strangers keeps how many connections Slack counts that are not Renewbot's.
func (m *Metrics) Strangers(connections int) {
	if m != nil {
		m.strangers.Set(float64(connections))
	}
}

// Reconnect counts a connection that is opened again.
func (m *Metrics) Reconnect(reason string) {
	if m != nil {
		m.reconnects.with(among(reason, reconnectReasons)).Inc()
	}
}

// SlackCall times a call of Slack's Web API. method is one of those that the program
// calls, never a text from outside.
func (m *Metrics) SlackCall(method, outcome string, took time.Duration) {
	if m != nil {
		m.calls.with(method, outcome).Update(took.Seconds())
	}
}

// SlackWait times a call of Slack's Web API that was held back. method is as in SlackCall.
func (m *Metrics) SlackWait(method, outcome string, took time.Duration) {
	if m != nil {
		m.waits.with(method, outcome).Update(took.Seconds())
	}
}
