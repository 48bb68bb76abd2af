package slacksim

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"renewbot/bot/slacksim/blockkit"
)

// chat keeps what is written: messages, threads and what only one person sees.
type chat struct {
	*core
	channels   *channelStore
	people     *people
	files      *files
	editWindow time.Duration // how long a message stays open to chat.update; 0: for ever
}

// methods are the methods of chat.*, and of reactions.*, which concern messages.
func (ct *chat) methods() map[string]method {
	write := []string{"chat:write"}
	return map[string]method{
		"chat.postMessage":   {scopes: write, run: ct.postMessage},
		"chat.update":        {scopes: write, tier: 3, run: ct.update},
		"chat.postEphemeral": {scopes: write, tier: 4, run: ct.postEphemeral},
		"chat.delete":        {scopes: write, tier: 3, run: ct.delete},
		"chat.getPermalink":  {read: true, run: ct.getPermalink},
		"reactions.add":      {scopes: []string{"reactions:write"}, tier: 3, run: ct.addReaction},
	}
}

const (
	longestPost     = 40_000 // characters; more is cut
	longestMetadata = 8_000  // bytes of JSON; Slack documents no number
)

// content is what a message says.
type content struct {
	text        string
	blocks      []any
	hasBlocks   bool // blocks were given, perhaps none
	attachments []any
	hasAttach   bool
}

// content reads text, blocks and attachments of a call, and reports what Slack would refuse.
func (c *call) content() (content, *apiError) {
	var m content
	if md := c.str("markdown_text"); md != "" {
		if c.str("text") != "" || c.has("blocks") {
			return m, fail("markdown_text_conflict")
		}
		if utf8.RuneCountInString(md) > 12_000 {
			return m, fail("msg_too_long")
		}
		m.text = md
	} else {
		m.text = c.str("text")
	}
	v, ok := c.value("blocks")
	if !ok {
		return m, fail("invalid_blocks_format")
	}
	if v != nil {
		if m.blocks, ok = v.([]any); !ok {
			return m, fail("invalid_blocks_format")
		}
		m.hasBlocks = true
	}
	if problems := blockkit.CheckBlocks(m.blocks); len(problems) > 0 {
		return m, invalidBlocks(problems)
	}
	if v, ok = c.value("attachments"); !ok {
		return m, fail("invalid_attachments")
	}
	if v != nil {
		if m.attachments, ok = v.([]any); !ok {
			return m, fail("invalid_attachments")
		}
		m.hasAttach = true
		if len(m.attachments) > 100 {
			return m, fail("too_many_attachments")
		}
	}
	if m.text == "" && len(m.blocks) == 0 && len(m.attachments) == 0 && !m.hasBlocks {
		return m, fail("no_text")
	}
	return m, nil
}

var eventType = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z0-9_.]{1,255}$`) })

// metadata reads the metadata argument: nil when absent, an empty object to clear.
func (c *call) metadata() (obj, *apiError) {
	v, ok := c.value("metadata")
	if !ok {
		return nil, fail("invalid_metadata_format")
	}
	if v == nil {
		return nil, nil
	}
	meta, ok := v.(obj)
	if !ok {
		return nil, fail("invalid_metadata_format")
	}
	if len(meta) == 0 {
		return meta, nil
	}
	kind, _ := meta["event_type"].(string)
	if _, ok := meta["event_payload"].(obj); !ok || !eventType().MatchString(kind) {
		return nil, fail("invalid_metadata_format")
	}
	if len(mustJSON(meta)) > longestMetadata {
		return nil, fail("metadata_too_large")
	}
	return meta, nil
}

// fill sets a message's contents.
func (ct *chat) fill(m *Message, c content) {
	if n := utf8.RuneCountInString(c.text); n > longestPost {
		c.text = string([]rune(c.text)[:longestPost])
	}
	m.Text, m.blocks, m.Blocks, m.state = c.text, nil, nil, nil
	if len(c.blocks) > 0 {
		m.blocks = ct.fillIDs(c.blocks)
		m.Blocks = mustJSON(m.blocks)
		m.state = initialState(m.blocks, nil)
	}
	if c.hasAttach {
		m.Attachments = nil
		if len(c.attachments) > 0 {
			m.Attachments = mustJSON(c.attachments)
		}
	}
}

// target finds the channel of a post: by id, by #name, or a person's direct message.
func (ct *chat) target(c *call) (*channel, *apiError) {
	id := c.str("channel")
	if id == "" {
		return nil, fail("channel_not_found")
	}
	if u := ct.people.users[id]; u != nil {
		switch {
		case u.Bot || u.ID == "USLACKBOT":
			return nil, fail("cannot_dm_bot")
		case u.Deleted:
			return nil, fail("channel_not_found")
		case !ct.manifest.Features.AppHome.Messages:
			return nil, fail("messages_tab_disabled")
		}
		return ct.channels.openIM(id), nil
	}
	ch := ct.channels.byID[id]
	if name, ok := strings.CutPrefix(id, "#"); ok {
		for _, o := range ct.channels.byID {
			if o.Name == name && !o.IM {
				ch = o
			}
		}
	}
	switch {
	case ch == nil, ch.Private && !ch.has(ct.botUserID):
		return nil, fail("channel_not_found")
	case ch.Archived:
		return nil, fail("is_archived")
	case ch.IM && !ct.manifest.Features.AppHome.Messages:
		return nil, fail("messages_tab_disabled")
	case !ch.has(ct.botUserID) && !ct.manifest.hasScope("chat:write.public"):
		return nil, fail("not_in_channel")
	}
	return ch, nil
}

func (ct *chat) postMessage(c *call) (obj, *apiError) {
	ch, e := ct.target(c)
	if e != nil {
		return nil, e
	}
	body, e := c.content()
	if e != nil {
		return nil, e
	}
	if body.text == "" && len(body.blocks) == 0 && len(body.attachments) == 0 {
		return nil, fail("no_text")
	}
	meta, e := c.metadata()
	if e != nil {
		return nil, e
	}
	m := &Message{}
	if ts := c.str("thread_ts"); ts != "" {
		if e := ct.setThread(ch, m, ts); e != nil {
			return nil, e
		}
		m.Broadcast = m.ThreadTS != "" && c.flag("reply_broadcast")
	}
	if e := ch.closedTo(m.ThreadTS); e != nil {
		return nil, e
	}
	ct.fill(m, body)
	if len(meta) > 0 {
		m.Metadata = mustJSON(meta)
	}
	ct.addMessage(ch, m)
	return obj{"channel": ch.ID, "ts": m.TS, "message": ct.messageJSON(ch, m, true)}, nil
}

var tsForm = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^\d{9,10}\.\d{6}$`) })

// setThread puts a message into a thread. A parent that is gone makes it a message of the channel, without
// an error; a reply cannot be a parent.
func (ct *chat) setThread(ch *channel, m *Message, ts string) *apiError {
	if !tsForm().MatchString(ts) {
		return fail("invalid_thread_ts")
	}
	parent := ch.find(ts)
	if parent == nil || parent.Deleted {
		return nil
	}
	if parent.IsReply() {
		return fail("cannot_reply_to_message")
	}
	m.ThreadTS = ts
	return nil
}

// own finds a message of the app for chat.update and chat.delete, which take channel ids only.
func (ct *chat) own(c *call, notMine string) (*channel, *Message, *apiError) {
	ch := ct.channels.byID[c.str("channel")]
	if ch == nil || ch.Private && !ch.has(ct.botUserID) {
		return nil, nil, fail("channel_not_found")
	}
	m := ch.find(c.str("ts"))
	if m == nil || m.Deleted {
		return nil, nil, fail("message_not_found")
	}
	if m.BotID != ct.botID {
		return nil, nil, fail(notMine)
	}
	return ch, m, nil
}

func (ct *chat) update(c *call) (obj, *apiError) {
	ch, m, e := ct.own(c, "cant_update_message")
	if e != nil {
		return nil, e
	}
	if ch.Archived {
		return nil, fail("is_inactive")
	}
	if ct.editWindow > 0 && ct.clock.Now().Sub(tsTime(m.TS)) > ct.editWindow {
		return nil, fail("edit_window_closed")
	}
	if utf8.RuneCountInString(c.str("text")) > blockkit.MaxUpdateChars {
		return nil, fail("msg_too_long")
	}
	body, e := c.content()
	if e != nil {
		return nil, e
	}
	if body.text == "" && len(body.blocks) == 0 && len(body.attachments) == 0 && m.Attachments == nil {
		return nil, fail("no_text")
	}
	meta, e := c.metadata()
	if e != nil {
		return nil, e
	}
	ct.fill(m, body)
	m.Edited = len(body.blocks) == 0
	if meta != nil {
		m.Metadata = nil
		if len(meta) > 0 {
			m.Metadata = mustJSON(meta)
		}
	}
	if c.flag("reply_broadcast") && m.IsReply() {
		m.Broadcast = true
	}
	ct.channels.messageChanged(ch, m.TS, m.User)
	return obj{"channel": ch.ID, "ts": m.TS, "text": m.Text, "message": ct.messageJSON(ch, m, true)}, nil
}

func (ct *chat) delete(c *call) (obj, *apiError) {
	ch, m, e := ct.own(c, "cant_delete_message")
	if e != nil {
		return nil, e
	}
	ct.remove(ch, m)
	return obj{"channel": ch.ID, "ts": m.TS}, nil
}

func (ct *chat) postEphemeral(c *call) (obj, *apiError) {
	ch, e := ct.target(c)
	if e != nil {
		return nil, e
	}
	if !ch.has(ct.botUserID) {
		return nil, fail("not_in_channel")
	}
	user := c.str("user")
	if !ch.has(user) {
		return nil, fail("user_not_in_channel")
	}
	body, e := c.content()
	if e != nil {
		return nil, e
	}
	if body.text == "" && len(body.blocks) == 0 && len(body.attachments) == 0 {
		return nil, fail("no_text")
	}
	if utf8.RuneCountInString(body.text) > longestPost {
		return nil, fail("msg_too_long")
	}
	m := &Message{EphemeralTo: user}
	if ts := c.str("thread_ts"); ts != "" {
		if e := ct.setThread(ch, m, ts); e != nil {
			return nil, e
		}
	}
	ct.fill(m, body)
	ct.addEphemeral(ch, m)
	return obj{"message_ts": m.TS}, nil
}

// addEphemeral shows a message to one person.
func (ct *chat) addEphemeral(ch *channel, m *Message) {
	m.Channel, m.TS, m.User, m.BotID = ch.ID, ct.newTS(), ct.botUserID, ct.botID
	ct.channels.ephemerals = append(ct.channels.ephemerals, m)
	ct.channels.ephemeralChanged(m)
}

func (ct *chat) getPermalink(c *call) (obj, *apiError) {
	ch := ct.channels.byID[c.str("channel")]
	if ch == nil || ch.Private && !ch.has(ct.botUserID) {
		return nil, fail("channel_not_found")
	}
	m := ch.find(c.str("message_ts"))
	if m == nil || m.Deleted {
		return nil, fail("message_not_found")
	}
	link := fmt.Sprintf("https://%s.slack.com/archives/%s/p%s", ct.teamDomain, ch.ID, strings.Replace(m.TS, ".", "", 1))
	if m.IsReply() {
		link += "?thread_ts=" + m.ThreadTS + "&cid=" + ch.ID
	}
	return obj{"channel": ch.ID, "permalink": link}, nil
}

// tsTime is the moment of a message timestamp.
func tsTime(ts string) time.Time {
	seconds, micros, _ := strings.Cut(ts, ".")
	s, _ := strconv.ParseInt(seconds, 10, 64)
	us, _ := strconv.ParseInt(micros, 10, 64)
	return time.Unix(s, us*1000)
}
