package renewal

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"renewbot/yeastar"
)

const (
	// MaxBatch is how many lines a batch may have: as many as a menu of Slack's.
	MaxBatch = 100
	// refusalsInARow pause a batch.
	refusalsInARow = 3
)

// Batch is several requests under one card and one approval. Each line is a request of its own:
// what becomes of it stands there, and here only what they have in common.
type Batch struct {
	ID      int64 `json:"id"`
	Version int64 `json:"version"` // counts saves; guards against two at once

	Requester string `json:"requester"` // Slack user id
	Channel   string `json:"channel"`   // Slack channel id
	Note      string `json:"note,omitempty"`
	Lines     int    `json:"lines"` // it began with
	DryRun    bool   `json:"dry_run,omitempty"`

	// Held is why no line of it is ordered until people say so; nil: they are.
	Held *BatchHold `json:"held,omitempty"`
	// Refusals counts the last lines that were refused one after the other.
	Refusals int `json:"refusals,omitempty"`
	// Approvals are who has approved how many lines, under which fingerprint.
	Approvals []BatchApproval `json:"approvals,omitempty"`
	StoppedBy string          `json:"stopped_by,omitempty"`

	// Reminded has the reminders that were sent, by user id, the oldest first; LastCalled says
	// that the call before it times out was made.
	Reminded   map[string][]time.Time `json:"reminded,omitempty"`
	LastCalled bool                   `json:"last_called,omitempty"`

	Clicks []string `json:"clicks,omitempty"` // that took effect, the last ones

	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
}

// HoldCode says why a batch pauses by itself.
type HoldCode string

// Why a batch pauses.
const (
	HoldUnknown  HoldCode = "unknown"  // nobody knows whether a line was ordered
	HoldCredit   HoldCode = "credit"   // the vendor refuses for want of credit
	HoldRefusals HoldCode = "refusals" // several lines in a row were refused
)

// BatchHold is a pause of a batch.
type BatchHold struct {
	Code    HoldCode  `json:"code"`
	Request int64     `json:"request"` // the line that was the reason
	At      time.Time `json:"at"`
}

// Seen stands for a pause on a button: whoever goes on has seen this one.
func (h *BatchHold) Seen() string {
	if h == nil {
		return ""
	}
	return fmt.Sprintf("%s %d %d", h.Code, h.Request, h.At.UnixMicro())
}

// BatchApproval is one approver's yes to a batch.
type BatchApproval struct {
	By          string    `json:"by"`
	For         string    `json:"for,omitempty"` // as whose deputy
	At          time.Time `json:"at"`
	Fingerprint string    `json:"fingerprint"`
	Lines       int       `json:"lines"`
}

// BatchReference is the name under which people know a batch: RNW-B0007.
func BatchReference(id int64) string { return fmt.Sprintf("RNW-B%04d", id) }

// Reference is the name under which people know the batch.
func (b Batch) Reference() string { return BatchReference(b.ID) }

// BatchOf is the batch for which a job or a message is, by the number that stands there for its
// request: those of batches are negative.
func BatchOf(id int64) (batch int64, ok bool) { return -id, id < 0 }

// Subject is what stands for the batch where others have a request's number.
func (b Batch) Subject() int64 { return -b.ID }

// Undivided says whether the request is decided with the other lines of its batch, and not by
// itself: until it was approved once, or has changed since.
func (r Request) Undivided() bool { return r.Batch != 0 && !r.Apart }

// Undecided are the lines that are decided together now.
func (b Batch) Undecided(lines []Request) []Request {
	var open []Request
	for _, r := range lines {
		if r.Undivided() && r.Status == Pending {
			open = append(open, r)
		}
	}
	return open
}

// BatchFingerprint covers all that is decided with lines: which they are, and what each orders.
func BatchFingerprint(lines []Request) string {
	h := sha256.New()
	for _, r := range lines {
		fmt.Fprintf(h, "%d %d %s %q\n", r.ID, r.Revision, r.Fingerprint, r.DoubtReason)
	}
	return hex.EncodeToString(h.Sum(nil))[:32]
}

// BatchPart is what has become of a line.
type BatchPart string

// What becomes of lines.
const (
	LinePlaced  BatchPart = "placed"
	LineRefused BatchPart = "refused"
	LineUnknown BatchPart = "unknown"
	LineWaiting BatchPart = "waiting"
	LineLeftOut BatchPart = "left_out"
)

// BatchParts lists them, as a bar shows them.
func BatchParts() []BatchPart {
	return []BatchPart{LinePlaced, LineRefused, LineUnknown, LineWaiting, LineLeftOut}
}

// Part is what has become of the request as a line of a batch.
func (r Request) Part() BatchPart { return partOf(r.Status) }

func partOf(s Status) BatchPart {
	switch s {
	case Ordered, Processing:
		return LinePlaced
	case Refused:
		return LineRefused
	case Unknown:
		return LineUnknown
	case Rejected, Cancelled, Expired:
		return LineLeftOut
	}
	return LineWaiting
}

// Settled says whether every line has its answer.
func Settled(lines []Request) bool {
	return !slices.ContainsFunc(lines, func(r Request) bool { return r.Part() == LineWaiting || r.Part() == LineUnknown })
}

// BatchEvent is something that a person does to a batch.
type BatchEvent interface {
	// Action names the event in the audit trail.
	Action() string
	by() Actor
}

// What people do with a batch. Shown is the BatchFingerprint of the lines that they saw.
type (
	// ApproveBatch is one approver's yes to all lines that are undecided. Voters are those who
	// said yes before, as they are now.
	ApproveBatch struct {
		By      Actor
		Shown   string
		Voters  []Actor
		Comment string
	}
	// RejectBatch is an approver's no to all of them.
	RejectBatch struct {
		By     Actor
		Shown  string
		Reason string
	}
	// LeaveOut takes lines out: an approver with a reason, or the requester.
	LeaveOut struct {
		By     Actor
		Shown  string
		Lines  []int64
		Reason string
	}
	// StopBatch ends all lines that wait: before approval it withdraws them, and afterwards
	// nothing more is ordered.
	StopBatch struct{ By Actor }
	// GoOn ends a pause of the batch; Held is the Seen of the one that they saw.
	GoOn struct {
		By   Actor
		Held string
	}
)

// RemindBatch says that those for whom a batch waits are to be reminded.
type RemindBatch struct {
	Who  []string // user ids
	Last bool     // the call before it times out
	Next time.Time
}

func (RemindBatch) Action() string  { return "remind_batch" }
func (ApproveBatch) Action() string { return "approve_batch" }
func (RejectBatch) Action() string  { return "reject_batch" }
func (LeaveOut) Action() string     { return "leave_out" }
func (StopBatch) Action() string    { return "stop_batch" }
func (GoOn) Action() string         { return "go_on" }

func (RemindBatch) by() Actor    { return Actor{UserID: System} }
func (e ApproveBatch) by() Actor { return e.By }
func (e RejectBatch) by() Actor  { return e.By }
func (e LeaveOut) by() Actor     { return e.By }
func (e StopBatch) by() Actor    { return e.By }
func (e GoOn) by() Actor         { return e.By }

// ofBatch is an event of a line that is decided with the others: nobody else can make one. shown
// is the fingerprint of all of them.
type ofBatch struct {
	personal
	shown string
}

func (e ofBatch) intent() Intent {
	in := e.personal.intent()
	in.batch = e.shown
	return in
}

// BatchChange is what an event does to a batch: the changes of its lines go with it, all or none.
type BatchChange struct {
	Batch Batch
	Entry Entry // of no request
	Lines []Change
	Jobs  []Job
}

// Apply is the one way in which people change a batch. Its error is a *Refusal, ErrRepeated or a
// programming error, and then nothing is to be saved. lines are all of the batch, in their order.
func (b Batch) Apply(e BatchEvent, lines []Request, now time.Time, p Policy) (BatchChange, error) {
	if click := e.by().Click; click != "" && slices.Contains(b.Clicks, click) {
		return BatchChange{}, ErrRepeated
	}
	c := &batching{Batch: b, lines: lines, now: now, policy: p}
	var err error
	switch e := e.(type) {
	case ApproveBatch:
		err = c.approve(e)
	case RejectBatch:
		err = c.reject(e)
	case LeaveOut:
		err = c.leaveOut(e)
	case StopBatch:
		err = c.stop(e)
	case GoOn:
		err = c.goOn(e)
	case RemindBatch:
		err = c.remind(e)
	default:
		err = fmt.Errorf("renewal: event %T cannot be applied to a batch", e)
	}
	if err != nil {
		return BatchChange{}, err
	}
	if click := e.by().Click; click != "" {
		c.Clicks = append(slices.Clone(c.Clicks[max(len(c.Clicks)-maxClicks+1, 0):]), click)
	}
	c.UpdatedAt = now
	c.entry.At, c.entry.Actor = now, e.by().UserID
	c.note(DetailBatch, c.Reference())
	jobs := append(c.jobs, Job{Kind: SyncSlack, RequestID: c.Subject(), At: now}, Job{Kind: SyncSlack, At: now})
	if _, ok := e.(RemindBatch); !ok {
		jobs = append(jobs, c.next(states(c.after()), now)...)
	}
	return BatchChange{Batch: c.Batch, Entry: c.entry, Lines: c.changes, Jobs: jobs}, nil
}

// DeniedBatch is the entry of an action on a batch that was refused.
func (b Batch) DeniedBatch(e BatchEvent, refusal *Refusal, now time.Time) Change {
	c := Request{}.Denied(e.by().UserID, e.Action(), refusal, now)
	c.Entry.Detail[DetailBatch] = b.Reference()
	return c
}

// batching is a change of a batch in the making.
type batching struct {
	Batch
	lines   []Request
	now     time.Time
	policy  Policy
	entry   Entry
	changes []Change
	jobs    []Job
}

// after are the lines as they will be.
func (c *batching) after() []Request {
	lines := slices.Clone(c.lines)
	for _, change := range c.changes {
		i := slices.IndexFunc(lines, func(r Request) bool { return r.ID == change.Request.ID })
		lines[i] = change.Request
	}
	return lines
}

func (c *batching) note(key, value string) {
	if c.entry.Detail == nil {
		c.entry.Detail = map[string]string{}
	}
	if value != "" {
		c.entry.Detail[key] = value
	}
}

// open are the undecided lines, if they are those that a person saw.
func (c *batching) open(shown string) ([]Request, error) {
	open := c.Undecided(c.lines)
	if len(open) == 0 {
		return nil, refuse(RefusedStatus, "No line of %s waits for a decision any more. Nothing was changed by this.", c.Reference())
	}
	if BatchFingerprint(open) != shown {
		return nil, refuse(RefusedStale,
			"%s was changed since this card was drawn, so your click did nothing. Please look at the present card and decide again.", c.Reference())
	}
	return open, nil
}

// line lets an event happen to a line.
func (c *batching) line(r Request, e Event) error {
	change, err := r.Apply(e, c.now, c.policy)
	if err != nil {
		return err
	}
	c.changes = append(c.changes, change)
	return nil
}

// approve is the vote for every line that is undecided, each by the strictest of all.
func (c *batching) approve(e ApproveBatch) error {
	open, err := c.open(e.Shown)
	if err != nil {
		return err
	}
	together := Together(open, c.policy)
	for _, r := range open {
		r.Together = together
		if err := c.line(r, ofBatch{Approve{By: e.By, Shown: r.Shown(), Voters: e.Voters, Comment: e.Comment}, e.Shown}); err != nil {
			return err
		}
	}
	first := c.changes[0].Request
	if err := c.alike(first); err != nil {
		return err
	}
	vote := first.Votes[len(first.Votes)-1]
	c.Approvals = append(slices.Clone(c.Approvals), BatchApproval{By: vote.By, For: vote.For, At: c.now, Fingerprint: e.Shown, Lines: len(open)})
	c.entry.Code = CodeBatchVoted
	if first.Status == Approved {
		c.entry.Code = CodeBatchApproved
	}
	c.note(DetailFingerprint, e.Shown)
	c.note(DetailCount, strconv.Itoa(len(open)))
	c.note(DetailVotes, first.votesIn())
	c.note(DetailDeputyOf, vote.For)
	c.note(DetailComment, strings.TrimSpace(e.Comment))
	return nil
}

// alike refuses a vote that would approve some lines and not others: there is no way to that but
// a fault of ours.
func (c *batching) alike(first Request) error {
	for _, change := range c.changes {
		if change.Request.Status != first.Status {
			return fmt.Errorf("renewal: %s: one vote would approve %s and not %s", c.Reference(), first.Reference(), change.Request.Reference())
		}
	}
	return nil
}

// Together are the ways that each line has to go because of all of them: the strictest.
func Together(lines []Request, p Policy) []Way {
	var ways []Way
	for _, r := range lines {
		for _, w := range r.ways(p) {
			w.Rule = "" // which bounds what it costs, of its own lines alone
			ways = append(ways, w)
		}
	}
	return Strictest(ways)
}

func (c *batching) reject(e RejectBatch) error {
	open, err := c.open(e.Shown)
	if err != nil {
		return err
	}
	for _, r := range open {
		if err := c.line(r, ofBatch{Reject{By: e.By, Shown: r.Shown(), Reason: e.Reason}, e.Shown}); err != nil {
			return err
		}
	}
	c.entry.Code = CodeBatchRejected
	c.note(DetailReason, strings.TrimSpace(e.Reason))
	c.note(DetailCount, strconv.Itoa(len(open)))
	return nil
}

// leaveOut ends some of the undecided lines: as a rejection, or as their requester withdraws them.
func (c *batching) leaveOut(e LeaveOut) error {
	open, err := c.open(e.Shown)
	if err != nil {
		return err
	}
	if len(e.Lines) == 0 {
		return refuse(RefusedOffer, "Choose the lines that are to be left out.")
	}
	var names []string
	for _, id := range e.Lines {
		i := slices.IndexFunc(open, func(r Request) bool { return r.ID == id })
		if i < 0 {
			return refuse(RefusedStale, "%s does not wait for a decision any more. Nothing was changed by this; please choose again.", Reference(id))
		}
		r := open[i]
		var event Event = ofBatch{Reject{By: e.By, Shown: r.Shown(), Reason: e.Reason}, e.Shown}
		if e.By.is(r.Requester) {
			event = Cancel{By: e.By}
		}
		if err := c.line(r, event); err != nil {
			return err
		}
		names = append(names, r.Reference())
	}
	c.entry.Code = CodeBatchLeftOut
	c.note(DetailReason, strings.TrimSpace(e.Reason))
	c.note(DetailCount, strconv.Itoa(len(names)))
	c.note(DetailLines, strings.Join(names, ","))
	return nil
}

// stoppedReason is why lines are rejected that had gone back to people when their batch was
// stopped.
const stoppedReason = "The batch was stopped."

// stop ends what waits. What was sent goes on: it cannot be called back.
func (c *batching) stop(e StopBatch) error {
	var refused error
	for _, r := range c.lines {
		var event Event
		switch {
		case r.Status == Approved, r.Status == Pending && (r.Undivided() || e.By.is(r.Requester)):
			event = Cancel{By: e.By}
		case r.Status == Pending:
			event = Reject{By: e.By, Shown: r.Shown(), Reason: stoppedReason}
		default:
			continue
		}
		if err := c.line(r, event); err != nil {
			if !RefusedFor(err, RefusedNotAllowed) && !RefusedFor(err, RefusedStep) {
				return err
			}
			refused = err
		}
	}
	switch {
	case len(c.changes) == 0 && refused != nil:
		return refused
	case len(c.changes) == 0:
		return refuse(RefusedStatus, "No line of %s waits any more, so there is nothing to stop.", c.Reference())
	}
	c.StoppedBy, c.Held = e.By.UserID, nil
	c.entry.Code = CodeBatchStopped
	c.note(DetailCount, strconv.Itoa(len(c.changes)))
	return nil
}

func (c *batching) goOn(e GoOn) error {
	if c.Held == nil {
		return refuse(RefusedStatus, "%s is not paused: its lines are ordered one after the other.", c.Reference())
	}
	if e.Held != c.Held.Seen() {
		return refuse(RefusedStale, "%s was paused again since this card was drawn, so your click did nothing. Please look at the present card.", c.Reference())
	}
	i := max(slices.IndexFunc(c.lines, func(r Request) bool { return r.Status == Approved }), 0)
	if refusal := c.lines[i].May(Intent{Action: ActionGoOn, By: e.By}, c.now, c.policy); refusal != nil {
		return refusal
	}
	c.note(DetailHeld, string(c.Held.Code))
	c.Held, c.Refusals, c.Reminded = nil, 0, nil
	c.entry.Code = CodeBatchResumed
	return nil
}

// LineState is a line of a batch, as far as its order's turn depends on it.
type LineState struct {
	ID     int64
	Status Status
}

func states(lines []Request) []LineState {
	list := make([]LineState, len(lines))
	for i, r := range lines {
		list[i] = LineState{r.ID, r.Status}
	}
	return list
}

// turn is the line whose order is next, or 0: one is under way, none waits, or people are asked
// first.
func (b Batch) turn(lines []LineState) int64 {
	if b.Held != nil || slices.ContainsFunc(lines, func(l LineState) bool { return l.Status == Ordering }) {
		return 0
	}
	for _, l := range lines {
		if l.Status == Approved {
			return l.ID
		}
	}
	return 0
}

// HasTurn says whether the order of a line may be begun now. lines are as they are before that.
func (b Batch) HasTurn(line int64, lines []LineState) bool { return b.turn(lines) == line }

// next is the job of the line whose turn it is.
func (b Batch) next(lines []LineState, now time.Time) []Job {
	if id := b.turn(lines); id != 0 {
		return []Job{{Kind: PlaceOrder, RequestID: id, At: now}}
	}
	return nil
}

// Follow is what becomes of a batch when one of its lines has changed: it pauses, or the next line
// has its turn. lines are as they are after the change; the entry is of a pause, or has no code.
func (b Batch) Follow(before Status, c Change, lines []LineState, now time.Time) (Batch, Entry, []Job) {
	jobs := []Job{{Kind: SyncSlack, RequestID: b.Subject(), At: now}}
	after := c.Request.Status
	if before == after {
		return b, Entry{}, jobs
	}
	hold := b.count(before, c.Request)
	waiting := slices.ContainsFunc(lines, func(l LineState) bool { return l.Status == Approved })
	var entry Entry
	if hold != "" && waiting && b.Held == nil {
		b.Held, b.Reminded = &BatchHold{Code: hold, Request: c.Request.ID, At: now}, nil
		entry = Entry{At: now, Code: CodeBatchPaused, Actor: System, Detail: map[string]string{
			DetailBatch: b.Reference(), DetailHeld: string(hold), DetailLines: c.Request.Reference(),
		}}
		jobs = append(jobs, Job{Kind: SyncSlack, At: now}, Job{Kind: Remind, RequestID: b.Subject(), At: now})
	}
	own := slices.ContainsFunc(c.Jobs, func(j Job) bool { return j.Kind == PlaceOrder })
	if id := b.turn(lines); id != 0 && (id != c.Request.ID || !own) { // one that was put off has its own time
		jobs = append(jobs, Job{Kind: PlaceOrder, RequestID: id, At: now})
	}
	return b, entry, jobs
}

// count counts refusals in a row, and says why the batch has to pause, if it has to.
func (b *Batch) count(before Status, r Request) HoldCode {
	if before != Ordering && before != Approved {
		return "" // people have settled it, or the portal has
	}
	switch r.Status {
	case Ordered, Processing:
		b.Refusals = 0
	case Unknown:
		return HoldUnknown
	case Refused:
		b.Refusals++
		switch {
		case r.Problem != nil && yeastar.MeansCredit(r.Problem.Code, r.Problem.Detail):
			return HoldCredit
		case b.Refusals >= refusalsInARow:
			return HoldRefusals
		}
	}
	return ""
}

// divided refuses what is decided for all lines of a batch at once, or not of a line at all.
func (r Request) divided(in Intent) *Refusal {
	if r.Batch == 0 {
		return nil
	}
	switch in.Action {
	case ActionAmend, ActionReturn:
		return refuse(RefusedBatch, "%s is line %d of %s, which is not changed by itself: it can be left out there, and asked for anew. Nothing was ordered by this.",
			r.Reference(), r.Line, BatchReference(r.Batch))
	case ActionApprove, ActionReject, ActionHandOver:
		if r.Undivided() && in.batch == "" {
			return refuse(RefusedBatch, "%s is line %d of %s and is decided with its other lines, on the card of the batch. Nothing was ordered by this.",
				r.Reference(), r.Line, BatchReference(r.Batch))
		}
	}
	return nil
}

// BatchSubmission is the first event of a batch.
type BatchSubmission struct {
	Key     string // tells two deliveries of one submission from two
	By      Actor
	Channel string
	Note    string
	Lines   []Submission
}

// NewBatch makes a batch of a submission, and says what each of its lines is submitted as. The
// error is a *Refusal.
func NewBatch(id int64, s BatchSubmission, now time.Time, p Policy) (Batch, []Submission, error) {
	b := Batch{
		ID: id, Version: 1, Requester: s.By.UserID, Channel: s.Channel, Note: s.Note, Lines: len(s.Lines), DryRun: p.DryRun,
		CreatedAt: now, UpdatedAt: now,
	}
	switch {
	case len(s.Lines) == 0:
		return b, nil, refuse(RefusedOffer, "There is no line to ask for. Nothing was ordered.")
	case len(s.Lines) > MaxBatch:
		return b, nil, refuse(RefusedOffer, "A batch may have at most %d lines. Nothing was ordered.", MaxBatch)
	}
	var proposed []Request
	first := map[string]int{}
	lines := make([]Submission, len(s.Lines))
	for i, l := range s.Lines {
		whose := l.Offer.Product + " " + l.Offer.Holder.Key()
		if other, twice := first[whose]; twice {
			return b, nil, refuse(RefusedOffer, "Lines %d and %d are for the same package of %s. Nothing was ordered.", other, i+1, l.Offer.Holder.Called())
		}
		first[whose] = i + 1
		l.By, l.Channel, l.Note, l.Batch, l.Line, l.Key = s.By, s.Channel, s.Note, id, i+1, fmt.Sprintf("%s/%d", s.Key, i+1)
		r, refusal := Proposed(l, now, p)
		if refusal != nil {
			return b, nil, ofLine(i+1, refusal)
		}
		lines[i], proposed = l, append(proposed, r)
	}
	together := Together(proposed, p)
	for i := range lines {
		lines[i].Together = together
	}
	return b, lines, nil
}

// ofLine is a refusal of a line of a batch.
func ofLine(line int, r *Refusal) *Refusal {
	return &Refusal{r.Code, append(Say(fmt.Sprintf("Line %d: ", line)), r.Sentence...)}
}

// OfLine is err, told of a line of a batch if it is a refusal.
func OfLine(line int, err error) error {
	if r, ok := err.(*Refusal); ok { //nolint:errorlint // only a bare refusal is told to people
		return ofLine(line, r)
	}
	return err
}

// BatchEntry is the entry of a batch that was asked for.
func BatchEntry(b Batch, lines []Request) Entry {
	return Entry{At: b.CreatedAt, Code: CodeBatchSubmitted, Actor: b.Requester, Detail: map[string]string{
		DetailBatch: b.Reference(), DetailCount: strconv.Itoa(b.Lines), DetailFingerprint: BatchFingerprint(lines),
		DetailLines: lines[0].Reference() + "–" + lines[len(lines)-1].Reference(), DetailWay: lines[0].WayInWords(),
	}}
}

// OutOfTurn is the refusal of an attempt while it is not the line's turn; nil: it is. lines are as
// they are before the attempt.
func (r Request) OutOfTurn(b Batch, lines []LineState) *Refusal {
	if b.HasTurn(r.ID, lines) {
		return nil
	}
	return refuse(RefusedTurn, "%s waits for its turn in %s. Nothing was ordered.", r.Reference(), b.Reference())
}

// MayDecide says why a person may not decide on the lines that are undecided, or nil.
func (b Batch) MayDecide(a Actor, lines []Request, now time.Time, p Policy) *Refusal {
	for _, r := range b.Undecided(lines) {
		in := Intent{Action: ActionReject, By: a, Shown: r.Shown(), batch: b.Reference()}
		if refusal := r.May(in, now, p); refusal != nil {
			return refusal
		}
	}
	return nil
}

// WaitsFor says whether a batch waits for what this person decides: on its lines, or on whether it
// goes on.
func (b Batch) WaitsFor(a Actor, lines []Request, now time.Time, p Policy) bool {
	r, waits := b.Awaiting(lines)
	in := Intent{Action: ActionApprove, By: a, Shown: r.Shown(), batch: b.Reference()}
	if b.Held != nil {
		in.Action = ActionGoOn
	}
	return waits && r.May(in, now, p) == nil
}

// Awaiting is a line by which it is known for whom the batch waits, and since when; false: for
// nobody.
func (b Batch) Awaiting(lines []Request) (Request, bool) {
	open := b.Undecided(lines)
	if len(open) == 0 && b.Held != nil {
		open = slices.DeleteFunc(slices.Clone(lines), func(r Request) bool { return r.Status != Approved })
	}
	if len(open) == 0 {
		return Request{}, false
	}
	r := open[0]
	r.Reminded = b.Reminded
	if b.Held != nil {
		r.AskedAt, r.WaitsSince = b.Held.At, b.Held.At
	}
	return r, true
}

// remind notes who is reminded now; whoever found that out may have looked a moment ago.
func (c *batching) remind(e RemindBatch) error {
	r, waits := c.Awaiting(c.lines)
	timed := c.Held == nil
	switch {
	case !waits, timed && !c.now.Before(r.ExpiresAt):
		return refuse(RefusedStatus, "%s waits for nobody.", c.Reference())
	case e.Last && (!timed || c.LastCalled || c.now.Before(r.LastCallAt(c.policy))):
		return refuse(RefusedStatus, "%s: there is no last call to make.", c.Reference())
	}
	who := slices.DeleteFunc(slices.Clone(e.Who), func(id string) bool { return !e.Last && c.now.Before(r.ReminderDue(id, c.policy)) })
	if len(who) == 0 && !e.Last {
		return refuse(RefusedTooEarly, "%s: nobody is to be reminded yet.", c.Reference())
	}
	c.Reminded = maps.Clone(c.Reminded)
	if c.Reminded == nil {
		c.Reminded = map[string][]time.Time{}
	}
	for _, id := range who {
		c.Reminded[id] = append(slices.Clone(c.Reminded[id]), c.now)
	}
	c.entry.Code = CodeBatchReminded
	if e.Last {
		c.entry.Code, c.LastCalled = CodeBatchLastCall, true
	}
	c.note(DetailWho, strings.Join(who, ","))
	if e.Next.After(c.now) {
		c.jobs = append(c.jobs, Job{Kind: Remind, RequestID: c.Subject(), At: e.Next})
	}
	return nil
}

// Everybody is a request by which all are known who had to do with the lines of a batch, and who
// may decide on them: to look them up by.
func (b Batch) Everybody(lines []Request) Request {
	var all Request
	for _, r := range lines {
		if all.ID == 0 || r.Status == Pending {
			votes, ways := all.Votes, all.Ways
			all = r
			all.Votes, all.Ways = votes, append(slices.Clone(ways), r.Ways...)
		}
		for _, v := range r.Votes {
			if !slices.ContainsFunc(all.Votes, func(o Vote) bool { return o.By == v.By && o.For == v.For }) {
				all.Votes = append(all.Votes, v)
			}
		}
	}
	return all
}
