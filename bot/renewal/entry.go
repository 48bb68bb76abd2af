package renewal

import "time"

// Code names what happened, for ever: exports and dashboards rely on it.
type Code string

// The audit codes.
const (
	CodeSubmitted     Code = "request.submitted"
	CodeAmended       Code = "request.amended"
	CodeChanged       Code = "request.changed"  // the vendor's data differ from what was approved
	CodeLapsed        Code = "request.lapsed"   // its approval is too old or does not suffice any more
	CodeRestored      Code = "request.restored" // it comes from a backup, and may have been ordered since
	CodeVoted         Code = "request.voted"    // an approval, more are needed
	CodeApproved      Code = "request.approved"
	CodeRejected      Code = "request.rejected"
	CodeReturned      Code = "request.returned"    // an approver asked its requester for changes
	CodeHandedOver    Code = "request.handed_over" // an approver asked somebody else to decide
	CodeEscalated     Code = "request.escalated"   // nobody has decided in the time that the policy gives a step
	CodeCancelled     Code = "request.cancelled"
	CodeExpired       Code = "request.expired"
	CodeReminded      Code = "request.reminded"
	CodeLastCall      Code = "request.last_call" // reminded for the last time before it times out
	CodeClosed        Code = "request.closed"
	CodeDryRun        Code = "request.dry_run"
	CodeMoved         Code = "request.moved"  // Slack gave its channel another id
	CodeDenied        Code = "request.denied" // somebody tried what they may not or cannot do
	CodeOrdering      Code = "order.attempted"
	CodeOrdered       Code = "order.placed"
	CodeProcessing    Code = "order.processing"
	CodeRefused       Code = "order.refused"
	CodePostponed     Code = "order.postponed" // certainly not placed; another attempt follows by itself
	CodeWaiting       Code = "order.waiting"   // nothing was sent: the look-ups before it fail, or another order has to end first
	CodeUnknown       Code = "order.unknown"
	CodeSearched      Code = "order.searched"      // the vendor's order list did not settle an unknown order
	CodeUnsearched    Code = "order.search_failed" // the vendor's order list cannot be read
	CodeSettledPlaced Code = "order.settled_placed"
	CodeSettledNot    Code = "order.settled_not_placed"
	CodeRetried       Code = "order.retried"
	CodePolicy        Code = "policy.loaded"     // the policy file that holds from this start on
	CodePaused        Code = "order.paused"      // no order is sent until somebody resumes; of no request
	CodeResumed       Code = "order.resumed"     // what waited because of that is sent; of no request
	CodeLate          Code = "order.late"        // an order turned up for an attempt that was called not placed
	CodeConfirmed     Code = "order.confirmed"   // the portal shows the date that follows from the order
	CodeUnconfirmed   Code = "order.unconfirmed" // the portal does not show it yet, or tells no date
	CodeStale         Code = "order.stale"       // the portal does not show the date that follows from the order after a day
	CodeDeputy        Code = "deputy.named"      // an approver's, for a time; of no request
	CodeDeputyEnded   Code = "deputy.ended"      // taken back before that time was over; of no request
	CodeEventsOn      Code = "events.on"         // other systems are told of requests from now on, or at another address
	CodeEventsOff     Code = "events.off"        // and not any more
	CodeEventsStopped Code = "events.stopped"    // the receiver wants no more events
)

// The audit codes of renewals due, which belong to no request.
const (
	CodeDueOwner    Code = "due.owner"    // somebody looks after a package now, or nobody
	CodeDueSnoozed  Code = "due.snoozed"  // a package is not told of for a while
	CodeDueEnding   Code = "due.ending"   // a package is not to be renewed
	CodeDueAwake    Code = "due.awake"    // it is to be told of and renewed again
	CodeDueImported Code = "due.imported" // a list of dates was imported
	CodeDueDigest   Code = "due.digest"   // a digest was told
)

// The audit codes of batches, which belong to no request: each line has its own beside them.
const (
	CodeBatchSubmitted Code = "batch.submitted"
	CodeBatchVoted     Code = "batch.voted" // an approval of all lines, more are needed
	CodeBatchApproved  Code = "batch.approved"
	CodeBatchRejected  Code = "batch.rejected"
	CodeBatchLeftOut   Code = "batch.left_out" // lines were taken out
	CodeBatchStopped   Code = "batch.stopped"  // what waited is not ordered
	CodeBatchExpired   Code = "batch.expired"  // nobody decided on its lines in time
	CodeBatchPaused    Code = "batch.paused"   // by itself, until people say what to do
	CodeBatchResumed   Code = "batch.resumed"
	CodeBatchReminded  Code = "batch.reminded"
	CodeBatchLastCall  Code = "batch.last_call" // reminded for the last time before it times out
	CodeBatchEscalated Code = "batch.escalated" // nobody has decided in the time that the policy gives a step
)

// System is the actor of what nobody did by hand.
const System = "system"

// Entry is one line of the audit trail.
type Entry struct {
	Seq       int64             `json:"seq"`        // given by the ledger, without gaps
	RequestID int64             `json:"request_id"` // 0: belongs to no request
	At        time.Time         `json:"at"`
	Code      Code              `json:"code"`
	Actor     string            `json:"actor"` // Slack user id, or System
	Revision  int               `json:"revision"`
	From      Status            `json:"from,omitempty"`
	To        Status            `json:"to,omitempty"`
	Detail    map[string]string `json:"detail,omitempty"`
	PrevHash  string            `json:"prev_hash"` // given by the ledger
	Hash      string            `json:"hash"`      // given by the ledger
}

// The keys of Entry.Detail.
const (
	DetailReason        = "reason"         // words of a person
	DetailComment       = "comment"        // of an approver who agrees
	DetailAgain         = "again"          // reference of the request that is asked for again
	DetailRefusal       = "refusal"        // why an action was denied: a Refusal's code
	DetailAction        = "action"         // what was tried
	DetailAttempt       = "attempt"        // number of the attempt
	DetailOrderNo       = "order_no"       //
	DetailTransactionNo = "transaction_no" //
	DetailVendorStatus  = "vendor_status"  // the vendor's orderStatus
	DetailVendorCode    = "vendor_code"
	DetailVendorDetail  = "vendor_detail"
	DetailVendorRequest = "vendor_request_id"
	DetailFingerprint   = "fingerprint"
	DetailVotes         = "votes"      // "1 of 2", or "1 so far"
	DetailLost          = "lost_votes" // "U0BOB is no approver any more; …"
	DetailSelfApproval  = "self_approval"
	DetailChanges       = "changes"
	DetailRetryAt       = "retry_at"     // RFC 3339
	DetailUntil         = "until"        // RFC 3339
	DetailSummary       = "summary"      // what is asked for, in one line
	DetailPausedBy      = "paused_by"    // who paused orders: a user id, or System
	DetailAbout         = "about"        // references of the requests because of which orders are paused, separated by commas
	DetailBehind        = "behind"       // reference of the request whose order has to end first
	DetailDoubts        = "doubts"       // what people should look at, a line each
	DetailDoubtReason   = "doubt_reason" // why it should be ordered all the same
	DetailWho           = "who"          // user ids, separated by commas
	DetailPeople        = "people"       // user ids of who is told by direct message, separated by commas
	DetailUnseen        = "unseen"       // some of those can't read the channel; for its thread alone, never stored
	DetailCandidates    = "candidates"   // order numbers, separated by commas
	DetailChannel       = "channel"      // a channel's id
	DetailNext          = "next_step"    // who decides next, by the policy: ids, separated by commas
	DetailPolicy        = "policy"       // the hash of the policy file
	DetailRules         = "rules"        // how many rules it has, or which hold
	DetailWay           = "way"          // the steps to approval, in words
	DetailCount         = "count"        // how many more times it was tried, or of what
	DetailHolder        = "holder"       // renewal.Holder.Key
	DetailProduct       = "product"      // yeastar.Product.Key
	DetailAdded         = "added"        // how many are new
	DetailHost          = "host"         // of the server that gets events
	DetailDeputyOf      = "deputy_of"    // in whose place somebody acted: a user id
	DetailDated         = "dated"        // how many wait for their day
	DetailInstead       = "instead_of"   // who was the deputy before: a user id
	DetailProblem       = "problem"      // why Slack took no message, in words
	DetailExpected      = "expected"     // when a package should end by its order, where the portal shows another new date: RFC 3339
	DetailOrderOn       = "order_on"     // the day before which it is not ordered: 2027-03-03
)

// The keys of Entry.Detail about batches.
const (
	DetailBatch = "batch"             // its reference
	DetailWhole = "batch_fingerprint" // of all lines that were approved at once
	DetailLines = "lines"             // references of lines, separated by commas
	DetailHeld  = "held"              // why a batch pauses: a HoldCode
	DetailDry   = "dry_run"           // "true": no order is sent
)

// JobKind names a piece of work that follows a change.
type JobKind string

// The jobs.
const (
	SyncSlack      JobKind = "sync_slack"
	DrawHomes      JobKind = "draw_homes"
	PlaceOrder     JobKind = "place_order"
	ReconcileOrder JobKind = "reconcile_order"
	PollOrder      JobKind = "poll_order"
	Remind         JobKind = "remind"
	Expire         JobKind = "expire"
	ConfirmDate    JobKind = "confirm_date" // reads the package of an order again
	TellDigest     JobKind = "tell_digest"  // tells the digests whose time has come
	SendEvents     JobKind = "send_events"
)

// Job is work that must be done after a change was saved.
type Job struct {
	Kind      JobKind
	RequestID int64
	At        time.Time // not before
}

// Change is what an event does to a request.
type Change struct {
	Request Request
	Entry   Entry
	Jobs    []Job
	Click   string // that was refused, as Actor has it; it is not saved
}
