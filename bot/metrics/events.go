package metrics

import "github.com/prometheus/client_golang/prometheus"

// EventOutcome is what became of a try to send an event.
type EventOutcome string

// The outcomes of a try.
const (
	EventDelivered EventOutcome = "sent"
	EventFailed    EventOutcome = "failed" // it is tried again
	EventGivenUp   EventOutcome = "given_up"
	EventGone      EventOutcome = "gone" // the receiver wants no more events
)

func newEventMetrics() *prometheus.CounterVec {
	return counters("event_sends_total", "Tries to send an event to RENEW_EVENTS_URL, by what became of them.", "outcome",
		string(EventDelivered), string(EventFailed), string(EventGivenUp), string(EventGone))
}

// EventSent counts a try to send an event.
func (m *Metrics) EventSent(o EventOutcome) {
	if m != nil {
		m.eventSends.WithLabelValues(string(o)).Inc()
	}
}
