package slacksim_test

import (
	"os"
	"path/filepath"
	"testing"

	"go.uber.org/goleak"

	"renewbot/bot/slacksim"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestTheDeployedManifestInstalls(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile(filepath.Join("..", "..", "deploy", "manifest.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	ws, err := slacksim.New(raw)
	if err != nil {
		t.Fatal(err)
	}
	if err := ws.Close(); err != nil {
		t.Error(err)
	}
}
