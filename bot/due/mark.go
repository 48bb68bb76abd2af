package due

import (
	"time"

	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

// Mark is what people and earlier readings have left at a row. Its zero value says nothing.
type Mark struct {
	Imported    *Imported    `json:"imported,omitempty"`
	Owner       string       `json:"owner,omitempty"` // Slack user id; empty: nobody
	Snoozed     *Snooze      `json:"snoozed,omitempty"`
	NotRenewing *NotRenewing `json:"not_renewing,omitempty"`
	Auto        Auto         `json:"auto,omitzero"`
}

// Imported is what a list says of a row.
type Imported struct {
	At   time.Time `json:"at"`             // when the package ends
	On   time.Time `json:"on"`             // when the list was imported
	Name string    `json:"name,omitempty"` // of the holder, for people, as the portal had it then
}

// Snooze keeps a row out of what people are told for a while.
type Snooze struct {
	Until time.Time `json:"until"` // the beginning of a day in the zone of who chose it
	By    string    `json:"by"`    // Slack user id
	At    time.Time `json:"at"`
}

// Day is the day until which it is, as it was chosen.
func (s Snooze) Day() time.Time {
	year, month, day := s.Until.Date()
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

// NotRenewing says that a package is to end.
type NotRenewing = renewal.NotRenewing

// Auto is what the portal said last of a package's auto-renewal.
type Auto struct {
	State yeastar.AutoRenewal `json:"state,omitempty"`
	At    time.Time           `json:"at,omitzero"`
}
