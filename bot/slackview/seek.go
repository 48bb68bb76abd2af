package slackview

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
	"renewbot/bot/socket"
)

// searchRest is how long a search for a channel rests that Slack's limits have broken off: they have room
// for ten calls again then.
const searchRest = 15 * time.Second

// These say why a channel that Slack does not know any more was not found.
var (
	errNowhere = errors.New("none of the channels that I'm in has its newest message")
	errSeveral = errors.New("several channels have its messages, and which it is only people can say")
	errUnsure  = errors.New("a channel has its messages that may be a copy of it, and whether it is the same only people can say")
	errLong    = errors.New("it is still looked for")
)

// search is the looking for a channel that Slack does not know any more, which takes a call for each
// channel that the bot is in and so may be broken off and go on later.
type search struct {
	began time.Time
	next  time.Time // nobody asks Slack before
	err   error     // what is known until then
	mark  ledger.Post
	todo  []string // the channels that are not looked at yet
	found []string
}

// searches are those that this process knows of, by the id that the channel had.
type searches struct {
	mu sync.Mutex
	by map[string]*search
}

// searched says that a search has its answer.
func searched(err error) bool {
	return errors.Is(err, errNowhere) || errors.Is(err, errSeveral) || errors.Is(err, errUnsure)
}

// lost says that people have to know that a channel is not found.
func lost(err error) bool { return searched(err) || errors.Is(err, errLong) }

// find is the id under which a channel is found, or how long to wait before it is looked for again, and why.
func (v *View) find(ctx context.Context, channel string) (to string, wait time.Duration, err error) {
	v.searches.mu.Lock()
	defer v.searches.mu.Unlock()
	now, s := v.ledger.Now(ctx), v.searches.by[channel]
	if s == nil || searched(s.err) && !now.Before(s.next) {
		s = &search{began: now}
		v.searches.by[channel] = s
	}
	if !now.Before(s.next) {
		if to, s.err = v.goOn(ctx, channel, s); s.err == nil {
			delete(v.searches.by, channel)
			return to, 0, nil
		}
		s.next = now.Add(searchRest)
		if searched(s.err) {
			s.next = now.Add(closedPause)
			v.log.ErrorContext(ctx, "Slack does not know a channel any more, and it was not found under another id", "channel", channel, "why", s.err, "candidates", s.found)
		}
	}
	if err = s.err; !searched(err) && now.Sub(s.began) >= closedPause {
		err = errors.Join(errLong, err)
	}
	return "", s.next.Sub(now), err
}

// goOn looks into one channel after the other for the newest message. A copy of the channel may lack it,
// so that an older one says nothing.
func (v *View) goOn(ctx context.Context, channel string, s *search) (string, error) {
	if s.mark.TS == "" {
		mark, err := v.ledger.Newest(ctx, channel)
		if err != nil {
			return "", err
		}
		if mark.TS == "" {
			return "", errNowhere
		}
		ids, err := v.people.Channels(ctx)
		if err != nil {
			return "", err
		}
		s.mark, s.todo = mark, slices.DeleteFunc(ids, func(id string) bool { return id == channel })
	}
	for ; len(s.todo) > 0; s.todo = s.todo[1:] {
		has, err := v.has(ctx, s.todo[0], s.mark)
		if err != nil {
			return "", err
		}
		if has {
			s.found = append(s.found, s.todo[0])
		}
	}
	switch len(s.found) {
	case 0:
		return "", errNowhere
	case 1:
		return s.found[0], v.sure(ctx, channel, s.found[0], s.mark)
	}
	return "", errSeveral
}

// sure says by its error whether a channel may be a copy of the one that is looked for, which other people
// read. Slack says channel_not_found of a private channel, too, from which the bot was removed.
// https://docs.slack.dev/reference/methods/conversations.info#errors
func (v *View) sure(ctx context.Context, channel, found string, mark ledger.Post) error {
	ch, err := v.people.Channel(ctx, found)
	if err != nil {
		return fmt.Errorf("look at a channel that was found: %w", err)
	}
	public, err := v.ledger.WasPublic(ctx, channel)
	if err != nil {
		return err
	}
	posted, err := strconv.ParseFloat(mark.TS, 64)
	if err != nil || float64(ch.Created) > posted || !ch.IsPrivate && !public {
		return errUnsure
	}
	return nil
}

// saw saves who may read a channel, by which it is judged later whether another one may be it.
func (v *View) saw(ctx context.Context, channel string, public bool) error {
	if last, known := v.readers.Load(channel); known && last == public {
		return nil
	}
	err := v.ledger.SawReaders(ctx, channel, public)
	if err == nil {
		v.readers.Store(channel, public)
	}
	return err
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
