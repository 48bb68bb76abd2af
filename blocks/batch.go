package blocks

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"renewbot/bot/renewal"
)

const (
	batchBar      = 20 // squares of a bar
	batchOnCard   = 8  // lines that the card itself lists; more of them stand below it
	batchListed   = 25 // lines in one message of the list
	batchSection  = 5  // lines in one section of it
	batchLineText = 500
	batchOpen     = 15 // lines without an order that the end tells
)

// The action ids of a batch's buttons.
const (
	ActionBatchApprove = "batch_approve"
	ActionBatchComment = "batch_comment" // approve with a comment
	ActionBatchReject  = "batch_reject"
	ActionBatchLeave   = "batch_leave_out"
	ActionBatchStop    = "batch_stop"
	ActionBatchGoOn    = "batch_go_on"
	ActionBatchAgain   = "batch_ask_again"
	ActionBatchText    = "batch_text"
	ActionBatchLines   = "batch_lines"
	ActionBatchFile    = "batch_file"
)

// IsBatch says whether an action or a callback is of a batch.
func IsBatch(id string) bool { return strings.HasPrefix(id, "batch_") }

// BatchTarget is what a batch's button or small form is about, as a person saw it.
type BatchTarget struct {
	Batch int64  `json:"b"`
	Shown string `json:"f,omitempty"` // renewal.BatchFingerprint
	Held  string `json:"h,omitempty"` // renewal.BatchHold.Seen
}

// ReadBatchTarget reads a button's value or a form's private_metadata.
func ReadBatchTarget(s string) (BatchTarget, error) {
	var t BatchTarget
	if err := json.Unmarshal([]byte(s), &t); err != nil {
		return t, fmt.Errorf("decode what a button is about: %w", err)
	}
	if t.Batch <= 0 {
		return t, errors.New("decode what a button is about: no batch")
	}
	return t, nil
}

// BatchData is a batch with its lines, in their order.
type BatchData struct {
	Batch renewal.Batch
	Lines []renewal.Request
	Can   renewal.BatchCan // what the reader of a list may do with it
	Pause renewal.Pause    // of all orders, which the card tells
	Few   bool             // too few people are left who may approve it
}

func (d BatchData) target() string {
	return encode(BatchTarget{d.Batch.ID, renewal.BatchFingerprint(d.Batch.Undecided(d.Lines)), d.Batch.Held.Seen()})
}

func (d BatchData) counts() map[renewal.BatchPart]int {
	counts := map[renewal.BatchPart]int{}
	for _, r := range d.Lines {
		counts[r.Part()]++
	}
	return counts
}

// has says whether a line is in one of some states.
func (d BatchData) has(statuses ...renewal.Status) bool {
	return slices.ContainsFunc(d.Lines, func(r renewal.Request) bool { return slices.Contains(statuses, r.Status) })
}

// batchParts are the parts for people, with their squares and signs.
var batchParts = map[renewal.BatchPart][3]string{
	renewal.LinePlaced: {"🟩", "✅", "placed"}, renewal.LineRefused: {"🟥", "⚠️", "refused"}, renewal.LineUnknown: {"🟧", "❓", "unknown"},
	renewal.LineWaiting: {"⬜", "⏳", "waiting"}, renewal.LineLeftOut: {"⬛", "✖️", "left out"},
}

// bar shows how far a batch is: every part that there is has a square at least.
func (d BatchData) bar() string {
	counts, total := d.counts(), len(d.Lines)
	squares := map[renewal.BatchPart]int{}
	used := 0
	for _, p := range renewal.BatchParts() {
		if n := counts[p]; n > 0 {
			squares[p] = max(n*batchBar/max(total, 1), 1)
			used += squares[p]
		}
	}
	for used != batchBar && total > 0 { // what rounding left goes to the largest part, or is taken from it
		largest := slices.MaxFunc(renewal.BatchParts(), func(a, b renewal.BatchPart) int { return cmp.Compare(squares[a], squares[b]) })
		squares[largest] += batchBar - used
		used = batchBar
	}
	var b strings.Builder
	for _, p := range renewal.BatchParts() {
		b.WriteString(strings.Repeat(batchParts[p][0], max(squares[p], 0)))
	}
	return b.String()
}

// told counts the parts in words.
func (d BatchData) told() string {
	counts := d.counts()
	var parts []string
	for _, p := range renewal.BatchParts() {
		if n := counts[p]; n > 0 {
			parts = append(parts, fmt.Sprintf("%s %d %s", batchParts[p][1], n, batchParts[p][2]))
		}
	}
	return joinWith(" · ", parts...)
}

// renewed says of how many orders the portal shows the new date.
func (d BatchData) renewed() string {
	placed, read, shown, stale := 0, 0, 0, 0
	for _, r := range d.Lines {
		if r.Status != renewal.Ordered {
			continue
		}
		placed++
		switch r.DateTold {
		case "":
			continue
		case renewal.CodeConfirmed:
			shown++
		case renewal.CodeStale:
			stale++
		}
		read++
	}
	if read == 0 {
		return ""
	}
	s := fmt.Sprintf("📅 The portal shows the new date of %d of %s.", shown, count(placed, "package that was ordered", "packages that were ordered"))
	if stale > 0 {
		s += fmt.Sprintf(" ⚠️ A day later it does not show what was ordered of %d: the thread says of which. They were ordered all the same; please look in the Partner Portal.", stale)
	}
	return s
}

// batchHolds are the reasons of a pause, for people.
var batchHolds = map[renewal.HoldCode]string{
	renewal.HoldUnknown:  "nobody knows whether %s was ordered",
	renewal.HoldCredit:   "Yeastar refused %s, perhaps for want of credit",
	renewal.HoldRefusals: "three lines in a row were refused, %s the last",
}

func batchHeld(h *renewal.BatchHold) string {
	return fmt.Sprintf(batchHolds[h.Code], renewal.Reference(h.Request))
}

// heldSince says what has become since of the line that was the reason of a pause; empty: nothing.
func (d BatchData) heldSince() string {
	i := slices.IndexFunc(d.Lines, func(r renewal.Request) bool { return r.ID == d.Batch.Held.Request })
	if i < 0 {
		return ""
	}
	r := d.Lines[i]
	var since string
	switch {
	case r.Status == renewal.Approved:
		since = "is to be tried again, and waits with the others"
	case r.Status == renewal.Pending:
		since = "waits for approval again"
	case r.Status == renewal.Refused && d.Batch.Held.Code == renewal.HoldUnknown:
		since = "was found not to be ordered"
	case r.Part() == renewal.LinePlaced:
		since = "is ordered"
	case r.Part() == renewal.LineLeftOut:
		since = "is closed, and was not ordered"
	default:
		return ""
	}
	return "Since then: " + r.Reference() + " " + since + "."
}

// state says where a batch stands, and whether anything was ordered.
func (d BatchData) state() state {
	counts := d.counts()
	waits := count(counts[renewal.LineWaiting], "line waits", "lines wait")
	open := d.Batch.Undecided(d.Lines)
	switch {
	case len(open) > 0:
		return state{sign: "⏳", label: "Waiting for approval", more: votes(open[0]), end: nothingYet}
	case d.Batch.Held != nil && d.has(renewal.Approved):
		return state{sign: "⏸️", label: "Paused", more: join("It has paused by itself: "+batchHeld(d.Batch.Held)+".", d.heldSince()),
			end: waits + ": go on, or stop the rest. Nothing is ordered before."}
	case d.heldUp() != "":
		return state{sign: "⏸️", label: "Approved", more: d.heldUp(), end: waits + "."}
	case d.has(renewal.Approved, renewal.Ordering):
		return state{sign: "📤", label: "Being ordered", more: "One line after the other; " + waits + "."}
	case d.has(renewal.Pending, renewal.Unknown):
		return state{sign: "❓", label: "Waits for people", more: "Some lines need a decision of their own: their cards stand below in the thread."}
	case counts[renewal.LineLeftOut] == len(d.Lines):
		return state{sign: "✖️", label: "Ended", more: d.ended(), end: nothingWas}
	case d.has(renewal.Processing):
		return state{sign: "🕓", label: "Ordered, not finished", more: d.unfinished()}
	case counts[renewal.LineRefused] > 0:
		return state{sign: "⚠️", label: "Finished", more: "Not every line was ordered.", end: "What was refused can be tried again or closed, on its card below in the thread."}
	}
	return state{sign: "✅", label: "Finished", more: "Every line that was to be ordered was placed."}
}

// unfinished says of how many lines Yeastar has the order and has not finished it.
func (d BatchData) unfinished() string {
	n := 0
	for _, r := range d.Lines {
		if r.Status == renewal.Processing {
			n++
		}
	}
	s := fmt.Sprintf("Yeastar has the orders of all lines that were to be ordered; it has not finished %s, which may need paying in the Partner Portal.", count(n, "line", "lines"))
	if d.has(renewal.Refused) {
		s = fmt.Sprintf("Yeastar has not finished %s, which may need paying in the Partner Portal. Other lines were refused and not ordered: they can be tried again or closed, on their cards below in the thread.", count(n, "order", "orders"))
	}
	return s
}

// heldUp says why the line whose turn it is waits, if it does: orders are paused, or the portal is down.
func (d BatchData) heldUp() string {
	i := slices.IndexFunc(d.Lines, func(r renewal.Request) bool { return r.Status == renewal.Approved })
	if i < 0 || d.has(renewal.Ordering) || d.Lines[i].Problem == nil {
		return ""
	}
	return fmt.Sprintf("Line %d, %s: ", d.Lines[i].Line, d.Lines[i].Reference()) + approved(d.Lines[i])
}

// ended says how a batch ended of which no line was ordered.
func (d BatchData) ended() string {
	r := d.Lines[0]
	if slices.ContainsFunc(d.Lines, func(o renewal.Request) bool {
		return o.Status != r.Status || o.ClosedBy != r.ClosedBy || o.Reason != r.Reason
	}) {
		return "All lines were left out, not all by the same decision; the thread tells by whom and why."
	}
	switch r.Status {
	case renewal.Rejected:
		return "Rejected by " + inPlace(r.ClosedBy, r.ClosedFor) + reason(r.Reason)
	case renewal.Expired:
		return "Nobody approved it in time."
	}
	return stateOf(r).label + " by " + inPlace(r.ClosedBy, r.ClosedFor) + "."
}

// total is what all lines that are not left out cost together, as far as that is known. When all are
// left out, it is what was asked for.
func (d BatchData) total() string {
	counted := slices.DeleteFunc(slices.Clone(d.Lines), func(r renewal.Request) bool { return r.Part() == renewal.LineLeftOut })
	if len(counted) == 0 {
		asked := sum(d.Lines)
		if asked != noPrice {
			asked += ", of which nothing was ordered"
		}
		return asked
	}
	return sum(counted)
}

// sum is what lines cost together, as far as that is known.
func sum(lines []renewal.Request) string {
	sums := map[string]decimal.Decimal{}
	var currencies []string
	unknown, priced := 0, 0
	for _, r := range lines {
		p := r.AsOrdered().Price
		if p == nil {
			unknown++
			continue
		}
		if _, known := sums[p.Currency]; !known {
			currencies = append(currencies, p.Currency)
		}
		sums[p.Currency] = sums[p.Currency].Add(p.Amount)
		priced++
	}
	var amounts []string
	for _, c := range currencies {
		amounts = append(amounts, outside(renewal.Price{Amount: sums[c], Currency: c}.String(), shortLimit))
	}
	switch {
	case len(amounts) == 0:
		return noPrice
	case unknown > 0:
		return fmt.Sprintf("%s for %s; %d without a price", joinWith(" + ", amounts...), count(priced, "line", "lines"), unknown)
	}
	return joinWith(" + ", amounts...) + " in all"
}

func (d BatchData) head() string { return count(len(d.Lines), "renewal", "renewals") }

func (d BatchData) requested() string {
	return "Requested by " + mention(d.Batch.Requester) + " " + moment(d.Batch.CreatedAt)
}

func (d BatchData) dry() (title, words string) {
	if d.Batch.DryRun {
		return " · DRY RUN", "Dry run: no order is sent."
	}
	return "", ""
}
