package blocks_test

import (
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"renewbot/blocks"
	"renewbot/bot/due"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

// shown is something that people see.
type shown struct {
	name string
	what any // blocks.Message, a view, or blocks.OptionsResponse
}

// everything is each message and view in each state.
func everything() []shown {
	return slices.Concat(requestMessages(), eventMessages(), nudges(), answers(), forms(), reviews(), smallViews(), homes(), menus(), products(), dues(), histories(), batches())
}

// requests are requests in every state and every variant of it.
func requests() map[string]renewal.Request {
	out := map[string]renewal.Request{
		"pending_quorum":         with(renewal.Pending, quorum),
		"pending_steps":          with(renewal.Pending, twoSteps),
		"pending_ways":           with(renewal.Pending, twoWays),
		"pending_unknown_amount": with(renewal.Pending, anyWay),
		"pending_line":           with(renewal.Pending, func(r *renewal.Request) { r.Batch, r.Line, r.Apart = 7, 2, true }),
		"approved_line":          with(renewal.Approved, func(r *renewal.Request) { r.Batch, r.Line, r.Apart = 7, 2, true }),
		"refused_line":           with(renewal.Refused, func(r *renewal.Request) { r.Batch, r.Line = 7, 2 }),
		"approved_dated_paused": with(renewal.Approved, func(r *renewal.Request) {
			dated(r)
			r.Problem = &renewal.Problem{Class: yeastar.ClassNotSent, Code: "paused", Detail: "Stocktaking.", By: bob}
		}),
		"pending_estimated": with(renewal.Pending, func(r *renewal.Request) {
			r.Ruling.Amount, r.Ruling.Estimated = &renewal.Price{Amount: decimal.RequireFromString("600"), Currency: "EUR"}, true
		}),
		"pending_dry_run":        with(renewal.Pending, dry),
		"pending_priced":         with(renewal.Pending, priced),
		"pending_revised":        with(renewal.Pending, revised),
		"pending_own":            with(renewal.Pending, func(r *renewal.Request) { r.Offer, r.Note = ownOffer(), "" }),
		"approved_dry_run":       with(renewal.Approved, dry),
		"pending_dated":          with(renewal.Pending, dated),
		"pending_dated_two":      with(renewal.Pending, func(r *renewal.Request) { dated(r); r.Required = 2 }),
		"pending_dated_over":     with(renewal.Pending, func(r *renewal.Request) { dated(r); r.AskedAt = r.Offer.OrderOn.From.AddDate(0, 0, 3) }),
		"approved_dated":         with(renewal.Approved, dated),
		"approved_dated_dry_run": with(renewal.Approved, func(r *renewal.Request) { dated(r); dry(r) }),
		"cancelled_dry_run":      with(renewal.Cancelled, dryDone),
		"refused_dry_run":        with(renewal.Refused, dry),
		"refused_by_status":      refusedByStatus(),
		"unknown_unreadable": with(renewal.Unknown, func(r *renewal.Request) {
			r.Search = &renewal.Search{At: now, Candidates: []string{"XS3401174502129270784"}, Unreadable: "Yeastar's Partner Portal can't be reached right now."}
		}),
		"unknown_named": with(renewal.Unknown, func(r *renewal.Request) {
			r.Problem = &renewal.Problem{Class: yeastar.ClassUnknown, Code: "payment_pending", Detail: "Balance too low.", Order: "XS3401174502129270784"}
		}),
		"unknown_searched": with(renewal.Unknown, func(r *renewal.Request) {
			r.Search = &renewal.Search{At: now.Add(2 * time.Hour), Candidates: []string{"XS3401174502129270784"}}
		}),
		"approved_portal_down": with(renewal.Approved, func(r *renewal.Request) {
			r.Problem = &renewal.Problem{Class: yeastar.ClassNotSent, Code: "waiting", Detail: "The Partner Portal can't be reached right now."}
		}),
		"approved_waiting": with(renewal.Approved, func(r *renewal.Request) {
			r.Problem = &renewal.Problem{Class: yeastar.ClassNotSent, Detail: "no connection"}
		}),
		"pending_handed_over": with(renewal.Pending, handedOver),
		"approved_as_deputy":  with(renewal.Approved, deputised),
		"pending_as_deputy":   with(renewal.Pending, func(r *renewal.Request) { quorum(r); deputised(r) }),
		"approved_paused": with(renewal.Approved, func(r *renewal.Request) {
			r.Problem = &renewal.Problem{Class: yeastar.ClassNotSent, Code: "paused", Detail: "Stocktaking until Friday.", By: bob}
		}),
		"pending_again":    with(renewal.Pending, func(r *renewal.Request) { r.Again = 101 }),
		"expired_returned": with(renewal.Returned, func(r *renewal.Request) { r.Status = renewal.Expired }),
		"approved_behind": with(renewal.Approved, func(r *renewal.Request) {
			r.Problem = &renewal.Problem{Class: yeastar.ClassNotSent, Code: "behind", Detail: "RNW-000122"}
		}),
		"pending_doubtful":    with(renewal.Pending, doubtful),
		"pending_quoted":      with(renewal.Pending, func(r *renewal.Request) { doubtful(r); quoted(r) }),
		"pending_every_doubt": with(renewal.Pending, func(r *renewal.Request) { r.Doubts, r.DoubtReason = doubts(), "Agreed by phone." }),
		"pending_private_doubts": with(renewal.Pending, func(r *renewal.Request) {
			r.DoubtReason = "Agreed by phone."
			for _, d := range doubts() {
				if d.Private = d.Request != 0; d.Private {
					r.Doubts = append(r.Doubts, d)
				}
			}
		}),
		"pending_doubts_new": with(renewal.Pending, func(r *renewal.Request) { doubtful(r); r.Unexplained = true }),
		"pending_unexplained": with(renewal.Pending, func(r *renewal.Request) {
			doubtful(r)
			r.Unexplained, r.DoubtReason = true, ""
		}),
		"pending_explained":        with(renewal.Pending, func(r *renewal.Request) { quorum(r); explained(r) }),
		"pending_explained_deputy": with(renewal.Pending, func(r *renewal.Request) { quorum(r); explained(r); r.Explained.By, r.Explained.For = "U0DAVE", bob }),
		"pending_unexplained_line": with(renewal.Pending, func(r *renewal.Request) { doubtful(r); r.Unexplained, r.Batch, r.Line, r.Apart = true, 7, 2, true }),
		"refused_unexplained":      with(renewal.Refused, func(r *renewal.Request) { doubtful(r); r.Unexplained = true }),
		"refused_doubtful":         with(renewal.Refused, doubtful),
		"ordered_confirmed": with(renewal.Ordered, func(r *renewal.Request) {
			r.DateTold, r.RenewedUntil = renewal.CodeConfirmed, time.Date(2027, time.December, 31, 0, 0, 0, 0, time.UTC)
		}),
		"ordered_unconfirmed": with(renewal.Ordered, func(r *renewal.Request) { r.DateTold = renewal.CodeUnconfirmed }),
		"rejected_deputy":     with(renewal.Rejected, func(r *renewal.Request) { r.ClosedBy, r.ClosedFor = alice, bob }),
		"returned_deputy":     with(renewal.Returned, func(r *renewal.Request) { r.ReturnedBy, r.ReturnedFor = alice, bob }),
		"cancelled_closed":    with(renewal.Refused, func(r *renewal.Request) { r.Status, r.ClosedBy = renewal.Cancelled, bob }),
	}
	for _, s := range renewal.Statuses() {
		out[string(s)] = request(s)
	}
	return out
}

func requestMessages() []shown {
	var out []shown
	asked := []string{bob, carol, "S0APPROVERS"}
	for name, r := range requests() {
		out = append(out, shown{"summary_" + name, blocks.Summary(r)}, shown{"card_" + name, blocks.Card(r, blocks.Asked{IDs: asked}, renewal.Pause{})})
	}
	for _, s := range []renewal.Status{renewal.Pending, renewal.Refused, renewal.Unknown} {
		out = append(out, shown{"card_paused_" + string(s), blocks.Card(request(s), blocks.Asked{IDs: asked}, renewal.Pause{By: carol, Reason: "Stocktaking until Friday", At: now})})
	}
	slices.SortFunc(out, func(a, b shown) int { return strings.Compare(a.name, b.name) })
	decision := entry(renewal.CodeApproved, bob, renewal.Pending, renewal.Approved, map[string]string{
		renewal.DetailComment: "Agreed with Petra.", renewal.DetailSelfApproval: "true"})
	return append(out, shown{"announcement", blocks.Announcement(request(renewal.Ordered), renewal.Entry{})},
		shown{"announcement_commented", blocks.Announcement(request(renewal.Ordered), decision)},
		shown{"audit_thread", blocks.AuditThread(request(renewal.Pending))})
}

func eventMessages() []shown {
	var out []shown
	for _, e := range events() {
		if m, ok := blocks.ThreadLine(e.request, e.entry, blocks.Asked{}); ok {
			out = append(out, shown{"thread_" + e.name, m})
		}
		if m, ok := blocks.Direct(e.request, e.entry); ok {
			out = append(out, shown{"direct_" + e.name, m})
		}
		out = append(out, shown{"audit_" + e.name, blocks.AuditLine(e.request, e.entry)})
	}
	for _, e := range events() {
		if e.entry.Code == renewal.CodeDeputy || e.entry.Code == renewal.CodeDeputyEnded {
			out = append(out, shown{"news_" + e.name, blocks.DeputyNews(e.entry, carol)}, shown{"news_instead_" + e.name, blocks.DeputyNews(e.entry, alice)})
		}
	}
	linked, _ := blocks.Direct(events()[8].request, events()[8].entry)
	submitted := events()[0]
	mentioned, _ := blocks.ThreadLine(submitted.request, submitted.entry, blocks.Asked{IDs: []string{bob, carol, "S0APPROVERS"}})
	noRequest := entry(renewal.CodeDenied, carol, "", "", map[string]string{
		renewal.DetailAction: "submit", renewal.DetailRefusal: renewal.RefusedNotAllowed})
	noRequest.RequestID, noRequest.Revision = 0, 0
	return append(out, shown{"thread_submitted_mentioning", mentioned}, shown{"direct_linked", links().Linked(linked, 123)},
		shown{"audit_no_request", blocks.AuditLine(renewal.Request{}, noRequest)})
}

// nudges are what a reminded approver reads, also after the request was decided.
func nudges() []shown {
	var out []shown
	for _, e := range events() {
		if e.entry.Code != renewal.CodeReminded && e.entry.Code != renewal.CodeLastCall && e.entry.Code != renewal.CodeHandedOver && e.entry.Code != renewal.CodeEscalated {
			continue
		}
		out = append(out, shown{"nudge_" + e.name, blocks.Nudge(e.request, e.entry, carol)})
		if e.name == "last_call" {
			voted := with(renewal.Pending, quorum)
			out = append(out, shown{"nudge_over", blocks.NudgeOver(e.request, e.entry, true)})
			out = append(out, shown{"nudge_voted", blocks.Nudge(voted, e.entry, bob)})
			for _, s := range renewal.Statuses() {
				if s != renewal.Pending {
					out = append(out, shown{"nudge_" + string(s), blocks.Nudge(request(s), e.entry, carol)})
				}
			}
		}
	}
	for _, s := range []renewal.Status{renewal.Returned, renewal.Unknown, renewal.Refused, renewal.Processing} {
		e := entry(renewal.CodeReminded, renewal.System, s, s, map[string]string{renewal.DetailWho: bob + "," + alice})
		line, _ := blocks.ThreadLine(request(s), e, blocks.Asked{})
		out = append(out, shown{"nudge_reminded_" + string(s), blocks.Nudge(request(s), e, bob)}, shown{"thread_reminded_" + string(s), line})
	}
	return out
}

func answers() []shown {
	var many []renewal.Request
	for i := range 30 {
		many = append(many, with(renewal.Pending, func(r *renewal.Request) { r.ID = int64(100 + i) }))
	}
	var story []renewal.Entry
	for _, e := range events() {
		if !strings.HasPrefix(e.name, "batch_") {
			story = append(story, e.entry)
		}
	}
	return []shown{
		{"help", blocks.Help("/renew", blocks.HelpData{Offered: yeastar.Products()})},
		{"help_accounts", blocks.Help("/renew", blocks.HelpData{Offered: yeastar.Products()[:2], Configured: yeastar.Products()[:3], Unoffered: yeastar.Products()[3:]})},
		{"help_pbxs", blocks.Help("/renew", blocks.HelpData{Offered: yeastar.Products()[4:5]})},
		{"help_unlisted", blocks.Help("/renew", blocks.HelpData{Offered: yeastar.Products(), Unlisted: []string{"Linkus Cloud Service", "FQDN"}})},
		{"list_empty", blocks.List(nil, nil, nil, nil)},
		{"list_mine", blocks.List([]renewal.Request{request(renewal.Pending), request(renewal.Processing)}, nil, nil, nil)},
		{"list_both", blocks.List([]renewal.Request{request(renewal.Unknown)}, []renewal.Request{with(renewal.Pending, quorum)}, nil, links())},
		{"list_dated", blocks.List([]renewal.Request{with(renewal.Approved, dated), with(renewal.Pending, dated)}, nil, nil, links())},
		{"list_page", blocks.ListPage(blocks.ListMine, nil, slices.Concat(many, many, many), 1, links())},
		{"card_too_few", blocks.Card(with(renewal.Pending, byIDs), blocks.Asked{IDs: []string{bob}, Few: true}, renewal.Pause{})},
		{"list_many", blocks.List(many, many, nil, links())},
		{"detail", blocks.Detail(request(renewal.Ordered), []renewal.Entry{story[0], story[4], story[18], story[20]}, links())},
		{"detail_long", blocks.Detail(with(renewal.Pending, revised), story, nil)},
		{"list_for", blocks.ListFor("acme", many[:12], links())},
		{"detail_dated", blocks.Detail(with(renewal.Approved, dated), nil, nil)},
		{"list_for_nobody", blocks.ListFor("acme", nil, nil)},
		{"detail_settling", blocks.Settling(blocks.Detail(request(renewal.Unknown), nil, nil), request(renewal.Unknown))},
		{"notify_all", blocks.Notify(renewal.NotifyAll)},
		{"notify_result", blocks.Notify(renewal.NotifyResult)},
		{"notify_none", blocks.Notify(renewal.NotifyNone)},
		{"deputies_none", blocks.Deputies(nil, 0)},
		{"deputies_idle", blocks.Deputies(nil, 1)},
		{"deputies", blocks.Deputies([]renewal.Deputy{{Of: bob, ID: carol, Until: now.Add(48 * time.Hour)}, {Of: alice, ID: carol, Until: now.Add(96 * time.Hour)}}, 2)},
		{"preface", blocks.Preface("I know no customer and no command “acme”.", blocks.Help("/renew", blocks.HelpData{Offered: yeastar.Products()}))},
		{"reopen", blocks.Reopen("Slack did not open the form in time. Nothing was ordered.")},
		{"answer", blocks.Answer(renewal.Sentence{renewal.State{Request: request(renewal.Rejected)}})},
	}
}

func links() blocks.Links {
	l := blocks.Links{}
	for id := range int64(200) {
		l[id] = "https://acme.slack.com/archives/C0RENEW/p1795000000000200?thread_ts=1795000000.000100&cid=C0RENEW"
	}
	return l
}

func forms() []shown {
	f := func(name string, change func(*blocks.FormData)) shown {
		data := form()
		change(&data)
		return shown{"form_" + name, blocks.Form(data)}
	}
	fresh := func(f *blocks.FormData) {
		f.Draft, f.Holder, f.Contact, f.QuantityHint, f.Expiry = blocks.Draft{}, nil, nil, "", time.Time{}
	}
	row := func(key string) func(*blocks.FormData) {
		return func(f *blocks.FormData) {
			p, _ := yeastar.ProductByKey(key)
			f.Products, f.Draft.Product = []yeastar.Product{p}, key
			h := blocks.HolderChoice(holdersOf(p)["pbx"])
			f.Holder, f.Draft.Holder = &h, h.ID
		}
	}
	return []shown{
		f("full", func(*blocks.FormData) {}),
		f("empty", fresh),
		f("ends_by_list", func(f *blocks.FormData) { f.ExpiryFrom, f.Now, f.Ahead = due.FromImport, now, 90*24*time.Hour }),
		f("query_none", func(f *blocks.FormData) { fresh(f); f.Draft.Query = "acme" }),
		f("query_one", func(f *blocks.FormData) { f.Draft.Query, f.Matches = "acme", 1 }),
		f("query_many", func(f *blocks.FormData) { fresh(f); f.Draft.Query, f.Matches = "acme", 12 }),
		f("waiting", func(f *blocks.FormData) { f.Waiting, f.QuantityHint, f.Draft.Quantity = true, "", "" }),
		f("waiting_asked", func(f *blocks.FormData) { f.Waiting, f.QuantityHint, f.Draft.Asked = true, "", true }),
		f("trouble", func(f *blocks.FormData) {
			f.Draft.Drawn, f.Trouble, f.TroubleCode = 1, "The Yeastar Partner Portal can't be reached right now.", "b680c313ce149dd7"
		}),
		f("prefilled", func(f *blocks.FormData) {
			f.Draft.Quantity, f.Draft.ServiceQuantity = "", nil
			f.QuantityPrefill, f.QuantityHint = "80", "80 in the last order, of 2025-12-01. Must equal the current number of extensions."
			f.ServicePrefill = map[yeastar.ID]string{"3048573759449317376": "20"}
		}),
		f("one_plan", func(f *blocks.FormData) { f.Plans, f.Services, f.Draft.Plan = f.Plans[:1], nil, "" }),
		f("no_plan", func(f *blocks.FormData) { f.Plans = nil }),
		f("products", func(f *blocks.FormData) { f.Products = yeastar.Products() }),
		f("service_left_out", func(f *blocks.FormData) {
			row("p-series-software")(f)
			f.Required = []yeastar.ID{"3048573759449317376", "3048573935752720384"}
		}),
		f("services_untold", row("p-series-software")),
		f("no_service", func(f *blocks.FormData) { row("ycm-white-label")(f); f.Services = nil }),
		f("cycle_unknown", row("p-series-appliance-plan")),
		f("cycle_monthly", func(f *blocks.FormData) { row("p-series-appliance-plan")(f); f.Cycle = yeastar.Monthly }),
		f("cycle_strange", func(f *blocks.FormData) { row("p-series-appliance-plan")(f); f.Cycle = "weekly" }),
		f("services_only", func(f *blocks.FormData) { f.Draft.Plan = blocks.PlanNone }),
		f("change", func(f *blocks.FormData) {
			f.Draft.Request, f.Draft.Revision, f.Draft.Fingerprint = 123, 1, "0123456789abcdef0123456789abcdef"
		}),
		f("returned", func(f *blocks.FormData) {
			r := request(renewal.Returned)
			f.Draft.Request, f.Draft.Revision, f.Draft.Fingerprint, f.Before = 123, 1, "0123456789abcdef0123456789abcdef", &r
		}),
		f("again", func(f *blocks.FormData) {
			r := request(renewal.Rejected)
			f.Draft.Again, f.Before = 123, &r
		}),
		f("channels", func(f *blocks.FormData) {
			f.Channels = []string{"C0RENEW", "C0SALES"}
			f.ChannelNames = map[string]string{"C0RENEW": "renewals"}
			f.ChannelHint = "Renewbot is not in the channel you came from. To use that one, type /invite @renewbot there."
		}),
		f("repeated", func(f *blocks.FormData) { f.Doubts = doubts()[2:4] }),
		f("services_proposed", func(f *blocks.FormData) { f.Draft.ServicesProposed = true }),
		f("one_channel", func(f *blocks.FormData) { f.Channels, f.Draft.Channel = []string{"C0RENEW"}, "" }),
		f("dated", func(f *blocks.FormData) {
			f.Now, f.Ahead = now, 90*24*time.Hour
			f.Draft.When = "2026-12-24"
		}),
		f("dated_by_hand", func(f *blocks.FormData) {
			f.Now, f.Ahead = now, 90*24*time.Hour
			f.Draft.When, f.Draft.Day = blocks.WhenDay, "2026-12-01"
		}),
		f("warning_dry_run", func(f *blocks.FormData) {
			f.DryRun, f.Warning = true, "Yeastar is slow just now: the choices are ten minutes old."
		}),
	}
}

func reviews() []shown {
	review := func(name string, d blocks.Draft, o renewal.Offer, change func(*blocks.ReviewData)) shown {
		p := blocks.ReviewData{Now: now, Channel: "C0RENEW", Approvers: []string{bob, "S0APPROVERS"}, Required: 1}
		change(&p)
		return shown{"review_" + name, blocks.Review(d, o, p)}
	}
	expiring := func(d time.Duration) renewal.Offer {
		o := offer()
		o.CurrentExpiry = now.Add(d)
		return o
	}
	changing := draft()
	changing.Request, changing.Revision = 123, 1
	nothing := func(*blocks.ReviewData) {}
	doubt := func(i int) func(*blocks.ReviewData) {
		return func(p *blocks.ReviewData) { p.Doubts = doubts()[i : i+1] }
	}
	return []shown{
		review("plain", draft(), offer(), nothing),
		review("own", blocks.Draft{Holder: blocks.HolderOwn}, ownOffer(), nothing),
		review("priced", draft(), with(renewal.Pending, priced).Offer, nothing),
		review("early", draft(), expiring(61*24*time.Hour), doubt(11)),
		review("expired", draft(), expiring(-time.Hour), doubt(12)),
		review("ends_by_order", draft(), offer(), func(p *blocks.ReviewData) {
			p.Doubts = []renewal.Doubt{{Kind: renewal.DoubtExpiryUnknown}}
			p.Expiry, p.ExpiryFrom = now.AddDate(5, 0, 0), due.FromOrder
		}),
		review("quoted", draft(), with(renewal.Pending, quoted).Offer, doubt(0)),
		review("every_doubt", changing, offer(), func(p *blocks.ReviewData) {
			p.Doubts, p.DoubtReason = doubts(), "They grow by 450 seats on Monday."
		}),
		review("dated", draft(), with(renewal.Pending, dated).Offer, nothing),
		review("policy", draft(), offer(), func(p *blocks.ReviewData) {
			p.Ways = with(renewal.Pending, twoSteps).Ways
			p.Ruling = renewal.Ruling{Estimated: true, Amount: &renewal.Price{Amount: decimal.NewFromInt(5000), Currency: "EUR"}}
		}),
		review("policy_ways", draft(), offer(), func(p *blocks.ReviewData) { p.Ways = with(renewal.Pending, twoWays).Ways }),
		review("changing", changing, offer(), func(p *blocks.ReviewData) { p.Changes = []string{"Extensions: 80 → 100"} }),
		review("warning_dry_run_quorum", draft(), offer(), func(p *blocks.ReviewData) {
			p.DryRun, p.Required, p.Warning = true, 2, "The portal says 100 extensions, the last order 80. Please find out which is right."
		}),
	}
}

func smallViews() []shown {
	two := with(renewal.Pending, func(r *renewal.Request) { r.Required = 2 })
	return []shown{
		{"loading", blocks.Loading(draft())},
		{"trouble", blocks.Trouble(draft(), "Yeastar does not answer just now.", "a1b2c3")},
		{"submitted", blocks.Submitted(request(renewal.Pending), false)},
		{"submitted_steps", blocks.Submitted(with(renewal.Pending, twoSteps), false)},
		{"submitted_quorum_dry_run", blocks.Submitted(with(renewal.Pending, func(r *renewal.Request) { *r = two; r.DryRun = true }), false)},
		{"submitted_amended", blocks.Submitted(with(renewal.Pending, revised), true)},
		{"reject", blocks.RejectForm(request(renewal.Pending))},
		{"return", blocks.ReturnForm(request(renewal.Pending))},
		{"hand_over", blocks.HandOverForm(request(renewal.Pending))},
		{"approve", blocks.ApproveForm(with(renewal.Pending, doubtful), renewal.Pause{})},
		{"approve_unexplained", blocks.ApproveForm(with(renewal.Pending, func(r *renewal.Request) { doubtful(r); r.Unexplained = true }), renewal.Pause{})},
		{"approve_dated", blocks.ApproveForm(with(renewal.Pending, dated), renewal.Pause{})},
		{"approve_paused", blocks.ApproveForm(request(renewal.Pending), renewal.Pause{By: bob, Reason: "Stocktaking", At: now})},
		{"approve_quorum", blocks.ApproveForm(with(renewal.Pending, func(r *renewal.Request) { r.Required = 2 }), renewal.Pause{})},
		{"settle_placed", blocks.SettlePlacedForm(request(renewal.Unknown))},
		{"settle_placed_anyway", blocks.SettlePlacedAnyway(request(renewal.Unknown), blocks.TargetOf(request(renewal.Unknown)), "1782052", "XS3401174502129270784",
			[]string{"it has another billing contact", "it is for 51 extensions"})},
		{"settle_not_placed", blocks.SettleNotPlacedForm(request(renewal.Unknown))},
		{"notice", blocks.Notice("Not allowed", renewal.Sentence{
			renewal.Text("Only "), renewal.ID(bob), renewal.Text(", who asked for it, can change RNW-000123. Nothing was ordered.")})},
	}
}

func homes() []shown {
	var many []renewal.Request
	for i := range 40 {
		many = append(many, with(renewal.Pending, func(r *renewal.Request) { r.ID = int64(100 + i) }))
	}
	return []shown{
		{"home_empty", blocks.Home(blocks.HomeData{Command: "/renew"})},
		{"home_full", blocks.Home(blocks.HomeData{
			Command: "/renew", Waiting: []renewal.Request{with(renewal.Pending, quorum)},
			Open: []renewal.Request{request(renewal.Processing)}, Recent: []renewal.Request{request(renewal.Ordered), request(renewal.Rejected)},
			Links: links(), DryRun: true, Can: map[int64][]renewal.Action{123: {renewal.ActionApprove, renewal.ActionReturn, renewal.ActionReject}},
		})},
		{"home_dated", blocks.Home(blocks.HomeData{
			Command: "/renew", Open: []renewal.Request{with(renewal.Approved, dated), with(renewal.Pending, dated)},
			Can: map[int64][]renewal.Action{123: {renewal.ActionAmend, renewal.ActionCancel}},
		})},
		{"home_paused", blocks.Home(blocks.HomeData{
			Command: "/renew", Waiting: []renewal.Request{with(renewal.Pending, doubtful)}, Open: []renewal.Request{request(renewal.Returned)},
			Recent: []renewal.Request{with(renewal.Rejected, func(r *renewal.Request) { r.ID = 99 })},
			Can:    map[int64][]renewal.Action{123: {renewal.ActionAmend, renewal.ActionCancel}, 99: {renewal.ActionAskAgain}},
			Pause:  renewal.Pause{By: carol, Reason: "Stocktaking until Friday.", At: now},
		})},
		{"home_many", blocks.Home(blocks.HomeData{Command: "/renew", Waiting: many, Open: many, Recent: many, Links: links()})},
		{"home_unknown", blocks.Home(blocks.HomeData{Command: "/renew", Waiting: []renewal.Request{request(renewal.Unknown)},
			Can: map[int64][]renewal.Action{123: {renewal.ActionSettlePlaced, renewal.ActionSettleNotPlaced}}})},
	}
}

func menus() []shown {
	own := []renewal.Holder{{Name: "Our own account"}}
	contacts := []yeastar.BillingContact{
		{ID: "3197218168379846218", Company: "Example Partner", Email: "billing@example.com"},
		{ID: "3197218168379846219", Company: "Example Partner", Email: "billing@example.com"},
	}
	return []shown{
		{"options_holder", blocks.HolderOptions(append(own[:1:1], customers(3)...), 0)},
		{"options_holder_more", blocks.HolderOptions(append(own[:1:1], customers(2)...), 4998)},
		{"options_none", blocks.HolderOptions(nil, 0)},
		{"options_pbx", blocks.HolderOptions([]renewal.Holder{
			{SerialNumber: "3631E0000001", Name: "Example Telecom", Email: "it@example.org"}, {SerialNumber: "3631E0000002"},
		}, 0)},
		{"options_contact", blocks.ContactOptions(contacts)},
	}
}
