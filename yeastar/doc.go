// Package yeastar is a client of the Yeastar Partner Portal API: the token, the
// look-ups that a renewal needs, and the order. It knows the vendor's rules and
// what may be renewed, and nothing of Slack, requests or approvals.
//
// It never sends an order twice: PlaceOrder makes one HTTP request and reports,
// as the Class of its error, what that says about the order. Whether to try again
// is for its caller to decide, durably.
//
// The vendor's pages leave much unsaid, and so nothing fails because an optional
// field is missing, has another type or another form. The names that are guessed
// stand in mapping.go and nowhere else.
//
// What the vendor says, and how sure each fact is, stands in README.md.
package yeastar
