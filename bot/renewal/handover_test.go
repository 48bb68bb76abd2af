package renewal_test

import (
	"testing"
	"time"

	. "renewbot/bot/renewal"
)

func TestHandOver(t *testing.T) {
	t.Parallel()
	p := policy()
	p.Required = 3
	r := must(t, newRequest(t, p), later, p, approveBy(approver("U2"), newRequest(t, p)))
	r = must(t, r, later, p, approveBy(deputyOf("U7", approver("U6")), r))
	deputy := deputyOf("U5", approver("U4"))
	for name, c := range map[string]struct {
		by, to Actor
		why    string
		code   string // of the refusal; empty: it happens
	}{
		"to another approver":            {approver("U3"), approver("U4"), "you know them", ""},
		"by who has voted":               {approver("U2"), approver("U4"), "you know them", ""},
		"to a deputy":                    {approver("U3"), deputy, "you know them", ""},
		"by a deputy":                    {deputy, approver("U3"), "you know them", ""},
		"without a word why":             {approver("U3"), approver("U4"), " ", RefusedNoReason},
		"to oneself":                     {approver("U3"), approver("U3"), "me", RefusedHandOver},
		"to who may not decide":          {approver("U3"), requester("U5"), "please", RefusedHandOver},
		"to who asked for it":            {approver("U3"), approver("U1"), "please", RefusedHandOver},
		"to who has voted":               {approver("U3"), approver("U2"), "again", RefusedHandOver},
		"to whose deputy has voted":      {approver("U3"), approver("U6"), "again", RefusedHandOver},
		"to a deputy of who has voted":   {approver("U3"), deputyOf("U5", approver("U2")), "again", RefusedHandOver},
		"by who asked for it":            {approver("U1"), approver("U4"), "please", RefusedSelfApproval},
		"by who is no approver":          {requester("U5"), approver("U4"), "please", RefusedNotAllowed},
		"by the deputy of who asked for": {deputyOf("U5", approver("U1")), approver("U4"), "please", RefusedSelfApproval},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := HandOver{c.by, shown(r), c.to, c.why}
			if c.code != "" {
				refused(t, r, e, later, p, c.code)
				return
			}
			done, err := r.Apply(e, later, p)
			if err != nil {
				t.Fatal(err)
			}
			after := done.Request
			if after.Handed == nil || after.Handed.To != c.to.UserID || after.Handed.By != c.by.UserID || len(after.Votes) != 2 ||
				done.Entry.Code != CodeHandedOver || done.Entry.Detail[DetailWho] != c.to.UserID || done.Entry.Detail[DetailReason] != "you know them" {
				t.Errorf("%+v %+v", after.Handed, done.Entry)
			}
			// It gives nobody a right and takes none.
			for _, a := range []Actor{approver("U1"), approver("U2"), approver("U3"), approver("U4"), requester("U5"), deputy} {
				before, now := r.Can(a, later, p), after.Can(a, later, p)
				same(t, before, now, "what "+a.UserID+" can do")
			}
		})
	}
}

// Who was asked is reminded first, and the others a while later; when they have voted, all is
// as before.
func TestHandOverRemindsFirst(t *testing.T) {
	t.Parallel()
	p := policy()
	p.Required = 2
	r := newRequest(t, p)
	at := start.Add(3 * time.Hour)
	r = must(t, r, at, p, HandOver{approver("U2"), shown(r), approver("U3"), "you know them"})
	for id, want := range map[string]time.Duration{"U3": 7 * time.Hour, "U2": 11 * time.Hour, "U4": 11 * time.Hour} {
		same(t, start.Add(want), r.ReminderDue(id, p), "the first reminder of "+id)
	}
	refused(t, r, Reminder{Who: []string{"U4"}}, start.Add(7*time.Hour), p, RefusedTooEarly)
	r = must(t, r, start.Add(7*time.Hour), p, Reminder{Who: []string{"U3", "U4"}})
	if len(r.Reminded["U3"]) != 1 || len(r.Reminded["U4"]) != 0 {
		t.Errorf("reminded %v", r.Reminded)
	}
	same(t, start.Add(15*time.Hour), r.ReminderDue("U3", p), "the next reminder of who was asked")
	voted := must(t, r, start.Add(8*time.Hour), p, approveBy(approver("U3"), r))
	if voted.Handed != nil {
		t.Errorf("they have voted, and are still asked: %+v", voted.Handed)
	}
	same(t, start.Add(4*time.Hour), voted.ReminderDue("U4", p), "the reminder of another one")
	for name, e := range map[string]Event{
		"returned": Return{approver("U2"), shown(r), "change it"}, "rejected": Reject{approver("U2"), shown(r), "no"},
		"changed": Amend{By: requester("U1"), Shown: shown(r), Offer: offer()},
	} {
		if after := must(t, r, start.Add(8*time.Hour), p, e); after.Handed != nil {
			t.Errorf("%s: %+v is still asked", name, after.Handed)
		}
	}
}

// A reminder that has looked at who was asked before leaves alone who is asked now.
func TestHandOverMeanwhile(t *testing.T) {
	t.Parallel()
	p := policy()
	p.Required = 2
	r := newRequest(t, p)
	at := start.Add(3 * time.Hour)
	r = must(t, r, at, p, HandOver{approver("U2"), shown(r), approver("U3"), "you know them"})
	r = must(t, r, at, p, HandOver{approver("U2"), shown(r), approver("U4"), "U3 has left"})
	second := must(t, r, at, p, HandOver{approver("U2"), shown(r), approver("U5"), "or they"})
	second = must(t, second, start.Add(8*time.Hour), p, approveBy(deputyOf("U6", approver("U5")), second))
	if second.Handed != nil {
		t.Errorf("a deputy has approved for who was asked, and they are still asked: %+v", second.Handed)
	}
	for left, kept := range map[string]bool{"U3": true, "": true, "U4": false} {
		after := must(t, r, start.Add(12*time.Hour), p, Reminder{Who: []string{"U2", "U4"}, HandedLeft: left})
		if (after.Handed != nil) != kept {
			t.Errorf("after %q has left, %+v is asked", left, after.Handed)
		}
	}
}
