package portal

import (
	"context"
	"slices"
	"strings"

	"renewbot/bot/lookup"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

// freeMail are domains that tell nothing about whom an address belongs to.
var freeMail = []string{
	"gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "yahoo.com", "icloud.com", "me.com", "aol.com",
	"gmx.net", "gmx.de", "gmx.at", "gmx.ch", "web.de", "mail.ru", "yandex.ru", "qq.com", "163.com", "126.com", "proton.me", "protonmail.com",
	"msn.com", "ymail.com", "mail.com", "t-online.de", "freenet.de", "orange.fr", "free.fr", "libero.it", "btinternet.com", "comcast.net",
}

// mailDomain is the domain of an address, if it tells whom the address belongs to.
func mailDomain(address string) string {
	_, domain, _ := strings.Cut(strings.ToLower(strings.TrimSpace(address)), "@")
	if slices.Contains(freeMail, domain) {
		return ""
	}
	return domain
}

// customer is a customer as billing contacts are compared with them.
type customer struct{ company, email string } // the company is folded

// customer finds a customer by their id.
func (p *Portal) customer(ctx context.Context, id yeastar.ID) (customer, bool) {
	known, err := p.customers.Get(ctx, all, lookup.AnyAge)
	if err != nil || id == "" {
		return customer{}, false
	}
	i, ok := known.index.place(string(id))
	if !ok {
		return customer{}, false
	}
	return customer{known.index.folded(i).company(), known.index.holder(i).Email}, true
}

// fitsCompany says whether a billing contact is a customer's own.
func fitsCompany(b yeastar.BillingContact, c customer) bool {
	return b.Company != "" && fold(b.Company) == c.company
}

// fitsMail says whether a billing contact has the mail domain of a customer.
func fitsMail(b yeastar.BillingContact, c customer) bool {
	return mailDomain(b.Email) != "" && mailDomain(b.Email) == mailDomain(c.email)
}

// OwnContact is the only billing contact whose company fits a holder's, else the only one
// whose mail domain does.
func (p *Portal) OwnContact(ctx context.Context, h renewal.Holder, contacts []yeastar.BillingContact) (yeastar.ID, bool) {
	theirs, known := p.customer(ctx, h.PartnerID)
	if !known {
		return "", false
	}
	for _, fits := range []func(yeastar.BillingContact, customer) bool{fitsCompany, fitsMail} {
		var found []yeastar.ID
		for _, b := range contacts {
			if fits(b, theirs) {
				found = append(found, b.ID)
			}
		}
		if len(found) > 0 {
			return found[0], len(found) == 1
		}
	}
	return "", false
}

// invoiceTo names the customer to whom the invoice of an offer would go, when that is
// another one than the holder. Which companies are ours is not told, so a company that is
// no customer's is taken for ours. It is unsure when nothing tells whose PBX is renewed.
func (p *Portal) invoiceTo(ctx context.Context, o renewal.Offer) (name string, unsure bool) {
	customers, err := p.customers.Get(ctx, all, lookup.AnyAge)
	if err != nil {
		return "", false
	}
	contacts, err := p.Contacts(ctx, lookup.AnyAge)
	i := slices.IndexFunc(contacts, func(b yeastar.BillingContact) bool { return b.ID == o.Contact.ID })
	if err != nil || i < 0 {
		return "", false
	}
	holder, known := p.customer(ctx, o.Holder.PartnerID)
	if unsure = !p.tellsWhose(o.Product, o.Holder); unsure {
		holder, known = customer{company: fold(o.Holder.Name)}, true
	}
	if known && (fitsCompany(contacts[i], holder) || fitsMail(contacts[i], holder)) {
		return "", false
	}
	if i, found := customers.index.whose(contacts[i], holder, known); found {
		return customers.index.holder(i).Name, unsure
	}
	return "", false
}

// whose finds the customer to whom a billing contact belongs that is none of a holder's by its exact
// company or its mail: by its exact company, by its company without what tells the legal form, and, where
// it has no company, by its mail domain. A domain of several customers, such as that of whoever
// takes care of them, tells nothing, nor does the mail of a contact of some other company.
func (ix *index) whose(b yeastar.BillingContact, holder customer, known bool) (place int, found bool) {
	company, domain := fold(b.Company), mailDomain(b.Email)
	base, alike, mailed := withoutForm(company), -1, 0
	first, _, _ := strings.Cut(base, " ") // dots and commas stand after it, if anywhere
	for i := range ix.records {
		theirs := ix.folded(i).company()
		switch {
		case company != "" && theirs == company:
			return i, true
		case base != "" && strings.HasPrefix(theirs, first) && withoutForm(theirs) == base:
			alike = i
		case company == "" && domain != "" && mailDomain(ix.holder(i).Email) == domain:
			place = i
			mailed++
		}
	}
	if known && base != "" && withoutForm(holder.company) == base {
		return 0, false
	}
	if alike >= 0 {
		return alike, true
	}
	return place, mailed == 1
}

// legalForms are the words for them at the end of a company's name, folded.
var legalForms = []string{
	"ltd", "limited", "llc", "llp", "lp", "inc", "incorporated", "corp", "corporation", "co", "company", "plc", "pty", "pte", "pvt", "gmbh", "mbh", "ag",
	"kg", "ug", "ohg", "se", "sa", "sas", "sarl", "srl", "spa", "sl", "slu", "bv", "nv", "ab", "as", "aps", "oy", "oyj", "kft", "sro", "doo", "zrt",
}

// withoutForm is a folded company without its legal form.
func withoutForm(company string) string {
	words := strings.FieldsFunc(strings.ReplaceAll(company, ".", ""), func(c rune) bool { return c == ' ' || c == ',' || c == '&' })
	for len(words) > 1 && slices.Contains(legalForms, words[len(words)-1]) {
		words = words[:len(words)-1]
	}
	return strings.Join(words, " ")
}

// tellsWhose says whether it is told whose package a holder's is. A PBX without a customer is
// our own where the list tells the customers of others.
func (p *Portal) tellsWhose(productKey string, h renewal.Holder) bool {
	if h.SerialNumber == "" || h.PartnerID != "" {
		return true
	}
	owned, _ := p.owned.Peek(productKey)
	return owned.packages.told
}
