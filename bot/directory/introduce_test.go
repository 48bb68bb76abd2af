package directory_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"renewbot/bot/directory"
	"renewbot/bot/socket"
)

// Whoever is stopped before Slack has answered was refused nothing; a token that Slack refuses is one,
// also then.
func TestStoppedBeforeSlackAnswers(t *testing.T) {
	t.Parallel()
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	stopped := errors.New("terminated signal received")
	for answer, want := range map[string]string{
		"":                                    "stopped before Slack had answered: terminated signal received",
		`{"ok":false,"error":"invalid_auth"}`: "slack does not accept SLACK_BOT_TOKEN (auth.test): invalid_auth",
	} {
		ctx, stop := context.WithCancelCause(t.Context())
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if answer == "" {
				stop(stopped)
				w.WriteHeader(http.StatusServiceUnavailable)
			}
			_, _ = w.Write([]byte(answer))
		}))
		d := directory.New(directory.Options{
			API: socket.NewWebAPI(socket.APIOptions{Credentials: socket.Credentials{BotToken: "xoxb-1", APIURL: server.URL + "/"}, Unpaced: true, Log: log}),
			Log: log, Now: time.Now,
		})
		if err := d.Introduce(ctx); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
		stop(nil)
		server.Close()
	}
}
