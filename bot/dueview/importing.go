package dueview

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/slack-go/slack"

	"renewbot/blocks"
	"renewbot/bot/due"
	"renewbot/bot/ledger"
	"renewbot/bot/portal"
	"renewbot/bot/socket"
)

// Putting is what somebody put into the form that takes a list of dates in.
type Putting struct {
	data blocks.DueImportData
	skip bool // leave wrong lines out
	by   string
}

// Put reads the form. wrong is what is wrong in it, by block.
func Put(ic slack.InteractionCallback) (p Putting, wrong map[string]string) {
	p = Putting{by: ic.User.ID, data: blocks.DueImportData{Upload: blocks.ReadDueUpload(ic.View.PrivateMetadata)}}
	var values map[string]map[string]slack.BlockAction
	if ic.View.State != nil {
		values = ic.View.State.Values
	}
	p.skip = len(values[blocks.BlockDueSkip][blocks.ActionDueSkip].SelectedOptions) > 0
	p.data.Text = strings.TrimSpace(values[blocks.BlockDueText][blocks.ActionDueText].Value)
	files := values[blocks.BlockDueFile][blocks.ActionDueFile].Files
	switch {
	case len(files) > 0 && p.data.Text != "":
		return p, map[string]string{blocks.BlockDueText: "There are a file and pasted lines: please leave one out. Nothing was imported."}
	case len(files) > 0:
		p.data.Upload = blocks.DueUpload{File: files[0].ID, Name: files[0].Name}
	case p.data.Text != "":
		p.data.Upload = blocks.DueUpload{}
	case p.data.Upload.File == "":
		return p, map[string]string{blocks.BlockDueFile: "Please choose a file, or paste lines below. Nothing was imported."}
	}
	return p, nil
}

// Imported is what came of a list: as a view, and for whoever has closed that.
type Imported struct {
	View slack.ModalViewRequest
	Told blocks.Message
}

// Import takes a list in. now is what can be shown when soon ends; whole says that it is the result,
// which comes over the channel, too, at the end of ctx at the latest. Who asks for it may decide
// requests.
func (v *View) Import(ctx, soon context.Context, p Putting) (now slack.ModalViewRequest, whole bool, result <-chan Imported) {
	done := make(chan Imported, 2)
	go func() {
		o := v.imported(ctx, p)
		done <- o
		done <- o
	}()
	select {
	case o := <-done:
		if blocks.FitsAck(o.View) {
			return o.View, true, done
		}
	case <-soon.Done():
	}
	return blocks.DueImportChecking(), false, done
}

// imported takes the list in and says what came of it.
func (v *View) imported(ctx context.Context, p Putting) Imported {
	text := []byte(p.data.Text)
	var err error
	if p.data.Upload.File != "" {
		text, err = v.text(ctx, p.data.Upload.File, due.MaxImport)
	}
	if err != nil {
		p.data.Wrong = socket.ExplainFile(err, "4 MB")
	} else if p.data.Result, err = v.lists.Import(ctx, bytes.NewReader(text), p.by, p.skip, v.wrongOwner); err != nil {
		p.data.Wrong = cmp.Or(unreached(err), "The list could not be taken in. Please try again in a moment.")
	}
	switch {
	case errors.Is(err, ledger.ErrUnclear):
		p.data.Wrong = "It is not known yet whether the list was imported. Import it again in a moment: what is the same changes nothing."
	case p.data.Wrong != "":
		p.data.Wrong += " Nothing was imported."
	}
	if err != nil {
		v.log.WarnContext(ctx, "a list of dates was not imported", "error", err)
	}
	told := blocks.DueImportTold(p.data.Result, p.data.Wrong)
	if p.data.Result.Done {
		return Imported{blocks.DueImported(p.data.Result), told}
	}
	return Imported{blocks.DueImportForm(p.data), told}
}

// wrongOwner says what is wrong with who is to look after a row.
func (v *View) wrongOwner(ctx context.Context, id string) (says string, err error) {
	gone, err := v.directory.Gone(ctx, []string{id})
	if len(gone) > 0 {
		says = fmt.Sprintf("the owner %s may not request renewals, so they would not see it", id)
	}
	return says, err
}

// unreached is what is said when the portal could not be asked; else nothing.
func unreached(err error) string {
	if portal.RequestID(err) != "" || errors.Is(err, context.DeadlineExceeded) {
		return portal.Explain(err) + " The holders of the list are looked up there."
	}
	return ""
}
