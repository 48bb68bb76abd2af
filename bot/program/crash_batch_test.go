package program

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"renewbot/blocks"
	"renewbot/bot/ledger"
	"renewbot/bot/ledger/pgtest"
	"renewbot/bot/renewal"
	"renewbot/bot/slacksim"
	"renewbot/yeastar"
	"renewbot/yeastar/yeastarsim"
)

const (
	// batchLines is how many lines the batch of a crash test has.
	batchLines = 40
	// batchPatience bounds a run with all of them.
	batchPatience = 4 * crashPatience
)

// batchWorld is a portal of enough customers.
func batchWorld() yeastarsim.Option { return yeastarsim.WithCustomers(batchLines + 20) }

// batchSubmission asks for a batch of lines for as many customers.
func batchSubmission() renewal.BatchSubmission {
	portal := yeastarsim.New(batchWorld())
	s := renewal.BatchSubmission{Key: "crash", By: renewal.Actor{UserID: alice, MayRequest: true}, Channel: renewals}
	held := map[string]yeastarsim.Package{}
	for _, p := range portal.Packages() {
		if p.ProductID == yeastar.Products()[0].ID {
			held[p.PartnerID] = p
		}
	}
	customers := portal.Customers()
	slices.Reverse(customers) // the first ones have orders of before
	for _, c := range customers {
		p, ok := held[c.PartnerID]
		if !ok || len(s.Lines) == batchLines {
			continue
		}
		s.Lines = append(s.Lines, renewal.Submission{Offer: renewal.Offer{
			Product: yeastar.Products()[0].Key, Holder: renewal.Holder{PartnerID: yeastar.ID(c.PartnerID), Name: c.Company, Email: c.Email},
			Lines:   []renewal.Line{{Type: yeastar.LinePlan, ID: yeastar.ID(p.PlanID), Name: "Enterprise Plan", Quantity: p.Extensions}},
			Contact: renewal.Contact{ID: yeastarsim.TutorialBillingContactID, Name: "Petra Novak"},
		}})
	}
	return s
}

// TestBatchOutlivesEverything places a batch of 40 lines while the answer to one order is lost, the
// vendor and Slack ask to wait, and the program is killed twice in the middle: while an answer is on its way, and
// before an attempt is written down. There are 40 orders or honest questions, none twice, and no line is
// without an answer; the bar never tells of more than the vendor has.
func TestBatchOutlivesEverything(t *testing.T) {
	t.Parallel()
	pgtest.Available(t)
	if plain(t) {
		return
	}
	for _, e := range []engine{sqliteEngine(t), postgresEngine(t)} {
		t.Run(e.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), batchPatience)
			defer cancel()
			w := newCrashWorld(t, e, batched)
			w.vendor.Fault(yeastarsim.OrderSave, yeastarsim.HTTPError(502).After().Nth(6).Times(1))
			w.vendor.Fault(yeastarsim.OrderSave, yeastarsim.TooMany(time.Second).Nth(11).Times(1))
			defer func() {
				if t.Failed() {
					t.Logf("the log of the program:\n%s", w.log.String())
				}
			}()
			kills, limited := 0, atomic.Int64{}
			for _, at := range []string{"vendor: POST " + orderPath + " #17 after", "ledger: apply renewal.Begin #9 before", ""} {
				if at == "" { // who is killed does not know any more that it has to wait
					for _, method := range []string{"chat.update", "chat.postMessage"} {
						w.slack.Fail(method, slacksim.Fault{Kind: slacksim.FaultRateLimit, RetryAfter: time.Second}, slacksim.AfterCalls(1), slacksim.Times(1),
							slacksim.When(func(slacksim.Call) bool { limited.Add(1); return true }))
					}
				}
				p := w.start(at)
				w.live(ctx, p, w.unsettledBatch, fmt.Sprintf("Approve %d lines", batchLines), "Go on", "Approve")
				if p.killed() {
					kills++
				}
			}
			if kills != 2 || limited.Load() < 4 {
				t.Errorf("%d kills struck, and Slack limited %d calls", kills, limited.Load())
			}
			w.verifyBatch(ctx)
		})
	}
}

// orderPath is where orders are posted.
const orderPath = "/order/openapi/order/v1/save"

var barParts = regexp.MustCompile(`(\d+) (placed|refused|unknown|waiting|left out)`)

// resume lets Bob resume orders when too many answers were lost within an hour: on a busy machine there are
// more of them than the faults that the vendor has.
func (w *crashWorld) resume(ctx context.Context) {
	if paused, err := w.reader.Paused(ctx); err == nil && paused.Holds() && w.slack.Snapshot().Sockets > 0 {
		_, _ = w.slack.As(bob).Command(ctx, renewals, "/renew resume") // if nobody heard it, again
	}
}

// barIsRight wants the bar to tell of every line once, and of no order that the vendor does not have.
func (w *crashWorld) barIsRight() {
	w.t.Helper()
	s := w.slack.Snapshot() // the vendor may have more by the time that it is asked
	for _, m := range s.All(renewals) {
		if messageKey(m.Metadata) != "summary" {
			continue
		}
		all, placed := 0, 0
		for _, part := range barParts.FindAllStringSubmatch(m.Text, -1) {
			n, _ := strconv.Atoi(part[1])
			if all += n; part[2] == "placed" {
				placed = n
			}
		}
		if all != 0 && all != batchLines {
			w.t.Errorf("the bar tells of %d lines: %s", all, m.Text)
		}
		if has := len(w.vendor.Placed()); placed > has {
			w.t.Errorf("the bar tells of %d orders, and the vendor has %d", placed, has)
		}
	}
}

// unsettledBatch says what is still to come, or wrong. The bar is looked at each time, and orders are
// resumed when they are paused.
func (w *crashWorld) unsettledBatch(ctx context.Context) (string, error) {
	w.barIsRight()
	w.resume(ctx)
	b, lines, err := w.reader.Batch(ctx, 1)
	if err != nil {
		return "", err
	}
	for _, r := range lines {
		if r.Part() == renewal.LineWaiting {
			return r.Reference() + " is " + string(r.Status), nil
		}
	}
	// The audit channel has a line for each change of each line, which comes at Slack's pace.
	for _, m := range w.slack.Snapshot().All(renewals) {
		if messageKey(m.Metadata) == "summary" {
			return cmp.Diff(blocks.BatchSummary(blocks.BatchData{Batch: b, Lines: lines}).Text, m.Text), nil
		}
	}
	return "there is no summary", nil
}

// verifyBatch checks what must hold at the end.
func (w *crashWorld) verifyBatch(ctx context.Context) {
	t := w.t
	t.Helper()
	l, err := ledger.Open(ctx, w.url, ledger.Options{Policy: crashPolicy})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if err := l.Verify(ctx); err != nil {
		t.Errorf("the audit trail is broken: %v", err)
	}
	_, lines, err := l.Batch(ctx, 1)
	if err != nil {
		t.Fatal(err)
	}
	orders, sent := map[string]int{}, map[string]int{}
	for _, o := range w.vendor.Placed() {
		orders[o.PONumber]++
	}
	for _, o := range w.vendor.OrderRequests() {
		read, err := yeastar.ReadOrder(o.Body)
		if err != nil {
			t.Fatal(err)
		}
		sent[read.PONumber]++
	}
	answers, lost := map[renewal.Status]int{}, 0
	for _, r := range lines {
		answers[r.Status]++
		n := orders[r.Reference()]
		switch r.Status {
		case renewal.Ordered:
			if n != 1 {
				t.Errorf("%s is ordered, and the vendor has %d orders of it", r.Reference(), n)
			}
		case renewal.Unknown:
			if n > 1 {
				t.Errorf("%s is unknown, and the vendor has %d orders of it", r.Reference(), n)
			}
		default:
			t.Errorf("%s is %s", r.Reference(), r.Status)
		}
		if sent[r.Reference()] > len(r.Attempts) {
			t.Errorf("%s was sent %d times in %d attempts", r.Reference(), sent[r.Reference()], len(r.Attempts))
		}
		if a, ok := r.Attempt(); ok && a.LostOnce() {
			lost++
		}
		for _, a := range r.Attempts[:max(len(r.Attempts)-1, 0)] {
			if a.Outcome != renewal.NotPlaced {
				t.Errorf("%s: attempt %d is %q and was followed by another one", r.Reference(), a.Number, a.Outcome)
			}
		}
	}
	if len(lines) != batchLines || lost < 2 {
		t.Errorf("%d lines ended as %v, and the answers of %d orders were lost", len(lines), answers, lost)
	}
	t.Logf("%d lines: %v", len(lines), answers)
	keys := map[string]int{}
	for _, m := range present(w.slack.Snapshot()) {
		keys[m.Where+" "+m.Key+" "+m.Text]++
	}
	for key, n := range keys {
		if n > 1 {
			t.Errorf("there %d times: %s", n, key)
		}
	}
	if n := strings.Count(fmt.Sprint(keys), "audit:"); n == 0 {
		t.Error("the audit channel has no line")
	}
	for _, v := range w.slack.Violations() {
		t.Errorf("Slack's protocol was violated: %s", v)
	}
}
