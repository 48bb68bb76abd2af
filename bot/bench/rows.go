package main

import "fmt"

// row is a line of the report's table.
type row struct {
	what  string
	value func(*results) samples
	print func(samples) string
	goals []goal
	rate  bool // is to be at least twice Bolt's
}

// goal is what a figure of the product's should be.
type goal struct {
	figure string
	of     func(samples) float64
	most   float64 // in the unit of the samples
	unit   string
	scale  float64 // from the samples' unit to unit
	why    string  // is said when the goal is missed
}

func median(most float64, why string) goal { return goal{"median", samples.median, most, "ms", 1, why} }

func p99(most float64, why string) goal {
	return goal{"99th percentile", func(s samples) float64 { return s.at(0.99) }, most, "ms", 1, why}
}

func slowest(most float64, why string) goal { return goal{"slowest", samples.most, most, "ms", 1, why} }

func size(most float64, why string) goal {
	return goal{"median", samples.median, most, "MB", 1e-6, why}
}

// text is the goal as the table has it.
func (g goal) text() string { return fmt.Sprintf("%s ≤ %g %s", g.figure, g.most*g.scale, g.unit) }

// missed says by how much a goal is missed; empty: it is met, or nothing was measured.
func (g goal) missed(s samples) string {
	if len(s) == 0 || g.of(s) <= g.most {
		return ""
	}
	return fmt.Sprintf("%s %s instead of %g: %s %s too much", round(g.of(s)*g.scale), g.unit, g.most*g.scale, round((g.of(s)-g.most)*g.scale), g.unit)
}

const (
	whyTail = "The simulators and what is measured share the machine's processors, and a percentile of some milliseconds " +
		"is as often the wait for a processor as work; the floor's shows how much of it is the machine's."
	whyDisk     = "Every commit waits for the disk (`synchronous=FULL`), which is what keeps an order from being sent twice."
	whyPortal   = "The order's look-ups are made anew, and the portal has no cheaper call than the list of all customers."
	whyMemory   = "What the portal told of its customers and packages is kept, to answer at once."
	whyPatience = "The look-up is waited for until shortly before Slack gives up."
)

// rows are the lines of the table.
func rows() []row {
	ms, rate, mb := samples.milliseconds, samples.spread, samples.megabytes
	return []row{
		{"`/renew` typed → `views.open` arrives, warm", func(r *results) samples { return r.renew }, ms, []goal{median(1, whyTail), p99(5, whyTail)}, false},
		{"`/renew` with a customer's name → the filled form arrives, warm", func(r *results) samples { return r.renewFilled }, ms, nil, false},
		{"customer search, warm", func(r *results) samples { return r.searchWarm }, ms, []goal{p99(3, whyTail)}, false},
		{"customer search right after a start (cold)", func(r *results) samples { return r.searchCold }, ms, []goal{slowest(3000, whyPortal)}, false},
		{"customer search, portal hangs, cold", func(r *results) samples { return r.downHanging }, ms, []goal{slowest(2000, whyPatience)}, false},
		{"customer search, portal resets connections, cold", func(r *results) samples { return r.downResetting }, ms, []goal{slowest(2000, whyPatience)}, false},
		{"customer search, portal hangs, warm", func(r *results) samples { return r.downWarm }, ms, []goal{p99(3, whyTail)}, false},
		{"*Request approval* → saved and answered", func(r *results) samples { return r.submit }, ms, nil, false},
		{"*Approve* → saved and acked", func(r *results) samples { return r.approveAck }, ms, nil, false},
		{"*Approve* → the order's POST arrives at the portal", func(r *results) samples { return r.approveOrder }, ms, []goal{median(150, whyPortal)}, false},
		{"*Approve* → the order number is in the channel", func(r *results) samples { return r.approveShown }, ms, nil, false},
		{"commands per second, 16 at once", func(r *results) samples { return r.perSecond }, rate, nil, true},
		{"commands per second of processor time", func(r *results) samples { return r.perCPU }, rate, nil, true},
		{"memory idle, 12 customers", func(r *results) samples { return r.idleFew }, mb, []goal{size(30e6, whyMemory)}, false},
		{"memory idle, 5,000 customers", func(r *results) samples { return r.idle }, mb, []goal{size(30e6, whyMemory)}, false},
		{"memory after 20,000 interactions, 5,000 customers", func(r *results) samples { return r.loaded }, mb, []goal{size(45e6, whyMemory)}, false},
		{"start → first connection to Slack", func(r *results) samples { return r.connected }, ms, nil, false},
		{"start → `/readyz`, existing database", func(r *results) samples { return r.ready }, ms, []goal{median(150, whyDisk)}, false},
		{"size of the stripped binary", func(r *results) samples { return r.binary }, mb, []goal{size(25e6, "SQLite and the PostgreSQL client are both in it.")}, false},
	}
}
