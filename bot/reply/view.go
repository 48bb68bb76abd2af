package reply

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"renewbot/blocks"
	"renewbot/bot/socket"
)

// Open opens a view, and tells the person when Slack refuses. One that lies upon the page of a list has its name as its
// external id, by which the page is found when the view is submitted.
func (r *Replies) Open(ctx context.Context, p Person, trigger string, v slack.ModalViewRequest) (*slack.View, bool) {
	ctx, cancel := context.WithTimeout(ctx, r.within)
	defer cancel()
	open := r.api.OpenViewContext
	if p.Under != "" {
		open, v.ExternalID = r.api.PushViewContext, p.Under+" "+rand.Text()
	}
	opened, err := open(ctx, trigger, v)
	if err == nil && opened.ID != "" {
		r.opened(trigger)
		return &opened.View, true
	}
	if usedBefore(err) {
		return nil, false // the same click came twice, and the first one opened it
	}
	r.log.WarnContext(ctx, "a view was not opened", "callback_id", v.CallbackID, "error", err, "messages", socket.Messages(err))
	p.Command = false // the ack may be gone already, and an ack with a text is not seen beside a view
	r.Tell(ctx, p, blocks.Reopen("Slack did not open the form in time. Nothing was ordered."))
	return nil, false
}

// usedBefore says whether Slack refused a trigger because it has opened something already.
func usedBefore(err error) bool {
	return strings.Contains(socket.ErrorCode(err), "exchanged") ||
		slices.ContainsFunc(socket.Messages(err), func(m string) bool { return strings.Contains(m, "exchanged") })
}

// End is how the updating of a view ended.
type End int

// The ends.
const (
	Updated  End = iota
	Conflict     // it was changed meanwhile, perhaps by an update whose answer was lost
	Closed       // by whoever had it open
	Failed       // Slack does not take it, or did not answer
)

const (
	// updateTries is how often the update of a view is tried to which Slack does not answer: with its
	// hash it is made once at most.
	updateTries = 3
	// updateRest is how long to wait before the next one.
	updateRest = 500 * time.Millisecond
	// updateTimeout bounds each.
	updateTimeout = 10 * time.Second
)

// Update changes the view that has the given hash. A view that was closed is left alone, and so is one that
// was changed meanwhile.
func (r *Replies) Update(ctx context.Context, viewID, hash string, v slack.ModalViewRequest) (*slack.View, End) {
	for try := 1; ; try++ {
		updated, end, after, err := r.update(ctx, viewID, hash, v)
		if end != Failed {
			return updated, end
		}
		r.log.WarnContext(ctx, "a view was not updated", "callback_id", v.CallbackID, "error", err, "messages", socket.Messages(err))
		if after == 0 || try == updateTries {
			return nil, Failed
		}
		select {
		case <-time.After(after):
		case <-ctx.Done():
			return nil, Failed
		}
	}
}

// update is one try of Update, and after how long another one may do better; 0: none does.
func (r *Replies) update(ctx context.Context, viewID, hash string, v slack.ModalViewRequest) (*slack.View, End, time.Duration, error) {
	ctx, cancel := context.WithTimeout(socket.Patient(ctx), updateTimeout)
	defer cancel()
	answer, err := r.api.UpdateViewContext(ctx, v, "", hash, viewID)
	switch code := socket.ErrorCode(err); {
	case err == nil && answer.ID != "":
		return &answer.View, Updated, 0, nil
	case code == "hash_conflict":
		return nil, Conflict, 0, nil
	case code == "not_found":
		return nil, Closed, 0, nil
	}
	switch after, kind := socket.Classify(err); kind {
	case socket.Wait, socket.Unclear:
		return nil, Failed, max(after, updateRest), err
	default:
		return nil, Failed, 0, err
	}
}
