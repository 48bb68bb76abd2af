package page

import (
	"bytes"
	"context"
	"encoding/json"
	"time"

	"renewbot/bot/renewal"
	"renewbot/bot/slacksim"
	"renewbot/yeastar/yeastarsim"
)

const (
	mostRefusals = 20
	mostOrders   = 200
	mostCalls    = 50
	mostEntries  = 200
)

// refresh makes every section anew that is the same for everybody.
func (f *feed) refresh(ctx context.Context) {
	s := f.session
	snapshot := s.world.Slack.Snapshot()
	fresh := f.newEntries(ctx)
	jobs := s.jobs(ctx)
	calls, orders := vendorCalls(s.world.Vendor), vendorOrders(s.world.Vendor)
	connections := len(s.world.Slack.Connections())
	customers := s.world.Vendor.CustomerCount()
	faults := s.faults.list()

	f.mu.Lock()
	defer f.mu.Unlock()
	f.audit.add(fresh)
	f.put("people", peopleJSON(snapshot.Users))
	f.put("groups", groupsJSON(snapshot.Groups))
	f.put("commands", commandsJSON(s.world.Slack))
	f.put("shortcuts", shortcutsJSON(s.world.Slack))
	f.put("app", appJSON{s.world.Slack.AppID(), s.world.Slack.AppName(), s.world.Slack.BotUserID(), s.world.Slack.BotID()})
	f.put("refusals", f.refusals)
	f.put("faults", faults)
	f.put("portal.orders", orders)
	f.put("portal.customerCount", customers)
	f.put("portal.calls", calls)
	f.put("bot.running", s.running.Load())
	f.put("bot.sockets", snapshot.Sockets)
	f.put("bot.slackSockets", connections)
	f.put("bot.jobs", jobs)
	f.put("bot.audit", f.audit.shown())
}

func groupsJSON(groups []slacksim.UserGroup) []groupJSON {
	out := []groupJSON{}
	for _, g := range groups {
		out = append(out, groupJSON{g.ID, g.Handle, g.Name, g.Members})
	}
	return out
}

func commandsJSON(w *slacksim.Workspace) []commandJSON {
	out := []commandJSON{}
	for _, c := range w.Commands() {
		out = append(out, commandJSON(c))
	}
	return out
}

func shortcutsJSON(w *slacksim.Workspace) []shortcutJSON {
	out := []shortcutJSON{}
	for _, s := range w.Shortcuts() {
		out = append(out, shortcutJSON{s.Name, s.CallbackID, s.Type})
	}
	return out
}

// watch notes what Slack refuses. It runs with the workspace locked.
func (f *feed) watch(e slacksim.Entry) {
	r := refusalJSON{At: f.session.clock.Now().UTC(), Method: e.Name, Details: []string{}}
	switch {
	case e.Kind == slacksim.EntryViolation:
		r.Error, r.Details = "protocol_violation", []string{e.Note}
	case e.Kind == slacksim.EntryCall && bytes.Contains(e.Answer, []byte(`"ok":false`)):
		r.Error, r.Details = e.ErrorCode(), details(e.Answer)
	case e.Kind == slacksim.EntryHook && e.Status >= 400:
		r.Error = string(e.Answer)
	default:
		return
	}
	f.mu.Lock()
	f.refusals = append([]refusalJSON{r}, f.refusals[:min(len(f.refusals), mostRefusals-1)]...)
	f.mu.Unlock()
	f.session.poke()
}

// details are the reasons that Slack gives beside its code.
func details(answer []byte) []string {
	var a struct {
		Meta struct {
			Messages []string `json:"messages"`
		} `json:"response_metadata"`
	}
	if json.Unmarshal(answer, &a) != nil || a.Meta.Messages == nil {
		return []string{}
	}
	return a.Meta.Messages
}

func vendorCalls(v *yeastarsim.Server) []vendorCallJSON {
	out := []vendorCallJSON{}
	for _, e := range v.RecentCalls(mostCalls) {
		c := vendorCallJSON{e.Seq, e.At.UTC(), string(e.Endpoint), e.Method, e.Status, e.Code, e.Faults, e.Done}
		if c.Faults == nil {
			c.Faults = []string{}
		}
		out = append(out, c)
	}
	return out
}

func vendorOrders(v *yeastarsim.Server) []orderJSON {
	names := lineNames(v)
	out := []orderJSON{}
	for _, o := range v.RecentOrders(mostOrders) {
		shown := orderJSON{
			OrderNo: o.OrderNo, TransactionNo: o.TransactionNo, Status: o.Status, Holder: holder(v, o.PartnerID),
			ProductNo: o.ProductNo, Lines: []lineJSON{}, PONumber: o.PONumber, Created: o.CreateTime.UTC(), ViaAPI: o.Raw != nil,
			Raw: o.Raw, ExpiryBefore: orNothing(o.ExpiryBefore), ExpiryAfter: orNothing(o.ExpiryAfter),
		}
		for _, l := range o.Lines {
			shown.Lines = append(shown.Lines, lineJSON{l.ServiceType, names[l.ServiceID], l.ServiceID, l.Quantity, l.BillingCycle, max(l.MultiCycle, 1)})
		}
		out = append(out, shown)
	}
	return out
}

// lineNames are the names of plans and services by their ids.
func lineNames(v *yeastarsim.Server) map[string]string {
	names := map[string]string{}
	for _, p := range v.Products() {
		for _, plan := range p.Plans {
			names[plan.ID] = plan.Name
		}
		for _, service := range p.Services {
			names[service.ID] = service.Name
		}
	}
	return names
}

func holder(v *yeastarsim.Server, partnerID string) string {
	if partnerID == "" {
		return v.Account().Company
	}
	c, _ := v.Customer(partnerID)
	return c.Company
}

func orNothing(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// auditTrail is the end of the bot's audit trail.
type auditTrail struct {
	last    int64 // sequence number of the newest entry
	entries []renewal.Entry
}

func (a *auditTrail) add(fresh []renewal.Entry) {
	for _, e := range fresh {
		if e.Seq > a.last {
			a.last, a.entries = e.Seq, append(a.entries, e)
		}
	}
	a.entries = a.entries[max(len(a.entries)-mostEntries, 0):]
}

// shown is the trail newest first.
func (a *auditTrail) shown() []entryJSON {
	out := []entryJSON{}
	for i := len(a.entries) - 1; i >= 0; i-- {
		e := a.entries[i]
		shown := entryJSON{e.Seq, e.At, e.RequestID, string(e.Code), e.Actor, string(e.From), string(e.To), e.Detail}
		if shown.Details == nil {
			shown.Details = map[string]string{}
		}
		out = append(out, shown)
	}
	return out
}

// newEntries reads what was added to the audit trail. While the bot is stopped there is
// nothing to read.
func (f *feed) newEntries(ctx context.Context) []renewal.Entry {
	book := f.session.book.Load()
	if book == nil {
		return nil
	}
	f.mu.Lock()
	last := f.audit.last
	f.mu.Unlock()
	entries, err := book.EntriesAfter(ctx, last, 0)
	if err != nil && ctx.Err() == nil {
		f.session.log.Debug("the audit trail could not be read", "error", err)
	}
	return entries
}
