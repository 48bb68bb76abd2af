package secure

import (
	"encoding/base64"
	"errors"
	"strings"
)

// webhookPrefix begins the secrets of Standard Webhooks.
const webhookPrefix = "whsec_"

// The lengths of a key that Standard Webhooks allows, in bytes.
const (
	minWebhookKey = 24
	maxWebhookKey = 64
)

// WebhookKey is the key in a secret of Standard Webhooks. The error does not show it.
// https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
func WebhookKey(secret string) ([]byte, error) {
	encoded, ok := strings.CutPrefix(secret, webhookPrefix)
	if !ok {
		return nil, errors.New("does not begin with " + webhookPrefix)
	}
	key, err := base64.StdEncoding.DecodeString(encoded)
	switch {
	case err != nil:
		return nil, errors.New("is not base64 after " + webhookPrefix)
	case len(key) < minWebhookKey || len(key) > maxWebhookKey:
		return nil, errors.New("has not between 24 and 64 bytes")
	}
	return key, nil
}
