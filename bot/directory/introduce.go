package directory

import (
	"context"
	"fmt"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/slack-go/slack"

	"renewbot/bot/socket"
)

// Introduce asks Slack who we are; nobody can be judged before. It waits for a Slack that does
// not answer, and fails when Slack refuses the token.
// https://docs.slack.dev/reference/methods/auth.test
func (d *Directory) Introduce(ctx context.Context) error {
	pause := backoff.NewExponentialBackOff()
	pause.InitialInterval, pause.MaxInterval = time.Second, time.Minute
	who, err := backoff.Retry(ctx, func() (*slack.AuthTestResponse, error) {
		who, err := d.api.AuthTestContext(ctx)
		if socket.Fatal(err) {
			err = backoff.Permanent(err)
		}
		return who, err
	}, backoff.WithBackOff(pause), backoff.WithMaxElapsedTime(0), backoff.WithNotify(func(err error, wait time.Duration) {
		d.log.WarnContext(ctx, "Slack does not answer yet", "error", err, "again_in", wait)
	}))
	switch {
	case err != nil && !socket.Fatal(err) && ctx.Err() != nil:
		return fmt.Errorf("stopped before Slack had answered: %w", context.Cause(ctx))
	case err != nil:
		return fmt.Errorf("slack does not accept SLACK_BOT_TOKEN (auth.test): %w", err)
	}
	d.identify(who)
	return nil
}
