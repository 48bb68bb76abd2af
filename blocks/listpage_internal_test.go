package blocks

import (
	"fmt"
	"strings"
	"testing"

	"github.com/slack-go/slack"

	"renewbot/bot/renewal"
)

// The page of a list has the rows of Home in the same order.
func TestListPageSaysWhatHomeSays(t *testing.T) {
	t.Parallel()
	var waiting []renewal.Request
	for i := range 20 {
		r := renewal.Request{ID: int64(i + 1), Status: renewal.Pending, Requester: "U1"}
		r.Offer.Product, r.Offer.Lines = "p-series-turnkey", []renewal.Line{{Name: "Ultimate Plan", Quantity: 40 + i}}
		if i%7 == 5 {
			r.Status = renewal.Unknown
		}
		waiting = append(waiting, r)
	}
	batches := []BatchData{{Batch: renewal.Batch{ID: 1, Requester: "U1"}, Lines: []renewal.Request{{ID: 30, Batch: 1, Line: 1, Status: renewal.Pending}}}}
	rows := func(set []slack.Block, prefix string) (said []string) {
		for _, b := range set {
			if s, ok := b.(*slack.SectionBlock); ok && strings.HasPrefix(s.BlockID, prefix) && s.Text.Text != "and 9 more" {
				said = append(said, s.Text.Text)
			}
		}
		return said
	}
	home := rows(Home(HomeData{Waiting: waiting, WaitingBatches: batches}).Blocks.BlockSet, "waiting.")
	page := rows(ListPage(HomeData{}, ListWaiting, batches, waiting, 0).Blocks.BlockSet, "list.")
	if len(home) != homeListed || len(page) != listPaged {
		t.Fatalf("%d rows of Home, %d of the page", len(home), len(page))
	}
	if got, want := fmt.Sprint(page), fmt.Sprint(home[:len(page)]); got != want {
		t.Errorf("the page says\n%s\nand Home\n%s", got, want)
	}
}
