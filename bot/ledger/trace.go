package ledger

import "context"

// change runs f in a transaction of the engine, and tells Options.Trace.
func (l *Ledger) change(ctx context.Context, name string, f func(tx) error) error {
	if l.options.Trace == nil {
		return l.engine.change(ctx, f)
	}
	l.options.Trace(name, false)
	err := l.engine.change(ctx, f)
	l.options.Trace(name, true)
	return err
}
