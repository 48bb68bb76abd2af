package bot_test

import (
	"testing"

	"renewbot/bot/sandbox"
	"renewbot/yeastar/yeastarsim"
)

// A line for a customer of whose package nothing is told says what to write.
func TestLineOfWhichNoPlanIsTold(t *testing.T) {
	t.Parallel()
	b := setup(t, switched(yeastarsim.Generous))
	alice := b.as(sandbox.Alice)
	alice.command(sandbox.Renewals, "/renew batch")
	alice.view("Lines")
	alice.typeIn("Lines", "holder,product,contact,quantity\nQuayside Dental,p-series-turnkey,Sandhaven Communications,10")
	alice.submitOK()
	alice.titled("Please check")
	read := alice.reads("The plan is missing, and the portal does not tell it for certain: write it into the column plan; there are: ", "Enterprise Plan")
	b.lacks(read, "may not be on offer any more", "Choose the plan")
	b.nothingStored()
}

// A line that wants no plan of a product that needs one says that, and nothing of its number.
func TestLineWithoutAPlanThatIsNeeded(t *testing.T) {
	t.Parallel()
	b := setup(t, switched(yeastarsim.Generous))
	alice := b.as(sandbox.Alice)
	alice.command(sandbox.Renewals, "/renew batch")
	alice.view("Lines")
	alice.typeIn("Lines", "holder,product,plan,contact\n"+yeastarsim.CloudSerial+",cloud-pbx,none,Sandhaven Communications")
	alice.submitOK()
	alice.titled("Please check")
	read := alice.reads("Cloud PBX (PCE Instance) is not renewed without its plan: leave the column plan empty, or write which one.")
	b.lacks(read, "Type a number", "Choose the plan")
	b.nothingStored()
}
