package slacksim

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
