package renewal

import (
	"fmt"
	"slices"
	"time"
)

// Action is what a person can do with a request, by its name in the audit trail.
type Action string

// The actions of people.
const (
	ActionAmend           Action = "amend"
	ActionApprove         Action = "approve"
	ActionReject          Action = "reject"
	ActionReturn          Action = "return"
	ActionHandOver        Action = "hand_over"
	ActionCancel          Action = "cancel"
	ActionRetry           Action = "retry"
	ActionClose           Action = "close"
	ActionSettlePlaced    Action = "settle_placed"
	ActionSettleNotPlaced Action = "settle_not_placed"
	ActionAskAgain        Action = "ask_again"
	ActionGoOn            Action = "go_on" // with the batch of which it is a line
)

// Intent is what a person wants to do with a request, before they have said everything
// that it takes.
type Intent struct {
	Action  Action
	By      Actor
	Shown   Shown  // what they saw; for actions that are about a revision
	Attempt int    // which attempt they speak of; for settling
	batch   string // what they saw of the whole batch; empty: it is about the line alone
}

// rule says when an action is possible and for whom.
type rule struct {
	in      []Status
	verb    string // what people call it
	who     func(r Request, in Intent, verb string, p Policy) *Refusal
	seen    bool // it is about the revision that the person saw
	attempt bool // it is about the attempt that the person speaks of
}

var rules = map[Action]rule{
	ActionAmend:           {in: []Status{Pending, Returned, Approved}, verb: "change", who: activeRequester, seen: true},
	ActionApprove:         {in: []Status{Pending}, verb: "approve", who: onlyApprover, seen: true},
	ActionReject:          {in: []Status{Pending}, verb: "reject", who: onlyApprover, seen: true},
	ActionReturn:          {in: []Status{Pending}, verb: "return", who: onlyApprover, seen: true},
	ActionHandOver:        {in: []Status{Pending}, verb: "hand over", who: onlyApprover, seen: true},
	ActionCancel:          {in: []Status{Pending, Returned, Approved}, verb: "cancel", who: whoCancels},
	ActionRetry:           {in: []Status{Refused}, verb: "retry", who: onlyApprover, seen: true},
	ActionClose:           {in: []Status{Refused}, verb: "close", who: requesterOrApprover},
	ActionSettlePlaced:    {in: []Status{Unknown}, verb: "settle", who: anyApprover, attempt: true},
	ActionSettleNotPlaced: {in: []Status{Unknown}, verb: "settle", who: anyApprover, attempt: true},
	ActionGoOn:            {in: Statuses(), verb: "go on with", who: onlyApprover},
	ActionAskAgain:        {in: []Status{Rejected, Cancelled, Expired}, verb: "ask again for", who: anyRequester},
}

// May says why a person may not do something with a request now, by themselves or as a
// deputy, or nil. It is the only place that knows: the events of people ask it, and so do
// buttons, lists and reminders.
func (r Request) May(in Intent, now time.Time, p Policy) *Refusal {
	_, refusal := r.capacity(in, now, p)
	return refusal
}

// may is May for what somebody may in one place: their own, or that of whose deputy they are.
func (r Request) may(in Intent, now time.Time, p Policy) *Refusal {
	rule, known := rules[in.Action]
	if !known {
		return refuse(RefusedNotAllowed, "Nobody can %s %s.", in.Action, r.Reference())
	}
	if refusal := r.expect(rule.in...); refusal != nil {
		return refusal
	}
	if refusal := r.divided(in); refusal != nil {
		return refusal
	}
	if refusal := rule.who(r, in, rule.verb, p); refusal != nil {
		return refusal
	}
	if rule.seen && in.Shown != r.Shown() {
		return outdated(r.Reference())
	}
	if rule.attempt {
		return r.openAttempt(in.Attempt)
	}
	switch in.Action {
	case ActionAmend:
		if r.Status == Approved && !(r.WaitsForDay() && r.TooEarly(now)) { // it is about to be ordered
			return r.expect(Pending, Returned)
		}
	case ActionApprove:
		return r.takesVote(in.By, now, p)
	case ActionReject, ActionReturn:
		votes, _ := inPerson(r.Votes, in.By) // who may decide instead of their deputy may say no, too
		return r.atStep(in.By, votes, p)
	case ActionHandOver:
		return r.ofSteps(in.By, rule.verb, p)
	case ActionRetry:
		if refusal := r.ofSteps(in.By, rule.verb, p); refusal != nil {
			return refusal
		}
		if refusal := r.settledAlone(in.By, p); refusal != nil {
			return refusal
		}
		if a, ok := r.Attempt(); ok && a.Outcome != NotPlaced {
			return &Refusal{RefusedStatus, Sentence{State{r}}}
		}
	}
	return nil
}

// WaitsFor says whether a request waits for what this person decides, or changes.
func (r Request) WaitsFor(a Actor, now time.Time, p Policy) bool {
	in := Intent{By: a, Shown: r.Shown(), Attempt: len(r.Attempts)}
	switch r.Status {
	case Pending:
		if r.represented(a, now, p) {
			return false
		}
		in.Action = ActionApprove
	case Returned:
		in.Action = ActionAmend
	case Refused:
		in.Action = ActionRetry
	case Unknown:
		in.Action = ActionSettlePlaced
	default:
		return false
	}
	return r.May(in, now, p) == nil
}

// Undecided lists the states in which a request waits for an approver's decision.
func Undecided() []Status { return []Status{Pending, Refused, Unknown} }

// Shown is what a person sees who looks at the request as it is.
func (r Request) Shown() Shown { return Shown{Revision: r.Revision, Fingerprint: r.Fingerprint} }

// expect refuses when the request is in none of the wanted states.
func (r Request) expect(wanted ...Status) *Refusal {
	if slices.Contains(wanted, r.Status) {
		return nil
	}
	return &Refusal{RefusedStatus, Sentence{State{r}}}
}

// askedBy says whether a person asked for the request as it is, or may have.
func (r Request) askedBy(a Actor) bool { return a.mayBe(r.Requester) || a.mayBe(r.AmendedBy) }

// anyApprover refuses everybody who is no approver.
func anyApprover(r Request, in Intent, verb string, p Policy) *Refusal {
	if in.By.MayApprove || r.named(in.By, p) {
		return nil
	}
	return NotAllowed(in.By, Text(fmt.Sprintf("Only approvers can %s %s.", verb, r.Reference())))
}

// onlyApprover refuses everybody who is no approver, and who asked for it themselves.
func onlyApprover(r Request, in Intent, verb string, p Policy) *Refusal {
	if refusal := anyApprover(r, in, verb, p); refusal != nil {
		return refusal
	}
	if r.selfCounts(p) || !r.askedBy(in.By) {
		return nil
	}
	if !in.By.is(r.Requester) && !in.By.is(r.AmendedBy) {
		return refuse(RefusedNotAllowed, "Slack did not tell me whether it was you who asked for %s, so I can't let you %s it. "+
			"Please try again in a moment. Nothing was ordered.", r.Reference(), verb)
	}
	switch in.Action {
	case ActionReject:
		return refuse(RefusedSelfApproval,
			"You asked for %s yourself: cancel it instead of rejecting it. Nothing was ordered.", r.Reference())
	case ActionReturn:
		return refuse(RefusedSelfApproval,
			"You asked for %s yourself: change it instead of returning it. Nothing was ordered.", r.Reference())
	}
	return refuse(RefusedSelfApproval,
		"You asked for %s yourself, so somebody else has to %s it. Nothing was ordered.", r.Reference(), verb)
}

// onlyRequester refuses everybody but who asked for it.
func onlyRequester(r Request, in Intent, verb string, _ Policy) *Refusal {
	if in.By.is(r.Requester) {
		return nil
	}
	return NotAllowed(Actor{}, requesterOnly(r, verb)...)
}

// whoCancels refuses everybody but who asked for it, and lets approvers stop what is
// approved.
func whoCancels(r Request, in Intent, verb string, p Policy) *Refusal {
	if r.Status == Approved {
		return requesterOrApprover(r, in, verb, p)
	}
	return onlyRequester(r, in, verb, p)
}

// activeRequester refuses everybody but who asked for it and may still ask.
func activeRequester(r Request, in Intent, verb string, _ Policy) *Refusal {
	if in.By.is(r.Requester) && in.By.MayRequest {
		return nil
	}
	return NotAllowed(in.By, requesterOnly(r, verb)...)
}

// anyRequester refuses everybody who may not request renewals.
func anyRequester(_ Request, in Intent, _ string, _ Policy) *Refusal {
	if in.By.MayRequest {
		return nil
	}
	return MayNotRequest(in.By)
}

func requesterOnly(r Request, verb string) Sentence {
	return Sentence{Text("Only "), ID(r.Requester), Text(fmt.Sprintf(", who asked for it, can %s %s.", verb, r.Reference()))}
}

// requesterOrApprover refuses everybody who neither asked for it nor is an approver.
func requesterOrApprover(r Request, in Intent, verb string, p Policy) *Refusal {
	if in.By.MayApprove || in.By.is(r.Requester) || r.named(in.By, p) {
		return nil
	}
	return NotAllowed(in.By, Text(fmt.Sprintf("Only the requester or an approver can %s %s.", verb, r.Reference())))
}

// openAttempt refuses an attempt that cannot get an outcome any more.
func (r Request) openAttempt(number int) *Refusal {
	if number != len(r.Attempts) || number == 0 {
		return refuse(RefusedAttempt, "%s: attempt %d is not the present one.", r.Reference(), number)
	}
	if outcome := r.Attempts[number-1].Outcome; outcome != "" && outcome != Lost {
		return refuse(RefusedAttempt, "%s: attempt %d is settled already.", r.Reference(), number)
	}
	return nil
}

// outdated refuses a click on a card of an earlier revision.
func outdated(reference string) *Refusal {
	return refuse(RefusedStale,
		"%s was changed since this card was drawn, so your click did nothing. Please look at the present card and decide again.", reference)
}

// MayNotRequest is the refusal of somebody who may not ask for renewals.
func MayNotRequest(a Actor) *Refusal { return NotAllowed(a, Text("You may not request renewals.")) }

// MayNotSee is the refusal of somebody who asks for what is not for their eyes, by the number that
// they have named.
func MayNotSee(reference string) *Refusal {
	return refuse(RefusedNotAllowed, "%s belongs to a private channel that you are not in. Nothing was changed or ordered.", reference)
}

// NothingLinked is the refusal of somebody whose link is of no request, or of one that is not for their
// eyes, which must not differ.
func NothingLinked() *Refusal {
	return refuse(RefusedNotAllowed, "That link is of no request that you may see. Type a request's number, such as %s. Nothing was changed or ordered.", Reference(123))
}

// NotAllowed is the refusal of somebody who may not, with why if Slack or the
// configuration told it.
func NotAllowed(a Actor, fallback ...Part) *Refusal {
	sentence := Sentence(fallback)
	if a.Denied != "" {
		sentence = Say(a.Denied)
	}
	return &Refusal{RefusedNotAllowed, append(sentence, Text(" Nothing was ordered."))}
}
