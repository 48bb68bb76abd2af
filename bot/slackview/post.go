package slackview

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/slack-go/slack"

	"renewbot/blocks"
	"renewbot/bot/directory"
	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
	"renewbot/bot/socket"
)

// metadataType names our messages' metadata, by which a message whose posting was not
// confirmed is found again.
const metadataType = "renewbot_message"

// clockSkew is by how much Slack's clock and ours may differ.
const clockSkew = 5 * time.Minute

func content(m blocks.Message) []slack.MsgOption {
	return []slack.MsgOption{
		slack.MsgOptionText(m.Text, false), // escaped already
		slack.MsgOptionBlocks(m.Blocks...),
	}
}

// postMessage sends one message. Its error may mean that the message was posted all
// the same.
func (v *View) postMessage(ctx context.Context, w wanted, parent string, request int64) (channel, ts string, err error) {
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	payload := map[string]any{"request": renewal.Reference(request), "key": w.key}
	if w.hash != "" {
		payload["hash"] = w.hash
	}
	options := append(content(w.message),
		slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl(),
		slack.MsgOptionMetadata(slack.SlackMetadata{EventType: metadataType, EventPayload: payload}))
	if w.under != "" {
		options = append(options, slack.MsgOptionTS(parent))
	}
	if w.broadcast {
		options = append(options, slack.MsgOptionBroadcast())
	}
	channel, ts, posted, err := v.api.PostMessageWithResponseContext(ctx, w.channel, options...)
	switch {
	case err != nil:
		return "", "", fmt.Errorf("chat.postMessage: %w", err)
	case ts == "":
		return "", "", errors.New("slack confirmed a message without naming it")
	case w.under != "" && posted.ThreadTimestamp != parent:
		// Slack posts a reply to a deleted message into the channel.
		if _, _, err := v.api.DeleteMessageContext(socket.Patient(ctx), channel, ts); err != nil {
			v.log.WarnContext(ctx, "a stray message was not removed", "error", err)
		}
		return "", "", errParentGone
	}
	return channel, ts, nil
}

// errParentGone says that a thread's first message was deleted.
var errParentGone = errors.New("the message of the thread was deleted")

// place is where a message is; ts is empty when it is nowhere.
type place struct{ channel, ts string }

// findPost looks for a message that may have been posted, by its metadata. It is not the
// one in whose place it was to come. A search that is broken off, as when Slack allows one
// page a minute, goes on the next time where it was.
func (v *View) findPost(ctx context.Context, w wanted, p ledger.Post, parent string, request int64) (place, error) {
	channel := w.channel
	if !directory.IsChannel(channel) {
		im, _, _, err := v.api.OpenConversationContext(ctx, &slack.OpenConversationParameters{Users: []string{channel}})
		if err != nil {
			return place{}, fmt.Errorf("conversations.open: %w", err)
		}
		channel = im.ID
	}
	oldest := strconv.FormatInt(p.UpdatedAt.Add(-clockSkew).Unix(), 10)
	cursor := p.Cursor
	for {
		messages, next, err := v.page(ctx, channel, parent, oldest, cursor)
		if err != nil {
			if socket.ErrorCode(err) == "invalid_cursor" {
				cursor = "" // it was kept for too long: from the beginning
			}
			return place{}, errors.Join(err, v.keepCursor(ctx, p, cursor))
		}
		for _, m := range messages {
			if m.Timestamp > p.TS && ours(m, renewal.Reference(request), w.key) {
				return place{channel, m.Timestamp}, nil
			}
		}
		if cursor = next; cursor == "" {
			return place{channel: channel}, nil
		}
	}
}

// page reads messages of a channel, or of a thread in it.
func (v *View) page(ctx context.Context, channel, parent, oldest, cursor string) (messages []slack.Message, next string, err error) {
	if parent != "" {
		messages, _, next, err = v.api.GetConversationRepliesContext(ctx, &slack.GetConversationRepliesParameters{
			ChannelID: channel, Timestamp: parent, Oldest: oldest, Limit: 200, Cursor: cursor, IncludeAllMetadata: true,
		})
		return messages, next, err
	}
	page, err := v.api.GetConversationHistoryContext(ctx, &slack.GetConversationHistoryParameters{
		ChannelID: channel, Oldest: oldest, Limit: 200, Cursor: cursor, IncludeAllMetadata: true,
	})
	if err != nil {
		return nil, "", err
	}
	return page.Messages, page.ResponseMetaData.NextCursor, nil
}

// keepCursor saves how far a search has come.
func (v *View) keepCursor(ctx context.Context, p ledger.Post, cursor string) error {
	if cursor == p.Cursor {
		return nil
	}
	return v.ledger.SaveCursor(context.WithoutCancel(ctx), p.RequestID, p.Key, cursor)
}

func ours(m slack.Message, request, key string) bool {
	meta := m.Metadata
	return meta.EventType == metadataType && meta.EventPayload["request"] == request && meta.EventPayload["key"] == key
}
