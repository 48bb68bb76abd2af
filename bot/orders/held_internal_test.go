package orders

import (
	"errors"
	"testing"
	"time"

	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

// What held an order is not counted as waiting for look-ups that fail.
func TestAnOrderThatWasHeldHasItsWholePatience(t *testing.T) {
	t.Parallel()
	now := time.Now()
	w := setupClock(t, yeastar.Config{Rate: 1e6, Burst: 1e6}, func() time.Time { return now })
	row, _ := yeastar.ProductByKey(turnkey)
	customers := w.buyers(3)
	for name, waits := range map[string]renewal.Waiting{"a dry run": {DryRun: true}, "another order": {Behind: 7}, "its batch": {}} {
		r := w.approved(turnkey, customers[0], row.Terms[0])
		customers = customers[1:]
		var err error
		if waits != (renewal.Waiting{}) {
			if r, err = w.ledger.Apply(t.Context(), r.ID, waits); err != nil {
				t.Fatal(err)
			}
		}
		now = now.Add(time.Hour)
		if !w.patient(t.Context(), r) {
			t.Errorf("after %s it is refused at the first look-up that fails", name)
		}
		w.tellWaiting(t.Context(), r, errors.New("the portal is down"))
		if r, err = w.ledger.Get(t.Context(), r.ID); err != nil || !r.Waits() || !w.patient(t.Context(), r) {
			t.Errorf("after %s people are not told that it waits: %v %+v", name, err, r.Problem)
		}
		if now = now.Add(checkPatience); w.patient(t.Context(), r) {
			t.Errorf("after %s it waits for ever", name)
		}
	}
}
