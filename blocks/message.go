package blocks

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/slack-go/slack"
)

// Message is what chat.postMessage and chat.update show.
type Message struct {
	Text   string // the whole meaning, for notifications and screen readers
	Blocks []slack.Block
}

// Digest is a hash of what the message shows, the same for ever: two messages with one
// digest need no update.
func (m Message) Digest() string {
	raw, err := json.Marshal(struct {
		Text   string
		Blocks []slack.Block
	}{m.Text, m.Blocks})
	if err != nil {
		return "" // cannot happen: block types without channels or functions
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:16])
}

// oneLineMessage is a message of one section that says what its text says.
func oneLineMessage(id, s string) Message {
	if s = cutMarkup(s, limitSection); strings.TrimSpace(s) == "" {
		s = "–"
	}
	return Message{Text: s, Blocks: []slack.Block{section(id, s)}}
}

// join puts sentences together with spaces, without empty ones.
func join(parts ...string) string { return joinWith(" ", parts...) }

func joinWith(separator string, parts ...string) string {
	var out []string
	for _, p := range parts {
		if p != "" {
			out = append(out, p)
		}
	}
	return strings.Join(out, separator)
}

func header(id, s string) slack.Block {
	return slack.NewHeaderBlock(plain(s, limitHeader), slack.HeaderBlockOptionBlockID(id))
}

func section(id, s string) slack.Block {
	return slack.NewSectionBlock(mrkdwn(s, limitSection), nil, nil, slack.SectionBlockOptionBlockID(id))
}

func contextLine(id, s string) slack.Block {
	return slack.NewContextBlock(id, mrkdwn(s, limitField))
}

func divider(id string) slack.Block {
	return &slack.DividerBlock{Type: slack.MBTDivider, BlockID: id}
}

// alert is a coloured line; Slack shows it in modals only.
func alert(id string, level slack.AlertLevel, s string) slack.Block {
	return slack.NewAlertBlock(mrkdwn(s, limitAlert), slack.AlertBlockOptionLevel(level), slack.AlertBlockOptionBlockID(id))
}

// fact is a label of ours and a value that is finished mrkdwn.
type fact struct{ label, value string }

// fields shows facts in sections, without those that have no value.
func fields(id string, facts []fact) []slack.Block {
	var out []slack.Block
	var objects []*slack.TextBlockObject
	flush := func() {
		if len(objects) == 0 {
			return
		}
		out = append(out, slack.NewSectionBlock(nil, objects, nil,
			slack.SectionBlockOptionBlockID(fmt.Sprintf("%s.%d", id, len(out)))))
		objects = nil
	}
	for _, f := range facts {
		if f.value == "" {
			continue
		}
		objects = append(objects, mrkdwn("*"+f.label+"*\n"+f.value, limitField))
		if len(objects) == limitFields {
			flush()
		}
	}
	flush()
	return out
}

// bullets lists finished mrkdwn, at most limit items.
func bullets(items []string, limit int) string {
	var b strings.Builder
	for i, s := range items {
		if i == limit {
			fmt.Fprintf(&b, "\n• and %d more", len(items)-limit)
			break
		}
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString("• " + s)
	}
	return b.String()
}
