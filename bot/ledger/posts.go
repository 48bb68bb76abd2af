package ledger

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"renewbot/bot/renewal"
)

// PostState is how far a Slack post is.
type PostState string

// The states of a post.
const (
	PostPlanned PostState = "planned" // to be sent
	PostSending PostState = "sending" // sent, and the answer is not known yet
	PostShown   PostState = "shown"   // Slack has it
	PostFailed  PostState = "failed"  // given up
	PostMuted   PostState = "muted"   // its reader does not want it
)

// Post is a message in Slack that shows something of a request.
type Post struct {
	RequestID int64  // 0: belongs to no request
	Key       string // tells the posts of a request apart; at most 500 bytes
	Channel   string
	TS        string // Slack's message timestamp; empty until it is known
	Digest    string // of the content that is shown
	State     PostState
	Tries     int
	Problem   string
	Cursor    string    // how far a search for it has come in Slack; SavePost forgets it
	UpdatedAt time.Time // given by the ledger
}

// Posts lists the posts of a request, by key.
func (l *Ledger) Posts(ctx context.Context, requestID int64) ([]Post, error) {
	var posts []Post
	err := l.engine.each(ctx, func(row row) error {
		var p Post
		var at int64
		err := row.Scan(&p.RequestID, &p.Key, &p.Channel, &p.TS, &p.Digest, &p.State, &p.Tries, &p.Problem, &p.Cursor, &at)
		p.UpdatedAt = fromMicros(at)
		posts = append(posts, p)
		return err
	}, `SELECT request_id, key, channel, ts, digest, state, tries, problem, cursor, updated_at
		FROM posts WHERE request_id = $1 ORDER BY key`, requestID)
	if err != nil {
		return nil, fmt.Errorf("read the posts: %w", err)
	}
	return posts, nil
}

// PostsOf reads some posts of several requests, by request and key.
func (l *Ledger) PostsOf(ctx context.Context, ids []int64, keys ...string) (map[int64]map[string]Post, error) {
	found := map[int64]map[string]Post{}
	if len(ids) == 0 {
		return found, nil
	}
	var args []any
	list := func(n int) string {
		var marks []string
		for i := range n {
			marks = append(marks, fmt.Sprintf("$%d", len(args)-n+i+1))
		}
		return strings.Join(marks, ", ")
	}
	for _, id := range ids {
		args = append(args, id)
	}
	where := "request_id IN (" + list(len(ids)) + ")"
	for _, k := range keys {
		args = append(args, k)
	}
	where += " AND key IN (" + list(len(keys)) + ")"
	err := l.engine.each(ctx, func(row row) error {
		var p Post
		err := row.Scan(&p.RequestID, &p.Key, &p.Channel, &p.TS, &p.State)
		if found[p.RequestID] == nil {
			found[p.RequestID] = map[string]Post{}
		}
		found[p.RequestID][p.Key] = p
		return err
	}, `SELECT request_id, key, channel, ts, state FROM posts WHERE `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("read posts of several requests: %w", err)
	}
	return found, nil
}

// RequestAt is the request, or the batch, see renewal.BatchOf, whose message stands in a channel at the first of some
// times that has one, by whatever id the channel has had; 0: there is none.
func (l *Ledger) RequestAt(ctx context.Context, channel string, times ...string) (int64, error) {
	ids, err := l.ChannelIDs(ctx)
	if err != nil {
		return 0, err
	}
	now := func(channel string) string { return cmp.Or(ids[channel], channel) }
	for _, ts := range times {
		var found int64
		err := l.engine.each(ctx, func(row row) error {
			var id int64
			var in string
			err := row.Scan(&id, &in)
			if now(in) == now(channel) {
				found = id
			}
			return err
		}, `SELECT request_id, channel FROM posts WHERE ts = $1 AND ts <> '' AND request_id <> 0`, clean(ts))
		if err != nil {
			return 0, fmt.Errorf("find the request of a message: %w", err)
		}
		if found != 0 {
			return found, nil
		}
	}
	return 0, nil
}

// SavePost saves a post in place of the one with the same request and key.
func (l *Ledger) SavePost(ctx context.Context, p Post) error {
	err := l.change(ctx, "save post "+string(p.State), func(t tx) error {
		now, err := l.now(ctx, t)
		if err != nil {
			return err
		}
		_, err = t.exec(ctx, `INSERT INTO posts (request_id, key, channel, ts, digest, state, tries, problem, updated_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
			ON CONFLICT (request_id, key) DO UPDATE SET channel = excluded.channel, ts = excluded.ts,
				digest = excluded.digest, state = excluded.state, tries = excluded.tries,
				problem = excluded.problem, cursor = '', updated_at = excluded.updated_at`,
			p.RequestID, clean(p.Key), clean(p.Channel), clean(p.TS), clean(p.Digest), string(p.State), p.Tries,
			clean(p.Problem), micros(now))
		return err
	})
	if err != nil {
		return fmt.Errorf("save a post: %w", err)
	}
	return nil
}

// SaveCursor saves how far a search for a post has come. When the post was sent, and so
// from where on it is looked for, stays as it is.
func (l *Ledger) SaveCursor(ctx context.Context, requestID int64, key, cursor string) error {
	err := l.change(ctx, "save cursor", func(t tx) error {
		_, err := t.exec(ctx, `UPDATE posts SET cursor = $1 WHERE request_id = $2 AND key = $3`, clean(cursor), requestID, clean(key))
		return err
	})
	if err != nil {
		return fmt.Errorf("save a search: %w", err)
	}
	return nil
}

// Unposted is an audit entry whose line Slack does not have, and what is known of its
// post; the post has no state when nobody has tried.
type Unposted struct {
	Entry renewal.Entry
	Post  Post
}

// Unposted lists the audit entries of no request after an entry that Slack does not
// have, oldest first. All up to through are in Slack, which is where to go on next time.
func (l *Ledger) Unposted(ctx context.Context, after int64) (list []Unposted, through int64, err error) {
	end, err := l.trailEnd(ctx)
	if err != nil {
		return nil, after, fmt.Errorf("read what is not posted: %w", err)
	}
	err = l.engine.each(ctx, func(row row) error {
		var u Unposted
		var at, updated int64
		var detail string
		e, p := &u.Entry, &u.Post
		if err := row.Scan(&e.Seq, &e.RequestID, &at, &e.Code, &e.Actor, &e.Revision, &e.From, &e.To, &detail, &e.PrevHash, &e.Hash,
			&p.Key, &p.Channel, &p.TS, &p.Digest, &p.State, &p.Tries, &p.Problem, &p.Cursor, &updated); err != nil {
			return err
		}
		e.At, p.UpdatedAt = fromMicros(at), fromMicros(updated)
		if err := json.Unmarshal([]byte(detail), &e.Detail); err != nil {
			return fmt.Errorf("audit entry %d: detail: %w", e.Seq, err)
		}
		list = append(list, u)
		return nil
	}, `SELECT e.seq, e.request_id, e.at, e.code, e.actor, e.revision, e.from_status, e.to_status, e.detail, e.prev_hash, e.hash,
			'audit:' || e.seq, coalesce(p.channel, ''), coalesce(p.ts, ''), coalesce(p.digest, ''), coalesce(p.state, ''),
			coalesce(p.tries, 0), coalesce(p.problem, ''), coalesce(p.cursor, ''), coalesce(p.updated_at, 0)
		FROM entries e LEFT JOIN posts p ON p.request_id = 0 AND p.key = 'audit:' || e.seq
		WHERE e.request_id = 0 AND e.seq > $1 AND e.seq <= $2 AND coalesce(p.state, '') <> $3 ORDER BY e.seq`,
		after, end.Seq, string(PostShown))
	if err != nil {
		return nil, after, fmt.Errorf("read what is not posted: %w", err)
	}
	if len(list) > 0 {
		return list, list[0].Entry.Seq - 1, nil
	}
	return nil, max(after, end.Seq), nil
}
