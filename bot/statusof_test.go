package bot_test

import (
	"strings"
	"testing"

	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
)

// "/renew self" and its kin mean our own account, and a name that only one customer's
// begins with means that one.
func TestRenewForWhomSomebodyNames(t *testing.T) {
	t.Parallel()
	for words, holder := range map[string]string{
		"self": ourOwn, "Our own": ourOwn, "“our own account”": ourOwn, "us and them": "",
		"acme tel": "Acme Telecom", "*northw*": "Northwind Clinics", "Helios hotels": "Helios Hotels",
	} {
		t.Run(words, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			alice := b.as(sandbox.Alice)
			alice.knowsCustomers()
			said := alice.command(sandbox.Renewals, "/renew "+words)
			if holder == "" {
				b.wants(said, "I know no customer, no PBX and no command")
				return
			}
			if said != "" {
				t.Fatalf("the answer is %s", said)
			}
			v := alice.view("Plan")
			if got := stripIsolates(chosen(v, "For whom")); got != holder && !contains(got, holder+" · ") {
				t.Errorf("chosen is %q, want %q", got, holder)
			}
		})
	}
}

// "/renew status acme" lists the requests for that customer that somebody may see.
func TestStatusOfACustomer(t *testing.T) {
	t.Parallel()
	b := setup(t)
	alice, dave, bob := b.as(sandbox.Alice), b.as(sandbox.Dave), b.as(sandbox.Bob)
	secret := acmeWish
	secret.channel = sandbox.Leads // private, and Dave is not in it
	alice.request(acmeWish)
	alice.request(secret)
	alice.request(tutorial)

	for who, want := range map[*actor][]string{
		alice: {"RNW-000001", "RNW-000002"}, bob: {"RNW-000001", "RNW-000002"}, dave: {"RNW-000001"},
	} {
		said := who.command(sandbox.Random, "/renew status *Acme Telecom*")
		b.wants(said, append(want, "Acme Telecom", "Waiting for approval")...)
		b.lacks(said, "RNW-000003")
		if len(want) == 1 {
			b.lacks(said, "RNW-000002")
		}
	}
	b.wants(alice.command(sandbox.Random, "/renew status acme"), "RNW-000001", "RNW-000002") // several fit
	said := alice.command(sandbox.Random, "/renew status our own")
	b.wants(said, "RNW-000003")
	b.lacks(said, "RNW-000001")
	b.wants(alice.command(sandbox.Random, "/renew status northwind"), "There is no request for “northwind” that you may see.")
	b.wants(alice.command(sandbox.Random, "/renew status zzz"), "I know no customer and no PBX by the name “zzz”. To see one request, type its number")
	b.wants(alice.command(sandbox.Random, "/renew status *RNW–000001*."), "RNW-000001", "Billing contact")
}

// linkTo is the address of a message, as people copy it.
func linkTo(channel, ts string) string {
	return "https://reseller.slack.com/archives/" + channel + "/p" + strings.ReplaceAll(ts, ".", "")
}

// A request is found by the link of its card, and of its message in the channel. The link of one in a channel that
// somebody is not in tells no more than one of nothing.
func TestStatusByALink(t *testing.T) {
	t.Parallel()
	b := setup(t)
	alice, dave := b.as(sandbox.Alice), b.as(sandbox.Dave)
	card := alice.request(acmeWish)
	secret := acmeWish
	secret.channel = sandbox.Leads
	hidden := alice.request(secret)
	thread := "?thread_ts=" + card.ThreadTS + "&amp;cid=" + card.Channel
	for _, link := range []string{
		linkTo(card.Channel, card.TS) + thread, linkTo(card.Channel, card.ThreadTS), linkTo(card.Channel, "1500000000.000100") + thread,
		"*" + linkTo(card.Channel, card.TS) + "*, please", "<" + linkTo(card.Channel, card.TS) + "|the card>",
	} {
		b.wants(dave.command(sandbox.Random, "/renew status "+link), "RNW-000001", "Billing contact")
	}
	b.wants(alice.command(sandbox.Random, "/renew status "+linkTo(hidden.Channel, hidden.TS)), "RNW-000002", "Billing contact")
	nothing := dave.command(sandbox.Random, "/renew status "+linkTo(card.Channel, "1500000000.000100"))
	b.wants(nothing, "That link is of no request that you may see.", "such as RNW-000123", "Nothing was changed or ordered.")
	for _, verb := range []string{"status", "cancel"} {
		if said := dave.command(sandbox.Random, "/renew "+verb+" "+linkTo(hidden.Channel, hidden.TS)); said != nothing {
			t.Errorf("the link of a private request is answered: %s", said)
		}
	}
	b.happened("RNW-000002", renewal.CodeDenied)
	b.wants(alice.command(sandbox.Random, "/renew cancel "+linkTo(card.Channel, card.TS)), "RNW-000001")
	b.happened("RNW-000001", renewal.CodeCancelled)
	b.wants(dave.command(sandbox.Random, "/renew status https://renewals.example/1"), "After “status” I need a request's number", "the link of its message", "Nothing was changed or ordered.")
}
