package renewal

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Status is where a request stands.
type Status string

// The states of a request.
const (
	Pending    Status = "pending"    // waits for approvers
	Returned   Status = "returned"   // waits for its requester: an approver asked for changes
	Approved   Status = "approved"   // waits for its order attempt
	Ordering   Status = "ordering"   // an attempt is written; its POST may be under way
	Ordered    Status = "ordered"    // the vendor has said: succeed
	Processing Status = "processing" // the vendor has the order and has not finished it
	Unknown    Status = "unknown"    // it is not known whether the vendor has the order
	Refused    Status = "refused"    // certainly not ordered; may be tried again
	Rejected   Status = "rejected"   // an approver said no
	Cancelled  Status = "cancelled"  // withdrawn or closed by people, or a dry run
	Expired    Status = "expired"    // nobody decided in time
)

// Statuses lists every state.
func Statuses() []Status {
	return []Status{Pending, Returned, Approved, Ordering, Ordered, Processing, Unknown, Refused, Rejected, Cancelled, Expired}
}

// Open are those out of which an event can move a request.
func Open() []Status { return slices.DeleteFunc(Statuses(), Status.Final) }

// Final says whether no event can move a request out of s.
func (s Status) Final() bool {
	switch s {
	case Ordered, Rejected, Cancelled, Expired:
		return true
	}
	return false
}

var reference = regexp.MustCompile(`^RNW-([0-9]{1,12})$`)

// Reference is the name under which people know the request: RNW-000123.
// A negative number is that of a batch, see BatchOf.
func Reference(id int64) string {
	if batch, ok := BatchOf(id); ok {
		return BatchReference(batch)
	}
	return fmt.Sprintf("RNW-%06d", id)
}

var batchReference = regexp.MustCompile(`^RNW-B([0-9]{1,12})$`)

// ParseBatchReference is ParseReference for a batch.
func ParseBatchReference(s string) (int64, bool) { return parsed(batchReference, s) }

// ParseReference reads a reference as people type it: in any case, with or without
// the leading zeros.
func ParseReference(s string) (int64, bool) { return parsed(reference, s) }

func parsed(form *regexp.Regexp, s string) (int64, bool) {
	m := form.FindStringSubmatch(strings.ToUpper(strings.TrimSpace(s)))
	if m == nil {
		return 0, false
	}
	id, err := strconv.ParseInt(m[1], 10, 64)
	return id, err == nil && id > 0
}
