package ledger

import (
	"context"
	"fmt"

	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riversqlite"
)

// bellDriver is River's SQLite driver, except that it tells of new jobs in memory: the
// only process that inserts jobs is the one that works them. The driver's own way, a
// table that is written for every insert and read 20 times a second, costs an idle bot
// more than all its work.
type bellDriver struct {
	*riversqlite.Driver
	bell *bell
}

// SupportsListenNotify keeps River from writing notifications to the database.
func (bellDriver) SupportsListenNotify() bool { return false }

// GetListener is the bell.
func (d bellDriver) GetListener(*riverdriver.GetListenenerParams) riverdriver.Listener { return d.bell }

// bell is rung when jobs were committed. River polls too, so a ring may be lost.
type bell struct{ rung chan string }

func newBell() *bell { return &bell{make(chan string, 64)} }

// ring wakes the workers of queues.
func (b *bell) ring(queues ...string) {
	for _, queue := range queues {
		select {
		case b.rung <- queue:
		default: // enough to wake up for
		}
	}
}

// topicInsert is River's name for news of inserted jobs.
const topicInsert = "river_insert"

// WaitForNotification waits for a ring.
func (b *bell) WaitForNotification(ctx context.Context) (*riverdriver.Notification, error) {
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case queue := <-b.rung:
		return &riverdriver.Notification{Topic: topicInsert, Payload: fmt.Sprintf(`{"queue": %q}`, queue)}, nil
	}
}

// The rest of riverdriver.Listener: there is no connection.

func (*bell) Close(context.Context) error            { return nil }
func (*bell) Connect(context.Context) error          { return nil }
func (*bell) Listen(context.Context, string) error   { return nil }
func (*bell) Ping(context.Context) error             { return nil }
func (*bell) Schema() string                         { return "" }
func (*bell) SetAfterConnectExec(string)             {}
func (*bell) Unlisten(context.Context, string) error { return nil }
