package yeastarsim

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// refreshLife is the documented life of a refresh token.
const refreshLife = 15 * 24 * time.Hour

type tokenState struct {
	expires time.Time
	revoked bool
}

// RevokeTokens ends every access token at once, as a reset of the client secret would.
func (s *Server) RevokeTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.revokeTokens()
}

func (s *Server) revokeTokens() {
	for token, state := range s.tokens {
		state.revoked = true
		s.tokens[token] = state
	}
}

func (s *Server) answerToken(c *call) (any, *refusal) {
	form, ref := tokenForm(c)
	if ref != nil {
		return nil, ref
	}
	for _, name := range []string{"grant_type", "client_id", "client_secret"} {
		if form.Get(name) == "" && (name == "grant_type" || form.Get("grant_type") == "pp_credentials") {
			return nil, invalid(name+" is required.", name, "required")
		}
	}
	switch form.Get("grant_type") {
	case "pp_credentials":
		if !equal(form.Get("client_id"), s.clientID) || !equal(form.Get("client_secret"), s.clientSecret) {
			return nil, &refusal{status: http.StatusUnauthorized, code: codeUnauthorized, detail: "The client ID or the client secret is wrong."}
		}
	case "refresh_token":
		expires, known := s.refresh[form.Get("refresh_token")]
		if !known || !s.now().Before(expires) {
			return nil, &refusal{status: http.StatusUnauthorized, code: codeUnauthorized, detail: "The refresh token is invalid or has expired."}
		}
	default:
		return nil, invalid("grant_type is not supported.", "grant_type", "oneof")
	}
	return s.issue(), nil
}

// tokenForm reads the parameters from the body alone: the guide forbids JSON, and knows no query.
func tokenForm(c *call) (url.Values, *refusal) {
	wrongType := &refusal{
		status: http.StatusUnsupportedMediaType, code: codeInvalid,
		detail: "Content-Type must be application/x-www-form-urlencoded or multipart/form-data.",
		result: object{"field": "Content-Type", "tag": "oneof"},
	}
	mediaType, params, err := mime.ParseMediaType(c.Header.Get("Content-Type"))
	if err != nil {
		return nil, wrongType
	}
	switch mediaType {
	case "application/x-www-form-urlencoded":
		form, err := url.ParseQuery(string(c.body))
		if err != nil {
			return nil, invalid("The form cannot be read.", "body", "form")
		}
		return form, nil
	case "multipart/form-data":
		form := url.Values{}
		for r := multipart.NewReader(bytes.NewReader(c.body), params["boundary"]); ; {
			part, err := r.NextPart()
			if errors.Is(err, io.EOF) {
				return form, nil
			}
			if err != nil {
				return nil, invalid("The form cannot be read.", "body", "form")
			}
			value, err := io.ReadAll(part)
			if err != nil {
				return nil, invalid("The form cannot be read.", "body", "form")
			}
			form.Add(part.FormName(), string(value))
		}
	default:
		return nil, wrongType
	}
}

func (s *Server) issue() any {
	now := s.now()
	for token, state := range s.tokens {
		if now.After(state.expires.Add(time.Hour)) {
			delete(s.tokens, token)
		}
	}
	maps.DeleteFunc(s.refresh, func(_ string, expires time.Time) bool { return now.After(expires) })
	if s.switches.SingleToken {
		s.revokeTokens()
	}
	token := s.jwt(now.Add(s.switches.TokenLife))
	refresh := s.jwt(now.Add(refreshLife))
	s.tokens[token] = tokenState{expires: now.Add(s.switches.TokenLife)}
	s.refresh[refresh] = now.Add(refreshLife)
	seconds := max(int64(s.switches.TokenLife/time.Second)-1, 0) // the sample says 1799 of 1800
	return object{
		"token": token, "tokenHead": "Bearer ", "refreshToken": refresh,
		"expiresIn": strconv.FormatInt(seconds, 10),
	}
}

// jwt makes a token of the shape of the guide's samples. Nobody is meant to read it; it holds an e-mail address so that
// a leak of it into a log can be found.
func (s *Server) jwt(expires time.Time) string {
	user, _ := json.Marshal(object{
		"type": "partner", "ucId": s.account.ID, "userCode": s.account.UserCode,
		"userId": s.account.UserID, "username": s.account.Email,
	}) // strings only: cannot fail
	claims, _ := json.Marshal(object{
		"aud": []string{"res1"}, "X-MS-USER": string(user), "user_name": s.account.Email, "scope": []string{"all"},
		"exp": expires.Unix(), "token_type": "openapi", "jti": newRequestID(), "client_id": s.clientID,
	})
	var key [32]byte
	_, _ = rand.Read(key[:]) // never fails; tokens are known by their text, so no key is kept
	enc := base64.RawURLEncoding
	text := enc.EncodeToString([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + enc.EncodeToString(claims)
	mac := hmac.New(sha256.New, key[:])
	mac.Write([]byte(text))
	return text + "." + enc.EncodeToString(mac.Sum(nil))
}

func (s *Server) authorize(c *call) *refusal {
	head, token, ok := strings.Cut(c.Header.Get("Authorization"), " ")
	if !ok || head != "Bearer" {
		return &refusal{status: http.StatusUnauthorized, code: codeUnauthorized, detail: "The access token is missing."}
	}
	state, known := s.tokens[token]
	switch {
	case !known || state.revoked:
		return &refusal{status: http.StatusUnauthorized, code: codeUnauthorized, detail: "The access token is invalid."}
	case !s.now().Before(state.expires):
		return &refusal{status: http.StatusUnauthorized, code: codeUnauthorized, detail: "The access token has expired."}
	}
	return nil
}

func equal(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
