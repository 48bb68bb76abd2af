package slackview

import (
	"context"
	"errors"
	"fmt"
	"time"

	"renewbot/bot/ledger"
	"renewbot/bot/socket"
)

// filePause is how long to wait before a file is tried again.
const filePause = 10 * time.Second

// showFile posts a file in the thread of the summary, once for ever under its key. Its upload is seen
// by nobody and may be repeated; which one was shared last is saved before it is, so that it can be
// asked after.
func (d *drawing) showFile(ctx context.Context, w wanted, name, title string, text []byte) {
	p := d.posts[w.key]
	parent := d.posts[keySummary].TS
	if p.State == ledger.PostShown || p.Tries >= maxPostTries || parent == "" || d.paused[w.channel] || !d.confidential(ctx, w) {
		return
	}
	ctx = w.pace(ctx)
	if p.State == ledger.PostSending {
		shared, err := d.view.api.FileShared(ctx, p.TS)
		if err != nil {
			d.comeBackFor(err)
			return
		}
		if shared {
			p.State = ledger.PostShown
			d.save(ctx, p)
			return
		}
	}
	id, err := d.view.api.PutFile(ctx, name, text)
	if err != nil {
		d.comeBackFor(err)
		return
	}
	p = ledger.Post{RequestID: d.request, Key: w.key, Channel: w.channel, TS: id, State: ledger.PostSending, Tries: p.Tries + 1}
	if !d.save(ctx, p) {
		return
	}
	err = d.view.api.ShareFile(ctx, socket.SharedFile{ID: id, Title: title, Channel: w.channel, Thread: parent, Comment: w.message.Text})
	if err == nil {
		p.State = ledger.PostShown
		d.save(ctx, p)
		return
	}
	if _, kind := socket.Classify(err); kind == socket.Refused {
		d.view.log.WarnContext(ctx, "Slack does not take a file", "message", w.key, "error", err)
		p.State, p.Problem = ledger.PostFailed, socket.ErrorCode(err)
		d.save(context.WithoutCancel(ctx), p)
	}
	d.comeBackFor(err)
}

// comeBackFor comes back for what Slack would not take now.
func (d *drawing) comeBackFor(err error) {
	after, kind := socket.Classify(err)
	switch {
	case kind == socket.Wait:
		d.comeBack(after)
	case kind == socket.Refused:
		d.comeBack(time.Hour)
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		d.errs = append(d.errs, fmt.Errorf("post a file: %w", err))
	default:
		d.comeBack(filePause)
	}
}
