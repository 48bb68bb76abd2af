package metrics

import vm "github.com/VictoriaMetrics/metrics"

// EventOutcome is what became of a try to send an event.
type EventOutcome string

// The outcomes of a try.
const (
	EventDelivered EventOutcome = "sent"
	EventFailed    EventOutcome = "failed" // it is tried again
	EventGivenUp   EventOutcome = "given_up"
	EventGone      EventOutcome = "gone" // the receiver wants no more events
)

type eventMetrics struct{ eventSends *vec[vm.Counter] }

func newEventMetrics(r *registry) eventMetrics {
	e := eventMetrics{r.counters("event_sends_total", "Tries to send an event to RENEW_EVENTS_URL, by what became of them.", "outcome")}
	// What is rare begins at zero, so that its first time is an increase.
	for _, o := range []EventOutcome{EventDelivered, EventFailed, EventGivenUp, EventGone} {
		e.eventSends.with(string(o))
	}
	return e
}

// EventSent counts a try to send an event.
func (m *Metrics) EventSent(o EventOutcome) {
	if m != nil {
		m.eventSends.with(string(o)).Inc()
	}
}
