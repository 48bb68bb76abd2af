package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestSecretIsNeverPrinted(t *testing.T) {
	t.Parallel()
	const text = "hunter2"
	secret := NewSecret(text)
	type inside struct{ hidden Secret }
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T %v"} {
		for _, value := range []any{secret, &secret, []Secret{secret}, map[string]Secret{"a": secret}, Config{DatabaseURL: secret}, inside{secret}} {
			got := strings.ToLower(fmt.Sprintf(verb, value))
			if strings.Contains(got, text) || strings.Contains(got, fmt.Sprintf("%x", text)) {
				t.Errorf("%s of %T shows the secret: %s", verb, value, got)
			}
		}
	}
	if got := fmt.Sprint(secret); got != "[secret]" {
		t.Errorf("Sprint = %q, want [secret]", got)
	}
	var log bytes.Buffer
	for _, handler := range []slog.Handler{slog.NewJSONHandler(&log, nil), slog.NewTextHandler(&log, nil)} {
		slog.New(handler).Info("start", "secret", secret, "config", Config{DatabaseURL: secret})
	}
	if strings.Contains(log.String(), text) || !strings.Contains(log.String(), hidden) {
		t.Errorf("log: %s", log.String())
	}
	encoded, err := json.Marshal(map[Secret]any{secret: Config{DatabaseURL: secret}})
	if err != nil || strings.Contains(string(encoded), text) {
		t.Errorf("JSON: %s, %v", encoded, err)
	}
	if secret.Reveal() != text || (Secret{}).Reveal() != "" {
		t.Error("Reveal does not give the text")
	}
	if !secret.Equal(NewSecret(text)) || secret.Equal(Secret{}) {
		t.Error("Equal does not compare the texts")
	}
}
