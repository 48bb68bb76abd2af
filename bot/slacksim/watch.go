package slacksim

// Watch has f told of every entry of the journal from now on, until stop is called: of a call when it is
// answered, of everything else at once. f runs with the workspace locked: it must be quick, and must not use
// the workspace. Who measures thousands of calls a second needs it; Journal copies everything each time.
func (w *Workspace) Watch(f func(Entry)) (stop func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	id := w.watchSeq
	w.watchSeq++
	w.watchers[id] = f
	return func() { w.locked(func() { delete(w.watchers, id) }) }
}

// WithShortMemory lets the workspace forget what is older than at least the newest n of each kind: entries of
// the journal, envelopes that were acknowledged, triggers, response URLs and closed views. It is for load;
// without it everything is kept for tests to look at.
func WithShortMemory(n int) WorkspaceOption { return func(w *Workspace) { w.memory = n } }

// evictionQueue is the order in which the keys of a map came.
type evictionQueue []string

// add notes a new key. Once there are twice as many as the n that are kept, the older half is given to forget,
// which says whether it could be forgotten.
func (t *evictionQueue) add(key string, n int, forget func(string) bool) {
	if n <= 0 {
		return
	}
	*t = append(*t, key)
	if len(*t) < 2*n {
		return
	}
	var left evictionQueue
	for _, old := range (*t)[:n] {
		if !forget(old) {
			left = append(left, old)
		}
	}
	*t = append(left, (*t)[n:]...)
}
