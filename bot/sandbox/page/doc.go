// Package page serves the sandbox in the browser: a workspace that looks and behaves like
// Slack, the Partner Portal beside it with switches for its faults, the bot's own state,
// and a clock that can be moved on. What people do on the page goes through the simulators
// to the real bot, and what changes goes to every open page over one stream each.
//
// It must decide nothing that the bot or a simulator decides, never listen on anything
// but loopback, and never answer a page of somebody else.
package page
