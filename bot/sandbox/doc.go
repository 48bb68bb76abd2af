// Package sandbox puts the real bot between a simulated Slack workspace and a simulated
// Partner Portal, all on loopback, so that a renewal can be tried and tested without
// an account and without spending money. It must never reach anything but loopback.
package sandbox
