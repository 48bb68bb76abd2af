// Package slackview shows in Slack what the ledger says: the messages of each request and
// the audit channel, and people's Home tabs. Every message can be drawn again from the ledger, and a crash between
// two of them loses and doubles none. It also reads the audit channel back, for whoever
// compares it with the ledger. It decides nothing, and changes of a request only the channel, when
// Slack has given that another id.
package slackview

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/slack-go/slack"

	"renewbot/bot/directory"
	"renewbot/bot/keyedmutex"
	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
	"renewbot/bot/socket"
)

// defaultLease is how long one process may draw a request alone: longer than the job may
// take, and short enough for others to go on soon when the process dies.
const defaultLease = 75 * time.Second

// Options are what a View is made of.
type Options struct {
	API    *socket.WebAPI
	Ledger *ledger.Ledger
	Log    *slog.Logger
	// AuditChannel is the id of the channel that gets a line for each audit entry.
	AuditChannel string
	// DigestChannel is the id of the channel that gets the digest of renewals due; empty: there is none.
	DigestChannel string
	// Approvers are the ids that may decide, as the configuration names them.
	Approvers []string
	// People are whose Home tabs are drawn.
	People *directory.Directory
	// Policy is what the configuration says now.
	Policy renewal.Policy
	// Notify is which direct messages people get who have not said.
	Notify renewal.Notify
	// Command is the slash command.
	Command string
	// Due draws the renewals due that a person sees on Home.
	Due func(ctx context.Context, userID string) []slack.Block
	// Linked is told where the card of a request, or of a batch by its negative number, is. Nil: nobody is.
	Linked func(request int64, link string)
	// Instance tells this process from others on the same ledger.
	Instance string
	// Lease is how long one process may draw a request alone. It must be longer than the
	// job that draws may take. Zero: 75 s.
	Lease time.Duration
}

// View brings Slack in line with the ledger. Make it with New.
type View struct {
	api         *socket.WebAPI
	ledger      *ledger.Ledger
	log         *slog.Logger
	namedAudit  string                            // the audit channel, as the configuration names it
	namedDigest string                            // the digest's; empty: there is none
	ids         atomic.Pointer[map[string]string] // which channels have now, by those that they had
	readers     sync.Map                          // whether everybody may read a channel, as saved
	approvers   []string
	instance    string
	lease       time.Duration
	people      *directory.Directory
	policy      renewal.Policy
	notify      renewal.Notify
	command     string
	due         func(ctx context.Context, userID string) []slack.Block

	linked         func(request int64, link string)
	drawings       *keyedmutex.Mutex // by request
	audit          auditState
	searches       searches
	unrelatedShown atomic.Int64 // Slack has the audit lines of no request up to this entry
	homesPlanned   atomic.Int64 // when Home tabs are drawn because of the day, in Unix time
}

// New makes a view that has drawn nothing yet.
func New(o Options) *View {
	if o.Lease == 0 {
		o.Lease = defaultLease
	}
	if o.Linked == nil {
		o.Linked = func(int64, string) {}
	}
	return &View{
		api: o.API, ledger: o.Ledger, log: o.Log, namedAudit: o.AuditChannel, namedDigest: o.DigestChannel, searches: searches{by: map[string]*search{}}, approvers: o.Approvers,
		instance: o.Instance, lease: o.Lease, people: o.People, policy: o.Policy, notify: o.Notify, command: o.Command, due: o.Due, linked: o.Linked, drawings: keyedmutex.New(),
	}
}

// Handlers are the jobs that the ledger lets it do.
func (v *View) Handlers() map[renewal.JobKind]ledger.Handler {
	return map[renewal.JobKind]ledger.Handler{renewal.SyncSlack: v.sync, renewal.DrawHomes: v.drawHomes}
}

// Figures counts what is in the ledger, and what of it is not in the audit channel yet.
func (v *View) Figures(ctx context.Context) (ledger.Figures, error) {
	return v.ledger.Figures(ctx, keyAudit)
}
