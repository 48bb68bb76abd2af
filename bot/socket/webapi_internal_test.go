package socket

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"

	"renewbot/bot/metrics"
)

// TestOutcomeOfCalls: what the figures say of Slack's answers.
func TestOutcomeOfCalls(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		status int
		body   io.Reader
		want   string
	}{
		"well":               {200, strings.NewReader(`{"ok":true}`), metrics.SlackOK},
		"an error":           {200, strings.NewReader(`{"ok":false,"error":"not_in_channel"}`), metrics.SlackRefused},
		"no word":            {200, strings.NewReader(`{}`), metrics.SlackRefused},
		"too many":           {429, strings.NewReader(``), metrics.SlackRateLimited},
		"down":               {503, strings.NewReader(`<html>`), metrics.SlackFailed},
		"a page":             {200, strings.NewReader(`<html>`), metrics.SlackFailed},
		"half an answer":     {200, strings.NewReader(`{"ok":tr`), metrics.SlackFailed},
		"an end in the body": {200, iotest.ErrReader(errors.New("reset")), metrics.SlackUnreachable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, outcome, err := withError(&http.Response{StatusCode: tc.status, Body: io.NopCloser(tc.body)})
			if outcome != tc.want || (err != nil) != (tc.want == metrics.SlackUnreachable) {
				t.Errorf("%s, %v; want %s", outcome, err, tc.want)
			}
		})
	}
}
