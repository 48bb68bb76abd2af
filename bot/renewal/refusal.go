package renewal

// Refusal is the error of an event that may not happen. It changes nothing but the
// audit trail, and its Sentence is for the person who tried.
type Refusal struct {
	Code     string
	Sentence string
}

func (r *Refusal) Error() string { return r.Code + ": " + r.Sentence }

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
	RefusedUnderWay     = "under_way" // another order of the same holder and product is
)
