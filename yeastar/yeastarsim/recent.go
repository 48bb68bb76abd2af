package yeastarsim

import "slices"

// WithJournal keeps at most the last n calls and requests to the order endpoint, for a server that lives long; the
// default keeps many thousand calls and every order request.
func WithJournal(n int) Option {
	return func(s *settings) { s.journal = max(n, 4) }
}

// RecentCalls returns at most n of the last calls, newest first. Unlike Journal its cost does not grow with the journal.
func (s *Server) RecentCalls(n int) []Entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := slices.Clone(s.journal[max(len(s.journal)-n, 0):])
	for i := range out {
		out[i].Header, out[i].Body = out[i].Header.Clone(), slices.Clone(out[i].Body)
	}
	slices.Reverse(out)
	return out
}

// RecentOrders returns at most n of the last orders, newest first.
func (s *Server) RecentOrders(n int) []Order {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.cloneOrders(s.orders[max(len(s.orders)-n, 0):])
	slices.Reverse(out)
	return out
}

// CustomerCount is how many subordinate users there are.
func (s *Server) CustomerCount() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.customers)
}
