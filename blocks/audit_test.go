package blocks_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/slack-go/slack"

	"renewbot/blocks"
	"renewbot/bot/renewal"
)

// An audit line has everything there is to look at, in as many sections as that takes, and ends with
// its mark.
func TestAuditLineHasAllDoubts(t *testing.T) {
	t.Parallel()
	var texts []string
	for _, d := range append(doubts(), doubts()...) {
		texts = append(texts, fmt.Sprintf("%d. %s", len(texts)+1, d.Text()))
	}
	e := renewal.Entry{Seq: 7, Hash: "cd27d142aa", Code: renewal.CodeSubmitted, At: now, Actor: alice, Detail: map[string]string{
		renewal.DetailDoubts: strings.Join(texts, "\n"), renewal.DetailDoubtReason: strings.Repeat("Because of it. ", 40),
	}}
	m := blocks.AuditLine(request(renewal.Pending), e)
	var shown []string
	for _, b := range m.Blocks {
		shown = append(shown, b.(*slack.SectionBlock).Text.Text)
	}
	all := strings.ReplaceAll(strings.Join(shown, "\n"), "\u2060", "")
	for _, want := range append(texts, "Why it should be ordered all the same: “Because of it.") {
		if !strings.Contains(all, want) {
			t.Errorf("the line lacks %q", want)
		}
	}
	mark := blocks.AuditMark(7, "cd27d142")
	if len(m.Blocks) > 50 || !strings.HasSuffix(all, mark) || !strings.HasSuffix(m.Text, mark) || len([]rune(m.Text)) > 4000 {
		t.Errorf("%d blocks; the text ends with %q", len(m.Blocks), m.Text[len(m.Text)-40:])
	}
}
