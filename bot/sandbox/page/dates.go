package page

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sort"
	"time"

	"renewbot/bot/due"
	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
	"renewbot/yeastar"
	"renewbot/yeastar/yeastarsim"
)

// knownDates is for how many packages the sandbox begins with a date, those that end first.
const knownDates = 40

// nextMorning is when the digest of renewals due is posted: whoever moves the clock on by a day sees it.
var nextMorning = due.Schedule{Channel: sandbox.Renewals, Days: []time.Weekday{0, 1, 2, 3, 4, 5, 6}, Hour: 9, Zone: time.UTC}

// importDates lets the sandbox begin with a list of dates, as if an administrator had imported it:
// by which fields the portal tells dates is not documented, so that it tells none unless it is
// switched on. Some packages are Alice's, some Dave's, and one renews by itself.
func (s *session) importDates(ctx context.Context) error {
	packages := s.world.Vendor.Packages()
	sort.SliceStable(packages, func(i, k int) bool { return packages[i].Expires.Before(packages[k].Expires) })
	owners := []string{sandbox.Alice, "", sandbox.Dave}
	var changes []ledger.MarkChange
	names := lineNames(s.world.Vendor)
	for i, p := range packages[:min(len(packages), knownDates)] {
		product, renewed := rowOf(p, names)
		if !renewed {
			continue
		}
		customer, _ := s.world.Vendor.Customer(p.PartnerID)
		holder := renewal.Holder{PartnerID: yeastar.ID(p.PartnerID), Name: customer.Address.Company}
		if product.Holder == yeastar.BySerial {
			holder.SerialNumber, holder.Name = p.ProductNo, cmp.Or(holder.Name, p.ProductNo)
		}
		mark := due.Mark{
			Imported: &due.Imported{At: p.Expires.UTC(), On: s.clock.Now().UTC(), Name: holder.Name}, Owner: owners[i%len(owners)],
		}
		if p.AutoRenew {
			mark.Auto = due.Auto{State: yeastar.AutoRenewalOn, At: s.clock.Now().UTC()}
		}
		changes = append(changes, ledger.MarkChange{
			Key: due.Key{Product: product.Key, Holder: holder.Key()}, Change: func(due.Mark) due.Mark { return mark },
		})
	}
	if _, _, err := s.world.Ledger.Mark(ctx, changes, renewal.Entry{}); err != nil {
		return fmt.Errorf("begin with a list of dates: %w", err)
	}
	return nil
}

// rowOf is the product with which a package is renewed; names are those of services by their
// ids, as rows may share a product's id.
func rowOf(p yeastarsim.Package, names map[string]string) (yeastar.Product, bool) {
	for _, row := range yeastar.Products() {
		if row.ID == p.ProductID && (row.Service == "" || slices.ContainsFunc(p.Services, func(s yeastarsim.PackageService) bool {
			return row.Renews(names[s.ServiceID])
		})) {
			return row, true
		}
	}
	return yeastar.Product{}, false
}
