package blocks

import (
	"fmt"

	"renewbot/bot/renewal"
)

// actor is who caused an entry, with in whose place.
func actor(e renewal.Entry) string { return inPlace(e.Actor, e.Detail[renewal.DetailDeputyOf]) }

// voter is who gave a vote, with in whose place.
func voter(v renewal.Vote) string { return inPlace(v.By, v.For) }

func inPlace(id, of string) string {
	if of == "" {
		return mention(id)
	}
	return mention(id) + " as deputy of " + mention(of)
}

// handed says whom an approver has asked to decide.
func handed(r renewal.Request) string {
	if r.Handed == nil || r.Status != renewal.Pending {
		return ""
	}
	return mention(r.Handed.To) + " was asked to decide by " + inPlace(r.Handed.By, r.Handed.For) + reason(r.Handed.Why)
}

// voters are those who have approved the request as it is.
func voters(r renewal.Request) string {
	var all []string
	for i, v := range r.Votes {
		if i == 10 {
			all = append(all, fmt.Sprintf("%d more", len(r.Votes)-i))
			break
		}
		all = append(all, voter(v))
	}
	return joinWith(", ", all...)
}

// deputyWords says who decides for whom from now on, or does not any more.
func deputyWords(e renewal.Entry) string {
	by, deputy := mention(e.Actor), mention(e.Detail[renewal.DetailWho])
	if e.Code == renewal.CodeDeputyEnded {
		return "🤝 " + deputy + " is not deputy of " + by + " any more. Nothing was ordered."
	}
	return "🤝 " + by + " named " + deputy + " as deputy" + timed(" until ", e.Detail[renewal.DetailUntil]) +
		": never for what either of them asks for. Nothing was ordered."
}

// DeputyNews is what somebody alone is told who is deputy now, or is not any more.
func DeputyNews(e renewal.Entry, who string) Message {
	of := mention(e.Actor)
	s := "🤝 You are not deputy of " + of + " any more. Nothing was ordered."
	if e.Code == renewal.CodeDeputy && e.Detail[renewal.DetailWho] == who {
		s = "🤝 " + of + " named you as deputy" + timed(" until ", e.Detail[renewal.DetailUntil]) + ": on what waits for them you can decide in their place, " +
			"never on what either of you asks for. It ends by itself then. Home and the command's “list” show what waits. Nothing was ordered."
	}
	return oneLineMessage(fmt.Sprintf("deputy.%d", e.Seq), s)
}

// Deputies lists who decides for whom; idle are so many more who can't at present.
func Deputies(all []renewal.Deputy, idle int) Message {
	unable := ""
	if idle > 0 {
		unable = count(idle, "deputy who is named can't decide", "deputies who are named can't decide") + ": they, or those in whose place they would, may not any more."
	}
	if len(all) == 0 {
		return oneLineMessage("deputies", join("Nobody has a deputy at present.", unable, "Nothing was ordered."))
	}
	var items []string
	for _, d := range all {
		items = append(items, mention(d.ID)+" decides for "+mention(d.Of)+" until "+moment(d.Until))
	}
	return oneLineMessage("deputies", join("*Deputies*\n"+bullets(items, 30)+"\nNobody decides as a deputy on what they or the approver asked for.", unable, "Nothing was ordered."))
}
