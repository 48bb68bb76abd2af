package bot_test

import (
	"strings"
	"testing"

	"renewbot/blocks"
	"renewbot/bot/sandbox"
	"renewbot/bot/slacksim"
	"renewbot/yeastar/yeastarsim"
)

// pressInView presses a button in the form on top.
func (a *actor) pressInView(button string) {
	a.b.t.Helper()
	if r, err := a.p.PressInView(a.b.ctx, button); err != nil || r.Failure != "" {
		a.b.t.Fatalf("press %q in the form: %v %s", button, err, r.Failure)
	}
}

// files are the contents of the files that somebody got by direct message.
func (a *actor) files() (contents []string) {
	for _, m := range a.p.DirectMessages() {
		for _, f := range m.Files {
			file, _ := a.b.Slack.File(f.ID)
			contents = append(contents, string(file.Content))
		}
	}
	return contents
}

// TestBatchSendsItsFile opens the form with more lines than Slack takes in it: the file that has them all comes to
// who asks for it, is what the form takes, and leaves alone what was typed.
func TestBatchSendsItsFile(t *testing.T) {
	t.Parallel()
	b := setup(t, telling, func(o *sandbox.Options) { o.Vendor = append(o.Vendor, yeastarsim.WithCustomers(70)) })
	alice := b.as(sandbox.Alice)
	alice.command(sandbox.Renewals, "/renew batch 400")
	alice.reads("did not fit", "Send me the file")
	f, _ := alice.view("Lines").Field("Lines")
	alice.typeIn("Note to the approver", "For the quarter.")
	lost := b.Slack.Fail("files.getUploadURLExternal", slacksim.Fault{Kind: slacksim.FaultError, Error: "missing_scope"})
	alice.pressInView("Send me the file")
	alice.reads("I can't send the file: Slack says missing_scope", "files:write", "Nothing was ordered.", "renewbot due export")
	lost()
	alice.pressInView("Try again")
	alice.reads("✅ The file with", "is in our direct messages", "Nothing is ordered by it")
	b.hears(sandbox.Alice, "for a batch", "Nothing is ordered by this file.")
	got := alice.files()
	if len(got) != 1 || len(got[0]) <= len(f.Value) {
		t.Fatalf("there are %d files, want one that has more than the form", len(got))
	}
	for line := range strings.SplitSeq(strings.TrimSpace(f.Value), "\n") {
		if !strings.Contains(got[0], line+"\n") {
			t.Errorf("the file lacks the form's line %q", line)
		}
	}
	if n := len(b.as(sandbox.Bob).files()); n > 0 {
		t.Errorf("somebody else got %d files", n)
	}
	if note, _ := alice.view("Note to the approver").Field("Note to the approver"); note.Value != "For the quarter." {
		t.Errorf("the note is %q after the file was sent", note.Value)
	}
	if _, err := alice.p.Upload(b.ctx, "Or a file", slacksim.Attachment{Name: "renewals-due.csv", Content: []byte(got[0])}); err != nil {
		t.Fatal(err)
	}
	alice.submitOK()
	alice.titled("Please check")
	alice.reads("can be asked for", "The lines that stand in the form were not read")
}

// TestBatchSendsItsFileOnce sends one file for a click that Slack delivers twice, and offers no second one meanwhile.
func TestBatchSendsItsFileOnce(t *testing.T) {
	t.Parallel()
	for _, kind := range []slacksim.EnvelopeFaultKind{slacksim.EnvelopeDuplicate, slacksim.EnvelopeRepeat} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			b := setup(t, telling, func(o *sandbox.Options) { o.Vendor = append(o.Vendor, yeastarsim.WithCustomers(70)) })
			alice := b.as(sandbox.Alice)
			alice.command(sandbox.Renewals, "/renew batch 400")
			alice.reads("Send me the file")
			b.Slack.Disturb("block_actions", slacksim.EnvelopeFault{Kind: kind}, 1)
			alice.pressInView("Send me the file")
			b.bothHandled(kind)
			alice.reads("✅ The file with", "is in our direct messages")
			if n := len(alice.files()); n != 1 {
				t.Errorf("%d files were sent", n)
			}
			drawn := b.Slack.Calls("views.update")
			if len(drawn) != 2 || !strings.Contains(drawn[0].Param("view"), "is being sent to you") || strings.Contains(drawn[0].Param("view"), blocks.ActionBatchTemplate) {
				t.Errorf("the form was drawn %d times, first %+v", len(drawn), drawn[0])
			}
		})
	}
}

// TestBatchKeepsItsFile gives the file of a form to nobody but who opened it, and who may still ask.
func TestBatchKeepsItsFile(t *testing.T) {
	t.Parallel()
	b := setup(t, telling, func(o *sandbox.Options) { o.Vendor = append(o.Vendor, yeastarsim.WithCustomers(70)) })
	alice := b.as(sandbox.Alice)
	alice.command(sandbox.Renewals, "/renew batch 400")
	form := alice.titled("Renew several")
	meta, err := blocks.ReadBatchMeta(form.PrivateMetadata)
	if err != nil {
		t.Fatal(err)
	}
	for who, says := range map[string]string{sandbox.Gina: "Guests can't", sandbox.Dave: "I do not have the file of this form any more. Nothing was ordered."} {
		click := slacksim.Click{ViewID: form.ID, ActionID: blocks.ActionBatchTemplate, Value: meta.Key}
		if _, err := b.as(who).p.Force().Press(b.ctx, click); err != nil {
			t.Fatal(err)
		}
		b.hears(who, says)
		if n := len(b.as(who).files()); n > 0 {
			t.Errorf("%s got %d files", who, n)
		}
	}
}
