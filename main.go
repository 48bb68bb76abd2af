// Renewbot lets the staff of a Yeastar partner renew their customers' subscriptions from
// Slack: /renew opens a form, somebody entitled approves in the thread, and the order
// number comes back to the channel.
package main

import (
	"os"

	"renewbot/bot/program"
)

func main() { os.Exit(program.Main()) }
