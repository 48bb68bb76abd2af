package ledger

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

// conformance is what every engine must do.
var conformance = []struct {
	name string
	test func(t *testing.T, s store)
}{
	{"a submission becomes a request", testSubmit},
	{"a second delivery is no second request", testSubmitTwice},
	{"a refused submission is audited", testSubmitRefused},
	{"a change is saved as a whole or not at all", testAtomic},
	{"a conflict starts the change anew", testConflict},
	{"many approvers at once", testManyApprovers},
	{"a double click is one vote", testDoubleClick},
	{"refusals of people are audited, those of the system are not", testRefusals},
	{"an attempt exists once", testAttemptFence},
	{"attempts keep step with the request", testAttempts},
	{"one order of a holder and product is under way", testOneUnderWay},
	{"two attempts at the same moment", testBeginRace},
	{"no attempt is written while orders are paused", testPause},
	{"orders are paused while attempts are begun", testPauseRace},
	{"orders of unknown fate pause the rest", testAlarm},
	{"a batch goes line by line", testBatch},
	{"lists find what no batch tells of", testSingle},
	{"a batch is decided at once", testBatchRace},
	{"a batch is put together", testBatchDraft},
	{"deputies have their time", testDeputies},
	{"which messages people want", testNotify},
	{"Home tabs are drawn again", testHomes},
	{"a request is asked for again", testAskAgain},
	{"an order that turns up late is saved beside another one", testLateBesideAnother},
	{"a ledger with two orders under way is opened", testMigrateUnderWay},
	{"actions refused before the request", testDeny},
	{"unknown requests", testNotFound},
	{"lists", testList},
	{"what ended last", testLatelyEnded},
	{"the last request and the last order", testLast},
	{"hostile and huge texts", testHostile},
	{"a restart keeps everything", testRestart},
	{"posts", testPosts},
	{"forms", testForms},
	{"leases", testLeases},
	{"whether something can be saved", testWritable},
	{"a commit without an answer", testCommitWithoutAnswer},
	{"denied again and again", testDeniedAgain},
	{"the audit trail in pages", testTrailPages},
	{"the audit trail entry by entry", testEachEntry},
	{"what the audit channel should show", testWitnesses},
	{"what the audit channel does not show yet", testUnposted},
	{"a restored ledger is safe", testAfterRestore},
	{"nothing begins before its day", testDated},
	{"a restored ledger with days is safe", testDatedRestore},
	{"the audit trail is only appended to", testAppendOnly},
	{"changed entries are found", testTamper},
	{"missing and added entries are found", testMissing},
	{"forged entries are found", testForged},
	{"other entries", testRecord},
	{"jobs run after their change", testJobsRun},
	{"each change wakes the workers", testJobsWake},
	{"jobs survive a restart", testJobsRestart},
	{"timers follow the clock", testTimers},
	{"failed jobs are tried again", testRetry},
	{"jobs are never given up", testNeverGivenUp},
	{"snoozed jobs", testSnooze},
	{"waiting sync jobs are one", testSyncOnce},
	{"sleeping sync jobs are one", testSleepOnce},
	{"a change during a sync job is synced", testSyncWhileRunning},
	{"a slow vendor does not hold up Slack", testQueues},
	{"time-outs", testTimeouts},
	{"stop waits for running jobs", testStopWaits},
	{"stop cancels when its time is up", testStopCancels},
	{"jobs without a handler wait", testUnhandled},
	{"unknown kinds of jobs are refused", testUnknownKind},
	{"a change and its notice are one transaction", testOutboxInTheChange},
	{"a change that is not saved tells nobody", testOutboxRolledBack},
	{"nobody is told when events are off", testOutboxOff},
	{"notices of a request in their order", testOutboxOrder},
	{"one sender for a notice", testOutboxRace},
	{"notices of no request", testOutboxNoRequest},
	{"a receiver that wants no more", testOutboxStopped},
	{"what is due is told once", testOutboxDue},
	{"notices that are sent once more", testOutboxResend},
	{"figures", testFigures},
	{"figures of running jobs", testRunningJobs},
	{"an observer hears of what was done", testObserver},
	{"marks of renewals due", testMarks},
	{"channels have other ids", testChannelIDs},
	{"the newest message in a channel", testNewest},
	{"channels change their ids at once", testChannelsAtOnce},
	{"a channel is known again", testChannelBack},
	{"the request of a message", testRequestOfAMessage},
	{"who reads a channel", testReaders},
	{"digests are told once", testDigests},
	{"refused digests are tried again together", testRefusedDigests},
	{"digests of a channel with another id", testDigestOfAnotherID},
	{"what was ordered", testOrdered},
	{"who is behind the vendor's orders", testBehind},
}

func runConformance(t *testing.T, newStore func(testing.TB) store) {
	for _, c := range conformance {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.test(t, newStore(t))
		})
	}
}

func TestSQLite(t *testing.T) {
	t.Parallel()
	runConformance(t, newSQLiteStore)
}

// refusalCode is the code of a refusal, or a description of what came instead.
func refusalCode(err error) string {
	var refusal *renewal.Refusal
	if errors.As(err, &refusal) {
		return refusal.Code
	}
	return fmt.Sprintf("no refusal: %v", err)
}

func codes(t testing.TB, l *Ledger, id int64) []renewal.Code {
	t.Helper()
	entries, err := l.Entries(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	var codes []renewal.Code
	for _, e := range entries {
		codes = append(codes, e.Code)
	}
	return codes
}

func verify(t testing.TB, l *Ledger) {
	t.Helper()
	if err := l.Verify(t.Context()); err != nil {
		t.Error(err)
	}
}

func same(t testing.TB, want, got any, what string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func placed(orderNo string) yeastar.OrderResult {
	return yeastar.OrderResult{OrderID: "1", OrderNo: orderNo, OrderStatus: yeastar.OrderSucceed, TransactionNo: "IW1"}
}

func countJobs(t testing.TB, l *Ledger, kind renewal.JobKind) int {
	t.Helper()
	var n int
	if err := l.engine.one(t.Context(), `SELECT count(*) FROM river_job WHERE kind = $1`, string(kind)).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func ordering(t testing.TB, l *Ledger, key string) renewal.Request {
	t.Helper()
	r := submit(t, l, key)
	r = apply(t, l, r.ID, approve(r, "U2"))
	return apply(t, l, r.ID, renewal.Begin{Budget: time.Minute})
}
