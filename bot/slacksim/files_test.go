package slacksim_test

import (
	"bytes"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"renewbot/bot/slacksim"
)

const withFiles = "[commands, files:read, files:write, "

func setupFiles(t *testing.T) *bench {
	t.Helper()
	return setupWith(t, strings.Replace(manifest, "bot: [commands, ", "bot: "+withFiles, 1))
}

// fetch gets an address as a browser or an app would, and says where it ended.
func (b *bench) fetch(address, token string) (status int, contentType, body string) {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.ctx(), http.MethodGet, address, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := (&http.Client{Timeout: patience}).Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return res.StatusCode, res.Header.Get("Content-Type"), string(raw)
}

// send posts a body to an address.
func (b *bench) send(address, contentType, body string) int {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.ctx(), http.MethodPost, address, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("Content-Type", contentType)
	res, err := (&http.Client{Timeout: patience}).Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	return res.StatusCode
}

func TestAFileInAForm(t *testing.T) {
	t.Parallel()
	b := setupFiles(t)
	b.open(modal("Import", input("b_file", "List", m{"type": "file_input", "filetypes": []any{"csv"}, "max_files": 1})))
	p := b.As(alice)
	csv := slacksim.Attachment{Name: "Our List.CSV", Content: []byte("holder,date\n")}
	for name, list := range map[string][]slacksim.Attachment{
		"another type":  {{Name: "list.xlsx", Content: []byte("PK")}},
		"empty":         {{Name: "list.csv"}},
		"more than one": {csv, csv},
	} {
		var refusal *slacksim.Refusal
		if _, err := p.Upload(b.ctx(), "List", list...); !errors.As(err, &refusal) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := p.Upload(b.ctx(), "List", csv); err != nil {
		t.Fatal(err)
	}
	v, _ := p.View()
	if f, _ := v.Field("List"); len(f.Selected) != 1 || f.Selected[0].Text != "Our List.CSV" {
		t.Errorf("the form shows %+v", f)
	}
	if _, err := p.Submit(b.ctx()); err != nil {
		t.Fatal(err)
	}
	state := b.lastPayload("view_submission")["view"].(m)["state"].(m)["values"].(m)["b_file"].(m)["a_b_file"].(m)
	id := state["files"].([]any)[0].(m)["id"].(string)
	info := b.must("files.info", m{"file": id})["file"].(m)
	address := info["url_private_download"].(string)
	if status, _, body := b.fetch(address, b.BotToken()); status != http.StatusOK || body != "holder,date\n" {
		t.Errorf("the app gets %d %q", status, body)
	}
	for _, token := range []string{"", "xoxb-wrong"} {
		if status, kind, body := b.fetch(address, token); status != http.StatusOK || !strings.HasPrefix(kind, "text/html") || strings.Contains(body, "holder") {
			t.Errorf("with the token %q: %d %s", token, status, kind)
		}
	}
	b.wantError("file_not_found", "files.info", m{"file": "F0NONE"})
}

// An app without files:read can neither show such a field nor ask for a file; with an upload it needs
// files:write.
func TestFilesNeedTheirScopes(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.connect(func(a *app, f frame) {
		a.ack(f, nil)
		b.wantError("missing_scope", "views.open", m{"trigger_id": f.Payload["trigger_id"], "view": modal("Import", input("b", "List", m{"type": "file_input"}))})
	})
	if _, err := b.As(alice).Command(b.ctx(), sales, "/go"); err != nil {
		t.Fatal(err)
	}
	b.wantError("missing_scope", "files.info", m{"file": "F0NONE"})
	b.wantError("missing_scope", "files.getUploadURLExternal", m{"filename": "a.csv", "length": "1"})
}

func TestTheAppPostsAFile(t *testing.T) {
	t.Parallel()
	b := setupFiles(t)
	parent := b.must("chat.postMessage", m{"channel": sales, "text": "Results"})["ts"].(string)
	b.wantError("invalid_arguments", "files.getUploadURLExternal", m{"filename": "a.csv", "length": "0"})
	up := b.must("files.getUploadURLExternal", m{"filename": "a.csv", "length": "4"})
	id, address := up["file_id"].(string), up["upload_url"].(string)
	complete := m{"files": []any{m{"id": id, "title": "All of it"}}, "channel_id": sales, "thread_ts": parent}
	b.wantError("file_not_found", "files.completeUploadExternal", complete) // its bytes are missing
	if status := b.send(address, "text/csv", "a,b"); status == http.StatusOK {
		t.Error("a file of another length was taken")
	}
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	part, err := w.CreateFormFile("file", "a.csv")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write([]byte("a,b\n")); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if status := b.send(address, w.FormDataContentType(), form.String()); status != http.StatusOK {
		t.Fatal("the upload was not taken:", status)
	}
	b.wantError("file_not_found", "files.info", m{"file": id}) // nobody sees it yet
	b.wantError("channel_not_found", "files.completeUploadExternal", m{"files": []any{m{"id": id}}, "channel_id": "C0NONE"})
	b.must("files.completeUploadExternal", complete)
	b.wantError("file_not_found", "files.completeUploadExternal", complete) // once
	posted, err := b.WaitMessage(b.ctx(), sales, "[file All of it]")
	if err != nil || posted.ThreadTS != parent {
		t.Error(posted, err)
	}
	if f, ok := b.File(id); !ok || string(f.Content) != "a,b\n" || len(f.Shares) != 1 {
		t.Errorf("%+v", f)
	}
	if _, err := url.Parse(b.must("files.info", m{"file": id})["file"].(m)["permalink"].(string)); err != nil {
		t.Error(err)
	}
	saved, err := b.Save()
	if err != nil {
		t.Fatal(err)
	}
	again, err := slacksim.New([]byte(manifest))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := again.Close(); err != nil {
			t.Error(err)
		}
	}()
	if err := again.Restore(saved); err != nil {
		t.Fatal(err)
	}
	if f, ok := again.File(id); !ok || string(f.Content) != "a,b\n" {
		t.Error("the file was not kept")
	}
}
