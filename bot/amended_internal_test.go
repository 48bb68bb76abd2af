package bot

import (
	"testing"

	"renewbot/blocks"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

// A change that is delivered twice is known by what it made of the request, with the orders that were ruled out.
func TestAChangeIsKnownBesideWhatWasRuledOut(t *testing.T) {
	t.Parallel()
	r := renewal.Request{Revision: 2, AmendedBy: "U1", Attempts: []renewal.Attempt{{
		Number: 1, Outcome: renewal.NotPlaced, Problem: &renewal.Problem{Class: yeastar.ClassUnknown}, RuledOut: []string{"XS1"},
	}}}
	if r.Doubts = r.WithCandidates(nil); len(r.Doubts) != 1 {
		t.Fatalf("ruled out: %+v", r.Doubts)
	}
	actor := renewal.Actor{UserID: "U1"}
	if !isAmendment(r, actor, blocks.Draft{Revision: 1}, asked{}) {
		t.Error("it is not known")
	}
	if isAmendment(r, actor, blocks.Draft{Revision: 1}, asked{doubts: []renewal.Doubt{{Kind: renewal.DoubtAutoRenewal}}}) {
		t.Error("another one is taken for it")
	}
}
