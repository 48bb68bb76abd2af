package blocks

import (
	"github.com/slack-go/slack"

	"renewbot/bot/renewal"
)

// ActionBatchTemplate asks for the file of a form; its value is the form's key.
const ActionBatchTemplate = "batch_template"

// BatchFile is a file with the lines of a form of which not all fit into it.
type BatchFile struct {
	Lines   int    // that it has; 0: there is no file
	Beyond  int    // rows that it does not have either: it has as many as a batch
	Sending bool   // right now
	Sent    bool   // by direct message
	Failed  bool   // it could not be sent
	Why     string // Slack's code; empty: it is not Slack that refuses
}

// FileName is what the file is called.
func (f BatchFormData) FileName() string {
	if f.Again != 0 {
		return renewal.BatchReference(f.Again) + "-again.csv"
	}
	return "renewals-due.csv"
}

// fileSection offers the file, or says what became of it.
func (f BatchFormData) fileSection() slack.Block {
	lines, beyond := count(f.File.Lines, "line", "lines"), ""
	if f.File.Beyond > 0 {
		beyond = " One batch takes no more; the other " + count(f.File.Beyond, "row comes", "rows come") + " once these are asked for, and you open this again."
	}
	switch {
	case f.File.Sending:
		return section("batch.file", "⏳ The file with "+lines+" is being sent to you by direct message. If it does not come, open this form again. Nothing is ordered by it."+beyond)
	case f.File.Sent:
		return section("batch.file", "✅ The file with "+lines+" is in our direct messages. Look through it and choose it below. Nothing is ordered by it."+beyond)
	case f.File.Failed:
		instead := " Ask for the lines below first, and then for the others, with “Ask again…” once more."
		if f.Again == 0 {
			instead = wholeList + beyond
		}
		return withButton(section("batch.file", f.fileFailed()+instead), f.fileButton("Try again"))
	}
	return withButton(section("batch.file", "*A file with "+lines+"*: I send it to you by direct message, to be looked through and chosen below."+beyond), f.fileButton("Send me the file"))
}

// wholeList is what there is instead of the file of what is due.
const wholeList = " “renewbot due export” writes the whole list, of which 100 lines go into one batch."

func (f BatchFormData) fileButton(label string) slack.BlockElement {
	return slack.NewButtonBlockElement(ActionBatchTemplate, line(f.Key, 64), plain(label, limitButton))
}

// fileFailed says why there is no file.
func (f BatchFormData) fileFailed() string {
	s := "⚠️ I could not send the file."
	if f.File.Why != "" {
		s = "⚠️ I can't send the file: " + slackSays(f.File.Why)
	}
	return s + " Nothing was ordered."
}

// slackSays is why Slack does not take a file.
func slackSays(code string) string {
	s := "Slack says " + outside(code, shortLimit) + "."
	if code == "missing_scope" {
		s += " The app needs files:write: an administrator replaces its manifest and installs it again."
	}
	return s
}

// BatchFileSent is what stands beside the file.
func BatchFileSent(f BatchFormData) Message {
	what := "what is due"
	if f.Again != 0 {
		what = "what was left out of " + renewal.BatchReference(f.Again)
	}
	return oneLineMessage("batchfile", "Here are "+count(f.File.Lines, "line", "lines")+" of "+what+", for a batch. Look through them, and choose the file in the form of “/renew batch”. Nothing is ordered by this file.")
}

// BatchFileFailed is said to whom has closed the form.
func BatchFileFailed(f BatchFormData) Message {
	instead := " “/renew batch” opens the form again." + wholeList
	if f.Again != 0 {
		instead = " Press “Ask again…” on the card of " + renewal.BatchReference(f.Again) + " to open the form again."
	}
	return oneLineMessage("batchfilefailed", f.fileFailed()+instead)
}
