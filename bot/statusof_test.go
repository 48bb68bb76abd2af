package bot_test

import (
	"testing"

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
				b.wants(said, "I know no customer and no command")
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
	b.wants(alice.command(sandbox.Random, "/renew status zzz"), "I know no customer and no PBX by the name “zzz”.")
	b.wants(alice.command(sandbox.Random, "/renew status *RNW–000001*."), "RNW-000001", "Billing contact")
}
