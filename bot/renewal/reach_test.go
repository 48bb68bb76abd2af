package renewal_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	. "renewbot/bot/renewal"
)

// stepsOf is a policy of one rule with these steps.
type stepsOf []Step

func (s stepsOf) Rule(Case) Ruling                     { return Ruling{Ways: []Way{{Rule: "r", Steps: s}}} }
func (stepsOf) MayHold(string, Case) (may, known bool) { return true, true }
func (stepsOf) Hash() string                           { return "h" }
func (stepsOf) Rules() int                             { return 1 }
func (stepsOf) Names() []string                        { return nil }
func (stepsOf) Approvers() []string                    { return nil }
func (stepsOf) Zone() *time.Location                   { return time.UTC }

// TestStepsHaveNoDeadEnd lets people with names of their own approve in whatever order they like:
// as long as all of them together suffice, somebody can always go on, each counts once, and for a
// step that names them.
func TestStepsHaveNoDeadEnd(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		everybody := []string{"U1", "U2", "U3", "U4", "U5"}
		var steps []Step
		for range rapid.IntRange(1, 3).Draw(t, "steps") {
			who := rapid.SliceOfNDistinct(rapid.SampledFrom(everybody), 1, 4, rapid.ID).Draw(t, "who")
			steps = append(steps, Step{Who: who, Required: rapid.IntRange(1, min(2, len(who))).Draw(t, "required")})
		}
		p := policy()
		p.Rules = stepsOf(steps)
		made, err := New(123, submission(), start, p)
		if err != nil {
			t.Fatal(err)
		}
		r := made.Request
		var people []Actor
		for _, id := range everybody {
			people = append(people, Actor{UserID: id, Named: []string{id}})
		}
		could := r.Reaches(people, later, p)
		for range everybody {
			if r.Status != Pending {
				break
			}
			if r.Reaches(people, later, p) != could {
				t.Fatalf("after %+v it can be approved: %t, and before %t (%+v)", r.Votes, !could, could, steps)
			}
			able := slices.DeleteFunc(slices.Clone(people), func(a Actor) bool {
				return r.May(Intent{Action: ActionApprove, By: a, Shown: r.Shown()}, later, p) != nil
			})
			if len(able) == 0 {
				break
			}
			c, err := r.Apply(Approve{By: rapid.SampledFrom(able).Draw(t, "by"), Shown: r.Shown()}, later, p)
			if err != nil {
				t.Fatal(err)
			}
			r = c.Request
		}
		if (r.Status == Approved) != could {
			t.Fatalf("it is %s with %+v, and could be approved: %t (%+v)", r.Status, r.Votes, could, steps)
		}
	})
}

// A vote that nobody could give any more does not bring a request nearer to its approval.
func TestAVoteOfWhoLeftReachesNothing(t *testing.T) {
	t.Parallel()
	person := func(id string) Actor { return Actor{UserID: id, MayApprove: true} }
	for name, c := range map[string]struct {
		voted  Actor
		people []Actor
		reach  bool
	}{
		"all are there":                        {person("U2"), []Actor{person("U2"), person("U3")}, true},
		"who voted has left":                   {person("U2"), []Actor{person("U3")}, false},
		"two others are there":                 {person("U2"), []Actor{person("U3"), person("U4")}, true},
		"the deputy is there, and not of whom": {deputyOf("U5", person("U2")), []Actor{person("U3"), {UserID: "U5"}}, false},
		"the deputy and who it is are there":   {deputyOf("U5", person("U2")), []Actor{person("U2"), person("U3"), deputyOf("U5", person("U2"))}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := policy()
			p.Required = 2
			made, err := New(123, submission(), start, p)
			if err != nil {
				t.Fatal(err)
			}
			r := must(t, made.Request, later, p, Approve{By: c.voted, Shown: shown(made.Request)})
			if got := r.Reaches(c.people, later.Add(2*time.Minute), p); got != c.reach {
				t.Errorf("it can be approved: %t", got)
			}
		})
	}
}
