package slackview

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"renewbot/bot/audit"
	"renewbot/bot/socket"
)

const (
	// historyPage is how many messages are read at once; Slack allows 999.
	historyPage = 500
	// historyTries is how often a page is asked for that does not come.
	historyTries = 5
)

// AuditChannel reads a channel's audit lines from Slack, those in threads, too, at the pace that
// Slack allows: about 20,000 messages or 50 threads a minute. It needs nothing but the bot token and the address of
// Slack's Web API.
func AuditChannel(c socket.Credentials, channel string, log *slog.Logger) audit.Channel {
	api := socket.NewWebAPI(socket.APIOptions{Credentials: c, OpenGap: time.Second, Log: log})
	h := history{api: api, channel: channel, log: log}
	return h.read
}

type history struct {
	api     *socket.WebAPI
	channel string
	log     *slog.Logger
}

func (h history) read(ctx context.Context, f func([]audit.Post) error) error {
	self, err := h.api.AuthTestContext(ctx)
	if err != nil {
		return fmt.Errorf("auth.test: %w", err)
	}
	threads := 0
	tell := func(list []slack.Message) error { return f(auditPosts(list, self)) }
	return h.pages(ctx, "", func(list []slack.Message) error {
		if err := tell(list); err != nil {
			return err
		}
		for _, m := range list {
			if m.ReplyCount == 0 {
				continue
			}
			if threads++; threads%500 == 0 {
				h.log.InfoContext(ctx, "reading the audit channel", "threads", threads)
			}
			if err := h.pages(ctx, m.Timestamp, tell); err != nil && socket.ErrorCode(err) != "thread_not_found" { // it was deleted meanwhile
				return err
			}
		}
		return nil
	})
}

// pages reads the channel, or the replies of a thread in it, page by page.
func (h history) pages(ctx context.Context, thread string, f func([]slack.Message) error) error {
	cursor := ""
	for {
		list, next, err := h.page(ctx, thread, cursor)
		if err != nil {
			return err
		}
		// The first message of a thread is no reply, and a reply that the channel shows, too, comes
		// with its thread.
		list = slices.DeleteFunc(list, func(m slack.Message) bool {
			reply := m.ThreadTimestamp != "" && m.ThreadTimestamp != m.Timestamp
			return reply != (thread != "")
		})
		if err := f(list); err != nil {
			return err
		}
		if cursor = next; cursor == "" {
			return nil
		}
	}
}

// page reads a page of the channel or of a thread in it, and waits when Slack says so.
func (h history) page(ctx context.Context, thread, cursor string) (list []slack.Message, next string, err error) {
	for try := 1; ; try++ {
		method := "conversations.history"
		ctx := socket.Patient(socket.Later(ctx))
		if thread == "" {
			var page *slack.GetConversationHistoryResponse
			page, err = h.api.GetConversationHistoryContext(ctx, &slack.GetConversationHistoryParameters{
				ChannelID: h.channel, Limit: historyPage, Cursor: cursor, IncludeAllMetadata: true,
			})
			if err == nil {
				return page.Messages, page.ResponseMetaData.NextCursor, nil
			}
		} else {
			method = "conversations.replies"
			list, _, next, err = h.api.GetConversationRepliesContext(ctx, &slack.GetConversationRepliesParameters{
				ChannelID: h.channel, Timestamp: thread, Limit: historyPage, Cursor: cursor, IncludeAllMetadata: true,
			})
			if err == nil {
				return list, next, nil
			}
		}
		wait, kind := socket.Classify(err)
		switch {
		case kind == socket.Wait:
			try = 0 // it is not a failure
		case kind == socket.Unclear && try < historyTries && ctx.Err() == nil:
			wait = time.Duration(try) * time.Second
		default:
			return nil, "", fmt.Errorf("%s: %w%s", method, err, historyHint(err))
		}
		select {
		case <-ctx.Done():
			return nil, "", errors.Join(ctx.Err(), err)
		case <-time.After(wait):
		}
	}
}

// historyHint says what to do about Slack's refusal.
func historyHint(err error) string {
	switch socket.ErrorCode(err) {
	case "channel_not_found", "not_in_channel":
		return ": invite the bot to the channel, and check RENEW_AUDIT_CHANNEL"
	case "missing_scope":
		return ": the app needs channels:history, and groups:history for a private channel"
	}
	return ""
}

// auditEnd is how an audit line ends (see blocks.AuditMark).
var auditEnd = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?:^|\n)#(\d{1,18}) · ([0-9a-f]{8})$`) })

// auditPosts are the audit lines among messages.
func auditPosts(list []slack.Message, self *slack.AuthTestResponse) (posts []audit.Post) {
	for _, m := range list {
		if p, ok := auditPost(m, self); ok {
			posts = append(posts, p)
		}
	}
	return posts
}

// auditPost reads a message of the audit channel; ok is false when it is no audit line.
func auditPost(m slack.Message, self *slack.AuthTestResponse) (p audit.Post, ok bool) {
	p = audit.Post{TS: m.Timestamp, Edited: m.Edited != nil}
	p.Ours = m.User == self.UserID || (self.BotID != "" && m.BotID == self.BotID)
	text := auditEnd().FindStringSubmatch(strings.TrimSpace(m.Text))
	key, _ := m.Metadata.EventPayload["key"].(string)
	seq, line := strings.CutPrefix(key, keyAudit)
	switch {
	case p.Ours && line && m.Metadata.EventType == metadataType:
	case text != nil:
		seq = text[1]
	default:
		return p, false
	}
	var err error
	if p.Seq, err = strconv.ParseInt(seq, 10, 64); err != nil {
		return p, false
	}
	if text == nil || text[1] != seq {
		return p, true // what people see is not this entry's line
	}
	p.Hash = text[2]
	// The metadata have the whole hash.
	if whole, _ := m.Metadata.EventPayload["hash"].(string); p.Ours && whole != "" {
		p.Edited = p.Edited || !strings.HasPrefix(whole, p.Hash)
		p.Hash = whole
	}
	return p, true
}
