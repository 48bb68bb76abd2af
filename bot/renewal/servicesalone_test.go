package renewal_test

import (
	"slices"
	"strings"
	"testing"

	. "renewbot/bot/renewal"
	"renewbot/yeastar"
)

// servicesAlone is a request in a status that asks for a service without the plan.
func servicesAlone(t testing.TB, s Status) Request {
	t.Helper()
	r := in(t, s, careful())
	r.Offer.CurrentExpiry = start.Add(20 * day)
	r.Offer.Lines = slices.DeleteFunc(r.Offer.Lines, func(l Line) bool { return l.Type == yeastar.LinePlan })
	for i := range r.Attempts {
		body, err := r.Offer.Body("")
		if err != nil {
			t.Fatal(err)
		}
		r.Attempts[i].Body = body
	}
	return r
}

// An order for services alone moves no date of the package, and nothing is told of one.
func TestServicesAloneMoveNoDate(t *testing.T) {
	t.Parallel()
	r := servicesAlone(t, Ordering)
	if until := r.Offer.RenewsUntil(start); !until.IsZero() {
		t.Errorf("it renews until %s", until)
	}
	c, err := r.Apply(Answered{1, order(yeastar.OrderSucceed)}, start, careful())
	if err != nil {
		t.Fatal(err)
	}
	for _, j := range c.Jobs {
		if j.Kind == ConfirmDate {
			t.Errorf("its package is read again at %s", j.At)
		}
	}
	r = c.Request
	if at, more := r.NextDate(start.Add(day)); more {
		t.Errorf("its package is read again at %s", at)
	}
	refused(t, r, DateRead{Ends: r.Offer.CurrentExpiry.AddDate(1, 0, 0)}, start.Add(day), careful(), RefusedStatus)
	m := &NotRenewing{By: "U1", Why: "they leave", At: start.Add(-day)}
	if doubts := EndingDoubts(m, r.Offer.CurrentExpiry, []Request{r}); len(doubts) != 1 {
		t.Errorf("the mark that its package is to end is gone: %v", doubts)
	}
	label := Offer{Product: "ycm-white-label", Lines: []Line{{Type: yeastar.LineService, ID: "1"}}, CurrentExpiry: start.Add(day)}
	if label.ServicesAlone() || label.RenewsUntil(start).IsZero() {
		t.Error("a product that is a service is not renewed by it")
	}
}

// A late order counts as what it was for, not as what the request was changed to since.
func TestLateOrderOfServicesAlone(t *testing.T) {
	t.Parallel()
	r := servicesAlone(t, Ordering)
	r.Offer = offer() // with its plan, by now
	c, err := r.Apply(Answered{1, order(yeastar.OrderSucceed)}, start, careful())
	if err != nil {
		t.Fatal(err)
	}
	if slices.ContainsFunc(c.Jobs, func(j Job) bool { return j.Kind == ConfirmDate }) {
		t.Error("its package is to be read again")
	}
	r = c.Request
	if at, more := r.NextDate(start.Add(day)); more {
		t.Errorf("its package is read again at %s", at)
	}
	refused(t, r, DateRead{Ends: start.AddDate(1, 0, 0)}, start.Add(day), careful(), RefusedStatus)
	m := &NotRenewing{By: "U1", Why: "they leave", At: start.Add(-day)}
	if doubts := EndingDoubts(m, start.Add(20*day), []Request{r}); len(doubts) != 1 {
		t.Errorf("the mark that its package is to end is gone: %v", doubts)
	}
}

// Whoever asks after such an order is told what it was for, also when the request has changed since.
func TestServicesAloneOrderedBefore(t *testing.T) {
	t.Parallel()
	r := servicesAlone(t, Ordered)
	r.Offer.Lines = append([]Line{{Type: yeastar.LinePlan, ID: "1", Quantity: 100}}, r.Offer.Lines...)
	doubts := RepeatDoubts([]Request{r}, start.Add(day), careful())
	if len(doubts) != 1 || !doubts[0].Serious || !strings.Contains(doubts[0].Text(), "renewed services of the same package, and not its plan ("+r.Offer.Lines[1].Name+"), on") ||
		!strings.Contains(doubts[0].Brief(), "ordered services of the same") {
		t.Errorf("the doubts are %+v: %s", doubts, texts(doubts))
	}
}

func texts(doubts []Doubt) (all []string) {
	for _, d := range doubts {
		all = append(all, d.Text())
	}
	return all
}
