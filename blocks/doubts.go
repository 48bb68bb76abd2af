package blocks

import (
	"fmt"
	"slices"
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
	// doubtsRecorded keeps them within an audit line, whose other sections are few.
	doubtsRecorded = 400
	// alertsShown keeps them within an answer to a click.
	alertsShown = 12
)

// lookAt counts what people should look at.
func lookAt(n int) string { return "⚠️ " + count(n, "thing", "things") + " to look at" }

// doubtWords are the sentence of a doubt, with whose word it is.
func doubtWords(d renewal.Doubt, limit int) string {
	by := ""
	if d.By != "" {
		by = " (says " + mention(d.By) + ")"
	}
	return outside(d.Text(), limit-width(by)) + by
}

// doubtAlerts shows doubts in a modal, one by one.
func doubtAlerts(doubts []renewal.Doubt) []slack.Block {
	var blocks []slack.Block
	for i, d := range doubts[:min(len(doubts), alertsShown)] {
		level := slack.AlertLevelInfo
		if d.Serious {
			level = slack.AlertLevelWarning
		}
		blocks = append(blocks, alert(fmt.Sprintf("doubt.%d", i), level, doubtWords(d, limitAlert)))
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
		items = append(items, doubtWords(d, doubtLimit))
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

// doubtRecord lists the doubts of an entry of the audit trail, in pages, and the reason.
func doubtRecord(d map[string]string) (pages []string, why string) {
	if d[renewal.DetailDoubts] == "" {
		return nil, ""
	}
	var items []string
	for text := range strings.SplitSeq(d[renewal.DetailDoubts], "\n") {
		items = append(items, outside(text, doubtLimit))
	}
	for page := range slices.Chunk(items[:min(len(items), doubtsRecorded)], doubtsPerSection) {
		pages = append(pages, bullets(page, len(page)))
	}
	if more := len(items) - doubtsRecorded; more > 0 {
		pages[len(pages)-1] += fmt.Sprintf("\n• and %d more", more)
	}
	if why = outside(d[renewal.DetailDoubtReason], detailLimit); why != "" {
		why = "Why it should be ordered all the same: “" + why + "”"
	}
	return pages, why
}

// dialogDoubts are the doubts in a dialog of limited room: their number, and each in a few words,
// or as one of its kind where there is less room. What does not fit even so is counted.
func dialogDoubts(doubts []renewal.Doubt, room int) string {
	kinds := byKind(doubts)
	words, rest := make([]string, 0, len(kinds)), len(doubts)
	says := func() string {
		s := lookAt(len(doubts))
		if len(words) > 0 {
			s += ": " + strings.Join(words, "; ")
		}
		if rest > 0 && len(words) > 0 {
			s += fmt.Sprintf("; %d more", rest)
		}
		return s + "."
	}
	for _, same := range kinds {
		words, rest = append(words, ofKind(same)), rest-len(same)
		if width(says()) > room {
			words, rest = words[:len(words)-1], rest+len(same)
			break
		}
	}
	for i := range words {
		kind := words[i]
		if words[i] = briefly(kinds[i]); width(says()) > room {
			words[i] = kind
		}
	}
	return says()
}

// byKind puts doubts of one kind together, in the order of the first of each.
func byKind(doubts []renewal.Doubt) [][]renewal.Doubt {
	var kinds [][]renewal.Doubt
	at := map[renewal.DoubtKind]int{}
	for _, d := range doubts {
		i, known := at[d.Kind]
		if !known {
			i, kinds = len(kinds), append(kinds, nil)
			at[d.Kind] = i
		}
		kinds[i] = append(kinds[i], d)
	}
	return kinds
}

// ofKind names the kind of some doubts, and their number if they are several.
func ofKind(same []renewal.Doubt) string {
	if len(same) == 1 {
		return same[0].Shorthand()
	}
	return fmt.Sprintf("%s (%d)", same[0].Shorthand(), len(same))
}

// briefly has each of some doubts in a few words.
func briefly(doubts []renewal.Doubt) string {
	words := make([]string, len(doubts))
	for i, d := range doubts {
		words[i] = line(d.Brief(), nameLimit)
	}
	return strings.Join(words, "; ")
}
