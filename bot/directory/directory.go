// Package directory knows the people, the user groups and the channels of the workspace,
// as Slack tells them: who may request and approve, and where a request may be posted. It
// posts nothing, and what it cannot find out is not allowed.
package directory

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"renewbot/bot/lookup"
	"renewbot/bot/metrics"
	"renewbot/bot/renewal"
	"renewbot/bot/socket"
	"renewbot/bot/taskgroup"
)

const (
	// peopleTTL is the age at which what Slack says of a person or group is asked again.
	peopleTTL = time.Minute
	// channelsTTL is the same for a channel.
	channelsTTL = 30 * time.Second
)

const (
	// DecisionAge is how old what Slack says may be when something is saved or ordered
	// because of it.
	DecisionAge = lookup.MaxAge(time.Minute)
	// OrderAge is how old what it says of a person may be when an order may follow from what they
	// decide: clicks of a few seconds share one look.
	OrderAge = lookup.Fresh
	// RequestAge is how old it may be for everything else.
	RequestAge = lookup.MaxAge(time.Hour)
)

// Options are what a Directory is made of.
type Options struct {
	API *socket.WebAPI
	Log *slog.Logger
	Now func() time.Time
	// Approvers and Requesters are ids of people U…, W… and of user groups S….
	Approvers, Requesters []string
	// Named are the people and groups of the policy file.
	Named []string
	// Told are people and groups of the policy file who are only told of what waits: it gives them no right.
	Told []string
	// Deputies lists the deputies whose time is not over. Nil: there are none.
	Deputies func(context.Context) ([]renewal.Deputy, error)
	// Channels are those in which requests may be posted. Empty: any that the bot is in.
	Channels []string
	// Moved are the ids that channels have now, by those that they had before. Nil: no id has changed.
	Moved func(context.Context) (map[string]string, error)
	// Weekend are the days on which nobody works. Nil: those of where each person lives.
	Weekend []time.Weekday
	Metrics *metrics.Metrics // nil: none
}

// Directory is what is known of the workspace. Make it with New; it can judge nobody
// before identify.
type Directory struct {
	api      *socket.WebAPI
	log      *slog.Logger
	tasks    *taskgroup.Group
	users    *lookup.Cache[slack.User]
	groups   *lookup.Cache[[]string]
	channels *lookup.Cache[slack.Channel]
	members  *lookup.Cache[[]string] // by channel
	glances  glances
	self     Workspace
	botName  string
	address  string // of the workspace

	approvers, requesters, named, told, allowed []string
	weekend                                     []time.Weekday
	now                                         func() time.Time
	deputies                                    func(context.Context) ([]renewal.Deputy, error)
	moved                                       func(context.Context) (map[string]string, error)
}

// New makes a directory that has asked nothing yet.
func New(o Options) *Directory {
	tasks := taskgroup.New()
	d := &Directory{
		api: o.API, log: o.Log, tasks: tasks, approvers: o.Approvers, requesters: o.Requesters, named: o.Named, told: o.Told,
		glances: glances{at: map[string]time.Time{}},
		allowed: o.Channels, weekend: o.Weekend, deputies: o.Deputies, moved: o.Moved, now: o.Now,
	}
	if d.deputies == nil {
		d.deputies = func(context.Context) ([]renewal.Deputy, error) { return nil, nil }
	}
	if d.moved == nil {
		d.moved = func(context.Context) (map[string]string, error) { return map[string]string{}, nil }
	}
	d.users = lookup.New(peopleTTL, o.Now, tasks, func(ctx context.Context, id string) (slack.User, error) {
		u, err := o.API.GetUserInfoContext(ctx, id)
		if err != nil {
			return slack.User{}, fmt.Errorf("users.info: %w", err)
		}
		return *u, nil
	})
	d.groups = lookup.New(peopleTTL, o.Now, tasks, func(ctx context.Context, id string) ([]string, error) {
		ids, err := o.API.GetUserGroupMembersContext(ctx, id)
		if err != nil {
			return nil, fmt.Errorf("usergroups.users.list %s: %w", id, err)
		}
		return ids, nil
	})
	d.channels = lookup.New(channelsTTL, o.Now, tasks, func(ctx context.Context, id string) (slack.Channel, error) {
		ch, err := o.API.GetConversationInfoContext(ctx, &slack.GetConversationInfoInput{ChannelID: id})
		if err != nil {
			return slack.Channel{}, fmt.Errorf("conversations.info: %w", err)
		}
		return *ch, nil
	})
	d.members = lookup.New(channelsTTL, o.Now, tasks, func(ctx context.Context, id string) ([]string, error) { return membersOf(ctx, o.API, id) })
	d.users.Lasting(func(err error) time.Duration {
		if passing(err) != nil {
			return 0
		}
		return peopleTTL // that there is nobody is what Slack says of them
	})
	d.users.Count(o.Metrics.Lookup("users"))
	d.groups.Count(o.Metrics.Lookup("groups"))
	d.channels.Count(o.Metrics.Lookup("channels"))
	d.members.Count(o.Metrics.Lookup("members"))
	return d
}

// identify says who the bot is, by auth.test.
func (d *Directory) identify(who *slack.AuthTestResponse) {
	d.self = Workspace{TeamID: who.TeamID, EnterpriseID: who.EnterpriseID, BotUserID: who.UserID}
	d.botName, d.address = who.User, who.URL
}

// Link is the address of a message; empty: Slack has not told the workspace's own.
// https://docs.slack.dev/reference/methods/chat.getPermalink
func (d *Directory) Link(channel, ts string) string {
	if d.address == "" || channel == "" || ts == "" {
		return ""
	}
	return strings.TrimSuffix(d.address, "/") + "/archives/" + channel + "/p" + strings.ReplaceAll(ts, ".", "")
}

// Workspace is the address of the workspace in a browser; empty before identify.
func (d *Directory) Workspace() string { return d.address }

// Approvers are the ids that the configuration names.
func (d *Directory) Approvers() []string { return d.approvers }

// ForgetGroup drops what is known of a user group, which has changed.
func (d *Directory) ForgetGroup(id string) { d.groups.Forget(id) }

// ReadGroups asks Slack anew who is in the groups that the configuration names, where what is known is
// older than a minute: of a change Slack tells one process alone. What cannot be read stays as it is known.
func (d *Directory) ReadGroups(ctx context.Context) {
	for _, id := range slices.Concat(d.approvers, d.requesters, d.named) {
		if isGroup(id) {
			if _, err := d.groups.Get(ctx, id, DecisionAge); err != nil {
				d.log.WarnContext(ctx, "who is in a user group now is not known", "group", id, "error", err)
			}
		}
	}
}

// Warm asks Slack for what the first command needs, so that it need not wait.
func (d *Directory) Warm() {
	for _, id := range slices.Concat(d.approvers, d.requesters, d.named) {
		if isGroup(id) {
			d.groups.Refresh(id)
		} else {
			d.users.Refresh(id)
		}
	}
	for _, id := range d.allowed {
		d.channels.Refresh(id)
	}
}

// Close ends what runs in the background, at the end of ctx at the latest.
func (d *Directory) Close(ctx context.Context) {
	d.tasks.Cancel()
	d.tasks.End(ctx)
}
