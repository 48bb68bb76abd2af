package blocks

import (
	"regexp"
	"strings"
	"sync"

	"github.com/slack-go/slack"

	"renewbot/bot/renewal"
)

// Links are the addresses of cards in Slack, by request. A request without one is named
// and not linked.
type Links map[int64]string

var permalink = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^https?://[a-zA-Z0-9.-]+(:[0-9]+)?/[^\s<>|"]*$`) })

// of is the address of a request's card; empty: it is not known, or no link.
func (l Links) of(id int64) string {
	if link := l[id]; permalink().MatchString(link) && len(link) < 500 {
		return link
	}
	return ""
}

// reference names a request, as a link to its card where that is known.
func (l Links) reference(r renewal.Request) string {
	if link := l.of(r.ID); link != "" {
		return "<" + link + "|" + r.Reference() + ">"
	}
	return r.Reference()
}

// Linked is a message whose first mention of a request leads to its card. What the message
// says stays the same.
func (l Links) Linked(m Message, request int64) Message {
	link, name := l.of(request), renewal.Reference(request)
	if link == "" || len(m.Blocks) == 0 {
		return m
	}
	first, ok := m.Blocks[0].(*slack.SectionBlock)
	if !ok || first.Text == nil {
		return m
	}
	text := strings.Replace(first.Text.Text, name, "<"+link+"|"+name+">", 1)
	if width(text) > limitSection || text == first.Text.Text {
		return m
	}
	linked := *first
	linked.Text = mrkdwn(text, limitSection)
	m.Blocks = append([]slack.Block{&linked}, m.Blocks[1:]...)
	return m
}

// openButton leads to a request's card.
func (l Links) openButton(r renewal.Request) []slack.BlockElement {
	link := l.of(r.ID)
	if link == "" {
		return nil
	}
	b := slack.NewButtonBlockElement(ActionOpenCard, TargetOf(r).Encode(), plain("Open", limitButton)).WithURL(link)
	b.AccessibilityLabel = line("Open the card of "+r.Reference(), limitButton)
	return []slack.BlockElement{b}
}
