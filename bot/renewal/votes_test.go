package renewal_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	. "renewbot/bot/renewal"
	"renewbot/yeastar"
)

// two makes a request that two approvers have approved where two must.
func two(t *testing.T, at time.Time) (Request, Policy) {
	t.Helper()
	p := policy()
	p.Required = 2
	r := newRequest(t, p)
	return must(t, r, at, p, approveBy(approver("U2"), r), approveBy(approver("U3"), r)), p
}

// known is somebody whose ids Slack has told.
func known(a Actor, same map[string]bool) Actor {
	a.Same = same
	return a
}

func TestVotesCountWhenTheyAreUsed(t *testing.T) {
	t.Parallel()
	carol := approver("U3")
	for _, c := range []struct {
		name   string
		after  time.Duration
		change func(*Request, *Policy)
		voters []Actor
		left   []string // empty: the approval stands
		lost   string
	}{
		{name: "both are approvers still", voters: []Actor{approver("U2"), carol}},
		{name: "one was taken off the list", voters: []Actor{requester("U2"), carol},
			left: []string{"U3"}, lost: "U2 is no approver any more"},
		{name: "one is deactivated", voters: []Actor{{UserID: "U2", Denied: "Deactivated."}, carol},
			left: []string{"U3"}, lost: "U2 is no approver any more"},
		{name: "both have gone", voters: []Actor{requester("U2"), requester("U3")},
			left: []string{}, lost: "U2 is no approver any more; U3 is no approver any more"},
		{name: "one was not looked up", after: 2 * time.Minute, voters: []Actor{carol},
			left: []string{"U3"}, lost: "U2 was not looked up"},
		{name: "one was looked up a moment ago, when they voted", after: time.Second, voters: []Actor{carol}},
		{name: "one is the other", voters: []Actor{approver("U2"), known(carol, map[string]bool{"U1": false, "U2": true})},
			left: []string{"U2"}, lost: "U3 is the same person as another approver"},
		{name: "one may be the other", voters: []Actor{approver("U2"), known(carol, map[string]bool{"U1": false})},
			left: []string{"U2"}, lost: "U3 is the same person as another approver"},
		{name: "one asked for it under another id", voters: []Actor{approver("U2"), known(carol, map[string]bool{"U1": true, "U2": false})},
			left: []string{"U2"}, lost: "U3 asked for it"},
		{name: "three are needed by now", voters: []Actor{approver("U2"), carol},
			change: func(_ *Request, p *Policy) { p.Required = 3 }, left: []string{"U2", "U3"}},
		{name: "one would do by now", voters: []Actor{requester("U2"), carol},
			change: func(_ *Request, p *Policy) { p.Required = 1 }, left: []string{"U3"}, lost: "U2 is no approver any more"},
		{name: "just not too old", after: 72 * time.Hour, voters: []Actor{approver("U2"), carol}},
		{name: "too old", after: 72*time.Hour + 1, voters: []Actor{approver("U2"), carol},
			left: []string{}, lost: "U2 approved it too long ago; U3 approved it too long ago"},
		{name: "too old, and stored before that was kept", after: 72*time.Hour + 1, voters: []Actor{approver("U2"), carol},
			change: func(r *Request, _ *Policy) { r.ApprovedAt = time.Time{} },
			left:   []string{}, lost: "U2 approved it too long ago; U3 approved it too long ago"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r, p := two(t, later)
			if c.change != nil {
				c.change(&r, &p)
			}
			now := later.Add(c.after)
			if r.Stands(c.voters, now, p) != (c.left == nil) {
				t.Errorf("the approval stands: %t", c.left != nil)
			}
			if c.left == nil {
				refused(t, r, Recount{c.voters}, now, p, RefusedTooEarly)
				return
			}
			got, err := r.Apply(Recount{c.voters}, now, p)
			if err != nil {
				t.Fatal(err)
			}
			left := []string{}
			for _, v := range got.Request.Votes {
				left = append(left, v.By)
			}
			same(t, c.left, left, "votes that count")
			if got.Request.Status != Pending || got.Request.Revision != 2 || !got.Request.ExpiresAt.Equal(now.Add(p.ExpireAfter)) ||
				got.Request.Fingerprint != r.Fingerprint || len(got.Request.Changes) != 1 || got.Request.Required != max(p.Required, 2) {
				t.Errorf("after it: %s", text(t, got.Request))
			}
			same(t, c.lost, got.Entry.Detail[DetailLost], "lost votes in the trail")
			if got.Entry.Code != CodeLapsed || got.Entry.Actor != System || got.Entry.Detail[DetailChanges] != got.Request.Changes[0] {
				t.Errorf("entry %+v", got.Entry)
			}
			if len(got.Jobs) != 3 || got.Jobs[0].Kind != Remind || got.Jobs[1].Kind != Expire {
				t.Errorf("jobs %v", kinds(got.Jobs))
			}
			refused(t, got.Request, approveBy(approver("U4"), r), now, p, RefusedStale) // the button of before
		})
	}
}

func TestReadLost(t *testing.T) {
	t.Parallel()
	same(t, []LostVote{{"U2", "is no approver any more"}, {"U3", "asked for it"}},
		ReadLost("U2 is no approver any more; U3 asked for it"), "lost votes")
	same(t, 0, len(ReadLost("")), "none")
}

// At the quorum, a vote that does not count any more falls away.
func TestVotesThatFallAwayAtTheQuorum(t *testing.T) {
	t.Parallel()
	p := policy()
	p.Required = 2
	first := newRequest(t, p)
	first = must(t, first, later, p, approveBy(approver("U2"), first))
	at := later.Add(time.Hour)
	yes := func(voter Actor) Approve {
		return Approve{By: approver("U3"), Shown: first.Shown(), Voters: []Actor{voter}}
	}
	c, err := first.Apply(yes(requester("U2")), at, p)
	if err != nil {
		t.Fatal(err)
	}
	same(t, []Vote{{By: "U3", At: at}}, c.Request.Votes, "votes that count")
	if c.Request.Status != Pending || c.Entry.Code != CodeVoted || c.Entry.Detail[DetailVotes] != "1 of 2" ||
		c.Entry.Detail[DetailLost] != "U2 is no approver any more" || c.Request.Revision != 1 {
		t.Errorf("%s, %+v", c.Request.Status, c.Entry)
	}
	if got := must(t, first, at, p, yes(approver("U2"))); got.Status != Approved {
		t.Errorf("two approvers: %s", got.Status)
	}
	more := p
	more.Required = 3
	got := must(t, first, at, more, yes(approver("U2")))
	if got.Status != Pending || got.Required != 3 {
		t.Errorf("with a quorum that was raised to three: %s, %d", got.Status, got.Required)
	}
	less := p
	less.Required = 1
	if got := must(t, newRequest(t, p), later, less, approveBy(approver("U2"), newRequest(t, p))); got.Status != Pending {
		t.Errorf("a quorum that was lowered: %s", got.Status)
	}
	// A vote that was left of an approval may grow old; who gave it may vote again.
	lapsed, _ := two(t, later)
	lapsed = must(t, lapsed, later.Add(50*time.Hour), p, Recount{[]Actor{approver("U2"), requester("U3")}})
	again := Approve{By: approver("U2"), Shown: lapsed.Shown(), Voters: []Actor{approver("U2")}}
	refused(t, lapsed, again, later.Add(72*time.Hour), p, RefusedVotedBefore)
	c, err = lapsed.Apply(again, later.Add(73*time.Hour), p)
	if err != nil || c.Request.Status != Pending || len(c.Request.Votes) != 1 || c.Entry.Detail[DetailLost] != "U2 approved it too long ago" {
		t.Errorf("an old vote: %+v, %v", c, err)
	}
}

// The stricter of when a request was asked for and of now says whether the requester's
// own approval counts.
func TestSelfApprovalByTheStricterPolicy(t *testing.T) {
	t.Parallel()
	strict, loose := policy(), policy()
	loose.SelfApproval = true
	for _, c := range []struct {
		name      string
		then, now Policy
		want      string
	}{
		{"never", strict, strict, RefusedSelfApproval},
		{"allowed since", strict, loose, RefusedSelfApproval},
		{"forbidden since", loose, strict, RefusedSelfApproval},
		{"always", loose, loose, ""},
	} {
		r := newRequest(t, c.then)
		e := approveBy(approver("U1"), r)
		if c.want != "" {
			refused(t, r, e, later, c.now, c.want)
			continue
		}
		approved := must(t, r, later, c.now, e)
		if approved.Status != Approved {
			t.Errorf("%s: %s", c.name, approved.Status)
		}
		if approved.Stands([]Actor{approver("U1")}, later, strict) {
			t.Error("the requester's own approval stands after it was forbidden")
		}
	}
}

// An id that Slack changed is the same person, and one of which Slack does not tell may be.
func TestChangedIDsAreNoWayRoundFourEyes(t *testing.T) {
	t.Parallel()
	p := policy()
	p.Required = 2
	r := newRequest(t, p) // by U1
	r = must(t, r, later, p, approveBy(approver("U2"), r))
	for _, c := range []struct {
		name string
		same map[string]bool
		want string
	}{
		{"somebody else", map[string]bool{"U1": false, "U2": false}, ""},
		{"the requester", map[string]bool{"U1": true, "U2": false}, RefusedSelfApproval},
		{"perhaps the requester", map[string]bool{"U2": false}, RefusedNotAllowed},
		{"who has voted", map[string]bool{"U1": false, "U2": true}, RefusedVotedBefore},
		{"perhaps who has voted", map[string]bool{"U1": false}, RefusedVotedBefore},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			e := approveBy(known(approver("W9"), c.same), r)
			if c.want == "" {
				same(t, Approved, must(t, r, later, p, e).Status, "status")
				return
			}
			refused(t, r, e, later, p, c.want)
		})
	}
	moved := known(requester("W1"), map[string]bool{"U1": true, "U2": false})
	same(t, Cancelled, must(t, r, later, p, Cancel{moved}).Status, "cancelled by the requester under another id")
	refused(t, r, Cancel{known(requester("W1"), map[string]bool{})}, later, p, RefusedNotAllowed)
}

func TestTryAgainTakesAsManyAsAnApproval(t *testing.T) {
	t.Parallel()
	r, p := two(t, later)
	r = again(t, r, p, problem(yeastar.ClassRefused)).Request
	c, err := r.Apply(retryBy(approver("U2"), r), later, p)
	if err != nil {
		t.Fatal(err)
	}
	got := c.Request
	if got.Status != Pending || got.Revision != 2 || c.Entry.Code != CodeRetried || c.Entry.Detail[DetailVotes] != "1 of 2" ||
		len(got.Changes) != 1 || got.Problem != nil {
		t.Errorf("tried again by one of two: %s, %+v", text(t, got), c.Entry)
	}
	same(t, []Vote{{By: "U2", At: later}}, got.Votes, "votes")
	refused(t, got, approveBy(approver("U2"), got), later, p, RefusedVotedBefore)
	done := must(t, got, later, p, approveBy(approver("U3"), got), Begin{time.Minute})
	if done.Status != Ordering || done.AttemptsAsked != 1 || len(done.Attempts) != 2 {
		t.Errorf("after the second yes: %s", text(t, done))
	}
}

func TestTryAgainAfterALongTimeAsksAnew(t *testing.T) {
	t.Parallel()
	p := policy()
	r := in(t, Refused, p) // approved at the start
	for _, c := range []struct {
		after time.Duration
		want  Status
	}{{72 * time.Hour, Approved}, {72*time.Hour + 1, Pending}, {200 * 24 * time.Hour, Pending}} {
		now := start.Add(c.after)
		got := must(t, r, now, p, retryBy(approver("U2"), r))
		if got.Status != c.want || (c.want == Pending) != (len(got.Votes) == 0) {
			t.Errorf("%s after %v with %d votes, want %s", got.Status, c.after, len(got.Votes), c.want)
		}
		if c.want == Approved && (!got.ApprovedAt.Equal(now) || got.Votes[0].At != now) {
			t.Errorf("the retry is no approval of now: %s", text(t, got))
		}
	}
}

// Where two must approve, who found that the order was not placed does not try it again.
func TestWhoSettledDoesNotTryAgain(t *testing.T) {
	t.Parallel()
	r, p := two(t, later)
	r = again(t, r, p, problem(yeastar.ClassUnknown)).Request
	r = must(t, r, later, p, SettleNotPlaced{approver("U2"), 1, "looked"})
	refused(t, r, retryBy(approver("U2"), r), later, p, RefusedSettled)
	refused(t, r, retryBy(known(approver("W2"), map[string]bool{"U1": false, "U3": false, "U2": true}), r), later, p, RefusedSettled)
	if r.WaitsFor(approver("U2"), later, p) || !r.WaitsFor(approver("U3"), later, p) {
		t.Error("it waits for who settled it, or not for the others")
	}
	pending := must(t, r, later, p, retryBy(approver("U3"), r))
	same(t, Approved, must(t, pending, later, p, approveBy(approver("U2"), pending)).Status, "the two together")

	alone := policy()
	one := must(t, in(t, Unknown, alone), later, alone, SettleNotPlaced{approver("U2"), 1, "looked"})
	same(t, Approved, must(t, one, later, alone, retryBy(approver("U2"), one)).Status, "where one is enough")
}

// Orders that one person ruled out stand as things to look at before whoever else has to agree.
func TestWhatOneRuledOutTheOtherSees(t *testing.T) {
	t.Parallel()
	r, p := two(t, later)
	r = again(t, r, p, problem(yeastar.ClassUnknown)).Request
	r = must(t, r, later, p, Searched{1, []string{"XS1", "XS2"}})
	r = must(t, r, later, p, SettleNotPlaced{approver("U2"), 1, "looked"})
	pending := must(t, r, later, p, retryBy(approver("U3"), r))
	var shown []string
	for _, d := range pending.Doubts {
		if d.Kind == DoubtCandidate && d.Serious {
			shown = append(shown, d.OrderNo)
		}
	}
	if pending.Status != Pending || len(pending.Votes) != 1 || !slices.Equal(shown, []string{"XS1", "XS2"}) {
		t.Fatalf("it is %s, and the other one sees %q: %s", pending.Status, shown, text(t, pending))
	}
	approved := must(t, pending, later, p, approveBy(approver("U2"), pending))
	same(t, Ordering, must(t, approved, later, p, Begin{time.Minute}).Status, "the two together")

	// Also when it is one more that turned up before that attempt.
	r = must(t, approved, later, p, Searched{1, []string{"XS3"}})
	pending = must(t, r, later, p, retryBy(approver("U4"), r))
	if d := pending.Doubts[len(pending.Doubts)-1]; d.OrderNo != "XS3" || len(pending.Votes) != 1 {
		t.Errorf("the other one sees %+v", pending.Doubts)
	}
	// What the portal tells otherwise takes none of them away.
	approved = must(t, pending, later, p, approveBy(approver("U3"), pending))
	changed := must(t, approved, later, p, Changed{Offer: offer(), Doubts: []Doubt{}})
	if !slices.ContainsFunc(changed.Doubts, func(d Doubt) bool { return d.OrderNo == "XS3" }) {
		t.Errorf("after a change they see %+v", changed.Doubts)
	}
}

// Nor does any other way back to the approvers.
func TestWhatWasRuledOutIsSeenOnEveryWayBack(t *testing.T) {
	t.Parallel()
	p, more := policy(), policy()
	more.Required = 2
	r := must(t, in(t, Unknown, p), later, p, Searched{1, []string{"XS1", "XS2"}}, SettleNotPlaced{approver("U2"), 1, "looked"})
	approved := must(t, r, later, p, retryBy(approver("U2"), r)) // who saw them
	asked := must(t, approved, later, more, Recount{Voters: []Actor{approver("U2")}})
	for name, back := range map[string]Request{
		"more approvals": asked,
		"a cap":          must(t, approved, later, p, Capped{"the cap is reached"}),
		"a restore":      must(t, r, later, p, Restored{}),
		"a change":       must(t, asked, later, p, Amend{By: requester("U1"), Shown: shown(asked), Offer: offer()}),
	} {
		var seen []string
		for _, d := range back.Doubts {
			seen = append(seen, d.OrderNo)
		}
		if back.Status != Pending || !slices.Equal(seen, []string{"XS1", "XS2"}) || back.Fingerprint == approved.Fingerprint {
			t.Errorf("after %s it is %s, and they see %q", name, back.Status, seen)
		}
	}
}

// The very click that changed a request is nothing the second time; another one is told.
func TestClickThatIsDeliveredTwice(t *testing.T) {
	t.Parallel()
	p := policy()
	p.Required = 2
	click := func(a Actor, id string) Actor { a.Click = id; return a }
	r := newRequest(t, p)
	first := approveBy(click(approver("U2"), "1.2.x"), r)
	r = must(t, r, later, p, first)
	if _, err := r.Apply(first, later, p); !errors.Is(err, ErrRepeated) {
		t.Errorf("the same click again: %v", err)
	}
	refused(t, r, approveBy(click(approver("U2"), "1.3.x"), r), later, p, RefusedVotedBefore)
	r = must(t, r, later, p, approveBy(click(approver("U3"), "1.4.x"), r))
	if _, err := r.Apply(first, later, p); !errors.Is(err, ErrRepeated) {
		t.Errorf("the same click after another one: %v", err)
	}
	refused(t, r, approveBy(click(approver("U4"), "1.5.x"), r), later, p, RefusedStatus)
	// One that was delivered again late does not try again by itself.
	one := policy()
	failed := in(t, Refused, one)
	retry := retryBy(click(approver("U2"), "2.1.x"), failed)
	failed = again(t, must(t, failed, later, one, retry), one, problem(yeastar.ClassRefused)).Request
	if _, err := failed.Apply(retry, later, one); !errors.Is(err, ErrRepeated) {
		t.Errorf("a retry that was delivered again after it was refused again: %v", err)
	}
	// Only the last ones are kept.
	pending := newRequest(t, one)
	for i := range 30 {
		a := click(requester("U1"), fmt.Sprint(i))
		pending = must(t, pending, later, one, amendBy(a, pending))
	}
	if len(pending.Clicks) != 20 || pending.Clicks[19] != "29" || slices.Contains(pending.Clicks, "9") {
		t.Errorf("kept are %v", pending.Clicks)
	}
}

// TestMissing counts what is missing where one approval may count in several ways.
func TestMissing(t *testing.T) {
	t.Parallel()
	way := func(required int, who ...string) Way { return Way{Steps: []Step{{Who: who, Required: required}}} }
	by := func(names ...string) Vote { return Vote{By: names[0], Named: names} }
	for _, c := range []struct {
		name        string
		r           Request
		least, most int
		votes       string
	}{
		{"without a policy", Request{Required: 2, Votes: []Vote{by("U1")}}, 1, 1, "1 of 2"},
		{"one way", Request{Required: 2, Ways: []Way{way(2, "S1")}, Votes: []Vote{by("U1", "S1")}}, 1, 1, "1 of 2"},
		{"two ways of one", Request{Required: 1, Ways: []Way{way(1, "S1"), way(1, "S2")}}, 1, 2, "0 so far"},
		{"one of them gone", Request{Required: 1, Ways: []Way{way(1, "S1"), way(1, "S2")}, Votes: []Vote{by("U1", "S1")}}, 1, 1, "1 so far"},
		{"both by one person", Request{Required: 1, Ways: []Way{way(1, "S1"), way(1, "S2")}, Votes: []Vote{by("U1", "S1", "S2")}}, 0, 0, "1 so far"},
		{"three beside one", Request{Required: 3, Ways: []Way{way(3, "S1"), way(1, "S2")}}, 3, 4, "0 so far"},
	} {
		if least, most := c.r.Missing(); least != c.least || most != c.most || c.r.VotesIn() != c.votes {
			t.Errorf("%s: %d to %d are missing, %q; want %d to %d, %q", c.name, least, most, c.r.VotesIn(), c.least, c.most, c.votes)
		}
	}
}
