// Package bot is the conversation: the /renew command, the form and the clicks, and the
// putting together of the rooms that it needs.
//
// It decides nothing about money itself: every click becomes an event that the ledger
// applies to the request in one transaction, and Slack is then brought in line with what
// the ledger says. It must never tell people anything that the ledger has not saved, and
// it places no orders.
package bot
