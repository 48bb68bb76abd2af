package history

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"renewbot/blocks"
	"renewbot/bot/directory"
	"renewbot/bot/ledger"
	"renewbot/bot/lookup"
	"renewbot/bot/portal"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

const (
	// namesListed is how many customers a name may fit for their requests to be listed.
	namesListed = 5
	// listed is how many requests of each are listed at most.
	listed = 50
)

// nobody is what a name that fits neither means.
const nobody = "no customer and no PBX"

// pbxNamed says that PBXs fit a name, and what to name instead.
func pbxNamed(query string) string {
	return fmt.Sprintf("“%s” fits a PBX of the portal: name it by its serial number, which the form of “/renew %s” shows. Nothing was changed or ordered.", query, query)
}

// Status lists the requests for a customer or a PBX, as far as the person may see them.
func (h *Histories) Status(ctx context.Context, a renewal.Actor, query string) (blocks.Message, error) {
	holders, err := h.named(ctx, query)
	if err != nil {
		h.Log.WarnContext(ctx, "no customers to look among", "error", err)
		return blocks.Answer(renewal.Say(portal.Explain(err) + " Nothing was changed or ordered.")), nil
	}
	found := nobody
	if len(holders) > namesListed {
		found, holders = fmt.Sprintf("more than %d customers", namesListed), nil
	}
	all, err := h.requests(ctx, query, holders, listed)
	if err != nil {
		return blocks.Message{}, err
	}
	if len(holders)+len(all) == 0 {
		_, pbx, one := h.Portal.FindPBX(ctx, query)
		product, unread := h.Portal.AmongPBXs(ctx, query)
		switch {
		case one:
			return blocks.Answer(renewal.Say(fmt.Sprintf("There is no request for the PBX %s. Nothing was changed or ordered.", pbx.SerialNumber))), nil
		case product != "" && found == nobody:
			return blocks.Answer(renewal.Say(pbxNamed(query))), nil
		case unread != nil && found == nobody:
			return blocks.Answer(renewal.Say(fmt.Sprintf("I know no customer by the name “%s”, and no request for such a PBX. %s Nothing was changed or ordered.",
				query, portal.Unread(unread)))), nil
		}
		return blocks.Answer(renewal.Say(fmt.Sprintf("I know %s by the name “%s”. To see one request, type its number, such as %s. Nothing was changed or ordered.",
			found, query, renewal.Reference(123)))), nil
	}
	visible := renewal.UnderAt(h.visible(ctx, a, all), h.Policy, h.Ledger.Now(ctx))
	return blocks.ListFor(query, visible, h.Slack.Links(ctx, visible)), nil
}

// named finds whom a name means: our own account, the one customer who is called so, or
// else everybody whom it fits.
func (h *Histories) named(ctx context.Context, query string) ([]renewal.Holder, error) {
	holders, err := h.Portal.Holders(ctx, byAccount().Key, lookup.AnyAge)
	if err != nil {
		return nil, err
	}
	if one, ok := holders.Only(query); ok {
		return []renewal.Holder{one}, nil
	}
	found, _ := holders.Search(query, namesListed+1)
	return found, nil
}

// pbxsListed is how many requests for PBXs of one product are looked through.
const pbxsListed = 500

// requests lists the requests for some accounts, at most so many of each, those for their PBXs, and
// those for PBXs whose serial number begins with what was typed.
func (h *Histories) requests(ctx context.Context, query string, holders []renewal.Holder, limit int) ([]renewal.Request, error) {
	var all []renewal.Request
	for _, who := range holders {
		theirs, err := h.Ledger.List(ctx, ledger.Filter{HolderKey: who.Key(), Limit: limit})
		if err != nil {
			return nil, err
		}
		all = append(all, theirs...)
	}
	for _, product := range yeastar.Products() {
		if product.Holder != yeastar.BySerial {
			continue
		}
		pbxs, err := h.Ledger.List(ctx, ledger.Filter{Product: product.Key, Limit: pbxsListed})
		if err != nil {
			return nil, err
		}
		ours := sync.OnceValue(func() bool { // whether one without an owner is our own
			owned, err := h.Portal.Holders(ctx, product.Key, lookup.AnyAge)
			return err == nil && owned.OwnersTold()
		})
		for _, r := range pbxs {
			pbx := r.Offer.Holder
			named := portal.MeansSerial(query, pbx.SerialNumber)
			if named || slices.ContainsFunc(holders, func(h renewal.Holder) bool {
				return h.SerialNumber == "" && h.PartnerID == pbx.PartnerID && (h.PartnerID != "" || ours())
			}) {
				all = append(all, r)
			}
		}
	}
	return all, nil
}

// visible are the requests that a person may see.
func (h *Histories) visible(ctx context.Context, a renewal.Actor, all []renewal.Request) []renewal.Request {
	seen := h.seen(a, lookup.Anew)
	return slices.DeleteFunc(all, func(r renewal.Request) bool { return !seen(ctx, r) })
}

// MaySee says whether a person may read a request: its requester, approvers, and who can read
// the channel that it was posted in.
func (h *Histories) MaySee(ctx context.Context, a renewal.Actor, r renewal.Request) bool {
	return h.seen(a, lookup.Anew)(ctx, r)
}

// Linked is the request, or the batch, see renewal.BatchOf, of which there is a message in a channel at a time, or
// under the one of another time, and whether the person may read it; 0: there is none.
func (h *Histories) Linked(ctx context.Context, a renewal.Actor, channel, ts, thread string) (id int64, sees bool, err error) {
	if id, err = h.Ledger.RequestAt(ctx, channel, ts, thread); err != nil || id == 0 {
		return 0, false, err
	}
	var r renewal.Request
	if batch, ok := renewal.BatchOf(id); ok {
		_, lines, err := h.Ledger.Batch(ctx, batch)
		if err != nil {
			return 0, false, err
		}
		r = lines[0]
	} else if r, err = h.Ledger.Get(ctx, id); err != nil {
		return 0, false, err
	}
	return id, h.MaySee(ctx, a, r), nil
}

// Seen is MaySee for the rows of one drawing, which come and go by themselves: it is content with what Slack
// has told just now, and asks about each channel once.
func (h *Histories) Seen(a renewal.Actor) func(context.Context, renewal.Request) bool {
	return h.seen(a, directory.DecisionAge)
}

func (h *Histories) seen(a renewal.Actor, maxAge lookup.MaxAge) func(context.Context, renewal.Request) bool {
	readable := map[string]bool{}
	return func(ctx context.Context, r renewal.Request) bool {
		if h.Policy.Approves(a) || r.Requester == a.UserID || h.Directory.Beside(ctx, a, r, directory.RequestAge).Same[r.Requester] {
			return true
		}
		if _, known := readable[r.Channel]; !known {
			readable[r.Channel] = h.Directory.MayRead(ctx, r.Channel, a.UserID, maxAge)
		}
		return readable[r.Channel]
	}
}
