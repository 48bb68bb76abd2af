package yeastar

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Available are those of some rows that the account has, by its product_list. A row that is
// missing there was never bought, or is not sold to this account.
func Available(rows []Product, available []AvailableProduct) []Product {
	return slices.DeleteFunc(slices.Clone(rows), func(p Product) bool { return !Has(available, p) })
}

// Has says whether the account's product_list has a product. Where products share an id, an
// entry that has the name of one of them is that one alone; under any other name it is all
// of them.
func Has(available []AvailableProduct, p Product) bool {
	return slices.ContainsFunc(available, p.isAt)
}

// Unlisted are the entries of a product_list that are no row, so that they are never
// offered. Why says of each why not.
func Unlisted(available []AvailableProduct) []AvailableProduct {
	return slices.DeleteFunc(slices.Clone(available), func(a AvailableProduct) bool {
		return slices.ContainsFunc(products, func(p Product) bool { return p.isAt(a) })
	})
}

func (p Product) isAt(a AvailableProduct) bool {
	if a.ID != p.ID {
		return false
	}
	if p.Renews(a.Name) {
		return true
	}
	return !slices.ContainsFunc(sharing(p.ID), func(name string) bool { return namedIs(a.Name, name) })
}

// sharing are the names of the products that share an id: rows, and others.
func sharing(id int) []string {
	var names []string
	for _, p := range products {
		if p.ID == id && p.Service != "" {
			names = append(names, p.Service)
		}
	}
	for _, n := range notRenewable {
		if slices.Contains(n.IDs, id) {
			names = append(names, n.Name)
		}
	}
	return names
}

// namedIs says whether the vendor's name of a product has a name in it: the portal and the
// pages call the same thing "Linkus Cloud Service" and "Linkus Cloud Service Pro".
func namedIs(name, part string) bool {
	return strings.Contains(strings.ToLower(name), strings.ToLower(part))
}

// Called is the product for people: the list may have no name of it.
func (a AvailableProduct) Called() string { return cmp.Or(a.Name, fmt.Sprintf("product %d", a.ID)) }

// Why says in a sentence for people why a product that is no row is not renewed.
func (a AvailableProduct) Why() string {
	for _, n := range notRenewable {
		if slices.ContainsFunc(append(n.Aliases, n.Name), func(name string) bool { return namedIs(a.Name, name) }) {
			return n.Why
		}
	}
	for _, n := range notRenewable {
		if slices.Contains(n.IDs, a.ID) {
			return n.Why
		}
	}
	return "No page of the vendor's that could be read tells how it is renewed."
}
