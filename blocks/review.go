package blocks

import (
	"fmt"
	"slices"
	"time"

	"github.com/slack-go/slack"

	"renewbot/bot/due"
	"renewbot/bot/renewal"
)

// ReviewData is what the review shows besides the offer.
type ReviewData struct {
	Now       time.Time
	Channel   string // where the request will be posted
	DryRun    bool
	Approvers []string // user and user-group ids
	Required  int      // approvals that it takes
	// Ways are those that it would take by the policy file; nil: there is none. Ruling is what
	// else the file says.
	Ways    []renewal.Way
	Ruling  renewal.Ruling
	Changes []string // how it differs from the present revision, when changing
	Warning string   // a sentence above the rest
	Doubts  []renewal.Doubt
	// DoubtReason is why the present revision should be ordered all the same.
	DoubtReason string
	// Expiry is when the package ends by something else than the portal, which does not tell;
	// zero: nothing tells.
	Expiry     time.Time
	ExpiryFrom due.Source
}

// Review shows exactly what will be ordered, before it is requested.
func Review(d Draft, o renewal.Offer, p ReviewData) slack.ModalViewRequest {
	var blocks []slack.Block
	if p.DryRun {
		blocks = append(blocks, alert("dry_run", slack.AlertLevelInfo, "Dry run: everything is done but the order itself."))
	}
	if w := outside(p.Warning, limitAlert); w != "" {
		blocks = append(blocks, alert("warning", slack.AlertLevelWarning, w))
	}
	blocks = append(blocks, doubtAlerts(p.besideExpiry())...)
	blocks = append(blocks, section("what", "*"+what(o, outside)+"*"))
	blocks = append(blocks, fields("facts", offerFacts(o, p.Now))...)
	if !p.Expiry.IsZero() {
		blocks = append(blocks, contextLine("expiry", "Current expiry: "+day(p.Expiry)+endsBy[p.ExpiryFrom]+"; the portal does not tell it"))
	}
	blocks = append(blocks, whenBlocks("when", renewal.Request{Offer: o}.At(p.Now))...)
	if note := outside(d.Note, reasonLimit); note != "" {
		blocks = append(blocks, section("note", "*Note*\n"+note))
	}
	if len(p.Changes) > 0 {
		blocks = append(blocks, section("changes", "*Changes*\n"+changes(p.Changes)))
	}
	if renewal.NeedReason(p.Doubts) {
		blocks = append(blocks, doubtReasonInput(p.DoubtReason))
	}
	blocks = append(blocks, section("ordered", "*Nothing is ordered until it is approved.* "+asked(p)))

	v := modal(CallbackReview, "Please check", blocks...)
	v.Submit, v.Close = plain("Request approval", limitTitle), plain("Back", limitTitle)
	if d.Request != 0 {
		v.Title, v.Submit = plain("Check the changes", limitTitle), plain("Save changes", limitTitle)
	}
	v.PrivateMetadata = d.Encode()
	return v
}

// besideExpiry are the doubts without the one that nothing tells of the expiry, where something does.
func (p ReviewData) besideExpiry() []renewal.Doubt {
	return slices.DeleteFunc(slices.Clone(p.Doubts), func(d renewal.Doubt) bool {
		return d.Kind == renewal.DoubtExpiryUnknown && !p.Expiry.IsZero()
	})
}

func asked(p ReviewData) string {
	if p.Ways != nil {
		in := ""
		if p.Channel != "" {
			in = " in " + mention(p.Channel)
		}
		return "By the policy it needs the approval" + in + " of " + wayWords(p.Ways) + parenthesis(estimated(p.Ruling)) + "."
	}
	s := "The request goes to the approvers"
	if len(p.Approvers) > 0 {
		s = "The request goes to " + mentions(p.Approvers, 10)
	}
	if p.Channel != "" {
		s += " in " + mention(p.Channel)
	}
	if p.Required > 1 {
		s += fmt.Sprintf("; it needs %d approvals", p.Required)
	}
	return s + "."
}
