package audit

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"renewbot/bot/renewal"
)

// Story writes all that the ledger knows of a request: what is asked for, who decided
// what, each order that was tried, and the request's audit trail, with times in UTC and
// people as their Slack ids. It is safe to print on a terminal.
func Story(r renewal.Request, entries []renewal.Entry) string {
	var text strings.Builder
	s := &story{tabs: tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)}
	s.what(r)
	for _, a := range r.Attempts {
		s.attempt(a)
	}
	s.line("\nAudit trail (%d entries)\n", len(entries))
	for _, e := range entries {
		s.entry(e)
	}
	_ = s.tabs.Flush() // a strings.Builder takes everything
	return text.String()
}

type story struct{ tabs *tabwriter.Writer }

func (s *story) line(format string, args ...any) {
	_, _ = fmt.Fprintf(s.tabs, format+"\n", args...)
}

// field writes a name and its value, if it has one.
func (s *story) field(name, value string) {
	if value != "" {
		s.line("  %s\t%s", name, shown(value))
	}
}

func (s *story) what(r renewal.Request) {
	o := r.Offer
	s.line("%s: %s\n", r.Reference(), r.Status)
	s.field("Customer", strings.Join(nonEmpty(o.Holder.Name, o.Holder.SerialNumber, o.Holder.Email, string(o.Holder.PartnerID)), ", "))
	s.field("Product", o.Product)
	for _, l := range o.Lines {
		quantity := ""
		if l.Quantity != 0 {
			quantity = fmt.Sprintf(" × %d", l.Quantity)
		}
		s.field(l.Type, fmt.Sprintf("%s%s (%s)", l.Name, quantity, l.ID))
	}
	s.field("Billing contact", strings.Join(nonEmpty(o.Contact.Name, o.Contact.Email, string(o.Contact.ID)), ", "))
	s.field("PO number", r.PONumberSent())
	if o.Price != nil {
		s.field("Price", o.Price.String())
	}
	s.field("Note", r.Note)
	s.field("Requested by", r.Requester+" in "+r.Channel+" at "+utc(r.CreatedAt))
	s.field("Changed last by", r.AmendedBy)
	s.field("Revision", fmt.Sprintf("%d, asked for at %s", r.Revision, utc(r.AskedAt)))
	s.field("Changes", strings.Join(r.Changes, "; "))
	s.field("Fingerprint", r.Fingerprint)
	s.field("Way by the policy", r.WayInWords())
	s.field("Policy file", r.Ruling.File)
	if r.DryRun {
		s.field("Dry run", "yes, nothing is ordered")
	}
	for i, v := range r.Votes {
		then := r
		then.Votes = r.Votes[:i+1]
		s.field("Approved by", fmt.Sprintf("%s at %s (%s)", inPlace(v.By, v.For), utc(v.At), then.VotesIn()))
		s.field("Comment", v.Comment)
	}
	s.field("Returned by", inPlace(r.ReturnedBy, r.ReturnedFor))
	s.field("To be changed", r.ReturnReason)
	if r.Again != 0 {
		s.field("Asks again for", renewal.Reference(r.Again))
	}
	if r.Status == renewal.Returned {
		s.field("Times out", utc(r.ExpiresAt))
	}
	if r.Status == renewal.Pending {
		s.field("Approvals", r.VotesIn())
		s.field("Times out", utc(r.ExpiresAt))
	}
	s.field("Closed by", inPlace(r.ClosedBy, r.ClosedFor))
	s.field("Reason", r.Reason)
	if r.Order != nil {
		s.field("Order", strings.Join(nonEmpty(r.Order.OrderNo, r.Order.TransactionNo, r.Order.OrderStatus), ", "))
	}
	if r.Problem != nil {
		s.field("Problem", problem(*r.Problem))
	}
	if r.Search != nil {
		s.field("Looked for", strings.TrimSpace(utc(r.Search.At)+" "+strings.Join(r.Search.Candidates, ", ")))
	}
}

// inPlace is who did something, with in whose place.
func inPlace(id, of string) string {
	if of == "" {
		return id
	}
	return id + " as deputy of " + of
}

func (s *story) attempt(a renewal.Attempt) {
	outcome := strings.ReplaceAll(string(a.Outcome), "_", " ")
	if outcome == "" {
		outcome = "no outcome yet"
	}
	s.line("\nOrder attempt %d: %s\n", a.Number, shown(outcome))
	s.field("Started", utc(a.StartedAt)+", judged by others from "+utc(a.Deadline))
	s.field("Ended", utc(a.EndedAt))
	s.field("Sent", string(a.Body))
	s.field("Fingerprint", a.Fingerprint)
	if a.Order != nil {
		s.field("Answer", strings.Join(nonEmpty(a.Order.OrderNo, a.Order.TransactionNo, a.Order.OrderStatus, a.Order.RequestID), ", "))
	}
	if a.Problem != nil {
		s.field("Problem", problem(*a.Problem))
	}
}

func (s *story) entry(e renewal.Entry) {
	move := ""
	switch {
	case e.From == e.To:
	case e.From == "":
		move = "→ " + string(e.To)
	default:
		move = string(e.From) + " → " + string(e.To)
	}
	s.line("  #%d\t%s\t%s\t%s\trevision %d\t%s", e.Seq, utc(e.At), shown(string(e.Code)), shown(e.Actor), e.Revision, shown(move))
	for _, k := range slices.Sorted(maps.Keys(e.Detail)) {
		s.line("\t  %s: %s", shown(k), shown(renewal.StoredText(e.Detail[k])))
	}
}

func problem(p renewal.Problem) string {
	return strings.Join(nonEmpty(string(p.Class), p.Code, renewal.StoredText(p.Detail), p.RequestID), ", ")
}

func utc(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04:05 UTC")
}

func nonEmpty(parts ...string) []string {
	return slices.DeleteFunc(parts, func(p string) bool { return p == "" })
}

// shown makes a text safe for a terminal and for the columns: signs that would move the
// cursor, or text the other way round, are replaced.
func shown(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t' || r == '\r':
			return ' '
		case unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r):
			return unicode.ReplacementChar
		}
		return r
	}, strings.ToValidUTF8(s, string(unicode.ReplacementChar)))
}
