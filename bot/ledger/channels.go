package ledger

import (
	"context"
	"encoding/json"
	"fmt"
)

// keyChannels is the post without a message whose digest says which ids channels have now, by those that
// they had before.
const keyChannels = "channels"

// ChannelMoved saves that Slack gave a channel another id.
func (l *Ledger) ChannelMoved(ctx context.Context, from, to string) error {
	ids, err := l.ChannelIDs(ctx)
	if err != nil {
		return err
	}
	for before, now := range ids {
		if now == from {
			ids[before] = to
		}
	}
	ids[from] = to
	delete(ids, to) // it had that one before
	text, err := json.Marshal(ids)
	if err != nil {
		return fmt.Errorf("save a channel's new id: %w", err)
	}
	return l.SavePost(ctx, Post{Key: keyChannels, Digest: string(text), State: PostPlanned})
}

// ChannelIDs are the ids that channels have now, by those that they had before.
func (l *Ledger) ChannelIDs(ctx context.Context) (map[string]string, error) {
	ids := map[string]string{}
	p, err := l.Post(ctx, 0, keyChannels)
	if err == nil && p.Digest != "" {
		err = json.Unmarshal([]byte(p.Digest), &ids)
	}
	if err != nil {
		return nil, fmt.Errorf("read channels' new ids: %w", err)
	}
	return ids, nil
}

// Parents are the newest messages of ours in a channel that stand in no thread, at most so many.
func (l *Ledger) Parents(ctx context.Context, channel string, most int) ([]Post, error) {
	var posts []Post
	err := l.engine.each(ctx, func(row row) error {
		var p Post
		err := row.Scan(&p.RequestID, &p.Key, &p.Channel, &p.TS, &p.State)
		posts = append(posts, p)
		return err
	}, `SELECT request_id, key, channel, ts, state FROM posts
		WHERE channel = $1 AND state = $2 AND (key IN ('summary', 'audit') OR request_id = 0 AND (key LIKE 'audit:%' OR key LIKE 'digest:%'))
		ORDER BY ts DESC LIMIT $3`, channel, string(PostShown), most)
	if err != nil {
		return nil, fmt.Errorf("read the messages in a channel: %w", err)
	}
	return posts, nil
}
