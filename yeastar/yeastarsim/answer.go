package yeastarsim

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"time"
)

// Codes of refusals. The guide shows the beginning of the first; the others are made up, as no list is published.
const (
	codeInvalid      = "parameter_validation_failed"
	codeUnauthorized = "unauthorized"
	codeForbidden    = "forbidden"
	codeNotFound     = "not_found"
	codeNoPackage    = "product_not_found"
	codeNoUser       = "user_not_found"
	codeNoContact    = "billing_contact_not_found"
	codeNoPlan       = "plan_not_found"
	codeNoService    = "service_not_found"
	codeQuantity     = "quantity_mismatch"
	codeServices     = "services_required"
	codeDuplicatePO  = "po_number_exists"
)

// refusal is a well-formed answer that says no; nothing happened.
type refusal struct {
	status int
	code   string
	detail string
	result any
}

// invalid refuses one field with the tag of the rule it broke.
func invalid(detail, field, tag string) *refusal {
	return &refusal{status: http.StatusBadRequest, code: codeInvalid, detail: detail, result: map[string]any{"field": field, "tag": tag}}
}

// answer is what goes over the wire.
type answer struct {
	status int
	header http.Header
	body   []byte
	filler int64 // bytes of nothing after the body
	code   string
}

func (a *answer) writeFiller(w io.Writer) {
	chunk := bytes.Repeat([]byte{' '}, 32<<10)
	for left := a.filler; left > 0; {
		n, err := w.Write(chunk[:min(left, int64(len(chunk)))])
		if err != nil {
			return
		}
		left -= int64(n)
	}
}

type envelope struct {
	Code          string `json:"code"`
	DetailMessage string `json:"detailMessage"`
	RequestID     string `json:"requestId"`
	Result        any    `json:"result"`
	Status        *int   `json:"status,omitempty"`
}

func newRequestID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

func enveloped(httpStatus int, bodyStatus *int, code, detail string, result any) *answer {
	if result == nil {
		result = struct{}{}
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(envelope{code, detail, newRequestID(), result, bodyStatus}); err != nil {
		panic("yeastarsim: an answer that is not JSON: " + err.Error())
	}
	return &answer{
		status: httpStatus,
		header: http.Header{"Content-Type": {"application/json;charset=UTF-8"}},
		body:   b.Bytes(),
		code:   code,
	}
}

func (s *Server) succeeded(result any) *answer {
	status := http.StatusOK
	if s.switches.OmitStatus {
		return enveloped(status, nil, "success", "", result)
	}
	return enveloped(status, &status, "success", "", result)
}

func (s *Server) refused(r *refusal) *answer {
	status := r.status
	auth := status == http.StatusUnauthorized || status == http.StatusForbidden
	if s.switches.ErrorsInBody || (auth && s.switches.AuthErrorsInBody) {
		status = http.StatusOK
	}
	return enveloped(status, &r.status, r.code, r.detail, r.result)
}

type object = map[string]any

// idText is an id that the guide types as a string.
func (s *Server) idText(id string) any {
	if s.switches.FlipIDs && numeric(id) {
		return json.Number(id)
	}
	return id
}

// idNumber is an id that the guide types as a number, or shows as one.
func (s *Server) idNumber(id string) any {
	if s.switches.FlipIDs || !numeric(id) {
		return id
	}
	return json.Number(id)
}

func (s *Server) productIDNumber(id int) any { return s.idNumber(strconv.Itoa(id)) }

func numeric(s string) bool {
	n, err := strconv.ParseInt(s, 10, 64)
	return err == nil && n >= 0 && strconv.FormatInt(n, 10) == s
}

// list is a list without paging in the form of the switch.
func (s *Server) list(items []object) any {
	switch {
	case s.switches.Lists == ListWrapper:
		return object{"results": items}
	case s.switches.Lists == ListObject && len(items) == 1:
		return items[0]
	default:
		return items
	}
}

func (s *Server) epoch(t time.Time) any {
	if s.switches.Seconds {
		return t.Unix()
	}
	return t.UnixMilli()
}

func (s *Server) expiry(t time.Time) any {
	if s.switches.ExpiryLayout == "" {
		return s.epoch(t)
	}
	return t.UTC().Format(s.switches.ExpiryLayout)
}

// page cuts one page out of n items and makes the pagination object, in which count is the grand total.
func (s *Server) page(c *call, n int, item func(i int) object) (any, *refusal) {
	pageNo, ref := positive(c, "pageNo", 1)
	if ref != nil {
		return nil, ref
	}
	size, ref := positive(c, "pageSize", 25)
	if ref != nil {
		return nil, ref
	}
	size = min(size, max(s.switches.MaxPageSize, 1))
	results := []object{}
	if pageNo <= n { // also keeps the product below from overflowing
		for i := (pageNo - 1) * size; i < min(pageNo*size, n); i++ {
			results = append(results, item(i))
		}
	}
	return object{
		"count": n, "total": n, "pageNo": pageNo, "pageSize": size,
		"totalPage": (n + size - 1) / size, "results": results,
	}, nil
}

func positive(c *call, name string, otherwise int) (int, *refusal) {
	if !c.query.Has(name) {
		return otherwise, nil
	}
	n, err := strconv.ParseInt(c.query.Get(name), 10, 32)
	if err != nil || n < 1 {
		return 0, invalid(name+" must be a positive integer.", name, "min")
	}
	return int(n), nil
}
