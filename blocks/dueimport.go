package blocks

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"renewbot/bot/due"
)

// The ids of the form that takes a list of dates in.
const (
	CallbackDueImport = "due_import"
	ActionDueFile     = "due_file"
	ActionDueText     = "due_text"
	ActionDueSkip     = "due_skip"
	BlockDueFile      = "due_file"
	BlockDueText      = "due_text"
	BlockDueSkip      = "due_skip"
)

const (
	importFaults  = 40 // lines that a view names
	importChanges = 20
	faultWidth    = 140
	longestInput  = 3000 // characters that Slack lets into a field
)

// DueUpload is a file that was put into the form before.
type DueUpload struct {
	File string `json:"f,omitempty"` // its id in Slack
	Name string `json:"n,omitempty"`
}

// ReadDueUpload reads the private_metadata of the form.
func ReadDueUpload(s string) DueUpload {
	var u DueUpload
	if json.Unmarshal([]byte(s), &u) != nil {
		return DueUpload{} // of a form without one
	}
	return u
}

// DueImportData is what the form is drawn from. Its zero value is the form at first.
type DueImportData struct {
	Upload DueUpload // that is taken when no other is put in
	Text   string    // that was pasted
	Result due.Import
	Wrong  string // what came of it instead, beside what is wrong with lines: that nothing was imported, and why
}

// DueImportForm asks for a list of dates, and tells what is wrong with the one before.
func DueImportForm(d DueImportData) slack.ModalViewRequest {
	var list []slack.Block
	if d.Wrong != "" {
		list = append(list, section("wrong", "⚠️ "+outside(d.Wrong, limitSection-100)+" Nothing was ordered."))
	}
	list = append(list, importFaultBlocks(d.Result)...)
	if len(list) == 0 {
		list = append(list, section("about", "A list says when packages end where the portal does not tell. Its first line names the columns:\n"+
			"`"+due.ImportHeader+"`\nA holder is a customer by the whole company, the e-mail address or the partner id, “self”, or a serial number; "+
			"a date is 2027-03-31; the owner may be missing. Every line is checked, and wrong ones are told, before anything is imported."))
	}
	hint := "CSV in UTF-8, at most 4 MB."
	if d.Upload.File != "" {
		hint = "“" + line(d.Upload.Name, shortLimit) + "” is read again unless you choose another one."
	}
	file := slack.NewInputBlock(BlockDueFile, plain("File", limitLabel), plain(hint, limitLabel),
		slack.NewFileInputBlockElement(ActionDueFile).WithMaxFiles(1).WithFileTypes("csv", "txt", "tsv"))
	text := slack.NewPlainTextInputBlockElement(plain(due.ImportHeader, limitPlaceholder), ActionDueText)
	text.Multiline, text.InitialValue = true, cutUnits(d.Text, longestInput) // which cuts nothing of what comes from there
	pasted := slack.NewInputBlock(BlockDueText, plain("Or lines, pasted", limitLabel), plain("As they are copied from a spreadsheet.", limitLabel), text)
	file.Optional, pasted.Optional = true, true
	list = append(list, file, pasted)
	if len(d.Result.Faults) > 0 && d.Result.Lines > 0 {
		list = append(list, importSkip(d.Result))
	}
	v := modal(CallbackDueImport, "Import dates", append(list, contextLine("end", "Nothing is ordered by this."))...)
	v.Submit, v.Close = plain("Import", limitTitle), plain("Cancel", limitTitle)
	d.Upload.Name = line(d.Upload.Name, shortLimit)
	v.PrivateMetadata = encode(d.Upload)
	return v
}

func importSkip(r due.Import) slack.Block {
	label := fmt.Sprintf("Leave the wrong ones out and import %s", count(r.Lines, "line", "lines"))
	box := slack.NewCheckboxGroupsBlockElement(ActionDueSkip, slack.NewOptionBlockObject("skip", plain(label, limitOption), nil))
	input := slack.NewInputBlock(BlockDueSkip, plain("Wrong lines", limitLabel), nil, box)
	input.Optional = true
	return input
}

func importFaultBlocks(r due.Import) []slack.Block {
	if len(r.Faults) == 0 || r.Done {
		return nil
	}
	head := "⚠️ *Nothing was imported.*"
	if n := r.WrongLines(); n > 0 {
		head = fmt.Sprintf("⚠️ *Nothing was imported: %s wrong, and %d right.*", count(n, "line is", "lines are"), r.Lines)
	}
	return append([]slack.Block{section("faults", head)}, bulletSections("fault", faultWords(r.Faults), importFaults)...)
}

func faultWords(faults []due.Fault) []string {
	var words []string
	for _, f := range faults[:min(len(faults), importFaults+1)] {
		words = append(words, outside(f.String(), faultWidth))
	}
	return append(words, make([]string, len(faults)-len(words))...)
}

// bulletSections are finished lines in as many sections as they take.
func bulletSections(id string, items []string, most int) []slack.Block {
	var list []slack.Block
	shown := items[:min(len(items), most)]
	for at := 0; at < len(shown); at += 10 {
		list = append(list, section(fmt.Sprintf("%s.%d", id, at), bullets(shown[at:min(at+10, len(shown))], 10)))
	}
	if more := len(items) - len(shown); more > 0 {
		list = append(list, contextLine(id+".more", fmt.Sprintf("and %d more", more)))
	}
	return list
}

// DueImportChecking is shown while a list is looked at.
func DueImportChecking() slack.ModalViewRequest {
	return modal(CallbackNotice, "Import dates", section("checking", "⏳ Looking at every line…"),
		contextLine("end", "You may close this: I tell you what came of it. Nothing is ordered by this."))
}

// DueImported says what was imported.
func DueImported(r due.Import) slack.ModalViewRequest {
	list := []slack.Block{section("imported", "✅ *"+importCounts(r)+"*")}
	if len(r.Changes) > 0 {
		var changes []string
		for _, c := range r.Changes[:min(len(r.Changes), importChanges)] {
			changes = append(changes, importChange(c))
		}
		list = append(list, section("changes", "*What was otherwise before*"))
		list = append(list, bulletSections("change", append(changes, make([]string, len(r.Changes)-len(changes))...), importChanges)...)
	}
	if len(r.Faults) > 0 {
		list = append(list, section("left", "*Left out*"))
		list = append(list, bulletSections("fault", faultWords(r.Faults), importFaults)...)
	}
	return modal(CallbackNotice, "Imported", append(list, contextLine("end", "“/renew due” shows the dates with their source. Nothing was ordered."))...)
}

func importCounts(r due.Import) string {
	s := fmt.Sprintf("Imported %s: %d new, %d changed, %d as before", count(r.Lines, "line", "lines"), r.Added, r.Changed, r.Same)
	if n := r.WrongLines(); n > 0 {
		s += fmt.Sprintf(", %d left out", n)
	}
	return s + "."
}

// importChange is a change in one line.
func importChange(c due.Change) string {
	s := outside(c.Holder, 60) + ", " + outside(c.Product, 40) + ":"
	if !c.Was.Equal(c.Ends) {
		s += " " + c.Was.UTC().Format(time.DateOnly) + " → *" + c.Ends.UTC().Format(time.DateOnly) + "*"
	}
	if c.Owner != "" && c.Owner != c.OwnerWas {
		was := "nobody"
		if c.OwnerWas != "" {
			was = mention(c.OwnerWas)
		}
		s = joinWith(" ", s, "owner "+was+" → "+mention(c.Owner))
	}
	return s
}

// FitsAck says whether a view is short enough to be shown by the ack of a submission.
func FitsAck(v slack.ModalViewRequest) bool { return len(encode(v)) <= limitAck }

// DueImportTold says what came of a list to somebody who has closed the form.
func DueImportTold(r due.Import, wrong string) Message {
	switch {
	case wrong != "":
		return oneLineMessage("import", "⚠️ Your list of dates: "+outside(wrong, limitSection/2)+" Nothing was ordered.")
	case !r.Done && r.WrongLines() == 0:
		return oneLineMessage("import", fmt.Sprintf("⚠️ Your list of dates was not imported: %s. Nothing was ordered. “/renew due import” takes it anew.",
			outside(strings.TrimSuffix(r.Faults[0].String(), "."), faultWidth)))
	case !r.Done:
		return oneLineMessage("import", fmt.Sprintf("⚠️ Your list of dates was not imported: %s wrong, the first of them: %s. Nothing was ordered. “/renew due import” takes it anew.",
			count(r.WrongLines(), "line is", "lines are"), outside(r.Faults[0].String(), faultWidth)))
	}
	return oneLineMessage("import", "✅ Your list of dates: "+importCounts(r)+" Nothing was ordered.")
}
