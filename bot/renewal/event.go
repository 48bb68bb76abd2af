package renewal

import (
	"time"

	"renewbot/yeastar"
)

// Event is something that happens to a request.
type Event interface {
	// action names the event in the audit trail.
	action() string
}

// personal is an event that a person causes; whether they may is asked before it happens.
type personal interface {
	Event
	intent() Intent
}

// Shown is what a person saw when they decided: a decision about anything older is
// refused.
type Shown struct {
	Revision    int
	Fingerprint string
}

// What people do.
type (
	// Submission is the first event of a request.
	Submission struct {
		// Key tells two deliveries of one submission from two submissions.
		Key     string
		By      Actor
		Channel string
		Offer   Offer
		Note    string
		Doubts  []Doubt
		// DoubtReason is why it should be ordered all the same.
		DoubtReason string
		// Again is the request that is asked for again, or 0.
		Again int64
		// Batch, Line and Together are of the batch of which it is a line, see Request.
		Batch    int64
		Line     int
		Together []Way
		// Written is which line it is of what people wrote; 0: its Line.
		Written int
	}
	// Amend replaces what is asked for; the votes start anew.
	Amend struct {
		By          Actor
		Shown       Shown
		Offer       Offer
		Note        string
		Doubts      []Doubt
		DoubtReason string
	}
	// Approve is one approver's yes. Voters are those who said yes before, as they are now;
	// the comment may be empty.
	Approve struct {
		By      Actor
		Shown   Shown
		Voters  []Actor
		Comment string
	}
	// Reject is an approver's no.
	Reject struct {
		By     Actor
		Shown  Shown
		Reason string
	}
	// Return asks the requester for changes: nobody decides before they are made.
	Return struct {
		By     Actor
		Shown  Shown
		Reason string
	}
	// HandOver asks somebody else to decide, who is as they are now.
	HandOver struct {
		By     Actor
		Shown  Shown
		To     Actor
		Reason string
	}
	// Cancel withdraws a pending request, or stops an approved one before it is sent.
	Cancel struct{ By Actor }
	// Retry sends a refused request to the vendor again, or asks the approvers anew.
	Retry struct {
		By    Actor
		Shown Shown
	}
	// Close ends a refused request.
	Close struct{ By Actor }
	// SettlePlaced says that an order of unknown fate was placed. The number was
	// checked with the vendor before.
	SettlePlaced struct {
		By      Actor
		Attempt int
		Order   yeastar.OrderResult
		// Differs is what differs from what was sent, and was confirmed.
		Differs []string
	}
	// SettleNotPlaced says that an order of unknown fate was not placed.
	SettleNotPlaced struct {
		By      Actor
		Attempt int
		Reason  string
	}
)

// What the clock and the workers do.
type (
	// Expiry ends a request that nobody decided.
	Expiry struct{}
	// Reminder says that those for whom the request waits are to be reminded.
	Reminder struct {
		Who  []string // user ids
		Last bool     // the call before the request times out
		Next time.Time
		// HandedLeft is whom an approver has asked to decide and who can't any more; empty: nobody.
		HandedLeft string
		// HandedAway is whom an approver has asked and who is not waited for now; empty: nobody.
		HandedAway string
	}
	// Escalate says that a step has waited for too long.
	Escalate struct {
		People []string // those who are told, the members of groups among them; nobody else can be
	}
	// Changed says that what is known now differs from what was approved.
	Changed struct {
		Offer  Offer
		Doubts []Doubt
	}
	// Recount says who the voters of an approved request are now, before it is ordered.
	Recount struct{ Voters []Actor }
	// Restored says that the request comes from a backup: whether somebody approved it
	// after the backup, and whether it was ordered then, is not known here.
	Restored struct{}
	// Gone says that what was approved cannot be ordered any more.
	Gone struct{ Detail string }
	// Waiting says that what was approved cannot be ordered at present: the vendor's
	// look-ups fail, and are tried again until then; or the order of another request, of the
	// same holder and product, is under way; or orders are paused, or a dry run holds them.
	Waiting struct {
		Detail string
		Until  time.Time
		Behind int64 // the other request, or 0
		// Private says that not everybody who reads this request may know of that one.
		Private bool
		Paused  Pause // why orders wait at present, or the zero Pause
		DryRun  bool  // this process makes a dry run, and the request is a real one
	}
	// Moved says that Slack gave the request's channel another id.
	Moved struct{ From, To string }
	// DryRunDone ends an approved request whose order is not to be sent.
	DryRunDone struct{}
	// Begin writes an attempt down. Nothing is sent before it is saved. Its deadline is a
	// Budget after the time of this very change, and not after one that somebody read before
	// and by another clock.
	Begin struct{ Budget time.Duration }
	// Answered is the vendor's answer to an attempt.
	Answered struct {
		Attempt int
		Order   yeastar.OrderResult
	}
	// Failed is an attempt's end without an order number.
	Failed struct {
		Attempt int
		Problem Problem
	}
	// DeadlinePassed says that an attempt has no outcome and its time is up.
	DeadlinePassed struct{ Attempt int }
	// Found says that the order of a lost attempt is in the vendor's list.
	Found struct {
		Attempt int
		Order   yeastar.OrderResult
	}
	// Searched says that the order of a lost attempt was looked for in all of the
	// vendor's list and not found for certain.
	Searched struct {
		Attempt    int
		Candidates []string
	}
	// Unsearched says that the vendor's order list, in which the order of a lost attempt
	// would be, cannot be read.
	Unsearched struct {
		Attempt int
		Detail  string
	}
	// Polled is what the vendor says of an order that it had not finished.
	Polled struct{ Order yeastar.OrderResult }
	// DateRead is when the package of an order ends by what the portal tells now; zero: it
	// does not tell.
	DateRead struct{ Ends time.Time }
)

func (e Amend) intent() Intent   { return Intent{Action: ActionAmend, By: e.By, Shown: e.Shown} }
func (e Approve) intent() Intent { return Intent{Action: ActionApprove, By: e.By, Shown: e.Shown} }
func (e Reject) intent() Intent  { return Intent{Action: ActionReject, By: e.By, Shown: e.Shown} }
func (e Return) intent() Intent  { return Intent{Action: ActionReturn, By: e.By, Shown: e.Shown} }
func (e HandOver) intent() Intent {
	return Intent{Action: ActionHandOver, By: e.By, Shown: e.Shown}
}
func (e Cancel) intent() Intent { return Intent{Action: ActionCancel, By: e.By} }
func (e Retry) intent() Intent  { return Intent{Action: ActionRetry, By: e.By, Shown: e.Shown} }
func (e Close) intent() Intent  { return Intent{Action: ActionClose, By: e.By} }

func (e SettlePlaced) intent() Intent {
	return Intent{Action: ActionSettlePlaced, By: e.By, Attempt: e.Attempt}
}

func (e SettleNotPlaced) intent() Intent {
	return Intent{Action: ActionSettleNotPlaced, By: e.By, Attempt: e.Attempt}
}

func (Submission) action() string        { return "submit" }
func (e Amend) action() string           { return string(e.intent().Action) }
func (e Approve) action() string         { return string(e.intent().Action) }
func (e Reject) action() string          { return string(e.intent().Action) }
func (e Return) action() string          { return string(e.intent().Action) }
func (e HandOver) action() string        { return string(e.intent().Action) }
func (e Cancel) action() string          { return string(e.intent().Action) }
func (e Retry) action() string           { return string(e.intent().Action) }
func (e Close) action() string           { return string(e.intent().Action) }
func (e SettlePlaced) action() string    { return string(e.intent().Action) }
func (e SettleNotPlaced) action() string { return string(e.intent().Action) }
func (Expiry) action() string            { return "expire" }
func (Reminder) action() string          { return "remind" }
func (Escalate) action() string          { return "escalate" }
func (Changed) action() string           { return "changed" }
func (Recount) action() string           { return "recount" }
func (Restored) action() string          { return "restored" }
func (Gone) action() string              { return "gone" }
func (Waiting) action() string           { return "waiting" }
func (Moved) action() string             { return "moved" }
func (DryRunDone) action() string        { return "dry_run" }
func (Begin) action() string             { return "begin" }
func (Answered) action() string          { return "answered" }
func (Failed) action() string            { return "failed" }
func (DeadlinePassed) action() string    { return "deadline" }
func (Found) action() string             { return "found" }
func (Searched) action() string          { return "searched" }
func (Unsearched) action() string        { return "unsearched" }
func (Polled) action() string            { return "polled" }
func (DateRead) action() string          { return "date_read" }
