package blocks

import (
	"encoding/json"
	"errors"
	"fmt"

	"renewbot/bot/renewal"
)

// Target is what a button or a small form is about. It comes back from outside and
// says only what a person saw, never what is true.
type Target struct {
	Request     int64  `json:"r"`
	Revision    int    `json:"v,omitempty"`
	Fingerprint string `json:"f,omitempty"`
	Attempt     int    `json:"a,omitempty"`
	// Do is the action that an option of a menu stands for.
	Do string `json:"d,omitempty"`
	// Seen stands for what a form showed that has to be confirmed, see SeenOf.
	Seen string `json:"s,omitempty"`
}

// TargetOf is the target of everything that is drawn for a request now.
func TargetOf(r renewal.Request) Target {
	a, _ := r.Attempt()
	return Target{Request: r.ID, Revision: r.Revision, Fingerprint: r.Fingerprint, Attempt: a.Number}
}

// Encode writes the target as a button's value or a form's private_metadata.
func (t Target) Encode() string {
	t.Fingerprint = line(t.Fingerprint, 64)
	raw, err := json.Marshal(t)
	if err != nil {
		return "" // cannot happen: numbers and a valid string
	}
	return string(raw)
}

// DecodeTarget reads a button's value or a form's private_metadata.
func DecodeTarget(s string) (Target, error) {
	var t Target
	if err := json.Unmarshal([]byte(s), &t); err != nil {
		return Target{}, fmt.Errorf("decode what a button is about: %w", err)
	}
	if t.Request <= 0 {
		return Target{}, errors.New("decode what a button is about: no request")
	}
	return t, nil
}
