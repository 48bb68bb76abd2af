package slacksim

import (
	"cmp"
	"fmt"
	"io"
	"strings"
)

// Text is a message as a person reads it on a terminal: names for ids, dates in UTC, buttons as [Approve].
func (s *Snapshot) Text(m Message) string {
	if m.rendered != "" && m.namesVersion == s.namesVersion {
		return m.rendered
	}
	return s.render(m)
}

func (s *Snapshot) render(m Message) string {
	text := s.mrkdwn(m.Text)
	if len(m.blocks) > 0 {
		text = s.blocks(m.blocks, func(p element) Field { return fieldOf(p, m.state.get(p.blockID(), p.actionID())) })
	}
	for _, f := range m.Files {
		text += "\n[file " + f.Title + "]"
	}
	return strings.TrimPrefix(text, "\n")
}

// TextView is a modal or Home tab as a person reads it on a terminal.
func (s *Snapshot) TextView(v View) string {
	fields := map[string]Field{}
	for _, f := range v.Fields {
		fields[f.BlockID+"\x00"+f.ActionID] = f
	}
	var b strings.Builder
	if v.Type == "modal" {
		fmt.Fprintf(&b, "== %s ==\n", v.Title)
	}
	b.WriteString(s.blocks(v.blocks, func(p element) Field { return fields[p.blockID()+"\x00"+p.actionID()] }))
	if v.Trouble != "" {
		fmt.Fprintf(&b, "\n! %s", v.Trouble)
	}
	if v.Type == "modal" {
		fmt.Fprintf(&b, "\n[%s]", v.Close)
		if v.Submit != "" {
			fmt.Fprintf(&b, " [%s]", v.Submit)
		}
	}
	return b.String()
}

// Text renders a message with the names of today.
func (w *Workspace) Text(m Message) string { return w.Snapshot().Text(m) }

// TextView renders a modal or Home tab with the names of today.
func (w *Workspace) TextView(v View) string { return w.Snapshot().TextView(v) }

func (s *Snapshot) blocks(list []any, field func(element) Field) string {
	var lines []string
	for _, b := range list {
		block, ok := b.(obj)
		if !ok {
			continue
		}
		if line := s.block(block, field); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

func (s *Snapshot) block(b obj, field func(element) Field) string {
	var controls []string
	eachElement([]any{b}, func(p element) { controls = append(controls, s.control(p, field(p))) })
	var parts []string
	switch str(b["type"]) {
	case "header":
		parts = append(parts, "## "+textOf(b["text"]))
	case "divider":
		parts = append(parts, "----")
	case "section", "alert", "markdown":
		parts = append(parts, s.section(b)...)
	case "context":
		var words []string
		for _, e := range list(b["elements"]) {
			o, _ := e.(obj)
			if o["type"] == "image" {
				words = append(words, "["+str(o["alt_text"])+"]")
			} else {
				words = append(words, s.textObject(o))
			}
		}
		parts = append(parts, strings.Join(words, "  "))
	case "input":
		return s.input(b, field)
	case "image", "video":
		parts = append(parts, "["+strings.TrimSpace(textOf(b["title"])+" "+str(b["alt_text"]))+"]")
	case "rich_text":
		parts = append(parts, s.richText(b))
	case "actions", "context_actions":
	default:
		parts = append(parts, "["+str(b["type"])+"]")
	}
	if len(controls) > 0 {
		parts = append(parts, strings.Join(controls, " "))
	}
	return strings.Join(parts, "\n")
}

func list(v any) []any {
	l, _ := v.([]any)
	return l
}

func (s *Snapshot) section(b obj) []string {
	var parts []string
	switch text := b["text"].(type) {
	case string: // of a markdown block
		parts = append(parts, text)
	case obj:
		parts = append(parts, s.textObject(text))
	}
	for _, f := range list(b["fields"]) {
		parts = append(parts, "  "+strings.ReplaceAll(s.textObject(f), "\n", ": "))
	}
	return parts
}

func (s *Snapshot) input(b obj, field func(element) Field) string {
	label := textOf(b["label"])
	if b["optional"] == true {
		label += " (optional)"
	}
	value := ""
	var f Field
	eachElement([]any{b}, func(p element) {
		f = field(p)
		value = s.control(p, f)
	})
	out := label + ": " + value
	if hint := textOf(b["hint"]); hint != "" {
		out += "\n  " + hint
	}
	if f.Error != "" {
		out += "\n  ! " + f.Error
	}
	return out
}

// control is an element with what is in it.
func (s *Snapshot) control(p element, f Field) string {
	switch p.typ() {
	case "button", "workflow_button", "icon_button":
		return "[" + textOf(p.fields["text"]) + "]"
	case "overflow":
		return "[…]"
	case "checkboxes", "radio_buttons":
		var out []string
		for _, o := range f.Options {
			mark := "( )"
			for _, c := range f.Selected {
				if c.Value == o.Value {
					mark = "(x)"
				}
			}
			out = append(out, mark+" "+o.Text)
		}
		return strings.Join(out, "  ")
	}
	var chosen []string
	for _, o := range f.Selected {
		chosen = append(chosen, s.name(o))
	}
	value := strings.Join(chosen, ", ")
	if value == "" {
		value = s.name(Option{Text: f.Value})
	}
	if value == "" {
		value = textOf(p.fields["placeholder"])
		return "<" + value + ">"
	}
	return "<" + value + ">"
}

// name is an option's text, or the name of the person or channel it stands for.
func (s *Snapshot) name(o Option) string {
	if u, ok := s.User(o.Text); ok {
		return "@" + u.Name
	}
	for _, c := range s.Channels {
		if c.ID == o.Text && c.Name != "" {
			return "#" + c.Name
		}
	}
	return o.Text
}

// richText flattens a rich_text block.
func (s *Snapshot) richText(v any) string {
	o, _ := v.(obj)
	switch str(o["type"]) {
	case "text", "link", "emoji":
		return cmp.Or(str(o["text"]), cmp.Or(str(o["url"]), str(o["name"])))
	case "user":
		return s.mrkdwn("<@" + str(o["user_id"]) + ">")
	case "channel":
		return s.mrkdwn("<#" + str(o["channel_id"]) + ">")
	}
	var out []string
	for _, e := range list(o["elements"]) {
		out = append(out, s.richText(e))
	}
	separator := ""
	if t := str(o["type"]); t == "rich_text" || t == "rich_text_list" {
		separator = "\n"
	}
	return strings.Join(out, separator)
}

// WriteChannel prints a channel with its threads, as it is now.
func (w *Workspace) WriteChannel(out io.Writer, idOrName string) error {
	return w.Snapshot().WriteChannel(out, idOrName)
}

// WriteChannel prints a channel with its threads.
func (s *Snapshot) WriteChannel(out io.Writer, idOrName string) error {
	c, ok := s.Channel(idOrName)
	if !ok {
		return fmt.Errorf("printing channel %s: there is none", idOrName)
	}
	title := "#" + c.Name
	if c.IM {
		title = "Direct messages of " + s.name(Option{Text: c.User})
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", title)
	for _, m := range s.All(c.ID) {
		if m.IsReply() {
			if m.Broadcast {
				s.writeMessage(&b, m, "  ", " (also in its thread)")
			}
			continue
		}
		s.writeMessage(&b, m, "  ", "")
		for _, r := range s.Thread(c.ID, m.TS) {
			if r.IsReply() {
				s.writeMessage(&b, r, "      | ", "")
			}
		}
	}
	_, err := io.WriteString(out, b.String())
	return err
}

func (s *Snapshot) writeMessage(b *strings.Builder, m Message, indent, note string) {
	who := s.name(Option{Text: m.User})
	at := tsTime(m.TS).UTC().Format("15:04")
	if m.Edited {
		note += " (edited)"
	}
	fmt.Fprintf(b, "%s%s %s%s\n", indent, at, who, note)
	for line := range strings.SplitSeq(s.Text(m), "\n") {
		fmt.Fprintf(b, "%s  %s\n", indent, line)
	}
}
