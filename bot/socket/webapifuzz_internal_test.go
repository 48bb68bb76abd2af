package socket

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"golang.org/x/time/rate"
)

// transportFunc answers requests by itself.
type transportFunc func(*http.Request) (*http.Response, error)

func (f transportFunc) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// FuzzRateLimited passes any answer through our own HTTP client for slack-go: a whole answer
// arrives as it was, or as an error that it lacks.
func FuzzRateLimited(f *testing.F) {
	for _, body := range []string{"", "{}", "null", `{"ok":true,"x":1e999}`, `{"ok":false}`, `{"ok":false,"error":"not_found"}`, `{"ok":null,"error":"\t"}`, "<html>", "{"} {
		f.Add(200, []byte(body))
		f.Add(500, []byte(body))
	}
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		next := transportFunc(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(string(body)))}, nil
		})
		c := rateLimited{next: &http.Client{Transport: next}, opens: rate.NewLimiter(rate.Inf, 1), pacer: newPacer(nil, true, nil)}
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://slack.com/api/chat.update", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := c.Do(request)
		if err != nil {
			return // a redirect to nowhere
		}
		defer answer.Body.Close()
		got, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		if string(got) == string(body) {
			return
		}
		var said struct {
			OK    bool   `json:"ok"`
			Error string `json:"error"`
		}
		if string(got) != noReason || status != http.StatusOK || json.NewDecoder(strings.NewReader(string(body))).Decode(&said) != nil || said.OK || strings.TrimSpace(said.Error) != "" {
			t.Errorf("HTTP %d %q arrives as %q", status, body, got)
		}
	})
}
