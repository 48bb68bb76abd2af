package yeastar

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	codeSuccess    = "success"
	maxDetailRunes = 500
	maxResultBytes = 8 << 10
	maxRetryAfter  = time.Hour
)

// envelope is the frame of every answer.
//
// https://help.yeastar.com/en/pp-ptr/developer-guide/response-results.html
type envelope struct {
	Code      string
	Detail    string
	RequestID string
	Result    json.RawMessage
	Status    int // 0: absent
	HTTP      int
}

// parseEnvelope fails for anything that is not an object with a code: a proxy's
// page, half an answer, another service's JSON.
func parseEnvelope(body []byte) (envelope, error) {
	o, isObject := asObject(body)
	if !isObject {
		if err := json.Unmarshal(body, &o); err != nil {
			return envelope{}, fmt.Errorf("the answer is not the vendor's JSON: %w", withoutContent(err))
		}
	}
	e := envelope{
		Code:      oneLine(o.text("code"), 100),
		Detail:    oneLine(o.text("detailMessage"), maxDetailRunes),
		RequestID: oneLine(o.text("requestId"), 100),
		Result:    o["result"],
	}
	if e.Code == "" || !bytes.HasPrefix(o["code"], []byte(`"`)) {
		return envelope{}, errors.New("the answer has no code")
	}
	if raw, ok := o["status"]; ok && !isNull(raw) {
		n, err := strconv.Atoi(textOf(raw))
		if err != nil {
			return envelope{}, errors.New("the answer's status is not a number")
		}
		e.Status = n
	}
	return e, nil
}

// withoutContent keeps a JSON error's kind and place and drops the values that
// some of them quote.
func withoutContent(err error) error {
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fmt.Errorf("broken at byte %d", e.Offset)
	}
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return fmt.Errorf("unexpected type at byte %d", e.Offset)
	}
	return errors.New("unreadable")
}

// answer is what came back for one HTTP request, as far as it came.
type answer struct {
	status int // HTTP
	header http.Header
	body   []byte
	err    error // why the body is not whole
}

// classify decides what an answer says. It returns the envelope only for a success, which
// needs HTTP 2xx, code "success" and status 200 (or none) together; a refusal counts as
// "not done" only when nothing in the answer contradicts it. See README.md, section 2.1.
func (a answer) classify(op string, now time.Time) (envelope, *Error) {
	fail := &Error{Op: op, Class: ClassUnknown, HTTPStatus: a.status, RetryAfter: retryAfter(a.header.Get("Retry-After"), now)}
	env, err := parseEnvelope(a.body)
	switch {
	case a.err != nil:
		fail.Err = fmt.Errorf("read the answer: %w", a.err)
	case err != nil:
		fail.Err = err
	default:
		fail.Code, fail.Detail, fail.RequestID, fail.Status = env.Code, env.Detail, env.RequestID, env.Status
		fail.Result = bounded(env.Result)
	}
	if op == callOrder {
		fail.Order = namedIn(a.body, env.Result)
	}
	if fail.Err != nil {
		// A 429 is from the gate in front of the service, whatever its body is.
		if a.status == http.StatusTooManyRequests && fail.Order == "" {
			fail.Class = ClassRateLimited
		}
		return envelope{}, fail
	}
	good2xx := a.status >= 200 && a.status < 300
	if env.Code == codeSuccess {
		if good2xx && (env.Status == 0 || env.Status == http.StatusOK) {
			env.HTTP = a.status
			return env, nil
		}
		fail.Err = errors.New("the answer contradicts itself")
		return envelope{}, fail
	}
	fail.Class = refusal(a.status, env)
	if op == callOrder {
		fail.Class = orderRefusal(fail.Class, a.status, env, fail.Order)
	}
	return envelope{}, fail
}

// orderRefusal is the class of an envelope that refuses an order. It takes more than a
// look-up to be certain that nothing was done: a status that says that the request was at
// fault, none and no code that leaves it open, no order that the answer names, in words or
// otherwise, and nothing in its result of an order or a payment.
func orderRefusal(class Class, httpStatus int, env envelope, named string) Class {
	if named != "" || undecided(httpStatus) || undecided(env.Status) || undecidedCode().MatchString(env.Code) || tellsOfOrder(env.Result) ||
		(class == ClassRefused && !atFault(httpStatus, env.Status)) {
		return ClassUnknown
	}
	return class
}

// atFault says whether one of the statuses blames the request.
func atFault(statuses ...int) bool {
	return slices.ContainsFunc(statuses, func(s int) bool { return s >= 400 && s < 500 })
}

// undecided lists the statuses of the 4xx that do not say that nothing was done: the time
// was up, the same was asked for before or at the same moment, or who asked was gone.
func undecided(status int) bool {
	switch status {
	case http.StatusRequestTimeout, http.StatusConflict, http.StatusLocked, http.StatusTooEarly, statusClientClosed:
		return true
	}
	return false
}

// undecidedCode are codes by which something may have been done, or was done before, whatever
// the status says. Which codes there are is not documented.
var undecidedCode = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)pending|process|progress|time_?out|duplicate|repeat|already|system|internal|busy`)
})

// tellsOfOrder says whether a result has something of an order or a payment, such as the number
// of a transaction or a status.
func tellsOfOrder(result json.RawMessage) bool {
	tells := false
	walk(result, struct{}{}, maxDepth, func(o object, none struct{}) struct{} {
		for name, value := range o {
			low := strings.ToLower(name)
			if (strings.Contains(low, "order") || strings.Contains(low, "transaction") || strings.Contains(low, "pay")) && !isNull(value) && textOf(value) != "" {
				tells = true
			}
		}
		return none
	})
	return tells
}

// statusClientClosed is how proxies note that the client went away; it is no standard.
const statusClientClosed = 499

// refusal is the class of a whole envelope whose code is not success.
func refusal(httpStatus int, env envelope) Class {
	either := func(status int) bool { return httpStatus == status || env.Status == status }
	switch {
	case httpStatus >= 500 || env.Status >= 500:
		// The service broke somewhere, maybe after the effect.
		return ClassUnknown
	case httpStatus >= 300 && httpStatus < 400:
		return ClassUnknown
	case httpStatus == http.StatusTooManyRequests || env.Status == http.StatusTooManyRequests:
		return ClassRateLimited
	case env.RequestID == "":
		// The vendor's envelopes have a request id; this may be somebody else's JSON.
		return ClassUnknown
	case either(http.StatusUnauthorized) || either(http.StatusForbidden):
		return ClassAuth
	}
	return ClassRefused
}

// needsToken says that the vendor, in one of the ways it may have, did not like
// the token. Without an envelope that is enough to repeat a look-up, but not to
// call an order "not placed".
func (e *Error) needsToken() bool {
	for _, s := range []int{e.HTTPStatus, e.Status} {
		if s == http.StatusUnauthorized || s == http.StatusForbidden {
			return true
		}
	}
	return false
}

// bounded keeps a result for an error, unless it is too long for that.
func bounded(result json.RawMessage) json.RawMessage {
	if len(result) > maxResultBytes || isNull(result) {
		return nil
	}
	return bytes.Clone(result)
}

func retryAfter(header string, now time.Time) time.Duration {
	header = strings.TrimSpace(header)
	if n, err := strconv.Atoi(header); err == nil {
		return min(max(0, time.Duration(min(n, 1<<20))*time.Second), maxRetryAfter)
	}
	if t, err := http.ParseTime(header); err == nil {
		return min(max(0, t.Sub(now)), maxRetryAfter)
	}
	return 0
}
