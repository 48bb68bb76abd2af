package slacksim

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"renewbot/bot/slacksim/blockkit"
)

// maxBody bounds what a request may carry.
const maxBody = 4 << 20

// call is one request to a Web API method, decoded.
type call struct {
	method   string
	token    string
	inHeader bool // the token came in the Authorization header
	params   obj
	raw      []byte
	json     bool
	warnings []string
	badBody  string // error code for a body that could not be read
	isPost   bool
}

func readCall(r *http.Request) (*call, error) {
	c := &call{method: r.PathValue("method"), params: obj{}, isPost: r.Method == http.MethodPost}
	raw, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	if err != nil {
		return nil, err
	}
	c.raw = raw
	if len(raw) == 0 {
		c.raw = []byte(r.URL.RawQuery)
	}
	c.setForm(r.URL.Query())
	kind, args, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case kind == "application/json":
		c.json = true
		if args["charset"] == "" {
			c.warnings = append(c.warnings, "missing_charset")
		}
		c.setJSON(raw)
	case kind == "application/x-www-form-urlencoded":
		form, err := url.ParseQuery(string(raw))
		if err != nil {
			c.badBody = "invalid_form_data"
		}
		c.setForm(form)
	case kind == "multipart/form-data":
		r.Body = io.NopCloser(bytes.NewReader(raw))
		if err := r.ParseMultipartForm(maxBody); err != nil {
			c.badBody = "invalid_form_data"
		} else {
			c.setForm(r.MultipartForm.Value)
		}
	case len(raw) > 0 && kind == "":
		c.badBody = "missing_post_type"
	case len(raw) > 0:
		c.badBody = "invalid_post_type"
	}
	if token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		c.token, c.inHeader = strings.TrimSpace(token), true
	} else if token, ok := c.params["token"].(string); ok && !c.json {
		c.token = token
	}
	return c, nil
}

// setForm takes the last value of each argument, as Slack's side does.
func (c *call) setForm(form url.Values) {
	for k, v := range form {
		if len(v) > 0 {
			c.params[k] = v[len(v)-1]
		}
	}
}

func (c *call) setJSON(raw []byte) {
	if len(bytes.TrimSpace(raw)) == 0 {
		return
	}
	v, err := blockkit.Decode(raw)
	if err != nil {
		c.badBody = "invalid_json"
		return
	}
	o, ok := v.(obj)
	if !ok {
		c.badBody = "json_not_object"
		return
	}
	maps.Copy(c.params, o)
}

// has says whether an argument was given at all.
func (c *call) has(name string) bool {
	v, ok := c.params[name]
	return ok && v != nil
}

func (c *call) str(name string) string {
	switch v := c.params[name].(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	}
	return ""
}

func (c *call) flag(name string) bool {
	switch v := c.params[name].(type) {
	case bool:
		return v
	case string:
		return v == "true" || v == "1"
	case json.Number:
		return v.String() == "1"
	}
	return false
}

func (c *call) number(name string, or int) int {
	if n, err := strconv.Atoi(c.str(name)); err == nil {
		return n
	}
	return or
}

// value is an argument that is JSON: given as such, or as a string that holds it. ok is false when the
// string is not JSON; an argument that is absent, null or an empty string is nil.
func (c *call) value(name string) (v any, ok bool) {
	s, isString := c.params[name].(string)
	if !isString {
		return c.params[name], true
	}
	if strings.TrimSpace(s) == "" {
		return nil, true
	}
	v, err := blockkit.Decode([]byte(s))
	return v, err == nil
}

// apiError is an answer with "ok":false.
type apiError struct {
	code     string
	messages []string
	extra    obj
}

func fail(code string, messages ...string) *apiError {
	return &apiError{code: code, messages: messages}
}

func (e *apiError) json() obj {
	out := obj{"ok": false, "error": e.code}
	if len(e.messages) > 0 {
		out["response_metadata"] = obj{"messages": e.messages}
	}
	maps.Copy(out, e.extra)
	return out
}

// invalidArguments reports problems in the way of views.*.
func invalidArguments(problems []blockkit.Problem) *apiError {
	return fail("invalid_arguments", blockkit.Strings(problems)...)
}

// invalidBlocks reports problems in the way of chat.*.
func invalidBlocks(problems []blockkit.Problem) *apiError {
	e := fail("invalid_blocks", blockkit.Strings(problems)...)
	e.extra = obj{"errors": slices.Clone(e.messages)}
	return e
}

func mustJSON(v any) json.RawMessage {
	b, err := marshal(v)
	if err != nil {
		panic("slacksim: encoding what was decoded before: " + err.Error())
	}
	return b
}

func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}
