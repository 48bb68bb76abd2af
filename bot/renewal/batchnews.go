package renewal

import (
	"slices"
	"strconv"
	"time"
)

// BatchNews is what happened to a batch that people are told of.
type BatchNews struct {
	At     time.Time         `json:"at"`
	Code   Code              `json:"code"`
	Actor  string            `json:"actor"` // Slack user id, or System
	Detail map[string]string `json:"detail,omitempty"`
}

// Entry is the news as the audit trail has it.
func (n BatchNews) Entry() Entry {
	return Entry{At: n.At, Code: n.Code, Actor: n.Actor, Detail: n.Detail}
}

// tell keeps an entry that the thread of the batch tells. What it has of its own is told from that:
// votes, pauses and escalations.
func (b *Batch) tell(e Entry) {
	switch e.Code {
	case CodeBatchRejected, CodeBatchLeftOut, CodeBatchStopped, CodeBatchExpired, CodeBatchResumed, CodeBatchReminded, CodeBatchLastCall:
		b.Told = append(slices.Clone(b.Told), BatchNews{e.At, e.Code, e.Actor, e.Detail})
	}
}

// expired tells that nobody has decided on the lines in time. Each of them has its own clock; it is
// told when the last one has timed out.
func (b Batch) expired(lines []LineState, now time.Time) (Batch, Entry) {
	n := 0
	for _, l := range lines {
		if l.Status == Expired {
			n++
		}
	}
	e := Entry{At: now, Code: CodeBatchExpired, Actor: System, Detail: map[string]string{DetailBatch: b.Reference(), DetailCount: strconv.Itoa(n)}}
	b.tell(e)
	return b, e
}

// LeftOut are the lines that people or the clock have left out, and that were not decided by
// themselves: they can be asked for again together.
func LeftOut(lines []Request) []Request {
	return slices.DeleteFunc(slices.Clone(lines), func(r Request) bool {
		return !r.Undivided() || r.Part() != LineLeftOut || r.ClosedBy == System
	})
}
