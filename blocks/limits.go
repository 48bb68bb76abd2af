package blocks

// Slack's limits, in characters where nothing else is said.
// See https://docs.slack.dev/reference/block-kit
const (
	limitMessageText = 3900 // chat.update refuses more than 4000
	limitSection     = 3000
	limitField       = 2000
	limitFields      = 10 // per section
	limitHeader      = 150
	limitAlert       = 200
	limitTitle       = 24 // also submit and close
	limitButton      = 75
	limitLabel       = 2000
	limitPlaceholder = 150
	limitOption      = 75 // text, value and description
	limitOptions     = MenuLimit
	limitMenuValue   = 150 // of an option in an overflow menu
	limitConfirmText = 300
	limitMetadata    = 3000
	limitBlockID     = 255
	limitAbout       = 130 // our own: what doubts leave to the order in a dialog
	doubtsCounted    = 30  // our own: what the order leaves to their number
	limitOrderNo     = 64  // our own: what people may type as an order number
)

// MenuLimit is how many options a menu takes.
const MenuLimit = 100

// limitAck is how many bytes an answer to an options request may have. Slack drops
// frames of 20,480 bytes and more without a word; the rest is for the envelope.
const limitAck = 20_000

// How much outside text stands in one place, so that the parts that matter always fit.
const (
	nameLimit   = 150
	mailLimit   = 320 // holds the longest address: nobody can write to half of one
	shortLimit  = 60
	briefLimit  = 24
	detailLimit = 600
	reasonLimit = 2600 // holds renewal.MaxReason characters with everything that escaping adds
)
