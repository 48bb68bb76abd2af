package blocks

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"renewbot/bot/due"
)

// The actions of a list of renewals due, and the verbs of a row's menu.
const (
	ActionDueRenew    = "due_renew"
	ActionDueSeveral  = "due_several"
	ActionDueMore     = "due_more"
	ActionDueOwners   = "due_owners"
	ActionDueSomebody = "due_somebody"
	ActionDueProduct  = "due_product"
	ActionDueBack     = "due_back"
	ActionDueNext     = "due_next"
	ActionDueUntil    = "due_until"
	ActionDueOwner    = "due_owner"

	DueOwner  = "owner"
	DueSnooze = "snooze"
	DueEnding = "ending"
	DueWake   = "wake"
)

// The callback ids and block ids of the small forms of a row.
const (
	CallbackDueSnooze = "due_snooze"
	CallbackDueEnding = "due_ending"
	CallbackDueOwner  = "due_owner"
	BlockDueUntil     = "due_until"
	BlockDueOwner     = "due_owner"
)

// IsDue says whether an action or a callback is of a list of renewals due.
func IsDue(id string) bool { return strings.HasPrefix(id, "due_") }

// DueState writes a filter so that it fits a block id.
func DueState(f due.Filter) string {
	v := url.Values{}
	set := func(name, value string) {
		if value != "" && value != "0" {
			v.Set(name, value)
		}
	}
	set("d", strconv.Itoa(f.Within))
	set("o", f.Owner)
	set("p", f.Product)
	set("n", strconv.Itoa(f.Page))
	room := limitBlockID - len("due.filter.") - len(v.Encode()) - len("&t=")
	set("t", beginning(f.Text, func(s string) bool { return len(url.QueryEscape(s)) <= room }))
	return v.Encode()
}

// beginning is as much of what somebody looks for as fits. It means all that the whole means, and an
// ellipsis would stand in no name.
func beginning(text string, fits func(string) bool) string {
	runes := []rune(clean(text))
	runes = runes[:min(len(runes), limitBlockID)]
	for len(runes) > 0 && !fits(string(runes)) {
		runes = runes[:len(runes)-1]
	}
	return strings.TrimSpace(string(runes))
}

// ReadDueState reads the filter behind the last dot of a block id. What is no filter is none.
func ReadDueState(blockID string) due.Filter {
	_, state, _ := strings.Cut(strings.TrimPrefix(blockID, "due."), ".")
	if number, rest, ok := strings.Cut(state, "."); ok {
		if _, err := strconv.Atoi(number); err == nil {
			state = rest
		}
	}
	v, err := url.ParseQuery(state)
	if err != nil {
		return due.Filter{}
	}
	within, _ := strconv.Atoi(v.Get("d"))
	page, _ := strconv.Atoi(v.Get("n"))
	return due.Filter{Within: max(within, 0), Text: v.Get("t"), Owner: v.Get("o"), Product: v.Get("p"), Page: max(page, 0)}
}

// dueSeveral opens the form of a batch, filled with what a filter leaves of a list; none when that
// is a single row, which has its own button.
func dueSeveral(l due.List, f due.Filter, label string) []slack.BlockElement {
	rows := len(l.Askable(f))
	if rows < 2 {
		return nil
	}
	return severalButton(f, fmt.Sprintf(label, rows))
}

func severalButton(f due.Filter, label string) []slack.BlockElement {
	f.Text, f.Page = beginning(f.Text, func(s string) bool { return width(s) <= limitBlockID }), 0
	return []slack.BlockElement{slack.NewButtonBlockElement(ActionDueSeveral, encode(f), plain(label, limitButton))}
}

// ReadDueSeveral reads the value of such a button. What is no filter is of the person alone.
func ReadDueSeveral(value, userID string) due.Filter {
	var f due.Filter
	if json.Unmarshal([]byte(value), &f) != nil {
		return due.Filter{Owner: userID}
	}
	return f
}

func dueKey(k due.Key) string { return line(k.Product, 40) + " " + line(k.Holder, 80) }

// ReadDueKey reads the value of a row's button.
func ReadDueKey(s string) (due.Key, error) {
	product, holder, ok := strings.Cut(s, " ")
	if !ok || product == "" || holder == "" {
		return due.Key{}, errors.New("decode a row of renewals due: no product and holder")
	}
	return due.Key{Product: product, Holder: holder}, nil
}

// ReadDueChoice reads the value of a row's menu.
func ReadDueChoice(s string) (verb string, k due.Key, err error) {
	verb, rest, _ := strings.Cut(s, " ")
	k, err = ReadDueKey(rest)
	return verb, k, err
}

// DueTarget is what a small form is about, and the list behind it.
type DueTarget struct {
	Key   due.Key
	State string // DueState of the list that it was opened from
	// Answer is where the list can be drawn again; empty: it stands in Home.
	Answer string
	// Chosen are the rows that are ticked in the list.
	Chosen []due.Key
}

// dueTarget is a DueTarget as it is written. Each product stands once, so that as many ticked rows as a
// batch takes have room.
type dueTarget struct {
	Key    due.Key             `json:"k"`
	State  string              `json:"s,omitempty"`
	Answer string              `json:"a,omitempty"`
	Ticked map[string][]string `json:"t,omitempty"` // holders by product
}

// encode writes the target so that it fits, and counts the ticked rows that have no room in it.
func (t DueTarget) encode() (s string, lost int) {
	w := dueTarget{Key: due.Key{Product: oneLine(t.Key.Product, limitOption), Holder: oneLine(t.Key.Holder, limitOption)}, State: t.State, Answer: t.Answer}
	if width(encode(w)) > limitMetadata {
		w.Answer, w.State = "", ""
	}
	with := func(n int) string {
		w.Ticked = map[string][]string{}
		for _, k := range t.Chosen[:n] {
			w.Ticked[k.Product] = append(w.Ticked[k.Product], k.Holder)
		}
		return encode(w)
	}
	lost = sort.Search(len(t.Chosen), func(lost int) bool { return width(with(len(t.Chosen)-lost)) <= limitMetadata })
	return with(len(t.Chosen) - lost), lost
}

// ReadDueTarget reads the private_metadata of a small form.
func ReadDueTarget(s string) (DueTarget, error) {
	var w dueTarget
	if err := json.Unmarshal([]byte(s), &w); err != nil {
		return DueTarget{}, fmt.Errorf("decode what a form is about: %w", err)
	}
	t := DueTarget{Key: w.Key, State: w.State, Answer: w.Answer}
	for _, product := range slices.Sorted(maps.Keys(w.Ticked)) {
		for _, holder := range w.Ticked[product] {
			t.Chosen = append(t.Chosen, due.Key{Product: product, Holder: holder})
		}
	}
	return t, nil
}

func dueForm(callback, title string, t DueTarget, r due.Row, blocks ...slack.Block) slack.ModalViewRequest {
	text := dueHead(r) + "\nNothing is ordered or stopped by this form."
	metadata, lost := t.encode()
	if lost > 0 {
		text += fmt.Sprintf("\n⚠️ %s not ticked any more once you save this: so many are not kept beside a form. Please tick them again then.", count(lost, "row is", "rows are"))
	}
	v := modal(callback, title, append([]slack.Block{section("about", text)}, blocks...)...)
	v.Submit, v.Close, v.PrivateMetadata = plain("Save", limitTitle), plain("Back", limitTitle), metadata
	return v
}

// DueSnoozeForm asks until when nobody is told of a row. now is in the zone of who is asked.
func DueSnoozeForm(t DueTarget, r due.Row, now time.Time) slack.ModalViewRequest {
	picker := slack.NewDatePickerBlockElement(ActionDueUntil)
	picker.InitialDate = now.AddDate(0, 0, 14).Format(time.DateOnly)
	return dueForm(CallbackDueSnooze, "Snooze", t, r, slack.NewInputBlock(BlockDueUntil, plain("Until", limitLabel),
		plain("Until then nobody is told of it. It stays in the list, and can be renewed.", limitLabel), picker))
}

// DueEndingForm asks why a package is not to be renewed.
func DueEndingForm(t DueTarget, r due.Row) slack.ModalViewRequest {
	return dueForm(CallbackDueEnding, "Not renewing", t, r,
		reasonInput("Why", "It is kept with the package and the audit trail, and told to whoever asks for its renewal. The package is told of again when it was renewed after all."))
}

// DueOwnerForm asks who looks after a row. told says whether there is a digest, by which owners are told.
func DueOwnerForm(t DueTarget, r due.Row, told bool) slack.ModalViewRequest {
	menu := slack.NewOptionsSelectBlockElement(slack.OptTypeUser, plain("Nobody", limitPlaceholder), ActionDueOwner)
	if userID().MatchString(r.Mark.Owner) {
		menu.InitialUser = r.Mark.Owner
	}
	hint := "They are told of it by direct message, in their morning after each digest while it is due."
	if !told {
		hint = "They find it by “/renew due mine” and on Home. Nobody is told by direct message: no digest is set up here (RENEW_DIGEST)."
	}
	input := slack.NewInputBlock(BlockDueOwner, plain("Owner", limitLabel), plain(hint+" Leave it empty for nobody.", limitLabel), menu)
	input.Optional = true
	return dueForm(CallbackDueOwner, "Owner", t, r, input)
}

// DueDigest is what a channel is told at the time of the digest.
func DueDigest(d due.Digest, now time.Time) Message {
	blocks := []slack.Block{header("digest", "Renewals due"), section("digest.counts", dueCounts(due.List{Now: now, Rows: d.Rows, Unread: d.Unread}))}
	text := []string{"Renewals due."}
	for _, part := range []struct {
		id, heading string
		rows        []due.Row
	}{
		{"overdue", "🔴 Overdue", d.Overdue}, {"new", "🆕 New since the last time", d.New},
		{"unowned", "👤 Nobody looks after", d.Unowned}, {"moving", "🕓 Ordered, and the portal still shows the old date", d.Moving},
	} {
		if len(part.rows) == 0 {
			continue
		}
		heading := fmt.Sprintf("%s (%d)", part.heading, len(part.rows))
		blocks = append(blocks, section("digest."+part.id, "*"+heading+"*\n"+dueBullets(part.rows, now)))
		text = append(text, heading+".")
	}
	text = append(text, dueUnread(d.Unread)...)
	end := "“/renew due” lists all, with a button to renew. Nothing was ordered."
	return Message{Text: cutMarkup(joinWith(" ", append(text, end)...), limitMessageText), Blocks: append(blocks, contextLine("digest.end", end))}
}

// DueOwnersDigest is what an owner is told of what is theirs, and of what could not be read.
func DueOwnersDigest(rows []due.Row, unread []string, now time.Time) Message {
	head := fmt.Sprintf("Renewals due that you look after (%d)", len(rows))
	end := "“/renew due” lists them, with a button to renew, to snooze or to give them to somebody else. Nothing was ordered."
	blocks := []slack.Block{section("digest.owner", joinWith("\n", "*"+head+"*", dueBullets(rows, now)))}
	missing := dueUnread(unread)
	if len(missing) > 0 {
		blocks = append(blocks, section("digest.unread", strings.Join(missing, "\n")))
	}
	return Message{
		Text:   cutMarkup(joinWith(" ", append([]string{head + "."}, append(missing, end)...)...), limitMessageText),
		Blocks: append(blocks, contextLine("digest.end", end)),
	}
}

func dueBullets(rows []due.Row, now time.Time) string {
	var items []string
	for _, r := range rows[:min(len(rows), dueTold)] {
		warning := ""
		if r.Behind() {
			warning = " · ⚠️ ordered already: look in the portal first"
		}
		items = append(items, cutMarkup(dueHead(r)+": "+dueEnds(r, now, unnamed)+" · "+dueOwner(r), 230-width(warning))+warning)
	}
	s := bullets(items, dueTold)
	if more := len(rows) - len(items); more > 0 {
		s += fmt.Sprintf("\n• and %d more", more)
	}
	return s
}
