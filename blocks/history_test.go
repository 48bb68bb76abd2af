package blocks_test

import (
	"testing"

	"github.com/slack-go/slack"
	"pgregory.net/rapid"

	"renewbot/blocks"
	"renewbot/bot/renewal"
)

func histories() []shown {
	ordered := with(renewal.Ordered, priced)
	data := blocks.HistoryData{
		Holder: ordered.Offer.Holder, Since: dueDay(-732), Total: 20, Ours: 2, Page: 1, Pages: 3, Hidden: 1, Links: links(),
		Entries: []blocks.HistoryEntry{
			{At: now, Request: &ordered, InPortal: true},
			{At: dueDay(-30), OrderNo: "XS3401174502129270784", Status: "succeed", PO: "PO <2291>", Product: "P-Series Turnkey Package", Amount: "1,200.00 USD"},
			{OrderNo: "XS3401174502129270785", Currency: "USD"},
		},
	}
	pending := with(renewal.Pending, dated)
	untold := blocks.HistoryData{Holder: renewal.Holder{Name: "Our own account"}, Total: 1, Ours: 1, Pages: 1, Untold: true, Entries: []blocks.HistoryEntry{{Request: &pending}}}
	return []shown{
		{"history_page", blocks.History(data)},
		{"history_untold", blocks.History(untold)},
		{"history_pbx_newest", blocks.History(blocks.HistoryData{Holder: renewal.Holder{SerialNumber: "3632D2149B07", Name: "Acme Telecom"}, Pages: 1, PBX: blocks.HistoryPBXOrders{Unasked: 11, Unsolved: 1}})},
		{"history_pbx_gone", blocks.History(blocks.HistoryData{Holder: renewal.Holder{SerialNumber: "3632D2149B07", Name: "Acme Telecom"}, Pages: 1, PBX: blocks.HistoryPBXOrders{Gone: true}})},
		{"history_pbx", blocks.History(blocks.HistoryData{Holder: renewal.Holder{SerialNumber: "3632D2149B07", Name: "Acme Telecom"}, Pages: 1, Untold: true})},
		{"history_none", blocks.History(blocks.HistoryData{Holder: renewal.Holder{SerialNumber: "3632D2149B07", Name: "Acme Telecom"}, Pages: 1, Unread: true})},
		{"history_choice", blocks.HistoryChoice("acme", []renewal.Holder{
			{PartnerID: "1", Name: "Acme Telecom", Email: "it@acme-telecom.example"}, {PartnerID: "2", Name: "Acme Telecom Services"}, {Name: "Our own account"},
		}, 12)},
	}
}

func hostileHistory(t *rapid.T, r renewal.Request) blocks.HistoryData {
	s := func(name string) string { return outsideText().Draw(t, name) }
	d := blocks.HistoryData{Holder: r.Offer.Holder, Since: moment(t), Total: 8, Ours: 3, Page: 1, Pages: 3, Hidden: 2, Links: blocks.Links{r.ID: r.Reason}}
	for i := range 8 {
		e := blocks.HistoryEntry{At: moment(t), OrderNo: s("number"), Status: s("status"), PO: s("po"), Product: s("product"), Amount: s("amount"), Currency: s("currency")}
		if i%2 == 0 {
			e.Request = &r
		}
		d.Entries = append(d.Entries, e)
	}
	return d
}

// TestHistoryButtonsComeBack checks that a page's buttons and the choice of a holder are read as
// they were meant.
func TestHistoryButtonsComeBack(t *testing.T) {
	t.Parallel()
	for _, h := range []renewal.Holder{{PartnerID: "310"}, {}, {SerialNumber: "3632D2149B07"}} {
		m := blocks.History(blocks.HistoryData{Holder: h, Page: 1, Pages: 3})
		var pages []int
		for _, b := range m.Blocks {
			actions, ok := b.(*slack.ActionBlock)
			if !ok {
				continue
			}
			for _, e := range actions.Elements.ElementSet {
				button := e.(*slack.ButtonBlockElement)
				key, page := blocks.ReadHistory(&slack.BlockAction{ActionID: button.ActionID, Value: button.Value})
				if key != blocks.HistoryKey(h) {
					t.Errorf("%s is read as %q", blocks.HistoryKey(h), key)
				}
				pages = append(pages, page)
			}
		}
		if len(pages) != 2 || pages[0] != 0 || pages[1] != 2 {
			t.Errorf("the buttons lead to the pages %v", pages)
		}
	}
	if key, page := blocks.ReadHistory(&slack.BlockAction{ActionID: blocks.ActionHistoryNext, Value: "x"}); key != "" || page != 0 {
		t.Errorf("a broken button is read as %q, %d", key, page)
	}
}
