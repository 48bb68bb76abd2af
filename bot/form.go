package bot

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"github.com/slack-go/slack"

	"renewbot/blocks"
	"renewbot/bot/draft"
	"renewbot/bot/formview"
	"renewbot/bot/logs"
	"renewbot/bot/portal"
	"renewbot/bot/reply"
)

const (
	// patience is how long a cold form waits for the vendor before it says so.
	patience = 12 * time.Second
	// seekPatience is how much of it goes by looking for a serial number.
	seekPatience = 5 * time.Second
	// packagePatience is how long a form waits for what the holder has before it asks without.
	packagePatience = 5 * time.Second
	// optionalWait is how long a form waits for what it can do without.
	optionalWait = 400 * time.Millisecond
)

// opening is a wish to open the form.
type opening struct {
	trigger string
	query   string // what was typed after the command
	draft   blocks.Draft
}

// open shows the form: at once when the look-ups are warm, else after a loading view.
func (b *Bot) open(ctx context.Context, p reply.Person, o opening) {
	d := o.draft
	d.Key = rand.Text()
	if o.query != "" {
		d.Query = o.query
	}
	looking, cancel := context.WithTimeout(ctx, b.optionalWait)
	if d.Product == "" {
		d.Product = b.usualProduct(looking, p.ID)
	}
	if d.Channel == "" {
		d.Channel = b.directory.ChannelHere(looking, p.Channel)
	}
	ready, unread := b.ready(looking, &d)
	cancel()
	if d.Product == "" {
		b.reply.Say(ctx, p, "Our Yeastar account has none of the products that I can renew. Nothing was ordered.")
		return
	}
	if ready {
		form, err := b.form(ctx, d)
		switch {
		case err != nil:
			b.reply.Sorry(ctx, p, "open the form", err)
		case o.query != "" && form.Matches == 0 && form.Holder == nil:
			known := fmt.Sprintf("I know no customer, no PBX and no command “%s”.", o.query)
			if unread != nil {
				known = fmt.Sprintf("I know no customer and no command “%s”. %s Nothing was ordered.", o.query, portal.Unread(unread))
			}
			b.help(ctx, p, known)
		default:
			if v, ok := b.reply.Open(ctx, p, o.trigger, blocks.Form(form)); ok && form.Waiting {
				p.Env.Ack(nil)
				b.complete(ctx, d, form, formview.View{ID: v.ID, Hash: v.Hash, By: p.ID})
			}
		}
		return
	}
	v, ok := b.reply.Open(ctx, p, o.trigger, blocks.Loading(d))
	p.Env.Ack(nil)
	if ok {
		b.load(ctx, d, formview.View{ID: v.ID, Hash: v.Hash, By: p.ID})
	}
}

// load turns a loading view into the form, or says what is wrong and how to go on.
func (b *Bot) load(ctx context.Context, d blocks.Draft, loading formview.View) {
	waiting, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	seeking, found := context.WithTimeout(waiting, seekPatience)
	unread := b.seek(seeking, &d)
	found()
	err := b.portal.Prepare(waiting, d.Product)
	var form blocks.FormData
	if err == nil {
		form, err = b.form(waiting, d)
	}
	if err != nil {
		b.log.WarnContext(ctx, "the form's look-ups failed", "error", err)
		b.forms.Show(ctx, loading, blocks.Trouble(d, portal.Explain(err), portal.RequestID(err)))
		return
	}
	if unread != nil && form.Matches == 0 && form.Holder == nil {
		form.Warning = cmp.Or(form.Warning, portal.Unread(unread))
	}
	if v := b.forms.Show(ctx, loading, blocks.Form(form)); v != nil && form.Waiting {
		b.complete(ctx, d, form, formview.View{ID: v.ID, Hash: v.Hash, Stamp: loading.Stamp, By: loading.By})
	}
}

// complete draws the form again with what was not known yet when it was drawn, unless
// the person has chosen something else meanwhile. What they typed meanwhile stays.
func (b *Bot) complete(ctx context.Context, d blocks.Draft, first blocks.FormData, drawn formview.View) {
	form, err := b.formWithin(ctx, packagePatience, d)
	if err != nil {
		form = first // enough to ask with; the submission checks everything again
	}
	form.Waiting = false
	b.forms.Complete(ctx, drawn, blocks.Form(form))
}

// chosen handles a choice in the form on which others depend. Other choices need not wait
// until what is found late is there.
func (b *Bot) chosen(ctx context.Context, ic slack.InteractionCallback, a *slack.BlockAction) {
	v := formview.View{ID: ic.View.ID, Hash: ic.View.Hash, Stamp: a.ActionTs, By: ic.User.ID}
	b.forms.Chose(ctx, v)
	if d, form, drawn := b.redraw(ctx, ic.View, a.ActionID, v); drawn != nil && form.Waiting {
		b.complete(ctx, d, form, formview.View{ID: drawn.ID, Hash: drawn.Hash, Stamp: v.Stamp, By: v.By})
	}
}

// redraw draws a form anew after a choice. It returns what it drew; nil: nothing.
func (b *Bot) redraw(ctx context.Context, shown slack.View, action string, v formview.View) (d blocks.Draft, form blocks.FormData, drawn *slack.View) {
	leave, newest := b.forms.Lock(v.ID, v.Stamp)
	defer leave()
	if !newest() {
		return d, form, nil
	}
	d, err := draft.Chosen(shown, action)
	if err != nil {
		b.log.WarnContext(ctx, "a form could not be read", "error", err)
		return d, form, nil
	}
	show := func(over string) slack.ModalViewRequest {
		d.Over = cmp.Or(over, d.Over)
		form.Draft.Over = d.Over
		return blocks.Form(form)
	}
	ctx = logs.Request(ctx, d.Request)
	form, err = b.form(ctx, d)
	if !newest() { // drawing it would undo on the screen what was chosen meanwhile
		return d, form, nil
	}
	if err != nil {
		b.log.WarnContext(ctx, "the form's look-ups failed", "error", err)
		form.Draft, form.Trouble, form.TroubleCode, form.Waiting = d, portal.Explain(err), portal.RequestID(err), false
	}
	drawn = b.forms.Draw(ctx, v, show)
	return d, form, drawn
}

// again handles the "Try again" button of a view that told of trouble.
func (b *Bot) again(ctx context.Context, ic slack.InteractionCallback) {
	if b.ledger.RefusedBefore(ic.TriggerID) {
		return // this very click came twice
	}
	d, _, err := draft.Read(ic.View)
	if err != nil {
		d = blocks.Draft{Key: rand.Text()}
	}
	if d.Product == "" {
		d.Product = b.usualProduct(ctx, ic.User.ID)
	}
	ctx = logs.Request(ctx, d.Request)
	if v := b.forms.Show(ctx, formview.View{ID: ic.View.ID, Hash: ic.View.Hash, By: ic.User.ID}, blocks.Loading(d)); v != nil {
		b.load(ctx, d, formview.View{ID: v.ID, Hash: v.Hash, By: ic.User.ID})
	}
}
