package history

import (
	"context"
	"slices"

	"renewbot/bot/ledger"
	"renewbot/bot/lookup"
	"renewbot/bot/portal"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

// Named finds whom a name means: our own account, the one customer who is called so, or
// else everybody whom it fits, as many as are wanted.
func (h *Histories) Named(ctx context.Context, query string, wanted int) ([]renewal.Holder, error) {
	holders, err := h.Portal.Holders(ctx, byAccount().Key, lookup.AnyAge)
	if err != nil {
		return nil, err
	}
	if one, ok := holders.Only(query); ok {
		return []renewal.Holder{one}, nil
	}
	found, _ := holders.Search(query, wanted)
	return found, nil
}

// pbxsListed is how many requests for PBXs of one product are looked through.
const pbxsListed = 500

// Requests lists the requests for some accounts, at most so many of each, those for their PBXs, and
// those for PBXs whose serial number begins with what was typed.
func (h *Histories) Requests(ctx context.Context, query string, holders []renewal.Holder, limit int) ([]renewal.Request, error) {
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
		for _, r := range pbxs {
			pbx := r.Offer.Holder
			named := portal.MeansSerial(query, pbx.SerialNumber)
			if named || slices.ContainsFunc(holders, func(h renewal.Holder) bool { return h.PartnerID != "" && h.PartnerID == pbx.PartnerID }) {
				all = append(all, r)
			}
		}
	}
	return all, nil
}

// Visible are the requests that a person may see: approvers all, and everybody their own and
// those of channels that they can read.
func (h *Histories) Visible(ctx context.Context, a renewal.Actor, all []renewal.Request) []renewal.Request {
	readable := map[string]bool{}
	return slices.DeleteFunc(all, func(r renewal.Request) bool {
		if h.Policy.Approves(a) || r.Requester == a.UserID {
			return false
		}
		if _, known := readable[r.Channel]; !known {
			readable[r.Channel] = h.MayRead(ctx, a, r.Channel)
		}
		return !readable[r.Channel]
	})
}

// MayRead says whether a person can read a channel. What Slack does not tell they can't.
func (h *Histories) MayRead(ctx context.Context, a renewal.Actor, channel string) bool {
	private, err := h.Directory.Private(ctx, channel)
	if err != nil {
		return false
	}
	return !private || h.Directory.HasMember(ctx, channel, a.UserID)
}
