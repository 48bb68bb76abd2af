package ledger

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"renewbot/bot/renewal"
)

// encode writes a request down, and returns it as it will be read again.
func encode(r renewal.Request) (string, renewal.Request, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // would rewrite the order's bytes
	if err := e.Encode(normal(r)); err != nil {
		return "", r, fmt.Errorf("encode %s: %w", r.Reference(), err)
	}
	document := string(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
	again, err := decode(document)
	if err != nil {
		return "", r, err
	}
	if !bytes.Equal(again.Body, r.Body) {
		return "", r, fmt.Errorf("encode %s: the order's bytes cannot be kept as they are", r.Reference())
	}
	return document, again, nil
}

func decode(document string) (renewal.Request, error) {
	var r renewal.Request
	if err := json.Unmarshal([]byte(document), &r); err != nil {
		return r, fmt.Errorf("decode a request: %w", err)
	}
	return r, nil
}

// normal is the request with its times as they are stored.
func normal(r renewal.Request) renewal.Request {
	r.CreatedAt, r.UpdatedAt, r.ExpiresAt = stamp(r.CreatedAt), stamp(r.UpdatedAt), stamp(r.ExpiresAt)
	r.Offer.CurrentExpiry = stamp(r.Offer.CurrentExpiry)
	r.Votes = slices.Clone(r.Votes)
	for i := range r.Votes {
		r.Votes[i].At = stamp(r.Votes[i].At)
	}
	r.Attempts = slices.Clone(r.Attempts)
	for i := range r.Attempts {
		a := &r.Attempts[i]
		a.StartedAt, a.Deadline, a.EndedAt = stamp(a.StartedAt), stamp(a.Deadline), stamp(a.EndedAt)
	}
	return r
}
