package renewal

import "time"

// Explanation says in an approver's words why something serious should be ordered all the same of
// which the requester has said nothing since it turned up.
type Explanation struct {
	By    string    `json:"by"`
	For   string    `json:"for,omitempty"` // as whose deputy
	At    time.Time `json:"at"`
	Words string    `json:"words"`
}

// explain takes an approver's comment for the words that something serious still wants, and returns
// them. Without any it refuses the approval.
func (c *changing) explain(by Actor, comment string) (words string, err error) {
	switch {
	case !c.Unexplained:
		return "", nil
	case comment == "":
		return "", c.wantsWords()
	}
	c.Explained, c.Unexplained = &Explanation{By: by.UserID, For: c.acting.For, At: c.now, Words: comment}, false
	return comment, nil
}

// wantsWords refuses a yes to what nobody has explained, and says who can.
func (r Request) wantsWords() *Refusal {
	s := Sentence{Text("Something serious to look at turned up for " + r.Reference() + ", and nobody has said since why it should be ordered all the same. ")}
	if r.Batch == 0 { // whose lines are not changed
		s = append(s, ID(r.Requester), Text(" can with “Change…”, or you"))
	} else {
		s = append(s, Text("You can"))
	}
	return &Refusal{RefusedUnexplained, append(s, Text(" with “Approve with a comment…” on its card. Nothing was ordered."))}
}
