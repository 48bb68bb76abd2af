// Package slacksim is a Slack workspace for tests and for trying the bot without Slack: the Web API and
// Socket Mode over HTTP and WebSocket on a loopback port, people who type and click, and a clock that
// tests control.
//
// It is strict where Slack is strict: scopes come from the app's manifest, every limit of Block Kit is
// checked, triggers die, sockets are replaced, acks have three seconds. What Slack leaves open it can do
// both ways, by switches. It must never be kinder than Slack, and it must never import the bot's packages
// or a Slack library: one misreading must not hide in both sides of a test.
package slacksim
