package slackview

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"renewbot/bot/renewal"
)

// TestWhatHasALineInTheThread tells of trails which of their entries have a line of their own,
// and which approval is told with the order; and what was posted once is never unwanted later.
func TestWhatHasALineInTheThread(t *testing.T) {
	t.Parallel()
	codes := map[string]renewal.Code{
		"submitted": renewal.CodeSubmitted, "voted": renewal.CodeVoted, "approved": renewal.CodeApproved, "dated": renewal.CodeApproved,
		"denied": renewal.CodeDenied, "attempted": renewal.CodeOrdering, "ordered": renewal.CodeOrdered, "waiting": renewal.CodeWaiting,
		"unknown": renewal.CodeUnknown, "lapsed": renewal.CodeLapsed, "found": renewal.CodeOrdered, "refused": renewal.CodeRefused,
		"confirmed": renewal.CodeConfirmed, "unconfirmed": renewal.CodeUnconfirmed, "stale": renewal.CodeStale, "dry": renewal.CodeDryRun,
	}
	for trail, want := range map[string]string{
		"submitted approved":                                     "",
		"submitted approved attempted":                           "",
		"submitted approved attempted ordered":                   "; told with 2",
		"submitted approved denied attempted ordered confirmed":  "; told with 2",
		"submitted voted approved attempted ordered unconfirmed": "2; told with 3",
		"submitted approved waiting attempted ordered":           "2 3",
		"submitted approved attempted refused":                   "2 4",
		"submitted approved attempted unknown found":             "2 4",
		"submitted approved lapsed approved attempted ordered":   "2 3; told with 4",
		"submitted dated":                                        "2",
		"submitted dated attempted ordered":                      "2",
		"submitted approved dry":                                 "2 3",
		"submitted approved attempted ordered unconfirmed stale": "6; told with 2",
		"submitted approved attempted ordered stale confirmed":   "5 6; told with 2",
	} {
		var entries []renewal.Entry
		status := renewal.Status("")
		for i, word := range strings.Fields(trail) {
			e := renewal.Entry{Seq: int64(i + 1), Code: codes[word], From: status, Detail: map[string]string{}}
			if word == "dated" {
				e.Detail[renewal.DetailOrderOn] = "2026-12-24"
			}
			if e.Code == renewal.CodeOrdered {
				status = renewal.Ordered
			}
			e.To = status
			entries = append(entries, e)
		}
		var lines []string
		told := ""
		for i, e := range entries {
			if inThread(entries, i) && e.Code != renewal.CodeDenied { // for which blocks has no line
				lines = append(lines, fmt.Sprint(e.Seq))
			}
			if announces(e) {
				if d := decidedBy(entries, i); d.Seq != 0 {
					told = fmt.Sprintf("; told with %d", d.Seq)
				}
			}
			for n := i + 1; n <= len(entries); n++ {
				if inThread(entries[:n], i) && !inThread(entries, i) {
					t.Errorf("%s: the line of %d was posted after %d entries, and is not wanted any more", trail, i+1, n)
				}
			}
		}
		if got := strings.Join(lines, " ") + told; got != want {
			t.Errorf("%s: lines %q, want %q", trail, got, want)
		}
		if slices.ContainsFunc(entries, alarms) != strings.Contains(trail, "unknown") {
			t.Errorf("%s: who reads the audit channel is alarmed", trail)
		}
	}
}
