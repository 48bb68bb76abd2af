package blocks

import (
	"cmp"
	"fmt"
	"strings"

	"renewbot/bot/renewal"
)

// What several sentences say of an order.
const (
	nothingYet = "Nothing has been ordered."
	nothingWas = "Nothing was ordered."
	nextChoice = "It can be tried again or closed."
	// unsure is the sentence under an order of unknown fate.
	unsure = "This order may or may not have been placed. Nothing will be sent again until you decide."
	// heldByDryRun is the sentence under an approved order of a real run while a dry run goes on.
	heldByDryRun = "Nothing has been ordered yet: Renewbot makes a dry run, which holds this order. When the dry run is over it is ordered, or asked about anew."
	// unchecked is the sentence under an approved order that waits for its last check.
	unchecked = "Nothing has been ordered yet: the check before it can't be made just now."
)

// unsearched is said while the list cannot be read in which a lost order would be.
const unsearched = "Yeastar's order list can't be read, so I can't look for the order."

// state is how a request's state is told, on cards and lists and in sentences.
type state struct {
	sign  string           // never says more than the words
	label string           // the state by itself
	more  string           // what is known beside it, on cards; finished mrkdwn
	is    renewal.Sentence // the state in a sentence that begins with the request's number
	end   string           // ends both: what was ordered, and what can be done
}

func (s state) meaning() string { return join(s.more, s.end) }
func (s state) bold() string    { return fmt.Sprintf("%s *%s.* %s", s.sign, s.label, s.meaning()) }
func (s state) plain() string   { return fmt.Sprintf("%s. %s", s.label, s.meaning()) }
func (s state) short() string   { return s.sign + " " + s.label }

// stateOf says where a request stands and whether anything was ordered.
func stateOf(r renewal.Request) state {
	switch r.Status {
	case renewal.Pending:
		return state{"⏳", "Waiting for approval", join(votes(r), handed(r)), renewal.Say("is waiting for approval."), nothingYet}
	case renewal.Returned:
		return state{"↪️", "Returned for changes", "By " + inPlace(r.ReturnedBy, r.ReturnedFor) + reason(r.ReturnReason), renewal.Say("waits for the changes that were asked for."), nothingYet}
	case renewal.Approved:
		if r.WaitsForDay() && r.Problem == nil {
			return dated(r)
		}
		if r.Batch != 0 && r.Problem == nil && !r.DryRun {
			return state{"👍", "Approved", inTurn(r), renewal.Say("is approved and is ordered when it is its turn in " + renewal.BatchReference(r.Batch) + "."), ""}
		}
		return state{"👍", "Approved", approved(r), renewal.Say("is approved and its order is about to be placed."), ""}
	case renewal.Ordering:
		return state{"📤", "Being ordered", "The order is on its way to Yeastar; there is no answer yet.",
			renewal.Say("is being ordered right now."), ""}
	case renewal.Ordered:
		return state{"✅", "Ordered", join(orderWords(r), renewedWords(r)), renewal.Say("was ordered: order " + orderNo(r) + "."), ""}
	case renewal.Processing:
		return state{"🕓", "Ordered, not finished",
			join(orderWords(r), "It may need paying in the Partner Portal. Renewbot keeps asking and will not order again."),
			renewal.Say("was sent to the vendor as order " + orderNo(r) + ", which is not finished yet."), ""}
	case renewal.Unknown:
		return state{"❓", "Not known whether it was ordered", join(unsure, problem(r), namedBy(r), searched(r)),
			renewal.Say("may or may not have been ordered. Nothing will be sent again until somebody settles it."), ""}
	case renewal.Refused:
		return refused(r)
	case renewal.Rejected:
		return state{"🚫", "Rejected", "By " + inPlace(r.ClosedBy, r.ClosedFor) + reason(r.Reason), closedBy("was rejected", r), nothingWas}
	case renewal.Cancelled:
		return cancelled(r)
	case renewal.Expired:
		return state{"⌛", "Timed out", timedOut(r), renewal.Say("timed out before it was approved."), nothingWas}
	}
	return state{"•", outside(string(r.Status), shortLimit), "", renewal.Say("is " + string(r.Status) + "."), ""}
}

// dated is approved for a day that was to come then.
func dated(r renewal.Request) state {
	on := dateWords(r.Offer.OrderOn.Date)
	s := state{"🗓️", "Approved, to be ordered on " + on, onItsDay(moment(r.Offer.OrderOn.From)), renewal.Say("is approved and will be ordered on " + on + "."), ""}
	if r.DryRun {
		s.more = "The dry run ends on that day, without an order."
	}
	return s
}

// inTurn says when an approved line of a batch is ordered.
func inTurn(r renewal.Request) string {
	return "It is ordered when it is its turn in " + renewal.BatchReference(r.Batch) + ", after a last check, and not while that is paused. " + nothingYet
}

func timedOut(r renewal.Request) string {
	if r.ReturnedBy != "" {
		return "It was returned for changes, which were not made in time."
	}
	return "Nobody approved it in time."
}

func closedBy(what string, r renewal.Request) renewal.Sentence {
	who := renewal.Sentence{renewal.Text(what + " by "), renewal.ID(r.ClosedBy)}
	if r.ClosedFor != "" {
		who = append(who, renewal.Text(" as deputy of "), renewal.ID(r.ClosedFor))
	}
	return append(who, renewal.Text("."))
}

func orderNo(r renewal.Request) string {
	if r.Order == nil {
		return ""
	}
	return r.Order.OrderNo
}

func approved(r renewal.Request) string {
	switch {
	case r.WaitsBehind() != "":
		return behind(r.WaitsBehind())
	case r.WaitsDryRun():
		return heldByDryRun
	case r.WaitsPaused():
		return pausedWords(r, r.Problem.By, r.Problem.Detail)
	case r.Waits():
		return join(unchecked, problem(r), "I keep trying.")
	case r.DryRun:
		return "The dry run ends here, without an order."
	case r.Problem != nil:
		return join("The last attempt placed nothing; another one follows automatically.", problem(r))
	}
	return "The order is about to be placed."
}

// behind says for which request's order another one waits.
func behind(reference string) string {
	return "Nothing has been ordered yet: the order of " + outside(reference, shortLimit) +
		", for the same package, has to be finished first."
}

func refused(r renewal.Request) state {
	s := state{"⚠️", "Not ordered", problem(r), renewal.Say("was not ordered."), nextChoice}
	if r.Order != nil {
		s.label, s.more = "The order did not go through", orderWords(r)
	}
	return s
}

func cancelled(r renewal.Request) state {
	switch {
	case r.ClosedBy == renewal.System:
		return state{"🧪", "Dry run finished", "Everything was done but the order itself.", renewal.Say("was a dry run."), nothingWas}
	case r.WasRefused():
		return state{"✖️", "Closed", "By " + inPlace(r.ClosedBy, r.ClosedFor) + ".", closedBy("was closed", r), nothingWas}
	}
	return state{"✖️", "Cancelled", "By " + inPlace(r.ClosedBy, r.ClosedFor) + ".", closedBy("was cancelled", r), nothingWas}
}

// votes says how many approvals are in, when more than one is needed.
func votes(r renewal.Request) string {
	if r.Ways != nil {
		by := ""
		if len(r.Votes) > 0 {
			by = "Approved by " + voters(r) + "."
		}
		return join(whereOnWay(r), by)
	}
	if r.Required <= 1 && len(r.Votes) == 0 {
		return ""
	}
	s := fmt.Sprintf("%d of %d approvals", len(r.Votes), r.Required)
	if len(r.Votes) > 0 {
		s += ": " + voters(r)
	}
	return s + "."
}

// orderWords are the numbers of the order and the vendor's word for its state.
func orderWords(r renewal.Request) string {
	if r.Order == nil {
		return ""
	}
	return orderNumbers(r.Order.OrderNo, r.Order.TransactionNo, r.Order.OrderStatus)
}

func orderNumbers(order, transaction, status string) string {
	parts := []string{"Order " + cmp.Or(outside(order, shortLimit), "without a number")}
	if transaction != "" {
		parts = append(parts, "transaction "+outside(transaction, shortLimit))
	}
	if status != "" {
		parts = append(parts, "Yeastar says “"+outside(status, shortLimit)+"”")
	}
	return strings.Join(parts, ", ") + "."
}

// renewedWords say until when the package of an order is renewed by the portal.
func renewedWords(r renewal.Request) string {
	switch r.DateTold {
	case renewal.CodeConfirmed:
		return "Renewed until " + r.RenewedUntil.UTC().Format("2 Jan 2006") + " (the portal says)."
	case renewal.CodeUnconfirmed:
		return "The portal does not show the new date yet."
	}
	return ""
}

// problem is why an order is refused or of unknown fate.
func problem(r renewal.Request) string {
	if r.Problem == nil {
		return ""
	}
	return problemWords(r.Problem.Detail, r.Problem.Code, r.Problem.RequestID)
}

// problemWords tells the vendor's words with what a support ticket needs, or ours.
func problemWords(detail, code, requestID string) string {
	detail = outside(strings.TrimRight(clean(renewal.StoredText(detail)), ". "), detailLimit)
	if code == "gone" || code == "settled" || code == "waiting" || code == "candidates" { // codes of ours, which say nothing to people
		code = ""
	}
	var marks []string
	if code != "" {
		marks = append(marks, "code "+outside(code, shortLimit))
	}
	if requestID != "" {
		marks = append(marks, "request id "+outside(requestID, shortLimit))
	}
	switch {
	case len(marks) == 0 && detail == "":
		return ""
	case len(marks) == 0:
		return "What happened: " + detail + "."
	case detail == "":
		return "What happened: " + strings.Join(marks, ", ") + "."
	}
	return "Yeastar says “" + detail + "” (" + strings.Join(marks, ", ") + ")."
}

// namedBy says which order the answer named that left the order's fate unknown.
func namedBy(r renewal.Request) string {
	if r.Problem == nil {
		return ""
	}
	return named(r.Problem.Order)
}

// searched is what the vendor's order list told of an order of unknown fate.
func searched(r renewal.Request) string {
	if r.Search == nil {
		return ""
	}
	if r.Search.Unreadable != "" {
		return join(unsearched, outside(renewal.StoredText(r.Search.Unreadable), detailLimit), "I keep trying.", listedBefore(r.Search.Candidates))
	}
	return searchWords(r.Search.Candidates)
}

// listedBefore says which orders the list had when it could be read.
func listedBefore(candidates []string) string {
	if len(candidates) == 0 {
		return ""
	}
	return "When it could be read: " + searchWords(candidates)
}

// lookedFor says which order was looked for in the vendor's list.
func lookedFor(r renewal.Request) string {
	s := "I looked for " + what(r.Offer, outside)
	if po := r.PONumberSent(); po != "" {
		s += " with the PO number " + outside(po, shortLimit)
	}
	return s + "."
}

func searchWords(candidates []string) string {
	if len(candidates) == 0 {
		return "Yeastar's order list has no such order so far; it may still show up. Please check in the Partner Portal."
	}
	var numbers []string
	for i, c := range candidates {
		if i == 5 {
			numbers = append(numbers, fmt.Sprintf("%d more", len(candidates)-i))
			break
		}
		numbers = append(numbers, outside(c, shortLimit))
	}
	found := "orders that could be this one: "
	if len(candidates) == 1 {
		found = "an order that could be this one: "
	}
	return "Yeastar's order list has " + found + joinWith(", ", numbers...) + ". Please check in the Partner Portal."
}

// reason is a person's reason as the end of a sentence.
func reason(s string) string {
	s = outside(s, reasonLimit)
	switch {
	case s == "":
		return "."
	case strings.ContainsAny(s[len(s)-1:], ".!?"):
		return ": “" + s + "”"
	}
	return ": “" + s + "”."
}
