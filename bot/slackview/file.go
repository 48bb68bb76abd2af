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
// asked after. It says why Slack does not take it.
func (d *drawing) showFile(ctx context.Context, w wanted, name, title string, text []byte) (why string) {
	p := d.posts[w.key]
	parent := d.posts[keySummary].TS
	if p.State == ledger.PostShown || p.Tries >= maxPostTries || parent == "" || d.paused[w.channel] || !d.confidential(ctx, w) {
		return ""
	}
	ctx = w.pace(ctx)
	if p.State == ledger.PostSending {
		shared, err := d.view.api.FileShared(ctx, p.TS)
		if err != nil {
			p.Tries++
			return d.fileRefused(ctx, p, err)
		}
		if shared {
			p.State = ledger.PostShown
			d.save(ctx, p)
			return ""
		}
	}
	p = ledger.Post{RequestID: d.request, Key: w.key, Channel: w.channel, State: ledger.PostFailed, Tries: p.Tries + 1}
	id, err := d.view.api.PutFile(ctx, name, text)
	if err != nil {
		return d.fileRefused(ctx, p, err)
	}
	p.TS, p.State = id, ledger.PostSending
	if !d.save(ctx, p) {
		return ""
	}
	err = d.view.api.ShareFile(ctx, socket.SharedFile{ID: id, Title: title, Channel: w.channel, Thread: parent, Comment: w.message.Text})
	if err == nil {
		p.State = ledger.PostShown
		d.save(ctx, p)
		return ""
	}
	if refused(err) {
		p.State = ledger.PostFailed
	}
	return d.fileRefused(ctx, p, err)
}

// fileRefused comes back for a file that Slack did not take. What Slack refuses is counted, so that it is
// given up some day, and its reason is returned.
func (d *drawing) fileRefused(ctx context.Context, p ledger.Post, err error) (why string) {
	d.comeBackFor(err)
	if !refused(err) {
		return ""
	}
	p.Problem = socket.ErrorCode(err)
	d.view.log.WarnContext(ctx, "Slack does not take a file", "message", p.Key, "error", err)
	d.save(context.WithoutCancel(ctx), p)
	return p.Problem
}

// comeBackFor comes back for what Slack would not take now.
func (d *drawing) comeBackFor(err error) {
	after, kind := socket.Classify(err)
	switch {
	case kind == socket.Wait:
		d.comeBack(after)
	case refused(err):
		d.comeBack(time.Hour)
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		d.errs = append(d.errs, fmt.Errorf("post a file: %w", err))
	default:
		d.comeBack(filePause)
	}
}

// refused says whether Slack does not take a file as things are: a scope may be missing.
func refused(err error) bool {
	_, kind := socket.Classify(err)
	return kind == socket.Refused || kind == socket.Broken
}
