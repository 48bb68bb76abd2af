package blocks

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/slack-go/slack"

	"renewbot/bot/renewal"
)

const (
	// batchDoubtPage is how much of doubts one message tells: the card the first lines of them, and
	// messages below it the others.
	batchDoubtPage = 9000
	// batchDoubtReview is how much of a line's doubts a review tells: of a hundred lines in one view.
	batchDoubtReview = 1200
)

func doubtful(lines []renewal.Request) []renewal.Request {
	var found []renewal.Request
	for _, r := range lines {
		if len(r.Doubts) > 0 {
			found = append(found, r)
		}
	}
	return found
}

func (d BatchData) doubtCount(open []renewal.Request) string {
	if n := len(doubtful(open)); n > 0 {
		return "⚠️ Something to look at in " + count(n, "line", "lines") + "."
	}
	return ""
}

// aboutDoubts says what an approval is of, and of its doubts as many as there is room for, the serious ones first.
func aboutDoubts(head string, lines []renewal.Request) about {
	var serious, others []string
	for _, r := range lines {
		for _, doubt := range r.Doubts {
			brief := fmt.Sprintf("line %d: %s", r.Line, line(doubt.Brief(), nameLimit))
			if doubt.Serious {
				serious = append(serious, brief)
			} else {
				others = append(others, brief)
			}
		}
	}
	briefs := append(serious, others...)
	return func(room, _ int) string {
		n, used := 0, width(head)
		for n < len(briefs) && used <= room { // more of them certainly do not fit
			used += width(briefs[n])
			n++
		}
		for ; n > 0; n-- {
			s := head + " To look at: " + strings.Join(briefs[:n], "; ")
			if more := len(briefs) - n; more > 0 {
				s += fmt.Sprintf("; %d more", more)
			}
			if s += "."; width(s) <= room {
				return s
			}
		}
		return head
	}
}

// doubtPages are the doubtful lines by the message that tells of them. They stay as they are
// whatever is decided, because messages below the card are posted once.
func (d BatchData) doubtPages() [][]renewal.Request {
	var pages [][]renewal.Request
	room := 0
	reasons := map[string]bool{}
	for _, r := range doubtful(d.Lines) {
		need := 0
		for _, piece := range lineDoubts(r) {
			need += width(piece)
		}
		if !reasons[r.DoubtReason] {
			need += width(outside(r.DoubtReason, reasonLimit))
		}
		if room < need {
			pages, room, reasons = append(pages, nil), batchDoubtPage, map[string]bool{}
		}
		room -= need
		reasons[r.DoubtReason] = true
		pages[len(pages)-1] = append(pages[len(pages)-1], r)
	}
	return pages
}

// doubts tells the doubts of the undecided lines, and why they are asked for all the same.
func (d BatchData) doubts(id func(string) string, open []renewal.Request) []slack.Block {
	pages := d.doubtPages()
	if len(pages) == 0 {
		return nil
	}
	here := d.Batch.Undecided(pages[0])
	blocks := d.doubtSections(id, strings.TrimSuffix(d.doubtCount(open), "."), here)
	if more := len(doubtful(open)) - len(here); more > 0 {
		blocks = append(blocks, contextLine(id("doubts.more"), "⚠️ There is something to look at in "+count(more, "more line", "more lines")+". It stands below in the thread."))
	}
	return blocks
}

// doubtSections tells the doubts of lines, each whole.
func (d BatchData) doubtSections(id func(string) string, heading string, lines []renewal.Request) []slack.Block {
	var items, reasons []string
	by := map[string][]string{}
	for _, r := range lines {
		items = append(items, lineDoubts(r)...)
		why := outside(r.DoubtReason, reasonLimit)
		if why != "" && by[why] == nil {
			reasons = append(reasons, why)
		}
		by[why] = append(by[why], strconv.Itoa(r.Line))
	}
	for i, why := range reasons {
		named := "Line "
		if len(by[why]) > 1 {
			named = "Lines "
		}
		reasons[i] = named + strings.Join(by[why], ", ") + ": " + why
	}
	return append(itemSections(id("doubts"), heading, items), itemSections(id("whys"), "Why "+mention(d.Batch.Requester)+" wants it all the same", reasons)...)
}

// lineDoubts tells the doubts of a line, in pieces that fit a section.
func lineDoubts(r renewal.Request) []string {
	return doubtPieces(r.Line, r.Offer, r.Doubts, limitSection-doubtLimit)
}

func doubtPieces(number int, o renewal.Offer, doubts []renewal.Doubt, room int) []string {
	head := fmt.Sprintf("Line %d, %s:", number, holder(o.Holder, outside))
	pieces := []string{head}
	for _, doubt := range doubts[:min(len(doubts), doubtsShown)] {
		text := " " + doubtWords(doubt, doubtLimit)
		if width(pieces[len(pieces)-1])+width(text) > room {
			pieces = append(pieces, head)
		}
		pieces[len(pieces)-1] += text
	}
	return pieces
}

// reviewDoubt tells the doubts of a line before anybody is asked: the serious ones come first.
func reviewDoubt(c BatchCheck) string {
	pieces := doubtPieces(c.Line, c.Offer, c.Doubts, batchDoubtReview)
	s := pieces[0]
	if len(pieces) > 1 {
		s += " There is more, which the card tells."
	}
	if why := outside(c.Reason, doubtLimit); why != "" {
		s += " _Why all the same:_ " + why
	}
	return s
}

// BatchDoubts are the messages below the card that tell what people should look at and the card
// has no room for.
func BatchDoubts(d BatchData) []Message {
	pages := d.doubtPages()
	if len(d.Batch.Undecided(d.Lines)) == 0 || len(pages) < 2 {
		return nil
	}
	var messages []Message
	for i, lines := range pages[1:] {
		head := fmt.Sprintf("⚠️ %s, what to look at in lines %d to %d", d.Batch.Reference(), lines[0].Line, lines[len(lines)-1].Line)
		id := func(name string) string { return fmt.Sprintf("batchdoubts.%d.%s", i, name) }
		messages = append(messages, Message{Text: head + ". Nothing is ordered by this message.", Blocks: d.doubtSections(id, head, lines)})
	}
	return messages
}
