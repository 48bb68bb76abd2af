package events

import (
	"encoding/json"
	"fmt"
	"time"

	"renewbot/bot/ledger"
)

const (
	specVersion = "1.0"
	// source and the beginning of types are the same everywhere: ids alone tell events apart.
	source     = "/renewbot"
	typePrefix = "renewbot."
	mediaType  = "application/cloudevents+json; charset=utf-8"
)

// cloudEvent is an event in the structured form of JSON:
// https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md
type cloudEvent struct {
	SpecVersion     string          `json:"specversion"`
	ID              string          `json:"id"`
	Source          string          `json:"source"`
	Type            string          `json:"type"`
	Subject         string          `json:"subject,omitempty"`
	Time            time.Time       `json:"time"`
	DataContentType string          `json:"datacontenttype"`
	Data            json.RawMessage `json:"data"`
}

// encode is a notice as it is sent: the same bytes at every try.
func encode(n ledger.Outgoing) ([]byte, error) {
	body, err := json.Marshal(cloudEvent{
		SpecVersion: specVersion, ID: n.ID, Source: source, Type: typePrefix + string(n.Type), Subject: n.Subject,
		Time: n.At, DataContentType: "application/json", Data: n.Data,
	})
	if err != nil {
		return nil, fmt.Errorf("encode event %s: %w", n.ID, err)
	}
	return body, nil
}
