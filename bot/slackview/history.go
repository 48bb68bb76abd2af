package slackview

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"strconv"
	"strings"
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

// AuditChannel reads a channel's audit lines from Slack, at the pace that Slack allows:
// about 20,000 messages a minute. It needs nothing but the bot token and the address of
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
	cursor, messages := "", 0
	for {
		page, err := h.page(ctx, cursor)
		if err != nil {
			return err
		}
		var posts []audit.Post
		for _, m := range page.Messages {
			if p, ok := auditPost(m, self); ok {
				posts = append(posts, p)
			}
		}
		if err := f(posts); err != nil {
			return err
		}
		if messages += len(page.Messages); messages%(20*historyPage) == 0 && messages > 0 {
			h.log.InfoContext(ctx, "reading the audit channel", "messages", messages)
		}
		if cursor = page.ResponseMetaData.NextCursor; cursor == "" {
			return nil
		}
	}
}

// page reads a page of the channel, and waits when Slack says so.
func (h history) page(ctx context.Context, cursor string) (*slack.GetConversationHistoryResponse, error) {
	for try := 1; ; try++ {
		page, err := h.api.GetConversationHistoryContext(socket.Patient(socket.Later(ctx)), &slack.GetConversationHistoryParameters{
			ChannelID: h.channel, Limit: historyPage, Cursor: cursor, IncludeAllMetadata: true,
		})
		if err == nil {
			return page, nil
		}
		wait, kind := socket.Classify(err)
		switch {
		case kind == socket.Wait:
			try = 0 // it is not a failure
		case kind == socket.Unclear && try < historyTries && ctx.Err() == nil:
			wait = time.Duration(try) * time.Second
		default:
			return nil, fmt.Errorf("conversations.history: %w%s", err, historyHint(err))
		}
		select {
		case <-ctx.Done():
			return nil, errors.Join(ctx.Err(), err)
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
var auditEnd = regexp.MustCompile(`(?:^|\n)#(\d{1,18}) · ([0-9a-f]{8})$`)

// auditPost reads a message of the audit channel; ok is false when it is no audit line.
func auditPost(m slack.Message, self *slack.AuthTestResponse) (p audit.Post, ok bool) {
	p = audit.Post{TS: m.Timestamp, Edited: m.Edited != nil}
	p.Ours = m.User == self.UserID || (self.BotID != "" && m.BotID == self.BotID)
	text := auditEnd.FindStringSubmatch(strings.TrimSpace(m.Text))
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
