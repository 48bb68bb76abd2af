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
			_, outcome, err := withError(&http.Response{StatusCode: tc.status, Body: io.NopCloser(tc.body)}, "auth.test")
			if outcome != tc.want || (err != nil) != (tc.want == metrics.SlackUnreachable) {
				t.Errorf("%s, %v; want %s", outcome, err, tc.want)
			}
		})
	}
}

// TestAnswersAboutViews: of a view that Slack shows, its id and hash are left; why it shows none stays.
func TestAnswersAboutViews(t *testing.T) {
	t.Parallel()
	const opened = `{"ok":true,"view":{"id":"V1","hash":"1.a","blocks":[{"type":"of tomorrow"}]}}`
	const refused = `{"ok":false,"error":"expired_trigger_id","response_metadata":{"messages":["[ERROR] too late"]}}`
	for name, tc := range map[string]struct{ method, body, want string }{
		"opened":        {"views.open", opened, `{"ok":true,"view":{"id":"V1","hash":"1.a"}}`},
		"another call":  {"chat.postMessage", opened, opened},
		"refused":       {"views.update", refused, refused},
		"more after it": {"views.update", opened + "\n", `{"ok":true,"view":{"id":"V1","hash":"1.a"}}`},
		"no view":       {"views.open", `{"ok":true,"view":1}`, `{"ok":true,"view":1}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, told := range []int64{-1, int64(len(tc.body))} {
				answer, _, err := withError(&http.Response{
					StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(tc.body)), ContentLength: told,
				}, tc.method)
				if err != nil {
					t.Fatal(err)
				}
				if got, _ := io.ReadAll(answer.Body); string(got) != tc.want {
					t.Errorf("%s", got)
				}
			}
		})
	}
}
