package bot

import (
	"testing"
	"time"

	"renewbot/bot/socket"
)

// README.md promises that the bot ends within 10 seconds. What it waits for stays below
// that, and leaves time for the rest.
func TestEndIsSoonEnough(t *testing.T) {
	t.Parallel()
	if waits := socket.HandlersGrace + jobsGrace; waits > 9*time.Second {
		t.Errorf("the bot waits up to %v for what is in flight", waits)
	}
}
