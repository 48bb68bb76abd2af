package directory

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"renewbot/bot/lookup"
	"renewbot/bot/socket"
)

// IsChannel says whether an id is a channel's at all, not a direct message's.
func IsChannel(id string) bool {
	return strings.HasPrefix(id, "C") || strings.HasPrefix(id, "G")
}

// ChannelProblem says, as a sentence, why a request can't be posted in a channel by a person;
// it is empty when it can.
func (d *Directory) ChannelProblem(ctx context.Context, id, userID string) string {
	switch {
	case id == "":
		return "Choose the channel for the request."
	case !IsChannel(id):
		return "Choose a channel, not a direct message."
	case !d.mayTake(ctx, id):
		return "Requests may not be posted there. Choose " + mentionChannels(d.allowed) + "."
	}
	ch, err := d.channels.Get(ctx, id, DecisionAge)
	if err != nil {
		if socket.ErrorCode(err) == "channel_not_found" {
			return d.invite()
		}
		if why, closed := socket.Closed(err); closed {
			return "I can't post in that channel: " + why + ". Choose another one."
		}
		return "Slack did not answer when I looked at that channel. Please try again in a moment."
	}
	return d.unfit(ctx, ch, userID)
}

func (d *Directory) unfit(ctx context.Context, ch slack.Channel, userID string) string {
	switch {
	case ch.IsArchived:
		return "That channel is archived. Choose another one."
	case ch.IsExtShared, ch.IsPendingExtShared:
		return "That channel is shared with another company. Choose an internal one."
	case !ch.IsMember:
		return d.invite()
	case ch.IsReadOnly, ch.Properties != nil && d.excluded(ch.Properties.PostingRestrictedTo):
		return "Only some people may post in that channel, and I'm not one of them. Ask who manages it, or choose another one."
	case ch.Properties != nil && d.excluded(ch.Properties.ThreadsRestrictedTo):
		return "Only some people may reply in threads of that channel, and I'm not one of them. Ask who manages it, or choose another one."
	case ch.IsPrivate && !d.hasMember(ctx, ch.ID, userID, lookup.Anew):
		return "You are not in that channel. Choose one that you are in."
	}
	return ""
}

// excluded says whether something in a channel is for some people alone, and not for the bot.
func (d *Directory) excluded(r slack.RestrictedTo) bool {
	return len(r.Type)+len(r.User) > 0 && !slices.Contains(r.User, d.self.BotUserID)
}

// Readers says who reads a channel: people of other companies, now or soon, and everybody of this one.
func (d *Directory) Readers(ctx context.Context, id string) (outside, public bool, err error) {
	ch, err := d.channels.Get(ctx, id, DecisionAge)
	return ch.IsExtShared || ch.IsPendingExtShared, err == nil && !ch.IsPrivate, err
}

// Public says whether everybody of this company may read a channel; what Slack does not tell they can't.
func (d *Directory) Public(ctx context.Context, id string) bool {
	ch, err := d.present(ctx, id, DecisionAge)
	return err == nil && !ch.IsPrivate
}

// present is the channel that has an id, or had it: what has ended keeps the id that its channel had.
func (d *Directory) present(ctx context.Context, id string, maxAge lookup.MaxAge) (slack.Channel, error) {
	ch, err := d.channels.Get(ctx, id, maxAge)
	if socket.ErrorCode(err) == "channel_not_found" {
		now, unknown := d.moved(ctx)
		if id, moved := now[id]; moved && unknown == nil {
			return d.channels.Get(ctx, id, maxAge)
		}
	}
	return ch, err
}

// Channel is what Slack says of a channel now.
func (d *Directory) Channel(ctx context.Context, id string) (slack.Channel, error) {
	return d.channels.Get(ctx, id, lookup.Anew)
}

// ForgetChannel drops what is known of a channel, which has changed.
func (d *Directory) ForgetChannel(id string) {
	d.channels.Forget(id)
	d.members.Forget(id)
}

func (d *Directory) invite() string {
	return fmt.Sprintf("I'm not in that channel. Type /invite @%s there first, or choose a channel that I'm in.", d.botName)
}

// membersOf lists who is in a channel.
func membersOf(ctx context.Context, api *socket.WebAPI, channelID string) ([]string, error) {
	var all []string
	params := &slack.GetUsersInConversationParameters{ChannelID: channelID, Limit: 1000}
	for {
		some, cursor, err := api.GetUsersInConversationContext(ctx, params)
		if err != nil {
			return nil, fmt.Errorf("conversations.members: %w", err)
		}
		if all = append(all, some...); cursor == "" {
			return all, nil
		}
		params.Cursor = cursor
	}
}

// MayRead says whether a person can read a channel, by what Slack has told not longer ago than
// maxAge: a public one may have been made private. What Slack does not tell they can't.
func (d *Directory) MayRead(ctx context.Context, channelID, userID string, maxAge lookup.MaxAge) bool {
	ch, err := d.present(ctx, channelID, maxAge)
	return err == nil && (!ch.IsPrivate || d.hasMember(ctx, ch.ID, userID, maxAge))
}

func (d *Directory) hasMember(ctx context.Context, channelID, userID string, maxAge lookup.MaxAge) bool {
	members, err := d.members.Get(ctx, channelID, maxAge)
	return err == nil && slices.Contains(members, userID)
}

// ChannelHere is the channel that the form proposes for a command typed in id; it is empty when
// the request can't be posted there. It waits no longer than ctx.
func (d *Directory) ChannelHere(ctx context.Context, id string) string {
	if IsChannel(id) && d.mayTake(ctx, id) {
		ch, err := d.channels.Get(ctx, id, lookup.AnyAge)
		if err == nil && ch.IsMember && !ch.IsArchived && !ch.IsExtShared && !ch.IsPendingExtShared {
			return id
		}
	}
	if allowed := d.AllowedChannels(ctx); len(allowed) == 1 {
		return allowed[0]
	}
	return ""
}

// ChannelHint says how to choose a channel.
func (d *Directory) ChannelHint() string {
	if len(d.allowed) > 0 {
		return "Requests are posted only in the channels set up for renewals."
	}
	return fmt.Sprintf("I can post only in channels that I'm in. For another one, type /invite @%s there first.", d.botName)
}

// AllowedChannels are the ids to which requests are confined; none: every channel that the
// bot is in. Those whose id Slack has changed have the present one.
func (d *Directory) AllowedChannels(ctx context.Context) []string {
	if len(d.allowed) == 0 {
		return nil
	}
	now, err := d.moved(ctx)
	if err != nil {
		d.log.WarnContext(ctx, "whether Slack gave channels other ids is not known", "error", err)
	}
	ids := slices.Clone(d.allowed)
	for i, id := range ids {
		ids[i] = cmp.Or(now[id], id)
	}
	return ids
}

// NamedChannels are those to which requests are confined, by the ids that the configuration has.
func (d *Directory) NamedChannels() []string { return d.allowed }

func (d *Directory) mayTake(ctx context.Context, channelID string) bool {
	return len(d.allowed) == 0 || slices.Contains(d.AllowedChannels(ctx), channelID)
}

// Channels are the ids of the channels that the bot is in.
// https://docs.slack.dev/reference/methods/users.conversations
func (d *Directory) Channels(ctx context.Context) ([]string, error) {
	var ids []string
	params := &slack.GetConversationsForUserParameters{Types: []string{"public_channel", "private_channel"}, Limit: 200}
	for {
		some, cursor, err := d.api.GetConversationsForUserContext(ctx, params)
		if err != nil {
			return nil, fmt.Errorf("users.conversations: %w", err)
		}
		for _, ch := range some {
			ids = append(ids, ch.ID)
		}
		if params.Cursor = cursor; cursor == "" {
			return ids, nil
		}
	}
}

// ChannelNames are the names of the allowed channels, as far as Slack says them before ctx
// ends.
func (d *Directory) ChannelNames(ctx context.Context) map[string]string {
	names := map[string]string{}
	for _, id := range d.AllowedChannels(ctx) {
		if ch, err := d.channels.Get(ctx, id, lookup.AnyAge); err == nil {
			names[id] = ch.Name
		}
	}
	return names
}

func mentionChannels(ids []string) string {
	if len(ids) == 1 {
		return "the channel set up for renewals"
	}
	return fmt.Sprintf("one of the %d channels set up for renewals", len(ids))
}
