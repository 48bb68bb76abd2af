package program

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// tap stands between the program and a simulator, and lets a point be passed before and
// after each request that name gives a name.
func tap(t *testing.T, upstream string, name func(r *http.Request, body []byte) string, pass func(name string, after bool) (killed bool)) string {
	t.Helper()
	target, err := url.Parse(upstream)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 16}
	t.Cleanup(transport.CloseIdleConnections)
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return // the program was killed while it sent
		}
		called := name(r, body)
		if called != "" && pass(called, false) {
			return // before the request had any effect
		}
		out := r.Clone(r.Context())
		out.RequestURI, out.URL.Scheme, out.URL.Host, out.Host = "", target.Scheme, target.Host, target.Host
		out.Body = io.NopCloser(bytes.NewReader(body))
		answer, err := transport.RoundTrip(out)
		if err == nil {
			body, err = io.ReadAll(answer.Body)
			_ = answer.Body.Close()
		}
		if called != "" && pass(called, true) {
			return
		}
		if err != nil {
			cut(rw)
			return
		}
		maps.Copy(rw.Header(), answer.Header)
		rw.WriteHeader(answer.StatusCode)
		_, _ = rw.Write(body)
	}))
	t.Cleanup(server.Close)
	return server.URL + strings.TrimSuffix(target.Path, "/")
}

// cut resets a connection, as the simulator behind it has done.
func cut(rw http.ResponseWriter) {
	conn, _, err := http.NewResponseController(rw).Hijack()
	if err != nil {
		return
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

// slackPoint names the calls that show something in Slack or look for it there.
func slackPoint(r *http.Request, body []byte) string {
	method := r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]
	switch method {
	case "chat.postMessage":
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return method
		}
		return method + " " + messageKey(json.RawMessage(form.Get("metadata")))
	case "chat.update", "chat.delete", "conversations.history", "conversations.replies", "conversations.open":
		return method
	}
	return ""
}

// messageOf is what the program gives a message in its metadata: the reference of its request, and
// its name among the messages of that.
func messageOf(metadata json.RawMessage) (request, key string) {
	var m struct {
		Payload struct{ Request, Key string } `json:"event_payload"`
	}
	_ = json.Unmarshal(metadata, &m)
	return m.Payload.Request, m.Payload.Key
}

func messageKey(metadata json.RawMessage) string {
	_, key := messageOf(metadata)
	return key
}
