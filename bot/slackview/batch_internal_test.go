package slackview

import (
	"strings"
	"testing"
	"time"

	"renewbot/blocks"
	"renewbot/bot/renewal"
)

// TestVoteThatWasNotTheLast says of an approval that it orders only if it did: a batch that was
// cancelled or rejected before the line about it could be posted orders nothing.
func TestVoteThatWasNotTheLast(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	const ordered, more = "Their orders follow", "More approvals are needed. Nothing has been ordered"
	for name, c := range map[string]struct {
		last   bool
		line   renewal.Request
		want   string
		dryRun bool
	}{
		"undecided":                {line: renewal.Request{Status: renewal.Pending}, want: more},
		"cancelled before":         {line: renewal.Request{Status: renewal.Cancelled}, want: more},
		"rejected before":          {line: renewal.Request{Status: renewal.Rejected}, want: more},
		"timed out before":         {line: renewal.Request{Status: renewal.Expired}, want: more},
		"cancelled in a dry run":   {line: renewal.Request{Status: renewal.Cancelled}, want: more, dryRun: true},
		"approved":                 {last: true, line: renewal.Request{Status: renewal.Approved, ApprovedAt: at}, want: ordered},
		"approved before it noted": {line: renewal.Request{Status: renewal.Ordered, ApprovedAt: at}, want: ordered},
		"back with people":         {last: true, line: renewal.Request{Status: renewal.Pending, Apart: true}, want: ordered},
		"stopped since":            {last: true, line: renewal.Request{Status: renewal.Cancelled, ApprovedAt: at}, want: "They were stopped since. Nothing"},
	} {
		c.line.ID, c.line.Batch, c.line.Line = 1, 7, 1
		data := blocks.BatchData{Lines: []renewal.Request{c.line}, Batch: renewal.Batch{
			ID: 7, DryRun: c.dryRun, Approvals: []renewal.BatchApproval{{By: "U0BOB", At: at, Lines: 1, Last: c.last}},
		}}
		var said string
		for _, w := range (&View{}).wantedForBatch(t.Context(), data, "", asking{}) {
			if strings.HasPrefix(w.key, "vote:") {
				said = w.message.Text
			}
		}
		if !strings.Contains(said, c.want) {
			t.Errorf("%s: %q, want %q", name, said, c.want)
		}
	}
}

// TestChangedBatch changes with each of its lines, so that what becomes of one is not shown late.
func TestChangedBatch(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	b := renewal.Batch{UpdatedAt: at}
	for name, c := range map[string]struct {
		lines []time.Duration
		want  time.Duration
	}{
		"no line":         {nil, 0},
		"older lines":     {[]time.Duration{-time.Hour, -time.Minute}, 0},
		"one was ordered": {[]time.Duration{-time.Hour, 2 * time.Minute, time.Minute}, 2 * time.Minute},
	} {
		var lines []renewal.Request
		for _, d := range c.lines {
			lines = append(lines, renewal.Request{UpdatedAt: at.Add(d)})
		}
		if got := changed(b, lines); !got.Equal(at.Add(c.want)) {
			t.Errorf("%s: changed %v after the batch, want %v", name, got.Sub(at), c.want)
		}
	}
}
