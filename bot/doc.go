// Package bot is the conversation: the /renew command, the form, the clicks, the
// messages and the background jobs. It is the only package that talks to Slack.
//
// It decides nothing about money itself: every click becomes an event that the ledger
// applies to the request in one transaction, and Slack is then brought in line with
// what the ledger says. It must never tell people anything that the ledger has not
// saved, and never send an order for which no attempt is written down.
package bot
