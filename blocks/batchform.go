package blocks

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/slack-go/slack"

	"renewbot/bot/renewal"
)

// The callback ids and block ids of a batch's views.
const (
	CallbackBatchForm   = "batch_form"
	CallbackBatchWait   = "batch_wait"
	CallbackBatchReview = "batch_review"
	CallbackBatchLeave  = "batch_leave_out"
	CallbackBatchReject = "batch_reject"
	// CallbackBatchComment approves, with a comment.
	CallbackBatchComment = "batch_comment"
	BlockBatchText       = "batch_text"
	BlockBatchLines      = "batch_lines"
	BlockBatchFile       = "batch_file"
)

// MaxBatchText is how much somebody can paste into the form: Slack takes no more.
const MaxBatchText = 3000

// BatchFormData is what the form of a batch is drawn from.
type BatchFormData struct {
	Key     string // tells this form from all others
	Text    string // the lines that it begins with
	More    int    // rows of the filter that did not fit
	File    BatchFile
	Gone    int  // rows that were ticked and cannot be asked for any more
	Nothing bool // none does
	// Again is the batch whose lines are asked for again; 0: none is.
	Again   int64
	Unread  bool // not all that is due could be read
	Columns string
	// Channels, ChannelNames, ChannelHint and Channel are as in FormData.
	Channels     []string
	ChannelNames map[string]string
	ChannelHint  string
	Channel      string
	DryRun       bool
}

// BatchForm asks for the lines of a batch.
func BatchForm(f BatchFormData) slack.ModalViewRequest {
	var blocks []slack.Block
	if f.DryRun {
		blocks = append(blocks, alert("dry_run", slack.AlertLevelInfo, "Dry run: everything is done but the order itself."))
	}
	intro := "One line for each renewal, as CSV; the first line names the columns. What a line leaves empty is as the portal tells it. Everything is checked and shown before anybody is asked."
	if f.Again != 0 {
		intro = "Asks again for what was left out of *" + renewal.BatchReference(f.Again) + "*, without what was asked for or ordered since. " + intro
	}
	switch {
	case f.More > 0 && f.File.Lines > 0:
		intro += fmt.Sprintf(" %s did not fit.", count(f.More, "row", "rows"))
	case f.More > 0 && f.Again != 0:
		intro += fmt.Sprintf(" %s did not fit: ask for them afterwards, with “Ask again…” once more.", count(f.More, "line", "lines"))
	case f.More > 0:
		intro += fmt.Sprintf(" %s of the list did not fit: narrow it, such as with “/renew batch 14” or “/renew batch acme”, ask for them afterwards, or choose a file below: “renewbot due export” writes the whole list, of which 100 lines go into one batch.", count(f.More, "row", "rows"))
	}
	if f.Gone > 0 && !f.Unread { // else they may be among what was not read
		intro += fmt.Sprintf("\n⚠️ %s left out: something is open by now, or the list does not have it any more.", count(f.Gone, "ticked row is", "ticked rows are"))
	}
	switch {
	case f.Unread:
		intro += "\n⚠️ Not all that is due could be read just now, so that lines are missing below. Open this again in a moment."
	case f.Nothing && f.Again != 0:
		intro += " All of it was asked for or ordered since, so it begins empty."
	case f.Nothing:
		intro += " Nothing that is due fits, so it begins empty."
	}
	text := slack.NewPlainTextInputBlockElement(nil, ActionBatchText).WithMultiline(true).WithMaxLength(MaxBatchText).
		WithInitialValue(cutUnits(f.Text, MaxBatchText))
	lines := slack.NewInputBlock(BlockBatchText, plain("Lines", limitLabel), plain("Columns: "+line(f.Columns, 500)+". Only holder and product are needed.", limitLabel), text)
	file := slack.NewInputBlock(BlockBatchFile, plain("Or a file", limitLabel), plain("CSV in UTF-8. It is read instead of what stands above.", limitLabel),
		slack.NewFileInputBlockElement(ActionBatchFile).WithMaxFiles(1).WithFileTypes("csv", "txt", "tsv"))
	lines.Optional, file.Optional = true, true
	blocks = append(blocks, section("batch.intro", intro))
	if f.File.Lines > 0 {
		blocks = append(blocks, f.fileSection())
	}
	blocks = append(blocks, lines, file, FormData{}.noteInput(),
		FormData{Channels: f.Channels, ChannelNames: f.ChannelNames, ChannelHint: f.ChannelHint, Draft: Draft{Channel: f.Channel}}.channelInput())
	v := modal(CallbackBatchForm, "Renew several", blocks...)
	v.Submit, v.Close = plain("Check", limitTitle), plain("Cancel", limitTitle)
	v.PrivateMetadata = BatchMeta{Key: f.Key}.encode()
	return v
}

// BatchMeta is what a view of a batch that is no batch yet carries.
type BatchMeta struct {
	Key   string `json:"k"`
	Shown string `json:"s,omitempty"` // the check that a review shows
}

func (m BatchMeta) encode() string {
	return encode(BatchMeta{oneLine(m.Key, 64), oneLine(m.Shown, 64)})
}

// ReadBatchMeta reads a view's private_metadata.
func ReadBatchMeta(s string) (BatchMeta, error) {
	var m BatchMeta
	if err := json.Unmarshal([]byte(s), &m); err != nil {
		return m, fmt.Errorf("decode what a form is about: %w", err)
	}
	m.Key = oneLine(m.Key, 64)
	return m, nil
}

// ReadBatchForm reads what stands in the form.
func ReadBatchForm(v slack.View) (file, text, note, channel string) {
	s := inputsOf(v)
	if a, _ := s.input(BlockBatchFile, ActionBatchFile); len(a.Files) > 0 {
		file = a.Files[0].ID
	}
	s.typed(&text, BlockBatchText, ActionBatchText)
	s.typed(&note, BlockNote, ActionNote)
	channel = readChannel(s)
	return file, text, note, channel
}

// BatchWait is shown while the lines are checked.
func BatchWait(m BatchMeta, done, total int) slack.ModalViewRequest {
	v := modal(CallbackBatchWait, "Checking the lines",
		section("batch.wait", "⏳ "+checkedWords(done, total)+" This shows the result by itself."),
		contextLine("batch.wait.end", "Nothing is ordered by this. “Back” leads to what you pasted. If nothing moves here for three minutes, go back and check again."))
	v.Close, v.PrivateMetadata = plain("Back", limitTitle), m.encode()
	return v
}

func checkedWords(done, total int) string {
	if total == 0 {
		return "Reading the file."
	}
	return fmt.Sprintf("Checked with the Partner Portal: %d of %s.", done, count(total, "line", "lines"))
}

// BatchCheck is a line that was checked.
type BatchCheck struct {
	Line   int    // of what was pasted
	About  string // what the line says it is for
	Wrong  []string
	Offer  renewal.Offer
	Doubts []renewal.Doubt
	Reason string // why it should be ordered all the same, as the line says
	// Ways and Required are what it would take by itself; see ReviewData.
	Ways     []renewal.Way
	Required int
}

// BatchReviewData is what a review shows.
type BatchReviewData struct {
	Meta      BatchMeta
	Lines     []BatchCheck
	Channel   string
	Note      string
	Approvers []string
	Few       bool // too few people may approve it
	Required  int
	Ways      []renewal.Way
	DryRun    bool
	Warning   string
	Reason    string // that was typed before the lines were checked again
}

// BatchReview shows what became of each line, before anybody is asked.
func BatchReview(p BatchReviewData) slack.ModalViewRequest {
	var wrong, doubts, clean []string
	needed := false
	var offers []renewal.Request
	for _, l := range p.Lines {
		if len(l.Wrong) > 0 {
			var says []string
			for _, w := range l.Wrong {
				says = append(says, outside(w, doubtLimit))
			}
			wrong = append(wrong, cutMarkup(fmt.Sprintf("Line %d (%s): %s", l.Line, outside(l.About, shortLimit), strings.Join(says, " ")), batchLineText))
			continue
		}
		offers = append(offers, renewal.Request{Offer: l.Offer, Status: renewal.Pending})
		if len(l.Doubts) > 0 {
			doubts = append(doubts, reviewDoubt(l))
			needed = needed || (l.Reason == "" && renewal.NeedReason(l.Doubts))
		}
		clean = append(clean, cutMarkup(fmt.Sprintf("Line %d: %s · %s", l.Line, what(l.Offer, outside), price(l.Offer, outside)), batchLineText))
	}
	var blocks []slack.Block
	if p.DryRun {
		blocks = append(blocks, alert("dry_run", slack.AlertLevelInfo, "Dry run: everything is done but the order itself."))
	}
	if w := outside(p.Warning, limitAlert); w != "" {
		blocks = append(blocks, alert("warning", slack.AlertLevelWarning, w))
	}
	if p.Few {
		blocks = append(blocks, alert("few", slack.AlertLevelWarning, TooFew))
	}
	head := fmt.Sprintf("*%s can be asked for: %s*", count(len(clean), "line", "lines"), BatchData{Lines: offers}.total())
	if len(clean) == 0 {
		head = "*No line can be asked for.* Nothing was saved and nothing was ordered."
	}
	blocks = append(blocks, section("batch.head", head))
	blocks = append(blocks, itemSections("batch.wrong", count(len(wrong), "line is", "lines are")+" left out, unless you go back and mend them", wrong)...)
	if len(doubts) > 0 {
		blocks = append(blocks, itemSections("batch.doubts", "⚠️ Something to look at in "+count(len(doubts), "line", "lines"), doubts)...)
	}
	if len(clean) > 0 {
		blocks = append(blocks, itemSections("batch.clean", "What would be ordered", clean)...)
	}
	if needed {
		blocks = append(blocks, doubtReasonInput(p.Reason))
	}
	v := modal(CallbackBatchReview, "Please check", blocks...)
	if len(clean) > 0 {
		v.Blocks.BlockSet = append(v.Blocks.BlockSet, section("ordered", "*Nothing is ordered until it is approved.* "+
			asked(ReviewData{Channel: p.Channel, Approvers: p.Approvers, Required: p.Required, Ways: p.Ways})))
		v.Submit = plain("Request approval", limitTitle)
	}
	v.Close, v.PrivateMetadata = plain("Back", limitTitle), p.Meta.encode()
	return v
}

// BatchSubmitted follows a batch that is saved.
func BatchSubmitted(b renewal.Batch) slack.ModalViewRequest {
	_, dry := BatchData{Batch: b}.dry()
	v := modal(CallbackSubmitted, "Batch saved",
		section("saved", "✅ *"+b.Reference()+" is saved*, with "+count(b.Lines, "line", "lines")+"."),
		section("saved.next", "It is being posted in "+mention(b.Channel)+", and is decided on one card in its thread."),
		section("saved.ordered", "*Nothing has been ordered yet.*"+afterSpace(dry)))
	v.ClearOnClose, v.Close = true, plain("Done", limitTitle)
	return v
}

func batchSmall(callback, title, submit string, d BatchData, blocks ...slack.Block) slack.ModalViewRequest {
	v := modal(callback, title, blocks...)
	v.Submit, v.Close, v.PrivateMetadata = plain(submit, limitTitle), plain("Back", limitTitle), d.target()
	return v
}

// BatchLeaveForm asks which lines are to be left out, and an approver also why.
func BatchLeaveForm(d BatchData, own bool) slack.ModalViewRequest {
	var choices []Choice
	for _, r := range d.Batch.Undecided(d.Lines) {
		choices = append(choices, Choice{ID: r.Reference(), Label: fmt.Sprintf("%d. %s", r.Line, holder(r.Offer.Holder, line)), Detail: what(r.Offer, line)})
	}
	menu := slack.NewOptionsMultiSelectBlockElement(slack.MultiOptTypeStatic, plain("Choose lines", limitPlaceholder), ActionBatchLines, options(choices, limitOptions)...)
	blocks := []slack.Block{
		section("about", d.Batch.Reference()+": what you choose is not ordered; the other lines stay as they are. They still have to be approved."),
		slack.NewInputBlock(BlockBatchLines, plain("Lines", limitLabel), nil, menu),
	}
	if !own {
		blocks = append(blocks, reasonInput("Reason", "The requester sees it, and it is kept with the requests."))
	}
	return batchSmall(CallbackBatchLeave, "Leave lines out", "Leave out", d, blocks...)
}

// ReadBatchLines are the requests that were chosen in the form.
func ReadBatchLines(v slack.View) []int64 {
	var ids []int64
	a, _ := inputsOf(v).input(BlockBatchLines, ActionBatchLines)
	for _, o := range a.SelectedOptions {
		if id, ok := renewal.ParseReference(o.Value); ok {
			ids = append(ids, id)
		}
	}
	return ids
}

// BatchApproveForm asks an approver for a comment, and approves what they saw on the card, by its
// button: what has changed since is not approved.
func BatchApproveForm(d BatchData, seen BatchTarget) slack.ModalViewRequest {
	open := d.Batch.Undecided(d.Lines)
	_, yes, consequence := d.approval(open)
	text := slack.NewPlainTextInputBlockElement(nil, ActionReason).WithMultiline(true).WithMaxLength(renewal.MaxReason)
	blocks := []slack.Block{section("about", count(len(open), "renewal", "renewals")+" ("+d.total()+").\nRequested by "+mention(d.Batch.Requester)+".")}
	if len(open) > 0 {
		blocks = append(blocks, d.doubts(func(name string) string { return "batchapprove." + name }, open)...)
	}
	blocks = append(blocks,
		slack.NewInputBlock(BlockReason, plain("Comment", limitLabel), plain("It is shown in the thread and kept with the requests.", limitLabel), text).WithOptional(true),
		section("consequence", "*"+consequence+"*"))
	v := batchSmall(CallbackBatchComment, "Approve "+d.Batch.Reference(), yes, d, blocks...)
	v.PrivateMetadata = encode(BatchTarget{d.Batch.ID, line(seen.Shown, 64), line(seen.Held, 64)})
	return v
}

// BatchRejectForm asks an approver for the reason of a no.
func BatchRejectForm(d BatchData) slack.ModalViewRequest {
	return batchSmall(CallbackBatchReject, "Reject "+d.Batch.Reference(), "Reject", d,
		section("about", d.head()+" ("+d.total()+").\nRequested by "+mention(d.Batch.Requester)+". Nothing has been ordered, and nothing will be."),
		reasonInput("Reason", "The requester sees it, and it is kept with the requests."))
}
