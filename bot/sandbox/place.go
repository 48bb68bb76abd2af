package sandbox

import (
	"cmp"
	"context"
	"log/slog"
)

// Place is where the simulators of a sandbox are, for the bot of another process. Its
// tokens are good for them only.
type Place struct {
	SlackURL, BotToken, AppToken      string
	VendorURL, ClientID, ClientSecret string
	DatabaseURL                       string
}

// Place is where this sandbox is.
func (w *World) Place() Place {
	return Place{
		SlackURL: w.Slack.APIURL(), BotToken: w.Slack.BotToken(), AppToken: w.Slack.AppToken(),
		VendorURL: w.Vendor.URL(), ClientID: w.Vendor.ClientID(), ClientSecret: w.Vendor.ClientSecret(),
		DatabaseURL: cmp.Or(w.options.DatabaseURL, "sqlite::memory:"),
	}
}

// Join starts another bot at the simulators of a sandbox, and returns when it listens.
// Slack and Vendor of its World are nil.
func Join(ctx context.Context, p Place, o Options) (*World, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	w := &World{options: o}
	w.configure(p)
	if err := w.StartBot(ctx); err != nil {
		return nil, err
	}
	return w, nil
}
