package bot_test

import (
	"testing"

	"renewbot/bot/sandbox"
	"renewbot/bot/slacksim"
	"renewbot/yeastar/yeastarsim"
)

// While the lists of PBXs cannot be read nobody is told that a PBX is unknown.
func TestListsOfPBXsThatCannotBeRead(t *testing.T) {
	t.Parallel()
	b := setup(t, switched(yeastarsim.Generous), func(o *sandbox.Options) {
		o.Restore = func(_ *slacksim.Workspace, s *yeastarsim.Server) error {
			s.Fault(yeastarsim.InstanceProductList, yeastarsim.Refuse("no_access", "No API access."))
			return nil
		}
	})
	alice := b.as(sandbox.Alice)
	alice.knowsCustomers()
	const why = "The lists of PBXs cannot be read now, so it may be one all the same. Yeastar's Partner Portal refused to answer: No API access."
	alice.command(sandbox.Renewals, "/renew "+yeastarsim.CloudSerial)
	b.wants(alice.reads("Nothing is ordered until"), why, "Please try again in a moment.")
	alice.back()
	b.wants(alice.command(sandbox.Renewals, "/renew leeds"), "I know no customer and no command “leeds”.", why, "Nothing was ordered.")
	b.wants(alice.command(sandbox.Renewals, "/renew status "+yeastarsim.CloudSerial), "no request for such a PBX", why, "Nothing was changed or ordered.")
	alice.command(sandbox.Renewals, "/renew history "+yeastarsim.CloudSerial)
	alice.list(why)
}
