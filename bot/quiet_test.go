package bot_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
	"renewbot/bot/slacksim"
)

// One clean renewal is five messages; it was eleven: besides these the lines that somebody asked
// for it, approved it and that the order is on its way, and four audit lines in place of the one
// message under which they are now. What is edited counts once, replies in the audit thread count as
// the thread that they are gathered in, and what a person alone sees of their own command is none.
func TestACleanRenewalIsFiveMessages(t *testing.T) {
	t.Parallel()
	b := setup(t)
	alice, bob := b.as(sandbox.Alice), b.as(sandbox.Bob)
	bob.press(alice.request(tutorial), "Approve")
	b.happened("RNW-000001", renewal.CodeOrdered)
	b.wholeView("RNW-000001")
	var seen, gathered []string
	for _, c := range b.Slack.Snapshot().Channels {
		for _, m := range c.Messages {
			if c.ID == sandbox.Audit && m.IsReply() {
				gathered = append(gathered, m.ThreadTS)
				continue
			}
			seen = append(seen, b.keyOf(m))
		}
	}
	slices.Sort(seen)
	if diff := cmp.Diff([]string{"announcement:4", "audit", "card", "direct:4", "summary"}, seen); diff != "" {
		t.Errorf("the messages of a clean renewal (-want +got):\n%s", diff)
	}
	if len(gathered) != 4 || len(slices.Compact(gathered)) != 1 {
		t.Errorf("the audit lines are in the threads %q", gathered)
	}
	b.says(sandbox.Renewals, "RNW-000001 is ordered", "approved by @bob")
}

// keyOf is what tells a message of the bot from the others of its request.
func (b *bundle) keyOf(m slacksim.Message) string {
	b.t.Helper()
	var meta struct {
		Payload shownKey `json:"event_payload"`
	}
	if err := json.Unmarshal(m.Metadata, &meta); err != nil {
		b.t.Fatalf("a message that belongs to nothing: %s", m.Text)
	}
	return meta.Payload.Key
}
