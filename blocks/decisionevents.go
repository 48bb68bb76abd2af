package blocks

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"renewbot/bot/renewal"
)

const turnOfOthers = "By the policy it is the turn of others now."

// decisionSentence tells what people decided, and what became of it.
func decisionSentence(r renewal.Request, e renewal.Entry) string {
	by, d := actor(e), e.Detail
	switch e.Code {
	case renewal.CodeVoted, renewal.CodeApproved, renewal.CodeLapsed, renewal.CodeRetried:
		return approvalSentence(r, e)
	case renewal.CodeRejected:
		return join("🚫 "+by+" rejected this"+reason(d[renewal.DetailReason]), nothingWas)
	case renewal.CodeReturned:
		return join("↪️ "+by+" asks for changes"+reason(d[renewal.DetailReason]), mention(r.Requester)+" can make them by “Change…” on the card.", nothingYet)
	case renewal.CodeHandedOver:
		return join("👉 "+by+" asks "+mention(d[renewal.DetailWho])+" to decide"+reason(d[renewal.DetailReason]), "Everybody else who may still can.", nothingYet)
	}
	return ""
}

// approvalSentence tells what people said to an order, and what became of their approval.
func approvalSentence(r renewal.Request, e renewal.Entry) string {
	by, d := actor(e), e.Detail
	votesIn := parenthesis(outside(d[renewal.DetailVotes], shortLimit))
	yes := "👍 " + by + " approved" + votesIn + commentWords(d) + selfApproval(d)
	switch e.Code {
	case renewal.CodeVoted:
		if d[renewal.DetailNext] != "" {
			return join(yes, lostWords(d), turnOfOthers, nothingYet)
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

func selfApproval(d map[string]string) string {
	if d[renewal.DetailSelfApproval] == "" {
		return ""
	}
	return " It is their own request."
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
