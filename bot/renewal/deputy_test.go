package renewal_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	. "renewbot/bot/renewal"
	"renewbot/yeastar"
)

// deputyOf is somebody who may do nothing but as a deputy.
func deputyOf(id string, of ...Actor) Actor {
	return Actor{UserID: id, MayRequest: true, DeputyOf: of}
}

func TestDeputyDecides(t *testing.T) {
	t.Parallel()
	boss, deputy := approver("U2"), deputyOf("U5", approver("U2"))
	for name, c := range map[string]struct {
		by        Actor
		requester string
		votes     []Vote
		code      string // of the refusal; empty: it counts
		acting    string // in whose place
	}{
		"for an approver":                    {by: deputy, requester: "U1", acting: "U2"},
		"of nobody":                          {by: deputyOf("U5"), requester: "U1", code: RefusedNotAllowed},
		"of who is no approver":              {by: deputyOf("U5", requester("U2")), requester: "U1", code: RefusedNotAllowed},
		"what they asked for":                {by: deputy, requester: "U5", code: RefusedSelfApproval},
		"what the approver asked for":        {by: deputy, requester: "U2", code: RefusedSelfApproval},
		"of another one beside":              {by: deputyOf("U5", boss, approver("U3")), requester: "U2", acting: "U3"},
		"an approver in their own name":      {by: Actor{UserID: "U5", MayApprove: true, DeputyOf: []Actor{boss}}, requester: "U1"},
		"an approver, what their own boss…":  {by: Actor{UserID: "U5", MayApprove: true, DeputyOf: []Actor{boss}}, requester: "U2"},
		"an approver who asked for it":       {by: Actor{UserID: "U5", MayApprove: true, DeputyOf: []Actor{boss}}, requester: "U5", code: RefusedSelfApproval},
		"the approver has voted":             {by: deputy, requester: "U1", votes: []Vote{{By: "U2", At: later}}, code: RefusedVotedBefore},
		"another deputy has voted for them":  {by: deputy, requester: "U1", votes: []Vote{{By: "U6", At: later, For: "U2"}}, code: RefusedVotedBefore},
		"they have voted for another one":    {by: deputy, requester: "U1", votes: []Vote{{By: "U5", At: later, For: "U3"}}, code: RefusedVotedBefore},
		"the approver themselves, afterward": {by: boss, requester: "U1", votes: []Vote{{By: "U5", At: later, For: "U2"}}},
		"of themselves, by another id":       {by: deputyOf("U5", Actor{UserID: "W2", MayApprove: true, Same: map[string]bool{"U5": true, "U1": false}}), requester: "U1", code: RefusedDeputy},
		"of who may have asked for it":       {by: deputyOf("U5", Actor{UserID: "W2", MayApprove: true, Same: map[string]bool{"U5": false}}), requester: "U1", code: RefusedSelfApproval},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := policy()
			p.Required = 3
			r := newRequest(t, p)
			r.Requester, r.Votes = c.requester, c.votes
			e := Approve{By: c.by, Shown: shown(r)}
			if c.code != "" {
				refused(t, r, e, later, p, c.code)
				return
			}
			done, err := r.Apply(e, later, p)
			if err != nil {
				t.Fatal(err)
			}
			vote := done.Request.Votes[len(done.Request.Votes)-1]
			if vote.By != c.by.UserID || vote.For != c.acting || done.Entry.Detail[DetailDeputyOf] != c.acting {
				t.Errorf("voted %+v, told %v", vote, done.Entry.Detail)
			}
		})
	}
}

// With self-approval, too, a deputy is no way to approve what oneself or the approver asked for.
func TestDeputyBesideSelfApproval(t *testing.T) {
	t.Parallel()
	p := policy()
	p.SelfApproval = true
	for _, requester := range []string{"U5", "U2"} {
		r := newRequest(t, p)
		r.Requester = requester
		refused(t, r, Approve{By: deputyOf("U5", approver("U2")), Shown: shown(r)}, later, p, RefusedSelfApproval)
	}
}

// An approver and their deputy are two people, and have one approval.
func TestApproverAndDeputyHaveOneVote(t *testing.T) {
	t.Parallel()
	p := policy()
	p.Required = 2
	boss, deputy := approver("U2"), deputyOf("U5", approver("U2"))
	r := newRequest(t, p)
	r = must(t, r, later, p, Approve{By: deputy, Shown: shown(r)})
	c, err := r.Apply(Approve{By: boss, Shown: shown(r), Voters: []Actor{deputy}}, later, p)
	if err != nil {
		t.Fatal(err)
	}
	if c.Request.Status != Pending || len(c.Request.Votes) != 1 || c.Request.Votes[0].By != "U2" || c.Entry.Detail[DetailLost] == "" {
		t.Errorf("the approver and their deputy: %s by %+v, told %v", c.Request.Status, c.Request.Votes, c.Entry.Detail)
	}
	r = must(t, r, later, p, Approve{By: approver("U3"), Shown: shown(r), Voters: []Actor{deputy}})
	if r.Status != Approved {
		t.Errorf("a deputy and somebody else: %s by %+v", r.Status, r.Votes)
	}
}

// A deputy's approval counts when it is used, as everybody's.
func TestDeputysVoteIsLookedAtAgain(t *testing.T) {
	t.Parallel()
	p := policy()
	r := newRequest(t, p)
	r = must(t, r, later, p, Approve{By: deputyOf("U5", approver("U2")), Shown: shown(r)})
	at := later.Add(time.Hour)
	for name, c := range map[string]struct {
		voter  Actor
		stands bool
	}{
		"still deputy":                   {deputyOf("U5", approver("U2")), true},
		"an approver themselves instead": {approver("U5"), false},
		"their time is over":             {deputyOf("U5"), false},
		"deputy of somebody else":        {deputyOf("U5", approver("U3")), false},
		"of who is no approver any more": {deputyOf("U5", requester("U2")), false},
		"of who asked for it after all":  {deputyOf("U5", Actor{UserID: "U2", MayApprove: true, Same: map[string]bool{"U1": true, "U5": false}}), false},
	} {
		if got := r.Stands([]Actor{c.voter}, at, p); got != c.stands {
			t.Errorf("%s: it stands: %v", name, got)
		}
		lapsed, err := r.Apply(Recount{[]Actor{c.voter}}, at, p)
		if c.stands != (err != nil) || (!c.stands && (lapsed.Request.Status != Pending || lapsed.Entry.Detail[DetailLost] == "")) {
			t.Errorf("%s: %s %v %v", name, lapsed.Request.Status, lapsed.Entry.Detail, err)
		}
	}
}

// Who has found with a deputy that nothing was placed is one side of four eyes, not two.
func TestDeputySettlesAndRetries(t *testing.T) {
	t.Parallel()
	p := policy()
	p.Required = 2
	boss, deputy := approver("U2"), deputyOf("U5", approver("U2"))
	unknown := newRequest(t, p)
	unknown = must(t, unknown, start, p, Approve{By: approver("U3"), Shown: shown(unknown)}, Approve{By: approver("U4"), Shown: shown(unknown)},
		Begin{time.Minute}, Failed{1, problem(yeastar.ClassUnknown)})
	number := len(unknown.Attempts)
	for _, pair := range [][2]Actor{{boss, deputy}, {deputy, boss}, {deputy, deputyOf("U6", approver("U2"))}} {
		r := must(t, unknown, later, p, SettleNotPlaced{pair[0], number, "looked"})
		refused(t, r, Retry{pair[1], shown(r)}, later, p, RefusedSettled)
		must(t, r, later, p, Retry{approver("U3"), shown(r)})
	}
}

func TestDeputise(t *testing.T) {
	t.Parallel()
	until := start.Add(48 * time.Hour)
	for name, c := range map[string]struct {
		approver, deputy Actor
		until            time.Time
		code             string
	}{
		"a colleague":                  {approver("U2"), requester("U5"), until, ""},
		"by who is no approver":        {requester("U1"), requester("U5"), until, RefusedNotAllowed},
		"handed on":                    {deputyOf("U4", approver("U2")), requester("U5"), until, RefusedNotAllowed},
		"oneself":                      {approver("U2"), approver("U2"), until, RefusedDeputy},
		"oneself, by another id":       {Actor{UserID: "U2", MayApprove: true, Same: map[string]bool{"W2": true}}, requester("W2"), until, RefusedDeputy},
		"a guest":                      {approver("U2"), Actor{UserID: "U5", Denied: "Guests can't."}, until, RefusedDeputy},
		"until yesterday":              {approver("U2"), requester("U5"), start.Add(-time.Hour), RefusedDeputy},
		"for ever":                     {approver("U2"), requester("U5"), start.Add(LongestDeputy + time.Hour), RefusedDeputy},
		"an approver by their policy…": {Actor{UserID: "U2"}, requester("U5"), until, RefusedNotAllowed},
	} {
		d, e, err := Deputise(Deputy{}, c.approver, c.deputy, c.until, start, policy())
		var refusal *Refusal
		switch {
		case c.code == "" && (err != nil || d != Deputy{"U2", "U5", until} || e.Code != CodeDeputy || e.Detail[DetailWho] != "U5"):
			t.Errorf("%s: %+v %+v %v", name, d, e, err)
		case c.code != "" && (!errors.As(err, &refusal) || refusal.Code != c.code):
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, _, err := Deputise(Deputy{"U2", "U5", until}, approver("U2"), requester("U5"), until, start, policy()); !errors.Is(err, ErrRepeated) {
		t.Errorf("the same twice: %v", err)
	}
}

// Nobody gets round four eyes by being a deputy, or by having one: whatever approvers and
// deputies do, an approved request has votes of as many people as it needs, none of whom has
// asked for it, in as many places, none of which is that of who has asked for it.
func TestDeputiesNeverMakeFewer(t *testing.T) {
	t.Parallel()
	ids := []string{"U1", "U2", "U3", "U4", "U5"}
	rapid.Check(t, func(t *rapid.T) {
		p := policy()
		p.Required = rapid.IntRange(1, 3).Draw(t, "quorum")
		first, err := New(1, submission(), start, p)
		if err != nil {
			t.Fatal(err)
		}
		r, now := first.Request, start
		deputy := map[string]string{} // of whom, by whom
		people := func() []Actor {
			var all []Actor
			for i, id := range ids {
				a := Actor{UserID: id, MayRequest: true, MayApprove: i < 3}
				for _, of := range ids[:3] {
					if deputy[of] == id {
						a.DeputyOf = append(a.DeputyOf, approver(of))
					}
				}
				all = append(all, a)
			}
			return all
		}
		for range rapid.IntRange(1, 25).Draw(t, "steps") {
			now = now.Add(time.Minute)
			if rapid.IntRange(0, 2).Draw(t, "name a deputy") == 0 {
				of, id := rapid.SampledFrom(ids[:3]).Draw(t, "of"), rapid.SampledFrom(append([]string{""}, ids...)).Draw(t, "deputy")
				if of != id {
					deputy[of] = id
				}
				continue
			}
			by := rapid.SampledFrom(people()).Draw(t, "who")
			c, err := r.Apply(Approve{By: by, Shown: shown(r), Voters: people()}, now, p)
			if err != nil {
				continue
			}
			r = c.Request
			if r.Status != Approved {
				continue
			}
			var who, places []string
			for _, v := range r.Votes {
				place := v.By
				if v.For != "" {
					place = v.For
					if deputy[v.For] != v.By {
						t.Fatalf("%s counts as deputy of %s, who has %q", v.By, v.For, deputy[v.For])
					}
				}
				if v.By == "U1" || place == "U1" || slices.Contains(who, v.By) || slices.Contains(places, place) || !slices.Contains(ids[:3], place) {
					t.Fatalf("approved by %+v", r.Votes)
				}
				who, places = append(who, v.By), append(places, place)
			}
			if len(who) < p.Required {
				t.Fatalf("approved by %d of %d", len(who), p.Required)
			}
			return
		}
	})
}

// For whom a deputy has approved is not asked any more, and may take the approval over or say no.
func TestTheDeputyHasApproved(t *testing.T) {
	t.Parallel()
	named := func(id string) Actor { return Actor{UserID: id, Named: []string{id}} }
	for name, c := range map[string]struct {
		steps   []Step
		asked   bool
		members map[string][]string
	}{
		"others are at the next step":                  {[]Step{{Who: []string{"U2"}, Required: 1}, {Who: []string{"U3"}, Required: 1}}, false, nil},
		"others have to approve the same step":         {[]Step{{Who: []string{"U2", "U3"}, Required: 2}}, false, nil},
		"the deputy may be needed for the step of now": {[]Step{{Who: []string{"U2"}, Required: 1}, {Who: []string{"S1"}, Required: 1}}, true, nil},
		"the deputy is in the group of now":            {[]Step{{Who: []string{"U2"}, Required: 1}, {Who: []string{"S1"}, Required: 1}}, true, map[string][]string{"S1": {"U4", "U5"}}},
		"the deputy is not in the group of now":        {[]Step{{Who: []string{"U2"}, Required: 1}, {Who: []string{"S1"}, Required: 1}}, false, map[string][]string{"S1": {"U4"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := policy()
			p.Rules = stepsOf(c.steps)
			made, err := New(123, submission(), start, p)
			if err != nil {
				t.Fatal(err)
			}
			r, boss := made.Request, named("U2")
			boss.Members = c.members
			r = must(t, r, later, p, Approve{By: deputyOf("U5", boss), Shown: shown(r)})
			same(t, c.asked, r.WaitsFor(boss, later, p), "it waits for whom the deputy approved")
			for _, action := range []Action{ActionApprove, ActionReject, ActionReturn} {
				if refusal := r.May(Intent{Action: action, By: boss, Shown: r.Shown()}, later, p); refusal != nil {
					t.Errorf("%s is refused: %v", action, refusal)
				}
			}
			must(t, r, later, p, Reject{By: boss, Shown: shown(r), Reason: "no"})
		})
	}
}

// Who is needed at any later step does not vote as a deputy before it, and everybody else may.
func TestADeputyWhoIsNeededLater(t *testing.T) {
	t.Parallel()
	step := func(n int, who ...string) Step { return Step{Who: who, Required: n} }
	for name, c := range map[string]struct {
		steps   []Step
		voted   string
		code    string
		members map[string][]string
	}{
		"of two later steps one alone has another": {steps: []Step{step(1, "U2"), step(1, "U5", "U3"), step(1, "U5", "U3")}, code: RefusedNeeded},
		"the step after it has nobody else":        {steps: []Step{step(1, "U2"), step(1, "U5")}, code: RefusedNeeded},
		"the step after it has another one":        {steps: []Step{step(1, "U2"), step(1, "U5", "U3")}},
		"who has voted moves to the later step":    {steps: []Step{step(2, "U2", "U3", "U4"), step(1, "U5", "U3")}, voted: "U3"},
		"who is in the group is not known":         {steps: []Step{step(1, "U2"), step(1, "U5", "S1")}},
		"somebody else is in the group":            {steps: []Step{step(1, "U2"), step(1, "U5", "S1")}, members: map[string][]string{"S1": {"U5", "U3"}}},
		"nobody is in the group":                   {steps: []Step{step(1, "U2"), step(1, "U5", "S1")}, members: map[string][]string{"S1": {}}, code: RefusedNeeded},
		"the requester alone is in the group":      {steps: []Step{step(1, "U2"), step(1, "U5", "S1")}, members: map[string][]string{"S1": {"U1"}}, code: RefusedNeeded},
		"two groups have the same person":          {steps: []Step{step(1, "U2"), step(1, "S1"), step(1, "U5", "S2")}, members: map[string][]string{"S1": {"U3"}, "S2": {"U3"}}, code: RefusedNeeded},
		"the approvers of the variable are few":    {steps: []Step{step(1, "U2"), step(1, "U5", Variables)}, members: map[string][]string{Variables: {"U2", "U5"}}, code: RefusedNeeded},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := policy()
			p.Rules = stepsOf(c.steps)
			made, err := New(123, submission(), start, p)
			if err != nil {
				t.Fatal(err)
			}
			r := made.Request
			named := func(id string) Actor { return Actor{UserID: id, Named: []string{id}} }
			if c.voted != "" {
				r = must(t, r, later, p, Approve{By: named(c.voted), Shown: shown(r)})
			}
			deputy := named("U5")
			deputy.DeputyOf, deputy.Members = []Actor{named("U2")}, c.members
			if e := (Approve{By: deputy, Shown: shown(r)}); c.code != "" {
				refused(t, r, e, later, p, c.code)
			} else {
				must(t, r, later, p, e)
			}
		})
	}
}
