package batch

import (
	"bytes"
	"context"
	"crypto/rand"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"

	"renewbot/blocks"
	"renewbot/bot/due"
	"renewbot/bot/lookup"
	"renewbot/bot/portal"
	"renewbot/bot/renewal"
	"renewbot/bot/reply"
	"renewbot/bot/sheet"
)

// listPatience is how long the form waits for the list of renewals due: its trigger is good for
// three seconds.
const listPatience = 1500 * time.Millisecond

// Open opens the form, with what is due by a filter, or with rows that were chosen. Who opens it
// may request.
func (v *View) Open(ctx context.Context, w reply.Person, narrowed due.Filter, chosen ...due.Key) {
	looking, cancel := context.WithTimeout(ctx, listPatience)
	defer cancel()
	f := blocks.BatchFormData{
		Key: rand.Text(), Columns: Columns, DryRun: v.policy.DryRun, Channels: v.directory.AllowedChannels(looking),
		ChannelNames: v.directory.ChannelNames(looking), ChannelHint: v.directory.ChannelHint(), Channel: v.directory.ChannelHere(looking, w.Channel),
	}
	file := v.template(looking, w.ID, narrowed, chosen, &f)
	v.keep(looking, w, &f, file)
	v.reply.Open(ctx, w, w.Trigger, blocks.BatchForm(f))
}

// templateHeader is the first line of what a form begins with.
const templateHeader = "holder,product,quantity,term,contact,name,ends"

// template fills the form with what is due by a filter, or with what was chosen, as lines that only have
// to be looked through. file is as of fill.
func (v *View) template(ctx context.Context, userID string, by due.Filter, chosen []due.Key, f *blocks.BatchFormData) (file string) {
	list, err := v.lists.Load(ctx, lookup.AnyAge)
	if err != nil {
		v.log.WarnContext(ctx, "the renewals due could not be read for a batch", "error", err)
	}
	f.Unread = err != nil || len(list.Unread) > 0
	list.Now = list.Now.In(v.directory.Zone(ctx, userID)) // by whose days the filter counts
	if by.Owner == due.Nobody {
		gone, err := v.directory.Gone(ctx, list.LookedAfterBy())
		if err != nil {
			v.log.WarnContext(ctx, "whether all owners of renewals due are still there was not found out", "error", err)
		}
		list = list.Left(gone) // whose rows are nobody's
	}
	rows := list.Chosen(chosen)
	if len(chosen) == 0 {
		rows = list.Only(by, portal.Fits).Askable(by)
	}
	f.Gone = max(len(chosen)-len(rows), 0)
	lines := make([]string, len(rows))
	for i, r := range rows {
		lines[i] = templateLine(r)
	}
	return fill(f, templateHeader, lines)
}

// fill puts the lines into the form that it has room for. file has the others, too, as far as a batch takes
// them; it is empty when all are in the form.
func fill(f *blocks.BatchFormData, header string, lines []string) (file string) {
	f.Text = header + "\n"
	file, width, shown := f.Text, len(f.Text), 0
	for _, line := range lines {
		if f.File.Lines < renewal.MaxBatch {
			file, f.File.Lines = file+line, f.File.Lines+1
		} else {
			f.File.Beyond++
		}
		w := len(utf16.Encode([]rune(line))) // as Slack counts
		if shown == renewal.MaxBatch || width+w > blocks.MaxBatchText {
			f.More++
			continue
		}
		f.Text, width, shown = f.Text+line, width+w, shown+1
	}
	f.Nothing = shown == 0
	if f.File.Lines == shown {
		f.File, file = blocks.BatchFile{}, ""
	}
	return file
}

func templateLine(r due.Row) string {
	var quantity, term, ends string
	if !r.Product.CycleKept { // whose usual term is that of the present cycle, which no list tells
		term = r.Product.Terms[0].String()
	}
	if r.Quantity > 0 && r.Product.Quantity != "none" {
		quantity = strconv.Itoa(r.Quantity)
	}
	if end, known := r.Ends(); known {
		ends = sheet.Day(end)
	}
	return csvLine(r.Holder.Key(), r.Product.Key, quantity, term, "", oneLine(r.Holder.Name), ends)
}

// oneLine is a name without its line breaks.
func oneLine(name string) string { return strings.Join(strings.Fields(name), " ") }

func csvLine(cells ...string) string {
	var b bytes.Buffer
	if err := sheet.Write(&b, sheet.CSV, sheet.Table{Header: []string{"-"}, Rows: [][]string{cells}}); err != nil {
		return ""
	}
	_, line, _ := strings.Cut(b.String(), "\n")
	return line
}
