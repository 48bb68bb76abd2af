package renewal

import (
	"encoding/json"
	"slices"
	"time"

	"renewbot/yeastar"
)

// Request is a renewal request with all that is known of it. It is a value: a
// change makes a new one.
type Request struct {
	ID      int64  `json:"id"`
	Version int64  `json:"version"` // counts saves; guards against two at once
	Status  Status `json:"status"`

	Requester string `json:"requester"` // Slack user id
	AmendedBy string `json:"amended_by,omitempty"`
	Channel   string `json:"channel"` // Slack channel id
	// Batch is the batch of which it is a line, or 0, and Line which of them, from 1. Apart says
	// that it is decided by itself from now on, and Together are the ways that all lines have to
	// go because of each other.
	Batch    int64  `json:"batch,omitempty"`
	Line     int    `json:"line,omitempty"`
	Apart    bool   `json:"apart,omitempty"`
	Together []Way  `json:"together,omitempty"`
	Note     string `json:"note,omitempty"`

	Revision    int             `json:"revision"` // counts what was asked for, from 1
	Offer       Offer           `json:"offer"`
	Body        json.RawMessage `json:"body"` // the order, byte for byte
	Fingerprint string          `json:"fingerprint"`
	Changes     []string        `json:"changes,omitempty"` // how this revision differs from the one before
	// Doubts are what people should look at before they agree to this revision; nil: nobody
	// has looked for any, as before they were kept. DoubtReason is why it should be ordered all the
	// same, in the requester's words, and Explained what an approver has said to one that was newer
	// than these; Unexplained says that one is newer than both, so that nobody approves without words.
	Doubts      []Doubt      `json:"doubts"`
	DoubtReason string       `json:"doubt_reason,omitempty"`
	Explained   *Explanation `json:"explained,omitempty"`
	Unexplained bool         `json:"unexplained,omitempty"`
	DryRun      bool         `json:"dry_run,omitempty"`

	Votes      []Vote    `json:"votes,omitempty"`      // approvals of this revision
	Required   int       `json:"required"`             // approvals that it takes
	FourEyes   bool      `json:"four_eyes,omitempty"`  // the requester's own approval never counts
	Ruling     Ruling    `json:"ruling,omitzero"`      // what the policy file said when this was asked for
	Ways       []Way     `json:"ways,omitempty"`       // that it had to go at its last change, for people; nil: by the variables
	Quorum     int       `json:"quorum,omitempty"`     // approvals that it took before there was a policy file
	ApprovedAt time.Time `json:"approved_at,omitzero"` // when people last said yes

	Attempts []Attempt `json:"attempts,omitempty"`
	// AttemptsAsked is how many attempts there were when people last said yes.
	AttemptsAsked int `json:"attempts_asked,omitempty"`
	// Search is what the vendor's order list told of an order of unknown fate.
	Search *Search `json:"search,omitempty"`

	Order   *yeastar.OrderResult `json:"order,omitempty"`   // the vendor's answer, once there is one
	Problem *Problem             `json:"problem,omitempty"` // why it is refused or unknown

	OrderedAt time.Time `json:"ordered_at,omitzero"` // when the vendor had placed the order, as far as we know
	// RenewedUntil is when the package ends by the portal, read after the order; zero: the
	// portal does not show it. DateTold is what people were told of that last.
	RenewedUntil time.Time `json:"renewed_until,omitzero"`
	DateTold     Code      `json:"date_told,omitempty"`

	SettledBy  string `json:"settled_by,omitempty"`  // who found that the last attempt placed nothing
	SettledFor string `json:"settled_for,omitempty"` // as whose deputy

	ClosedBy  string `json:"closed_by,omitempty"`  // who rejected, cancelled or closed
	ClosedFor string `json:"closed_for,omitempty"` // as whose deputy
	Reason    string `json:"reason,omitempty"`     // why, in their words

	ReturnedBy   string `json:"returned_by,omitempty"`   // who asked for changes, until they are made
	ReturnedFor  string `json:"returned_for,omitempty"`  // as whose deputy
	ReturnReason string `json:"return_reason,omitempty"` // which, in their words
	Again        int64  `json:"again,omitempty"`         // the request that this one asks for again

	StepSince time.Time `json:"step_since,omitzero"` // when it came to its present steps, if they escalate
	Escalated []string  `json:"escalated,omitempty"` // which of their escalations were told

	Handed *Handed `json:"handed,omitempty"` // whom an approver has asked to decide, until they do

	// Reminded has the reminders of this revision, and after it of this state, by user id,
	// the oldest first.
	Reminded   map[string][]time.Time `json:"reminded,omitempty"`
	WaitsSince time.Time              `json:"waits_since,omitzero"`  // when it came to wait for people otherwise than for approval
	LastCalled bool                   `json:"last_called,omitempty"` // the call before it times out was made

	Clicks []string `json:"clicks,omitempty"` // that took effect, the last ones

	CreatedAt time.Time `json:"created_at"`
	AskedAt   time.Time `json:"asked_at"` // when this revision was asked for
	UpdatedAt time.Time `json:"updated_at"`
	ExpiresAt time.Time `json:"expires_at"`

	ShownAt time.Time `json:"-"` // see At
}

// Reference is the name under which people know the request.
func (r Request) Reference() string { return Reference(r.ID) }

// Product is the row of the product table that the request renews.
func (r Request) Product() yeastar.Product {
	p, _ := yeastar.ProductByKey(r.Offer.Product)
	return p
}

// Attempt is the attempt that was made last.
func (r Request) Attempt() (Attempt, bool) {
	if len(r.Attempts) == 0 {
		return Attempt{}, false
	}
	return r.Attempts[len(r.Attempts)-1], true
}

// VotedBy says whether an id is that of somebody who has approved this revision.
func (r Request) VotedBy(userID string) bool {
	for _, v := range r.Votes {
		if v.By == userID {
			return true
		}
	}
	return false
}

// Vote is one person's approval.
type Vote struct {
	By string    `json:"by"`
	At time.Time `json:"at"`
	// For is as whose deputy; empty: for themselves.
	For string `json:"for,omitempty"`
	// Named are the names of the policy under which they were known then.
	Named []string `json:"named,omitempty"`
	// Comment is what they added to their approval.
	Comment string `json:"comment,omitempty"`
}

// Outcome is what became of an attempt.
type Outcome string

// The outcomes of an attempt. An attempt without one is under way, or its worker died.
const (
	Placed    Outcome = "placed"     // the vendor has the order
	NotPlaced Outcome = "not_placed" // certainly no order
	Lost      Outcome = "lost"       // nobody knows yet
)

// Attempt is one POST of the order. It is written down before the POST.
type Attempt struct {
	Number      int             `json:"number"` // from 1; never reused
	StartedAt   time.Time       `json:"started_at"`
	Deadline    time.Time       `json:"deadline"` // after it others may call the attempt's order unknown
	Fingerprint string          `json:"fingerprint"`
	Body        json.RawMessage `json:"body"` // the bytes that are sent
	// Ends is when the package was told to end then.
	Ends    time.Time            `json:"ends,omitzero"`
	Outcome Outcome              `json:"outcome,omitempty"`
	EndedAt time.Time            `json:"ended_at,omitzero"`
	Order   *yeastar.OrderResult `json:"order,omitempty"`
	Problem *Problem             `json:"problem,omitempty"`
	RetryAt time.Time            `json:"retry_at,omitzero"` // before which there is no other one
	// RuledOut are orders that people saw when they said that none of them is this
	// attempt's.
	RuledOut []string `json:"ruled_out,omitempty"`
}

// LostOnce says whether the attempt ended without telling what became of its order.
func (a Attempt) LostOnce() bool {
	return a.Problem != nil && a.Problem.Class == yeastar.ClassUnknown
}

// Doubtful says whether people called the attempt not placed after its answer was lost: its
// order may exist all the same.
func (a Attempt) Doubtful() bool {
	return a.Outcome == NotPlaced && a.LostOnce() && a.Order == nil
}

// Refused says whether the vendor's answer to the attempt was no. That its order may exist all the
// same is not to be expected, and costs as much if it does.
func (a Attempt) Refused() bool {
	return a.Outcome == NotPlaced && a.Order == nil && a.Problem != nil && a.Problem.Class == yeastar.ClassRefused
}

// MayHavePlaced says whether an open request has an attempt whose order may exist: nobody
// knows yet, or people called it not placed after its answer was lost.
func (r Request) MayHavePlaced() bool {
	return !r.Status.Final() && slices.ContainsFunc(r.Attempts, func(a Attempt) bool { return a.Outcome != NotPlaced || a.Doubtful() })
}

// Problem says what went wrong with an order.
type Problem struct {
	Class     yeastar.Class `json:"class,omitempty"`
	Code      string        `json:"code,omitempty"`       // the vendor's code, or ours
	Detail    string        `json:"detail"`               // the vendor's words, or ours; for people
	RequestID string        `json:"request_id,omitempty"` // the vendor's, for support tickets
	// Order is what an answer that is no success names as an order's number or id.
	Order string `json:"order,omitempty"`
	// RetryAfter is how long the vendor asked to wait.
	RetryAfter time.Duration `json:"retry_after,omitempty"`
	// By is who paused orders, for one that waits because of it.
	By string `json:"by,omitempty"`
}

// Search is a look through the vendor's order list.
type Search struct {
	At         time.Time `json:"at"`
	Candidates []string  `json:"candidates,omitempty"` // order numbers that could be the one, but need not
	// Unreadable is why the list cannot be read, as long as it cannot.
	Unreadable string `json:"unreadable,omitempty"`
}

// Policy is what the configuration says about requests.
type Policy struct {
	Required     int  // distinct approvals that a request needs
	SelfApproval bool // the requester's own approval counts
	PONumber     PONumberMode
	DryRun       bool
	RemindAfter  time.Duration
	ExpireAfter  time.Duration
	RepeatWithin time.Duration // an order of the same holder and product younger than this is a doubt
	OrderAhead   time.Duration // how far ahead an order may be dated
	Rules        Rules         // the policy file; nil: there is none, and the above holds alone
}

// Actor is a person at the moment of an action, with what they may do then. The
// caller finds that out anew for each action.
type Actor struct {
	UserID     string
	MayRequest bool
	MayApprove bool
	Denied     string // when neither: why, as a sentence
	// Named are the ids in the policy's lists, and in the steps of the request that this is
	// about, that are theirs or those of groups that they are in. Unread says that a group of the
	// policy could not be read.
	Named  []string
	Unread bool
	// Same says of other ids whether they are this person's, too: Slack changes ids. Nil:
	// an id is a person. Otherwise an id that is missing here may be theirs.
	Same map[string]bool
	// DeputyOf are those whose deputy they are now, each with what they may do by themselves. For is
	// the one of them in whose place they act; empty: in their own.
	DeputyOf []Actor
	For      string
	// Members are the people in user groups of the request's steps, and those of Variables. Of a name that is missing
	// it is not known.
	Members map[string][]string
	// Click names the click or the submission by which they act; each delivery of it has
	// the same name. Empty: it has none.
	Click string
}
