package bot_test

import (
	"slices"
	"testing"
	"time"

	"renewbot/bot/sandbox"
	"renewbot/bot/slacksim"
)

// The audit channel gets nothing while another company reads it. Its lines are kept, everything
// else goes on, and approvers are told once each time.
func TestAuditChannelThatIsSharedGetsNoLines(t *testing.T) {
	t.Parallel()
	b, clock := setupAt(t)
	told := func(who string) (n int) {
		s := b.Slack.Snapshot()
		for _, m := range s.All(b.Slack.As(who).DM()) {
			if contains(s.Text(m), "gets no lines: it is shared with another company") {
				n++
			}
		}
		return n
	}
	b.Slack.Share(sandbox.Audit, true)
	b.approved()
	b.hears(sandbox.Alice, "RNW-000001", "Order XS") // the channel tells nobody that it happened
	number := b.Vendor.Placed()[0].OrderNo
	b.says(sandbox.Renewals, number)
	for _, who := range []string{sandbox.Bob, sandbox.Carol} {
		b.hears(who, "gets no lines: it is shared with another company.", "They are kept", "nothing was ordered by this")
	}
	b.rest()
	for _, m := range b.Slack.Snapshot().All(sandbox.Audit) {
		t.Errorf("the audit channel says %s", b.Slack.Text(m))
	}
	b.as(sandbox.Dave).command(sandbox.Renewals, "/renew cancel RNW-000001") // which is another entry
	b.rest()
	if told(sandbox.Bob) != 1 || told(sandbox.Carol) != 1 || told(sandbox.Alice) != 0 {
		t.Errorf("told %d and %d times, and Alice %d times", told(sandbox.Bob), told(sandbox.Carol), told(sandbox.Alice))
	}

	b.Slack.Share(sandbox.Audit, false)
	b.meanwhile(clock, time.Hour, "the lines that were kept", func(s *slacksim.Snapshot) bool {
		return slices.ContainsFunc(s.All(sandbox.Audit), func(m slacksim.Message) bool { return contains(s.Text(m), number) })
	})
	b.Slack.Share(sandbox.Audit, true)
	b.later(clock, 2*time.Minute)
	b.as(sandbox.Alice).request(tutorial)
	b.meanwhile(clock, time.Hour, "that it is shared again", func(*slacksim.Snapshot) bool { return told(sandbox.Bob) == 2 })
}
