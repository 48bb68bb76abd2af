package blocks

import (
	"cmp"
	"fmt"
	"strings"

	"renewbot/bot/renewal"
)

// theyFollow is what becomes of approved lines, which may be held up.
const theyFollow = "Their orders follow, one after the other, each after a last check. Nothing has been ordered by this click."

// dryEnd is what becomes of them in a dry run.
const dryEnd = "The dry run ends here. " + nothingWas

func whatFollows(d map[string]string) string {
	if d[renewal.DetailDry] != "" {
		return dryEnd
	}
	return theyFollow
}

// batchSentence tells what happened to a batch, and whether anything was ordered; empty: it is of
// no batch.
func batchSentence(e renewal.Entry) string {
	by, d := actor(e), e.Detail
	name := outside(d[renewal.DetailBatch], shortLimit)
	lines := noted(d[renewal.DetailCount], "line", "lines")
	switch e.Code {
	case renewal.CodeBatchSubmitted:
		return join("📝 "+by+" asks for the batch "+name+" with "+lines+".", nothingYet)
	case renewal.CodeBatchVoted:
		more := "More approvals are needed."
		if d[renewal.DetailNext] != "" {
			more = turnOfOthers
		}
		return join("👍 "+by+" approved "+lines+" of "+name+" ("+outside(d[renewal.DetailVotes], shortLimit)+")"+commentWords(d)+ownBatch(d[renewal.DetailSelfApproval] != ""), more, nothingYet)
	case renewal.CodeBatchApproved:
		return join("👍 "+by+" approved "+lines+" of "+name+" ("+outside(d[renewal.DetailVotes], shortLimit)+")"+commentWords(d)+ownBatch(d[renewal.DetailSelfApproval] != ""), whatFollows(d))
	case renewal.CodeBatchRejected:
		return join("🚫 "+by+" rejected "+lines+" of "+name+reason(d[renewal.DetailReason]), nothingWas)
	case renewal.CodeBatchLeftOut:
		return join("✂️ "+by+" left "+lines+" out of "+name+reason(d[renewal.DetailReason]), "They are not ordered: "+outside(strings.ReplaceAll(d[renewal.DetailLines], ",", ", "), detailLimit)+".")
	case renewal.CodeBatchStopped:
		return join("✋ "+by+" stopped "+name+":", lines+" that waited", "are not ordered.")
	case renewal.CodeBatchExpired:
		return join("⌛ "+name+" timed out: nobody approved it in time, and so "+lines+" ended.", nothingWas)
	case renewal.CodeBatchPaused:
		return join("⏸️ "+name+" has paused by itself: "+heldWords(d)+".", "Nothing is ordered of what waits before somebody goes on.")
	case renewal.CodeBatchResumed:
		return join("▶️ "+by+" goes on with "+name+".", whatFollows(d))
	case renewal.CodeBatchReminded:
		return join("⏰ "+name+" waits. Reminded: "+mentions(splitList(d[renewal.DetailWho]), 20)+".", "Nothing was ordered by this.")
	case renewal.CodeBatchLastCall:
		return join("⏰ Last call for "+name+", which times out. Reminded: "+cmp.Or(mentions(splitList(d[renewal.DetailWho]), 20), "nobody, as nobody can decide")+".", nothingYet)
	case renewal.CodeBatchEscalated:
		return join("⏫ Nobody has decided on "+name+" in time. Told: "+cmp.Or(mentions(splitList(d[renewal.DetailWho]), 20), "nobody, as nobody is here whom the policy names but who asked for it")+".", nothingYet)
	}
	return ""
}

// ownBatch says that somebody approved what they have asked for themselves.
func ownBatch(self bool) string {
	if !self {
		return ""
	}
	return " It is their own batch."
}

func heldWords(d map[string]string) string {
	words, known := batchHolds[renewal.HoldCode(d[renewal.DetailHeld])]
	if !known {
		words = "of %s"
	}
	return fmt.Sprintf(words, outside(d[renewal.DetailLines], shortLimit))
}

// BatchNudge is what somebody reads who was reminded of a batch; waits is whether it still waits for them.
func BatchNudge(d BatchData, link string, waits bool) Message {
	name, s := d.Batch.Reference(), d.state()
	text := fmt.Sprintf("⏰ %s waits for you: %s of %s (%s). %s", name, d.head(), mention(d.Batch.Requester), d.total(), s.plain())
	if _, open := d.Batch.Awaiting(d.Lines); !open || !waits {
		text = fmt.Sprintf("%s does not wait for you any more. %s", name, s.plain())
	}
	return d.linked("batchnudge", text, link)
}

func (d BatchData) linked(id, text, link string) Message {
	subject := d.Batch.Subject()
	return Links{subject: link}.Linked(oneLineMessage(fmt.Sprintf("%s.%d", id, d.Batch.ID), text), subject)
}

// BatchEscalated is the line in the thread that says that nobody has decided in time; hidden: some who are told can't read it.
func BatchEscalated(d BatchData, who []string, hidden bool) Message {
	return oneLineMessage(fmt.Sprintf("batchescalated.%d", d.Batch.ID),
		join(escalated(who, hidden, "the card of "+d.Batch.Reference()+" in this thread"), nothingYet))
}

// BatchEscalatedTo is what somebody reads who is told of that.
func BatchEscalatedTo(d BatchData, link string) Message {
	name := d.Batch.Reference()
	if len(d.Batch.Undecided(d.Lines)) == 0 {
		return d.linked("batchescalatedto", name+" does not wait for a decision any more. "+d.state().plain(), link)
	}
	return d.linked("batchescalatedto", fmt.Sprintf("⏫ Nobody has decided on %s in time: please see to it that somebody does, in its thread in %s. %s of %s (%s). %s",
		name, mention(d.Batch.Channel), d.head(), mention(d.Batch.Requester), d.total(), d.state().plain()), link)
}
