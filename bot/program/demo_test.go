package program

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"

	"github.com/rogpeppe/go-internal/testscript"

	"renewbot/bot/sandbox"
)

// demo keeps a bot running in which three renewals were asked for, with its ledger in
// renewbot.db, and sets the environment for commands beside it: "demo". "demo stop" stops
// the bot and leaves Slack and the ledger.
func demo(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) > 0 && args[0] == "stop" {
		w, ok := ts.Value(demoKey{}).(*demoWorld)
		if !ok || w.World == nil {
			ts.Fatalf("there is no demo")
		}
		ts.Check(w.StopBot())
		return
	}
	ctx := context.Background()
	url := "sqlite://" + filepath.Join(ts.Getenv("WORK"), "renewbot.db")
	w, err := sandbox.Start(ctx, sandbox.Options{DatabaseURL: url})
	ts.Check(err)
	ts.Defer(w.Close)
	out, err := os.Create(filepath.Join(ts.Getenv("WORK"), "demo.txt"))
	ts.Check(err)
	ts.Check(w.Demo(ctx, out))
	ts.Check(out.Close())
	held, ok := ts.Value(demoKey{}).(*demoWorld)
	if !ok {
		ts.Fatalf("the script's environment has no place for the demo")
	}
	held.World = w
	ts.Setenv("DATABASE_URL", url)
	ts.Setenv("YEASTAR_BASE_URL", w.Vendor.URL())
	ts.Setenv("YEASTAR_CLIENT_ID", w.Vendor.ClientID())
	ts.Setenv("YEASTAR_CLIENT_SECRET", w.Vendor.ClientSecret())
	ts.Setenv("SLACK_API_URL", w.Slack.APIURL())
	ts.Setenv("SLACK_BOT_TOKEN", w.Slack.BotToken())
	ts.Setenv("RENEW_AUDIT_CHANNEL", sandbox.Audit)
}

type demoKey struct{}

// demoWorld is a script's demo, once there is one.
type demoWorld struct{ *sandbox.World }

func demoSetup(e *testscript.Env) error {
	e.Values[demoKey{}] = &demoWorld{}
	return nil
}

// execSQLite lets an intruder write to a database: sqlite renewbot.db 'DROP TRIGGER …'.
func execSQLite(ts *testscript.TestScript, _ bool, args []string) {
	db, err := sql.Open("sqlite", "file:"+ts.MkAbs(args[0])+"?mode=rw&_pragma=busy_timeout(10000)")
	ts.Check(err)
	for _, statement := range args[1:] {
		_, err := db.ExecContext(context.Background(), statement)
		ts.Check(err)
	}
	ts.Check(db.Close())
}
