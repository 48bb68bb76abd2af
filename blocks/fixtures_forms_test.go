package blocks_test

import (
	"fmt"
	"time"

	"renewbot/blocks"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

func draft() blocks.Draft {
	return blocks.Draft{
		Product: "p-series-turnkey", Holder: "3100000000000000001", Plan: "3048941892189077504",
		Services: []yeastar.ID{"3048573759449317376"}, Quantity: "100",
		ServiceQuantity: map[yeastar.ID]string{"3048573759449317376": "20"}, Contact: "3197218168379846218",
		PONumber: "PO-2026-17", Note: "They asked twice.\nPlease do it this week.", Channel: "C0RENEW", Drawn: 2,
	}
}

func form() blocks.FormData {
	return blocks.FormData{
		Draft:    draft(),
		Products: yeastar.Products()[:1],
		Holder:   &blocks.Choice{ID: "3100000000000000001", Label: "Example Telecom · it@example.org"},
		Plans: []blocks.Choice{
			{ID: "3048941892189077504", Label: "Enterprise Plan"}, {ID: "3048572026291630080", Label: "Ultimate Plan"},
		},
		Services: []blocks.Choice{
			{ID: "3048573759449317376", Label: "Call Recording"}, {ID: "3048573935752720384", Label: "High Availability"},
		},
		Contact:      &blocks.Choice{ID: "3197218168379846218", Label: "Example Partner · billing@example.com"},
		QuantityHint: "100 according to the Partner Portal. Must equal the current number of extensions.",
		Expiry:       time.Date(2026, time.December, 31, 0, 0, 0, 0, time.UTC),
	}
}

func customers(n int) []renewal.Holder {
	var out []renewal.Holder
	for i := range n {
		out = append(out, renewal.Holder{
			PartnerID: yeastar.ID(fmt.Sprint(3100000000000000001 + i)), Name: fmt.Sprintf("Example Telecom %04d", i), Email: fmt.Sprintf("it%d@example.org", i),
		})
	}
	return out
}

// refusedByStatus is a request whose order the vendor took and then failed.
func refusedByStatus() renewal.Request {
	return with(renewal.Refused, func(r *renewal.Request) {
		r.Order = orderResult(yeastar.OrderFailed)
		r.Problem.Code, r.Problem.Detail = yeastar.OrderFailed, `order XS3401174502129270784 ended as "failed"`
	})
}
