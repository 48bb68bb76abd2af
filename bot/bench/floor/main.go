// Command floor is the least that a Socket Mode bot can do: it opens one fixed modal on every slash command.
// Bench measures it to know what Slack's protocol, slack-go and the simulators themselves take. It must never
// do more.
package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"syscall"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = 32 // with Go's own 2 most calls under load would dial anew
	api := slack.New(os.Getenv("SLACK_BOT_TOKEN"), slack.OptionHTTPClient(&http.Client{Transport: transport}),
		slack.OptionAppLevelToken(os.Getenv("SLACK_APP_TOKEN")), slack.OptionAPIURL(os.Getenv("SLACK_API_URL")))
	socket := socketmode.New(api)
	go func() {
		for e := range socket.Events {
			if c, ok := e.Data.(slack.SlashCommand); ok {
				go open(ctx, api, socket, e.Request.EnvelopeID, c.TriggerID)
			}
		}
	}()
	if err := socket.RunContext(ctx); ctx.Err() == nil {
		_, _ = fmt.Fprintln(os.Stderr, err)
	}
}

func open(ctx context.Context, api *slack.Client, socket *socketmode.Client, envelope, trigger string) {
	if err := socket.AckCtx(ctx, envelope, nil); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, err)
	}
	if _, err := api.OpenViewContext(ctx, trigger, form()); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, err)
	}
}

// form is what the product opens on a command without a customer.
func form() slack.ModalViewRequest {
	text := func(s string) *slack.TextBlockObject {
		return slack.NewTextBlockObject(slack.PlainTextType, s, false, false)
	}
	none := 0
	menu := slack.NewOptionsSelectBlockElement(slack.OptTypeExternal, text("Type part of a company, name or e-mail"), "holder")
	menu.MinQueryLength = &none
	rule := slack.NewTextBlockObject(slack.MarkdownType, "Nothing is ordered until an approver has agreed to it.", false, true)
	return slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: "renew_form", Title: text("Renew a subscription"), Submit: text("Review"), Close: text("Cancel"),
		Blocks: slack.Blocks{BlockSet: []slack.Block{
			slack.NewInputBlock("holder", text("For whom"), nil, menu).WithDispatchAction(true),
			slack.NewContextBlock("rule", rule),
		}},
	}
}
