package bot

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"

	"renewbot/bot/metrics"
)

// unnamed is what an answer is read as that says neither "ok":true nor an error.
const unnamed = `{"ok":false,"error":"internal_error"}`

// named gives an error to an answer that does not say that it went well, nor why it did
// not: slack-go takes {"ok":false}, {} and null for a success with nothing in it, and a
// message that was not found would be posted a second time. It also says how the call
// ended, for the figures.
func named(answer *http.Response) (read *http.Response, outcome string, err error) {
	raw, err := io.ReadAll(answer.Body)
	_ = answer.Body.Close()
	if err != nil {
		return nil, metrics.SlackUnreachable, fmt.Errorf("read Slack's answer: %w", err)
	}
	var a struct {
		OK    bool   `json:"ok"`
		Error string `json:"error"`
	}
	understood := json.NewDecoder(bytes.NewReader(raw)).Decode(&a) == nil // whatever follows, as slack-go does it
	switch {
	case answer.StatusCode == http.StatusTooManyRequests:
		outcome = metrics.SlackRateLimited
	case answer.StatusCode != http.StatusOK || !understood:
		outcome = metrics.SlackFailed
	case a.OK:
		outcome = metrics.SlackOK
	default:
		outcome = metrics.SlackRefused
	}
	// The error may be spaces, which slack-go takes for none.
	if answer.StatusCode == http.StatusOK && understood && !a.OK && strings.TrimSpace(a.Error) == "" {
		raw = []byte(unnamed)
	}
	answer.Body = io.NopCloser(bytes.NewReader(raw))
	return answer, outcome, nil
}
