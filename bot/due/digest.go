package due

import (
	"slices"
	"time"

	"renewbot/bot/renewal"
)

// Digest is what is told at one time of the digest.
type Digest struct {
	Overdue []Row
	New     []Row    // due, and was not when the last digest was posted
	Unowned []Row    // due, and nobody looks after it
	Moving  []Row    // due although it was ordered: the portal still shows the date from before
	Rows    []Row    // all, for their counts
	Unread  []string // names of products whose packages are missing
	Told    []Key    // the rows that are due now
	// Known is what the next digest takes for known: these, and what was told before while packages
	// are missing. It is never nil.
	Known []Key
}

// Nothing says whether there is nothing to tell. What could not be read is something.
func (d Digest) Nothing() bool {
	return len(d.Overdue)+len(d.New)+len(d.Unowned)+len(d.Moving)+len(d.Unread) == 0
}

// nagged says whether people are told of a row: it is due, nothing is open for it, and the portal has
// had time to show what was ordered.
func (l List) nagged(r *Row) bool {
	return r.Band(l.Now).Due() && !r.Asked() && !r.Settling(l.Now)
}

// Digest chooses what the channel is told, beside what it was told the last time. Rows of
// which something is open, or which renew by themselves, sleep or end, are left in peace.
func (l List) Digest(told []Key) Digest {
	d := Digest{Rows: l.Rows, Unread: l.Unread, Known: []Key{}}
	if len(l.Unread) > 0 {
		d.Known = append(d.Known, told...)
	}
	known := make(map[Key]bool, len(told))
	for _, k := range told {
		known[k] = true
	}
	for _, r := range l.Rows {
		if r.Band(l.Now).Due() && r.Behind() {
			d.Moving = append(d.Moving, r)
		}
		if !l.nagged(&r) {
			continue
		}
		d.Told = append(d.Told, r.Key())
		if len(l.Unread) == 0 || !known[r.Key()] {
			d.Known = append(d.Known, r.Key())
		}
		switch {
		case r.Band(l.Now) == Overdue:
			d.Overdue = append(d.Overdue, r)
		case !known[r.Key()]:
			d.New = append(d.New, r)
		}
		if r.Mark.Owner == "" {
			d.Unowned = append(d.Unowned, r)
		}
	}
	return d
}

// Owners lists who looks after rows of which people are told.
func (l List) Owners() []string { return l.ownersOf(l.nagged) }

// LookedAfterBy lists who looks after any row.
func (l List) LookedAfterBy() []string { return l.ownersOf(func(*Row) bool { return true }) }

func (l List) ownersOf(meant func(*Row) bool) []string {
	var owners []string
	for i := range l.Rows { // rows are large
		if r := &l.Rows[i]; r.Mark.Owner != "" && meant(r) {
			owners = append(owners, r.Mark.Owner)
		}
	}
	slices.Sort(owners)
	return slices.Compact(owners)
}

// Left is the list without the owners who are gone: nobody looks after their rows.
func (l List) Left(gone []string) List {
	if len(gone) == 0 {
		return l
	}
	l.Rows = slices.Clone(l.Rows)
	for i := range l.Rows {
		if slices.Contains(gone, l.Rows[i].Mark.Owner) {
			l.Rows[i].Mark.Owner = ""
		}
	}
	return l
}

// Of lists the rows of which an owner is told.
func (l List) Of(owner string) []Row {
	var rows []Row
	for _, r := range l.Rows {
		if r.Mark.Owner == owner && l.nagged(&r) {
			rows = append(rows, r)
		}
	}
	return rows
}

// Soon lists the rows of which other systems are told: people are, and they end within 30 days
// or have ended. Nothing is told of products whose packages could not be read: one may have been
// renewed in the portal, and an event cannot be taken back.
func (l List) Soon() []Row {
	var rows []Row
	for _, r := range l.Rows {
		if b := r.Band(l.Now); (b == Overdue || b == Within14 || b == Within30) && l.nagged(&r) && !slices.Contains(l.Unread, r.Product.Name) {
			rows = append(rows, r)
		}
	}
	return rows
}

// Notice is what other systems are told of a row.
func (r *Row) Notice(at time.Time) renewal.Notice {
	k := r.Key()
	end, _ := r.Ends()
	return renewal.Notice{
		Type: renewal.NoticeDue, Subject: k.Product + "/" + k.Holder, At: at,
		Data: renewal.NoticeData{Product: k.Product, Holder: k.Holder, Quantity: r.Quantity, ExpiresAt: end},
	}
}
