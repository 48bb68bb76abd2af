package renewal

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"renewbot/yeastar"
)

// AlarmingUnknowns orders whose fate is not known, within AlarmWithin, pause all orders.
const (
	AlarmingUnknowns = 3
	AlarmWithin      = time.Hour
)

// Pause keeps approved orders from being sent, all of them, until somebody resumes.
type Pause struct {
	By     string    // Slack user id, or System; empty: orders are sent
	Reason string    // in the words of whoever paused
	At     time.Time // when it was paused or resumed last; zero: never
	DryRun bool      // no pause: this process makes a dry run, which holds real orders
}

// Holds says whether no order is sent.
func (p Pause) Holds() bool { return p.By != "" }

// Held are the states of requests whose order is still to be sent: their cards tell of a pause.
func Held() []Status { return []Status{Pending, Returned, Approved, Refused} }

// holdsOrders says whether somebody may pause and resume orders: an approver, or their deputy.
func (a Actor) holdsOrders() bool {
	return a.MayApprove || slices.ContainsFunc(a.DeputyOf, func(of Actor) bool { return of.MayApprove })
}

// Begin pauses; the entry says so. Its error is a *Refusal, or ErrRepeated when exactly
// this was done before.
func (p Pause) Begin(by Actor, reason string, now time.Time) (Pause, Entry, error) {
	reason = Words(reason)
	switch {
	case !by.holdsOrders():
		return p, Entry{}, p.still(NotAllowed(by, Text("Only approvers can pause orders.")))
	case reason == "":
		return p, Entry{}, p.still(refuse(RefusedNoReason,
			"Please give a reason, such as “pause Stocktaking until Friday”: everybody whose order waits reads it. Nothing was changed."))
	case utf8.RuneCountInString(reason) > MaxReason:
		return p, Entry{}, p.still(refuse(RefusedNoReason, "The reason may have at most %d characters. Nothing was changed.", MaxReason))
	}
	switch {
	case p.By == by.UserID && p.Reason == reason:
		return p, Entry{}, ErrRepeated
	case p.Holds():
		return p, Entry{}, &Refusal{RefusedStatus, p.Sentence()}
	}
	return hold(by.UserID, reason, now)
}

// Alarm pauses because of orders whose fate is not known; the entry has their requests.
func Alarm(requests []int64, now time.Time) (Pause, Entry, error) {
	var names []string
	for _, id := range requests {
		names = append(names, Reference(id))
	}
	slices.Sort(names)
	names = slices.Compact(names)
	p, e, err := hold(System, fmt.Sprintf("%d orders within an hour ended without anybody knowing whether they were placed: %s",
		len(requests), strings.Join(names, ", ")), now)
	e.Detail[DetailAbout] = strings.Join(names, ",")
	return p, e, err
}

func hold(by, reason string, now time.Time) (Pause, Entry, error) {
	return Pause{By: by, Reason: reason, At: now}, Entry{At: now, Code: CodePaused, Actor: by, Detail: map[string]string{DetailReason: reason}}, nil
}

// End resumes; the entry says so. Its error is a *Refusal, or ErrRepeated when orders are sent
// anyway.
func (p Pause) End(by Actor, now time.Time) (Pause, Entry, error) {
	switch {
	case !by.holdsOrders():
		return p, Entry{}, p.still(NotAllowed(by, Text("Only approvers can resume orders.")))
	case !p.Holds():
		return p, Entry{}, ErrRepeated
	}
	return Pause{At: now}, Entry{At: now, Code: CodeResumed, Actor: by.UserID, Detail: map[string]string{DetailPausedBy: p.By}}, nil
}

// still is a refusal that also says whether orders are paused, as they were before.
func (p Pause) still(r *Refusal) *Refusal {
	return &Refusal{r.Code, append(append(r.Sentence, Text(" ")), p.Sentence()...)}
}

// Sentence tells people of the pause.
func (p Pause) Sentence() Sentence {
	if !p.Holds() {
		return Say("Orders are not paused: what is approved is ordered, and what is for a day on its day.")
	}
	return Sentence{Text("Orders are paused by "), ID(p.By), Text(": “" + p.Reason + "”. What is approved waits, and nothing is ordered.")}
}

// Paused is the refusal of a request's attempt while orders are paused.
func (r Request) Paused() *Refusal {
	return refuse(RefusedPaused, "%s waits: orders are paused. Nothing was ordered.", r.Reference())
}

// codePaused is the problem of a request whose order waits because orders are paused.
const codePaused = "paused"

// WaitsPaused says whether the order waits because orders are paused, and people were told so.
func (r Request) WaitsPaused() bool {
	return r.Status == Approved && r.Problem != nil && r.Problem.Code == codePaused
}

func (c *changing) waitPaused(p Pause) error {
	if c.WaitsPaused() && c.Problem.By == p.By && c.Problem.Detail == p.Reason {
		return refuse(RefusedTooEarly, "%s: people know already that it waits.", c.Reference())
	}
	c.Problem = &Problem{Class: yeastar.ClassNotSent, Code: codePaused, Detail: p.Reason, By: p.By}
	c.record(CodeWaiting, System, map[string]string{DetailPausedBy: p.By, DetailReason: p.Reason})
	return nil
}
