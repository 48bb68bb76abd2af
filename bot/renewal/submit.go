package renewal

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"renewbot/yeastar"
)

// MaxNote and MaxReason are the longest texts that people may add, in characters.
const (
	MaxNote   = 500
	MaxReason = 500
)

// New makes a request of a submission. The id is the next free one.
func New(id int64, s Submission, now time.Time, p Policy) (Change, error) {
	r := Request{
		ID: id, Status: Pending, Requester: s.By.UserID, Channel: s.Channel, DryRun: p.DryRun,
		Required: max(p.Required, 1), FourEyes: !p.SelfApproval, CreatedAt: now, UpdatedAt: now, ExpiresAt: now.Add(p.ExpireAfter), Again: s.Again,
		Batch: s.Batch, Line: s.Line, Together: s.Together,
	}
	if err := checkSubmission(s); err != nil {
		return Change{}, err
	}
	if err := checkDay(s.Offer, now, p); err != nil {
		return Change{}, err
	}
	c := &changing{Request: r, now: now, policy: p}
	if err := c.ask(s.Offer, s.Note, s.Doubts, s.DoubtReason); err != nil {
		return Change{}, err
	}
	if refusal := c.rules(s.By); refusal != nil {
		return Change{}, refusal
	}
	c.record(CodeSubmitted, s.By.UserID, c.asked())
	if s.Again != 0 {
		c.note(DetailAgain, Reference(s.Again))
	}
	if s.Batch != 0 {
		c.note(DetailBatch, fmt.Sprintf("%s line %d", BatchReference(s.Batch), s.Line))
	}
	c.entry.At, c.entry.RequestID, c.entry.Revision, c.entry.To = now, id, c.Revision, Pending
	c.job(SyncSlack, now)
	c.timers()
	c.steps()
	return Change{Request: c.Request, Entry: c.entry, Jobs: c.jobs}, nil
}

// checkSubmission says whether a submission may become a request; its error is a *Refusal.
func checkSubmission(s Submission) error {
	if !s.By.MayRequest {
		return MayNotRequest(s.By)
	}
	if s.Channel == "" {
		return refuse(RefusedOffer, "Choose the channel for the request. Nothing was ordered.")
	}
	if err := checkReasonFor(s.Doubts, s.DoubtReason); err != nil {
		return err
	}
	return checkOffer(s.Offer, s.Note)
}

// checkReasonFor wants the requester's reason where there is a serious doubt.
func checkReasonFor(doubts []Doubt, reason string) error {
	if !NeedReason(doubts) {
		return nil
	}
	_, err := checkReason(reason)
	return err
}

func checkOffer(o Offer, note string) error {
	if utf8.RuneCountInString(note) > MaxNote {
		return refuse(RefusedOffer, "The note may have at most %d characters. Nothing was ordered.", MaxNote)
	}
	if err := CheckPONumber(o.PONumber); err != nil {
		return refuse(RefusedOffer, "PO number: %v. Nothing was ordered.", err)
	}
	if _, err := o.Body(o.PONumber); err != nil {
		return refuse(RefusedOffer, "This cannot be ordered: %v. Nothing was ordered.", err)
	}
	return nil
}

// ask makes the offer the request's next revision.
func (c *changing) ask(o Offer, note string, doubts []Doubt, reason string) error {
	if err := checkOffer(o, note); err != nil {
		return err
	}
	body, err := o.Body(c.policy.PONumber.poNumber(o.PONumber, c.Reference()))
	if err != nil {
		return fmt.Errorf("order of %s: %w", c.Reference(), err)
	}
	if c.Revision > 0 {
		c.Changes = Difference(c.Offer, o)
	}
	c.Revision++
	c.Offer, c.Note, c.Body = o, note, body
	c.Doubts, c.DoubtReason, c.Explained, c.Unexplained = slices.Clone(doubts), Words(reason), nil, false
	c.Fingerprint = fingerprint(body, o, c.Doubts)
	c.Votes, c.Reminded, c.LastCalled = nil, nil, false
	c.ReturnedBy, c.ReturnedFor, c.ReturnReason = "", "", ""
	c.Status, c.AskedAt, c.ApprovedAt = Pending, c.now, time.Time{}
	return nil
}

// asked is what the audit trail has of what is asked for.
func (c *changing) asked() map[string]string {
	return map[string]string{
		DetailSummary: c.Offer.Summary(), DetailFingerprint: c.Fingerprint, DetailChanges: strings.Join(c.Changes, "; "),
		DetailDoubts: strings.Join(texts(c.Doubts), "\n"), DetailDoubtReason: c.DoubtReason,
		DetailPolicy: c.Ruling.File, DetailWay: c.WayInWords(), DetailOrderOn: c.Offer.OrderOn.Date,
	}
}

func (c *changing) amend(e Amend) error {
	if err := checkReasonFor(e.Doubts, e.DoubtReason); err != nil {
		return err
	}
	if err := checkDay(e.Offer, c.now, c.policy); err != nil {
		return err
	}
	if err := c.ask(e.Offer, e.Note, c.WithCandidates(e.Doubts), e.DoubtReason); err != nil {
		return err
	}
	if refusal := c.rules(e.By); refusal != nil {
		return refusal
	}
	c.AmendedBy = e.By.UserID
	if c.before.Status != Pending { // the approvers get their whole time again
		c.Problem = nil
		c.ExpiresAt = c.now.Add(c.policy.ExpireAfter)
		c.job(Expire, c.ExpiresAt)
	}
	c.reminders()
	c.onDay()
	c.record(CodeAmended, e.By.UserID, c.asked())
	return nil
}

// Unchanged says at the form that a change of what is approved for a day changes nothing: the approval stands.
func (r Request) Unchanged(o Offer, note string, doubts []Doubt) *Refusal {
	if !r.WaitsForDay() || note != r.Note || len(Difference(r.Offer, o)) > 0 || len(r.NewDoubts(doubts)) > 0 {
		return nil
	}
	return refuse(RefusedUnchanged, "Nothing was changed in %s, so what was approved stays approved. Nothing was saved or ordered by this.", r.Reference())
}

// changed puts what is known now before the approvers again.
func (c *changing) changed(e Changed) error {
	if err := c.expect(Approved); err != nil {
		return err
	}
	found, explained, unexplained := c.NewDoubts(e.Doubts), c.Explained, c.Unexplained
	if err := c.ask(e.Offer, c.Note, c.WithCandidates(e.Doubts), c.DoubtReason); err != nil {
		return err
	}
	fresh := texts(found)
	c.Explained = explained
	c.Unexplained = NeedReason(e.Doubts) && (unexplained || NeedReason(found))
	c.rulesAgain()
	c.Apart = c.Batch != 0
	c.Changes = append(c.Changes, fresh...)
	c.ExpiresAt = c.now.Add(c.policy.ExpireAfter)
	c.record(CodeChanged, System, c.asked())
	c.timers()
	return nil
}

// restoredWarning is what approvers read on the card of a request from a backup.
const restoredWarning = "Nothing, but this comes from a backup of the ledger: it may have been approved and ordered since. " +
	"Check this thread and the portal before you approve."

// restored asks again for what waited for somebody's yes or for its day, as a new revision:
// buttons from before the restore do nothing, and whoever approves has read the warning.
func (c *changing) restored() error {
	if !c.WaitsForDay() {
		if err := c.expect(Pending, Returned, Refused); err != nil {
			return err
		}
	}
	// The order's bytes stay as they are, whatever the configuration says by now.
	c.askAnew(restoredWarning, nil)
	c.record(CodeRestored, System, map[string]string{
		DetailSummary: c.Offer.Summary(), DetailFingerprint: c.Fingerprint, DetailChanges: restoredWarning,
	})
	return nil
}

// Summary says in one line what is asked for.
func (o Offer) Summary() string {
	var parts []string
	for _, l := range o.Lines {
		switch {
		case l.Quantity == 0:
			parts = append(parts, l.Name)
		case l.Type == yeastar.LinePlan:
			parts = append(parts, fmt.Sprintf("%s for %d extensions", l.Name, l.Quantity))
		default:
			parts = append(parts, fmt.Sprintf("%s × %d", l.Name, l.Quantity))
		}
	}
	product, _ := yeastar.ProductByKey(o.Product)
	s := fmt.Sprintf("%s for %s, %s: %s", product.Name, o.Holder.Called(), o.TermAsked(), strings.Join(parts, ", "))
	if o.OrderOn != (OrderDay{}) {
		s += ", to be ordered on " + o.OrderOn.Date
	}
	return s
}
