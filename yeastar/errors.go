package yeastar

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Class is what an error says about an order.
type Class string

// The classes of errors. Of a look-up they say the same about its one request.
const (
	// ClassNotSent: no connection was established, so the vendor saw nothing.
	ClassNotSent Class = "not_sent"
	// ClassAuth: refused for its token (401, 403); not placed.
	ClassAuth Class = "auth"
	// ClassRateLimited: refused for now (429), see RetryAfter; not placed.
	ClassRateLimited Class = "rate_limited"
	// ClassRefused: the vendor's answer says no; not placed.
	ClassRefused Class = "refused"
	// ClassUnknown: it may or may not have been placed. Everything that is not
	// certainly one of the others is this.
	ClassUnknown Class = "unknown"
)

// Error is a failed call. Its text holds what the vendor said and the request id
// for a support ticket, and never what was sent.
type Error struct {
	Op         string // the call's name, as Config.Observe gets it
	Class      Class
	HTTPStatus int           // 0: there was no answer
	Status     int           // of the envelope; 0: there was none
	Code       string        // of the envelope
	Detail     string        // detailMessage of the envelope, bounded and on one line
	RequestID  string        // of the envelope
	RetryAfter time.Duration // how long the answer (429, 503) asks to wait; 0: it did not say
	// Result is the envelope's result, which may name the field that was wrong. It
	// may hold personal data and so is never in the text. nil when over 8 KiB.
	Result json.RawMessage
	// Order is the number of an order, or else its id, that the answer to an order names
	// although it is no success: what to look for. Empty: it names none.
	Order string
	Err   error // the cause, if it was not the vendor's answer
}

// Error is one line for logs.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "yeastar %s: %s", e.Op, e.Class)
	if e.Detail != "" {
		fmt.Fprintf(&b, ": %s", e.Detail)
	}
	if e.Err != nil {
		fmt.Fprintf(&b, ": %v", e.Err)
	}
	b.WriteString(" (")
	if e.HTTPStatus != 0 {
		fmt.Fprintf(&b, "HTTP %d, ", e.HTTPStatus)
	}
	if e.Status != 0 && e.Status != e.HTTPStatus {
		fmt.Fprintf(&b, "status %d, ", e.Status)
	}
	if e.Code != "" {
		fmt.Fprintf(&b, "code %s, ", e.Code)
	}
	if e.RetryAfter > 0 {
		fmt.Fprintf(&b, "retry after %s, ", e.RetryAfter)
	}
	if e.Order != "" {
		fmt.Fprintf(&b, "names order %s, ", e.Order)
	}
	if e.RequestID == "" {
		b.WriteString("no request id)")
	} else {
		fmt.Fprintf(&b, "request id %s)", e.RequestID)
	}
	return b.String()
}

// Unwrap is the cause.
func (e *Error) Unwrap() error { return e.Err }

// ClassOf is the class of an error of this package, and ClassUnknown for any other.
func ClassOf(err error) Class {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Class
	}
	return ClassUnknown
}

// withoutURL drops the request's URL from a transport's error: a path may hold a
// customer's e-mail address.
func withoutURL(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err
	}
	return err
}

// oneLine makes the vendor's words fit into a log line: no control or invisible
// formatting characters, single spaces, at most limit runes.
func oneLine(s string, limit int) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case r == utf8.RuneError || unicode.IsControl(r) || unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, s)
	s = strings.Join(strings.Fields(s), " ")
	if utf8.RuneCountInString(s) > limit {
		s = string([]rune(s)[:limit-1]) + "…"
	}
	return s
}
