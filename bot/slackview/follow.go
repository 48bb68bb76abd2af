package slackview

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"renewbot/bot/directory"
	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
	"renewbot/bot/socket"
)

const (
	// searchPause is how long after a search for a channel another one is made.
	searchPause = time.Hour
	// marks is how many messages a channel is known by: people delete some.
	marks = 3
)

// errNowhere and errSeveral say why a channel that Slack does not know any more was not found.
var (
	errNowhere = errors.New("none of the channels that I'm in has its messages")
	errSeveral = errors.New("several channels have its messages, and which it is only people can say")
)

// search is the looking for a channel that Slack does not know any more, which takes a call for each
// channel that the bot is in and so may be broken off and go on later.
type search struct {
	ended time.Time // zero: it goes on
	err   error     // with which it ended
	marks []ledger.Post
	todo  []string // the channels that are not looked at yet for the first of marks
	all   []string
	found []string
}

// searches are those that this process knows of, by the id that the channel had.
type searches struct {
	mu sync.Mutex
	by map[string]*search
}

// Moved follows a channel whose id Slack has changed, for every request that is not finished and those
// that are named. https://docs.slack.dev/reference/events/channel_id_changed
func (v *View) Moved(ctx context.Context, from, to string, also ...int64) {
	v.people.ForgetChannel(from)
	v.people.ForgetChannel(to)
	v.log.WarnContext(ctx, "Slack changed the id of a channel: replace it in the configuration if it stands there", "channel", from, "new_id", to)
	err := errors.Join(v.ledger.ChannelMoved(ctx, from, to), v.currentAudit(ctx))
	open, unread := v.ledger.List(ctx, ledger.Filter{Statuses: renewal.Open()})
	for _, r := range open {
		if r.Channel == from {
			also = append(also, r.ID)
		}
	}
	for _, id := range also {
		_, refused := v.ledger.Apply(ctx, id, renewal.Moved{From: from, To: to})
		err = errors.Join(err, renewal.IgnoreRefusal(refused))
	}
	if err = errors.Join(err, unread); err != nil {
		v.log.ErrorContext(ctx, "requests did not follow a channel to its new id", "channel", from, "new_id", to, "error", err)
	}
}

// sayOutdated says which ids in the configuration are those that channels had before.
func (v *View) sayOutdated(ctx context.Context) error {
	now, err := v.ledger.ChannelIDs(ctx)
	for _, id := range append(slices.Clone(v.people.NamedChannels()), v.namedAudit) {
		if to, moved := now[id]; moved {
			v.log.WarnContext(ctx, "the configuration names a channel by the id that it had: replace it", "channel", id, "new_id", to)
		}
	}
	return err
}

// currentAudit reads which id the audit channel has now.
func (v *View) currentAudit(ctx context.Context) error {
	now, err := v.ledger.ChannelIDs(ctx)
	if id, moved := now[v.namedAudit]; moved {
		v.auditID.Store(&id)
	}
	return err
}

// auditChannel is the id that the audit channel has now.
func (v *View) auditChannel() string {
	if id := v.auditID.Load(); id != nil {
		return *id
	}
	return v.namedAudit
}

// follow looks where a channel is that Slack does not know any more, and goes there: its id may have
// changed while nobody heard of it. A channel is known by our own messages in it alone.
func (d *drawing) follow(ctx context.Context, channel string) (followed bool, why error) {
	to, err := d.view.find(ctx, channel)
	switch after, kind := socket.Classify(err); {
	case errors.Is(err, errNowhere), errors.Is(err, errSeveral):
		return false, err
	case err != nil && kind == socket.Wait:
		d.comeBack(after)
		return false, nil
	case err != nil:
		d.view.log.WarnContext(ctx, "a channel that Slack does not know any more was not looked for", "channel", channel, "error", err)
		return false, nil
	}
	also, err := d.requests(ctx)
	if err != nil {
		d.errs = append(d.errs, err)
		return false, nil
	}
	d.view.Moved(ctx, channel, to, also...)
	d.comeBack(time.Second)
	return true, nil
}

// requests are those whose messages are drawn, also when they have ended.
func (d *drawing) requests(ctx context.Context) (ids []int64, err error) {
	id, ok := renewal.BatchOf(d.request)
	if !ok {
		if d.request != 0 {
			ids = append(ids, d.request)
		}
		return ids, nil
	}
	_, lines, err := d.view.ledger.Batch(ctx, id)
	for _, r := range lines {
		ids = append(ids, r.ID)
	}
	return ids, err
}

// lookAt looks whether the channel of what is open still takes messages, also when there is none to send.
func (d *drawing) lookAt(ctx context.Context, channel string, open bool) {
	if open {
		d.confidential(socket.Urgent(ctx), wanted{key: keySummary, channel: channel})
	}
}

// lookAtNamed looks whether the channels that the configuration names are where they were.
func (d *drawing) lookAtNamed(ctx context.Context) {
	ctx = socket.Later(ctx)
	for _, id := range append(d.view.people.AllowedChannels(ctx), d.view.auditChannel()) {
		if _, err := d.view.people.Shared(ctx, id); unknownChannel(err, id) {
			_, _ = d.follow(ctx, id) // what it finds is in the log
		}
	}
}

// find is the id that a channel has now.
func (v *View) find(ctx context.Context, channel string) (string, error) {
	known, err := v.ledger.ChannelIDs(ctx)
	if to, ok := known[channel]; ok || err != nil {
		return to, err
	}
	v.searches.mu.Lock()
	defer v.searches.mu.Unlock()
	s := v.searches.by[channel]
	if s != nil && !s.ended.IsZero() && v.ledger.Now(ctx).Sub(s.ended) < searchPause {
		return "", s.err
	}
	if s == nil || !s.ended.IsZero() {
		if s, err = v.beginSearch(ctx, channel); err != nil {
			return "", err
		}
		v.searches.by[channel] = s
	}
	to, err := v.goOn(ctx, s)
	if errors.Is(err, errNowhere) || errors.Is(err, errSeveral) {
		s.ended, s.err = v.ledger.Now(ctx), err
		v.log.ErrorContext(ctx, "Slack does not know a channel any more, and it was not found under another id", "channel", channel, "why", err, "candidates", s.found)
	}
	if err == nil {
		delete(v.searches.by, channel)
	}
	return to, err
}

func (v *View) beginSearch(ctx context.Context, channel string) (*search, error) {
	posts, err := v.ledger.Parents(ctx, channel, marks)
	if err != nil || len(posts) == 0 {
		return &search{}, err
	}
	ids, err := v.people.Channels(ctx)
	if err != nil {
		return nil, err
	}
	ids = slices.DeleteFunc(ids, func(id string) bool { return id == channel })
	return &search{marks: posts, todo: ids, all: ids}, nil
}

// goOn looks into one channel after the other for the first mark, and when none has it for the next.
func (v *View) goOn(ctx context.Context, s *search) (string, error) {
	for len(s.marks) > 0 {
		for ; len(s.todo) > 0; s.todo = s.todo[1:] {
			has, err := v.has(ctx, s.todo[0], s.marks[0])
			if err != nil {
				return "", err
			}
			if has {
				s.found = append(s.found, s.todo[0])
			}
		}
		switch len(s.found) {
		case 0:
			s.marks, s.todo = s.marks[1:], s.all
		case 1:
			return s.found[0], nil
		default:
			return "", errSeveral
		}
	}
	return "", errNowhere
}

// has says whether a message of ours stands in a channel, at its very time.
func (v *View) has(ctx context.Context, channel string, p ledger.Post) (bool, error) {
	page, err := v.api.GetConversationHistoryContext(ctx, &slack.GetConversationHistoryParameters{
		ChannelID: channel, Oldest: p.TS, Latest: p.TS, Inclusive: true, Limit: 1, IncludeAllMetadata: true,
	})
	if err != nil {
		if _, closed := socket.Closed(err); closed {
			return false, nil
		}
		return false, fmt.Errorf("conversations.history: %w", err)
	}
	return slices.ContainsFunc(page.Messages, func(m slack.Message) bool {
		return m.Timestamp == p.TS && ours(m, renewal.Reference(p.RequestID), p.Key)
	}), nil
}

// unknownChannel is how Slack calls a channel whose id has changed.
func unknownChannel(err error, channel string) bool {
	return socket.ErrorCode(err) == "channel_not_found" && directory.IsChannel(channel)
}
