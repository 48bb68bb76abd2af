package riverdb

import (
	"context"
	"fmt"

	"github.com/riverqueue/river/riverdriver"
)

// inMemory is a driver of River's that tells of new jobs in memory.
type inMemory[Tx any] struct {
	riverdriver.Driver[Tx]
	notifier *notifier
}

// SupportsListener says that there is somebody to tell of new jobs.
func (inMemory[Tx]) SupportsListener() bool { return true }

// SupportsListenNotify keeps River from writing notifications to the database.
func (inMemory[Tx]) SupportsListenNotify() bool { return false }

// GetListener is the notifier.
func (d inMemory[Tx]) GetListener(*riverdriver.GetListenenerParams) riverdriver.Listener {
	return d.notifier
}

// notifier tells the workers of one process of jobs that it has committed. River polls
// too, so a notification may be lost.
type notifier struct{ queues chan string }

func newNotifier() *notifier { return &notifier{make(chan string, 64)} }

func (n *notifier) notify(queues ...string) {
	for _, queue := range queues {
		select {
		case n.queues <- queue:
		default: // enough to wake the workers
		}
	}
}

// topicInsert is River's name for news of inserted jobs.
const topicInsert = "river_insert"

// insertPayload is what River's news say of a queue.
func insertPayload(queue string) string { return fmt.Sprintf(`{"queue": %q}`, queue) }

// WaitForNotification waits for new jobs.
func (n *notifier) WaitForNotification(ctx context.Context) (*riverdriver.Notification, error) {
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case queue := <-n.queues:
		return &riverdriver.Notification{Topic: topicInsert, Payload: insertPayload(queue)}, nil
	}
}

// The rest of riverdriver.Listener: there is no connection.

func (*notifier) Close(context.Context) error            { return nil }
func (*notifier) Connect(context.Context) error          { return nil }
func (*notifier) Listen(context.Context, string) error   { return nil }
func (*notifier) Ping(context.Context) error             { return nil }
func (*notifier) Schema() string                         { return "" }
func (*notifier) SetAfterConnectExec(string)             {}
func (*notifier) Unlisten(context.Context, string) error { return nil }
