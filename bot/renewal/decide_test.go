package renewal_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	. "renewbot/bot/renewal"
)

func TestSubmission(t *testing.T) {
	t.Parallel()
	c, err := New(123, submission(), start, policy())
	if err != nil {
		t.Fatal(err)
	}
	r := c.Request
	if r.Status != Pending || r.Revision != 1 || r.Required != 1 || r.Requester != "U1" || r.Channel != "C1" ||
		!r.ExpiresAt.Equal(start.Add(72*time.Hour)) || len(r.Votes) != 0 {
		t.Errorf("request %s", text(t, r))
	}
	same(t, []string{"sync_slack +0s", "remind +4h0m0s", "expire +72h0m0s"}, kinds(c.Jobs), "jobs")
	same(t, Entry{
		RequestID: 123, At: start, Code: CodeSubmitted, Actor: "U1", Revision: 1, To: Pending,
		Detail: map[string]string{
			DetailFingerprint: r.Fingerprint,
			DetailSummary:     "P-Series Turnkey Package for Acme, 1 year: Ultimate Plan for 100 extensions, Call Recording × 20",
		},
	}, c.Entry, "entry")
}

func TestSubmissionRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(*Submission)
		want   string
	}{
		{"not allowed", func(s *Submission) { s.By.MayRequest = false; s.By.Denied = "Guests may not." }, RefusedNotAllowed},
		{"no channel", func(s *Submission) { s.Channel = "" }, RefusedOffer},
		{"long note", func(s *Submission) { s.Note = strings.Repeat("ü", MaxNote+1) }, RefusedOffer},
		{"PO number", func(s *Submission) { s.Offer.PONumber = "ü" }, RefusedOffer},
		{"no lines", func(s *Submission) { s.Offer.Lines = nil }, RefusedOffer},
		{"no quantity", func(s *Submission) { s.Offer.Lines[0].Quantity = 0 }, RefusedOffer},
		{"negative quantity", func(s *Submission) { s.Offer.Lines[0].Quantity = -1 }, RefusedOffer},
		{"absurd quantity", func(s *Submission) { s.Offer.Lines[0].Quantity = 1e9 }, RefusedOffer},
		{"no contact", func(s *Submission) { s.Offer.Contact = Contact{} }, RefusedOffer},
		{"unknown product", func(s *Submission) { s.Offer.Product = "x" }, RefusedOffer},
		{"id that is no number", func(s *Submission) { s.Offer.Lines[0].ID = "1e3" }, RefusedOffer},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := submission()
			c.change(&s)
			_, err := New(1, s, start, policy())
			var refusal *Refusal
			ok := errors.As(err, &refusal)
			if !ok || refusal.Code != c.want || !strings.HasSuffix(refusal.Sentence.String(), "Nothing was ordered.") {
				t.Errorf("error %v, want %s", err, c.want)
			}
		})
	}
	s := submission()
	s.Note = strings.Repeat("ü", MaxNote)
	if _, err := New(1, s, start, policy()); err != nil {
		t.Errorf("the longest note: %v", err)
	}
}

func TestFourEyes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		by    Actor
		event func(Actor, Request) Event
		from  Status
		self  bool
		want  string // refusal; empty: allowed
	}{
		{"another approver approves", approver("U2"), approveBy, Pending, false, ""},
		{"the requester approves", approver("U1"), approveBy, Pending, false, RefusedSelfApproval},
		{"the requester approves where it is allowed", approver("U1"), approveBy, Pending, true, ""},
		{"no approver approves", requester("U3"), approveBy, Pending, false, RefusedNotAllowed},
		{"the requester is no approver, self-approval or not", requester("U1"), approveBy, Pending, true, RefusedNotAllowed},
		{"a guest approves", Actor{UserID: "U4", Denied: "Guests may not."}, approveBy, Pending, true, RefusedNotAllowed},
		{"another approver rejects", approver("U2"), rejectBy, Pending, false, ""},
		{"the requester rejects", approver("U1"), rejectBy, Pending, false, RefusedSelfApproval},
		{"no approver rejects", requester("U3"), rejectBy, Pending, false, RefusedNotAllowed},
		{"the requester cancels", requester("U1"), cancelBy, Pending, false, ""},
		{"an approver cancels", approver("U2"), cancelBy, Pending, false, RefusedNotAllowed},
		{"the requester amends", requester("U1"), amendBy, Pending, false, ""},
		{"the requester amends and may not request any more", Actor{UserID: "U1"}, amendBy, Pending, false, RefusedNotAllowed},
		{"an approver amends", approver("U2"), amendBy, Pending, false, RefusedNotAllowed},
		{"another approver tries again", approver("U2"), retryBy, Refused, false, ""},
		{"the requester tries again", approver("U1"), retryBy, Refused, false, RefusedSelfApproval},
		{"no approver tries again", requester("U3"), retryBy, Refused, false, RefusedNotAllowed},
		{"the requester closes", requester("U1"), closeBy, Refused, false, ""},
		{"an approver closes", approver("U2"), closeBy, Refused, false, ""},
		{"somebody closes", requester("U3"), closeBy, Refused, false, RefusedNotAllowed},
		{"an approver settles: placed", approver("U2"), placedBy, Unknown, false, ""},
		{"the requester settles: placed", requester("U1"), placedBy, Unknown, false, RefusedNotAllowed},
		{"an approver settles: not placed", approver("U2"), notPlacedBy, Unknown, false, ""},
		{"the requester settles: not placed", requester("U1"), notPlacedBy, Unknown, false, RefusedNotAllowed},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := policy()
			p.SelfApproval = c.self
			r := in(t, c.from, p)
			e := c.event(c.by, r)
			if c.want != "" {
				if got := refused(t, r, e, later, p, c.want); got.Entry.Actor != c.by.UserID {
					t.Errorf("the entry names %q", got.Entry.Actor)
				}
				return
			}
			got, err := r.Apply(e, later, p)
			if err != nil {
				t.Fatal(err)
			}
			if got.Entry.Actor != c.by.UserID {
				t.Errorf("the entry names %q", got.Entry.Actor)
			}
			if named := got.Entry.Detail[DetailSelfApproval] != ""; named != (c.self && c.by.UserID == "U1") {
				t.Errorf("self-approval in the entry: %v", got.Entry.Detail)
			}
		})
	}
}

func approveBy(a Actor, r Request) Event { return Approve{By: a, Shown: shown(r)} }
func rejectBy(a Actor, r Request) Event  { return Reject{a, shown(r), "no"} }
func cancelBy(a Actor, _ Request) Event  { return Cancel{a} }
func amendBy(a Actor, r Request) Event   { return Amend{By: a, Shown: shown(r), Offer: offer()} }
func retryBy(a Actor, r Request) Event   { return Retry{a, shown(r)} }
func closeBy(a Actor, _ Request) Event   { return Close{a} }
func placedBy(a Actor, _ Request) Event {
	return SettlePlaced{By: a, Attempt: 1, Order: order("succeed")}
}
func notPlacedBy(a Actor, _ Request) Event { return SettleNotPlaced{a, 1, "looked"} }

func TestQuorum(t *testing.T) {
	t.Parallel()
	p := policy()
	p.Required = 2
	r := newRequest(t, p)
	c, err := r.Apply(approveBy(approver("U2"), r), later, p)
	if err != nil {
		t.Fatal(err)
	}
	if c.Request.Status != Pending || c.Entry.Code != CodeVoted || c.Entry.Detail[DetailVotes] != "1 of 2" {
		t.Errorf("after one vote: %s, %+v", c.Request.Status, c.Entry)
	}
	same(t, []string{"sync_slack +1m0s"}, kinds(c.Jobs), "jobs after one vote")
	r = c.Request
	refused(t, r, approveBy(approver("U2"), r), later, p, RefusedVotedBefore)
	c, err = r.Apply(approveBy(approver("U3"), r), later, p)
	if err != nil {
		t.Fatal(err)
	}
	if c.Request.Status != Approved || c.Entry.Code != CodeApproved || c.Entry.Detail[DetailVotes] != "2 of 2" {
		t.Errorf("after two votes: %s, %+v", c.Request.Status, c.Entry)
	}
	same(t, []string{"place_order +1m0s", "sync_slack +1m0s"}, kinds(c.Jobs), "jobs after two votes")
	same(t, []Vote{{By: "U2", At: later}, {By: "U3", At: later}}, c.Request.Votes, "votes")
	for _, required := range []int{0, -1} {
		p.Required = required
		same(t, 1, newRequest(t, p).Required, "the least quorum")
	}
}

func TestOneVoteDoesNotWriteIntoAnothers(t *testing.T) {
	t.Parallel()
	p := policy()
	p.Required = 5
	r := newRequest(t, p)
	r = must(t, r, later, p, approveBy(approver("A"), r), approveBy(approver("B"), r), approveBy(approver("C"), r))
	one := must(t, r, later, p, approveBy(approver("D"), r))
	two := must(t, r, later, p, approveBy(approver("E"), r))
	if one.Votes[3].By != "D" || two.Votes[3].By != "E" {
		t.Errorf("votes %v and %v", one.Votes, two.Votes)
	}
}

func TestStale(t *testing.T) {
	t.Parallel()
	p := policy()
	old := newRequest(t, p)
	changed := offer()
	changed.Lines[0].Quantity = 200
	r := must(t, old, later, p, Amend{By: requester("U1"), Shown: shown(old), Offer: changed})
	for _, e := range []Event{approveBy(approver("U2"), old), rejectBy(approver("U2"), old), amendBy(requester("U1"), old)} {
		refused(t, r, e, later, p, RefusedStale)
	}
	for _, s := range []Shown{{r.Revision, "other"}, {r.Revision + 1, r.Fingerprint}, {}} {
		refused(t, r, Approve{By: approver("U2"), Shown: s}, later, p, RefusedStale)
	}
	// The same content again is another revision.
	back := must(t, r, later, p, Amend{By: requester("U1"), Shown: shown(r), Offer: offer()})
	same(t, old.Fingerprint, back.Fingerprint, "fingerprint of the same content")
	refused(t, back, approveBy(approver("U2"), old), later, p, RefusedStale)
	ref := in(t, Refused, p)
	refused(t, ref, Retry{approver("U2"), Shown{ref.Revision, "other"}}, later, p, RefusedStale)
}

func TestAmendStartsTheVotesAnew(t *testing.T) {
	t.Parallel()
	p := policy()
	p.Required = 2
	r := newRequest(t, p)
	r = must(t, r, later, p, approveBy(approver("U2"), r))
	changed := offer()
	changed.Lines[0].Quantity = 50
	c, err := r.Apply(Amend{By: requester("U1"), Shown: shown(r), Offer: changed, Note: "fewer"}, later, p)
	if err != nil {
		t.Fatal(err)
	}
	got := c.Request
	if len(got.Votes) != 0 || got.Revision != 2 || got.AmendedBy != "U1" || got.Note != "fewer" {
		t.Errorf("amended: %s", text(t, got))
	}
	same(t, []string{"Extensions: 100 → 50"}, got.Changes, "changes")
	same(t, "Extensions: 100 → 50", c.Entry.Detail[DetailChanges], "changes in the entry")
	same(t, r.ExpiresAt, got.ExpiresAt, "an amendment does not give more time")
	bad := changed
	bad.Lines = nil
	refused(t, got, Amend{By: requester("U1"), Shown: shown(got), Offer: bad}, later, p, RefusedOffer)
}

func TestReasons(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, reason, kept string
	}{
		{"none", "", ""},
		{"only space", " \n\t", ""},
		{"too long", strings.Repeat("ü", MaxReason+1), ""},
		{"the longest", strings.Repeat("ü", MaxReason), strings.Repeat("ü", MaxReason)},
		{"space around", "  too dear\n", "too dear"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := policy()
			for _, s := range []Status{Pending, Unknown} {
				r := in(t, s, p)
				var e Event = Reject{approver("U2"), shown(r), c.reason}
				if s == Unknown {
					e = SettleNotPlaced{approver("U2"), 1, c.reason}
				}
				if c.kept == "" {
					refused(t, r, e, later, p, RefusedNoReason)
					continue
				}
				got, err := r.Apply(e, later, p)
				if err != nil || got.Entry.Detail[DetailReason] != c.kept {
					t.Errorf("%s: reason %q, error %v", s, got.Entry.Detail[DetailReason], err)
				}
			}
		})
	}
}

func TestTimeIsUp(t *testing.T) {
	t.Parallel()
	p := policy()
	r := newRequest(t, p)
	last := r.ExpiresAt.Add(-1)
	refused(t, r, Expiry{}, last, p, RefusedTooEarly)
	refused(t, r, approveBy(approver("U2"), r), r.ExpiresAt, p, RefusedStatus)
	same(t, Approved, must(t, r, last, p, approveBy(approver("U2"), r)).Status, "approved in the last moment")
	same(t, Expired, must(t, r, r.ExpiresAt, p, Expiry{}).Status, "expired")
}

func TestReminder(t *testing.T) {
	t.Parallel()
	p := policy()
	p.Required = 2
	r := newRequest(t, p)
	due := start.Add(4 * time.Hour)
	who := []string{"U2", "U3"}
	for _, c := range []struct {
		name string
		next time.Time
		want []string
	}{
		{"once more", start.Add(8 * time.Hour), []string{"remind +8h0m0s", "sync_slack +4h0m0s"}},
		{"never again", time.Time{}, []string{"sync_slack +4h0m0s"}},
		{"not after it expired", r.ExpiresAt, []string{"sync_slack +4h0m0s"}},
	} {
		got, err := r.Apply(Reminder{Who: who, Next: c.next}, due, p)
		if err != nil {
			t.Fatal(err)
		}
		same(t, c.want, kinds(got.Jobs), c.name)
		if got.Entry.Code != CodeReminded || got.Entry.Actor != System || got.Entry.Detail[DetailWho] != "U2,U3" {
			t.Errorf("%s: entry %+v", c.name, got.Entry)
		}
	}
	refused(t, r, Reminder{Who: who}, due.Add(-1), p, RefusedTooEarly)
	refused(t, r, Reminder{}, due, p, RefusedTooEarly)
	voted := must(t, r, later, p, approveBy(approver("U2"), r))
	reminded := must(t, voted, due, p, Reminder{Who: who})
	same(t, map[string][]time.Time{"U3": {due}}, reminded.Reminded, "who has voted is left alone")
	refused(t, reminded, Reminder{Who: who}, due.Add(8*time.Hour-1), p, RefusedTooEarly)
	again := must(t, reminded, due.Add(8*time.Hour), p, Reminder{Who: who})
	refused(t, again, Reminder{Who: who}, due.Add(24*time.Hour-1), p, RefusedTooEarly)
}

func TestLastCall(t *testing.T) {
	t.Parallel()
	p := policy()
	r := newRequest(t, p)
	at := r.ExpiresAt.Add(-4 * time.Hour)
	refused(t, r, Reminder{Last: true}, at.Add(-1), p, RefusedTooEarly)
	called := must(t, r, at, p, Reminder{Who: []string{"U2"}, Last: true})
	refused(t, called, Reminder{Who: []string{"U2"}, Last: true}, at.Add(time.Hour), p, RefusedStatus)
	refused(t, r, Reminder{Who: []string{"U2"}, Last: true}, r.ExpiresAt, p, RefusedStatus)
	refused(t, r, Reminder{Who: []string{"U2"}}, r.ExpiresAt, p, RefusedStatus)
	short := p
	short.ExpireAfter = time.Hour
	same(t, r.ExpiresAt.Add(-15*time.Minute), r.LastCallAt(short), "the last call of a short life")
}

func TestAmendStartsTheRemindersAnew(t *testing.T) {
	t.Parallel()
	p := policy()
	r := must(t, newRequest(t, p), start.Add(68*time.Hour), p, Reminder{Who: []string{"U2"}, Last: true})
	for _, c := range []struct {
		name string
		at   time.Duration
		want string
	}{
		{"early", 2 * time.Hour, "remind +6h0m0s"},
		{"late", 67 * time.Hour, "remind +68h0m0s"},
		{"after the last call", 69 * time.Hour, "remind +68h0m0s"},
	} {
		got, err := r.Apply(Amend{By: requester("U1"), Shown: shown(r), Offer: offer()}, start.Add(c.at), p)
		if err != nil {
			t.Fatal(err)
		}
		same(t, c.want, kinds(got.Jobs)[0], c.name)
		if len(got.Request.Reminded) != 0 || got.Request.LastCalled {
			t.Errorf("%s: reminders of the revision before count: %v", c.name, got.Request.Reminded)
		}
	}
}
