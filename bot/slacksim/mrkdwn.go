package slacksim

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

var (
	entities = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")

	// escapes is how Slack sends what people type after a command. Values of inputs come as they were typed.
	escapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
)

// chosen is somebody whom a person chose from what Slack proposes after an @.
var chosen = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`@[a-z0-9][a-z0-9._-]*`) })

// typed is the text of a command as the app gets it. If the manifest wants it escaped, people who
// are mentioned come with their ids.
// https://docs.slack.dev/interactivity/implementing-slash-commands
func (w *Workspace) typed(command, text string) string {
	text = escapes.Replace(text)
	if !slices.ContainsFunc(w.manifest.Features.Commands, func(c manifestCommand) bool { return c.Command == command && c.ShouldEscape }) {
		return text
	}
	return chosen().ReplaceAllStringFunc(text, func(at string) string {
		for _, u := range w.people.users {
			if "@"+u.Name == at {
				return "<@" + u.ID + "|" + u.Name + ">"
			}
		}
		return at
	})
}

// mrkdwn turns Slack's markup into what a person reads: names for ids, dates in UTC, links with their address.
// Bold and the like stay as they were typed.
func (s *Snapshot) mrkdwn(text string) string {
	return entities.Replace(angled(text, func(inner string) string {
		target, label, labelled := strings.Cut(inner, "|")
		switch target[0] {
		case '@':
			if u, ok := s.User(target[1:]); ok {
				return "@" + u.Name
			}
			return "@" + target[1:]
		case '#':
			if c, ok := s.Channel(target[1:]); ok {
				return "#" + c.Name
			}
			return "#" + target[1:]
		case '!':
			return s.special(target[1:], label)
		}
		if labelled && label != target {
			return label + " (" + target + ")"
		}
		return strings.TrimPrefix(target, "mailto:")
	}))
}

// angled replaces what stands between angle brackets. Regular expressions took a third of the time that
// rendering takes.
func angled(text string, render func(inner string) string) string {
	var b strings.Builder
	for {
		before, rest, opens := strings.Cut(text, "<")
		b.WriteString(before)
		if !opens {
			return b.String()
		}
		if end := strings.IndexAny(rest, "<>"); end > 0 && rest[end] == '>' {
			b.WriteString(render(rest[:end]))
			rest = rest[end+1:]
		} else {
			b.WriteByte('<')
		}
		text = rest
	}
}

// special renders what starts with <!.
func (s *Snapshot) special(target, label string) string {
	if rest, ok := strings.CutPrefix(target, "date^"); ok {
		stamp, form, _ := strings.Cut(rest, "^")
		form, _, _ = strings.Cut(form, "^")
		seconds, err := strconv.ParseInt(stamp, 10, 64)
		if err != nil {
			return label
		}
		return formatDate(time.Unix(seconds, 0).UTC(), form)
	}
	if id, ok := strings.CutPrefix(target, "subteam^"); ok {
		for _, g := range s.Groups {
			if g.ID == id {
				return "@" + g.Handle
			}
		}
		return "@" + id
	}
	return "@" + target
}

var dateForms = map[string]string{
	"{date_num}": "2006-01-02", "{date}": "January 2, 2006", "{date_short}": "Jan 2, 2006",
	"{date_long}": "Monday, January 2, 2006", "{date_pretty}": "January 2, 2006",
	"{date_short_pretty}": "Jan 2, 2006", "{date_long_pretty}": "Monday, January 2, 2006",
	"{time}": "15:04", "{time_secs}": "15:04:05", "{ago}": "2006-01-02 15:04",
}

func formatDate(t time.Time, form string) string {
	for token, layout := range dateForms {
		if strings.Contains(form, token) {
			form = strings.ReplaceAll(form, token, t.Format(layout))
		}
	}
	return form
}

// textObject renders a text object.
func (s *Snapshot) textObject(v any) string {
	o, _ := v.(obj)
	if o["type"] == "mrkdwn" {
		return s.mrkdwn(str(o["text"]))
	}
	return str(o["text"])
}
