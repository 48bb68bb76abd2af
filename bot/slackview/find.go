package slackview

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/slack-go/slack"

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

// look looks for a message that may have been posted, and shows it if it was. It says
// whether it is known that it was not.
func (d *drawing) look(ctx context.Context, w wanted, p ledger.Post) (absent bool) {
	found, err := d.view.findPost(ctx, w, p, d.posts[w.under].TS, d.request)
	after, kind := socket.Classify(err)
	switch {
	case err == nil && found.ts == "":
		return true
	case err == nil:
		p.TS, p.Channel, p.State = found.ts, found.channel, ledger.PostShown
		p.Digest = "" // what it shows is not known, so it is drawn again if it lasts
		d.save(ctx, p)
		d.show(ctx, w)
	case socket.ErrorCode(err) == "thread_not_found":
		d.gone[w.under] = true
	case d.closedBy(ctx, err, w, closedPause):
	case kind == socket.Wait:
		d.paused[w.channel] = true
		d.comeBack(after)
	default:
		d.paused[w.channel] = true
		d.errs = append(d.errs, fmt.Errorf("look for an earlier post: %w", err))
	}
	return false
}

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
