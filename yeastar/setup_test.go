package yeastar

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"
)

// stub is a vendor that says what a test wants, below a base path.
type stub struct {
	*Client
	mux    *http.ServeMux
	server *httptest.Server
	tokens atomic.Int64 // tokens given out
}

const basePath = "/partner/api"

func setup(t *testing.T, change ...func(*Config)) *stub {
	t.Helper()
	return newStub(t, change...)
}

func newStub(t testing.TB, change ...func(*Config)) *stub {
	t.Helper()
	s := &stub{mux: http.NewServeMux()}
	root := http.NewServeMux()
	root.Handle(basePath+"/", http.StripPrefix(basePath, s.mux))
	s.server = httptest.NewServer(root)
	t.Cleanup(s.server.Close)
	s.mux.HandleFunc("POST /auth/openapi/v1/oauth/token", func(w http.ResponseWriter, r *http.Request) {
		n := s.tokens.Add(1)
		fmt.Fprint(w, success(fmt.Sprintf(`{"token":"token-%d","tokenHead":"Bearer ","expiresIn":"1799","refreshToken":"r"}`, n)))
	})
	cfg := Config{
		BaseURL: s.server.URL + basePath + "/", ClientID: "id", ClientSecret: "very-secret",
		RetryInterval: time.Millisecond, Rate: 1e6, Burst: 1e6,
	}
	for _, c := range change {
		c(&cfg)
	}
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.CloseIdleConnections)
	s.Client = c
	return s
}

const requestID = "94ef8ff15c1432f6a01283c945569e43"

func success(result string) string {
	return `{"code":"success","detailMessage":"","requestId":"` + requestID + `","result":` + result + `,"status":200}`
}

func refusalBody(code, detail string, status int) string {
	return fmt.Sprintf(`{"code":%q,"detailMessage":%q,"requestId":%q,"result":{"field":"quantity"},"status":%d}`, code, detail, requestID, status)
}

// answers serves a body at a method and path.
func (s *stub) answers(pattern, body string) {
	s.mux.HandleFunc(pattern, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, body) })
}
