package reply

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"renewbot/blocks"
	"renewbot/bot/socket"
)

// Open opens a view, and tells the person when Slack refuses.
func (r *Replies) Open(ctx context.Context, p Person, trigger string, v slack.ModalViewRequest) (*slack.View, bool) {
	ctx, cancel := context.WithTimeout(ctx, r.within)
	defer cancel()
	opened, err := r.api.OpenViewContext(ctx, trigger, v)
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

// Update changes the view that has the given hash. A view that was closed is left
// alone, and so is one that was changed meanwhile, which is a conflict.
func (r *Replies) Update(ctx context.Context, viewID, hash string, v slack.ModalViewRequest) (updated *slack.View, conflict bool) {
	ctx, cancel := context.WithTimeout(socket.Patient(ctx), 10*time.Second)
	defer cancel()
	answer, err := r.api.UpdateViewContext(ctx, v, "", hash, viewID)
	switch code := socket.ErrorCode(err); {
	case err == nil && answer.ID != "":
		return &answer.View, false
	case code == "hash_conflict":
		return nil, true
	case code == "not_found":
		return nil, false
	}
	r.log.WarnContext(ctx, "a view was not updated", "callback_id", v.CallbackID, "error", err, "messages", socket.Messages(err))
	return nil, false
}
