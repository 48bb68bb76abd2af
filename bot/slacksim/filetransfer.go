package slacksim

import (
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"
)

// The names under which faults and the journal know the bytes of files.
const (
	DownloadMethod = "file download" // GET of url_private_download
	UploadMethod   = "file upload"   // POST to an upload_url
)

// uploadPath is where upload addresses begin.
const uploadPath = "/upload/v1/"

// serveFile serves a file, as files.slack.com does: a client without the right to see it is led to the page on
// which people sign in, which is HTML with status 200.
func (fl *files) serveFile(rw http.ResponseWriter, r *http.Request) {
	fl.transfer(rw, r, DownloadMethod, nil, func() *answer {
		token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		_, id, _ := strings.Cut(r.PathValue("file"), "-")
		f := fl.byID[id]
		if token != fl.botToken || !fl.manifest.hasScope("files:read") || !fl.visible(f) || plainName(f.Name) != path.Base(r.URL.Path) {
			return &answer{status: http.StatusFound, note: "sign in", header: http.Header{
				"Location": {fl.baseURL + "/?" + url.Values{"redir": {r.URL.Path}}.Encode()},
			}}
		}
		return &answer{status: http.StatusOK, body: f.Content, header: http.Header{
			"Content-Type": {"text/csv; charset=utf-8"}, "Content-Disposition": {"attachment"},
		}}
	})
}

const signInPage = "<!DOCTYPE html><html><head><title>Sign in | Slack</title></head><body>Sign in to your workspace</body></html>"

// signIn is the page for people who are not signed in.
func (fl *files) signIn(rw http.ResponseWriter, _ *http.Request) {
	rw.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = io.WriteString(rw, signInPage)
}

// takeUpload takes the bytes of a file: raw, or in a form.
// https://docs.slack.dev/messaging/working-with-files#uploading_files
func (fl *files) takeUpload(rw http.ResponseWriter, r *http.Request) {
	raw, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	if err != nil {
		return
	}
	fl.transfer(rw, r, UploadMethod, raw, func() *answer {
		var f *File
		for _, known := range fl.byID {
			if known.Ticket != "" && known.Ticket == r.PathValue("ticket") {
				f = known
			}
		}
		content, ok := uploaded(r.Header.Get("Content-Type"), raw)
		switch {
		case f == nil, f.Uploaded:
			return plain(http.StatusNotFound, "not_found")
		case !ok:
			return plain(http.StatusBadRequest, "no_file_data")
		case len(content) != f.Length:
			return plain(http.StatusBadRequest, "length_mismatch")
		}
		f.Content, f.Uploaded = content, true
		return plain(http.StatusOK, "OK - "+r.PathValue("ticket"))
	})
}

// uploaded is the file in a body.
func uploaded(contentType string, raw []byte) ([]byte, bool) {
	kind, args, _ := mime.ParseMediaType(contentType)
	if kind != "multipart/form-data" {
		return raw, len(raw) > 0
	}
	parts := multipart.NewReader(bytes.NewReader(raw), args["boundary"])
	for {
		part, err := parts.NextPart()
		if err != nil {
			return nil, false
		}
		if part.FileName() != "" {
			content, err := io.ReadAll(part)
			return content, err == nil && len(content) > 0
		}
	}
}

// transfer answers a request for bytes, between the two halves of a fault. run is called with the lock held.
func (fl *files) transfer(rw http.ResponseWriter, r *http.Request, name string, raw []byte, run func() *answer) {
	start := time.Now()
	fl.mu.Lock()
	fl.faults.calls[name]++
	entry := fl.record(Entry{Time: start, Kind: EntryHook, Incoming: true, Name: name, Body: raw})
	fault := fl.faults.next(Call{Method: name, N: fl.faults.calls[name], entry: *entry}).spoils()
	fl.mu.Unlock()
	var a *answer
	if fault != nil && !fault.After {
		a = fl.faults.apply(r, fault)
	}
	if a == nil {
		fl.locked(func() { a = run() })
		if fault != nil && fault.After {
			if spoiled := fl.faults.apply(r, fault); spoiled != nil {
				a = spoiled
			}
		}
	}
	fl.locked(func() {
		entry.Status, entry.Latency, entry.Note = a.status, time.Since(start), a.note
		fl.wake()
		fl.notify(entry)
	})
	a.write(rw)
}
