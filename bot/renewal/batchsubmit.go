package renewal

import (
	"cmp"
	"fmt"
	"strconv"
	"time"
)

// BatchSubmission is the first event of a batch.
type BatchSubmission struct {
	Key     string // tells two deliveries of one submission from two
	By      Actor
	Channel string
	Note    string
	Lines   []Submission
}

// NewBatch makes a batch of a submission, and says what each of its lines is submitted as. The
// error is a *Refusal.
func NewBatch(id int64, s BatchSubmission, now time.Time, p Policy) (Batch, []Submission, error) {
	b := Batch{
		ID: id, Version: 1, Requester: s.By.UserID, Channel: s.Channel, Note: s.Note, Lines: len(s.Lines), DryRun: p.DryRun,
		CreatedAt: now, UpdatedAt: now,
	}
	switch {
	case len(s.Lines) == 0:
		return b, nil, refuse(RefusedOffer, "There is no line to ask for. Nothing was ordered.")
	case len(s.Lines) > MaxBatch:
		return b, nil, refuse(RefusedOffer, "A batch may have at most %d lines. Nothing was ordered.", MaxBatch)
	}
	var proposed []Request
	first := map[string]int{}
	lines := make([]Submission, len(s.Lines))
	for i, l := range s.Lines {
		l.Line = i + 1
		whose := l.Offer.Product + " " + l.Offer.Holder.Key()
		if other, twice := first[whose]; twice {
			return b, nil, refuse(RefusedOffer, "Lines %d and %d are for the same package of %s. Nothing was ordered.", other, l.Number(), l.Offer.Holder.Called())
		}
		first[whose] = l.Number()
		l.By, l.Channel, l.Note, l.Batch, l.Key = s.By, s.Channel, s.Note, id, fmt.Sprintf("%s/%d", s.Key, i+1)
		r, refusal := Proposed(l, now, p)
		if refusal != nil {
			return b, nil, ofLine(l.Number(), refusal)
		}
		lines[i], proposed = l, append(proposed, r)
	}
	together := Together(proposed, p)
	for i := range lines {
		lines[i].Together = together
	}
	return b, lines, nil
}

// Number is the number by which people know a line before it is a request.
func (s Submission) Number() int { return cmp.Or(s.Written, s.Line) }

// NoBatchYet is the batch of what is to be asked for together.
const NoBatchYet int64 = -1

// ofLine is a refusal of a line of a batch.
func ofLine(line int, r *Refusal) *Refusal {
	return &Refusal{r.Code, append(Say(fmt.Sprintf("Line %d: ", line)), r.Sentence...)}
}

// OfLine is err, told of a line of a batch if it is a refusal.
func OfLine(line int, err error) error {
	if r, ok := err.(*Refusal); ok { //nolint:errorlint // only a bare refusal is told to people
		return ofLine(line, r)
	}
	return err
}

// BatchEntry is the entry of a batch that was asked for.
func BatchEntry(b Batch, lines []Request) Entry {
	return Entry{At: b.CreatedAt, Code: CodeBatchSubmitted, Actor: b.Requester, Detail: map[string]string{
		DetailBatch: b.Reference(), DetailCount: strconv.Itoa(b.Lines), DetailFingerprint: BatchFingerprint(lines),
		DetailLines: lines[0].Reference() + "–" + lines[len(lines)-1].Reference(), DetailWay: lines[0].WayInWords(),
	}}
}
