package blocks

import (
	"time"

	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

const onTheCard = "It can be tried again or closed on the card."

// orderSentence tells what became of an attempt to order.
func orderSentence(r renewal.Request, e renewal.Entry) string {
	d := e.Detail
	order := orderNumbers(d[renewal.DetailOrderNo], d[renewal.DetailTransactionNo], d[renewal.DetailVendorStatus])
	why := problemWords(d[renewal.DetailVendorDetail], d[renewal.DetailVendorCode], d[renewal.DetailVendorRequest])
	switch e.Code {
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
			return "⏸️ " + pausedWords(r, who, d[renewal.DetailReason])
		}
		return join("🔁 "+unchecked, why, "I keep trying"+timed(" until ", d[renewal.DetailUntil])+"; then you are asked.")
	case renewal.CodeUnknown:
		return join("❓", unsure, why, named(d[renewal.DetailCandidates]))
	}
	return ""
}

// searchSentence tells what was found, by the portal or by people, of an attempt of unknown fate.
func searchSentence(r renewal.Request, e renewal.Entry) string {
	by, d := actor(e), e.Detail
	order := orderNumbers(d[renewal.DetailOrderNo], d[renewal.DetailTransactionNo], d[renewal.DetailVendorStatus])
	why := problemWords(d[renewal.DetailVendorDetail], d[renewal.DetailVendorCode], d[renewal.DetailVendorRequest])
	switch e.Code {
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
	}
	return ""
}

// pausedWords says why an approved order waits.
func pausedWords(r renewal.Request, by, why string) string {
	paused := "orders are paused by " + mention(by) + reason(why)
	if r.DryRun {
		return join("The dry run waits: "+paused, "It goes on when an approver resumes; nothing is ordered.")
	}
	return join("Nothing has been ordered yet: "+paused, "It is ordered when an approver resumes.")
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
