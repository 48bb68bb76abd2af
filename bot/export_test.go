package bot

import (
	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
)

// Handlers are the bot's jobs, for tests that are the clock and the queue themselves.
func (b *Bot) Handlers() map[renewal.JobKind]ledger.Handler { return b.jobHandlers() }

// Handled waits until nothing that people have done is being handled any more.
func (b *Bot) Handled() { b.socket.Wait() }

// Finish ends what Handlers have started in the background.
func (b *Bot) Finish() error { return b.finish() }
