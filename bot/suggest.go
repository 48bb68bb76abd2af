package bot

import (
	"context"
	"time"

	"github.com/slack-go/slack"

	"renewbot/blocks"
	"renewbot/bot/directory"
	"renewbot/bot/lookup"
	"renewbot/bot/portal"
	"renewbot/bot/socket"
	"renewbot/bot/typed"
	"renewbot/yeastar"
)

// menuPatience is how long a menu waits for its choices: people see them, or that there
// are none, within two seconds.
const menuPatience = 1800 * time.Millisecond

// suggest answers an external select with the choices that fit what was typed.
func (b *Bot) suggest(ctx context.Context, ic slack.InteractionCallback, env *socket.Envelope) {
	ctx, cancel := context.WithTimeout(ctx, menuPatience)
	defer cancel()
	if a := b.directory.Actor(ctx, ic.User.ID, directory.RequestAge); !a.MayRequest {
		env.Ack(blocks.ContactOptions(nil))
		return
	}
	d, _ := blocks.DecodeDraft(ic.View.PrivateMetadata)
	switch ic.ActionID {
	case blocks.ActionHolder:
		query := typed.Field(ic.Value)
		if query == "" {
			query = d.Query
		}
		holders, err := b.portal.Holders(ctx, d.Product, lookup.AnyAge)
		if err != nil {
			b.log.WarnContext(ctx, "nobody to choose from", "error", err)
		}
		found, more := holders.Search(query, blocks.MenuLimit)
		if more > 0 {
			more += len(found[likeliest:])
			found = found[:likeliest]
		}
		env.Ack(blocks.HolderOptions(found, more))
	case blocks.ActionContact:
		contacts, err := b.portal.Contacts(ctx, lookup.AnyAge)
		if err != nil {
			b.log.WarnContext(ctx, "no billing contacts to choose from", "error", err)
		}
		preferred := yeastar.ID("")
		if h, ok := b.portal.Holder(ctx, d.Product, d.Holder); ok {
			preferred = b.ownContact(ctx, d.Product, h, contacts)
		}
		env.Ack(blocks.ContactOptions(portal.SearchContacts(contacts, typed.Field(ic.Value), preferred)))
	default:
		env.Ack(blocks.ContactOptions(nil))
	}
}

// likeliest is how many are offered when more fit than a menu takes: nobody looks through a
// hundred of thousands, they type on, and each letter is another answer.
const likeliest = 20
