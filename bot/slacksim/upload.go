package slacksim

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"
)

// Attachment is a file on a person's machine.
type Attachment struct {
	Name    string
	Content []byte
}

// Upload puts files into a file field of the modal on top, in place of those that are there; none empties it.
// Slack's client takes no empty file, none with another ending than the field's filetypes, and no more than
// max_files.
// https://docs.slack.dev/reference/block-kit/block-elements/file-input-element
func (p *Person) Upload(ctx context.Context, field string, list ...Attachment) (ActResult, error) {
	what := fmt.Sprintf("upload into %q", field)
	w := p.ws
	w.mu.Lock()
	v, e, err := p.inForm(what, field)
	if err == nil {
		err = p.checkUpload(what, e, list)
	}
	if err != nil {
		w.mu.Unlock()
		return ActResult{}, err
	}
	value := []any{}
	for _, a := range list {
		f := w.files.add(File{
			Name: a.Name, User: p.id, Content: slices.Clone(a.Content), Length: len(a.Content), Uploaded: true, Complete: true, InForm: true,
		})
		value = append(value, w.files.json(f))
	}
	return p.change(ctx, v, e, value, e.dispatches())
}

func (p *Person) checkUpload(what string, e element, list []Attachment) error {
	if e.typ() != "file_input" {
		return p.refuse(what, "a %s takes no files", e.typ())
	}
	most := 10
	if n, ok := e.fields["max_files"]; ok {
		most = integer(n)
	}
	if len(list) > most {
		return p.refuse(what, "at most %d files can be uploaded", most)
	}
	types, _ := e.fields["filetypes"].([]any)
	for _, a := range list {
		ending := strings.TrimPrefix(strings.ToLower(path.Ext(a.Name)), ".")
		switch {
		case a.Name == "" || len(a.Content) == 0:
			return p.refuse(what, "%q is empty", a.Name)
		case len(a.Content) > longestFile:
			return p.refuse(what, "%q is too large", a.Name)
		case len(types) > 0 && !slices.Contains(types, any(ending)):
			return p.refuse(what, "files of the type %q can't be uploaded here", ending)
		}
	}
	return nil
}

// usesFiles says whether somebody can upload a file in blocks, for which an app needs files:read.
func usesFiles(blocks any) bool {
	found := false
	eachElement(list(blocks), func(e element) { found = found || e.typ() == "file_input" })
	return found
}
