package renewal

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Rules are a policy file. They are pure.
type Rules interface {
	// Rule is what the file says of a request. What is not known of it is never to its
	// advantage.
	Rule(Case) Ruling
	// MayHold says whether the rule of a name is among those that may hold; known: there is such a rule.
	MayHold(rule string, c Case) (may, known bool)
	// Hash tells the file from all others.
	Hash() string
	// Rules is how many rules it has.
	Rules() int
	// Names are all people and user groups that it names, and Approvers those of its steps.
	Names() []string
	Approvers() []string
	// Zone is where the days and months of its caps begin.
	Zone() *time.Location
}

// Case is what a policy rules on: an offer, and who asks for it.
type Case struct {
	Offer Offer
	Asker Asker
}

// Asker is who asks for something, as the policy knows them.
type Asker struct {
	ID string `json:"id,omitempty"` // Slack user id
	// In are the user groups of the policy that they were in when they asked, and Asked
	// those of which that was looked up: of all others it is not known.
	In    []string `json:"in,omitempty"`
	Asked []string `json:"asked,omitempty"`
}

// Ruling is what the policy file said of a request when it was asked for. The zero value:
// there was no file.
type Ruling struct {
	File string `json:"file,omitempty"` // the file's hash
	// Ways must all be gone. There are several when what is not known of the request
	// decides between them.
	Ways []Way `json:"ways,omitempty"`
	Caps []Cap `json:"caps,omitempty"`
	// Requesters are the only ones who may ask, one list for each rule that has one.
	Requesters [][]string `json:"requesters,omitempty"`
	Amount     *Price     `json:"amount,omitempty"`    // what it is taken to cost; nil: not known
	Estimated  bool       `json:"estimated,omitempty"` // by the file's own prices
	Asker      Asker      `json:"asker,omitzero"`
}

// askerOf is who asks, with all groups of the policy looked up.
func (p Policy) askerOf(a Actor) Asker {
	if p.Rules == nil {
		return Asker{}
	}
	asker := Asker{ID: a.UserID, In: a.Named}
	for _, id := range p.Rules.Names() {
		if strings.HasPrefix(id, "S") {
			asker.Asked = append(asker.Asked, id)
		}
	}
	return asker
}

// rule is what the policy says now; the zero Ruling without a file.
func (p Policy) rule(o Offer, a Asker) Ruling {
	if p.Rules == nil {
		return Ruling{}
	}
	ruling := p.Rules.Rule(Case{Offer: o, Asker: a})
	ruling.File, ruling.Asker = p.Rules.Hash(), a
	for i := range ruling.Ways {
		if len(ruling.Ways[i].Steps) == 0 {
			ruling.Ways[i].Steps = byVariables(p.Required).Steps
		}
	}
	ruling.Ways = Strictest(ruling.Ways)
	return ruling
}

// quorum is how many of RENEW_APPROVERS a request needed when it was asked for without a
// policy file.
func (r Request) quorum() int { return cmp.Or(r.Quorum, r.Required) }

// ways are those that a request has to go: by the policy of when it was asked for, and by
// that of now.
func (r Request) ways(p Policy) []Way {
	var ways []Way
	if r.Ruling.File != "" {
		ways = append(ways, r.Ruling.Ways...)
	} else {
		ways = append(ways, byVariables(r.quorum()))
	}
	ways = append(ways, r.Together...)
	if p.Rules == nil {
		return Strictest(append(ways, byVariables(p.Required)))
	}
	asker := r.Ruling.Asker
	asker.ID = r.Requester
	return Strictest(append(ways, p.rule(r.Offer, asker).Ways...))
}

// rules says anew what the policy says of the request, which by has asked for as it is now.
func (c *changing) rules(by Actor) *Refusal {
	if by.Unread && c.policy.Rules != nil {
		return refuse(RefusedNotAllowed, "Slack did not tell me who is in a user group, so I can't tell who has to approve this. "+
			"Please try again in a moment. Nothing was ordered.")
	}
	ruling := c.policy.rule(c.Offer, c.policy.askerOf(by))
	for _, list := range ruling.Requesters {
		if !slices.Contains(list, by.UserID) && !slices.ContainsFunc(by.Named, func(id string) bool { return slices.Contains(list, id) }) {
			return refuse(RefusedNotAllowed, "By the policy you may not ask for this renewal (%s). Ask a colleague who may. Nothing was ordered.",
				ruling.named())
		}
	}
	if c.policy.Rules == nil && c.Ruling.File != "" {
		c.Required = c.policy.Required
	}
	c.Ruling, c.Quorum = ruling, 0
	c.rewayed()
	return nil
}

// rulesAgain adds what the policy says of the request by what is known now.
func (c *changing) rulesAgain() {
	now := c.policy.rule(c.Offer, c.Ruling.Asker)
	if now.File == "" {
		return
	}
	if c.Ruling.File == "" {
		c.Ruling.Ways = []Way{byVariables(c.quorum())}
	}
	c.Ruling.Ways = Strictest(append(slices.Clone(c.Ruling.Ways), now.Ways...))
	c.Ruling.Caps = moreCaps(c.Ruling.Caps, now.Caps)
	c.Ruling.File, c.Ruling.Amount, c.Ruling.Estimated = now.File, now.Amount, now.Estimated
	c.rewayed()
}

// rewayed notes the ways that the request has to go now, for people.
func (c *changing) rewayed() {
	ways := c.ways(c.policy)
	if c.Ruling.File == "" && c.policy.Rules == nil {
		c.Required, c.Ways, c.Quorum = ways[0].Needs(), nil, 0
		return
	}
	if c.Ruling.File == "" {
		c.Quorum = c.quorum()
	}
	c.Ways, c.Required = ways, 0
	for _, w := range ways {
		c.Required = max(c.Required, w.Needs())
	}
}

// Under is a request that can be approved, or tried again, as the policy of now has it: with the
// way that it has to go by that and by the policy of when it was asked for.
func (r Request) Under(p Policy) Request {
	if r.Status != Pending && r.Status != Refused {
		return r
	}
	c := changing{Request: r, policy: p}
	c.rewayed()
	return c.Request
}

// Under is what several requests are under a policy.
func Under(requests []Request, p Policy) []Request {
	under := make([]Request, len(requests))
	for i, r := range requests {
		under[i] = r.Under(p)
	}
	return under
}

// UnderAt is what several requests are under a policy, as they are shown at a time.
func UnderAt(requests []Request, p Policy, now time.Time) []Request {
	shown := Under(requests, p)
	for i, r := range shown {
		shown[i] = r.At(now)
	}
	return shown
}

// named names the rules that hold.
func (r Ruling) named() string {
	var rules []string
	for _, w := range r.Ways {
		rules = append(rules, fmt.Sprintf("rule “%s”", w.Rule))
	}
	return strings.Join(rules, ", ")
}

// Proposed is a submission as the request that it would become.
func Proposed(s Submission, now time.Time, p Policy) (Request, *Refusal) {
	c := &changing{Request: Request{Status: Pending, Requester: s.By.UserID, Required: max(p.Required, 1), AskedAt: now, Offer: s.Offer}, now: now, policy: p}
	refusal := c.rules(s.By)
	return c.Request, refusal
}

// String is the step for people: "2 of Finance".
func (s Step) String() string {
	who := s.Name
	if who == "" && slices.Equal(s.Who, []string{Variables}) {
		who = "the approvers"
	}
	return fmt.Sprintf("%d of %s", s.Required, cmp.Or(who, strings.Join(s.Who, ", ")))
}

// String is the way for people: "1 of Sales leads, then 2 of Finance".
func (w Way) String() string {
	steps := make([]string, len(w.Steps))
	for i, s := range w.Steps {
		steps[i] = s.String()
	}
	return strings.Join(steps, ", then ")
}

// WayInWords is the way that a request has to go, for the trail.
func (r Request) WayInWords() string {
	ways := make([]string, len(r.Ways))
	for i, w := range r.Ways {
		ways[i] = w.String()
	}
	return strings.Join(ways, "; and ")
}

// Told is the step for people: "2 of Finance".
func (s Step) Told() Sentence {
	switch {
	case s.Name != "" || slices.Equal(s.Who, []string{Variables}):
		return Say(s.String())
	case len(s.Who) == 1:
		return Sentence{Text(fmt.Sprintf("%d of ", s.Required)), ID(s.Who[0])}
	}
	told := Say(fmt.Sprintf("%d of ", s.Required))
	for i, id := range s.Who {
		if i > 0 {
			told = append(told, Text(", "))
		}
		if id == Variables {
			told = append(told, Text("the approvers"))
		} else {
			told = append(told, ID(id))
		}
	}
	return told
}
