package slackview

import (
	"context"
	"net/url"
	"strings"

	"renewbot/blocks"
	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
)

// link is the address of a reply, as Slack makes them; it is put together, as asking
// chat.getPermalink for each message would cost a call. Empty: it is not known.
// https://docs.slack.dev/reference/methods/chat.getPermalink
func (v *View) link(p ledger.Post, thread string) string {
	workspace := strings.TrimSuffix(v.people.Workspace(), "/")
	if p.State != ledger.PostShown || p.TS == "" || workspace == "" {
		return ""
	}
	channel := v.present(p.Channel)
	link := workspace + "/archives/" + url.PathEscape(channel) + "/p" + strings.ReplaceAll(p.TS, ".", "")
	if thread != "" && thread != p.TS {
		link += "?" + url.Values{"thread_ts": {thread}, "cid": {channel}}.Encode()
	}
	return link
}

// Links are the addresses of the cards of requests, and of the batches whose lines they are. Those that cannot be read are missing.
func (v *View) Links(ctx context.Context, lists ...[]renewal.Request) blocks.Links {
	var ids []int64
	for _, list := range lists {
		for _, r := range list {
			if ids = append(ids, r.ID); r.Batch != 0 {
				ids = append(ids, -r.Batch)
			}
		}
	}
	cards, err := v.ledger.PostsOf(ctx, ids, keySummary, keyCard)
	if err != nil {
		v.log.WarnContext(ctx, "links to cards are missing", "error", err)
		return nil
	}
	links := blocks.Links{}
	for _, list := range lists {
		for _, r := range list {
			thread := cards[r.ID][keySummary]
			if r.Batch != 0 {
				thread = cards[-r.Batch][keySummary]
				links[-r.Batch] = v.link(cards[-r.Batch][keyCard], thread.TS)
			}
			if links[r.ID] = v.link(cards[r.ID][keyCard], thread.TS); links[r.ID] == "" && r.Batch != 0 {
				links[r.ID] = links[-r.Batch] // it is decided there
			}
		}
	}
	return links
}
