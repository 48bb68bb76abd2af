package page_test

import (
	"maps"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"renewbot/bot/sandbox/page"
)

// A page of somebody else in the same browser gets nothing, nor does a foreign name that
// points to this machine.
func TestOnlyThePageItselfIsAnswered(t *testing.T) {
	t.Parallel()
	b := setup(t)
	at, err := url.Parse(b.URL())
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		host   string
		header http.Header
		want   int
	}{
		"a browser that typed the address": {at.Host, http.Header{"Sec-Fetch-Site": {"none"}}, http.StatusOK},
		"the page":                         {at.Host, http.Header{"Sec-Fetch-Site": {"same-origin"}, "Origin": {"http://" + at.Host}}, http.StatusOK},
		"no browser":                       {at.Host, nil, http.StatusOK},
		"localhost":                        {"localhost:" + at.Port(), nil, http.StatusOK},
		"a foreign name":                   {"sandbox.example.org:" + at.Port(), nil, http.StatusForbidden},
		"a name like ours":                 {"localhost.example.org:" + at.Port(), nil, http.StatusForbidden},
		"no port":                          {"127.0.0.1", nil, http.StatusForbidden},
		"another port":                     {"127.0.0.1:1", nil, http.StatusForbidden},
		"a foreign origin":                 {at.Host, http.Header{"Origin": {"https://example.org"}}, http.StatusForbidden},
		"an origin that is hidden":         {at.Host, http.Header{"Origin": {"null"}}, http.StatusForbidden},
		"an origin of another port":        {at.Host, http.Header{"Origin": {"http://127.0.0.1:1"}}, http.StatusForbidden},
		"an origin under another name":     {at.Host, http.Header{"Origin": {"http://localhost:" + at.Port()}}, http.StatusForbidden},
		"two origins":                      {at.Host, http.Header{"Origin": {"http://" + at.Host, "https://example.org"}}, http.StatusForbidden},
		"a foreign site":                   {at.Host, http.Header{"Sec-Fetch-Site": {"cross-site"}}, http.StatusForbidden},
		"a site beside ours":               {at.Host, http.Header{"Sec-Fetch-Site": {"same-site"}}, http.StatusForbidden},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, path := range []string{"", "assets/app.js", "api/customers", "api/act"} {
				method, body := http.MethodGet, ""
				if path == "api/act" {
					method, body = http.MethodPost, `{"as":"U0ALICE","do":"say","channel":"C0RANDOM","text":"hello"}`
				}
				req, err := http.NewRequestWithContext(t.Context(), method, b.URL()+path, strings.NewReader(body))
				if err != nil {
					t.Fatal(err)
				}
				req.Host = c.host
				maps.Copy(req.Header, c.header)
				req.Header.Set("Content-Type", "application/json")
				resp, err := client.Do(req)
				if err != nil {
					t.Fatal(err)
				}
				resp.Body.Close()
				if resp.StatusCode != c.want {
					t.Errorf("/%s is answered with %s, want %d", path, resp.Status, c.want)
				}
				if policy := resp.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'self'") || resp.Header.Get("Access-Control-Allow-Origin") != "" {
					t.Errorf("/%s has the headers %v", path, resp.Header)
				}
			}
		})
	}
}

// A form of a foreign page cannot act, even where a browser tells nothing of it.
func TestActionsAreJSON(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, kind := range []string{"", "text/plain", "application/x-www-form-urlencoded"} {
		resp, err := client.Post(b.URL()+"api/act", kind, strings.NewReader(`{"as":"U0ALICE","do":"reset"}`))
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusUnsupportedMediaType {
			t.Errorf("%q is answered with %s", kind, resp.Status)
		}
	}
	resp, err := client.Get(b.URL() + "api/act")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode == http.StatusOK {
		t.Error("an action is done by GET")
	}
}

func TestLoopbackOnly(t *testing.T) {
	t.Parallel()
	for _, addr := range []string{"0.0.0.0:0", ":0", "[::]:0", "192.0.2.1:0", "example.org:0", "127.0.0.1", "nonsense"} {
		s, err := page.Start(t.Context(), page.Options{Addr: addr})
		if err == nil {
			t.Errorf("it listens on %q", addr)
			s.Close()
		}
	}
	b := setup(t)
	at, err := url.Parse(b.URL())
	if err != nil {
		t.Fatal(err)
	}
	if ip := net.ParseIP(at.Hostname()); !ip.IsLoopback() {
		t.Errorf("it listens on %s", at.Host)
	}
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range addrs {
		n, ok := a.(*net.IPNet)
		if !ok || n.IP.IsLoopback() || n.IP.To4() == nil {
			continue
		}
		if conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", net.JoinHostPort(n.IP.String(), at.Port())); err == nil {
			conn.Close()
			t.Errorf("it is reached at %s", n.IP)
		}
	}
}

// The page is its own files, each asked about anew.
func TestFilesOfThePage(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for path, kind := range map[string]string{"": "text/html", "assets/app.js": "text/javascript", "assets/favicon.svg": "image/svg+xml"} {
		resp, err := client.Get(b.URL() + path)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		tag := resp.Header.Get("ETag")
		if resp.StatusCode != http.StatusOK || !strings.HasPrefix(resp.Header.Get("Content-Type"), kind) || tag == "" || resp.Header.Get("Cache-Control") != "no-cache" {
			t.Errorf("/%s is answered with %s %v", path, resp.Status, resp.Header)
		}
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.URL()+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("If-None-Match", tag)
		if resp, err = client.Do(req); err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusNotModified {
			t.Errorf("/%s is answered with %s when it is the same", path, resp.Status)
		}
	}
	for _, path := range []string{"assets/", "assets/../server.go", "favicon.ico", "api/", "metrics", "healthz"} {
		resp, err := client.Get(b.URL() + path)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusNotFound {
			t.Errorf("/%s is answered with %s", path, resp.Status)
		}
	}
}
