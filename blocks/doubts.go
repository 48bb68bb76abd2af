package blocks

import (
	"fmt"
	"strings"

	"github.com/slack-go/slack"

	"renewbot/bot/renewal"
)

const (
	// doubtLimit is more than any doubt needs.
	doubtLimit = 280
	// doubtsPerSection and doubtsShown keep every doubt whole within a section and a message.
	doubtsPerSection = 10
	doubtsShown      = 50
	// alertsShown keeps them within an answer to a click.
	alertsShown = 12
)

// lookAt counts what people should look at.
func lookAt(n int) string { return "⚠️ " + count(n, "thing", "things") + " to look at" }

// doubtAlerts shows doubts in a modal, one by one.
func doubtAlerts(doubts []renewal.Doubt) []slack.Block {
	var blocks []slack.Block
	for i, d := range doubts[:min(len(doubts), alertsShown)] {
		level := slack.AlertLevelInfo
		if d.Serious {
			level = slack.AlertLevelWarning
		}
		blocks = append(blocks, alert(fmt.Sprintf("doubt.%d", i), level, outside(d.Text(), limitAlert)))
	}
	if more := len(doubts) - len(blocks); more > 0 {
		blocks = append(blocks, alert("doubts.more", slack.AlertLevelWarning, fmt.Sprintf("There are %d more, which stand on the card.", more)))
	}
	return blocks
}

// doubtBlocks shows the doubts of a request in a message, and why it should be ordered all
// the same.
func doubtBlocks(id func(string) string, r renewal.Request) []slack.Block {
	if len(r.Doubts) == 0 {
		return nil
	}
	var items []string
	for _, d := range r.Doubts[:min(len(r.Doubts), doubtsShown)] {
		items = append(items, outside(d.Text(), doubtLimit))
	}
	heading := "*" + lookAt(len(r.Doubts)) + "*\n"
	var blocks []slack.Block
	for i := 0; i < len(items); i += doubtsPerSection {
		part := items[i:min(i+doubtsPerSection, len(items))]
		blocks = append(blocks, section(id(fmt.Sprintf("doubts%d", i)), heading+bullets(part, len(part))))
		heading = ""
	}
	said := false
	if reason := outside(r.DoubtReason, reasonLimit); reason != "" {
		said, blocks = true, append(blocks, section(id("doubt_reason"), "*Why "+mention(r.Requester)+" wants it all the same*\n"+reason))
	}
	if x := r.Explained; x != nil {
		said, blocks = true, append(blocks, section(id("doubt_explained"), "*Why "+inPlace(x.By, x.For)+" approved it all the same*\n"+outside(x.Words, reasonLimit)))
	}
	if r.Unexplained {
		blocks = append(blocks, contextLine(id("doubt_new"), wordsMissing(r, said)))
	}
	return blocks
}

// wordsMissing says that nobody has explained what turned up, and who can.
func wordsMissing(r renewal.Request, said bool) string {
	before := mention(r.Requester) + " has not said why: it was not known then."
	if said {
		before = "That was said before all of this was known."
	}
	if r.Status != renewal.Pending {
		return before + " Whoever tries it again asks the approvers anew, and nobody can approve it before somebody has said why it should be ordered all the same."
	}
	who := "An approver can"
	if r.Batch == 0 {
		who = mention(r.Requester) + " can with “Change…”, or an approver"
	}
	return before + " Nobody can approve it before somebody has said why it should be ordered all the same. " + who + " with “Approve with a comment…”."
}

// doubtCount says of an undecided request how many doubts there are.
func doubtCount(r renewal.Request) string {
	if len(r.Doubts) == 0 || r.Status.Final() {
		return ""
	}
	return lookAt(len(r.Doubts)) + "."
}

// doubtReasonInput asks why a request with serious doubts should be ordered.
func doubtReasonInput(initial string) slack.Block {
	element := slack.NewPlainTextInputBlockElement(nil, ActionReason).
		WithMultiline(true).WithMinLength(1).WithMaxLength(renewal.MaxReason).
		WithInitialValue(cutUnits(printable(initial), renewal.MaxReason))
	return slack.NewInputBlock(BlockReason, plain("Why should this be ordered all the same?", limitLabel),
		plain("The approvers read it, and it is kept with the request.", limitLabel), element)
}

// doubtNews says in a thread how many doubts there are.
func doubtNews(d map[string]string) string {
	if d[renewal.DetailDoubts] == "" {
		return ""
	}
	return lookAt(strings.Count(d[renewal.DetailDoubts], "\n")+1) + "."
}

// doubtRecord lists the doubts of an entry of the audit trail, and the reason.
func doubtRecord(d map[string]string) string {
	if d[renewal.DetailDoubts] == "" {
		return ""
	}
	var items []string
	for text := range strings.SplitSeq(d[renewal.DetailDoubts], "\n") {
		items = append(items, outside(text, doubtLimit))
	}
	s := bullets(items, doubtsPerSection)
	if why := outside(d[renewal.DetailDoubtReason], detailLimit); why != "" {
		s += "\nWhy it should be ordered all the same: “" + why + "”"
	}
	return s
}

// dialogDoubts are the doubts in a dialog of limited room: their number, and each in a few
// words, as a whole or not at all.
func dialogDoubts(doubts []renewal.Doubt, room int) string {
	s := lookAt(len(doubts))
	separator := ": "
	more := func(n int) string {
		if n == 0 {
			return ""
		}
		return fmt.Sprintf("; %d more", n)
	}
	for i, d := range doubts {
		next, rest := separator+line(d.Brief(), nameLimit), len(doubts)-i
		if width(s+next+more(rest-1)) > room-1 {
			if i > 0 {
				s += more(rest)
			}
			break
		}
		s, separator = s+next, "; "
	}
	return s + "."
}
