// Package year fills a ledger as a year of use would, for tests and for bench, which
// measure. It writes the ledger's tables itself, past the transactions of package ledger,
// because a year of them takes too long. Its requests and entries are those of package
// renewal, but nobody asked for them: it must never touch a ledger that matters.
package year

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"; that of SQLite comes with the ledger

	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

// Size is how much happened in the year.
type Size struct {
	Requests   int
	PerRequest int // audit entries, at least 6
	Open       int // the newest requests, which are not decided
}

// Full is a busy year: 20,000 requests and 400,000 audit entries.
var Full = Size{Requests: 20_000, PerRequest: 20, Open: 60}

// The people of the year. Requesters share the requests evenly; each tenth is Alice's.
const (
	Alice = "U0ALICE"
	Bob   = "U0BOB"
)

// unattachedEvery is how often an entry belongs to no request: somebody was refused before there
// was one.
const unattachedEvery = 50

// Fill makes the ledger that a DATABASE_URL names and fills it. The year ends at a time.
func Fill(ctx context.Context, databaseURL string, size Size, end time.Time) (err error) {
	l, err := ledger.Open(ctx, databaseURL, ledger.Options{Policy: policy})
	if err != nil {
		return err
	}
	if err := l.Close(); err != nil {
		return err
	}
	driver, name := "pgx", databaseURL
	if path, ok := strings.CutPrefix(databaseURL, "sqlite://"); ok {
		driver, name = "sqlite", "file:"+path+"?_pragma=synchronous(0)"
	}
	db, err := sql.Open(driver, name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	t, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	w := &writer{ctx: ctx, tx: t, size: size, begin: end.Add(-365 * 24 * time.Hour), step: 365 * 24 * time.Hour / time.Duration(size.Requests)}
	if err := w.all(); err != nil {
		return errors.Join(err, t.Rollback())
	}
	if err := t.Commit(); err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, "ANALYZE")
	return err
}

var policy = renewal.Policy{
	Required: 1, PONumber: renewal.PONumberReference, RemindAfter: 4 * time.Hour, ExpireAfter: 72 * time.Hour,
}

type writer struct {
	ctx    context.Context //nolint:containedctx // it lives as long as Fill
	tx     *sql.Tx
	size   Size
	begin  time.Time
	step   time.Duration // between two requests
	last   renewal.Entry
	insert *sql.Stmt
	post   *sql.Stmt
}

// spread is how many requests come between two entries of one: their entries are not
// neighbours.
const spread = 7

func (w *writer) all() (err error) {
	if w.insert, err = w.tx.PrepareContext(w.ctx, `INSERT INTO entries (seq, request_id, at, code, actor, revision, from_status, to_status,
		detail, prev_hash, hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`); err != nil {
		return err
	}
	if w.post, err = w.tx.PrepareContext(w.ctx, `INSERT INTO posts (request_id, key, channel, ts, digest, state, tries, problem, updated_at)
		VALUES ($1, $2, $3, $4, $5, 'shown', 1, '', $6)`); err != nil {
		return err
	}
	living := map[int]*life{}
	for now := range w.size.Requests + spread*w.size.PerRequest {
		if now < w.size.Requests {
			lived, err := w.live(now)
			if err != nil {
				return err
			}
			living[now] = lived
		}
		for age := range w.size.PerRequest {
			born := now - age*spread
			of := living[born]
			if of == nil || age >= len(of.entries) {
				continue
			}
			if err := w.append(of.entries[age]); err != nil {
				return err
			}
			if w.last.RequestID != 0 {
				of.last = w.last.Seq
			}
			if age == len(of.entries)-1 {
				if err := w.save(of); err != nil {
					return err
				}
				delete(living, born)
			}
		}
	}
	if _, err := w.tx.ExecContext(w.ctx, `UPDATE trail SET seq = $1, hash = $2`, w.last.Seq, w.last.Hash); err != nil {
		return err
	}
	_, err = w.tx.ExecContext(w.ctx, `UPDATE counters SET value = $1 WHERE name = 'request'`, w.size.Requests)
	return err
}

// life is a request with its entries.
type life struct {
	request renewal.Request
	entries []renewal.Entry
	last    int64 // number of the newest one of its own
}

// live lets a request have its whole life.
func (w *writer) live(n int) (*life, error) {
	requester := fmt.Sprintf("U0SALES%d", n%9)
	if n%10 == 0 {
		requester = Alice
	}
	now := w.begin.Add(time.Duration(n) * w.step)
	change, err := renewal.New(int64(n+1), renewal.Submission{
		Key: fmt.Sprint("year", n), By: renewal.Actor{UserID: requester, MayRequest: true}, Channel: "C0RENEWALS", Offer: offer(n),
	}, now, policy)
	if err != nil {
		return nil, err
	}
	l := &life{request: change.Request, entries: []renewal.Entry{change.Entry}}
	l.request.Version = 1
	apply := func(e renewal.Event) {
		now = now.Add(10 * time.Minute)
		if err != nil {
			return
		}
		var c renewal.Change
		if c, err = l.request.Apply(e, now, policy); err == nil {
			c.Request.Version++
			l.request, l.entries = c.Request, append(l.entries, c.Entry)
		}
	}
	bob := renewal.Actor{UserID: Bob, MayApprove: true}
	shown := renewal.Shown{Revision: l.request.Revision, Fingerprint: l.request.Fingerprint}
	ends := endOf(n, w.size)
	for len(l.entries) < w.size.PerRequest-len(ends) {
		now = now.Add(10 * time.Minute)
		denied := l.request.Denied("U0GINA", "approve", &renewal.Refusal{Code: renewal.RefusedNotAllowed}, now)
		if len(l.entries)%unattachedEvery == unattachedEvery/10 {
			denied = renewal.Request{}.Denied("U0GINA", "open", &renewal.Refusal{Code: renewal.RefusedNotAllowed}, now)
		}
		l.entries = append(l.entries, denied.Entry)
	}
	for _, end := range ends {
		switch end {
		case approve:
			apply(renewal.Approve{By: bob, Shown: shown})
		case begin:
			apply(renewal.Begin{Budget: time.Minute})
		case answer:
			apply(renewal.Answered{Attempt: 1, Order: yeastar.OrderResult{
				OrderID: yeastar.ID(fmt.Sprint(n)), OrderNo: fmt.Sprintf("XS%019d", n), OrderStatus: yeastar.OrderSucceed,
			}})
		case refuse:
			apply(renewal.Failed{Attempt: 1, Problem: renewal.Problem{Class: yeastar.ClassRefused, Code: "no_credit", Detail: "The credit line does not cover this order."}})
		case lose:
			apply(renewal.Failed{Attempt: 1, Problem: renewal.Problem{Class: yeastar.ClassUnknown, Detail: "the answer was lost"}})
		case reject:
			apply(renewal.Reject{By: bob, Shown: shown, Reason: "Not this year."})
		case cancel:
			apply(renewal.Cancel{By: renewal.Actor{UserID: requester, MayRequest: true}})
		}
	}
	return l, err
}

// The ends of a request's life.
type act int

const (
	approve act = iota
	begin
	answer
	refuse
	lose
	reject
	cancel
)

// endOf is what happens to a request after it has waited: nine of ten are ordered.
func endOf(n int, size Size) []act {
	if left := size.Requests - n; left <= size.Open {
		switch {
		case left%6 == 0:
			return []act{approve, begin, refuse}
		case left%6 == 1:
			return []act{approve, begin, lose}
		}
		return nil
	}
	switch n % 20 {
	case 3:
		return []act{reject}
	case 7:
		return []act{cancel}
	}
	return []act{approve, begin, answer}
}

func offer(n int) renewal.Offer {
	customer := n % 5000
	return renewal.Offer{
		Product: yeastar.Products()[0].Key,
		Holder:  renewal.Holder{PartnerID: yeastar.ID(fmt.Sprint(3_000_000_000_000_000_000 + customer)), Name: fmt.Sprintf("Customer %d", customer), Email: "it@example.com"},
		Lines: []renewal.Line{
			{Type: yeastar.LinePlan, ID: "3048941892189077504", Name: "Ultimate Plan", Quantity: 50 + n%400},
			{Type: yeastar.LineService, ID: "3048941892189077505", Name: "Call centre", Quantity: 1},
		},
		Contact: renewal.Contact{ID: "3197218168379846218", Name: "Petra Novak", Email: "petra@example.com"},
	}
}

// append gives an entry its number and its hashes, as the ledger does.
func (w *writer) append(e renewal.Entry) error {
	e.Seq, e.PrevHash = w.last.Seq+1, w.last.Hash
	e.At = e.At.UTC().Truncate(time.Microsecond)
	e.Hash = ledger.Hash(e)
	detail, err := json.Marshal(e.Detail)
	if err != nil {
		return err
	}
	if _, err := w.insert.ExecContext(w.ctx, e.Seq, e.RequestID, e.At.UnixMicro(), string(e.Code), e.Actor, e.Revision,
		string(e.From), string(e.To), string(detail), e.PrevHash, e.Hash); err != nil {
		return err
	}
	w.last = e
	return w.shown(e.RequestID, fmt.Sprint("audit:", e.Seq), "C0AUDIT", e.At)
}

func (w *writer) shown(request int64, key, channel string, at time.Time) error {
	ts := fmt.Sprintf("%d.%06d", at.Unix(), at.Nanosecond()/1000)
	_, err := w.post.ExecContext(w.ctx, request, key, channel, ts, "5f3a59e26ee1e199963d274a50bd8c07", at.UnixMicro())
	return err
}

func (w *writer) save(l *life) error {
	r := l.request
	var document bytes.Buffer
	encoder := json.NewEncoder(&document)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(r); err != nil {
		return err
	}
	var ordered any
	if r.Status == renewal.Ordered {
		ordered = r.UpdatedAt.UnixMicro()
	}
	if _, err := w.tx.ExecContext(w.ctx, `INSERT INTO requests (id, version, submission_key, status, requester, product, holder_key, ordered_at,
		last_entry, created_at, updated_at, document) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		r.ID, r.Version, fmt.Sprint("year", r.ID), string(r.Status), r.Requester, r.Offer.Product, r.Offer.Holder.Key(), ordered,
		l.last, r.CreatedAt.UnixMicro(), r.UpdatedAt.UnixMicro(), document.String()); err != nil {
		return err
	}
	for _, a := range r.Attempts {
		orderNo := ""
		if a.Order != nil {
			orderNo = a.Order.OrderNo
		}
		if _, err := w.tx.ExecContext(w.ctx, `INSERT INTO attempts (request_id, number, started_at, deadline, fingerprint, body, outcome, ended_at, order_no, problem)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '')`,
			r.ID, a.Number, a.StartedAt.UnixMicro(), a.Deadline.UnixMicro(), a.Fingerprint, []byte(a.Body), string(a.Outcome), a.EndedAt.UnixMicro(), orderNo); err != nil {
			return err
		}
	}
	for _, key := range []string{"summary", "card", "thread:1", "announcement:1"} {
		if err := w.shown(r.ID, key, r.Channel, r.UpdatedAt); err != nil {
			return err
		}
	}
	return nil
}
