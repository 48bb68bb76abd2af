package blocks_test

import (
	"time"

	"github.com/shopspring/decimal"

	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

// now is the moment of all fixtures.
var now = time.Date(2026, time.November, 17, 10, 26, 40, 0, time.UTC)

const (
	alice = "U0ALICE"
	bob   = "U0BOB"
	carol = "U0CAROL"
)

func offer() renewal.Offer {
	return renewal.Offer{
		Product: "p-series-turnkey",
		Holder:  renewal.Holder{PartnerID: "3100000000000000001", Name: "Example Telecom", Email: "it@example.org"},
		Lines: []renewal.Line{
			{Type: yeastar.LinePlan, ID: "3048941892189077504", Name: "Enterprise Plan", Quantity: 100},
			{Type: yeastar.LineService, ID: "3048573759449317376", Name: "Call Recording", Quantity: 20},
		},
		Contact:        renewal.Contact{ID: "3197218168379846218", Name: "Example Partner", Email: "billing@example.com"},
		PONumber:       "PO-2026-17",
		CurrentExpiry:  time.Date(2026, time.December, 31, 0, 0, 0, 0, time.UTC),
		QuantitySource: "from the Partner Portal",
	}
}

// ownOffer is the smallest offer: our own account, the plan alone.
func ownOffer() renewal.Offer {
	return renewal.Offer{
		Product: "p-series-turnkey", Holder: renewal.Holder{Name: "Our own account"},
		Lines:   []renewal.Line{{Type: yeastar.LinePlan, ID: "3048941892189077504", Name: "Enterprise Plan", Quantity: 100}},
		Contact: renewal.Contact{ID: "3197218168379846218", Name: "Example Partner"},
	}
}

func request(status renewal.Status) renewal.Request {
	r := renewal.Request{
		ID: 123, Version: 3, Status: status, Requester: alice, Channel: "C0RENEW", Revision: 1, Offer: offer(),
		Note: "They asked twice. Please do it this week.", Fingerprint: "0123456789abcdef0123456789abcdef", Required: 1,
		CreatedAt: now, UpdatedAt: now.Add(2 * time.Hour), ExpiresAt: now.Add(72 * time.Hour),
	}
	switch status {
	case renewal.Pending:
		return r
	case renewal.Rejected:
		r.ClosedBy, r.Reason = bob, "They move to another provider in January."
		return r
	case renewal.Cancelled:
		r.ClosedBy = alice
		return r
	case renewal.Expired:
		return r
	case renewal.Returned:
		r.ReturnedBy, r.ReturnReason = bob, "The PO number is the one of last year."
		return r
	}
	r.Votes = []renewal.Vote{{By: bob, At: now.Add(time.Hour)}}
	if status == renewal.Approved {
		return r
	}
	r.Attempts = []renewal.Attempt{{Number: 1, StartedAt: now.Add(time.Hour), Fingerprint: r.Fingerprint}}
	switch status {
	case renewal.Ordered:
		r.Order = orderResult(yeastar.OrderSucceed)
	case renewal.Processing:
		r.Order = orderResult(yeastar.OrderPending)
	case renewal.Refused:
		r.Problem = &renewal.Problem{
			Class: yeastar.ClassRefused, Code: "parameter_validation_failed", Detail: "The quantity does not match.",
			RequestID: "94ef8ff15c1432f6a01283c945569e43",
		}
	case renewal.Unknown:
		r.Problem = &renewal.Problem{Class: yeastar.ClassUnknown, Detail: "the connection broke before the answer"}
	}
	return r
}

func orderResult(status string) *yeastar.OrderResult {
	return &yeastar.OrderResult{
		OrderID: "1782052", OrderNo: "XS3401174502129270784", OrderStatus: status, TransactionNo: "IW3401174503953793025",
		ProductNo: "3076913644890832896", InstanceID: "1948832", RequestID: "94ef8ff15c1432f6a01283c945569e43",
	}
}

// with is a request of a status, changed.
func with(status renewal.Status, change func(*renewal.Request)) renewal.Request {
	r := request(status)
	change(&r)
	return r
}

func quorum(r *renewal.Request) {
	r.Required = 2
	r.Votes = []renewal.Vote{{By: bob, At: now.Add(time.Hour)}}
}

// twoSteps is a request of which the first of two steps is done, by the policy file.
func twoSteps(r *renewal.Request) {
	r.Ways = []renewal.Way{{Rule: "large", Steps: []renewal.Step{
		{Name: "Sales leads", Who: []string{"S0SALESLEADS"}, Required: 1},
		{Name: "Finance", Who: []string{"S0FINANCE", "U0CFO"}, Required: 2},
	}}}
	r.Ruling = renewal.Ruling{File: "0123456789abcdef0123456789abcdef", Ways: r.Ways}
	r.Required, r.Votes = 3, []renewal.Vote{{By: bob, At: now, Named: []string{"S0SALESLEADS"}}}
}

// byIDs takes two steps of people who are named by their ids.
func byIDs(r *renewal.Request) {
	r.Ways = []renewal.Way{{Rule: "large", Steps: []renewal.Step{{Who: []string{bob}, Required: 1}, {Who: []string{carol}, Required: 1}}}}
	r.Required = 2
}

// twoWays is a request of which it is not known which of two rules holds.
func twoWays(r *renewal.Request) {
	twoSteps(r)
	r.Ways = append(r.Ways, renewal.Way{Rule: "everything", Steps: []renewal.Step{{Who: []string{renewal.Variables, carol}, Required: 1}}})
	r.Votes = nil
}

func dry(r *renewal.Request) { r.DryRun = true }

// dated is to be ordered on a day.
func dated(r *renewal.Request) {
	r.Offer.OrderOn = renewal.OrderDay{Date: "2026-12-24", From: time.Date(2026, time.December, 24, 8, 0, 0, 0, time.UTC)}
}

func priced(r *renewal.Request) {
	r.Offer.Price = &renewal.Price{Amount: decimal.RequireFromString("480"), Currency: "EUR"}
}

func revised(r *renewal.Request) {
	r.Revision, r.AmendedBy = 2, alice
	r.Changes = []string{"Extensions: 80 → 100", "PO number: none → PO-2026-17"}
}

// lapsedWhy is what a card says of an approval that does not suffice any more.
const lapsedWhy = "Nothing, but an approval does not count any more"

func lapsed(r *renewal.Request) {
	quorum(r)
	r.Revision, r.Changes = 2, []string{lapsedWhy}
}

func stopped(r *renewal.Request) { r.ClosedBy = carol }

// unsure is why a product's renewal is not wholly documented.
const unsure = "The tutorial's list of years is cut after 4: that 5 is allowed is taken from other products."

// doubts are of every kind.
func doubts() []renewal.Doubt {
	day := time.Date(2026, time.March, 2, 0, 0, 0, 0, time.UTC)
	return []renewal.Doubt{
		{Kind: renewal.DoubtQuantity, Serious: true, Quantity: 500, Told: 50},
		{Kind: renewal.DoubtQuantity, Serious: true, Quantity: 10, Told: 20, Names: []string{"Call Recording"}},
		{Kind: renewal.DoubtOpenRequest, Serious: true, Request: 122},
		{Kind: renewal.DoubtOrderedBefore, Serious: true, Request: 101, OrderNo: "XS3401174502129270001", At: day},
		{Kind: renewal.DoubtPortalOrder, Serious: true, OrderNo: "XS3401174502129270002", At: day},
		{Kind: renewal.DoubtAutoRenewal, Serious: true},
		{Kind: renewal.DoubtEndsBefore, Serious: true, At: day},
		{Kind: renewal.DoubtPlanSwitch, Names: []string{"Enterprise Plan"}},
		{Kind: renewal.DoubtInvoice, Names: []string{"Northwind Clinics"}},
		{Kind: renewal.DoubtServicesLeftOut, Names: []string{"High Availability", "Recording Minutes"}},
		{Kind: renewal.DoubtServicesOnly},
		{Kind: renewal.DoubtExpiryFar, At: day},
		{Kind: renewal.DoubtExpired, At: day},
		{Kind: renewal.DoubtAutoRenewalUnknown},
		{Kind: renewal.DoubtExpiryUnknown},
		{Kind: renewal.DoubtCycleUnknown, Names: []string{"1 year"}},
		{Kind: renewal.DoubtServicesUnknown},
		{Kind: renewal.DoubtUndocumented, Names: []string{unsure}},
		{Kind: renewal.DoubtLostBefore, Serious: true, Request: 102, At: day},
		{Kind: renewal.DoubtCandidate, Serious: true, OrderNo: "XS3401174502129270784"},
		{Kind: renewal.DoubtPlan, Serious: true, Names: []string{"Ultimate Plan", "Enterprise Plan"}},
		{Kind: renewal.DoubtInvoiceUnsure, Names: []string{"Northwind Clinics"}},
		{Kind: renewal.DoubtOrdersUnknown},
		{Kind: renewal.DoubtSeveral, Told: 2},
		{Kind: renewal.DoubtOwnersUnknown, Told: 2, At: day},
		{Kind: renewal.DoubtNoPackage, Serious: true, Names: []string{"Remote Management"}},
		{Kind: renewal.DoubtNotRenewing, Serious: true, At: day, By: bob, Names: []string{"They close in June."}},
	}
}

func doubtful(r *renewal.Request) {
	r.Doubts = []renewal.Doubt{doubts()[0], doubts()[14]}
	r.DoubtReason = "They grow by 450 seats on Monday; agreed with Yeastar's sales."
}

func explained(r *renewal.Request) {
	doubtful(r)
	r.Explained = &renewal.Explanation{By: bob, At: now, Words: "They have two contracts; Omar told me so."}
}

func quoted(r *renewal.Request) {
	r.Offer.Quote = &renewal.Quote{Price: renewal.Price{Amount: decimal.RequireFromString("600"), Currency: "USD"}, Extensions: 50}
}

func dryDone(r *renewal.Request) {
	r.DryRun, r.ClosedBy = true, renewal.System
	r.Votes = []renewal.Vote{{By: bob, At: now.Add(time.Hour)}}
}

// handedOver is a request for which an approver has asked somebody.
func handedOver(r *renewal.Request) {
	r.Handed = &renewal.Handed{By: bob, To: "U0DAVE", Why: "You know this customer.", At: now}
}

// deputised is a request that somebody has approved in another one's place.
func deputised(r *renewal.Request) {
	r.Votes = []renewal.Vote{{By: "U0DAVE", At: now, For: bob}}
}

func events() []event {
	const fp = "0123456789abcdef0123456789abcdef"
	refused := request(renewal.Refused)
	return append([]event{
		{"submitted", request(renewal.Pending), entry(renewal.CodeSubmitted, alice, "", renewal.Pending, map[string]string{
			renewal.DetailSummary: offer().Summary(), renewal.DetailFingerprint: fp})},
		{"amended", with(renewal.Pending, revised), second(entry(renewal.CodeAmended, alice, renewal.Pending, renewal.Pending, map[string]string{
			renewal.DetailSummary: offer().Summary(), renewal.DetailFingerprint: fp, renewal.DetailChanges: "Extensions: 80 → 100; PO number: none → PO-2026-17"}))},
		{"changed", with(renewal.Pending, revised), second(entry(renewal.CodeChanged, renewal.System, renewal.Approved, renewal.Pending, map[string]string{
			renewal.DetailSummary: offer().Summary(), renewal.DetailFingerprint: fp, renewal.DetailChanges: "Price: 480.00 EUR → 520.00 EUR; Auto-renewal is on in the portal: Yeastar may renew this by itself as well."}))},
		{"restored", with(renewal.Pending, revised), second(entry(renewal.CodeRestored, renewal.System, renewal.Refused, renewal.Pending, map[string]string{
			renewal.DetailSummary: offer().Summary(), renewal.DetailFingerprint: fp, renewal.DetailChanges: "Nothing, but this comes from a backup"}))},
		{"voted", with(renewal.Pending, quorum), entry(renewal.CodeVoted, bob, renewal.Pending, renewal.Pending, map[string]string{
			renewal.DetailFingerprint: fp, renewal.DetailVotes: "1 of 2"})},
		{"approved", request(renewal.Approved), entry(renewal.CodeApproved, bob, renewal.Pending, renewal.Approved, map[string]string{
			renewal.DetailFingerprint: fp, renewal.DetailVotes: "1 of 1"})},
		{"approved_own", request(renewal.Approved), entry(renewal.CodeApproved, alice, renewal.Pending, renewal.Approved, map[string]string{
			renewal.DetailFingerprint: fp, renewal.DetailVotes: "1 of 1", renewal.DetailSelfApproval: "true"})},
		{"approved_dry_run", with(renewal.Approved, dry), entry(renewal.CodeApproved, bob, renewal.Pending, renewal.Approved, map[string]string{
			renewal.DetailFingerprint: fp, renewal.DetailVotes: "1 of 1"})},
		{"rejected", request(renewal.Rejected), entry(renewal.CodeRejected, bob, renewal.Pending, renewal.Rejected, map[string]string{
			renewal.DetailReason: "They move to another provider in January."})},
		{"commented", request(renewal.Approved), entry(renewal.CodeApproved, bob, renewal.Pending, renewal.Approved, map[string]string{
			renewal.DetailFingerprint: fp, renewal.DetailVotes: "1 of 1", renewal.DetailComment: "As agreed on the phone."})},
		{"explained", with(renewal.Approved, explained), entry(renewal.CodeApproved, bob, renewal.Pending, renewal.Approved, map[string]string{
			renewal.DetailFingerprint: fp, renewal.DetailVotes: "1 of 1", renewal.DetailComment: "They have two contracts; Omar told me so.",
			renewal.DetailDoubtReason: "They have two contracts; Omar told me so."})},
		{"asked_again", with(renewal.Pending, func(r *renewal.Request) { r.Again = 101 }), entry(renewal.CodeSubmitted, alice, "", renewal.Pending, map[string]string{
			renewal.DetailSummary: offer().Summary(), renewal.DetailFingerprint: fp, renewal.DetailAgain: "RNW-000101"})},
		{"returned", request(renewal.Returned), entry(renewal.CodeReturned, bob, renewal.Pending, renewal.Returned, map[string]string{
			renewal.DetailReason: "The PO number is the one of last year."})},
		{"last_call_returned", request(renewal.Returned), entry(renewal.CodeLastCall, renewal.System, renewal.Returned, renewal.Returned, map[string]string{
			renewal.DetailWho: alice})},
		{"expired_returned", with(renewal.Returned, func(r *renewal.Request) { r.Status = renewal.Expired }),
			entry(renewal.CodeExpired, renewal.System, renewal.Returned, renewal.Expired, nil)},
		{"waiting_paused", with(renewal.Approved, func(r *renewal.Request) {
			r.Problem = &renewal.Problem{Class: yeastar.ClassNotSent, Code: "paused", Detail: "Stocktaking.", By: carol}
		}), entry(renewal.CodeWaiting, renewal.System, renewal.Approved, renewal.Approved, map[string]string{
			renewal.DetailPausedBy: carol, renewal.DetailReason: "Stocktaking."})},
		{"waiting_dry_run", with(renewal.Approved, func(r *renewal.Request) {
			r.Problem = &renewal.Problem{Class: yeastar.ClassNotSent, Code: "dry_run"}
		}), entry(renewal.CodeWaiting, renewal.System, renewal.Approved, renewal.Approved, map[string]string{renewal.DetailDry: "true"})},
		{"paused", renewal.Request{}, none(entry(renewal.CodePaused, carol, "", "", map[string]string{renewal.DetailReason: "Stocktaking until Friday."}))},
		{"paused_by_itself", renewal.Request{}, none(entry(renewal.CodePaused, renewal.System, "", "", map[string]string{
			renewal.DetailReason: "3 orders within an hour ended without anybody knowing whether they were placed: RNW-000120, RNW-000121, RNW-000122"}))},
		{"resumed_dated", renewal.Request{}, none(entry(renewal.CodeResumed, carol, "", "", map[string]string{
			renewal.DetailPausedBy: carol, renewal.DetailCount: "0", renewal.DetailDated: "3"}))},
		{"resumed_both", renewal.Request{}, none(entry(renewal.CodeResumed, carol, "", "", map[string]string{
			renewal.DetailPausedBy: carol, renewal.DetailCount: "2", renewal.DetailDated: "1"}))},
		{"resumed", renewal.Request{}, none(entry(renewal.CodeResumed, carol, "", "", map[string]string{renewal.DetailPausedBy: renewal.System}))},
		{"cancelled", request(renewal.Cancelled), entry(renewal.CodeCancelled, alice, renewal.Pending, renewal.Cancelled, nil)},
		{"expired", request(renewal.Expired), entry(renewal.CodeExpired, renewal.System, renewal.Pending, renewal.Expired, nil)},
		{"reminded", with(renewal.Pending, quorum), entry(renewal.CodeReminded, renewal.System, renewal.Pending, renewal.Pending, nil)},
		{"reminded_by_name", with(renewal.Pending, quorum), entry(renewal.CodeReminded, renewal.System, renewal.Pending, renewal.Pending, map[string]string{
			renewal.DetailWho: carol + ",U0DAVE"})},
		{"last_call", request(renewal.Pending), entry(renewal.CodeLastCall, renewal.System, renewal.Pending, renewal.Pending, map[string]string{
			renewal.DetailWho: bob + "," + carol})},
		{"searched", request(renewal.Unknown), entry(renewal.CodeSearched, renewal.System, renewal.Unknown, renewal.Unknown, map[string]string{
			renewal.DetailAttempt: "1", renewal.DetailCandidates: "XS3401174502129270784,XS3401174502129270785"})},
		{"searched_in_vain", request(renewal.Unknown), entry(renewal.CodeSearched, renewal.System, renewal.Unknown, renewal.Unknown, map[string]string{
			renewal.DetailAttempt: "1"})},
		{"search_failed", request(renewal.Unknown), entry(renewal.CodeUnsearched, renewal.System, renewal.Unknown, renewal.Unknown, map[string]string{
			renewal.DetailAttempt: "1", renewal.DetailVendorDetail: "Yeastar's Partner Portal can't be reached right now."})},
		{"events_on", renewal.Request{}, ofNone(renewal.CodeEventsOn, "hooks.example.com")},
		{"events_off", renewal.Request{}, ofNone(renewal.CodeEventsOff, "")},
		{"events_stopped", renewal.Request{}, ofNone(renewal.CodeEventsStopped, "hooks.example.com")},
		{"unknown_named", request(renewal.Unknown), entry(renewal.CodeUnknown, renewal.System, renewal.Ordering, renewal.Unknown, map[string]string{
			renewal.DetailAttempt: "1", renewal.DetailVendorCode: "payment_pending", renewal.DetailCandidates: "XS3401174502129270784"})},
		{"approved_as_deputy", with(renewal.Approved, deputised), entry(renewal.CodeApproved, "U0DAVE", renewal.Pending, renewal.Approved, map[string]string{
			renewal.DetailFingerprint: fp, renewal.DetailVotes: "1 of 1", renewal.DetailDeputyOf: bob})},
		{"deputy_named", renewal.Request{}, none(entry(renewal.CodeDeputy, bob, "", "", map[string]string{
			renewal.DetailWho: carol, renewal.DetailUntil: now.Add(48 * time.Hour).Format(time.RFC3339)}))},
		{"deputy_ended", renewal.Request{}, none(entry(renewal.CodeDeputyEnded, bob, "", "", map[string]string{renewal.DetailWho: carol}))},
		{"escalated", with(renewal.Pending, twoSteps), entry(renewal.CodeEscalated, renewal.System, renewal.Pending, renewal.Pending, map[string]string{
			renewal.DetailWho: "S0BOARD,U0DAVE"})},
		{"handed_over", with(renewal.Pending, handedOver), entry(renewal.CodeHandedOver, bob, renewal.Pending, renewal.Pending, map[string]string{
			renewal.DetailWho: "U0DAVE", renewal.DetailReason: "You know this customer."})},
		{"closed", with(renewal.Cancelled, func(r *renewal.Request) { *r = refused; r.Status, r.ClosedBy = renewal.Cancelled, bob }),
			entry(renewal.CodeClosed, bob, renewal.Refused, renewal.Cancelled, nil)},
		{"dry_run", with(renewal.Cancelled, dryDone), entry(renewal.CodeDryRun, renewal.System, renewal.Approved, renewal.Cancelled, map[string]string{
			renewal.DetailFingerprint: fp})},
		{"denied", request(renewal.Pending), entry(renewal.CodeDenied, carol, renewal.Pending, renewal.Pending, map[string]string{
			renewal.DetailAction: "approve", renewal.DetailRefusal: renewal.RefusedNotAllowed})},
		{"ordering", request(renewal.Ordering), entry(renewal.CodeOrdering, renewal.System, renewal.Approved, renewal.Ordering, map[string]string{
			renewal.DetailAttempt: "1", renewal.DetailFingerprint: fp})},
		{"ordering_again", request(renewal.Ordering), entry(renewal.CodeOrdering, renewal.System, renewal.Approved, renewal.Ordering, map[string]string{
			renewal.DetailAttempt: "2", renewal.DetailFingerprint: fp})},
		{"ordered", request(renewal.Ordered), entry(renewal.CodeOrdered, renewal.System, renewal.Ordering, renewal.Ordered, orderDetails(yeastar.OrderSucceed))},
		{"processing", request(renewal.Processing), entry(renewal.CodeProcessing, renewal.System, renewal.Ordering, renewal.Processing, orderDetails(yeastar.OrderPending))},
		{"refused", refused, entry(renewal.CodeRefused, renewal.System, renewal.Ordering, renewal.Refused,
			problemDetails("parameter_validation_failed", "The quantity does not match."))},
		{"refused_by_status", refusedByStatus(), entry(renewal.CodeRefused, renewal.System, renewal.Processing, renewal.Refused, orderDetails(yeastar.OrderFailed))},
		{"refused_gone", refused, entry(renewal.CodeRefused, renewal.System, renewal.Approved, renewal.Refused, map[string]string{
			renewal.DetailVendorCode: "gone", renewal.DetailVendorDetail: "the plan is not offered any more"})},
		{"denied_again", request(renewal.Pending), entry(renewal.CodeDenied, carol, renewal.Pending, renewal.Pending, map[string]string{
			renewal.DetailAction: "approve", renewal.DetailRefusal: renewal.RefusedNotAllowed, renewal.DetailCount: "17"})},
		{"policy_loaded", renewal.Request{}, entry(renewal.CodePolicy, renewal.System, "", "", map[string]string{
			renewal.DetailPolicy: fp, renewal.DetailRules: "8"})},
		{"submitted_by_policy", with(renewal.Pending, twoSteps), entry(renewal.CodeSubmitted, alice, "", renewal.Pending, map[string]string{
			renewal.DetailSummary: offer().Summary(), renewal.DetailFingerprint: fp, renewal.DetailPolicy: fp,
			renewal.DetailWay: "1 of Sales leads, then 2 of Finance"})},
		{"voted_step", with(renewal.Pending, twoSteps), entry(renewal.CodeVoted, bob, renewal.Pending, renewal.Pending, map[string]string{
			renewal.DetailFingerprint: fp, renewal.DetailVotes: "1 of 3", renewal.DetailNext: "S0FINANCE,U0CFO"})},
		{"moved", request(renewal.Pending), entry(renewal.CodeMoved, renewal.System, renewal.Pending, renewal.Pending, map[string]string{
			renewal.DetailChannel: "C0RENEWNEW"})},
		{"postponed", with(renewal.Approved, func(r *renewal.Request) {
			r.Problem = &renewal.Problem{Class: yeastar.ClassNotSent, Detail: "no connection"}
		}), entry(renewal.CodePostponed, renewal.System, renewal.Ordering, renewal.Approved, map[string]string{
			renewal.DetailAttempt: "1", renewal.DetailVendorDetail: "no connection", renewal.DetailRetryAt: "2026-11-17T11:27:00Z"})},
		{"waiting", with(renewal.Approved, func(r *renewal.Request) {
			r.Problem = &renewal.Problem{Class: yeastar.ClassNotSent, Code: "waiting", Detail: "Yeastar does not answer."}
		}), entry(renewal.CodeWaiting, renewal.System, renewal.Approved, renewal.Approved, map[string]string{
			renewal.DetailVendorDetail: "Yeastar does not answer.", renewal.DetailUntil: "2026-11-17T11:36:00Z"})},
		{"unknown", request(renewal.Unknown), entry(renewal.CodeUnknown, renewal.System, renewal.Ordering, renewal.Unknown,
			problemDetails("", "the connection broke before the answer"))},
		{"settled_placed", request(renewal.Ordered), entry(renewal.CodeSettledPlaced, bob, renewal.Unknown, renewal.Ordered, orderDetails(yeastar.OrderSucceed))},
		{"settled_placed_pending", request(renewal.Processing), entry(renewal.CodeSettledPlaced, bob, renewal.Unknown, renewal.Processing, orderDetails(yeastar.OrderPending))},
		{"settled_not_placed", refused, entry(renewal.CodeSettledNot, bob, renewal.Unknown, renewal.Refused, map[string]string{
			renewal.DetailAttempt: "1", renewal.DetailReason: "It is not in the portal an hour later."})},
		{"retried", request(renewal.Approved), entry(renewal.CodeRetried, bob, renewal.Refused, renewal.Approved, map[string]string{renewal.DetailFingerprint: fp})},
		{"late_adopted", request(renewal.Ordered), entry(renewal.CodeLate, renewal.System, renewal.Refused, renewal.Ordered, orderDetails(yeastar.OrderSucceed))},
		{"late_alarm", request(renewal.Ordered), entry(renewal.CodeLate, renewal.System, renewal.Ordered, renewal.Ordered, orderDetails(yeastar.OrderSucceed))},
		{"voted_lost", with(renewal.Pending, quorum), entry(renewal.CodeVoted, bob, renewal.Pending, renewal.Pending, map[string]string{
			renewal.DetailFingerprint: fp, renewal.DetailVotes: "1 of 2", renewal.DetailLost: carol + " is no approver any more"})},
		{"lapsed_lost", with(renewal.Pending, lapsed), second(entry(renewal.CodeLapsed, renewal.System, renewal.Approved, renewal.Pending, map[string]string{
			renewal.DetailFingerprint: fp, renewal.DetailVotes: "1 of 2", renewal.DetailLost: carol + " is no approver any more",
			renewal.DetailChanges: lapsedWhy}))},
		{"lapsed_quorum", with(renewal.Pending, lapsed), second(entry(renewal.CodeLapsed, renewal.System, renewal.Approved, renewal.Pending, map[string]string{
			renewal.DetailFingerprint: fp, renewal.DetailVotes: "1 of 2", renewal.DetailChanges: "Nothing, but more approvals are needed by now"}))},
		{"retried_pending", with(renewal.Pending, lapsed), second(entry(renewal.CodeRetried, bob, renewal.Refused, renewal.Pending, map[string]string{
			renewal.DetailFingerprint: fp, renewal.DetailVotes: "1 of 2", renewal.DetailChanges: "Nothing, but one person alone does not order it again"}))},
		{"stopped", with(renewal.Cancelled, stopped), entry(renewal.CodeCancelled, carol, renewal.Approved, renewal.Cancelled, nil)},
		{"submitted_doubtful", with(renewal.Pending, doubtful), entry(renewal.CodeSubmitted, alice, "", renewal.Pending, map[string]string{
			renewal.DetailSummary: offer().Summary(), renewal.DetailFingerprint: fp,
			renewal.DetailDoubts: doubts()[0].Text() + "\n" + doubts()[13].Text(), renewal.DetailDoubtReason: "They grow by 450 seats on Monday."})},
		{"waiting_behind", with(renewal.Approved, func(r *renewal.Request) {
			r.Problem = &renewal.Problem{Class: yeastar.ClassNotSent, Code: "behind", Detail: "RNW-000122"}
		}), entry(renewal.CodeWaiting, renewal.System, renewal.Approved, renewal.Approved, map[string]string{
			renewal.DetailBehind: "RNW-000122"})},
		{"submitted_dated", with(renewal.Pending, dated), entry(renewal.CodeSubmitted, alice, "", renewal.Pending, map[string]string{
			renewal.DetailSummary: with(renewal.Pending, dated).Offer.Summary(), renewal.DetailFingerprint: fp, renewal.DetailOrderOn: "2026-12-24"})},
		{"approved_dated", with(renewal.Approved, dated), entry(renewal.CodeApproved, bob, renewal.Pending, renewal.Approved, map[string]string{
			renewal.DetailFingerprint: fp, renewal.DetailVotes: "1 of 1", renewal.DetailOrderOn: "2026-12-24"})},
		{"changed_dated", with(renewal.Pending, func(r *renewal.Request) { dated(r); revised(r) }), second(entry(renewal.CodeChanged, renewal.System,
			renewal.Approved, renewal.Pending, map[string]string{renewal.DetailSummary: offer().Summary(), renewal.DetailFingerprint: fp,
				renewal.DetailChanges: "Current expiry: 2026-12-31 → 2027-12-31", renewal.DetailOrderOn: "2026-12-24"}))},
		{"confirmed", request(renewal.Ordered), entry(renewal.CodeConfirmed, renewal.System, renewal.Ordered, renewal.Ordered, map[string]string{
			renewal.DetailUntil: "2027-12-31T00:00:00Z"})},
		{"unconfirmed", request(renewal.Ordered), entry(renewal.CodeUnconfirmed, renewal.System, renewal.Ordered, renewal.Ordered, nil)},
		{"unconfirmed_old", request(renewal.Ordered), entry(renewal.CodeUnconfirmed, renewal.System, renewal.Ordered, renewal.Ordered, map[string]string{
			renewal.DetailUntil: "2026-12-31T00:00:00Z"})},
		{"stale", request(renewal.Ordered), entry(renewal.CodeStale, renewal.System, renewal.Ordered, renewal.Ordered, map[string]string{
			renewal.DetailUntil: "2026-12-31T00:00:00Z"})},
		{"unconfirmed_other", request(renewal.Ordered), entry(renewal.CodeUnconfirmed, renewal.System, renewal.Ordered, renewal.Ordered, map[string]string{
			renewal.DetailUntil: "2027-12-31T00:00:00Z", renewal.DetailExpected: "2028-12-31T00:00:00Z"})},
		{"stale_other", request(renewal.Ordered), entry(renewal.CodeStale, renewal.System, renewal.Ordered, renewal.Ordered, map[string]string{
			renewal.DetailUntil: "2027-12-31T00:00:00Z", renewal.DetailExpected: "2028-12-31T00:00:00Z"})},
		{"due_owner", renewal.Request{}, dueEntry(renewal.CodeDueOwner, map[string]string{renewal.DetailWho: bob})},
		{"due_nobody", renewal.Request{}, dueEntry(renewal.CodeDueOwner, nil)},
		{"due_snoozed", renewal.Request{}, dueEntry(renewal.CodeDueSnoozed, map[string]string{renewal.DetailUntil: "2026-12-01T00:00:00Z"})},
		{"due_ending", renewal.Request{}, dueEntry(renewal.CodeDueEnding, map[string]string{renewal.DetailReason: "They move to another provider."})},
		{"due_awake", renewal.Request{}, dueEntry(renewal.CodeDueAwake, nil)},
		{"due_imported", renewal.Request{}, dueEntry(renewal.CodeDueImported, map[string]string{
			renewal.DetailCount: "40", renewal.DetailAdded: "3", renewal.DetailChanges: "2"})},
		{"due_digest", renewal.Request{}, dueEntry(renewal.CodeDueDigest, map[string]string{renewal.DetailWho: "C0RENEW", renewal.DetailCount: "12"})},
		{"due_digest_not_posted", renewal.Request{}, dueEntry(renewal.CodeDueDigest, map[string]string{
			renewal.DetailWho: "C0RENEW", renewal.DetailRefusal: "not_posted"})},
	}, batchEvents()...)
}
