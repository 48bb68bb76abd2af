package blocks

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

// ThreadLine is what the thread says when something happens, in one line. approvers
// are the user and user-group ids that a new request mentions. False: the event is for
// the audit channel alone.
func ThreadLine(r renewal.Request, e renewal.Entry, asked Asked) (Message, bool) {
	s := eventSentence(r, e)
	switch e.Code {
	case renewal.CodeDenied, renewal.CodeMoved, renewal.CodePolicy, renewal.CodePaused, renewal.CodeResumed,
		renewal.CodeDeputy, renewal.CodeDeputyEnded, renewal.CodeEventsOn, renewal.CodeEventsOff, renewal.CodeEventsStopped:
		return Message{}, false
	case renewal.CodeReminded, renewal.CodeLastCall:
		who := splitList(e.Detail[renewal.DetailWho])
		if e.To == renewal.Returned {
			break
		}
		if e.To != renewal.Pending {
			if len(who) > 0 {
				s = join(s, mentions(who, 20)+": please have a look.")
			}
			break
		}
		asked.IDs = who // those who have not decided
		fallthrough
	case renewal.CodeSubmitted, renewal.CodeAmended, renewal.CodeChanged, renewal.CodeLapsed, renewal.CodeRestored:
		s = askToDecide(s, asked)
	case renewal.CodeVoted:
		if asked.Few || e.Detail[renewal.DetailNext] != "" { // it is others who decide next
			s = askToDecide(s, asked)
		}
	case renewal.CodeRetried:
		if e.To == renewal.Pending {
			s = askToDecide(s, asked)
		}
	case renewal.CodeStale, renewal.CodeConfirmed:
		if r.Batch != 0 { // in whose thread there are others
			s = fmt.Sprintf("Line %d, %s, %s: %s", r.Line, r.Reference(), holder(r.Offer.Holder, outside), s)
		}
	case renewal.CodeUnknown, renewal.CodeSearched, renewal.CodeUnsearched, renewal.CodeLate:
		if len(asked.IDs) > 0 {
			s = join(s, mentions(asked.IDs, 20)+": please have a look.")
		}
	}
	if s == "" {
		return Message{}, false
	}
	return oneLineMessage(fmt.Sprintf("line.%d.%d", e.RequestID, e.Seq), s), true
}

const onTheCard = "It can be tried again or closed on the card."

// eventSentence tells an event in finished mrkdwn, with its sign, and says whether
// anything was ordered.
func eventSentence(r renewal.Request, e renewal.Entry) string {
	by, d := actor(e), e.Detail
	order := orderNumbers(d[renewal.DetailOrderNo], d[renewal.DetailTransactionNo], d[renewal.DetailVendorStatus])
	why := problemWords(d[renewal.DetailVendorDetail], d[renewal.DetailVendorCode], d[renewal.DetailVendorRequest])
	switch e.Code {
	case renewal.CodeSubmitted:
		return join("📝 "+by+" asks for a renewal: "+summaryOf(r, e)+".", datedNews(r, d), askedAgain(d), doubtNews(d), dryRun(r), nothingYet)
	case renewal.CodeAmended:
		return join("✏️ "+by+fmt.Sprintf(" changed the request; this is revision %d.", e.Revision), changeWords(d), doubtNews(d), "Approvals start over.", nothingYet)
	case renewal.CodeChanged:
		return join("✏️ What is known differs from what was approved, so this needs approval again.", changeWords(d), doubtNews(d), nothingYet)
	case renewal.CodeRestored:
		return "↩️ The ledger was restored from a backup, so this needs approval again. " +
			"This order may or may not have been placed since: check this thread and the portal before you approve."
	case renewal.CodeVoted, renewal.CodeApproved, renewal.CodeLapsed, renewal.CodeRetried:
		return approvalSentence(r, e)
	case renewal.CodeRejected:
		return join("🚫 "+by+" rejected this"+reason(d[renewal.DetailReason]), nothingWas)
	case renewal.CodeReturned:
		return join("↪️ "+by+" asks for changes"+reason(d[renewal.DetailReason]), mention(r.Requester)+" can make them by “Change…” on the card.", nothingYet)
	case renewal.CodeHandedOver:
		return join("👉 "+by+" asks "+mention(d[renewal.DetailWho])+" to decide"+reason(d[renewal.DetailReason]), "Everybody else who may still can.", nothingYet)
	case renewal.CodeEscalated:
		return join(escalated(splitList(d[renewal.DetailWho]), "the card in this thread"), nothingYet)
	case renewal.CodePaused:
		return join("⏸️ "+by+" paused all orders"+reason(d[renewal.DetailReason]), "Requests are taken and approved; nothing is ordered until an approver types “/renew resume”.")
	case renewal.CodeResumed:
		return join("▶️ "+by+" resumed orders: "+resumed(d[renewal.DetailCount])+".", datedWait(d[renewal.DetailDated]))
	case renewal.CodeCancelled:
		if e.From == renewal.Approved {
			return join("✋ "+by+" stopped the order before it was sent.", nothingWas)
		}
		return join("✖️ "+by+" cancelled the request.", nothingWas)
	case renewal.CodeExpired:
		if e.From == renewal.Returned {
			return "⌛ This request timed out: the changes that were asked for were not made in time. Nothing was ordered."
		}
		return "⌛ This request timed out: nobody approved it in time. Nothing was ordered."
	case renewal.CodeReminded:
		return remindedOf(r, e)
	case renewal.CodeLastCall:
		if e.To == renewal.Returned {
			return join("⏰ Last call: this request times out "+moment(r.ExpiresAt)+" if "+mention(r.Requester)+" does not change it by then.", nothingYet)
		}
		return join("⏰ Last call: this request times out "+moment(r.ExpiresAt)+" if it is not approved by then.", votes(r), nothingYet)
	case renewal.CodeClosed:
		return join("✖️ "+by+" closed the request.", nothingWas)
	case renewal.CodeDryRun:
		return "🧪 Dry run finished: everything was done but the order itself. Nothing was ordered."
	case renewal.CodeMoved:
		return join("🔀 The request's channel has another id now: "+mention(d[renewal.DetailChannel])+".", "Nothing was changed or ordered.")
	case renewal.CodeOrdering:
		return "📤 The order is on its way to Yeastar" + attemptWords(d) + "; there is no answer yet."
	case renewal.CodeOrdered:
		return "✅ Ordered. " + order
	case renewal.CodeProcessing:
		return "🕓 Yeastar has the order but has not finished it. " + order + " It may need paying in the Partner Portal."
	case renewal.CodeRefused:
		if d[renewal.DetailOrderNo] != "" {
			return join("⚠️ The order did not go through.", order, onTheCard)
		}
		return join("⚠️ Not ordered.", why, onTheCard)
	case renewal.CodePostponed:
		return join("🔁 Not ordered yet: this attempt placed nothing; another one follows automatically"+retryAt(d)+".", why)
	case renewal.CodeWaiting:
		if other := d[renewal.DetailBehind]; other != "" {
			return "⏸️ " + behind(other)
		}
		if d[renewal.DetailDry] != "" {
			return "⏸️ " + heldByDryRun
		}
		if who := d[renewal.DetailPausedBy]; who != "" {
			return "⏸️ " + pausedWords(who, d[renewal.DetailReason])
		}
		return join("🔁 "+unchecked, why, "I keep trying"+timed(" until ", d[renewal.DetailUntil])+"; then you are asked.")
	case renewal.CodeUnknown:
		return join("❓", unsure, why, named(d[renewal.DetailCandidates]))
	case renewal.CodeSearched:
		return join("🔎", unsure, lookedFor(r), searchWords(splitList(d[renewal.DetailCandidates])))
	case renewal.CodeUnsearched:
		return join("🔎", unsure, unsearched, why, "I keep trying; please check in the Partner Portal.")
	case renewal.CodeSettledPlaced:
		return join("☑️ "+by+" found that the order was placed. "+order+settledEnd(e), differed(d[renewal.DetailChanges]))
	case renewal.CodeSettledNot:
		return join("☑️ "+by+" found that the order was not placed"+reason(d[renewal.DetailReason]), nothingWas, onTheCard)
	case renewal.CodeLate:
		return join("🚨 An order turned up for an attempt that was called not placed"+attemptWords(d)+".", order, lateEnd(e))
	case renewal.CodePolicy:
		return join("📜 From this start on the policy file with "+noted(d[renewal.DetailRules], "rule", "rules")+" holds.", "Nothing was changed or ordered.")
	case renewal.CodeDenied:
		return deniedWords(by, d)
	case renewal.CodeDeputy, renewal.CodeDeputyEnded:
		return deputyWords(e)
	case renewal.CodeEventsOn, renewal.CodeEventsOff, renewal.CodeEventsStopped:
		return eventsWords(e)
	case renewal.CodeConfirmed, renewal.CodeUnconfirmed, renewal.CodeStale:
		return confirmWords(r, e)
	}
	if s := dueSentence(e); s != "" {
		return s
	}
	if s := batchSentence(e); s != "" {
		return s
	}
	return code(e) + "."
}

// eventsWords says what becomes of what other systems are told.
func eventsWords(e renewal.Entry) string {
	host := outside(e.Detail[renewal.DetailHost], shortLimit)
	switch e.Code {
	case renewal.CodeEventsOn:
		return "📡 Events of all requests are sent to " + host + " from now on. Nothing was ordered."
	case renewal.CodeEventsOff:
		return "📡 Events are not sent any more: RENEW_EVENTS_URL is empty. Nothing was ordered."
	}
	return "📡 " + host + " wants no more events (410 Gone), so they wait. Nothing was ordered."
}

// named says which order an answer named that was no success.
func named(order string) string {
	if order == "" {
		return ""
	}
	return "The answer names order " + outside(order, shortLimit) + ": please check it in the Partner Portal."
}

// differed says what a person confirmed who named an order.
func differed(what string) string {
	if what == "" {
		return ""
	}
	return "It differs from what was sent, which was confirmed: " + outside(what, detailLimit) + "."
}

// deniedWords tells what somebody tried and may not, and how often.
func deniedWords(by string, d map[string]string) string {
	tried := parenthesis(joinWith(": ", outside(d[renewal.DetailAction], shortLimit), outside(d[renewal.DetailRefusal], shortLimit)))
	switch n := outside(d[renewal.DetailCount], 10); n {
	case "":
		return join("⛔ "+by+" may not do that"+tried+".", "Nothing was changed or ordered.")
	case "1":
		return join("⛔ "+by+" tried once more what they may not do"+tried+".", "Nothing was changed or ordered.")
	default:
		return join("⛔ "+by+" tried "+n+" more times what they may not do"+tried+".", "Nothing was changed or ordered.")
	}
}

// approvalSentence tells what people said to an order, and what became of their approval.
func approvalSentence(r renewal.Request, e renewal.Entry) string {
	by, d := actor(e), e.Detail
	votesIn := parenthesis(outside(d[renewal.DetailVotes], shortLimit))
	yes := "👍 " + by + " approved" + votesIn + commentWords(d) + selfApproval(d)
	switch e.Code {
	case renewal.CodeVoted:
		if d[renewal.DetailNext] != "" {
			return join(yes, lostWords(d), "By the policy it is the turn of others now.", nothingYet)
		}
		return join(yes, lostWords(d), "More approvals are needed.", nothingYet)
	case renewal.CodeApproved:
		return join(yes, lostWords(d), next(r, d))
	case renewal.CodeLapsed:
		return join("↩️ "+lapsed(d), "So this needs approval again"+votesIn+".", nothingYet)
	}
	asked := "🔁 " + by + " asked to try again." + selfApproval(d)
	if e.To != renewal.Pending {
		return join(asked, next(r, d))
	}
	return join(asked, because(d), "So this needs approval again"+votesIn+".", nothingYet)
}

// commentWords is what an approver said with their yes, as the end of a sentence.
func commentWords(d map[string]string) string {
	switch {
	case d[renewal.DetailComment] == "":
		return "."
	case d[renewal.DetailDoubtReason] != "":
		return ", and said why it should be ordered all the same" + reason(d[renewal.DetailDoubtReason])
	}
	return reason(d[renewal.DetailComment])
}

// askedAgain names the request that a new one asks for again.
func askedAgain(d map[string]string) string {
	if d[renewal.DetailAgain] == "" {
		return ""
	}
	return "It asks again for " + outside(d[renewal.DetailAgain], shortLimit) + "."
}

// pausedWords says why an approved order waits.
func pausedWords(by, why string) string {
	return join("Nothing has been ordered yet: orders are paused by "+mention(by)+reason(why), "It is ordered when an approver resumes.")
}

// resumed says what becomes of so many approved requests that waited.
func resumed(n string) string {
	switch n = outside(n, 10); n {
	case "", "1":
		return "what was approved is placed now"
	case "0":
		return "no approved request waits for that, so nothing is ordered now"
	}
	return "each of the " + n + " that were approved is placed now"
}

// datedWait says how many approved requests wait for their day.
func datedWait(n string) string {
	switch n = outside(n, 10); n {
	case "", "0":
		return ""
	case "1":
		return "One is for a day that has not come."
	}
	return n + " are for days that have not come."
}

// splitList reads a detail that lists several things.
func splitList(s string) []string {
	return strings.FieldsFunc(s, func(c rune) bool { return c == ',' })
}

func summaryOf(r renewal.Request, e renewal.Entry) string {
	if r.ID != 0 && r.Fingerprint == e.Detail[renewal.DetailFingerprint] {
		return what(r.Offer, outside) + " (" + price(r.Offer, outside) + ")"
	}
	return outside(e.Detail[renewal.DetailSummary], detailLimit)
}

// datedNews says when what is asked for is to be ordered.
func datedNews(r renewal.Request, d map[string]string) string {
	if on := d[renewal.DetailOrderOn]; on != "" {
		return "It is to be ordered on " + dayOf(r, on) + ", not before."
	}
	return ""
}

// changeWords lists changes in one sentence. Some of them are sentences themselves.
func changeWords(d map[string]string) string {
	s := outside(strings.ReplaceAll(strings.TrimSuffix(d[renewal.DetailChanges], "."), ".; ", "; "), detailLimit)
	switch {
	case s == "":
		return ""
	case strings.HasSuffix(s, "?"):
		return "Changed: " + s
	}
	return "Changed: " + s + "."
}

// lostWords names who gave votes that do not count any more, and why.
func lostWords(d map[string]string) string {
	var words []string
	for i, l := range renewal.ReadLost(d[renewal.DetailLost]) {
		if i == 5 {
			words = append(words, "and others")
			break
		}
		words = append(words, mention(l.By)+" "+outside(l.Why, shortLimit))
	}
	if len(words) == 0 {
		return ""
	}
	return "An approval does not count any more: " + joinWith(", ", words...) + "."
}

// lapsed says why the approvers are asked anew.
func lapsed(d map[string]string) string {
	if s := lostWords(d); s != "" {
		return s
	}
	return because(d)
}

// because says why the approvers are asked anew about what they have seen: what the card
// tells as "Nothing, but …".
func because(d map[string]string) string {
	why, _ := strings.CutPrefix(d[renewal.DetailChanges], "Nothing, but ")
	first, size := utf8.DecodeRuneInString(why)
	if size == 0 {
		return ""
	}
	return outside(string(unicode.ToUpper(first))+why[size:], detailLimit) + "."
}

func next(r renewal.Request, d map[string]string) string {
	if r.DryRun {
		return "Dry run: no order will be sent."
	}
	if r.Batch != 0 {
		return inTurn(r)
	}
	if on := d[renewal.DetailOrderOn]; on != "" {
		return onItsDay(dayOf(r, on))
	}
	return "Its order follows after a last check. " + nothingYet
}

func selfApproval(d map[string]string) string {
	if d[renewal.DetailSelfApproval] == "" {
		return ""
	}
	return " It is their own request."
}

func attemptWords(d map[string]string) string {
	n := d[renewal.DetailAttempt]
	if n == "" || n == "1" {
		return ""
	}
	return " (attempt " + outside(n, 10) + ")"
}

func settledEnd(e renewal.Entry) string {
	if e.To == renewal.Processing {
		return " Yeastar has not finished it; it may need paying in the Partner Portal."
	}
	return ""
}

// retryAt says when the next attempt is due.
func retryAt(d map[string]string) string { return timed(", ", d[renewal.DetailRetryAt]) }

// timed is a moment of a detail behind a word, or nothing.
func timed(word, at string) string {
	t, err := time.Parse(time.RFC3339, at)
	if err != nil {
		return ""
	}
	return word + moment(t)
}

func lateEnd(e renewal.Entry) string {
	switch {
	case e.From != e.To && (e.To == renewal.Ordered || e.To == renewal.Processing):
		return "It now counts as this request's order; nothing else will be sent."
	case e.Detail[renewal.DetailVendorStatus] == yeastar.OrderSucceed:
		return "There may be two orders: please check in the Partner Portal."
	}
	return "Please check in the Partner Portal."
}

// escalated says whom the policy has told that nobody has decided.
func escalated(who []string, where string) string {
	if len(who) == 0 {
		return "⏫ Nobody has decided in time, and nobody is here any more whom the policy has told then: whoever set Renewbot up has to name somebody else."
	}
	return "⏫ Nobody has decided in time. " + mentions(who, 20) + ": please see to it that somebody does, on " + where + "."
}

// noted is count for a number that an entry keeps.
func noted(n, one, many string) string {
	if n != "1" {
		one = many
	}
	return outside(n, 10) + " " + one
}

func parenthesis(s string) string {
	if s == "" {
		return ""
	}
	return " (" + s + ")"
}
