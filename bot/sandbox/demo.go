package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"renewbot/bot/slacksim"
	"renewbot/yeastar/yeastarsim"
)

// RunDemo plays three renewals in a sandbox of its own and prints what the channels then
// show.
func RunDemo(ctx context.Context, out, log io.Writer) error {
	w, err := Start(ctx, Options{Log: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelWarn}))})
	if err != nil {
		return fmt.Errorf("start the sandbox: %w", err)
	}
	defer w.Close()
	return w.Demo(ctx, out)
}

// Demo plays three renewals, one that is ordered, one that is rejected and one that the
// vendor refuses, and writes what the channels then show.
func (w *World) Demo(ctx context.Context, out io.Writer) error {
	ctx, cancel := context.WithTimeout(ctx, demoTimeout)
	defer cancel()
	d := &demo{World: w, out: out}
	for _, scene := range []struct {
		title string
		play  func(context.Context) error
	}{
		{"Alice asks for Acme Telecom's renewal, and Bob approves it", d.ordered},
		{"Dave asks for our own account's renewal, and Carol rejects it", d.rejected},
		{"Alice asks for a PBX of Northwind by its serial number, Bob approves it, and the vendor refuses the order", d.refused},
	} {
		if _, err := fmt.Fprintf(out, "▶ %s\n", scene.title); err != nil {
			return err
		}
		if err := scene.play(ctx); err != nil {
			return fmt.Errorf("%s: %w", scene.title, err)
		}
	}
	return d.print()
}

// demoTimeout bounds the demo; it takes a second or two.
const demoTimeout = time.Minute

type demo struct {
	*World
	out  io.Writer
	card string // the newest that was found; its buttons may not be gone yet
}

func (d *demo) ordered(ctx context.Context) error {
	card, err := d.request(ctx, Alice, "acme telecom", "", "50", "Renews on Friday, please hurry")
	if err != nil {
		return err
	}
	if err := d.press(ctx, Bob, card, "Approve"); err != nil {
		return err
	}
	_, err = d.Slack.WaitMessage(ctx, Renewals, "XS")
	return err
}

func (d *demo) rejected(ctx context.Context) error {
	card, err := d.request(ctx, Dave, "", "Our own account", "100", "")
	if err != nil {
		return err
	}
	carol := d.Slack.As(Carol)
	if err := d.dialog(ctx, carol, card, "Reject…", "Reason"); err != nil {
		return err
	}
	if _, err := carol.Type(ctx, "Reason", "We move to 250 extensions next week; please wait for that."); err != nil {
		return err
	}
	if err := submitted(carol.Submit(ctx)); err != nil {
		return err
	}
	_, err = d.Slack.As(Dave).WaitDM(ctx, "rejected")
	return err
}

func (d *demo) refused(ctx context.Context) error {
	d.Vendor.Fault(yeastarsim.OrderSave, yeastarsim.Refuse("insufficient_credit", "The credit line does not cover this order.").Times(1))
	card, err := d.request(ctx, Alice, yeastarsim.ApplianceSerial, "", "", "")
	if err != nil {
		return err
	}
	if err := d.press(ctx, Bob, card, "Approve"); err != nil {
		return err
	}
	if _, err := d.Slack.As(Alice).WaitDM(ctx, "Not ordered"); err != nil {
		return err
	}
	_, err = d.Slack.WaitMessage(ctx, Audit, "RNW-000003", "order.refused")
	return err
}

// request fills the form in as a person would and returns the card that waits for
// approval.
func (d *demo) request(ctx context.Context, user, query, holder, extensions, note string) (slacksim.Message, error) {
	var none slacksim.Message
	p := d.Slack.As(user)
	result, err := p.Command(ctx, Renewals, strings.TrimSpace("/renew "+query))
	if err != nil || result.Failure != "" {
		return none, errors.Join(err, fmt.Errorf("/renew: %s", result.Failure))
	}
	if _, err := p.WaitView(ctx, func(v slacksim.View) bool { _, ok := v.Field("Product"); return ok }); err != nil {
		return none, err
	}
	if holder != "" {
		if _, err := p.Search(ctx, "For whom", holder); err != nil {
			return none, err
		}
		if _, err := p.Choose(ctx, "For whom", holder); err != nil {
			return none, err
		}
	}
	form, err := p.WaitView(ctx, func(v slacksim.View) bool { _, ok := v.Field("Plan"); return ok })
	if err != nil {
		return none, err
	}
	if err := d.fill(ctx, p, form, extensions, note); err != nil {
		return none, err
	}
	if err := submitted(p.Submit(ctx)); err != nil {
		return none, err
	}
	if err := submitted(p.Submit(ctx)); err != nil { // the review
		return none, err
	}
	if _, err := p.CloseView(ctx, false); err != nil {
		return none, err
	}
	return d.waitCard(ctx)
}

func submitted(r slacksim.SubmitResult, err error) error {
	switch {
	case err != nil:
		return err
	case len(r.Errors) > 0:
		return fmt.Errorf("the form shows errors: %v", r.Errors)
	case r.Failure != "":
		return errors.New("the form was not submitted: " + r.Failure)
	}
	return nil
}

// fill completes the inputs that the form could not fill in itself.
func (d *demo) fill(ctx context.Context, p *slacksim.Person, form slacksim.View, extensions, note string) error {
	if f, ok := form.Field("Plan"); ok && empty(f) {
		if _, err := p.Choose(ctx, "Plan", "Enterprise Plan"); err != nil {
			return err
		}
	}
	if f, ok := form.Field("Number of extensions"); ok && empty(f) {
		if _, err := p.Type(ctx, "Number of extensions", extensions); err != nil {
			return err
		}
	}
	if f, ok := form.Field("Billing contact"); ok && empty(f) {
		if err := chooseContact(ctx, p); err != nil {
			return err
		}
	}
	if note != "" {
		if _, err := p.Type(ctx, "Note to the approver", note); err != nil {
			return err
		}
	}
	return nil
}

// chooseContact picks the first billing contact. The form may be drawn again between the
// search and the choice, which closes the menu: then it is searched again.
func chooseContact(ctx context.Context, p *slacksim.Person) error {
	var last error
	for range 10 {
		options, err := p.Search(ctx, "Billing contact", "")
		if err != nil || len(options) == 0 {
			return errors.Join(err, errors.New("no billing contact is offered"))
		}
		if _, last = p.Choose(ctx, "Billing contact", options[0].Value); last == nil {
			return nil
		}
	}
	return last
}

func empty(f slacksim.Field) bool { return f.Value == "" && len(f.Selected) == 0 }

// waitCard waits for a card with buttons in the newest thread.
func (d *demo) waitCard(ctx context.Context) (slacksim.Message, error) {
	var card slacksim.Message
	err := d.Slack.Wait(ctx, func(s *slacksim.Snapshot) bool {
		all := s.All(Renewals)
		for i := len(all) - 1; i >= 0; i-- {
			if len(all[i].Buttons()) > 0 && all[i].TS > d.card {
				card = all[i]
				return true
			}
		}
		return false
	})
	d.card = card.TS
	return card, err
}

func (d *demo) press(ctx context.Context, user string, card slacksim.Message, button string) error {
	result, err := d.Slack.As(user).Press(ctx, card.Ref(), button)
	if err == nil && result.Failure != "" {
		err = fmt.Errorf("pressing %s: %s", button, result.Failure)
	}
	return err
}

// dialogPatience is how long somebody waits for a dialog before they press again: Slack
// opens it within three seconds of the click, or never.
const dialogPatience = 5 * time.Second

// dialog presses a button until its dialog is open, as people do.
func (d *demo) dialog(ctx context.Context, p *slacksim.Person, card slacksim.Message, button, field string) error {
	for {
		if err := d.press(ctx, p.ID(), card, button); err != nil {
			return err
		}
		waiting, stop := context.WithTimeout(ctx, dialogPatience)
		_, err := p.WaitView(waiting, func(v slacksim.View) bool { _, ok := v.Field(field); return ok })
		stop()
		if err == nil || ctx.Err() != nil {
			return err
		}
	}
}

// print writes the channel with its threads, and the audit channel.
func (d *demo) print() error {
	for _, channel := range []string{Renewals, Audit} {
		if _, err := fmt.Fprintln(d.out); err != nil {
			return err
		}
		if err := d.Slack.WriteChannel(d.out, channel); err != nil {
			return err
		}
	}
	return nil
}
