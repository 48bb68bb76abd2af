package draft

import (
	"maps"
	"slices"

	"github.com/slack-go/slack"

	"renewbot/blocks"
)

// AtFields keeps the errors whose fields are in the view, as Slack takes no others; when
// none is, the first stands at the field that is always there, that of the holder.
func AtFields(v slack.View, holder string, errs map[string]string) map[string]string {
	shown := map[string]string{}
	for _, block := range v.Blocks.BlockSet {
		if problem := errs[block.ID()]; problem != "" && block.BlockType() == slack.MBTInput {
			shown[block.ID()] = problem
		}
	}
	if len(shown) == 0 {
		for _, field := range slices.Sorted(maps.Keys(errs)) {
			return map[string]string{holder: errs[field]}
		}
	}
	return shown
}

// Undrawn says whether all errors are of quantities of services that were chosen so shortly before that the
// view does not ask for them yet.
func Undrawn(v slack.View, d blocks.Draft, errs map[string]string) bool {
	missing := map[string]bool{}
	for _, id := range d.Services {
		missing[blocks.BlockServiceQuantity(d, id)] = true
	}
	for _, b := range v.Blocks.BlockSet {
		delete(missing, b.ID())
	}
	for field := range errs {
		if !missing[field] {
			return false
		}
	}
	return len(errs) > 0
}
