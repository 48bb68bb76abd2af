package blocks

import (
	"fmt"
	"strings"

	"renewbot/bot/renewal"
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

// eventSentence tells an event in finished mrkdwn, with its sign, and says whether
// anything was ordered.
func eventSentence(r renewal.Request, e renewal.Entry) string {
	for _, tell := range []func(renewal.Request, renewal.Entry) string{
		requestSentence, reminderSentence, decisionSentence, orderSentence, searchSentence, generalSentence,
	} {
		if s := tell(r, e); s != "" {
			return s
		}
	}
	for _, tell := range []func(renewal.Entry) string{dueSentence, batchSentence} {
		if s := tell(e); s != "" {
			return s
		}
	}
	return code(e) + "."
}

// requestSentence tells what became of a request before its order, or without one.
func requestSentence(r renewal.Request, e renewal.Entry) string {
	by, d := actor(e), e.Detail
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
	case renewal.CodeClosed:
		return join("✖️ "+by+" closed the request.", nothingWas)
	case renewal.CodeDryRun:
		return "🧪 Dry run finished: everything was done but the order itself. Nothing was ordered."
	case renewal.CodeMoved:
		return join("🔀 The request's channel has another id now: "+mention(d[renewal.DetailChannel])+".", "Nothing was changed or ordered.")
	}
	return ""
}

// reminderSentence tells whom a request waits for.
func reminderSentence(r renewal.Request, e renewal.Entry) string {
	switch e.Code {
	case renewal.CodeEscalated:
		return join(escalated(splitList(e.Detail[renewal.DetailWho]), e.Detail[renewal.DetailUnseen] != "", "the card in this thread"), nothingYet)
	case renewal.CodeReminded:
		return remindedOf(r, e)
	case renewal.CodeLastCall:
		if e.To == renewal.Returned {
			return join("⏰ Last call: this request times out "+moment(r.ExpiresAt)+" if "+mention(r.Requester)+" does not change it by then.", nothingYet)
		}
		return join("⏰ Last call: this request times out "+moment(r.ExpiresAt)+" if it is not approved by then.", votes(r), nothingYet)
	}
	return ""
}

// generalSentence tells what is about more than one request, and what was refused.
func generalSentence(r renewal.Request, e renewal.Entry) string {
	by, d := actor(e), e.Detail
	switch e.Code {
	case renewal.CodePaused:
		return join("⏸️ "+by+" paused all orders"+reason(d[renewal.DetailReason]), "Requests are taken and approved; nothing is ordered until an approver types “/renew resume”.")
	case renewal.CodeResumed:
		return join("▶️ "+by+" resumed orders: "+resumed(d[renewal.DetailCount])+".", datedWait(d[renewal.DetailDated]))
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
	return ""
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

// askedAgain names the request that a new one asks for again.
func askedAgain(d map[string]string) string {
	if d[renewal.DetailAgain] == "" {
		return ""
	}
	return "It asks again for " + outside(d[renewal.DetailAgain], shortLimit) + "."
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

// escalated says whom the policy has told that nobody has decided; hidden: some of them can't read that.
func escalated(who []string, hidden bool, where string) string {
	if len(who) == 0 && hidden {
		return "⏫ Nobody has decided in time. Whom the policy tells of it can't read this channel: they got a direct message, which says no more than they may know."
	}
	if len(who) == 0 {
		return "⏫ Nobody has decided in time, and nobody is here whom the policy could tell but who asked for it: whoever set Renewbot up has to name somebody else."
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
