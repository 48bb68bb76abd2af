package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"

	"renewbot/bot/renewal"
)

// Get finds a request, or returns ErrNotFound.
func (l *Ledger) Get(ctx context.Context, id int64) (renewal.Request, error) {
	r, err := get(ctx, l.engine, id)
	if err != nil {
		return r, fmt.Errorf("get %s: %w", renewal.Reference(id), err)
	}
	return r, nil
}

func get(ctx context.Context, q querier, id int64) (renewal.Request, error) {
	r, err := scanRequest(q.one(ctx, `SELECT document FROM requests WHERE id = $1`, id))
	return r, notFound(err)
}

func scanRequest(row row) (renewal.Request, error) {
	var document string
	if err := row.Scan(&document); err != nil {
		return renewal.Request{}, err
	}
	return decode(document)
}

// Filter says which requests are wanted. Empty fields do not narrow.
type Filter struct {
	Statuses  []renewal.Status
	Requester string
	HolderKey string // renewal.Holder.Key
	Product   string
	Before    int64 // only ids below it: the next page starts at the last id of this one
	Limit     int   // zero: no limit
	Oldest    bool  // the oldest first, instead of the newest
	Single    bool  // without those of whom their batch tells (renewal.Request.ToldByBatch)
	Lineless  bool  // without all lines of batches
}

// List finds requests, newest first unless the oldest are wanted first.
func (l *Ledger) List(ctx context.Context, f Filter) ([]renewal.Request, error) {
	statement, args := f.statement()
	var found []renewal.Request
	err := l.engine.each(ctx, func(row row) error {
		r, err := scanRequest(row)
		found = append(found, r)
		return err
	}, statement, args...)
	if err != nil {
		return nil, fmt.Errorf("list requests: %w", err)
	}
	return found, nil
}

func (f Filter) statement() (string, []any) {
	var where []string
	var args []any
	arg := func(v any) string {
		args = append(args, v)
		return fmt.Sprintf("$%d", len(args))
	}
	if len(f.Statuses) > 0 {
		var list []string
		for _, s := range f.Statuses {
			list = append(list, arg(string(s)))
		}
		where = append(where, "status IN ("+strings.Join(list, ", ")+")")
	}
	for _, c := range []struct{ column, value string }{
		{"requester", f.Requester}, {"holder_key", f.HolderKey}, {"product", f.Product},
	} {
		if c.value != "" {
			where = append(where, c.column+" = "+arg(indexed(c.value)))
		}
	}
	if f.Before > 0 {
		where = append(where, "id < "+arg(f.Before))
	}
	if f.Lineless {
		where = append(where, "batch_id IS NULL")
	}
	if f.Single {
		// A text in a document has its quotation marks escaped, so that none looks like this.
		where = append(where, `(batch_id IS NULL OR document LIKE '%"apart":true%' OR status IN (`+arg(string(renewal.Unknown))+", "+arg(string(renewal.Refused))+"))")
	}
	statement := "SELECT document FROM requests"
	if len(where) > 0 {
		statement += " WHERE " + strings.Join(where, " AND ")
	}
	statement += " ORDER BY id"
	if !f.Oldest {
		statement += " DESC"
	}
	if f.Limit > 0 {
		statement += " LIMIT " + arg(f.Limit)
	}
	return statement, args
}

// lookedBack is among how many of the newest audit entries ended requests are looked for.
const lookedBack = 5000

// LatelyEnded are requests that came to one of some states lately, none of them a line of a batch: who
// ended last comes first.
func (l *Ledger) LatelyEnded(ctx context.Context, limit int, ended ...renewal.Status) ([]renewal.Request, error) {
	marks, args := make([]string, len(ended)), []any{int64(lookedBack), limit}
	for i, s := range ended {
		marks[i], args = fmt.Sprintf("$%d", i+3), append(args, string(s))
	}
	list := strings.Join(marks, ", ")
	var ids []int64
	err := l.engine.each(ctx, func(row row) error {
		var id int64
		err := row.Scan(&id)
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
		return err
	}, `SELECT request_id FROM entries WHERE seq > (SELECT seq FROM trail WHERE id = 1) - $1 AND request_id > 0
		AND to_status IN (`+list+`) AND from_status <> to_status ORDER BY seq DESC LIMIT $2`, args...)
	if err != nil {
		return nil, fmt.Errorf("look for ended requests: %w", err)
	}
	if len(ids) == 0 {
		return nil, nil
	}
	marks, args = make([]string, len(ids)), nil
	for i, id := range ids {
		marks[i], args = fmt.Sprintf("$%d", i+1), append(args, id)
	}
	var found []renewal.Request
	err = l.engine.each(ctx, func(row row) error {
		r, err := scanRequest(row)
		if slices.Contains(ended, r.Status) {
			found = append(found, r)
		}
		return err
	}, "SELECT document FROM requests WHERE batch_id IS NULL AND id IN ("+strings.Join(marks, ", ")+")", args...)
	if err != nil {
		return nil, fmt.Errorf("read ended requests: %w", err)
	}
	sort.Slice(found, func(i, j int) bool { return slices.Index(ids, found[i].ID) < slices.Index(ids, found[j].ID) })
	return found, nil
}

// AnyProduct stands for all products.
const AnyProduct = ""

// LastOrdered finds the request of a holder and product, or AnyProduct, that was ordered last.
func (l *Ledger) LastOrdered(ctx context.Context, product, holderKey string) (renewal.Request, bool, error) {
	where, args := "holder_key = $1", []any{indexed(holderKey)}
	if product != AnyProduct {
		where, args = where+" AND product = $2", append(args, indexed(product))
	}
	r, err := scanRequest(l.engine.one(ctx, `SELECT document FROM requests WHERE `+where+` AND ordered_at IS NOT NULL
		ORDER BY ordered_at DESC LIMIT 1`, args...))
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return r, false, nil
	case err != nil:
		return r, false, fmt.Errorf("find the last request: %w", err)
	}
	return r, true, nil
}
