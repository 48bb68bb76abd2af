package due

import "time"

// Band is how urgent a row is, or why it is not.
type Band string

// The bands, in the order in which they are shown.
const (
	Overdue   Band = "overdue"
	Within14  Band = "14"
	Within30  Band = "30"
	Within60  Band = "60"
	Within90  Band = "90"
	Unknown   Band = "unknown" // nobody knows when it ends
	Later     Band = "later"
	Automatic Band = "automatic" // renews by itself
	Snoozed   Band = "snoozed"
	Ending    Band = "ending" // is not to be renewed
)

// Horizon is how many days ahead a renewal counts as due.
const Horizon = 90

// Bands lists the bands in their order.
func Bands() []Band {
	return []Band{Overdue, Within14, Within30, Within60, Within90, Unknown, Later, Automatic, Snoozed, Ending}
}

// Due says whether somebody has to do something about a row of the band.
func (b Band) Due() bool {
	switch b {
	case Overdue, Within14, Within30, Within60, Within90:
		return true
	case Unknown, Later, Automatic, Snoozed, Ending:
	}
	return false
}

// Band is the row's at a time.
func (r *Row) Band(now time.Time) Band {
	switch {
	case r.NotRenewing():
		return Ending
	case r.Mark.Snoozed != nil && now.Before(r.Mark.Snoozed.Until):
		return Snoozed
	case r.AutoRenewing(now):
		return Automatic
	}
	end, known := r.Ends()
	if !known {
		return Unknown
	}
	switch days := Days(end, now); {
	case days < 0:
		return Overdue
	case days <= 14:
		return Within14
	case days <= 30:
		return Within30
	case days <= 60:
		return Within60
	case days <= Horizon:
		return Within90
	}
	return Later
}
