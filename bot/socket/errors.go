package socket

import (
	"errors"
	"net/http"
	"slices"
	"strings"
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

// closed are the codes by which Slack says that a channel, its threads or one thread in it
// take no messages of ours until somebody changes that, each in words for people.
// https://docs.slack.dev/reference/methods/chat.postMessage#errors
var closed = map[string]string{
	"channel_not_found":                     "I'm not in it, or it is gone",
	"not_in_channel":                        "I'm not in it",
	"user_not_in_channel":                   "I'm not in it",
	"is_archived":                           "it is archived",
	"is_inactive":                           "it is archived or frozen",
	"channel_is_limited_access":             "only some people may see it",
	"external_channel_migrating":            "it is being moved",
	"posting_to_channel_denied":             "I may not post there",
	"posting_to_general_channel_denied":     "I may not post there",
	"no_permission":                         "I lack the permission to post there",
	"method_not_supported_for_channel_type": "I can't post in such a channel",

	"restricted_action":                        "I may not post there",
	"restricted_action_read_only_channel":      "only some people may post there",
	"restricted_action_thread_only_channel":    "it takes replies in threads alone",
	"restricted_action_non_threadable_channel": "it takes no replies in threads",
	"restricted_action_thread_locked":          "the thread is locked",
	"thread_locked":                            "the thread is locked",
	"cannot_reply_to_message":                  "nobody can reply to the message there",
	"messages_tab_disabled":                    "my messages are switched off",

	"ekm_access_denied":        "your administrators have suspended messages by their encryption keys",
	"access_denied":            "your administrators don't let me",
	"accesslimited":            "your administrators don't let me from this network",
	"enterprise_is_restricted": "your organisation doesn't let me",
	"org_login_required":       "your organisation is being moved by Slack",
	"team_added_to_org":        "your workspace is being moved by Slack",
	"team_access_not_granted":  "your organisation has not given me that workspace",
	"team_not_found":           "your workspace is not found there",

	"two_factor_setup_required": "your workspace wants two-factor authentication to be set up first",
}

// restricted begins Slack's codes for what administrators allow some people alone, which become more.
const restricted = "restricted_action"

// Closed says, as the end of a sentence, why a channel takes no messages; ok is false when
// err does not say so.
func Closed(err error) (why string, ok bool) {
	code := ErrorCode(err)
	words, ok := closed[code]
	if !ok && strings.HasPrefix(code, restricted) {
		words, ok = closed[restricted], true
	}
	return words + " (" + code + ")", ok
}

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
