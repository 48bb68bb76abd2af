package renewal

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

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

// Action is that of BatchEvent.
func (RemindBatch) Action() string { return "remind_batch" }

// Action is that of BatchEvent.
func (ApproveBatch) Action() string { return "approve_batch" }

// Action is that of BatchEvent.
func (RejectBatch) Action() string { return "reject_batch" }

// Action is that of BatchEvent.
func (LeaveOut) Action() string { return "leave_out" }

// Action is that of BatchEvent.
func (StopBatch) Action() string { return "stop_batch" }

// Action is that of BatchEvent.
func (GoOn) Action() string { return "go_on" }

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
	c := &batching{Batch: b, lines: b.Under(lines, p), now: now, policy: p}
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
	case EscalateBatch:
		err = c.escalate(e)
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
	c.note(DetailDeputyOf, c.actingFor())
	c.tell(c.entry)
	jobs := append(c.jobs, Job{Kind: SyncSlack, RequestID: c.Subject(), At: now}, Job{Kind: SyncSlack, At: now})
	if e.by().UserID != System {
		jobs = append(jobs, c.next(states(c.after()), now)...)
	}
	return BatchChange{Batch: c.Batch, Entry: c.entry, Lines: c.changes, Jobs: jobs}, nil
}

// actingFor is in whose place somebody acted as their deputy; empty: as themselves.
func (c *batching) actingFor() string {
	for _, change := range c.changes {
		if of := change.Entry.Detail[DetailDeputyOf]; of != "" {
			return of
		}
	}
	return ""
}

// DeniedBatch is the entry of an action on a batch that was refused.
func (b Batch) DeniedBatch(e BatchEvent, refusal *Refusal, now time.Time) Change {
	c := Request{}.Denied(e.by().UserID, e.Action(), refusal, now)
	c.Entry.Detail[DetailBatch] = b.Reference()
	c.Click = e.by().Click
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
		return nil, outdated(c.Reference())
	}
	return open, nil
}

// line lets an event happen to a line.
func (c *batching) line(r Request, e Event) error {
	change, err := r.Apply(e, c.now, c.policy)
	if refusal := (*Refusal)(nil); r.Undivided() && errors.As(err, &refusal) {
		return c.ofAll(refusal, r)
	}
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
	c.stepped()
	vote := first.Votes[len(first.Votes)-1]
	approval := BatchApproval{By: vote.By, For: vote.For, At: c.now, Fingerprint: e.Shown, Lines: len(open), Comment: Words(e.Comment), Last: first.Status == Approved, Self: first.askedBy(e.By)}
	if next := idsOf(c.steps(c.after())); !slices.Equal(next, idsOf(c.steps(c.lines))) {
		approval.Next = next
	}
	c.Approvals = append(slices.Clone(c.Approvals), approval)
	c.entry.Code = CodeBatchVoted
	if first.Status == Approved {
		c.entry.Code = CodeBatchApproved
		c.noteDryRun()
	}
	c.note(DetailFingerprint, e.Shown)
	c.note(DetailCount, strconv.Itoa(len(open)))
	c.note(DetailVotes, first.VotesIn())
	c.note(DetailComment, approval.Comment)
	if approval.Self {
		c.note(DetailSelfApproval, "true")
	}
	c.note(DetailNext, strings.Join(approval.Next, ","))
	return nil
}

// noteDryRun says so where orders would follow.
func (c *batching) noteDryRun() {
	if c.DryRun {
		c.note(DetailDry, "true")
	}
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
	c.note(DetailReason, Words(e.Reason))
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
	c.note(DetailReason, Words(e.Reason))
	c.note(DetailCount, strconv.Itoa(len(names)))
	c.note(DetailLines, strings.Join(names, ","))
	return nil
}

// stoppedReason is why lines are rejected that had gone back to people when their batch was
// stopped.
const stoppedReason = "The batch was stopped."

// of is what stopping its batch does to a line; nil: nothing.
func (e StopBatch) of(r Request) personal {
	switch {
	case r.Status == Approved, r.Status == Pending && (r.Undivided() || e.By.is(r.Requester)):
		return Cancel(e)
	case r.Status == Pending:
		return Reject{By: e.By, Shown: r.Shown(), Reason: stoppedReason}
	}
	return nil
}

// stop ends what waits. What was sent goes on: it cannot be called back.
func (c *batching) stop(e StopBatch) error {
	var refused *Refusal
	for _, r := range c.lines {
		event := e.of(r)
		if event == nil {
			continue
		}
		if err := c.line(r, event); err != nil {
			if !RefusedFor(err, RefusedNotAllowed) && !RefusedFor(err, RefusedStep) {
				return err
			}
			errors.As(err, &refused)
		}
	}
	switch {
	case len(c.changes) == 0 && refused != nil && e.By.MayApprove && len(c.Undecided(c.lines)) > 0:
		return &Refusal{refused.Code, append(refused.Sentence, Text(" An approver can reject it, or leave lines out, on its card."))}
	case len(c.changes) == 0 && refused != nil:
		return refused
	case len(c.changes) == 0:
		return refuse(RefusedStatus, "No line of %s waits any more, so there is nothing to stop.", c.Reference())
	}
	c.StoppedBy, c.StoppedFor, c.Held = e.By.UserID, c.actingFor(), nil
	c.entry.Code = CodeBatchStopped
	c.note(DetailCount, strconv.Itoa(len(c.changes)))
	return nil
}

// stands says in words how far a batch is that does not pause.
func (c *batching) stands() string {
	if len(c.Undecided(c.lines)) > 0 {
		return "it waits for approval, and nothing of it has been ordered"
	}
	counts := map[BatchPart]int{}
	for _, r := range c.lines {
		counts[r.Part()]++
	}
	var parts []string
	for _, p := range BatchParts() {
		if n := counts[p]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, strings.ReplaceAll(string(p), "_", " ")))
		}
	}
	told := strings.Join(parts, ", ")
	switch {
	case slices.ContainsFunc(c.lines, func(r Request) bool { return r.Status == Approved || r.Status == Ordering }):
		return "its lines are ordered one after the other (" + told + ")"
	case Settled(c.lines):
		return "it has ended (" + told + ")"
	}
	return "what is open of it is decided by itself, on cards in its thread (" + told + ")"
}

func (c *batching) goOn(e GoOn) error {
	if c.Held == nil {
		return refuse(RefusedStatus, "%s is not paused: %s. Nothing was changed by this.", c.Reference(), c.stands())
	}
	if e.Held != c.Held.Seen() {
		return refuse(RefusedStale, "%s was paused again since this card was drawn, so your click did nothing. Please look at the present card.", c.Reference())
	}
	i := max(slices.IndexFunc(c.lines, func(r Request) bool { return r.Status == Approved }), 0)
	acting, refusal := c.lines[i].capacity(Intent{Action: ActionGoOn, By: e.By}, c.now, c.policy)
	if refusal != nil {
		return c.ofAll(refusal, c.lines[i])
	}
	c.note(DetailDeputyOf, acting.For)
	c.note(DetailHeld, string(c.Held.Code))
	c.Held, c.Refusals, c.Reminded = nil, 0, nil
	c.entry.Code = CodeBatchResumed
	c.noteDryRun()
	return nil
}
