// Package config reads Renewbot's configuration from the environment and says all
// that is wrong with it at once. It must never show a value: a token pasted into the
// wrong variable would end up in a log.
package config

import (
	"log/slog"
	"strings"
	"time"

	"renewbot/bot/due"
	"renewbot/bot/policy"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

// Config is a configuration as the rest of the program uses it.
type Config struct {
	Slack       Slack
	Yeastar     Yeastar
	Products    []yeastar.Product // what people may renew, in the order in which they choose
	Renew       Renew
	Events      Events
	DatabaseURL Secret // it may hold a password: sqlite:…, postgres://… or postgresql://…
	HTTPAddr    string // host:port of health checks and metrics; empty: off
	LogLevel    slog.Level
	LogFormat   string // LogJSON or LogText
}

// The values of LOG_FORMAT.
const (
	LogJSON = "json"
	LogText = "text"
)

// Slack is how to reach the workspace.
type Slack struct {
	BotToken Secret // xoxb-…
	AppToken Secret // xapp-…, with connections:write
	APIURL   string // ends with a slash, as slack-go wants it
}

// Yeastar is how to reach the Partner API.
type Yeastar struct {
	ClientID     Secret
	ClientSecret Secret
	BaseURL      string // without a slash at the end
	UserAgent    string
}

// Renew is who may do what, where and when.
type Renew struct {
	Approvers         IDs
	Requesters        IDs      // empty: every full member
	Channels          []string // empty: any channel the bot is in
	AuditChannel      string
	ApprovalsRequired int
	PolicyFile        string       // empty: there is none
	Policy            *policy.File // what is in it; nil: there is none
	SelfApproval      bool
	RemindAfter       time.Duration
	ExpireAfter       time.Duration
	Weekend           []time.Weekday // nil: by each person's locale and time zone
	RepeatWithin      time.Duration  // an order younger than this is a doubt
	OrderAhead        time.Duration  // how far ahead an order may be dated
	PONumber          renewal.PONumberMode
	Notify            renewal.Notify // which direct messages people get who have not said
	LookupTTL         time.Duration
	Digest            due.Schedule // off when it names no channel
	DryRun            bool
}

// Events is where other systems are told of requests.
type Events struct {
	URL     Secret // empty: nowhere. Many receivers have a secret in it
	Secret  Secret // signs events: whsec_…
	Private bool   // the receiver may be at a private address, and without TLS
}

// On says whether events are sent.
func (e Events) On() bool { return e.URL.Reveal() != "" }

// IDs are Slack ids of users and user groups.
type IDs []string

// Users are the ids of single people.
func (ids IDs) Users() []string { return ids.starting("U", "W") }

// Groups are the ids of user groups.
func (ids IDs) Groups() []string { return ids.starting("S") }

func (ids IDs) starting(prefixes ...string) []string {
	var found []string
	for _, id := range ids {
		for _, prefix := range prefixes {
			if strings.HasPrefix(id, prefix) {
				found = append(found, id)
			}
		}
	}
	return found
}

// Policy is what the configuration says about requests.
func (c Config) Policy() renewal.Policy {
	p := renewal.Policy{
		Required:     c.Renew.ApprovalsRequired,
		SelfApproval: c.Renew.SelfApproval,
		PONumber:     c.Renew.PONumber,
		DryRun:       c.Renew.DryRun,
		RemindAfter:  c.Renew.RemindAfter,
		ExpireAfter:  c.Renew.ExpireAfter,
		RepeatWithin: c.Renew.RepeatWithin,
		OrderAhead:   c.Renew.OrderAhead,
	}
	if c.Renew.Policy != nil { // an interface with a nil in it would not be nil
		p.Rules = c.Renew.Policy
	}
	return p
}
