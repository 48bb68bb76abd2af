package blocks

import (
	"github.com/slack-go/slack"

	"renewbot/bot/renewal"
)

func modal(callback, title string, blocks ...slack.Block) slack.ModalViewRequest {
	return slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: callback, Title: plain(title, limitTitle),
		Close: plain("Close", limitTitle), Blocks: slack.Blocks{BlockSet: blocks},
	}
}

// Loading is shown while the look-ups for the form are under way.
func Loading(draft Draft) slack.ModalViewRequest {
	v := modal(CallbackLoading, "Renew a subscription",
		section("loading", "⏳ Asking Yeastar for customers, plans and billing contacts…"),
		contextLine("loading.end", "Nothing is ordered by opening this form."))
	v.Close = plain("Cancel", limitTitle)
	v.PrivateMetadata = draft.Encode()
	return v
}

// Trouble says that the vendor or Slack failed. It keeps the draft and offers to try
// again; code names the failure in the logs.
func Trouble(draft Draft, s, code string) slack.ModalViewRequest {
	v := modal(CallbackTrouble, "Renew a subscription", trouble(s, code)...)
	v.PrivateMetadata = draft.Encode()
	return v
}

func trouble(s, code string) []slack.Block {
	again := slack.NewButtonBlockElement(ActionRetryForm, "again", plain("Try again", limitButton)).WithStyle(slack.StylePrimary)
	blocks := []slack.Block{
		section("trouble", "⚠️ "+outside(s, limitSection-100)),
		section("trouble.ordered", "*Nothing was ordered.*"),
		slack.NewActionBlock("trouble.actions", again),
	}
	if code := outside(code, shortLimit); code != "" {
		blocks = append(blocks, contextLine("trouble.code", "If it stays like this, tell your administrator this code: "+code))
	}
	return blocks
}

// Submitted follows a submission that is saved.
func Submitted(r renewal.Request, amended bool) slack.ModalViewRequest {
	head := "✅ *" + r.Reference() + " is saved.*"
	where := "It is being posted in " + mention(r.Channel) + ", and you will hear from me when it is decided."
	if amended {
		head = "✅ *The changes of " + r.Reference() + " are saved.*"
		where = "Its messages in " + mention(r.Channel) + " show them in a moment. Approvals start over."
	}
	v := modal(CallbackSubmitted, "Request saved",
		section("saved", head+"\n"+what(r.Offer, outside)+"."),
		section("saved.next", where+"\n"+needed(r)),
		section("saved.ordered", "*Nothing has been ordered yet.*"+afterSpace(dryRun(r))))
	v.ClearOnClose = true
	v.Close = plain("Done", limitTitle)
	return v
}

func needed(r renewal.Request) string {
	if r.Ways != nil {
		return "It takes " + wayWords(r.Ways) + ", in the request's thread."
	}
	if r.Required <= 1 {
		return "It needs one approval, by an approver in the request's thread."
	}
	return "It needs " + count(r.Required, "approval", "approvals") + ", by different approvers in the request's thread."
}

func afterSpace(s string) string {
	if s == "" {
		return ""
	}
	return " " + s
}
