package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"
)

// channelsTTL is the age at which what Slack says of a channel is asked again.
const channelsTTL = 30 * time.Second

// channels knows where requests may be posted.
type channels struct {
	slack   *slack.Client
	info    *lookup[slack.Channel]
	allowed []string // empty: every channel that the bot is in
	botName string
}

func newChannels(api *slack.Client, now func() time.Time, w *work, allowed []string) *channels {
	c := &channels{slack: api, allowed: allowed}
	c.info = newLookup(channelsTTL, now, w, func(ctx context.Context, id string) (slack.Channel, error) {
		ch, err := api.GetConversationInfoContext(ctx, &slack.GetConversationInfoInput{ChannelID: id})
		if err != nil {
			return slack.Channel{}, fmt.Errorf("conversations.info: %w", err)
		}
		return *ch, nil
	})
	return c
}

// isChannel says whether an id is a channel's at all, not a direct message's.
func isChannel(id string) bool {
	return strings.HasPrefix(id, "C") || strings.HasPrefix(id, "G")
}

// problem says, as a sentence, why a request can't be posted in a channel by a person;
// it is empty when it can.
func (c *channels) problem(ctx context.Context, id, userID string) string {
	switch {
	case id == "":
		return "Choose the channel for the request."
	case !isChannel(id):
		return "Choose a channel, not a direct message."
	case len(c.allowed) > 0 && !slices.Contains(c.allowed, id):
		return "Requests may not be posted there. Choose " + mentionChannels(c.allowed) + "."
	}
	ch, err := c.info.get(ctx, id, time.Minute)
	if err != nil {
		if slackError(err) == "channel_not_found" {
			return c.invite()
		}
		return "Slack did not answer when I looked at that channel. Please try again in a moment."
	}
	return c.unfit(ctx, ch, userID)
}

func (c *channels) unfit(ctx context.Context, ch slack.Channel, userID string) string {
	switch {
	case ch.IsArchived:
		return "That channel is archived. Choose another one."
	case ch.IsExtShared, ch.IsPendingExtShared:
		return "That channel is shared with another company. Choose an internal one."
	case !ch.IsMember:
		return c.invite()
	case ch.IsPrivate && !c.hasMember(ctx, ch.ID, userID):
		return "You are not in that channel. Choose one that you are in."
	}
	return ""
}

func (c *channels) invite() string {
	return fmt.Sprintf("I'm not in that channel. Type /invite @%s there first, or choose a channel that I'm in.", c.botName)
}

// hasMember says whether a person is in a channel; when Slack does not tell, they are not.
func (c *channels) hasMember(ctx context.Context, channelID, userID string) bool {
	params := &slack.GetUsersInConversationParameters{ChannelID: channelID, Limit: 1000}
	for {
		members, cursor, err := c.slack.GetUsersInConversationContext(ctx, params)
		if err != nil {
			return false
		}
		if slices.Contains(members, userID) {
			return true
		}
		if cursor == "" {
			return false
		}
		params.Cursor = cursor
	}
}

// here is the channel that the form proposes for a command typed in id; it is empty when
// the request can't be posted there. It waits no longer than ctx.
func (c *channels) here(ctx context.Context, id string) string {
	if isChannel(id) && (len(c.allowed) == 0 || slices.Contains(c.allowed, id)) {
		ch, err := c.info.get(ctx, id, 0)
		if err == nil && ch.IsMember && !ch.IsArchived && !ch.IsExtShared && !ch.IsPendingExtShared {
			return id
		}
	}
	if len(c.allowed) == 1 {
		return c.allowed[0]
	}
	return ""
}

// hint says how to choose a channel.
func (c *channels) hint() string {
	if len(c.allowed) > 0 {
		return "Requests are posted only in the channels set up for renewals."
	}
	return fmt.Sprintf("I can post only in channels that I'm in. For another one, type /invite @%s there first.", c.botName)
}

// names are the names of the allowed channels, as far as Slack tells them within a glance.
func (c *channels) names(ctx context.Context) map[string]string {
	looking, cancel := context.WithTimeout(ctx, glance)
	defer cancel()
	names := map[string]string{}
	for _, id := range c.allowed {
		if ch, err := c.info.get(looking, id, 0); err == nil {
			names[id] = ch.Name
		}
	}
	return names
}

// warm asks Slack for the allowed channels.
func (c *channels) warm() {
	for _, id := range c.allowed {
		c.info.refresh(id)
	}
}

func mentionChannels(ids []string) string {
	if len(ids) == 1 {
		return "the channel set up for renewals"
	}
	return fmt.Sprintf("one of the %d channels set up for renewals", len(ids))
}

// slackError is Slack's error code in err, or "".
func slackError(err error) string {
	var e slack.SlackErrorResponse
	if errors.As(err, &e) {
		return e.Err
	}
	return ""
}
