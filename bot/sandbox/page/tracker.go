package page

import (
	"bytes"
	"encoding/json"
	"slices"

	"renewbot/bot/slacksim"
)

// tracker knows what one page has, and finds out what it lacks.
type tracker struct {
	session *session
	me      string
	started bool
	ahead   int64                   // seconds
	shared  map[string]uint64       // sections: the version it has
	own     map[string][]byte       // what only this person sees
	threads map[string]*channelCopy // by channel
	whisper map[refJSON]mark        // ephemeral messages
}

// mark is enough of a message to know whether it changed.
type mark struct {
	version uint64
	replies int
}

// channelCopy is what the page has of a channel.
type channelCopy struct {
	list []slacksim.Message // as the snapshot had it
	sent map[string]mark    // by ts
}

func newTracker(s *session, me string) *tracker {
	return &tracker{
		session: s, me: me, shared: map[string]uint64{}, own: map[string][]byte{}, threads: map[string]*channelCopy{},
		whisper: map[refJSON]mark{},
	}
}

// next is what changed since the last time; ok is false when nothing did.
func (t *tracker) next() (p *patch, ok bool) {
	p = &patch{}
	if !t.started {
		t.started, p.Reset, p.Me, p.changed = true, true, t.me, true
		t.ahead = -1
	}
	if ahead := seconds(t.session.clock.Ahead()); ahead != t.ahead {
		t.ahead, p.changed = ahead, true
		p.Clock = &clockJSON{t.session.clock.Now().UTC(), ahead}
	}
	t.sections(p)
	t.person(p, t.session.world.Slack.Snapshot())
	return p, p.changed
}

// clock is the time alone, for a page whose own clock runs astray.
func (t *tracker) clock() *patch {
	return &patch{Clock: &clockJSON{t.session.clock.Now().UTC(), t.ahead}, changed: true}
}

func (t *tracker) sections(p *patch) {
	for name, to := range map[string]*json.RawMessage{
		"people": &p.People, "groups": &p.Groups, "commands": &p.Commands, "shortcuts": &p.Shortcuts, "app": &p.App,
		"refusals": &p.Refusals, "faults": &p.Faults,
	} {
		*to = t.section(p, name)
	}
	p.Portal = t.members(p, "portal", "orders", "customerCount", "calls")
	p.Bot = t.members(p, "bot", "running", "sockets", "slackSockets", "jobs", "audit")
}

func (t *tracker) section(p *patch, name string) json.RawMessage {
	raw, version := t.session.feed.take(name, t.shared[name])
	t.shared[name] = version
	p.changed = p.changed || raw != nil
	return raw
}

func (t *tracker) members(p *patch, name string, members ...string) map[string]json.RawMessage {
	var out map[string]json.RawMessage
	for _, member := range members {
		if raw := t.section(p, name+"."+member); raw != nil {
			if out == nil {
				out = map[string]json.RawMessage{}
			}
			out[member] = raw
		}
	}
	return out
}

// person adds what only this person sees.
func (t *tracker) person(p *patch, s *slacksim.Snapshot) {
	channels := []channelJSON{}
	for _, c := range s.Channels {
		if !slices.Contains(c.Members, t.me) {
			if t.threads[c.ID] != nil {
				delete(t.threads, c.ID)
			}
			continue
		}
		channels = append(channels, channelJSON{c.ID, c.Name, c.Private, c.ExtShared, c.Archived, c.IM, c.Members})
		t.messages(p, c)
	}
	p.Channels = t.changed(p, "channels", channels)
	t.ephemerals(p, s)
	stack := []viewJSON{}
	for _, v := range s.Stacks[t.me] {
		stack = append(stack, shownView(v))
	}
	p.Stack = t.changed(p, "stack", stack)
	var home *viewJSON
	if v, ok := s.Homes[t.me]; ok {
		shown := shownView(v)
		home = &shown
	}
	p.Home = t.changed(p, "home", home)
}

func (t *tracker) changed(p *patch, name string, v any) json.RawMessage {
	raw, err := json.Marshal(v)
	if err != nil {
		t.session.log.Error("a part of the page cannot be shown", "section", name, "error", err)
		return nil
	}
	if bytes.Equal(raw, t.own[name]) {
		return nil
	}
	t.own[name], p.changed = raw, true
	return raw
}

// messages adds the messages of a channel that are new, changed or gone.
func (t *tracker) messages(p *patch, c slacksim.ChannelState) {
	have := t.threads[c.ID]
	if have == nil {
		have = &channelCopy{sent: map[string]mark{}}
		t.threads[c.ID] = have
	}
	if same(have.list, c.Messages) {
		return
	}
	have.list = c.Messages
	for _, m := range c.Messages {
		now := mark{m.Version, m.Replies}
		if old, ok := have.sent[m.TS]; ok && old == now {
			continue
		}
		have.sent[m.TS] = now
		p.Messages, p.changed = append(p.Messages, shownMessage(m)), true
	}
	if len(have.sent) == len(c.Messages) {
		return
	}
	there := map[string]bool{}
	for _, m := range c.Messages {
		there[m.TS] = true
	}
	for ts := range have.sent {
		if !there[ts] {
			delete(have.sent, ts)
			p.Gone, p.changed = append(p.Gone, refJSON{c.ID, ts}), true
		}
	}
}

// same says whether two lists are the very same; snapshots share those that did not change.
func same(a, b []slacksim.Message) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}

// ephemerals adds what the app whispered to this person, in channels that they see.
func (t *tracker) ephemerals(p *patch, s *slacksim.Snapshot) {
	there := map[refJSON]bool{}
	for _, m := range s.Ephemerals[t.me] {
		if t.threads[m.Channel] == nil {
			continue
		}
		ref, now := refJSON{m.Channel, m.TS}, mark{version: m.Version}
		there[ref] = true
		if old, ok := t.whisper[ref]; ok && old == now {
			continue
		}
		t.whisper[ref] = now
		p.Messages, p.changed = append(p.Messages, shownMessage(m)), true
	}
	for ref := range t.whisper {
		if !there[ref] {
			delete(t.whisper, ref)
			p.Gone, p.changed = append(p.Gone, ref), true
		}
	}
}
