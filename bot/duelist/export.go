package duelist

import (
	"strconv"
	"strings"

	"renewbot/bot/due"
	"renewbot/bot/renewal"
	"renewbot/bot/sheet"
)

// Sheet is a list as a table. What of it can be imported stands in the first columns, under
// the headings that an import knows.
func Sheet(list due.List) sheet.Table {
	t := sheet.Table{Header: []string{
		"holder", "product", "date", "owner", "name", "product_name", "quantity", "source", "seen", "band", "auto_renewal",
		"snoozed_until", "not_renewing", "open_requests",
	}}
	t.Kinds = []sheet.Kind{2: sheet.DayCell, 6: sheet.Number, 8: sheet.TimeCell, 11: sheet.DayCell}
	for _, r := range list.Rows {
		var ends, source, seen, quantity, snoozed, ending string
		if len(r.Dates) > 0 {
			ends, source, seen = sheet.Day(r.Dates[0].At), string(r.Dates[0].Source), sheet.Time(r.Dates[0].Seen)
		}
		if r.Quantity > 0 {
			quantity = strconv.Itoa(r.Quantity)
		}
		if r.Mark.Snoozed != nil {
			snoozed = sheet.Day(r.Mark.Snoozed.Day())
		}
		if r.NotRenewing() {
			ending = r.Mark.NotRenewing.Why
		}
		var open []string
		for _, o := range r.Open {
			open = append(open, renewal.Reference(o.Request))
		}
		t.Rows = append(t.Rows, []string{
			r.Holder.Key(), r.Product.Key, ends, r.Mark.Owner, r.Holder.Name, r.Product.Name, quantity, source, seen, string(r.Band(list.Now)),
			string(r.Mark.Auto.State), snoozed, ending, strings.Join(open, " "),
		})
	}
	return t
}
