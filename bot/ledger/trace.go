package ledger

import (
	"context"
	"time"
)

// change runs f in a transaction of the engine, and tells Options.Trace and
// Options.Observer.
func (l *Ledger) change(ctx context.Context, name string, f func(tx) error) error {
	if l.options.Trace != nil {
		l.options.Trace(name, false)
		defer l.options.Trace(name, true)
	}
	began := time.Now()
	err := l.engine.change(ctx, f)
	l.options.Observer.Wrote(time.Since(began), atFault(err))
	return err
}
