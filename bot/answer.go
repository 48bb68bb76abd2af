package bot

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
)

// unnamed is what Slack's {"ok":false} without an error is read as.
const unnamed = `{"ok":false,"error":"internal_error"}`

// named gives an error to an answer that says it failed and not why: slack-go takes it
// for a success with nothing in it, and a message that was not found would be posted
// a second time.
func named(answer *http.Response) (*http.Response, error) {
	raw, err := io.ReadAll(answer.Body)
	_ = answer.Body.Close()
	if err != nil {
		return nil, fmt.Errorf("read Slack's answer: %w", err)
	}
	var a struct {
		OK    *bool  `json:"ok"`
		Error string `json:"error"`
	}
	if json.Unmarshal(raw, &a) == nil && a.OK != nil && !*a.OK && a.Error == "" {
		raw = []byte(unnamed)
	}
	answer.Body = io.NopCloser(bytes.NewReader(raw))
	return answer, nil
}
