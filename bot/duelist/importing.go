package duelist

import (
	"context"
	"fmt"
	"io"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"renewbot/bot/due"
	"renewbot/bot/ledger"
	"renewbot/bot/lookup"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

// WrongOwner says what is wrong with who is to look after a row; empty: nothing.
type WrongOwner func(ctx context.Context, id string) (says string, err error)

// Import takes a list of dates in, in one piece: nothing of it when a line is wrong, unless
// wrong lines are to be skipped. by is who does it, for the audit trail; wrong may be nil.
func (l *Lists) Import(ctx context.Context, r io.Reader, by string, skip bool, wrong WrongOwner) (due.Import, error) {
	now := l.ledger.Now(ctx)
	lines, faults, err := due.ReadImport(r, now)
	if err != nil {
		return due.Import{}, err
	}
	marks, err := l.ledger.Marks(ctx)
	if err != nil {
		return due.Import{}, err
	}
	i := importing{Lists: l, now: now, marks: marks, wrong: wrong, seen: map[due.Key]int{}, result: due.Import{Faults: faults}}
	for _, line := range lines {
		says, err := i.take(ctx, line)
		if err != nil {
			return due.Import{}, err
		}
		if says != "" {
			i.result.Faults = append(i.result.Faults, due.Fault{Line: line.Line, Says: says})
		}
	}
	result := i.result
	sort.SliceStable(result.Faults, func(i, k int) bool { return result.Faults[i].Line < result.Faults[k].Line })
	if result.Lines == 0 || (len(result.Faults) > 0 && !skip) {
		return result, nil
	}
	_, _, err = l.ledger.Mark(ctx, i.changes, renewal.Entry{Code: renewal.CodeDueImported, Actor: by, Detail: map[string]string{
		renewal.DetailCount: strconv.Itoa(result.Lines), renewal.DetailAdded: strconv.Itoa(result.Added),
		renewal.DetailChanges: strconv.Itoa(result.Changed),
	}})
	result.Done = err == nil
	return result, err
}

// importing is a list that is being taken in.
type importing struct {
	*Lists
	now     time.Time
	marks   map[due.Key]due.Mark
	wrong   WrongOwner
	rows    map[due.Key]due.Row // of the list of renewals due, for lines that are from there
	seen    map[due.Key]int     // the line of each
	result  due.Import
	changes []ledger.MarkChange
}

// take takes a line in. says is what is wrong with it.
func (i *importing) take(ctx context.Context, line due.ImportLine) (says string, err error) {
	k, name, ends, says, err := i.meant(ctx, line)
	if err != nil || says != "" {
		return says, err
	}
	if before, twice := i.seen[k]; twice {
		return fmt.Sprintf("the same holder and product stand in line %d", before), nil
	}
	was := i.marks[k]
	owner := line.Owner != "" && was.Owner != line.Owner
	if owner && i.wrong != nil {
		if says, err := i.wrong(ctx, line.Owner); err != nil || says != "" {
			return says, err
		}
	}
	i.seen[k] = line.Line
	i.result.Lines++
	change := due.Change{Line: line.Line, Holder: name, Product: k.Product, Was: ends, Ends: ends, OwnerWas: was.Owner, Owner: line.Owner}
	if was.Imported != nil && !ends.IsZero() {
		change.Was = was.Imported.At
	}
	switch {
	case was.Imported == nil && !ends.IsZero():
		i.result.Added++
		if owner && was.Owner != "" {
			i.result.Changes = append(i.result.Changes, change)
		}
	case owner || !change.Was.Equal(ends):
		i.result.Changed++
		i.result.Changes = append(i.result.Changes, change)
	default:
		i.result.Same++
	}
	i.changes = append(i.changes, ledger.MarkChange{Key: k, Change: func(m due.Mark) due.Mark {
		if !ends.IsZero() {
			m.Imported = &due.Imported{At: ends, On: i.now, Name: name}
		}
		if line.Owner != "" {
			m.Owner = line.Owner
		}
		return m
	}})
	return "", nil
}

// meant finds whose package of which product a line means, and what it says of its end. A line that was
// exported is of the row that it was made of, whatever the portal tells of its holder, and what that row
// has of the portal's or of our orders is no date of a list's.
func (i *importing) meant(ctx context.Context, line due.ImportLine) (k due.Key, name string, ends time.Time, says string, err error) {
	if line.Exported && i.rows == nil {
		list, err := i.Load(ctx, lookup.AnyAge)
		if err != nil {
			return k, "", ends, "", err
		}
		i.rows = make(map[due.Key]due.Row, len(list.Rows))
		for _, r := range list.Rows {
			i.rows[r.Key()] = r
		}
	}
	if r, ok := i.rows[due.Key{Product: line.Product, Holder: line.Holder}]; ok && line.Exported {
		if len(r.Dates) > 0 && r.Dates[0].Source != due.FromImport && due.Days(line.Ends, r.Dates[0].At) == 0 {
			line.Ends = time.Time{}
		}
		return r.Key(), r.Holder.Name, line.Ends, "", nil
	}
	k, name, says, err = i.resolve(ctx, line)
	if err != nil {
		err = fmt.Errorf("look the holders up: %w", err)
	}
	return k, name, line.Ends, says, err
}

// resolve finds whose package of which product a line means. says is what is wrong with it.
func (l *Lists) resolve(ctx context.Context, line due.ImportLine) (k due.Key, name, says string, err error) {
	products := l.Products()
	i := slices.IndexFunc(products, func(p yeastar.Product) bool {
		return strings.EqualFold(p.Key, line.Product) || strings.EqualFold(p.Name, line.Product)
	})
	if i < 0 {
		var keys []string
		for _, p := range products {
			keys = append(keys, p.Key)
		}
		return k, "", fmt.Sprintf("there is no product %q; the products are %s", line.Product, strings.Join(keys, ", ")), nil
	}
	row := products[i]
	h, says, err := l.portal.Exactly(ctx, row, line.Holder)
	return due.Key{Product: row.Key, Holder: h.Key()}, h.Name, says, err
}
