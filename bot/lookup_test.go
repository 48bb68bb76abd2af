package bot_test

import (
	"testing"
	"time"

	"renewbot/blocks"
	"renewbot/bot"
	"renewbot/bot/ledger"
	"renewbot/bot/sandbox"
	"renewbot/bot/slacksim"
	"renewbot/yeastar/yeastarsim"
)

// since lists the names of the Web API calls after a mark in the journal.
func (b *bundle) since(mark int) []slacksim.Entry {
	var calls []slacksim.Entry
	for _, e := range b.Slack.Journal()[mark:] {
		if e.Kind == slacksim.EntryCall {
			calls = append(calls, e)
		}
	}
	return calls
}

// wantOneCall wants the form to have been opened by one call, finished.
func (b *bundle) wantOneCall(mark int) {
	b.t.Helper()
	opened := 0
	for _, e := range b.since(mark) {
		switch e.Name {
		case "views.open":
			opened++
			if contains(string(e.Body), blocks.CallbackLoading) || contains(e.Param("view"), blocks.CallbackLoading) {
				b.t.Error("the loading view was opened")
			}
		case "views.update", "views.push":
			b.t.Errorf("the form was drawn again by %s", e.Name)
		}
	}
	if opened != 1 {
		b.t.Errorf("views.open was called %d times", opened)
	}
}

// cold starts the bot anew with a vendor in trouble, so that nothing is in its cache.
func cold(t *testing.T, e yeastarsim.Endpoint, f yeastarsim.Fault, change ...func(*sandbox.Options)) *bundle {
	t.Helper()
	b := setup(t, change...)
	b.stop()
	b.Vendor.Fault(e, f)
	b.start()
	return b
}

func TestWarmFormIsOneCall(t *testing.T) {
	t.Parallel()
	b := setup(t)
	alice := b.as(sandbox.Alice)
	for _, words := range []string{"", "acme", "acme telecom"} {
		alice.command(sandbox.Renewals, "/renew "+words) // whatever was cold is warm now
		alice.view("For whom")
		if words == "acme telecom" {
			alice.view("Plan")
		}
		if _, err := alice.p.CloseView(b.ctx, true); err != nil {
			t.Fatal(err)
		}
		b.wait("no view", func(s *slacksim.Snapshot) bool { _, ok := s.View(sandbox.Alice); return !ok })
		mark := len(b.Slack.Journal())
		alice.command(sandbox.Renewals, "/renew "+words)
		alice.view("For whom")
		b.wantOneCall(mark)
		if _, err := alice.p.CloseView(b.ctx, true); err != nil {
			t.Fatal(err)
		}
	}
}

func TestColdFormLoadsFirst(t *testing.T) {
	t.Parallel()
	for _, endpoint := range []yeastarsim.Endpoint{
		yeastarsim.Token, yeastarsim.PartnerList, yeastarsim.PurchaseProductInfo, yeastarsim.BillingContactList,
	} {
		t.Run(string(endpoint), func(t *testing.T) {
			t.Parallel()
			release := make(chan struct{})
			b := cold(t, endpoint, yeastarsim.Hold(release))
			alice := b.as(sandbox.Alice)
			if said := alice.command(sandbox.Renewals, "/renew northwind"); said != "" {
				t.Errorf("/renew was answered: %s", said)
			}
			v := alice.titled("Renew a subscription")
			if v.CallbackID != blocks.CallbackLoading || !contains(b.Slack.TextView(v), "Asking Yeastar") {
				t.Errorf("the first view is:\n%s", b.Slack.TextView(v))
			}
			close(release)
			if got := chosen(alice.view("Plan"), "For whom"); !contains(got, "Northwind") {
				t.Errorf("chosen is %q", got)
			}
		})
	}
}

// TestPackageIsLookedUpBehindTheForm has a slow list of packages, without which the form
// can do: it opens at once and is completed when the list is there.
func TestPackageIsLookedUpBehindTheForm(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	b := cold(t, yeastarsim.InstanceProductList, yeastarsim.Hold(release))
	alice := b.as(sandbox.Alice)
	alice.command(sandbox.Renewals, "/renew northwind")
	b.lacks(alice.reads("Looking up what there is to renew"), "Number of extensions")
	alice.typeIn("PO number", "PO-77")
	close(release)
	alice.view("Number of extensions")
	if f, _ := alice.view("PO number").Field("PO number"); f.Value != "PO-77" {
		t.Errorf("what was typed meanwhile is %q now", f.Value)
	}
}

// TestChoicesDoNotWaitForWhatIsFoundLate chooses a day while the list of packages hangs,
// which the form of the customer chosen before still waits for.
func TestChoicesDoNotWaitForWhatIsFoundLate(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	b := cold(t, yeastarsim.InstanceProductList, yeastarsim.Hold(release), tuned(func(_ *ledger.Options, p *bot.Options) {
		p.OptionalWait = 0 // the bot's own
	}))
	defer close(release)
	alice := b.as(sandbox.Alice)
	alice.command(sandbox.Renewals, "/renew")
	alice.chooseHolder("Northwind Clinics")
	alice.view("Order")
	before := len(b.Slack.Calls("views.update"))
	alice.choose("Order", "", "On a day that I choose…")
	alice.view("Day of the order")
	if n := len(b.Slack.Calls("views.update")) - before; n != 1 {
		t.Errorf("the form was drawn %d times, want once: the choice had to wait", n)
	}
}

// TestVendorDownAtStart starts the bot while the vendor is down, in each way: people are
// told so, and can go on once it is back.
func TestVendorDownAtStart(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		endpoint yeastarsim.Endpoint
		fault    yeastarsim.Fault
		told     string
		within   time.Duration // of each look-up; 0: the client's own
	}{
		"server error":        {yeastarsim.AnyEndpoint, yeastarsim.HTTPError(503), "can't be reached right now", 0},
		"connection reset":    {yeastarsim.AnyEndpoint, yeastarsim.Reset(), "can't be reached right now", 0},
		"maintenance page":    {yeastarsim.PartnerList, yeastarsim.HTMLPage(), "can't be reached right now", 0},
		"credentials refused": {yeastarsim.Token, yeastarsim.Unauthorized(), "refuses our credentials", 0},
		"look-up refused":     {yeastarsim.BillingContactList, yeastarsim.Refuse("quota", "Too much for *today*."), "refused to answer: Too much for", 0},
		"no answer":           {yeastarsim.PartnerList, yeastarsim.Hang(), "takes too long to answer", 3 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock := &movable{}
			b := cold(t, tc.endpoint, tc.fault, func(o *sandbox.Options) { o.Now, o.ReadTimeout = clock.now, tc.within })
			alice := b.as(sandbox.Alice)
			alice.command(sandbox.Renewals, "/renew northwind")
			trouble := func() slacksim.View {
				v, err := alice.p.WaitView(b.ctx, func(v slacksim.View) bool { return v.CallbackID == blocks.CallbackTrouble })
				if err != nil {
					t.Fatal(err)
				}
				return v
			}
			text := b.Slack.TextView(trouble())
			for _, piece := range []string{tc.told, "Nothing was ordered.", "[Try again]"} {
				if !contains(text, piece) {
					t.Errorf("the view does not say %q:\n%s", piece, text)
				}
			}
			b.Vendor.ClearFaults()
			clock.advance(time.Minute) // failures are remembered, but briefly
			if _, err := alice.p.PressInView(b.ctx, "Try again"); err != nil {
				t.Fatal(err)
			}
			if got := chosen(alice.view("Plan"), "For whom"); !contains(got, "Northwind") {
				t.Errorf("the words after the command are lost: chosen is %q", got)
			}
		})
	}
}

// TestTryAgainInVain presses "Try again" while the vendor is still down.
func TestTryAgainInVain(t *testing.T) {
	t.Parallel()
	clock := &movable{}
	b := cold(t, yeastarsim.Token, yeastarsim.Unauthorized(), func(o *sandbox.Options) { o.Now = clock.now })
	alice := b.as(sandbox.Alice)
	alice.command(sandbox.Renewals, "/renew")
	seen := ""
	for range 3 {
		v, err := alice.p.WaitView(b.ctx, func(v slacksim.View) bool {
			return v.CallbackID == blocks.CallbackTrouble && v.Hash != seen
		})
		if err != nil {
			t.Fatal(err)
		}
		seen = v.Hash
		clock.advance(time.Minute)
		if _, err := alice.p.PressInView(b.ctx, "Try again"); err != nil {
			t.Fatal(err)
		}
	}
}

// TestTryAgainThatSlackDoesNotTake tells whoever pressed it that the form may not be there.
func TestTryAgainThatSlackDoesNotTake(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]slacksim.Fault{"refused": {Kind: slacksim.FaultStatus}, "its answer is lost": {Kind: slacksim.FaultReset, After: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := cold(t, yeastarsim.Token, yeastarsim.Unauthorized())
			alice := b.as(sandbox.Alice)
			alice.command(sandbox.Renewals, "/renew")
			if _, err := alice.p.WaitView(b.ctx, func(v slacksim.View) bool { return v.CallbackID == blocks.CallbackTrouble }); err != nil {
				t.Fatal(err)
			}
			b.Slack.Fail("views.update", fault)
			if _, err := alice.p.PressInView(b.ctx, "Try again"); err != nil {
				t.Fatal(err)
			}
			b.hears(sandbox.Alice, "Slack did not confirm that the form was opened", "start again with /renew", "Nothing was ordered")
		})
	}
}

// TestVendorDownLater takes the vendor away once the bot is warm: the form works with
// what is known, however old it is.
func TestVendorDownLater(t *testing.T) {
	t.Parallel()
	clock := &movable{}
	b := setup(t, func(o *sandbox.Options) { o.Now = clock.now })
	alice := b.as(sandbox.Alice)
	alice.fill(tutorial)
	if _, err := alice.p.CloseView(b.ctx, true); err != nil {
		t.Fatal(err)
	}
	b.Vendor.Fault(yeastarsim.AnyEndpoint, yeastarsim.HTTPError(503))
	clock.advance(3 * time.Hour)
	mark := len(b.Slack.Journal())
	alice.fill(tutorial)
	for _, e := range b.since(mark) {
		if e.Name == "views.open" && contains(e.Param("view"), blocks.CallbackLoading) {
			t.Error("a loading view was opened")
		}
	}
	alice.submitOK()
	alice.titled("Please check")
}

// TestCacheIsRefreshedInTheBackground changes what the vendor tells: the old value is
// shown at once after its time, and the new one soon.
func TestCacheIsRefreshedInTheBackground(t *testing.T) {
	t.Parallel()
	clock := &movable{}
	b := setup(t, func(o *sandbox.Options) { o.Now = clock.now })
	alice := b.as(sandbox.Alice)
	plans := func() []string {
		alice.command(sandbox.Renewals, "/renew northwind")
		f, _ := alice.view("Plan").Field("Plan")
		if _, err := alice.p.CloseView(b.ctx, true); err != nil {
			t.Fatal(err)
		}
		return texts(f.Options)
	}
	if got := plans(); got[0] != "Enterprise Plan" {
		t.Fatalf("the plans are %q", got)
	}
	asked := b.Vendor.Calls(yeastarsim.PurchaseProductInfo)
	b.Vendor.UpdateProduct(yeastarsim.Turnkey, func(p *yeastarsim.Product) { p.Plans[0].Name = "Enterprise Plan 2" })
	plans()
	if n := b.Vendor.Calls(yeastarsim.PurchaseProductInfo); n != asked {
		t.Errorf("a warm look-up asked the vendor %d times", n-asked)
	}
	clock.advance(6 * time.Minute)
	mark := len(b.Slack.Journal())
	plans()
	for _, e := range b.since(mark) {
		if contains(e.Param("view"), blocks.CallbackLoading) {
			t.Error("an ageing look-up was waited for")
		}
	}
	b.repeat("told the new name", func() bool { return plans()[0] == "Enterprise Plan 2" })
}
