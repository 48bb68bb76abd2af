// Package slacksim is a Slack workspace for tests and for trying the bot without Slack: the Web API and
// Socket Mode over HTTP and WebSocket on a loopback port, people who type and click, and a clock that
// tests control.
//
//	ws, err := slacksim.New(manifest, slacksim.WithClock(clock))
//	err = ws.Start()
//	ws.AddUser(slacksim.User{ID: "U0ALICE", Name: "alice"})
//	ws.AddChannel(slacksim.Channel{ID: "C0SALES", Name: "sales", Members: []string{"U0ALICE", ws.BotUserID()}})
//	// start the app with ws.APIURL(), ws.BotToken(), ws.AppToken()
//	alice := ws.As("U0ALICE")
//	alice.Command(ctx, "C0SALES", "/renew acme")
//	alice.WaitViewTitled(ctx, "Renew")
//	alice.Type(ctx, "Number of extensions", "100")
//	alice.Submit(ctx)
//	card, err := ws.WaitMessage(ctx, "C0SALES", "[Approve]")
//	ws.As("U0BOB").Press(ctx, card.Ref(), "Approve")
//
// A Workspace holds the parts that Slack has: people, channels, chat, conversations, views, response URLs,
// sockets, events and the Web API in front of them, each over one core with the lock, the clock and the journal.
// A Person is somebody's client. What a view or message may look like is known by blockkit, which needs no
// workspace.
//
// It is strict where Slack is strict: scopes come from the app's manifest, every limit of Block Kit is
// checked, triggers die, sockets are replaced, acks have three seconds. What Slack leaves open it can do
// both ways, by switches. It must never be kinder than Slack, and it must never import the bot's packages
// or a Slack library: one misreading must not hide in both sides of a test.
package slacksim
