package main

import "fmt"

// row is a line of the report's table.
type row struct {
	what  string
	value func(*results) samples
	print func(samples) string
	goals []goal
	rate  bool // more is better, and it is to be at least twice Bolt's
}

// ratio is the product's figure in that of another candidate; ok is false when one has none.
func (r row) ratio(product, other *results) (times float64, ok bool) {
	if other == nil || len(r.value(product)) == 0 || len(r.value(other)) == 0 {
		return 0, false
	}
	return r.value(product).median() / r.value(other).median(), true
}

// worse says whether a ratio is on the bad side of one.
func (r row) worse(times float64) bool { return (times < 1) == r.rate && times != 1 }

// goal is what a figure of the product's should be at most.
type goal struct {
	figure string
	of     func(samples) float64
	most   float64 // in the unit of the samples
	unit   string
	scale  float64 // from the samples' unit to unit
	why    string  // is said when the goal is missed
}

func median(most float64, why string) goal {
	return goal{"median ", samples.median, most, "ms", 1, why}
}

func p99(most float64, why string) goal {
	return goal{"p99 ", func(s samples) float64 { return s.at(0.99) }, most, "ms", 1, why}
}

func slowest(most float64, why string) goal {
	return goal{"slowest ", samples.most, most, "ms", 1, why}
}

func inSeconds(most float64, why string) goal {
	return goal{"", samples.most, most * 1e3, "s", 1e-3, why}
}

func calls(most float64, why string) goal {
	return goal{"", samples.most, most, "calls", 1, why}
}

func size(most float64, why string) goal {
	return goal{"", samples.median, most, "MB", 1e-6, why}
}

// text is the goal as the table has it.
func (g goal) text() string { return fmt.Sprintf("%s≤ %g %s", g.figure, g.most*g.scale, g.unit) }

// missed says by how much a goal is missed; empty: it is met, or nothing was measured.
func (g goal) missed(s samples) string {
	if len(s) == 0 || g.of(s) <= g.most {
		return ""
	}
	return fmt.Sprintf("%s%s %s instead of %g, by %s %s", g.figure, round(g.of(s)*g.scale), g.unit, g.most*g.scale,
		round((g.of(s)-g.most)*g.scale), g.unit)
}

const (
	whyTail = "The simulators and what is measured share the machine's processors, and of some milliseconds much is the wait for " +
		"one; the other columns show how much."
	whySearch = "The time is from the letter to the answer at Slack's end: most of it is the simulated Slack's, which writes the view " +
		"into each question, reads and checks the answer, and shares the processors with the product, whose own search takes a " +
		"twentieth of it (`make gobench`, BenchmarkSearch)."
	whySave = "One transaction has the request, its audit entry and its jobs, and waits for the disk (`synchronous=FULL`); while the one " +
		"before is drawn, its commits wait for the same disk, and SQLite writes one at a time."
	whyDisk   = "Every commit waits for the disk (`synchronous=FULL`): that is what keeps an order from being sent twice."
	whyPortal = "Everything that an order is judged by is asked for anew, all at once: the slowest answer counts."
	whyForty  = "Five calls a second and 15 at once make 115 calls in 20 s. An order takes four of its own: its package, which alone " +
		"tells of a plan switch that is pending, its auto-renewal, its price and its POST. Each answer may stop it, so none is " +
		"left out, and none is told for several packages at once: that makes 160 calls and 29 s at least. The rest is shared, " +
		"and asked for again when it is older than a few seconds."
	whyLinear = "Every entry is read and hashed, one after the other."
	whyWait   = "A look-up is waited for, as people rather have their customers late than not at all."
	whyMemory = "10 to 15 MB are pages of the program file, of which it lets go now and again. The rest is 1 to 4 MB of live " +
		"heap, with all that the portal told in it, as much garbage until the next collection, stacks, and what SQLite keeps."
	whyBinary = "In it are SQLite, the PostgreSQL client, and the simulators and the page of " +
		"`renewbot sandbox`; a third of the file is Go's table of lines for stack traces, which cannot be left out."
)

// rows are the lines of the table.
func rows() []row {
	ms, rate, mb, secs := samples.milliseconds, samples.spread, samples.megabytes, samples.seconds
	return []row{
		{"`/renew` typed → `views.open` arrives, warm", func(r *results) samples { return r.renew }, ms, []goal{median(1, whyTail), p99(5, whyTail)}, false},
		{"`/renew` with a customer's name → the filled form arrives, warm", func(r *results) samples { return r.renewFilled }, ms, nil, false},
		{"customer search, warm", func(r *results) samples { return r.searchWarm }, ms, []goal{median(0.4, whySearch), p99(2, whySearch)}, false},
		{"customer search right after a start (cold)", func(r *results) samples { return r.searchCold }, ms, []goal{slowest(2000, whyWait)}, false},
		{"customer search, portal hangs, cold", func(r *results) samples { return r.downHanging }, ms, []goal{slowest(2000, whyWait)}, false},
		{"customer search, portal resets connections, cold", func(r *results) samples { return r.downResetting }, ms, []goal{slowest(2000, whyWait)}, false},
		{"customer search, portal hangs, warm", func(r *results) samples { return r.downWarm }, ms, []goal{median(0.4, whySearch), p99(2, whySearch)}, false},
		{"*Request approval* → saved and answered", func(r *results) samples { return r.submit }, ms, []goal{median(2, whySave), p99(10, whySave)}, false},
		{"*Approve* → saved and acked", func(r *results) samples { return r.approveAck }, ms, nil, false},
		{"*Approve* → the order's POST arrives at the portal", func(r *results) samples { return r.approveOrder }, ms, []goal{median(20, whyPortal)}, false},
		{"%d approvals at once → the last order's POST arrives", func(r *results) samples { return r.fortyOrders }, secs, []goal{inSeconds(20, whyForty)}, false},
		{"%d approvals at once: calls to the portal", func(r *results) samples { return r.fortyCalls }, samples.spread, []goal{calls(100, whyForty)}, false},
		{"%d approvals at once, the portal tells everything → the last POST", func(r *results) samples { return r.toldOrders }, secs, []goal{inSeconds(20, whyForty)}, false},
		{"%d approvals at once, the portal tells everything: calls", func(r *results) samples { return r.toldCalls }, samples.spread, []goal{calls(100, whyForty)}, false},
		{"*Approve* → the order number is in the channel", func(r *results) samples { return r.approveShown }, ms, nil, false},
		{"commands per second, 16 at once", func(r *results) samples { return r.perSecond }, rate, nil, true},
		{"commands per second of processor time", func(r *results) samples { return r.perCPU }, rate, nil, true},
		{"memory idle, 12 customers", func(r *results) samples { return r.idleFew }, mb, []goal{size(30e6, whyMemory)}, false},
		{"memory idle, 5,000 customers", func(r *results) samples { return r.idle }, mb, []goal{size(30e6, whyMemory)}, false},
		{"memory idle, 5,000 customers and 5,000 PBXs", func(r *results) samples { return r.idlePBXs }, mb, []goal{size(30e6, whyMemory)}, false},
		{"memory after %s interactions, 5,000 customers", func(r *results) samples { return r.loaded }, mb, []goal{size(45e6, whyMemory)}, false},
		{"start → first connection to Slack", func(r *results) samples { return r.connected }, ms, nil, false},
		{"start → `/readyz`, existing database", func(r *results) samples { return r.ready }, ms, []goal{median(150, whyDisk)}, false},
		{"size of the stripped binary", func(r *results) samples { return r.binary }, mb, []goal{size(25e6, whyBinary)}, false},
	}
}
