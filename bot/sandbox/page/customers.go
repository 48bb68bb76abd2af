package page

import (
	"net/http"
	"strconv"
	"strings"

	"renewbot/yeastar/yeastarsim"
)

// customersAtOnce is how many customers are shown at once.
const customersAtOnce = 50

// customers lists those whose name, e-mail address or number has what is searched for, or
// the serial number of whose PBX, our own account first.
func (s *Server) customers(w http.ResponseWriter, r *http.Request) {
	now := s.wait(r.Context())
	if now == nil {
		return
	}
	query := r.URL.Query()
	from, err := strconv.Atoi(query.Get("from"))
	if query.Get("from") != "" && (err != nil || from < 0) {
		refuse(w, http.StatusBadRequest, codeBadRequest, "from is the number of customers to leave out.")
		return
	}
	found := searchCustomers(now.world.Vendor, query.Get("q"))
	shown := found[min(from, len(found)):]
	shown = shown[:min(len(shown), customersAtOnce)]
	addPackages(now.world.Vendor, shown)
	reply(w, http.StatusOK, answer{"total": len(found), "customers": shown})
}

func searchCustomers(v *yeastarsim.Server, query string) []customerJSON {
	query = strings.ToLower(strings.TrimSpace(query))
	numbers := map[string]string{} // of the packages of each customer
	var owners []string
	for _, p := range v.Packages() {
		if numbers[p.PartnerID] == "" {
			owners = append(owners, p.PartnerID)
		}
		numbers[p.PartnerID] += p.ProductNo + " "
	}
	out := []customerJSON{}
	add := func(c customerJSON) {
		for _, text := range []string{c.Company, c.Email, c.AccountID, c.PartnerID, numbers[c.PartnerID]} {
			if strings.Contains(strings.ToLower(text), query) {
				c.Packages = []packageJSON{}
				out = append(out, c)
				return
			}
		}
	}
	own := v.Account()
	add(customerJSON{Company: own.Company, Email: own.Email, AccountID: own.ID})
	there := map[string]bool{"": true}
	for _, c := range v.Customers() {
		there[c.PartnerID] = true
		add(customerJSON{PartnerID: c.PartnerID, Company: c.Company, Email: c.Email, AccountID: c.AccountID})
	}
	for _, id := range owners { // who were removed, and their PBXs stay
		if !there[id] {
			add(customerJSON{PartnerID: id, Company: "Removed customer"})
		}
	}
	return out
}

// addPackages says what the customers own.
func addPackages(v *yeastarsim.Server, customers []customerJSON) {
	at := map[string]int{}
	for i, c := range customers {
		at[c.PartnerID] = i
	}
	products, names := map[int]string{}, lineNames(v)
	for _, p := range v.Products() {
		products[p.ID] = p.Name
	}
	for _, p := range v.Packages() {
		i, ok := at[p.PartnerID]
		if !ok {
			continue
		}
		shown := packageJSON{
			ProductName: products[p.ProductID], ProductNo: p.ProductNo, Serial: p.ProductNo != customers[i].AccountID,
			Plan: names[p.PlanID], Cycle: p.Cycle, AutoRenew: p.AutoRenew, Extensions: p.Extensions,
			Services: []serviceJSON{}, Expires: p.Expires.UTC(),
		}
		for _, service := range p.Services {
			shown.Services = append(shown.Services, serviceJSON{names[service.ServiceID], service.Quantity})
		}
		customers[i].Packages = append(customers[i].Packages, shown)
	}
}
