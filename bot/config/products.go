package config

import (
	"strings"

	"renewbot/yeastar"
)

type products struct{ decoded[[]yeastar.Product] }

// Decode reads a comma-separated list of keys of the product table.
func (d *products) Decode(text string) error {
	var keys []string
	for key := range strings.SplitSeq(text, ",") {
		if key = strings.ToLower(strings.TrimSpace(key)); key != "" {
			keys = append(keys, key)
		}
	}
	offered, err := yeastar.Offered(keys)
	if err != nil {
		d.refuse("lists what cannot be offered: " + err.Error())
		return nil
	}
	d.value = offered
	return nil
}

// rows are the products that are offered; envconfig leaves out a variable that is not set.
func (d *products) rows() []yeastar.Product {
	if d.value != nil || d.fault != "" {
		return d.value
	}
	documented, _ := yeastar.Offered(nil) // fails for keys alone
	return documented
}
