package slackview

import (
	"context"
	"sort"
	"strconv"
	"strings"

	"renewbot/blocks"
	"renewbot/bot/renewal"
)

// wanted is a message that Slack should show.
type wanted struct {
	key       string       // tells it from the request's other messages, for ever
	channel   string       // or a user id, for a direct message
	under     string       // the key of the message in whose thread it is; empty: in none
	broadcast bool         // in the channel as well
	lasting   bool         // is changed when what it shows changes
	record    bool         // or a reminder: nobody waits for it
	inside    bool         // belongs to no request, and is for people of this workspace alone
	news      renewal.News // how much a direct message matters; zero: it is none, or always sent
	message   blocks.Message
	hash      string // of the audit entry that the message is the line of; empty: of none
}

// The keys of the messages that are changed; each audit entry adds its own.
const (
	keySummary  = "summary"
	keyCard     = "card"
	keyUnposted = "unposted"
	keyAudit    = "audit:" // and the entry's number
	// keyAuditThread is the message under which a request's audit lines are.
	keyAuditThread = "audit"
)

// ofRequest says whether a message is in the request's own channel.
func (w wanted) ofRequest() bool { return w.key == keySummary || w.under == keySummary }

// cards are the messages that show how a request stands, the parent of all others first.
func (v *View) cards(r renewal.Request, asked blocks.Asked, p renewal.Pause) []wanted {
	return []wanted{
		{key: keySummary, channel: r.Channel, lasting: true, message: blocks.Summary(r)},
		{key: keyCard, channel: r.Channel, under: keySummary, lasting: true, message: blocks.Card(r, asked, p)},
	}
}

// wantedFor lists the other messages of a request, those last for which nobody waits. What is
// read elsewhere leads to the card.
func (v *View) wantedFor(ctx context.Context, r renewal.Request, entries []renewal.Entry, link string, asked asking) []wanted {
	links := blocks.Links{r.ID: link}
	list := []wanted{{key: keyAuditThread, channel: v.auditChannel(), lasting: true, record: true, message: links.Linked(blocks.AuditThread(r), r.ID)}}
	own := ownFrom(r, entries)
	for i, e := range entries {
		seq := strconv.FormatInt(e.Seq, 10)
		audit := v.auditLine(r, e)
		audit.under, audit.broadcast, audit.message = keyAuditThread, alarms(e), links.Linked(audit.message, r.ID)
		list = append(list, audit)
		if i < own && e.Code != renewal.CodeStale && e.Code != renewal.CodeConfirmed {
			continue // the batch tells of it
		}
		if line, ok := blocks.ThreadLine(r, v.escalatedHere(ctx, r, e), asked.Asked); ok && inThread(entries, i) {
			list = append(list, wanted{key: "thread:" + seq, channel: r.Channel, under: keySummary, message: line})
		}
		if announces(e) {
			list = append(list, wanted{
				key: "announcement:" + seq, channel: r.Channel, under: keySummary, broadcast: r.Batch == 0, message: blocks.Announcement(r, decidedBy(entries, i)),
			})
		}
		if asks := e.Code == renewal.CodeHandedOver || e.Code == renewal.CodeEscalated; asks || e.Code == renewal.CodeReminded || e.Code == renewal.CodeLastCall {
			who := e.Detail[renewal.DetailWho]
			if e.Code == renewal.CodeEscalated { // groups are named in the thread, and their members told
				who = e.Detail[renewal.DetailPeople]
			}
			for _, id := range strings.FieldsFunc(who, func(c rune) bool { return c == ',' }) {
				nudge := blocks.Nudge(r, e, id)
				if e.Code != renewal.CodeEscalated && !asked.waitsFor(id) && !r.VotedBy(id) {
					nudge = blocks.NudgeOver(r, e, len(asked.able) > 0)
				}
				if e.Code == renewal.CodeEscalated && !v.sees(ctx, r, id) {
					nudge = blocks.EscalatedUnseen(e.Seq, r.Status == renewal.Pending, asked.Asked)
				}
				list = append(list, wanted{key: "nudge:" + seq + ":" + id, channel: id, lasting: true, record: !asks, news: e.News(), message: links.Linked(nudge, r.ID)})
			}
		}
		if m, ok := blocks.Direct(r, e); ok {
			list = append(list, wanted{key: "direct:" + seq, channel: r.Requester, news: e.News(), message: links.Linked(m, r.ID)})
		}
	}
	// What people decide by does not wait for a record.
	sort.SliceStable(list, func(i, k int) bool { return !list[i].record && list[k].record })
	return list
}

// asked are those who are mentioned when people are asked about a request: all approvers, or
// by the policy file the people of the step at which it is.
func (v *View) asked(r renewal.Request) []string {
	deciders := r.Deciders()
	if r.Status != renewal.Pending || len(deciders) == 0 {
		return v.approvers
	}
	return v.named(deciders)
}

// named are those of a policy's steps, with the approvers in the place of the word for them.
func (v *View) named(deciders []string) []string {
	var ids []string
	for _, id := range deciders {
		if id == renewal.Variables {
			ids = append(ids, v.approvers...)
		} else {
			ids = append(ids, id)
		}
	}
	return ids
}

// auditLine is what the audit channel shows of an entry.
func (v *View) auditLine(r renewal.Request, e renewal.Entry) wanted {
	return wanted{key: keyAudit + strconv.FormatInt(e.Seq, 10), channel: v.auditChannel(), record: true, message: blocks.AuditLine(r, e), hash: e.Hash}
}

// announces says whether an entry is news for the whole channel: the order number.
func announces(e renewal.Entry) bool {
	return e.To == renewal.Ordered && e.From != renewal.Ordered
}
