package blocks

import "github.com/slack-go/slack"

// Asked are who is asked to decide.
type Asked struct {
	IDs []string // of people and groups, none of whom can't
	Few bool     // too few are left who can
}

const tooFew = "⚠️ Too few people are left who may approve this, so as things stand it can never be ordered. " +
	"Whoever set Renewbot up can name more of them; or its requester cancels it, and a colleague asks for it instead."

// TooFew is the warning above a review of what too few people may approve.
const TooFew = "Too few people may approve this when you ask for it, so as things stand it could never be ordered. " +
	"Let a colleague ask for it, or whoever set Renewbot up name more approvers."

// askToDecide adds to the line of a thread who is asked to decide on the card.
func askToDecide(s string, asked Asked) string {
	if len(asked.IDs) > 0 {
		s = join(s, mentions(asked.IDs, 20)+": please decide on the card in this thread.")
	}
	if asked.Few {
		s = join(s, tooFew)
	}
	return s
}

// askedOn is what a card says of those who are asked.
func askedOn(id string, asked Asked) []slack.Block {
	var blocks []slack.Block
	if asked.Few {
		blocks = append(blocks, section(id+".few", tooFew))
	}
	if len(asked.IDs) > 0 {
		blocks = append(blocks, contextLine(id, mentions(asked.IDs, 20)+": please decide."))
	}
	return blocks
}
