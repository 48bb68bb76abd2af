package socket

import (
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/slack-go/slack"
)

// fatalErrors are the answers of apps.connections.open that no waiting mends.
// https://docs.slack.dev/reference/methods/apps.connections.open
var fatalErrors = []string{
	"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired",
	"not_allowed_token_type", "missing_scope", "no_permission", "forbidden_team",
}

// Fatal says whether err is one of Slack's that people must mend.
func Fatal(err error) bool {
	if slices.Contains(fatalErrors, ErrorCode(err)) {
		return true
	}
	// slack-go gives some of them as plain text.
	return err != nil && slices.Contains(fatalErrors, err.Error())
}

// ErrorCode is Slack's error code in err, or "".
func ErrorCode(err error) string {
	var e slack.SlackErrorResponse
	if errors.As(err, &e) {
		return e.Err
	}
	return ""
}

// Messages are what Slack says besides its error code, for the log.
func Messages(err error) []string {
	var e slack.SlackErrorResponse
	if errors.As(err, &e) {
		return e.ResponseMetadata.Messages
	}
	return nil
}

// maxWait bounds how long Slack may tell us to wait.
const maxWait = time.Hour

// Kind says what is to be done about a failed call.
type Kind int

// The kinds of Slack's failures.
const (
	Unclear Kind = iota // it may have been done: look before doing it again
	Wait                // certainly not done; wait
	Refused             // certainly not done; Slack refuses this message or this channel
	Broken              // certainly not done; the app or its token must be mended
)

// unclearCodes say that the call may have been carried out.
var unclearCodes = []string{"internal_error", "fatal_error", "service_unavailable", "request_timeout", "update_failed"}

// waitCodes say that Slack's limits have no room for the call now.
var waitCodes = []string{"ratelimited", "rate_limited", "message_limit_exceeded"}

// Classify says what is to be done about a failed call of the Web API, and for how long to
// wait when Slack asks for that.
func Classify(err error) (time.Duration, Kind) {
	var limited *slack.RateLimitedError
	var status slack.StatusCodeError
	code := ErrorCode(err)
	switch {
	case errors.As(err, &limited):
		return min(max(limited.RetryAfter, time.Second), maxWait), Wait
	case errors.As(err, &status) && status.Code == http.StatusTooManyRequests, slices.Contains(waitCodes, code):
		return unnamedWait, Wait
	case code == "" || slices.Contains(unclearCodes, code):
		return 0, Unclear
	case slices.Contains(fatalErrors, code):
		return 0, Broken
	}
	return 0, Refused
}
