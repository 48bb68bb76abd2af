package blocks

import (
	"fmt"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"renewbot/bot/renewal"
)

// BatchSummary is the batch's message in the channel, with its bar.
func BatchSummary(d BatchData) Message {
	s := d.state()
	title, dry := d.dry()
	id := func(name string) string { return fmt.Sprintf("batch.%d.%s", d.Batch.ID, name) }
	blocks := []slack.Block{header(id("header"), d.Batch.Reference()+title+" · "+d.head()), section(id("state"), s.bold())}
	if bar := d.progress(); bar != "" {
		blocks = append(blocks, section(id("bar"), bar))
	}
	if note := outside(d.Batch.Note, reasonLimit); note != "" {
		blocks = append(blocks, section(id("note"), "*Note*\n"+note))
	}
	blocks = append(blocks, contextLine(id("by"), joinWith(" · ", d.total(), d.requested(), dry)))
	return Message{
		Text: cutMarkup(join(fmt.Sprintf("%s: %s asks for %s (%s).", d.Batch.Reference(), mention(d.Batch.Requester), d.head(), d.total()),
			dry, s.plain(), d.toldOnceDecided()), limitMessageText),
		Blocks: blocks,
	}
}

// progress is the bar with its figures, once the batch is decided.
func (d BatchData) progress() string {
	if len(d.Batch.Undecided(d.Lines)) == len(d.Lines) {
		return ""
	}
	return d.bar() + "\n" + d.told()
}

func (d BatchData) toldOnceDecided() string {
	if len(d.Batch.Undecided(d.Lines)) == len(d.Lines) {
		return ""
	}
	return d.told() + "."
}

// BatchCard is the batch's message in the thread, on which people decide.
func BatchCard(d BatchData) Message {
	s := d.state()
	title, dry := d.dry()
	open := d.Batch.Undecided(d.Lines)
	id := func(name string) string {
		return fmt.Sprintf("batchcard.%d.%d.%s", d.Batch.ID, d.Batch.Version, name)
	}
	facts := d.total()
	if struck := len(d.Lines) - len(open); len(open) > 0 && struck > 0 {
		facts += fmt.Sprintf(" · %d of %d left out", struck, len(d.Lines))
	}
	blocks := []slack.Block{
		section(id("what"), fmt.Sprintf("*%s%s · %s*\n%s", d.Batch.Reference(), title, d.head(), facts)),
		section(id("state"), s.bold()),
	}
	if d.has(renewal.Held()...) && d.heldUp() == "" {
		blocks = append(blocks, pauseLine(id("paused"), d.Pause)...)
	}
	if bar := d.progress(); bar != "" && len(open) == 0 {
		blocks = append(blocks, section(id("bar"), bar))
	}
	if len(open) > 0 {
		if d.Few {
			blocks = append(blocks, section(id("few"), tooFew))
		}
		blocks = append(blocks, d.doubts(id, open)...)
		if len(d.Lines) <= batchOnCard {
			blocks = append(blocks, batchSections(id("lines"), open)...)
		} else {
			blocks = append(blocks, contextLine(id("list"), "All lines stand below in the thread, each with what it orders."))
		}
	}
	if s := d.renewed(); s != "" {
		blocks = append(blocks, contextLine(id("renewed"), s))
	}
	if row := d.buttons(open, renewal.BatchCan{Approve: true, Reject: true, LeaveOut: true, Stop: true, GoOn: true, AskAgain: true}); len(row) > 0 {
		blocks = append(blocks, slack.NewActionBlock(id("actions"), row...))
	}
	blocks = append(blocks, contextLine(id("by"), joinWith(" · ", d.requested(), d.approvals(), stoppedBy(d.Batch), dry)))
	return Message{
		Text: cutMarkup(join(fmt.Sprintf("%s for %s: %s (%s).", d.Batch.Reference(), mention(d.Batch.Requester), d.head(), d.total()),
			d.doubtCount(open), dry, s.plain(), d.toldOnceDecided()), limitMessageText),
		Blocks: blocks,
	}
}

func stoppedBy(b renewal.Batch) string {
	if b.StoppedBy == "" {
		return ""
	}
	return "Stopped by " + inPlace(b.StoppedBy, b.StoppedFor)
}

func (d BatchData) approvals() string {
	var by []string
	for _, a := range d.Batch.Approvals {
		own := ""
		if a.Self {
			own = ", their own batch"
		}
		by = append(by, fmt.Sprintf("%s %s (%s%s)", inPlace(a.By, a.For), moment(a.At), count(a.Lines, "line", "lines"), own))
	}
	if len(by) == 0 {
		return ""
	}
	return "Approved by " + joinWith(", ", by...)
}

// itemSections lists items under a heading, in as many sections as that takes.
func itemSections(id, heading string, items []string) []slack.Block {
	var blocks []slack.Block
	if len(items) == 0 {
		return nil
	}
	text := "*" + heading + "*"
	for _, item := range items {
		if width(text)+width(item)+3 > limitSection {
			blocks = append(blocks, section(fmt.Sprintf("%s.%d", id, len(blocks)), text))
			text = ""
		}
		text = strings.TrimPrefix(text+"\n• "+item, "\n")
	}
	return append(blocks, section(fmt.Sprintf("%s.%d", id, len(blocks)), text))
}

// batchLine is a line of a batch in finished mrkdwn.
func batchLine(r renewal.Request) string {
	r.Offer = r.AsOrdered()
	s := fmt.Sprintf("%d. *%s* %s · %s", r.Line, r.Reference(), what(r.Offer, outside), price(r.Offer, outside))
	if len(r.Doubts) > 0 {
		s += fmt.Sprintf(" · ⚠️ %d", len(r.Doubts))
	}
	return cutMarkup(s, batchLineText)
}

func batchSections(id string, lines []renewal.Request) []slack.Block {
	var blocks []slack.Block
	for i := 0; i < len(lines); i += batchSection {
		var texts []string
		for _, r := range lines[i:min(i+batchSection, len(lines))] {
			texts = append(texts, batchLine(r))
		}
		blocks = append(blocks, section(fmt.Sprintf("%s.%d", id, i), strings.Join(texts, "\n")))
	}
	return blocks
}

// BatchLists are the messages below the card of a batch that has more lines than stand on it.
func BatchLists(d BatchData) []Message {
	if len(d.Lines) <= batchOnCard {
		return nil
	}
	var messages []Message
	for i := 0; i < len(d.Lines); i += batchListed {
		part := d.Lines[i:min(i+batchListed, len(d.Lines))]
		head := fmt.Sprintf("%s, lines %d to %d of %d", d.Batch.Reference(), part[0].Line, part[len(part)-1].Line, len(d.Lines))
		messages = append(messages, Message{
			Text:   head + ". Nothing is ordered by this message.",
			Blocks: append([]slack.Block{section(fmt.Sprintf("batchlist.%d", i), "*"+head+"*")}, batchSections(fmt.Sprintf("batchlines.%d", i), part)...),
		})
	}
	return messages
}

func (d BatchData) button(action, label string) *slack.ButtonBlockElement {
	b := slack.NewButtonBlockElement(action, d.target(), plain(label, limitButton))
	b.AccessibilityLabel = line(label+" "+d.Batch.Reference(), limitButton)
	return b
}

// buttons are what can be done with a batch now by whoever can do that.
func (d BatchData) buttons(open []renewal.Request, can renewal.BatchCan) (row []slack.BlockElement) {
	add := func(can bool, b ...slack.BlockElement) {
		if can {
			row = append(row, b...)
		}
	}
	switch {
	case len(open) > 0:
		add(can.Approve, d.button(ActionBatchApprove, "Approve "+count(len(open), "line", "lines")).WithStyle(slack.StylePrimary).WithConfirm(d.confirmApprove(open)),
			d.button(ActionBatchComment, "Approve with a comment…"))
		add(can.LeaveOut, d.button(ActionBatchLeave, "Leave lines out…"))
		add(can.Reject, d.button(ActionBatchReject, "Reject…").WithStyle(slack.StyleDanger))
		add(can.Stop, d.button(ActionBatchStop, "Cancel batch").WithConfirm(confirm("Cancel "+d.Batch.Reference()+"?", sentence(d.head()+"."), nil,
			"Nothing was ordered, and nothing will be.", "Cancel batch", "Keep it", slack.StyleDanger)))
	case d.Batch.Held != nil && d.has(renewal.Approved):
		add(can.GoOn, d.button(ActionBatchGoOn, "Go on").WithStyle(slack.StylePrimary).WithConfirm(confirm("Go on with "+d.Batch.Reference()+"?",
			sentence(count(d.counts()[renewal.LineWaiting], "line waits", "lines wait")+"."), nil,
			"Their real orders are placed one after the other, "+atOnce+". They cannot be undone.", "Go on", "Not yet", slack.StylePrimary)))
		add(can.Stop, d.stop("Stop the rest"))
	case d.has(renewal.Approved):
		add(can.Stop, d.stop("Stop"))
	case len(renewal.LeftOut(d.Lines)) > 0:
		add(can.AskAgain, d.askAgain())
	}
	return row
}

func (d BatchData) stop(label string) slack.BlockElement {
	return d.button(ActionBatchStop, label).WithStyle(slack.StyleDanger).WithConfirm(confirm("Stop "+d.Batch.Reference()+"?",
		sentence(count(d.counts()[renewal.LineWaiting], "line waits", "lines wait")+"."), nil,
		"What waits is not ordered. What was sent already cannot be called back.", "Stop", "Let it go on", slack.StyleDanger))
}

func (d BatchData) confirmApprove(open []renewal.Request) *slack.ConfirmationBlockObject {
	title, yes, consequence := d.approval(open)
	about := aboutDoubts(count(len(open), "renewal", "renewals")+", "+d.total()+".", doubtful(open))
	return confirm(title, about, nil, consequence, yes, "Not yet", slack.StylePrimary)
}

// approval is what an approval of the open lines is, and leads to.
func (d BatchData) approval(open []renewal.Request) (title, yes, consequence string) {
	if len(open) == 0 {
		return "", "Approve", "Nothing waits for a decision any more."
	}
	first := open[0]
	consequence = fmt.Sprintf("This places %s with Yeastar, one after the other. They cannot be undone.", count(len(open), "real order", "real orders"))
	title, yes = "Approve and order "+d.Batch.Reference()+"?", "Approve and order"
	switch more := notTheLast(first); {
	case d.Batch.DryRun:
		title, yes, consequence = "Approve "+d.Batch.Reference()+"?", "Approve", "Dry run: no order will be sent."
	case more != "":
		title, yes = "Approve "+d.Batch.Reference()+"?", "Approve"
		consequence = fmt.Sprintf("%s The last one places %s %s; they cannot be undone.", more, count(len(open), "real order", "real orders"), atOnce)
	}
	switch {
	case d.Batch.DryRun:
	case d.Pause.DryRun:
		title, yes, consequence = "Approve "+d.Batch.Reference()+"?", "Approve", join(notTheLast(first), heldOrders)
	case d.Pause.Holds():
		title, yes, consequence = "Approve "+d.Batch.Reference()+"?", "Approve", pausedNow+consequence
	}
	if n := len(doubtful(open)); n > 0 {
		consequence = "⚠️ Something to look at in " + count(n, "line", "lines") + ". " + consequence
	}
	return title, yes, consequence
}

// BatchAsks is the line in the thread that asks people to decide on a batch.
func BatchAsks(d BatchData, asked Asked) Message {
	return oneLineMessage(fmt.Sprintf("batchasks.%d", d.Batch.ID),
		askToDecide(fmt.Sprintf("%s asks for %s (%s). Nothing has been ordered.", mention(d.Batch.Requester), d.head(), d.total()), asked))
}

// BatchVote is the line in the thread about an approval; last says whether it takes no other one.
// next are those who are asked to decide after it.
func BatchVote(d BatchData, a renewal.BatchApproval, last bool, next Asked) Message {
	s := fmt.Sprintf("%s approved %s of %s", inPlace(a.By, a.For), count(a.Lines, "line", "lines"), d.Batch.Reference())
	s += commentWords(map[string]string{renewal.DetailComment: a.Comment}) + ownBatch(a.Self)
	switch {
	case !last && len(next.IDs) > 0:
		s = askToDecide(join(s, turnOfOthers, nothingYet), next)
	case !last:
		s = askToDecide(s+" More approvals are needed. "+nothingYet, Asked{Few: d.Few})
	case d.Batch.DryRun:
		s += " " + dryEnd
	case d.counts()[renewal.LineLeftOut] == len(d.Lines):
		s += " They were stopped since. " + nothingWas
	default:
		s += " " + theyFollow
	}
	return oneLineMessage(fmt.Sprintf("batchvote.%d.%d", d.Batch.ID, a.At.UnixMicro()), s)
}

// BatchPaused is the line in the thread that asks what to do after a pause.
func BatchPaused(d BatchData, approvers []string) Message {
	s := "⏸️ " + d.Batch.Reference() + " has paused by itself: " + batchHeld(d.Batch.Held) + ". " + d.told() +
		". Nothing is ordered of what waits before somebody goes on; “Stop the rest” on the card ends it."
	if len(approvers) > 0 {
		s = join(s, mentions(approvers, 20)+": please have a look.")
	}
	return oneLineMessage(fmt.Sprintf("batchpaused.%d", d.Batch.ID), s)
}

// BatchResults is what stands beside the file with the results of a batch.
func BatchResults(d BatchData) Message {
	return oneLineMessage("batchresults", "What became of each line of "+d.Batch.Reference()+", as of "+moment(d.changed())+". Nothing is ordered by this file.")
}

// changed is when a line was changed last.
func (d BatchData) changed() time.Time {
	var last time.Time
	for _, r := range d.Lines {
		if r.UpdatedAt.After(last) {
			last = r.UpdatedAt
		}
	}
	return last
}

// BatchUnposted says that the file with the results is missing, and by what Slack says.
func BatchUnposted(d BatchData, why string) Message {
	s := "⚠️ I can't post the file with the results of " + d.Batch.Reference() + ": " + slackSays(why)
	return oneLineMessage("batchunposted", s+" Nothing was ordered or lost by that: “/renew status "+d.Batch.Reference()+"” tells what became of its lines. I try again for some days.")
}

// BatchResult is the end of a batch, for the channel; again: there was one before, and lines have
// changed since.
func BatchResult(d BatchData, again bool) Message {
	news := " has ended. "
	if again {
		news = " has changed since it ended. "
	}
	s := mention(d.Batch.Requester) + ": " + d.Batch.Reference() + news + d.told() + "."
	if d.counts()[renewal.LinePlaced] == 0 {
		s += " " + nothingWas
	}
	var others []string
	for _, r := range d.Lines {
		if r.Part() == renewal.LineRefused {
			others = append(others, cutMarkup(fmt.Sprintf("Line %d, %s, %s: %s", r.Line, r.Reference(), holder(r.Offer.Holder, outside), stateOf(r).plain()), batchLineText/2))
		}
	}
	blocks := []slack.Block{section(fmt.Sprintf("batchresult.%d", d.Batch.ID), s)}
	if len(others) > 0 {
		blocks = append(blocks, section(fmt.Sprintf("batchresult.%d.refused", d.Batch.ID), cutMarkup(bullets(others, batchOpen), limitSection)))
	}
	return Message{Text: s, Blocks: blocks}
}
