package blocks

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"renewbot/bot/renewal"
)

// AuditLine is what the audit channel says of an entry, refusals included. It ends with
// the entry's number and the first eight signs of its hash, so that the channel is a
// witness outside the database. r is zero when the entry belongs to no request.
func AuditLine(r renewal.Request, e renewal.Entry) Message {
	ref := "no request"
	if e.RequestID != 0 {
		ref = renewal.Reference(e.RequestID)
	}
	parts := []string{
		"*" + ref + "*" + auditRevision(e) + parenthesis(customer(r)) + " · " + auditTime(e) + " · " + code(e) + " by " + mention(e.Actor) + auditMove(e),
		cutMarkup(eventSentence(r, e), 2000),
	}
	doubts, why := doubtRecord(e.Detail)
	end := joinWith("\n", why, auditDetail(e), AuditMark(e.Seq, outside(shortHash(e.Hash), 8)))
	return pagedLine(fmt.Sprintf("audit.%d", e.Seq), strings.Join(parts, "\n"), doubts, end)
}

// pagedLine is a message of one section, or of as many as its pages take, none of which is cut.
func pagedLine(id, begin string, pages []string, end string) Message {
	pages = append([]string{begin}, pages...)
	body := strings.Join(pages, "\n")
	if all := body + "\n" + end; width(all) <= limitSection {
		return oneLineMessage(id, all)
	}
	m := Message{Text: cutMarkup(body, limitMessageText-width(end)-1) + "\n" + end}
	for i, page := range append(pages, end) {
		m.Blocks = append(m.Blocks, section(fmt.Sprintf("%s.%d", id, i), page))
	}
	return m
}

// AuditThread is the message of the audit channel under which a request's lines are. It shows
// nothing that changes as the request goes on.
func AuditThread(r renewal.Request) Message {
	return oneLineMessage(fmt.Sprintf("audit.of.%d", r.ID), join(
		"🧾 *"+r.Reference()+"*"+parenthesis(customer(r))+" · asked for by "+mention(r.Requester)+" in "+mention(r.Channel)+".",
		"This thread says what becomes of it, and whether it was ordered.", dryRun(r)))
}

// AuditMark is how an audit line ends. Whoever compares the audit channel with the
// ledger looks for it, so it stays as it is.
func AuditMark(seq int64, shortHash string) string {
	return fmt.Sprintf("#%d · %s", seq, shortHash)
}

func customer(r renewal.Request) string {
	if r.ID == 0 {
		return ""
	}
	return holder(r.Offer.Holder, outside)
}

func auditRevision(e renewal.Entry) string {
	if e.Revision < 2 {
		return ""
	}
	return fmt.Sprintf(" revision %d", e.Revision)
}

// code is the entry's code, which is ours and so needs no taming.
func code(e renewal.Entry) string {
	if knownCode().MatchString(string(e.Code)) {
		return string(e.Code)
	}
	return outside(string(e.Code), shortLimit)
}

var knownCode = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(request|order|policy|due|deputy|batch|events)\.[a-z_]{1,40}$`)
})

func auditTime(e renewal.Entry) string {
	if e.At.IsZero() {
		return "no time"
	}
	return moment(e.At)
}

func auditMove(e renewal.Entry) string {
	switch {
	case e.From == e.To:
		return ""
	case e.From == "":
		return " · → " + outside(string(e.To), shortLimit)
	}
	return " · " + outside(string(e.From), shortLimit) + " → " + outside(string(e.To), shortLimit)
}

// inSentence are the details that eventSentence and doubtRecord say already.
var inSentence = []string{
	renewal.DetailReason, renewal.DetailOrderNo, renewal.DetailTransactionNo, renewal.DetailVendorStatus,
	renewal.DetailVendorDetail, renewal.DetailVendorCode, renewal.DetailSummary, renewal.DetailChanges,
	renewal.DetailRefusal, renewal.DetailAction, renewal.DetailVotes, renewal.DetailSelfApproval, renewal.DetailRetryAt, renewal.DetailUntil,
	renewal.DetailRules, renewal.DetailNext, renewal.DetailCandidates, renewal.DetailBehind, renewal.DetailChannel, renewal.DetailCount,
	renewal.DetailDoubts, renewal.DetailDoubtReason, renewal.DetailLost, renewal.DetailComment, renewal.DetailAgain,
	renewal.DetailPausedBy, renewal.DetailOrderOn, renewal.DetailDated,
	renewal.DetailHeld, renewal.DetailLines, renewal.DetailProblem,
}

// auditDetail lists the details that the sentence leaves out.
func auditDetail(e renewal.Entry) string {
	var keys []string
	for k, v := range e.Detail {
		if k == renewal.DetailVendorRequest && e.Detail[renewal.DetailOrderNo] == "" {
			continue // stands beside the vendor's words
		}
		if v != "" && !slices.Contains(inSentence, k) {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	var parts []string
	for _, k := range keys[:min(len(keys), 10)] {
		v := e.Detail[k]
		if k == renewal.DetailFingerprint {
			v = shortHash(v)
		}
		parts = append(parts, outside(strings.ReplaceAll(k, "_", " "), shortLimit)+" "+outside(v, shortLimit))
	}
	return strings.Join(parts, ", ")
}

func shortHash(s string) string {
	if r := []rune(clean(s)); len(r) > 8 {
		return string(r[:8])
	}
	return clean(s)
}
