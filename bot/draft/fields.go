package draft

import (
	"maps"
	"slices"

	"github.com/slack-go/slack"

	"renewbot/blocks"
	"renewbot/yeastar"
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

// Undrawn says whether an error is of the quantity of a service that was chosen so shortly before that the
// view does not ask for it yet.
func Undrawn(v slack.View, d blocks.Draft, errs map[string]string) bool {
	return slices.ContainsFunc(d.Services, func(id yeastar.ID) bool {
		asks := blocks.BlockServiceQuantity(d, id)
		return errs[asks] != "" && !slices.ContainsFunc(v.Blocks.BlockSet, func(b slack.Block) bool { return b.ID() == asks })
	})
}
