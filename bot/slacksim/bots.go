package slacksim

// botsInfo tells of the installed app's bot; without an argument Slack tells nothing of any.
// https://docs.slack.dev/reference/methods/bots.info
func (p *people) botsInfo(c *call) (obj, *apiError) {
	if c.str("bot") != p.botID {
		return nil, fail("bot_not_found")
	}
	return obj{"bot": obj{
		"id": p.botID, "deleted": false, "name": p.users[p.botUserID].Name, "updated": 1, "app_id": p.appID, "user_id": p.botUserID,
		"icons": obj{"image_36": "https://a.slack-edge.com/36.png", "image_48": "https://a.slack-edge.com/48.png", "image_72": "https://a.slack-edge.com/72.png"},
	}}, nil
}

// Reinstall installs the app with these bot scopes in place of the manifest's, as an administrator does who changes
// them in the app's settings. The tokens stay.
func (w *Workspace) Reinstall(scopes ...string) {
	w.locked(func() { w.manifest.OAuth.Scopes.Bot = scopes })
}

// Scopes are the bot scopes that the app was granted.
func (w *Workspace) Scopes() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]string(nil), w.manifest.OAuth.Scopes.Bot...)
}
