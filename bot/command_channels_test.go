package bot_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"renewbot/blocks"
	"renewbot/bot/config"
	"renewbot/bot/sandbox"
	"renewbot/bot/slacksim"
	"renewbot/yeastar/yeastarsim"
)

// TestWhereTheBotIsNot types the command where nothing can be posted.
func TestWhereTheBotIsNot(t *testing.T) {
	t.Parallel()
	for name, where := range map[string]func(*bundle) string{
		"a public channel":  func(*bundle) string { return sandbox.Random },
		"a private channel": func(*bundle) string { return secret },
		"a shared channel":  func(*bundle) string { return sandbox.Partners },
		"a direct message":  func(b *bundle) string { return b.Slack.As(sandbox.Alice).DM() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, withSecret)
			alice := b.as(sandbox.Alice)
			if said := alice.command(where(b), "/renew"); said != "" {
				t.Errorf("/renew was answered: %s", said)
			}
			alice.choose("For whom", ourOwn, ourOwn)
			v := alice.view(postIn)
			f, _ := v.Field(postIn)
			if f.Value != "" || !contains(f.Hint, howToAdd) {
				t.Errorf("the channel is %q, with the hint %q", f.Value, f.Hint)
			}
			alice.complete(tutorial)
			var refusal *slacksim.Refusal
			if _, err := alice.p.Submit(b.ctx); !errors.As(err, &refusal) {
				t.Errorf("Slack sends the form without a channel: %v", err)
			}
			alice.choose(postIn, "", sandbox.Renewals)
			alice.submitOK()
			alice.titled("Please check")
			alice.submitOK()
			alice.titled("Request saved")
			b.card(sandbox.Renewals, "RNW-000001", "Approve")
		})
	}
}

// TestWhereTheBotIs proposes the channel of the command.
func TestWhereTheBotIs(t *testing.T) {
	t.Parallel()
	b := setup(t)
	alice := b.as(sandbox.Alice)
	for _, channel := range []string{sandbox.Renewals, sandbox.Leads} {
		alice.command(channel, "/renew northwind")
		if f, _ := alice.view(postIn).Field(postIn); f.Value != channel {
			t.Errorf("the form proposes %q, want %q", f.Value, channel)
		}
		if _, err := alice.p.CloseView(b.ctx, true); err != nil {
			t.Fatal(err)
		}
	}
}

// TestBadChannels chooses channels in which nothing can or may be posted.
func TestBadChannels(t *testing.T) {
	t.Parallel()
	conversation := func(id string) map[string]any {
		return map[string]any{"type": "conversations_select", "selected_conversation": id}
	}
	for name, tc := range map[string]struct {
		user    string
		prepare func(*bundle)
		channel func(*bundle) string
		want    string
	}{
		"the bot is not in it":    {sandbox.Alice, nil, id(sandbox.Random), howToAdd},
		"private, without bot":    {sandbox.Alice, nil, id(secret), howToAdd},
		"shared":                  {sandbox.Alice, nil, id(sandbox.Partners), "shared with another company"},
		"unknown":                 {sandbox.Alice, nil, id("C0NOSUCH"), howToAdd},
		"a direct message":        {sandbox.Alice, nil, func(b *bundle) string { return b.Slack.As(sandbox.Alice).DM() }, "not a direct message"},
		"private, without person": {sandbox.Dave, nil, id(sandbox.Leads), "You are not in that channel."},
		"archived": {sandbox.Alice, func(b *bundle) {
			b.Slack.AddChannel(slacksim.Channel{ID: "C0OLD", Name: "old", Members: []string{b.Slack.BotUserID(), sandbox.Alice}})
			b.Slack.Archive("C0OLD", true)
		}, id("C0OLD"), "archived"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, withSecret)
			if tc.prepare != nil {
				tc.prepare(b)
			}
			p := b.as(tc.user)
			p.fill(tutorial)
			form, _ := p.p.View()
			r, err := p.p.Force().Submit(b.ctx, form.ID, map[string]map[string]map[string]any{
				blocks.BlockChannel: {blocks.ActionChannel: conversation(tc.channel(b))},
			})
			if err != nil || r.Failure != "" {
				t.Fatalf("submit: %v %s", err, r.Failure)
			}
			if len(r.Errors) != 1 || !contains(r.Errors[blocks.BlockChannel], tc.want) {
				t.Errorf("the errors are %v, want %q at the channel", r.Errors, tc.want)
			}
		})
	}
}

func id(channel string) func(*bundle) string { return func(*bundle) string { return channel } }

// TestAllowedChannels restricts where requests may be posted.
func TestAllowedChannels(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		allowed  []string
		typedIn  string
		proposed string
		offered  []string
	}{
		"one, typed in it":          {[]string{sandbox.Renewals}, sandbox.Renewals, "#renewals", []string{"#renewals"}},
		"one, typed elsewhere":      {[]string{sandbox.Renewals}, sandbox.Random, "#renewals", []string{"#renewals"}},
		"several, typed in one":     {[]string{sandbox.Renewals, sandbox.Leads}, sandbox.Leads, "#leads", []string{"#renewals", "#leads"}},
		"several, typed elsewhere":  {[]string{sandbox.Renewals, sandbox.Leads}, sandbox.Random, "", []string{"#renewals", "#leads"}},
		"several, typed in another": {[]string{sandbox.Renewals, sandbox.Leads}, sandbox.Partners, "", []string{"#renewals", "#leads"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, func(o *sandbox.Options) {
				o.Configure = func(c *config.Config) { c.Renew.Channels = tc.allowed }
			})
			alice := b.as(sandbox.Alice)
			alice.command(tc.typedIn, "/renew northwind")
			v := alice.view(postIn)
			f, _ := v.Field(postIn)
			if got := chosen(v, postIn); got != tc.proposed {
				t.Errorf("the form proposes %q, want %q", got, tc.proposed)
			}
			if diff := cmp.Diff(tc.offered, texts(f.Options)); diff != "" {
				t.Errorf("the channels on offer (-want +got):\n%s", diff)
			}
			if !contains(f.Hint, "only in the channels set up for renewals") {
				t.Errorf("the hint is %q", f.Hint)
			}
			if !chosenContact(v) {
				alice.complete(wish{contact: "Sandhaven"})
			}
			r, err := alice.p.Force().Submit(b.ctx, v.ID, map[string]map[string]map[string]any{
				blocks.BlockChannel: {blocks.ActionChannel: {
					"type": "static_select", "selected_option": map[string]any{"value": sandbox.Audit},
				}},
			})
			if err != nil || !contains(r.Errors[blocks.BlockChannel], "Requests may not be posted there.") {
				t.Errorf("another channel is answered with %+v, %v", r, err)
			}
		})
	}
}

func chosenContact(v slacksim.View) bool { return chosen(v, "Billing contact") != "" }

// TestVerbsAndCustomers lets a customer be named like a command.
func TestVerbsAndCustomers(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Vendor.AddCustomer(yeastarsim.Customer{
		PartnerID: "3100417265109899999", AccountID: "3076951120475399999", Email: "a@list.example",
		Address: yeastarsim.Address{Company: "List & Label"},
	})
	if err := b.StopBot(); err != nil {
		t.Fatal(err)
	}
	if err := b.StartBot(b.ctx); err != nil {
		t.Fatal(err)
	}
	alice := b.as(sandbox.Alice)
	if said := alice.command(sandbox.Renewals, "/renew list"); !contains(said, "no open requests") {
		t.Errorf("/renew list was answered: %s", said)
	}
	alice.command(sandbox.Renewals, "/renew list label")
	if got := chosen(alice.view("For whom"), "For whom"); !contains(got, "List & Label") {
		t.Errorf("chosen is %q", got)
	}
}
