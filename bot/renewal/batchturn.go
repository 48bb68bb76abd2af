package renewal

import (
	"slices"
	"time"

	"renewbot/yeastar"
)

// LineState is a line of a batch, as far as its order's turn depends on it.
type LineState struct {
	ID     int64
	Status Status
}

func states(lines []Request) []LineState {
	list := make([]LineState, len(lines))
	for i, r := range lines {
		list[i] = LineState{r.ID, r.Status}
	}
	return list
}

// turn is the line whose order is next, or 0: one is under way, none waits, or people are asked
// first.
func (b Batch) turn(lines []LineState) int64 {
	if b.Held != nil || slices.ContainsFunc(lines, func(l LineState) bool { return l.Status == Ordering }) {
		return 0
	}
	for _, l := range lines {
		if l.Status == Approved {
			return l.ID
		}
	}
	return 0
}

// HasTurn says whether the order of a line may be begun now. lines are as they are before that.
func (b Batch) HasTurn(line int64, lines []LineState) bool { return b.turn(lines) == line }

// next is the job of the line whose turn it is.
func (b Batch) next(lines []LineState, now time.Time) []Job {
	if id := b.turn(lines); id != 0 {
		return []Job{{Kind: PlaceOrder, RequestID: id, At: now}}
	}
	return nil
}

// Follow is what becomes of a batch when one of its lines has changed: it pauses, or the next line
// has its turn. lines are as they are after the change; the entry is of a pause, or of the end of its time, or has no code.
func (b Batch) Follow(before Status, c Change, lines []LineState, now time.Time) (Batch, Entry, []Job) {
	jobs := []Job{{Kind: SyncSlack, RequestID: b.Subject(), At: now}}
	after := c.Request.Status
	if before == after {
		return b, Entry{}, jobs
	}
	if after == Expired && c.Request.Undivided() && !slices.ContainsFunc(lines, func(l LineState) bool { return l.Status == Pending }) {
		b, entry := b.expired(lines, now)
		return b, entry, append(jobs, Job{Kind: SyncSlack, At: now})
	}
	hold := b.count(before, c.Request)
	waiting := slices.ContainsFunc(lines, func(l LineState) bool { return l.Status == Approved })
	var entry Entry
	if hold != "" && waiting && b.Held == nil {
		b.Held, b.Reminded = &BatchHold{Code: hold, Request: c.Request.ID, At: now}, nil
		entry = Entry{At: now, Code: CodeBatchPaused, Actor: System, Detail: map[string]string{
			DetailBatch: b.Reference(), DetailHeld: string(hold), DetailLines: c.Request.Reference(),
		}}
		jobs = append(jobs, Job{Kind: SyncSlack, At: now}, Job{Kind: Remind, RequestID: b.Subject(), At: now})
	}
	own := slices.ContainsFunc(c.Jobs, func(j Job) bool { return j.Kind == PlaceOrder })
	if id := b.turn(lines); id != 0 && (id != c.Request.ID || !own) { // one that was put off has its own time
		jobs = append(jobs, Job{Kind: PlaceOrder, RequestID: id, At: now})
	}
	return b, entry, jobs
}

// count counts refusals in a row, and says why the batch has to pause, if it has to.
func (b *Batch) count(before Status, r Request) HoldCode {
	if before != Ordering && before != Approved {
		return "" // people have settled it, or the portal has
	}
	switch r.Status {
	case Ordered, Processing:
		b.Refusals = 0
	case Unknown:
		return HoldUnknown
	case Refused:
		b.Refusals++
		switch {
		case r.Problem != nil && yeastar.MeansCredit(r.Problem.Code, r.Problem.Detail):
			return HoldCredit
		case b.Refusals >= refusalsInARow:
			return HoldRefusals
		}
	}
	return ""
}

// OutOfTurn is the refusal of an attempt while it is not the line's turn; nil: it is. lines are as
// they are before the attempt.
func (r Request) OutOfTurn(b Batch, lines []LineState) *Refusal {
	if b.HasTurn(r.ID, lines) {
		return nil
	}
	return refuse(RefusedTurn, "%s waits for its turn in %s. Nothing was ordered.", r.Reference(), b.Reference())
}
