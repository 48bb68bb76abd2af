package renewal

import "fmt"

// Refusal is the error of an event that may not happen. It changes nothing but the
// audit trail, and its Sentence is for the person who tried.
type Refusal struct {
	Code     string
	Sentence Sentence
}

func (r *Refusal) Error() string { return r.Code + ": " + r.Sentence.String() }

// refuse is a refusal in words alone.
func refuse(code, format string, args ...any) *Refusal {
	return &Refusal{code, Say(fmt.Sprintf(format, args...))}
}

// The codes of refusals.
const (
	RefusedNotAllowed   = "not_allowed"
	RefusedSelfApproval = "self_approval"
	RefusedVotedBefore  = "voted_before"
	RefusedStale        = "stale" // the request was changed since the button was drawn
	RefusedStatus       = "wrong_status"
	RefusedNoReason     = "reason_missing"
	RefusedOffer        = "offer_invalid"
	RefusedTooEarly     = "too_early"
	RefusedAttempt      = "wrong_attempt"
)
