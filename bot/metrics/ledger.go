package metrics

import (
	"strings"
	"time"

	vm "github.com/VictoriaMetrics/metrics"

	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
)

// orderOutcomes are the audit codes that say what became of an order.
var orderOutcomes = []renewal.Code{
	renewal.CodeOrdered, renewal.CodeProcessing, renewal.CodeRefused, renewal.CodePostponed, renewal.CodeUnknown,
	renewal.CodeSettledPlaced, renewal.CodeSettledNot, renewal.CodeLate, renewal.CodeDryRun,
}

// codes are all audit codes.
var codes = []renewal.Code{
	renewal.CodeSubmitted, renewal.CodeAmended, renewal.CodeChanged, renewal.CodeVoted, renewal.CodeApproved,
	renewal.CodeRejected, renewal.CodeCancelled, renewal.CodeExpired, renewal.CodeReminded, renewal.CodeLastCall,
	renewal.CodeClosed, renewal.CodeDryRun, renewal.CodeDenied, renewal.CodeOrdering, renewal.CodeOrdered,
	renewal.CodeProcessing, renewal.CodeRefused, renewal.CodePostponed, renewal.CodeWaiting, renewal.CodeUnknown, renewal.CodeSearched,
	renewal.CodeUnsearched,
	renewal.CodeSettledPlaced, renewal.CodeSettledNot, renewal.CodeRetried, renewal.CodeLate,
	renewal.CodeRestored, renewal.CodeLapsed, renewal.CodeMoved, renewal.CodeReturned, renewal.CodePaused, renewal.CodeResumed,
	renewal.CodePolicy, renewal.CodeHandedOver, renewal.CodeEscalated, renewal.CodeDeputy, renewal.CodeDeputyEnded, renewal.CodeEventsOn, renewal.CodeEventsOff, renewal.CodeEventsStopped,
	renewal.CodeConfirmed, renewal.CodeUnconfirmed, renewal.CodeStale,
	renewal.CodeDueOwner, renewal.CodeDueSnoozed, renewal.CodeDueEnding, renewal.CodeDueAwake, renewal.CodeDueImported, renewal.CodeDueDigest,
	renewal.CodeBatchSubmitted, renewal.CodeBatchVoted, renewal.CodeBatchApproved, renewal.CodeBatchRejected, renewal.CodeBatchLeftOut,
	renewal.CodeBatchStopped, renewal.CodeBatchExpired, renewal.CodeBatchPaused, renewal.CodeBatchResumed, renewal.CodeBatchReminded, renewal.CodeBatchLastCall, renewal.CodeBatchEscalated,
}

// outcomeOf is an audit code as a label: "placed" for "order.placed".
func outcomeOf(c renewal.Code) string {
	_, outcome, _ := strings.Cut(string(c), ".")
	return outcome
}

type ledgerMetrics struct {
	events        *vec[vm.Counter]
	orders        *vec[vm.Counter]
	approvalWait  *vec[vm.PrometheusHistogram]
	writes        *vm.PrometheusHistogram
	writeFailures *vm.Counter
	jobs          *vec[vm.PrometheusHistogram]
}

func newLedgerMetrics(r *registry) ledgerMetrics {
	ms := time.Millisecond
	l := ledgerMetrics{
		events: r.counters("events_total", "Changes of requests and refused actions, by audit code.", "code"),
		orders: r.counters("orders_total", "What became of orders. An order may be counted under several outcomes in turn, such as unknown and placed.", "outcome"),
		approvalWait: r.histograms("approval_wait_seconds", "Time from the asking to the decision, by what the request became.",
			seconds(time.Minute, 5*time.Minute, 15*time.Minute, 30*time.Minute, time.Hour, 2*time.Hour, 4*time.Hour, 8*time.Hour,
				24*time.Hour, 48*time.Hour, 72*time.Hour), "decision"),
		writes: r.histogram("ledger_write_duration_seconds", "Duration of the ledger's transactions.",
			seconds(ms/2, ms, 2*ms, 5*ms, 10*ms, 25*ms, 50*ms, 100*ms, 250*ms, 1000*ms, 5000*ms)),
		writeFailures: r.counter("ledger_write_failures_total", "Transactions of the ledger that the database did not take."),
		jobs: r.histograms("job_duration_seconds", "Duration of runs of jobs, by kind and outcome: done, snoozed as planned, or failed and tried again.",
			seconds(5*ms, 10*ms, 25*ms, 50*ms, 100*ms, 250*ms, 500*ms, 1000*ms, 2500*ms, 10000*ms, 60000*ms), "kind", "outcome"),
	}
	// What is rare begins at zero, so that its first time is an increase.
	for _, c := range codes {
		l.events.with(string(c))
	}
	for _, c := range orderOutcomes {
		l.orders.with(outcomeOf(c))
	}
	for _, decision := range []renewal.Status{renewal.Approved, renewal.Returned, renewal.Rejected, renewal.Cancelled, renewal.Expired} {
		l.approvalWait.with(string(decision))
	}
	for _, kind := range []renewal.JobKind{
		renewal.SyncSlack, renewal.DrawHomes, renewal.PlaceOrder, renewal.ReconcileOrder, renewal.PollOrder, renewal.Remind, renewal.Expire,
		renewal.ConfirmDate, renewal.TellDigest,
		renewal.SendEvents,
	} {
		for _, outcome := range []ledger.RunOutcome{ledger.RunDone, ledger.RunSnoozed, ledger.RunFailed} {
			l.jobs.with(string(kind), string(outcome))
		}
	}
	return l
}

// Observer is m for ledger.Options; nil when there are no figures.
func (m *Metrics) Observer() ledger.Observer {
	if m == nil {
		return nil
	}
	return observer{m}
}

type observer struct{ *Metrics }

// Saved implements ledger.Observer.
func (o observer) Saved(c renewal.Change) {
	code := c.Entry.Code
	o.events.with(string(code)).Inc()
	for _, known := range orderOutcomes {
		if code == known {
			o.orders.with(outcomeOf(code)).Inc()
		}
	}
	if c.Entry.From == renewal.Pending && c.Entry.To != renewal.Pending && c.Entry.To != "" {
		o.approvalWait.with(string(c.Entry.To)).Update(c.Entry.At.Sub(c.Request.AskedAt).Seconds())
	}
}

// Wrote implements ledger.Observer.
func (o observer) Wrote(took time.Duration, failed bool) {
	o.writes.Update(took.Seconds())
	if failed {
		o.writeFailures.Inc()
	}
}

// Ran implements ledger.Observer.
func (o observer) Ran(kind renewal.JobKind, outcome ledger.RunOutcome, took time.Duration) {
	o.jobs.with(string(kind), string(outcome)).Update(took.Seconds())
}
