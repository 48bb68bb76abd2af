package bot_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
	"renewbot/bot/slacksim"
)

const (
	acmeChoice = "Acme Telecom · it@acme-telecom.example"
	acmeToo    = "Acme Telecom Services · ops@acme-services.example"
	ourOwn     = "Our own account"
	postIn     = "Post the request in"
	howToAdd   = "/invite @renewbot"
)

// chosen is the text of the only choice in a field.
func chosen(v slacksim.View, field string) string {
	f, ok := v.Field(field)
	if !ok || len(f.Selected) != 1 {
		return ""
	}
	return f.Selected[0].Text
}

func TestRenewWithWords(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ words, holder, hint string }{
		"no words":                       {"", "", ""},
		"several fit":                    {"acme", "", "2 customers match “acme”; they come first."},
		"one fits":                       {"northwind", "Northwind Clinics", "The only customer that matches “northwind”."},
		"one fits, by e-mail":            {"ops@acme", "Acme Telecom Services", "The only customer that matches “ops@acme”."},
		"one fits, by a person's name":   {"lindqvist", "Acme Telecom", "The only customer that matches “lindqvist”."},
		"several fit, one is named so":   {"acme telecom", "Acme Telecom", "2 customers match “acme telecom”; they come first."},
		"case and spaces do not matter":  {"  ACME   telecom ", "Acme Telecom", "2 customers match “ACME telecom”; they come first."},
		"accents do not matter":          {"muller", "Müller & Söhne Bürotechnik GmbH", "The only customer that matches “muller”."},
		"an ampersand":                   {"müller & söhne", "Müller & Söhne Bürotechnik GmbH", "The only customer that matches “müller & söhne”."},
		"another script":                 {"さくら", "株式会社さくら通信", "The only customer that matches “さくら”."},
		"a right-to-left script":         {"النور", "شركة النور للاتصالات", "The only customer that matches “النور”."},
		"a name that begins like a verb": {"list northwind", "", "no help"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			alice := b.as(sandbox.Alice)
			alice.knowsCustomers()
			said := alice.command(sandbox.Renewals, "/renew "+tc.words)
			if tc.hint == "no help" {
				if !contains(said, "I know no customer, no PBX and no command") || !contains(said, "/renew status RNW-000123") {
					t.Errorf("the answer is not the help: %s", said)
				}
				alice.noView()
				return
			}
			v := alice.view("For whom")
			f, _ := v.Field("For whom")
			if got := stripIsolates(chosen(v, "For whom")); !strings.HasPrefix(got, tc.holder) || (tc.holder == "" && got != "") {
				t.Errorf("chosen is %q, want %q", got, tc.holder)
			}
			if got := stripIsolates(f.Hint); got != tc.hint {
				t.Errorf("the hint is %q, want %q", got, tc.hint)
			}
			if _, ok := v.Field("Plan"); ok != (tc.holder != "") {
				t.Errorf("the plan is asked for: %v", ok)
			}
		})
	}
}

// knowsCustomers opens the form and closes it, so that the bot knows the customers and what
// it says of words does not depend on how far it is.
func (a *actor) knowsCustomers() {
	a.b.t.Helper()
	a.command(sandbox.Renewals, "/renew")
	a.view("For whom")
	if _, err := a.p.CloseView(a.b.ctx, true); err != nil {
		a.b.t.Fatal(err)
	}
}

// stripIsolates removes the invisible signs that keep scripts of two directions apart.
func stripIsolates(s string) string {
	return strings.NewReplacer("\u2066", "", "\u2067", "", "\u2068", "", "\u2069", "").Replace(s)
}

func TestNarrowedList(t *testing.T) {
	t.Parallel()
	b := setup(t)
	alice := b.as(sandbox.Alice)
	alice.command(sandbox.Renewals, "/renew acme")
	alice.view("For whom")
	options, err := alice.p.Search(b.ctx, "For whom", "")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{acmeChoice, acmeToo}, texts(options)); diff != "" {
		t.Errorf("the list before anything is typed (-want +got):\n%s", diff)
	}
	// What is typed then replaces the words of the command.
	options, err = alice.p.Search(b.ctx, "For whom", "helios")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"Helios Hotels · admin@helios-hotels.example"}, texts(options)); diff != "" {
		t.Errorf("the list for another name (-want +got):\n%s", diff)
	}
}

func texts(options []slacksim.Option) []string {
	var all []string
	for _, o := range options {
		all = append(all, o.Text)
	}
	return all
}

func TestNobodyFits(t *testing.T) {
	t.Parallel()
	b := setup(t)
	alice := b.as(sandbox.Alice)
	alice.knowsCustomers()
	said := alice.command(sandbox.Renewals, "/renew <!channel> *zzz*")
	for _, piece := range []string{"I know no customer, no PBX and no command", "/renew help"} {
		if !contains(said, piece) {
			t.Errorf("the answer does not say %q: %s", piece, said)
		}
	}
	if contains(said, "@channel") {
		t.Errorf("the answer calls the channel: %s", said)
	}
	alice.noView()
	if all := b.Slack.Snapshot().All(sandbox.Renewals); len(all) != 0 {
		t.Errorf("the channel has %d messages", len(all))
	}
}

func TestHelp(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, words := range []string{"help", "HELP", "  Help  ", "?", "help me please"} {
		said := b.as(sandbox.Alice).command(sandbox.Random, "/renew "+words)
		for _, piece := range []string{"/renew acme", "/renew list", "/renew status RNW-000123", "/renew cancel RNW-000123", "Nothing is ordered"} {
			if !contains(said, piece) {
				t.Errorf("/renew %s does not say %q: %s", words, piece, said)
			}
		}
	}
}

func TestList(t *testing.T) {
	t.Parallel()
	b := setup(t)
	alice, bob, dave := b.as(sandbox.Alice), b.as(sandbox.Bob), b.as(sandbox.Dave)
	const none = "You have no open requests, and none waits for your decision."
	if said := alice.command(sandbox.Renewals, "/renew list"); !contains(said, none) {
		t.Errorf("an empty list says: %s", said)
	}
	first := alice.request(tutorial)
	bob.request(wish{holder: "Acme Telecom", plan: tutorial.plan, extensions: "50", channel: sandbox.Leads, contact: "Sandhaven"})

	said := alice.command(sandbox.Renewals, "/renew List")
	if !contains(said, "Your open requests (1)") || !contains(said, "RNW-000001") || contains(said, "RNW-000002") {
		t.Errorf("Alice's list: %s", said)
	}
	said = bob.command(sandbox.Random, "/renew list")
	if !contains(said, "Waiting for your decision (1)") || !contains(said, "RNW-000001") ||
		!contains(said, "Your open requests (1)") || !contains(said, "RNW-000002") {
		t.Errorf("Bob's list: %s", said)
	}
	if said := dave.command(sandbox.Renewals, "/renew list"); !contains(said, none) {
		t.Errorf("Dave's list: %s", said)
	}
	bob.press(first, "Approve")
	b.says(sandbox.Renewals, "XS3401174502129270784")
	if said := alice.command(sandbox.Renewals, "/renew list"); !contains(said, none) {
		t.Errorf("Alice's list after the order: %s", said)
	}
}

func TestStatus(t *testing.T) {
	t.Parallel()
	b := setup(t)
	alice := b.as(sandbox.Alice)
	alice.request(tutorial)
	alice.request(wish{holder: "Acme Telecom", plan: tutorial.plan, extensions: "50", channel: sandbox.Leads, contact: "Sandhaven"})

	for name, tc := range map[string]struct {
		user, text string
		want       string
	}{
		"own":                              {sandbox.Alice, "status RNW-000001", "RNW-000001"},
		"own, in a private channel":        {sandbox.Alice, "status RNW-000002", "Acme Telecom"},
		"another's, in a public channel":   {sandbox.Dave, "status RNW-000001", "asks for a renewal"},
		"another's, for an approver":       {sandbox.Carol, "status RNW-000002", "Acme Telecom"},
		"lower case":                       {sandbox.Alice, "status rnw-000001", "RNW-000001"},
		"without zeros":                    {sandbox.Alice, "STATUS rnw-1", "asks for a renewal"},
		"only the number":                  {sandbox.Alice, "status   1 ", "asks for a renewal"},
		"the number as people write it":    {sandbox.Alice, "status #1", "asks for a renewal"},
		"unknown":                          {sandbox.Alice, "status RNW-000099", "There is no request RNW-000099."},
		"malformed":                        {sandbox.Alice, "status RNW-ABC", "I need a request's number, such as RNW-000123"},
		"negative":                         {sandbox.Alice, "status -1", "I need a request's number"},
		"zero":                             {sandbox.Alice, "status 0", "I need a request's number"},
		"too large":                        {sandbox.Alice, "status 99999999999999999999", "I need a request's number"},
		"no number":                        {sandbox.Alice, "status", "I need a request's number"},
		"two numbers":                      {sandbox.Alice, "status 1 2", "I need a request's number"},
		"another's, in a private channel":  {sandbox.Dave, "status RNW-000002", "belongs to a private channel that you are not in"},
		"cancel another's":                 {sandbox.Dave, "cancel RNW-000001", "Only @alice, who asked for it, can cancel RNW-000001."},
		"cancel another's, as an approver": {sandbox.Bob, "cancel 1", "Only @alice, who asked for it, can cancel RNW-000001."},
		"cancel an unknown one":            {sandbox.Alice, "cancel RNW-000099", "There is no request RNW-000099."},
		"cancel without a number":          {sandbox.Alice, "cancel", "After “cancel” I need a request's number"},
	} {
		t.Run(name, func(t *testing.T) {
			said := b.as(tc.user).command(sandbox.Random, "/renew "+tc.text)
			if !contains(said, tc.want) {
				t.Errorf("/renew %s was answered: %s\nwant %q", tc.text, said, tc.want)
			}
			if tc.user == sandbox.Dave && contains(said, "Acme") {
				t.Errorf("Dave was told about the private channel: %s", said)
			}
		})
	}
	b.wantDenied(attempt{sandbox.Dave, "status", renewal.RefusedNotAllowed})
	b.wantDenied(attempt{sandbox.Dave, "cancel", renewal.RefusedNotAllowed})
	b.wantDenied(attempt{sandbox.Bob, "cancel", renewal.RefusedNotAllowed})
	b.wantStatus(1, renewal.Pending)
}

func TestCancel(t *testing.T) {
	t.Parallel()
	b := setup(t)
	alice := b.as(sandbox.Alice)
	card := alice.request(tutorial)
	if said := alice.command(sandbox.Random, "/renew cancel rnw-1"); !contains(said, "RNW-000001 was cancelled by @alice. Nothing was ordered.") {
		t.Errorf("the answer is: %s", said)
	}
	b.wantStatus(1, renewal.Cancelled)
	b.says(sandbox.Renewals, "@alice cancelled the request.", "Nothing was ordered.")
	b.wait("a card that only asks again", func(s *slacksim.Snapshot) bool {
		m, _ := b.Slack.Message(card.Ref())
		return endedCard(m)
	})
	if said := alice.command(sandbox.Random, "/renew cancel 1"); !contains(said, "RNW-000001 was cancelled by @alice") {
		t.Errorf("cancelling twice is answered: %s", said)
	}
	b.wantDenied(attempt{sandbox.Alice, "cancel", renewal.RefusedStatus})
	if n := len(b.Vendor.OrderRequests()); n != 0 {
		t.Errorf("%d orders were sent", n)
	}
}

const secret = "G0SECRET" // a private channel without the bot

func withSecret(o *sandbox.Options) {
	o.Slack = append(o.Slack, func(w *slacksim.Workspace) {
		w.AddChannel(slacksim.Channel{ID: secret, Name: "secret", Private: true, Members: []string{sandbox.Alice}})
	})
}
