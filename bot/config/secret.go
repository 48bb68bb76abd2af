package config

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
)

const hidden = "[secret]"

// Secret is a text that no log, error or dump shows: every way of printing it gives
// "[secret]".
type Secret struct {
	// A pointer, since fmt ignores the methods below when a Secret sits in an
	// unexported field; it then prints an address.
	value *string
}

// NewSecret makes a Secret of a text.
func NewSecret(text string) Secret { return Secret{&text} }

// Reveal is the text itself, for the one place that sends it.
func (s Secret) Reveal() string {
	if s.value == nil {
		return ""
	}
	return *s.value
}

// Equal says whether both hold the same text.
func (s Secret) Equal(other Secret) bool { return s.Reveal() == other.Reveal() }

// String hides the text.
func (s Secret) String() string { return hidden }

// GoString hides the text from %#v.
func (s Secret) GoString() string { return hidden }

// Format hides the text from every verb of fmt.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, hidden) }

// MarshalJSON hides the text from JSON.
func (s Secret) MarshalJSON() ([]byte, error) { return json.Marshal(hidden) }

// MarshalText hides the text from the encodings that know texts only.
func (s Secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// LogValue hides the text from slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(hidden) }
