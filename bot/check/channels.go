package check

import (
	"context"
	"fmt"
	"net/url"
	"slices"

	"github.com/slack-go/slack"
	"golang.org/x/sync/errgroup"
)

// atOnce is how many questions are asked Slack at the same time.
const atOnce = 4

// slackSide asks Slack as the bot.
type slackSide struct {
	*webAPI
	token string
	who   workspace
	seen  map[string]person // by user id
}

// checkChannels looks at the channels that are named in the settings, each on its own
// line.
func (s *slackSide) checkChannels(ctx context.Context, audit, digest string, requests []string) lines {
	ids := append([]string{audit}, requests...)
	if digest != "" {
		ids = append(ids, digest)
	}
	found := make([]lines, len(ids))
	var g errgroup.Group
	g.SetLimit(atOnce)
	for i, id := range ids {
		check := "request channels"
		switch {
		case i == 0:
			check = "audit channel"
		case i > len(requests):
			check = "digest channel"
		}
		g.Go(func() error {
			found[i] = s.checkChannel(ctx, check, id)
			return nil
		})
	}
	_ = g.Wait() // nothing in it fails
	l := slices.Concat(found...)
	if len(requests) == 0 {
		return append(l, s.checkAnyChannel(ctx, audit)...)
	}
	if slices.Contains(requests, audit) {
		l.add("request channels", Warning, "the audit channel is one of them: its trail would be mixed with talk",
			"Take "+audit+" out of RENEW_CHANNELS, or make a channel for the trail alone.")
	}
	return l
}

// checkChannel looks whether the bot can post in a channel and nobody from outside reads it.
func (s *slackSide) checkChannel(ctx context.Context, check, id string) lines {
	var l lines
	var found struct {
		Channel slack.Channel `json:"channel"`
	}
	_, err := s.call(ctx, s.token, "conversations.info", url.Values{"channel": {id}}, &found)
	ch := found.Channel
	variable := map[string]string{"audit channel": "RENEW_AUDIT_CHANNEL", "request channels": "RENEW_CHANNELS", "digest channel": "RENEW_DIGEST"}[check]
	name := fmt.Sprintf("#%s (%s)", ch.Name, id)
	switch {
	case codeOf(err) == "channel_not_found":
		l.add(check, Problem, id+" does not exist, or is private and the bot is not in it",
			fmt.Sprintf("Compare %s with the id at the bottom of the channel's details, which Slack may have changed; if it is right, type /invite @%s in the channel.", variable, s.who.User))
	case err != nil:
		s.unasked(&l, check, err)
	case ch.IsArchived:
		l.add(check, Problem, name+" is archived", "Unarchive it, or put another channel's id into "+variable+".")
	case ch.IsExtShared || ch.IsPendingExtShared:
		l.add(check, Problem, name+" is shared with another company, which would read about your customers",
			"Make an internal channel, invite the bot, and put its id into "+variable+".")
	case !ch.IsMember:
		l.add(check, Problem, "the bot is not in "+name, fmt.Sprintf("Type /invite @%s in #%s.", s.who.User, ch.Name))
	default:
		l.ok(check, "%s", name)
	}
	return l
}

// checkAnyChannel looks whether there is any channel in which a request can be posted.
func (s *slackSide) checkAnyChannel(ctx context.Context, audit string) lines {
	var l lines
	fit := 0
	args := url.Values{"types": {"public_channel,private_channel"}, "exclude_archived": {"true"}, "limit": {"200"}}
	for {
		var found struct {
			Channels []slack.Channel `json:"channels"`
			Metadata struct {
				Next string `json:"next_cursor"`
			} `json:"response_metadata"`
		}
		if _, err := s.call(ctx, s.token, "users.conversations", args, &found); err != nil {
			s.unasked(&l, "request channels", err)
			return l
		}
		for _, ch := range found.Channels {
			if ch.ID != audit && !ch.IsArchived && !ch.IsExtShared && !ch.IsPendingExtShared {
				fit++
			}
		}
		if args.Set("cursor", found.Metadata.Next); found.Metadata.Next == "" {
			break
		}
	}
	if fit == 0 {
		l.add("request channels", Warning, "the bot is in no internal channel but the audit channel, so no request can be posted",
			fmt.Sprintf("Type /invite @%s in the channel for requests.", s.who.User))
	} else {
		l.ok("request channels", "any that the bot is in: %d now", fit)
	}
	return l
}

// unasked tells that Slack did not answer a question.
func (s *slackSide) unasked(l *lines, check string, err error) {
	if found, next, ok := unreached(err, s.host()); ok {
		l.add(check, Problem, found, next)
		return
	}
	if codeOf(err) == "missing_scope" {
		l.skip("the scopes come first: "+err.Error(), check)
		return
	}
	l.add(check, Problem, err.Error(), "Try again; if it stays so, look at slack-status.com.")
}
