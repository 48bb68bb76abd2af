package renewal

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"slices"
	"time"
)

const (
	// MaxBatch is how many lines a batch may have: as many as a menu of Slack's.
	MaxBatch = 100
	// refusalsInARow pause a batch.
	refusalsInARow = 3
)

// Batch is several requests under one card and one approval. Each line is a request of its own:
// what becomes of it stands there, and here only what they have in common.
type Batch struct {
	ID      int64 `json:"id"`
	Version int64 `json:"version"` // counts saves; guards against two at once

	Requester string `json:"requester"` // Slack user id
	Channel   string `json:"channel"`   // Slack channel id
	Note      string `json:"note,omitempty"`
	Lines     int    `json:"lines"` // it began with
	DryRun    bool   `json:"dry_run,omitempty"`

	// Held is why no line of it is ordered until people say so; nil: they are.
	Held *BatchHold `json:"held,omitempty"`
	// Refusals counts the last lines that were refused one after the other.
	Refusals int `json:"refusals,omitempty"`
	// Approvals are who has approved how many lines, under which fingerprint.
	Approvals []BatchApproval `json:"approvals,omitempty"`
	StoppedBy string          `json:"stopped_by,omitempty"`
	// StoppedFor is as whose deputy.
	StoppedFor string `json:"stopped_for,omitempty"`

	// Reminded has the reminders that were sent, by user id, the oldest first; LastCalled says
	// that the call before it times out was made.
	Reminded   map[string][]time.Time `json:"reminded,omitempty"`
	LastCalled bool                   `json:"last_called,omitempty"`

	// StepSince is when it came to its present steps; zero: it began there. Escalated is when
	// others were told that nobody has decided.
	StepSince time.Time         `json:"step_since,omitzero"`
	Escalated []BatchEscalation `json:"escalated,omitempty"`

	// Told is what its thread tells beside votes, pauses and escalations, in the order in which it
	// happened; some of it people hear alone.
	Told []BatchNews `json:"told,omitempty"`

	Clicks []string `json:"clicks,omitempty"` // that took effect, the last ones

	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
}

// HoldCode says why a batch pauses by itself.
type HoldCode string

// Why a batch pauses.
const (
	HoldUnknown  HoldCode = "unknown"  // nobody knows whether a line was ordered
	HoldCredit   HoldCode = "credit"   // the vendor refuses for want of credit
	HoldRefusals HoldCode = "refusals" // several lines in a row were refused
)

// BatchHold is a pause of a batch.
type BatchHold struct {
	Code    HoldCode  `json:"code"`
	Request int64     `json:"request"` // the line that was the reason
	At      time.Time `json:"at"`
}

// Seen stands for a pause on a button: whoever goes on has seen this one.
func (h *BatchHold) Seen() string {
	if h == nil {
		return ""
	}
	return fmt.Sprintf("%s %d %d", h.Code, h.Request, h.At.UnixMicro())
}

// BatchApproval is one approver's yes to a batch.
type BatchApproval struct {
	By          string    `json:"by"`
	For         string    `json:"for,omitempty"` // as whose deputy
	At          time.Time `json:"at"`
	Fingerprint string    `json:"fingerprint"`
	Lines       int       `json:"lines"`
	Comment     string    `json:"comment,omitempty"`
	// Next are the ids of those who decide after it, where by the policy that is others.
	Next []string `json:"next,omitempty"`
	Last bool     `json:"last,omitempty"` // it was the one with which they were approved
	Self bool     `json:"self,omitempty"` // it is their own batch
}

// BatchReference is the name under which people know a batch: RNW-B0007.
func BatchReference(id int64) string { return fmt.Sprintf("RNW-B%04d", id) }

// Reference is the name under which people know the batch.
func (b Batch) Reference() string { return BatchReference(b.ID) }

// BatchOf is the batch for which a job or a message is, by the number that stands there for its
// request: those of batches are negative.
func BatchOf(id int64) (batch int64, ok bool) { return -id, id < 0 && id != Homes }

// Homes is the number that stands there for all Home tabs.
const Homes int64 = math.MinInt64

// Subject is what stands for the batch where others have a request's number.
func (b Batch) Subject() int64 { return -b.ID }

// Undivided says whether the request is decided with the other lines of its batch, and not by
// itself: until it was approved once, or has changed since.
func (r Request) Undivided() bool { return r.Batch != 0 && !r.Apart }

// ToldByBatch says whether the batch of a request tells of it, so that no list needs to: not when
// it waits for people of its own.
func (r Request) ToldByBatch() bool {
	return r.Undivided() && r.Status != Unknown && r.Status != Refused
}

// Undecided are the lines that are decided together now.
func (b Batch) Undecided(lines []Request) []Request {
	var open []Request
	for _, r := range lines {
		if r.Undivided() && r.Status == Pending {
			open = append(open, r)
		}
	}
	return open
}

// BatchFingerprint covers all that is decided with lines: which they are, and what each orders.
func BatchFingerprint(lines []Request) string {
	h := sha256.New()
	for _, r := range lines {
		fmt.Fprintf(h, "%d %d %s %q\n", r.ID, r.Revision, r.Fingerprint, r.DoubtReason)
	}
	return hex.EncodeToString(h.Sum(nil))[:32]
}

// BatchPart is what has become of a line.
type BatchPart string

// What becomes of lines.
const (
	LinePlaced  BatchPart = "placed"
	LineRefused BatchPart = "refused"
	LineUnknown BatchPart = "unknown"
	LineWaiting BatchPart = "waiting"
	LineLeftOut BatchPart = "left_out"
)

// BatchParts lists them, as a bar shows them.
func BatchParts() []BatchPart {
	return []BatchPart{LinePlaced, LineRefused, LineUnknown, LineWaiting, LineLeftOut}
}

// Part is what has become of the request as a line of a batch.
func (r Request) Part() BatchPart { return partOf(r.Status) }

func partOf(s Status) BatchPart {
	switch s {
	case Ordered, Processing:
		return LinePlaced
	case Refused:
		return LineRefused
	case Unknown:
		return LineUnknown
	case Rejected, Cancelled, Expired:
		return LineLeftOut
	}
	return LineWaiting
}

// Settled says whether every line has its answer.
func Settled(lines []Request) bool {
	return !slices.ContainsFunc(lines, func(r Request) bool { return r.Part() == LineWaiting || r.Part() == LineUnknown })
}
