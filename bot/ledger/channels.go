package ledger

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
)

const (
	// keyChannels is the post without a message whose digest says which ids channels have now, by those
	// that they had before.
	keyChannels = "channel_ids"
	// keyReaders and an id is the post without a message whose digest says who may read a channel.
	keyReaders = "readers:"
	// everybody of the workspace reads a public channel.
	everybody = "everybody"
)

// channelID is the id that a channel has now.
type channelID struct {
	To    string `json:"to"`
	Found bool   `json:"found,omitempty"` // by our own messages in it, and not told by Slack
}

// ChannelMoved saves that a channel has another id: Slack says so, or it was found there.
func (l *Ledger) ChannelMoved(ctx context.Context, from, to string, found bool) error {
	return l.changeChannels(ctx, func(ids map[string]channelID) {
		for before, now := range ids {
			if now.To == from {
				ids[before] = channelID{To: to, Found: now.Found || found}
			}
		}
		ids[from] = channelID{to, found}
		delete(ids, to) // it had that one before
	})
}

// ChannelBack forgets where a channel was found which Slack knows again by the id that it had. What Slack
// itself has told stays.
func (l *Ledger) ChannelBack(ctx context.Context, id string) error {
	return l.changeChannels(ctx, func(ids map[string]channelID) {
		if ids[id].Found {
			delete(ids, id)
		}
	})
}

// changeChannels changes which ids channels have while nobody else does.
func (l *Ledger) changeChannels(ctx context.Context, change func(map[string]channelID)) error {
	err := l.change(ctx, "save channels' ids", func(t tx) error {
		now, err := l.now(ctx, t)
		if err != nil {
			return err
		}
		if _, err := t.exec(ctx, `INSERT INTO posts (request_id, key, channel, ts, digest, state, tries, problem, updated_at)
			VALUES (0, $1, '', '', '{}', $2, 0, '', $3)
			ON CONFLICT (request_id, key) DO UPDATE SET updated_at = excluded.updated_at`, keyChannels, string(PostPlanned), micros(now)); err != nil {
			return err // whoever else changes them waits from here on
		}
		ids, err := channelIDs(ctx, t)
		if err != nil {
			return err
		}
		change(ids)
		text, err := json.Marshal(ids)
		if err != nil {
			return err
		}
		_, err = t.exec(ctx, `UPDATE posts SET digest = $1 WHERE request_id = 0 AND key = $2`, clean(string(text)), keyChannels)
		return err
	})
	if err != nil {
		return fmt.Errorf("save channels' ids: %w", err)
	}
	return nil
}

func channelIDs(ctx context.Context, q querier) (map[string]channelID, error) {
	var text string
	if err := q.one(ctx, `SELECT coalesce(max(digest), '{}') FROM posts WHERE request_id = 0 AND key = $1`, keyChannels).Scan(&text); err != nil {
		return nil, err
	}
	ids := map[string]channelID{}
	return ids, json.Unmarshal([]byte(text), &ids)
}

// ChannelIDs are the ids that channels have now, by those that they had before.
func (l *Ledger) ChannelIDs(ctx context.Context) (map[string]string, error) {
	found, err := channelIDs(ctx, l.engine)
	if err != nil {
		return nil, fmt.Errorf("read channels' new ids: %w", err)
	}
	ids := map[string]string{}
	for before, now := range found {
		ids[before] = now.To
	}
	return ids, nil
}

// SawReaders saves whether everybody of the workspace may read a channel.
func (l *Ledger) SawReaders(ctx context.Context, channel string, public bool) error {
	p := Post{Key: keyReaders + channel, Channel: channel, State: PostPlanned}
	if public {
		p.Digest = everybody
	}
	return l.SavePost(ctx, p)
}

// WasPublic says whether everybody of the workspace could read a channel when that was last seen.
func (l *Ledger) WasPublic(ctx context.Context, channel string) (bool, error) {
	p, err := l.Post(ctx, 0, keyReaders+channel)
	return p.Digest == everybody, err
}

// Newest is our newest message in a channel that stands in no thread, by whatever id the channel had then.
// One without a time: there is none.
func (l *Ledger) Newest(ctx context.Context, channel string) (Post, error) {
	var p Post
	ids, err := l.ChannelIDs(ctx)
	if err != nil {
		return p, err
	}
	args := []any{string(PostShown), channel}
	marks := []string{"$2"}
	for before, now := range ids {
		if now == channel {
			args = append(args, before)
			marks = append(marks, fmt.Sprintf("$%d", len(args)))
		}
	}
	err = l.engine.each(ctx, func(row row) error {
		return row.Scan(&p.RequestID, &p.Key, &p.Channel, &p.TS, &p.State)
	}, `SELECT request_id, key, channel, ts, state FROM posts
		WHERE channel IN (`+strings.Join(marks, ", ")+`) AND state = $1
			AND (key IN ('summary', 'audit') OR request_id = 0 AND (key LIKE 'audit:%' OR key LIKE 'digest:%'))
		ORDER BY ts DESC LIMIT 1`, args...)
	if err != nil {
		return p, fmt.Errorf("read the messages in a channel: %w", err)
	}
	return p, nil
}
