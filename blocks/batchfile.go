package blocks

import (
	"github.com/slack-go/slack"

	"renewbot/bot/renewal"
)

// ActionBatchTemplate asks for the file of a form; its value is the form's key.
const ActionBatchTemplate = "batch_template"

// BatchFile is a file with the lines of a form of which not all fit into it.
type BatchFile struct {
	Lines  int    // that it has; 0: there is no file
	Beyond int    // rows that it does not have either: it has as many as a batch
	Sent   bool   // by direct message
	Failed bool   // it could not be sent
	Why    string // Slack's code; empty: it is not Slack that refuses
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
	lines := count(f.File.Lines, "line", "lines")
	switch {
	case f.File.Sent:
		return section("batch.file", "✅ The file with "+lines+" is in our direct messages. Look through it and choose it below. Nothing is ordered by it.")
	case f.File.Failed:
		return withButton(section("batch.file", "⚠️ "+f.fileFailed()), f.fileButton("Try again"))
	}
	s := "*A file with " + lines + "*: I send it to you by direct message, to be looked through and chosen below."
	if f.File.Beyond > 0 {
		s += " One batch takes no more; the other " + count(f.File.Beyond, "row comes", "rows come") + " once these are asked for, and you open this again."
	}
	return withButton(section("batch.file", s), f.fileButton("Send me the file"))
}

func (f BatchFormData) fileButton(label string) slack.BlockElement {
	return slack.NewButtonBlockElement(ActionBatchTemplate, line(f.Key, 64), plain(label, limitButton))
}

// fileFailed says why there is no file, and what there is instead.
func (f BatchFormData) fileFailed() string {
	s := "I could not send the file."
	if f.File.Why != "" {
		s = "I can't send the file: " + slackSays(f.File.Why)
	}
	s += " Nothing was ordered."
	if f.Again != 0 {
		return s + " Ask for the lines below first, and then for the others, with “Ask again…” once more."
	}
	return s + " “renewbot due export” writes the whole list, of which 100 lines go into one batch."
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
	return oneLineMessage("batchfilefailed", "⚠️ "+f.fileFailed())
}
