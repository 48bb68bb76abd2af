package program

import (
	"net/http"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"renewbot/bot/check"
	"renewbot/bot/slacksim"
	"renewbot/yeastar"
	"renewbot/yeastar/yeastarsim"
)

func TestCheckOfASiteThatIsRight(t *testing.T) {
	t.Parallel()
	for name, begin := range map[string]func(*site){
		"before the first start": func(*site) {},
		"beside the running bot": func(s *site) {
			s.running().wait("both connections", func() bool { _, said := s.ready(); return strings.Contains(said, "2 of 2") })
		},
		"after it was stopped": func(s *site) {
			b := s.running()
			_ = b.cmd.Process.Signal(syscall.SIGTERM)
			<-b.ended
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			begin(s)
			c := s.check()
			for _, r := range c.Results {
				if r.Status != check.OK && r.Status != check.Note {
					t.Errorf("%s %s: %s", r.Status, r.Check, r.Found)
				}
			}
			if c.Exit != check.ExitOK {
				t.Errorf("check ends with %d", c.Exit)
			}
			s.onlyLooked(false)
		})
	}
}

// TestCheckOpensNoConnectionBesideABot looks that clicks are left to the running bot,
// unless -live asks for more.
func TestCheckOpensNoConnectionBesideABot(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.running().wait("both connections", func() bool { return len(s.slack.Connections()) == 2 })
	opened := func() (n int) {
		for _, e := range s.slack.Journal() {
			if e.Kind == slacksim.EntrySocket && e.Name == "open" {
				n++
			}
		}
		return n
	}
	before := opened()
	if got := s.check().lines("socket mode"); got[0].Status != check.OK || !strings.Contains(got[0].Found, "No connection was opened") {
		t.Errorf("beside a bot: %+v", got)
	}
	if got := opened() - before; got != 0 {
		t.Errorf("%d connections were opened beside a running bot", got)
	}
	if got := s.check("-live").lines("socket mode"); got[0].Status != check.OK || !strings.Contains(got[0].Found, "2 connections beside this one") {
		t.Errorf("-live beside a bot: %+v", got)
	}
	if got := opened() - before; got != 1 {
		t.Errorf("%d connections were opened with -live", got)
	}
	s.onlyLooked(false)
}

// TestDiskFillsUnderABot fills the disk, which is a limit for files here, while the bot
// runs: it can still read, and must not call itself ready.
func TestDiskFillsUnderABot(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.stopped()
	s.limit = "ulimit -f 400"
	b := s.running()
	var status int
	var said string
	b.wait("/readyz tells that nothing can be saved", func() bool {
		for _, wish := range []string{"none", "all"} { // each is written down
			_, _ = s.slack.As(alice).Force().Command(t.Context(), renewals, "/renew notify "+wish)
		}
		status, said = s.ready()
		return strings.Contains(said, "database: down, nothing can be saved")
	})
	if status != http.StatusServiceUnavailable {
		t.Errorf("/readyz answers %d: %s", status, said)
	}
	b.wait("the log tells of it", func() bool { return strings.Contains(b.log.String(), "is its disk full") })
	c := s.check()
	for name, part := range map[string]string{"disk": "nothing can be written in", "http address": "not ready: nothing can be saved"} {
		if got := c.lines(name); got[0].Status != check.Problem || !strings.Contains(got[0].Found, part) {
			t.Errorf("check says of %s: %+v", name, got)
		}
	}
}

// TestLiveTellsNothingOfCustomers runs check -live on answers that hold all there can be.
func TestLiveTellsNothingOfCustomers(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change  func(*yeastarsim.Switches)
		exit    int
		without []string // what each product is offered without, as far as it is
	}{
		"generous": {yeastarsim.Generous, check.ExitOK, nil},
		"bare":     {yeastarsim.Bare, check.ExitWarnings, bareLacks()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			s.env["YEASTAR_PRODUCTS"] = everyProduct()
			s.vendor.Switch(test.change)
			c := s.check("-live")
			if c.Exit != test.exit || len(c.Answers) < 8 {
				t.Errorf("check -live ends with %d and tells of %d calls", c.Exit, len(c.Answers))
			}
			var without []string
			for _, r := range c.lines("fields") {
				without = append(without, r.Found)
			}
			if diff := cmp.Diff(test.without, without); diff != "" {
				t.Errorf("offered without fields (-want +got):\n%s", diff)
			}
			for _, a := range c.Answers {
				if a.Call == "renew_add_on_info" && strings.Contains(a.Failed, "The service does not exist") {
					continue // none of the packages that were tried has it
				}
				if a.Failed != "" || len(a.Fields) == 0 {
					t.Errorf("%s: failed %q, %d fields", a.Call, a.Failed, len(a.Fields))
				}
			}
			var known []string
			for _, v := range s.vendor.Customers() {
				known = append(known, v.PartnerID, v.AccountID, v.Email, v.Company, v.FirstName, v.LastName, v.City)
			}
			for _, v := range s.vendor.BillingContacts() {
				known = append(known, v.ID, v.EmailAddress, v.Company, v.FirstName, v.LastName)
			}
			for _, v := range s.vendor.Orders() {
				known = append(known, v.OrderNo, v.TransactionNo, v.PONumber)
			}
			for _, v := range s.vendor.Packages() {
				known = append(known, v.ProductNo)
			}
			for _, text := range known {
				if len([]rune(text)) > 2 && strings.Contains(c.raw, text) {
					t.Errorf("it tells %q", text)
				}
			}
			s.onlyLooked(false)
		})
	}
}

// bareLacks is what is said of each row where the portal tells only what is documented by name.
func bareLacks() []string {
	var says []string
	for _, p := range yeastar.Products() {
		var parts []string
		for _, c := range []struct {
			what  string
			needs bool
		}{
			{"the number of extensions", p.Quantity == yeastar.QuantityCurrent},
			{"the present billing cycle", p.CycleKept},
			{"the services that must not be left out, if those that were looked at have any", p.Together},
			{"whose package it is", p.Holder == yeastar.ByAccount},
			{"the plan that it has", p.PlanLine},
			{"when it ends", true},
		} {
			if c.needs {
				parts = append(parts, c.what)
			}
		}
		says = append(says, p.Name+" is offered, and the portal's answers do not tell "+strings.Join(parts, ", nor "))
	}
	return says
}

// TestLiveFindsARenewalToAskAbout asks about another plan than the catalogue's first where the
// packages have it, whether they tell it or not, and says what it could not look at.
func TestLiveFindsARenewalToAskAbout(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change  func(*site)
		failed  bool
		warning string
	}{
		"the plan is told":     {func(*site) {}, false, ""},
		"the plan is not told": {func(s *site) { s.vendor.Switch(func(s *yeastarsim.Switches) { s.PackagePlan = false }) }, false, "do not tell the services"},
		"the renewal is refused": {func(s *site) {
			s.vendor.Switch(func(s *yeastarsim.Switches) { yeastarsim.Bare(s) })
			s.vendor.Fault(yeastarsim.RenewPlanInfo, yeastarsim.Refuse("no_access", "No API access."))
		}, true, "could not be looked at whether the portal tells the number of extensions, and the present billing cycle"},
		"nothing is listed": {func(s *site) {
			s.vendor.Fault(yeastarsim.InstanceProductList, yeastarsim.Refuse("no_access", "No API access."))
		}, true, "what was bought of it could not be looked at"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			s.env["YEASTAR_PRODUCTS"] = "cloud-pbx"
			s.vendor.Switch(yeastarsim.Generous)
			for _, p := range s.vendor.Packages() {
				if p.ProductID == yeastarsim.CloudPBX {
					s.vendor.UpdateOwned(p.ProductID, p.ProductNo, func(p *yeastarsim.Package) { p.PlanID = "3048572026291630080" })
				}
			}
			c.change(s)
			got := s.check("-live")
			failed := false
			for _, a := range got.Answers {
				failed = failed || (a.Failed != "" && a.Call != "renew_add_on_info")
			}
			said := ""
			for _, r := range got.lines("fields") {
				said += r.Found + "\n"
			}
			if failed != c.failed || (c.warning == "") != (said == "") || !strings.Contains(said, c.warning) {
				t.Errorf("failed %v, warned of %q, want %q", failed, said, c.warning)
			}
		})
	}
}

// everyProduct is YEASTAR_PRODUCTS with every key.
func everyProduct() string {
	var keys []string
	for _, p := range yeastar.Products() {
		keys = append(keys, p.Key)
	}
	return strings.Join(keys, ",")
}

// onlyLooked fails unless nothing was ordered, posted or acked. A bot that somebody has
// told something acks it.
func (s *site) onlyLooked(botTold bool) {
	s.t.Helper()
	if n := len(s.vendor.OrderRequests()); n > 0 {
		s.t.Errorf("%d orders were sent", n)
	}
	for _, e := range s.slack.Journal() {
		if e.Kind == slacksim.EntryAck && !botTold {
			s.t.Errorf("an envelope was acked")
		}
	}
	for _, ch := range []string{renewals, auditChannel, alice, bob} {
		if all := s.slack.Snapshot().All(ch); len(all) > 0 {
			s.t.Errorf("%d messages were posted in %s", len(all), ch)
		}
	}
	for _, v := range s.slack.Violations() {
		s.t.Errorf("Slack's protocol was violated: %s", v)
	}
}
