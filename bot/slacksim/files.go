package slacksim

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"
)

// files keeps what people and the app upload.
type files struct {
	*core
	channels *channelStore
	chat     *chat
	faults   *faults
	byID     map[string]*File
	order    []string
}

// File is a file as the workspace keeps it.
type File struct {
	ID, Name, Title string
	User            string // who uploaded it
	Created         time.Time
	Content         []byte
	Length          int    // as announced by files.getUploadURLExternal
	Ticket          string // the secret part of its upload address
	Uploaded        bool   // its bytes are there
	Complete        bool   // it is a file of the workspace, and no upload any more
	InForm          bool   // a person put it into a form of the app
	Shares          []Ref  // the messages that carry it
}

// longestFile bounds a file, in bytes; Slack takes 1 GB.
const longestFile = maxBody - 64<<10

// methods are the methods of files.*.
func (fl *files) methods() map[string]method {
	write := []string{"files:write"}
	return map[string]method{
		"files.info":                   {scopes: []string{"files:read"}, tier: 4, read: true, run: fl.info},
		"files.getUploadURLExternal":   {scopes: write, tier: 4, run: fl.uploadURL},
		"files.completeUploadExternal": {scopes: write, tier: 4, run: fl.completeUpload},
	}
}

func (fl *files) add(f File) *File {
	f.ID, f.Created = fl.newID("F0"), fl.clock.Now()
	fl.byID[f.ID], fl.order = &f, append(fl.order, f.ID)
	return &f
}

// visible says whether the app may see a file: its own, one from its form, one in a channel that it is in.
func (fl *files) visible(f *File) bool {
	return f != nil && f.Complete && (f.InForm || f.User == fl.botUserID || slices.ContainsFunc(f.Shares, func(r Ref) bool {
		ch := fl.channels.byID[r.Channel]
		return ch != nil && ch.has(fl.botUserID)
	}))
}

func (fl *files) info(c *call) (obj, *apiError) {
	f := fl.byID[c.str("file")]
	if !fl.visible(f) {
		return nil, fail("file_not_found")
	}
	return obj{"file": fl.json(f), "comments": []any{}, "response_metadata": obj{"next_cursor": ""}}, nil
}

// json is the file object.
// https://docs.slack.dev/reference/objects/file-object
func (fl *files) json(f *File) obj {
	kind := strings.TrimPrefix(strings.ToLower(path.Ext(f.Name)), ".")
	mime, ok := map[string]string{"csv": "text/csv", "txt": "text/plain"}[kind]
	mode := "snippet"
	if !ok {
		mime, mode = "application/octet-stream", "hosted"
	}
	private, public, channels := obj{}, obj{}, []string{}
	for _, r := range f.Shares {
		ch := fl.channels.byID[r.Channel]
		if ch == nil {
			continue
		}
		share := obj{"ts": r.TS, "channel_name": ch.Name, "team_id": fl.teamID, "share_user_id": f.User}
		if m := ch.find(r.TS); m != nil && m.IsReply() {
			share["thread_ts"] = m.ThreadTS
		}
		to := public
		if ch.Private || ch.IM {
			to = private
		} else if !slices.Contains(channels, ch.ID) {
			channels = append(channels, ch.ID)
		}
		list, _ := to[ch.ID].([]any)
		to[ch.ID] = append(list, share)
	}
	address := fl.baseURL + "/files-pri/" + fl.teamID + "-" + f.ID
	return obj{
		"id": f.ID, "created": f.Created.Unix(), "timestamp": f.Created.Unix(), "name": f.Name, "title": cmp.Or(f.Title, f.Name),
		"mimetype": mime, "filetype": cmp.Or(kind, "binary"), "pretty_type": strings.ToUpper(kind), "user": f.User, "user_team": fl.teamID,
		"editable": mode == "snippet", "size": len(f.Content), "mode": mode, "is_external": false, "external_type": "", "is_public": len(public) > 0,
		"public_url_shared": false, "display_as_bot": false, "username": "", "file_access": "visible",
		"url_private": address + "/" + plainName(f.Name), "url_private_download": address + "/download/" + plainName(f.Name),
		"permalink": fmt.Sprintf("https://%s.slack.com/files/%s/%s/%s", fl.teamDomain, f.User, f.ID, plainName(f.Name)),
		"shares":    obj{"public": public, "private": private}, "channels": channels, "groups": []any{}, "ims": []any{}, "comments_count": 0,
	}
}

// plainName is a file's name as Slack puts it into addresses.
func plainName(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '.', r == '-', r == '_':
			return r
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		}
		return '_'
	}, name)
}

// uploadURL begins an upload.
// https://docs.slack.dev/reference/methods/files.getUploadURLExternal
func (fl *files) uploadURL(c *call) (obj, *apiError) {
	length := c.number("length", 0)
	switch {
	case c.str("filename") == "":
		return nil, fail("invalid_arguments", "[ERROR] missing required field: filename")
	case length <= 0:
		return nil, fail("invalid_arguments", "[ERROR] must be greater than 0 [json-pointer:/length]")
	case length > longestFile:
		return nil, fail("file_upload_size_restricted")
	}
	f := fl.add(File{Name: c.str("filename"), User: fl.botUserID, Length: length, Ticket: fl.hexID(24)})
	return obj{"upload_url": fl.baseURL + uploadPath + f.Ticket, "file_id": f.ID}, nil
}

// completeUpload makes files of uploads, and shares them in a channel or a thread. Its answer does not name
// the message: Slack posts it when it has processed the file.
// https://docs.slack.dev/reference/methods/files.completeUploadExternal
func (fl *files) completeUpload(c *call) (obj, *apiError) {
	v, ok := c.value("files")
	entries, isList := v.([]any)
	if !ok || !isList || len(entries) == 0 {
		return nil, fail("invalid_arguments", "[ERROR] must provide an array of files [json-pointer:/files]")
	}
	var done []*File
	for _, e := range entries {
		entry, _ := e.(obj)
		f := fl.byID[str(entry["id"])]
		if f == nil || !f.Uploaded || f.Complete {
			return nil, fail("file_not_found")
		}
		f.Title = cmp.Or(str(entry["title"]), f.Title)
		done = append(done, f)
	}
	channel := c.str("channel_id")
	if channel == "" && c.str("thread_ts") != "" {
		return nil, fail("invalid_arguments", "[ERROR] thread_ts needs a channel_id")
	}
	var ch *channelAnswer
	if channel != "" {
		to, e := fl.shareTarget(channel, c.str("thread_ts"))
		if e != nil {
			return nil, e
		}
		ch = to
	}
	out := []any{}
	for _, f := range done {
		f.Complete = true
		out = append(out, fl.json(f))
	}
	if ch != nil {
		ch.message.Text = c.str("initial_comment")
		fl.share(ch.channel, ch.message, done)
	}
	return obj{"files": out}, nil
}

// channelAnswer is where a shared file will stand.
type channelAnswer struct {
	channel *channel
	message *Message
}

func (fl *files) shareTarget(id, thread string) (*channelAnswer, *apiError) {
	ch := fl.channels.byID[id]
	switch {
	case ch == nil, ch.Private && !ch.has(fl.botUserID):
		return nil, fail("channel_not_found")
	case ch.Archived:
		return nil, fail("is_archived")
	case !ch.has(fl.botUserID):
		return nil, fail("not_in_channel")
	}
	m := &Message{}
	if thread != "" {
		if e := fl.chat.setThread(ch, m, thread); e != nil {
			return nil, e
		}
	}
	if e := ch.closedTo(m.ThreadTS); e != nil {
		return nil, e
	}
	return &channelAnswer{ch, m}, nil
}

// share posts the message that carries files.
func (fl *files) share(ch *channel, m *Message, list []*File) {
	for _, f := range list {
		m.Files = append(m.Files, MessageFile{f.ID, f.Name, cmp.Or(f.Title, f.Name)})
	}
	fl.chat.addMessage(ch, m)
	for _, f := range list {
		f.Shares = append(f.Shares, m.Ref())
	}
}

// MessageFile is a file that stands in a message.
type MessageFile struct{ ID, Name, Title string }

// File returns a file of the workspace.
func (w *Workspace) File(id string) (File, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	f := w.files.byID[id]
	if f == nil || !f.Complete {
		return File{}, false
	}
	out := *f
	out.Shares = slices.Clone(f.Shares)
	return out, true
}
