package slackview

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"

	"renewbot/blocks"
	"renewbot/bot/directory"
	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
)

// keyAuditClosed is the post that says, by its state, that approvers are told that the audit
// channel takes no lines, and since when; what each of them is told has a key of its own.
const keyAuditClosed = "audit_closed"

// auditState is what this process knows of the audit channel.
type auditState struct {
	mu     sync.Mutex
	known  bool   // whether it takes lines
	closed string // why it takes none; empty: it does
	noted  bool   // the ledger and approvers know
}

// now notes whether the channel takes lines, and says whether that is news.
func (a *auditState) now(closed string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	news := !a.known || (closed == "") != (a.closed == "")
	if news {
		a.noted = false
	}
	a.known, a.closed = true, closed
	return news
}

// untold says why the channel takes no lines, if there is something to note.
func (a *auditState) untold() (closed string, ok bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.closed, a.known && !a.noted
}

func (a *auditState) told(closed string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.noted = a.closed == closed
}

// auditClosed notes that the audit channel takes no lines. They are kept, and everything else
// goes on.
func (v *View) auditClosed(ctx context.Context, why string) {
	if v.audit.now(why) {
		v.log.ErrorContext(ctx, "the audit channel gets no lines: they are kept in the ledger and follow when that is mended",
			"channel", v.auditChannel(), "why", why)
	}
}

// reportAudit tells approvers once, each time that it begins, that the audit channel takes no
// lines. It is for when no request is being drawn.
func (v *View) reportAudit(ctx context.Context) error {
	closed, ok := v.audit.untold()
	if !ok {
		return nil
	}
	since, err := v.auditSince(ctx, closed != "")
	if err == nil && closed != "" {
		err = v.tellApprovers(ctx, since, closed)
	}
	if err != nil {
		return fmt.Errorf("tell of the audit channel: %w", err)
	}
	v.audit.told(closed)
	return nil
}

// auditSince saves whether the audit channel is closed, and returns since when.
func (v *View) auditSince(ctx context.Context, closed bool) (since string, err error) {
	saved := func() (bool, error) {
		p, err := v.ledger.Post(ctx, 0, keyAuditClosed)
		since = p.TS
		return closed == (p.State == ledger.PostShown), err
	}
	if is, err := saved(); is || err != nil {
		return since, err
	}
	err = v.alone(ctx, 0, func() error {
		if is, err := saved(); is || err != nil {
			return err
		}
		p := ledger.Post{Key: keyAuditClosed, Channel: v.auditChannel(), State: ledger.PostPlanned}
		if closed {
			since = strconv.FormatInt(v.ledger.Now(ctx).Unix(), 10)
			p.State, p.TS = ledger.PostShown, since
		}
		return v.ledger.SavePost(ctx, p)
	})
	return since, err
}

func (v *View) tellApprovers(ctx context.Context, since, why string) error {
	ids, err := v.people.Members(ctx, v.approvers, directory.DecisionAge)
	if err != nil {
		return err
	}
	m := blocks.Answer(renewal.Sentence{
		renewal.Text("The audit channel "), renewal.ID(v.auditChannel()),
		renewal.Text(" gets no lines: " + why + ". They are kept, and follow once that is mended. " +
			"Requests, approvals and orders go on. Nothing was changed and nothing was ordered by this."),
	})
	var errs []error
	for _, id := range ids {
		_, err := v.Announce(ctx, keyAuditClosed+":"+since+":"+id, id, m)
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}
