package blocks

import (
	"cmp"
	"fmt"
	"strings"

	"renewbot/bot/renewal"
)

// unsure is the sentence under an order of unknown fate.
const unsure = "This order may or may not have been placed. Nothing will be sent again until you decide."

const nothingOrdered = "Nothing has been ordered."

// unchecked is the sentence under an approved order that waits for the portal.
const unchecked = "Nothing has been ordered yet: the check before it needs the Partner Portal."

// standing is a request's state: a sign, a word for it, and what it means. The sign
// never says more than the words.
type standing struct{ sign, word, meaning string }

func (s standing) bold() string  { return fmt.Sprintf("%s *%s.* %s", s.sign, s.word, s.meaning) }
func (s standing) plain() string { return fmt.Sprintf("%s. %s", s.word, s.meaning) }
func (s standing) short() string { return s.sign + " " + s.word }

// stand says where a request stands and whether anything was ordered.
func stand(r renewal.Request) standing {
	switch r.Status {
	case renewal.Pending:
		return standing{"⏳", "Waiting for approval", join(votes(r), nothingOrdered)}
	case renewal.Approved:
		return approved(r)
	case renewal.Ordering:
		return standing{"📤", "Being ordered", "The order is on its way to Yeastar; its answer is not here yet."}
	case renewal.Ordered:
		return standing{"✅", "Ordered", orderWords(r)}
	case renewal.Processing:
		return standing{"🕓", "Ordered, not finished",
			join(orderWords(r), "It may need paying in the Partner Portal. Renewbot keeps asking and will not order again.")}
	case renewal.Unknown:
		return standing{"❓", "Not known whether it was ordered", join(unsure, problem(r), searched(r))}
	case renewal.Refused:
		return refused(r)
	case renewal.Rejected:
		return standing{"🚫", "Rejected", join("By "+mention(r.ClosedBy)+reason(r.Reason), "Nothing was ordered.")}
	case renewal.Cancelled:
		return cancelled(r)
	case renewal.Expired:
		return standing{"⌛", "Timed out", "Nobody approved it in time. Nothing was ordered."}
	}
	return standing{"•", outside(string(r.Status), shortLimit), ""}
}

func approved(r renewal.Request) standing {
	s := standing{"👍", "Approved", "The order is about to be placed."}
	switch {
	case r.DryRun:
		s.meaning = "The dry run ends here, without an order."
	case r.Waits():
		s.meaning = join(unchecked, problem(r), "I keep trying.")
	case r.Problem != nil:
		s.meaning = join("The last attempt placed nothing, another one follows by itself.", problem(r))
	}
	return s
}

func refused(r renewal.Request) standing {
	const next = "It can be tried again or closed."
	if r.Order != nil {
		return standing{"⚠️", "The order did not go through", join(orderWords(r), next)}
	}
	return standing{"⚠️", "Not ordered", join(problem(r), next)}
}

func cancelled(r renewal.Request) standing {
	switch {
	case r.ClosedBy == renewal.System:
		return standing{"🧪", "Dry run finished", "Everything was done but the order itself. Nothing was ordered."}
	case r.WasRefused():
		return standing{"✖️", "Closed", "By " + mention(r.ClosedBy) + ". Nothing was ordered."}
	}
	return standing{"✖️", "Cancelled", "By " + mention(r.ClosedBy) + ". Nothing was ordered."}
}

// votes says how many approvals are in, when more than one is needed.
func votes(r renewal.Request) string {
	if r.Required <= 1 && len(r.Votes) == 0 {
		return ""
	}
	s := fmt.Sprintf("%d of %d approvals", len(r.Votes), r.Required)
	if len(r.Votes) > 0 {
		s += ": " + mentions(voters(r), 10)
	}
	return s + "."
}

func voters(r renewal.Request) []string {
	var ids []string
	for _, v := range r.Votes {
		ids = append(ids, v.By)
	}
	return ids
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

// problem is why an order is refused or of unknown fate.
func problem(r renewal.Request) string {
	if r.Problem == nil {
		return ""
	}
	return problemWords(r.Problem.Detail, r.Problem.Code, r.Problem.RequestID)
}

// problemWords tells the vendor's words with what a support ticket needs, or ours.
func problemWords(detail, code, requestID string) string {
	detail = outside(strings.TrimRight(clean(detail), ". "), detailLimit)
	if code == "gone" || code == "settled" || code == "waiting" { // codes of ours, which say nothing to people
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

// searched is what the vendor's order list told of an order of unknown fate.
func searched(r renewal.Request) string {
	if r.Search == nil {
		return ""
	}
	return searchWords(r.Search.Candidates)
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
	return "Yeastar's order list has what could be this order: " + joinWith(", ", numbers...) + ". Please check in the Partner Portal."
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
