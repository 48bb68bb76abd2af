package page

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"renewbot/bot/slacksim"
	"renewbot/yeastar/yeastarsim"
)

// action is what somebody does on the page.
type action struct {
	As         string   `json:"as"`
	Do         string   `json:"do"`
	Channel    string   `json:"channel"`
	TS         string   `json:"ts"`
	ThreadTS   string   `json:"threadTs"`
	Text       string   `json:"text"`
	ViewID     string   `json:"viewId"`
	BlockID    string   `json:"blockId"`
	ActionID   string   `json:"actionId"`
	Choices    []string `json:"choices"`
	Query      string   `json:"query"`
	All        bool     `json:"all"`
	CallbackID string   `json:"callbackId"`
	ID         string   `json:"id"`
	On         bool     `json:"on"`
	OrderNo    string   `json:"orderNo"`
	Seconds    int64    `json:"seconds"`
	Files      []upload `json:"files"`
}

// upload is a file that somebody chose.
type upload struct {
	Name    string `json:"name"`
	Content []byte `json:"content"` // in JSON as base64
}

// element is how the simulator's people name an element.
func (a action) element() string { return a.BlockID + "/" + a.ActionID }

func (a action) message() slacksim.Ref { return slacksim.Ref{Channel: a.Channel, TS: a.TS} }

// answer is what an action led to, beside what the stream tells.
type answer map[string]any

// The codes of what an action is refused for.
const (
	codeBadRequest = "bad_request"
	codeForbidden  = "forbidden"
	codeNotFound   = "not_found"
	codeRefused    = "refused"
	codeHeldBack   = "held_back"
	codeStaleView  = "stale_view"
	codeNotPending = "not_pending"
	codeBusy       = "busy"
	codeFailed     = "failed"
)

// problem is why an action did not happen: a sentence for people and a code.
type problem struct {
	status int
	code   string
	text   string
	fields map[string]string
}

func (p *problem) Error() string { return p.text }

const (
	// maxAction bounds the body of an action, in bytes.
	maxAction = 6 << 20 // a file of 4 MB, as base64
	// actPatience bounds an action; the bot has three seconds to acknowledge it.
	actPatience = 15 * time.Second
	// controlPatience bounds a restart, a reset and a walk through time.
	controlPatience = time.Minute
)

// verbs are what can be done, each in its session.
var verbs = map[string]func(context.Context, *session, action) (answer, error){
	"command": typeCommand, "say": say, "press": press, "pick": pick,
	"viewPress": viewPress, "viewType": viewType, "viewEnter": viewEnter, "viewChoose": viewChoose, "viewSearch": viewSearch,
	"viewUpload": viewUpload,
	"viewSubmit": viewSubmit, "viewClose": viewClose,
	"home": openHome, "homePress": homePress, "homeChoose": homeChoose,
	"shortcut": shortcut, "messageShortcut": messageShortcut,
	"fault": setFault, "pay": pay, "cancelOrder": cancelOrder,
}

// controls are what is done to the sandbox itself, one at a time.
var controls = map[string]func(context.Context, *Server, *session, action) error{
	"advance": advance, "restart": restart, "reset": reset,
}

// act does what somebody does on the page.
func (s *Server) act(w http.ResponseWriter, r *http.Request) {
	a, err := readAction(w, r)
	var out answer
	if err == nil {
		out, err = s.do(r.Context(), a)
	}
	if err != nil {
		p := explain(err)
		if p.code == codeFailed {
			s.options.Log.Error("an action failed", "action", a.Do, "error", err)
		}
		reply(w, p.status, answer{"ok": false, "error": p.text, "code": p.code, "fields": p.fields})
		return
	}
	if out == nil {
		out = answer{}
	}
	out["ok"] = true
	reply(w, http.StatusOK, out)
}

func readAction(w http.ResponseWriter, r *http.Request) (action, error) {
	var a action
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return a, &problem{http.StatusUnsupportedMediaType, codeBadRequest, "An action is sent as application/json.", nil}
	}
	dec := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxAction))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&a); err != nil {
		return a, &problem{http.StatusBadRequest, codeBadRequest, "The action cannot be read: " + err.Error() + ".", nil}
	}
	return a, nil
}

func (s *Server) do(ctx context.Context, a action) (answer, error) {
	// An action goes on when its page goes away: a click is a click.
	ctx = context.WithoutCancel(ctx)
	if control, ok := controls[a.Do]; ok {
		select {
		case s.control <- struct{}{}:
			defer func() { <-s.control }()
		default:
			return nil, errBusy
		}
		now := s.now()
		if now == nil && a.Do != "reset" {
			return nil, errBusy
		}
		ctx, cancel := context.WithTimeout(ctx, s.options.patience(controlPatience))
		defer cancel()
		return nil, control(ctx, s, now, a)
	}
	verb, ok := verbs[a.Do]
	if !ok {
		return nil, &problem{http.StatusBadRequest, codeBadRequest, fmt.Sprintf("There is nothing like %q to do.", a.Do), nil}
	}
	now := s.now()
	if now == nil {
		return nil, errBusy
	}
	if !plays(now.world.Slack.Snapshot(), a.As) {
		return nil, &problem{http.StatusNotFound, codeNotFound, "There is no such person in the sandbox.", nil}
	}
	ctx, cancel := context.WithTimeout(ctx, s.options.patience(actPatience))
	defer cancel()
	out, err := verb(ctx, now, a)
	if err != nil && now.over() {
		err = errBusy // it was reset meanwhile
	}
	return out, err
}

// errBusy says that the sandbox is just being changed as a whole.
var errBusy = &problem{http.StatusConflict, codeBusy, "The sandbox is busy with a restart, a reset or its clock. Try again in a moment.", nil}

// explain is an error as the page shows it.
func explain(err error) *problem {
	var p *problem
	var refusal *slacksim.Refusal
	switch {
	case errors.As(err, &p):
		return p
	case errors.As(err, &refusal):
		// As in Slack's own API: the call was fine, what was asked for was not.
		p = &problem{http.StatusOK, codeRefused, sentence(refusal.Why), refusal.Fields}
		switch {
		case refusal.Stale:
			p.code = codeStaleView
		case len(refusal.Fields) > 0:
			p.code, p.text = codeHeldBack, "Slack does not send the form: look at its fields."
		}
		return p
	case errors.Is(err, yeastarsim.ErrNoOrder):
		return &problem{http.StatusNotFound, codeNotFound, "The portal has no such order.", nil}
	case errors.Is(err, yeastarsim.ErrNotPending):
		return &problem{http.StatusConflict, codeNotPending, "The order is not pending any more.", nil}
	}
	return &problem{http.StatusInternalServerError, codeFailed, "That did not work: " + err.Error() + ".", nil}
}

// sentence is a reason as a sentence.
func sentence(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + strings.TrimSuffix(s[size:], ".") + "."
}

// refuse answers a request that is no action.
func refuse(w http.ResponseWriter, status int, code, text string) {
	reply(w, status, answer{"ok": false, "error": text, "code": code})
}

func reply(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // a page that went away is its own business
}
