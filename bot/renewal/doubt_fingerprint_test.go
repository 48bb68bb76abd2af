package renewal_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	. "renewbot/bot/renewal"
)

func TestSeriousDoubtNeedsAReason(t *testing.T) {
	t.Parallel()
	serious, slight := []Doubt{{Kind: DoubtAutoRenewal, Serious: true}}, []Doubt{{Kind: DoubtExpiryUnknown}}
	s := submission()
	s.Doubts, s.DoubtReason = serious, "  "
	_, err := New(1, s, start, policy())
	if !RefusedFor(err, RefusedNoReason) {
		t.Errorf("without a reason: %v", err)
	}
	s.DoubtReason = " Asked by phone. "
	c, err := New(1, s, start, policy())
	if err != nil || c.Request.DoubtReason != "Asked by phone." || c.Entry.Detail[DetailDoubtReason] != "Asked by phone." ||
		c.Entry.Detail[DetailDoubts] != serious[0].Text() {
		t.Errorf("with a reason: %v %+v", err, c.Entry)
	}
	if diff := cmp.Diff(serious, c.Request.Doubts); diff != "" {
		t.Errorf("stored doubts (-want +got):\n%s", diff)
	}
	s.Doubts, s.DoubtReason = slight, ""
	if _, err := New(1, s, start, policy()); err != nil {
		t.Errorf("a slight doubt: %v", err)
	}
	r := newRequest(t, policy())
	refused(t, r, Amend{By: requester("U1"), Shown: shown(r), Offer: offer(), Doubts: serious}, later, policy(), RefusedNoReason)
}

func TestFingerprintBindsDoubts(t *testing.T) {
	t.Parallel()
	plain := newRequest(t, policy())
	seen := map[string]string{plain.Fingerprint: "no doubt"}
	for name, d := range map[string]Doubt{
		"one": {Kind: DoubtExpiryUnknown}, "serious": {Kind: DoubtExpiryUnknown, Serious: true}, "another kind": {Kind: DoubtAutoRenewalUnknown},
		"told": {Kind: DoubtQuantity, Told: 1}, "quantity": {Kind: DoubtQuantity, Quantity: 1}, "request": {Kind: DoubtOpenRequest, Request: 1},
		"order": {Kind: DoubtPortalOrder, OrderNo: "XS1"}, "time": {Kind: DoubtExpired, At: start}, "names": {Kind: DoubtInvoice, Names: []string{"a"}},
	} {
		s := submission()
		s.Doubts, s.DoubtReason = []Doubt{d}, "why"
		c, err := New(123, s, start, policy())
		if err != nil {
			t.Fatal(err)
		}
		if other, ok := seen[c.Request.Fingerprint]; ok {
			t.Errorf("%s has the fingerprint of %s", name, other)
		}
		seen[c.Request.Fingerprint] = name
		r := must(t, c.Request, later, policy(), approveBy(approver("U2"), c.Request), Begin{time.Minute})
		if r.Status != Ordering {
			t.Errorf("%s: %s", name, r.Status)
		}
	}
}

func TestNewDoubtSendsTheRequestBack(t *testing.T) {
	t.Parallel()
	known, fresh := Doubt{Kind: DoubtExpiryUnknown}, Doubt{Kind: DoubtOrderedBefore, Serious: true, Request: 7, OrderNo: "XS1", At: start}
	s := submission()
	s.Doubts = []Doubt{known}
	c, err := New(123, s, start, policy())
	if err != nil {
		t.Fatal(err)
	}
	r := must(t, c.Request, later, policy(), approveBy(approver("U2"), c.Request))
	if got := r.NewDoubts([]Doubt{known}); len(got) != 0 {
		t.Errorf("what people have seen is new: %v", got)
	}
	if got := r.NewDoubts(nil); len(got) != 0 {
		t.Errorf("nothing is new: %v", got)
	}
	if diff := cmp.Diff([]Doubt{fresh}, r.NewDoubts([]Doubt{fresh, known})); diff != "" {
		t.Errorf("new doubts (-want +got):\n%s", diff)
	}
	back := must(t, r, later, policy(), Changed{Offer: r.Offer, Doubts: []Doubt{fresh, known}})
	if back.Status != Pending || back.Revision != 2 || back.Fingerprint == r.Fingerprint || len(back.Votes) != 0 {
		t.Errorf("sent back as %+v", back)
	}
	if diff := cmp.Diff([]string{fresh.Text()}, back.Changes); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
	if !back.Unexplained {
		t.Error("its requester has said why before anybody knew")
	}
	if !back.Unexplained || must(t, back, later, policy(), Restored{}).Unexplained != back.Unexplained {
		t.Error("a restore explains nothing")
	}
	said := must(t, back, later, policy(), Amend{By: requester("U1"), Shown: back.Shown(), Offer: back.Offer, Doubts: back.Doubts, DoubtReason: "They want two."})
	if said.Unexplained {
		t.Error("they have said why")
	}
	if mild := must(t, r, later, policy(), Changed{Offer: r.Offer, Doubts: []Doubt{known, {Kind: DoubtAutoRenewalUnknown}}}); mild.Unexplained {
		t.Error("what is not serious needs no reason")
	}
}

// A request from before doubts were kept goes on: only a serious doubt holds it up.
func TestRequestFromBeforeDoubts(t *testing.T) {
	t.Parallel()
	written, err := json.Marshal(newRequest(t, policy()))
	if err != nil {
		t.Fatal(err)
	}
	stored := strings.Replace(string(written), `"doubts":null,`, "", 1)
	var r Request
	if err := json.Unmarshal([]byte(stored), &r); err != nil || strings.Contains(stored, "doubt") || r.Doubts != nil {
		t.Fatalf("%v:\n%s", err, stored)
	}
	r = must(t, r, later, policy(), approveBy(approver("U2"), r))
	slight, serious := Doubt{Kind: DoubtAutoRenewalUnknown}, Doubt{Kind: DoubtAutoRenewal, Serious: true}
	if diff := cmp.Diff([]Doubt{serious}, r.NewDoubts([]Doubt{slight, serious})); diff != "" {
		t.Errorf("new doubts (-want +got):\n%s", diff)
	}
	if got := must(t, r, later, policy(), Begin{time.Minute}); got.Status != Ordering {
		t.Errorf("it is %s", got.Status)
	}
}
