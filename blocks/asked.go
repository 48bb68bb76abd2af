package blocks

import (
	"slices"

	"github.com/slack-go/slack"
)

// Nobody says, among the ids of those who are asked to decide, that too few are left who can.
const Nobody = "nobody"

const tooFew = "⚠️ Too few people are left who may approve this, so as things stand it can never be ordered. " +
	"Whoever set Renewbot up can name more of them; or its requester cancels it, and a colleague asks for it instead."

// TooFew is the warning above a review of what too few people may approve.
const TooFew = "Too few people may approve this when you ask for it, so as things stand it could never be ordered. " +
	"Let a colleague ask for it, or whoever set Renewbot up name more approvers."

// askable are those who are asked, and whether too few are left.
func askable(asked []string) (ids []string, few bool) {
	ids = slices.DeleteFunc(slices.Clone(asked), func(id string) bool { return id == Nobody })
	return ids, len(ids) < len(asked)
}

// askToDecide adds to the line of a thread who is asked to decide on the card.
func askToDecide(s string, asked []string) string {
	ids, few := askable(asked)
	if len(ids) > 0 {
		s = join(s, mentions(ids, 20)+": please decide on the card in this thread.")
	}
	if few {
		s = join(s, tooFew)
	}
	return s
}

// askedOn is what a card says of those who are asked.
func askedOn(id string, asked []string) []slack.Block {
	var blocks []slack.Block
	ids, few := askable(asked)
	if few {
		blocks = append(blocks, section(id+".few", tooFew))
	}
	if len(ids) > 0 {
		blocks = append(blocks, contextLine(id, mentions(ids, 20)+": please decide."))
	}
	return blocks
}
