package slacksim_test

import (
	"slices"
	"testing"
)

func TestBotsInfoTellsTheApp(t *testing.T) {
	t.Parallel()
	b := setup(t)
	bot := b.must("bots.info", m{"bot": b.BotID()})["bot"].(m)
	if bot["app_id"] != b.AppID() || bot["user_id"] != b.BotUserID() {
		t.Errorf("bots.info tells %v of the app %s", bot, b.AppID())
	}
	b.wantError("bot_not_found", "bots.info", m{"bot": "B0OTHER"})
	b.wantError("bot_not_found", "bots.info", m{})
}

func TestReinstallChangesTheScopes(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.must("users.info", m{"user": alice})
	b.Reinstall(slices.DeleteFunc(b.Scopes(), func(s string) bool { return s == "users:read" })...)
	b.wantError("missing_scope", "users.info", m{"user": alice})
	b.must("auth.test", m{})
}
