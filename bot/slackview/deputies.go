package slackview

import (
	"context"
	"strconv"

	"renewbot/blocks"
	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
)

// tellDeputies tells whoever an entry made somebody's deputy, and who is none any more. It says
// whether that is done, or cannot be.
func (d *drawing) tellDeputies(ctx context.Context, e renewal.Entry) bool {
	if e.Code != renewal.CodeDeputy && e.Code != renewal.CodeDeputyEnded {
		return true
	}
	done := true
	for _, who := range []string{e.Detail[renewal.DetailWho], e.Detail[renewal.DetailInstead]} {
		if who == "" {
			continue
		}
		key := "deputy:" + strconv.FormatInt(e.Seq, 10) + ":" + who
		p, err := d.view.ledger.Post(ctx, 0, key)
		if err != nil {
			d.errs = append(d.errs, err)
			return false
		}
		if p.State != "" {
			d.posts[key] = p
		}
		news := e.News()
		if who != e.Detail[renewal.DetailWho] {
			news = renewal.NewsResult
		}
		d.show(ctx, wanted{key: key, channel: who, news: news, message: blocks.DeputyNews(e, who)})
		state := d.posts[key].State
		done = done && (state == ledger.PostShown || state == ledger.PostMuted || state == ledger.PostFailed)
	}
	return done
}
