package duelist

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"renewbot/bot/due"
	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

// Import takes a list of dates in, in one piece: nothing of it when a line is wrong, unless
// wrong lines are to be skipped. by is who does it, for the audit trail; owner says what is wrong with an
// owner, and may be nil.
func (l *Lists) Import(ctx context.Context, r io.Reader, by string, skip bool, owner func(ctx context.Context, id string) (says string, err error)) (due.Import, error) {
	now := l.ledger.Now(ctx)
	lines, faults, err := due.ReadImport(r, now)
	if err != nil {
		return due.Import{}, err
	}
	marks, err := l.ledger.Marks(ctx)
	if err != nil {
		return due.Import{}, err
	}
	result := due.Import{Faults: faults}
	seen := map[due.Key]due.ImportLine{}
	var changes []ledger.MarkChange
	for _, line := range lines {
		k, name, says, err := l.resolve(ctx, line)
		if err != nil {
			return due.Import{}, fmt.Errorf("look the holders up: %w", err)
		}
		if before, twice := seen[k]; says == "" && twice {
			says = fmt.Sprintf("the same holder and product stand in line %d", before.Line)
		}
		if says == "" && line.Owner != "" && owner != nil {
			if says, err = owner(ctx, line.Owner); err != nil {
				return due.Import{}, fmt.Errorf("look the owners up: %w", err)
			}
		}
		if says != "" {
			result.Faults = append(result.Faults, due.Fault{Line: line.Line, Says: says})
			continue
		}
		seen[k] = line
		result.Lines++
		switch m := marks[k]; {
		case m.Imported == nil:
			result.Added++
			if line.Owner != "" && m.Owner != "" && m.Owner != line.Owner {
				result.Changes = append(result.Changes, due.Change{
					Line: line.Line, Holder: name, Product: k.Product, Was: line.Ends, Ends: line.Ends, OwnerWas: m.Owner, Owner: line.Owner,
				})
			}
		case !m.Imported.At.Equal(line.Ends) || (line.Owner != "" && m.Owner != line.Owner):
			result.Changed++
			result.Changes = append(result.Changes, due.Change{
				Line: line.Line, Holder: name, Product: k.Product, Was: m.Imported.At, Ends: line.Ends, OwnerWas: m.Owner, Owner: line.Owner,
			})
		default:
			result.Same++
		}
		changes = append(changes, ledger.MarkChange{Key: k, Change: func(m due.Mark) due.Mark {
			m.Imported = &due.Imported{At: line.Ends, On: now, Name: name}
			if line.Owner != "" {
				m.Owner = line.Owner
			}
			return m
		}})
	}
	slices.SortStableFunc(result.Faults, func(a, b due.Fault) int { return a.Line - b.Line })
	if len(changes) == 0 || (len(result.Faults) > 0 && !skip) {
		return result, nil
	}
	_, _, err = l.ledger.Mark(ctx, changes, renewal.Entry{Code: renewal.CodeDueImported, Actor: by, Detail: map[string]string{
		renewal.DetailCount: strconv.Itoa(result.Lines), renewal.DetailAdded: strconv.Itoa(result.Added),
		renewal.DetailChanges: strconv.Itoa(result.Changed),
	}})
	result.Done = err == nil
	return result, err
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
