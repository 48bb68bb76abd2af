// Package blockkit knows what Slack takes as Block Kit: which blocks and elements stand where, which fields they
// have, and how long everything may be. It reports what Slack would refuse, in Slack's words and with the place,
// about messages, modals, Home tabs and the options of a menu.
//
// It reads raw JSON, needs no workspace and keeps nothing. It must never be kinder than Slack, and it must never
// import the bot's packages or a Slack library: one misreading must not hide in both sides of a test.
package blockkit
