// Package batch is what people see of several renewals that are asked for at once, and do with
// them: the form, the check of each line, the review, and the decisions on the batch's card. Each
// line is checked as the form of a single request would be, by what is handed in. It orders
// nothing, and decides nothing that bot/renewal does not allow.
package batch

import (
	"context"
	"log/slog"

	"renewbot/blocks"
	"renewbot/bot/directory"
	"renewbot/bot/duelist"
	"renewbot/bot/ledger"
	"renewbot/bot/portal"
	"renewbot/bot/renewal"
	"renewbot/bot/reply"
	"renewbot/bot/socket"
	"renewbot/bot/taskgroup"
)

// Single are the ways of the form of a single request, by which each line is checked.
type Single struct {
	// Fill is what the form proposes for a draft whose holder is chosen: what the package has, for
	// which it waits.
	Fill func(ctx context.Context, d blocks.Draft) (blocks.FormData, error)
	// Offer makes of somebody's draft what would be ordered, with what there is to doubt and what is
	// wrong at which field.
	Offer func(ctx context.Context, who string, d blocks.Draft) (renewal.Offer, []renewal.Doubt, map[string]string, error)
	// MaySee says whether somebody may read a request.
	MaySee func(ctx context.Context, a renewal.Actor, r renewal.Request) bool
	// Asks are those who would be asked about what is proposed, and whether too few could approve it.
	Asks func(ctx context.Context, proposed renewal.Request) (ids []string, few bool)
	// Voters are those who have approved a request, as they are now.
	Voters func(ctx context.Context, r renewal.Request) []renewal.Actor
}

// Options are what a View is made of.
type Options struct {
	API       *socket.WebAPI
	Reply     *reply.Replies
	Ledger    *ledger.Ledger
	Directory *directory.Directory
	Portal    *portal.Portal
	Lists     *duelist.Lists
	Policy    renewal.Policy
	Log       *slog.Logger
	Single    Single
}

// View shows batches and takes decisions on them. Make it with New.
type View struct {
	api       *socket.WebAPI
	reply     *reply.Replies
	ledger    *ledger.Ledger
	directory *directory.Directory
	portal    *portal.Portal
	lists     *duelist.Lists
	policy    renewal.Policy
	log       *slog.Logger
	fill      func(ctx context.Context, d blocks.Draft) (blocks.FormData, error)
	offer     func(ctx context.Context, who string, d blocks.Draft) (renewal.Offer, []renewal.Doubt, map[string]string, error)
	asks      func(ctx context.Context, proposed renewal.Request) (ids []string, few bool)
	voters    func(ctx context.Context, r renewal.Request) []renewal.Actor
	maySee    func(ctx context.Context, a renewal.Actor, r renewal.Request) bool
	tasks     *taskgroup.Group
}

// New makes a View.
func New(o Options) *View {
	return &View{
		api: o.API, reply: o.Reply, ledger: o.Ledger, directory: o.Directory, portal: o.Portal, lists: o.Lists, policy: o.Policy, log: o.Log,
		fill: o.Single.Fill, offer: o.Single.Offer, asks: o.Single.Asks, voters: o.Single.Voters, maySee: o.Single.MaySee,
		tasks: taskgroup.New(),
	}
}

// Close ends what runs in the background, at the end of ctx at the latest.
func (v *View) Close(ctx context.Context) {
	v.tasks.Cancel()
	v.tasks.End(ctx)
}
