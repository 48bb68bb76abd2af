package renewal

import (
	"errors"
	"fmt"
)

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
	RefusedSettled      = "settled_before"
	RefusedStale        = "stale" // the request was changed since the button was drawn
	RefusedStatus       = "wrong_status"
	RefusedNoReason     = "reason_missing"
	RefusedOffer        = "offer_invalid"
	RefusedTooEarly     = "too_early"
	RefusedUnchanged    = "unchanged" // a change that changes nothing
	RefusedAttempt      = "wrong_attempt"
	RefusedStep         = "not_this_step" // by the policy others decide now
	RefusedNeeded       = "needed_later"  // a deputy has to approve a later step themselves
	RefusedCap          = "cap"           // more than the policy allows
	RefusedPaused       = "paused"        // no order is sent at present
	RefusedDeputy       = "deputy"        // nobody can be this deputy, or for so long
	RefusedHandOver     = "hand_over"     // who was to be asked may not decide
	RefusedBatch        = "batch"         // it is decided with the other lines of its batch
	RefusedTurn         = "turn"          // another line of its batch is ordered first
	RefusedUnderWay     = "under_way"     // another order of the same holder and product is
	RefusedUnexplained  = "unexplained"   // nobody has said why something serious should be ordered all the same
)

// IgnoreRefusal is err unless that is a refusal: a job's event that is refused is not
// needed any more.
func IgnoreRefusal(err error) error {
	var refusal *Refusal
	if errors.As(err, &refusal) {
		return nil
	}
	return err
}

// RefusedFor says whether err is a refusal with a code.
func RefusedFor(err error, code string) bool {
	var refusal *Refusal
	return errors.As(err, &refusal) && refusal.Code == code
}
