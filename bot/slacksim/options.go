package slacksim

import (
	"math/rand/v2"
	"time"
)

// A WorkspaceOption changes how a workspace is made.
type WorkspaceOption func(*Workspace)

// WithClock lets c tell the time; the default is the real clock.
func WithClock(c Clock) WorkspaceOption { return func(w *Workspace) { w.clock = c } }

// WithTokens fixes the bot token (xoxb-…) and the app-level token (xapp-1-…), which are random otherwise.
func WithTokens(bot, app string) WorkspaceOption {
	return func(w *Workspace) { w.botToken, w.appToken = bot, app }
}

// WithTeam fixes the workspace's id (T…), its domain and its name.
func WithTeam(id, domain, name string) WorkspaceOption {
	return func(w *Workspace) { w.teamID, w.teamDomain, w.teamName = id, domain, name }
}

// WithEnterprise makes the workspace part of an Enterprise Grid organisation (E…).
func WithEnterprise(id, name string) WorkspaceOption {
	return func(w *Workspace) { w.enterpriseID, w.enterpriseName = id, name }
}

// WithSeed fixes the random choices: ids, and which connection gets an envelope.
func WithSeed(seed uint64) WorkspaceOption {
	return func(w *Workspace) { w.rng = rand.New(rand.NewPCG(seed, seed)) }
}

// WithAckTimeout changes the time that an ack may take and that a trigger lives, 3 s each at Slack: a test of a timeout need not
// wait that long, and one of something else on a busy machine not be so quick.
func WithAckTimeout(d time.Duration) WorkspaceOption {
	return func(w *Workspace) { w.sockets.ackTimeout, w.views.triggerLife = d, d }
}

// WithOnTheWay changes for how long a call may still arrive that the app was about to send when it was told to wait, 100 ms:
// on a busy machine it may be that long on the way.
func WithOnTheWay(d time.Duration) WorkspaceOption {
	return func(w *Workspace) { w.faults.onTheWay = d }
}

// WithPings changes how often a ping frame is sent (5 s) and how long a connection lives without a pong (15 s).
func WithPings(every, deadAfter time.Duration) WorkspaceOption {
	return func(w *Workspace) { w.sockets.pingEvery, w.sockets.pongWait = every, deadAfter }
}

// WithRateLimits turns on the counters of Slack's tiers, and one message per second and channel.
func WithRateLimits() WorkspaceOption { return func(w *Workspace) { w.webAPI.rateLimits = true } }

// WithShortMemory lets the workspace forget what is older than at least the newest n of each kind: entries of
// the journal, envelopes that were acknowledged, triggers, response URLs and closed views. It is for load;
// without it everything is kept for tests to look at.
func WithShortMemory(n int) WorkspaceOption { return func(w *Workspace) { w.memory = n } }

// TriggerErrors chooses in which of the forms seen from Slack a bad trigger is reported.
type TriggerErrors int

const (
	// TriggerErrorsNamed answers expired_trigger_id, exchanged_trigger_id, invalid_trigger_id.
	TriggerErrorsNamed TriggerErrors = iota
	// TriggerErrorsProse answers trigger_expired, trigger_exchanged, invalid_trigger.
	TriggerErrorsProse
	// TriggerErrorsArguments answers invalid_arguments with the reason in response_metadata.messages.
	TriggerErrorsArguments
)

// SetTriggerErrors chooses the form of trigger errors from now on.
func (w *Workspace) SetTriggerErrors(form TriggerErrors) {
	w.locked(func() { w.views.triggerErrors = form })
}

// SetEmptyStateAsArray makes answers of views.* carry "state":{"values":[]}, as Slack's PHP side does at times.
func (w *Workspace) SetEmptyStateAsArray(on bool) { w.locked(func() { w.views.stateAsArray = on }) }

// SetEditWindow closes messages to chat.update once they are older than d; 0 leaves them open for ever.
func (w *Workspace) SetEditWindow(d time.Duration) { w.locked(func() { w.chat.editWindow = d }) }

// SetUserGroupsUnavailable makes usergroups.* answer plan_upgrade_required, as on a free plan.
func (w *Workspace) SetUserGroupsUnavailable(on bool) { w.locked(func() { w.people.noGroups = on }) }

// SetRateLimits turns the tier counters on or off.
func (w *Workspace) SetRateLimits(on bool) { w.locked(func() { w.webAPI.rateLimits = on }) }

// RevokeTokens makes every further Web API call answer token_revoked, and sends tokens_revoked if declared.
func (w *Workspace) RevokeTokens() {
	w.locked(func() {
		w.events.emit("tokens_revoked", obj{"tokens": obj{"bot": []string{w.botUserID}}})
		w.webAPI.revoked = true
	})
}

// LimitTo lets a method be called so many times in a minute and no more, whether its tier is counted or not: apps
// that are sold outside the Marketplace get one call a minute of conversations.history and conversations.replies.
// https://docs.slack.dev/apis/web-api/rate-limits
func (w *Workspace) LimitTo(method string, perMinute int) {
	w.locked(func() { w.webAPI.limits[method] = perMinute })
}
