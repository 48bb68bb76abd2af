package batch

import (
	"context"
	"errors"
	"time"

	"github.com/slack-go/slack"

	"renewbot/blocks"
	"renewbot/bot/directory"
	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
	"renewbot/bot/reply"
	"renewbot/bot/socket"
)

// sendTimeout bounds the sending of a file.
const sendTimeout = time.Minute

// kept is a form whose lines do not all fit into it, with the file that has them.
type kept struct {
	Form blocks.BatchFormData
	File string
}

// keptKey names what is kept of a form: nobody but who opened it can ask for it.
func keptKey(userID, form string) string { return userID + "/" + form + "/file" }

// keep keeps the file of a form for who may ask for it. What cannot be kept is not offered.
func (v *View) keep(ctx context.Context, w reply.Person, f *blocks.BatchFormData, file string) {
	if file == "" {
		return
	}
	if err := v.ledger.SaveBatchDraft(ctx, keptKey(w.ID, f.Key), kept{*f, file}); err != nil {
		v.log.WarnContext(ctx, "a form offers no file of its lines", "error", err)
		f.File = blocks.BatchFile{}
	}
}

// fileAsked sends the file of a form to who asks for it, by direct message, and says in the form what
// became of it.
func (v *View) fileAsked(ctx context.Context, w reply.Person, ic slack.InteractionCallback, form string) {
	if a := v.directory.Actor(ctx, w.ID, directory.RequestAge); !a.MayRequest {
		v.deny(ctx, w, "batch", renewal.NotAllowed(a, renewal.Text("You may not request renewals.")))
		return
	}
	var k kept
	err := v.ledger.BatchDraft(ctx, keptKey(w.ID, form), &k)
	switch {
	case errors.Is(err, ledger.ErrNotFound):
		v.reply.Say(ctx, w, "I do not have the file of this form any more. Nothing was ordered. Please open it again, with /renew batch.")
		return
	case err != nil:
		v.reply.Sorry(ctx, w, "read the file of this form", err)
		return
	}
	w.Env.Ack(nil)
	if v.ledger.RefusedBefore(w.Trigger) {
		return // this very click sends it already
	}
	v.tasks.Start(func(ctx context.Context) {
		f := k.Form
		f.File.Sending = true
		v.reply.Update(ctx, ic.View.ID, "", blocks.BatchForm(f)) // no second press
		f.File.Sending = false
		if err := v.send(ctx, w.ID, f, []byte(k.File)); err != nil {
			v.log.WarnContext(ctx, "the file of a form was not sent", "error", err)
			f.File.Failed, f.File.Why = true, socket.ErrorCode(err)
		} else {
			f.File.Sent = true
		}
		if drawn, _ := v.reply.Update(ctx, ic.View.ID, "", blocks.BatchForm(f)); drawn == nil && f.File.Failed {
			v.reply.Tell(ctx, w, blocks.BatchFileFailed(f))
		}
	})
}

// send sends somebody a file by direct message.
func (v *View) send(ctx context.Context, userID string, f blocks.BatchFormData, file []byte) error {
	ctx, cancel := context.WithTimeout(socket.Patient(ctx), sendTimeout)
	defer cancel()
	im, _, _, err := v.api.OpenConversationContext(ctx, &slack.OpenConversationParameters{Users: []string{userID}})
	if err != nil {
		return err
	}
	id, err := v.api.PutFile(ctx, f.FileName(), file)
	if err != nil {
		return err
	}
	err = v.api.ShareFile(ctx, socket.SharedFile{ID: id, Title: f.FileName(), Channel: im.ID, Comment: blocks.BatchFileSent(f).Text})
	if _, kind := socket.Classify(err); err != nil && kind == socket.Unclear {
		if shared, asked := v.api.FileShared(ctx, id); asked == nil && shared {
			return nil
		}
	}
	return err
}
