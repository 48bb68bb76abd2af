package blocks

import (
	"strings"
	"time"

	"renewbot/bot/renewal"
)

// confirmWords tells what the portal shows of a package after its order.
func confirmWords(r renewal.Request, e renewal.Entry) string {
	until, expected := dayOfDetail(e.Detail[renewal.DetailUntil]), dayOfDetail(e.Detail[renewal.DetailExpected])
	ref := "The order of " + r.Reference()
	if e.RequestID == 0 {
		ref = "The order"
	}
	switch {
	case e.Code == renewal.CodeConfirmed:
		return "📅 The order was placed: renewed until *" + until + "* (the portal says)."
	case e.Code == renewal.CodeStale && until == "":
		return "⚠️ A day after the order the portal tells no date of this package. " + ref + " was placed all the same; please look in the Partner Portal."
	case e.Code == renewal.CodeStale && expected != "":
		return "⚠️ A day after the order the portal shows another date than was ordered: this package ends *" + until + "*, and should end about *" + expected +
			"*. " + ref + " was placed: please look in the Partner Portal what was renewed, and do not order it again before."
	case e.Code == renewal.CodeStale:
		return "⚠️ A day after the order the portal still shows that this package ends *" + until + "*. " + ref +
			" was placed all the same: please look in the Partner Portal, and do not order it again before."
	case expected != "":
		return "📅 The order was placed. The portal shows that the package ends *" + until + "*, and not about *" + expected + "* as was ordered; I look again."
	case until == "":
		return "📅 The order was placed. The portal does not tell yet until when it is renewed; I look again."
	}
	return "📅 The order was placed. The portal does not show the new date yet, and still tells *" + until + "*; I look again."
}

// dayOfDetail is a day of a detail for people; empty: there is none.
func dayOfDetail(at string) string {
	t, err := time.Parse(time.RFC3339, at)
	if err != nil {
		return ""
	}
	return t.Format("2 Jan 2006") // in the zone in which it was chosen
}

// dueSentence tells an event of renewals due, and says that nothing was ordered; empty: it is
// none of theirs.
func dueSentence(e renewal.Entry) string {
	by, d := mention(e.Actor), e.Detail
	about := outside(d[renewal.DetailSummary], 2*nameLimit)
	if about == "" {
		about = "a package"
	}
	const nothing = "Nothing was ordered."
	switch e.Code {
	case renewal.CodeDueOwner:
		if who := d[renewal.DetailWho]; who != "" {
			return join("👤 "+by+" gave "+about+" to "+mention(who)+".", nothing)
		}
		return join("👤 "+by+" left "+about+" without an owner.", nothing)
	case renewal.CodeDueSnoozed:
		return join("💤 "+by+" snoozed "+about+" until "+dayOfDetail(d[renewal.DetailUntil])+".", nothing)
	case renewal.CodeDueEnding:
		return join("🏁 "+by+" says that "+about+" is not to be renewed"+reason(d[renewal.DetailReason]), nothing)
	case renewal.CodeDueAwake:
		return join("⏰ "+by+" wants to be told of "+about+" again.", nothing)
	case renewal.CodeDueImported:
		return join("📥 "+by+" imported a list of dates: "+numbers(d[renewal.DetailCount])+" lines, "+numbers(d[renewal.DetailAdded])+
			" new, "+numbers(d[renewal.DetailChanges])+" changed.", nothing)
	case renewal.CodeDueDigest:
		who := mention(d[renewal.DetailWho])
		if d[renewal.DetailRefusal] != "" {
			why := outside(d[renewal.DetailProblem], detailLimit)
			if why != "" {
				why = ": " + why
			}
			return join("⚠️ The digest of renewals due could not be posted to "+who+why+". Once that is mended it follows, until 20 hours after its time.", nothing)
		}
		return join("🗓️ The digest of renewals due went to "+who+": "+numbers(d[renewal.DetailCount])+" due.", nothing)
	}
	return ""
}

func numbers(s string) string {
	if s = outside(strings.TrimSpace(s), 10); s == "" {
		return "0"
	}
	return s
}
