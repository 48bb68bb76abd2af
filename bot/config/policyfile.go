package config

import (
	"errors"
	"os"
	"strings"

	"renewbot/bot/policy"
)

type path struct{ decoded[string] }

// Decode takes a path as it is.
func (d *path) Decode(text string) error {
	d.value = strings.TrimSpace(text)
	return nil
}

// readPolicy reads the policy file, and adds all that is wrong with it.
func (c *Config) readPolicy(p *Problems) {
	if c.Renew.PolicyFile == "" {
		return
	}
	const variable = "RENEW_POLICY"
	text, err := os.ReadFile(c.Renew.PolicyFile)
	if err != nil {
		p.add(variable, "names a file that cannot be read; correct the path, and let the bot's user read it")
		return
	}
	file, err := policy.Parse(text)
	var problems policy.Problems
	if errors.As(err, &problems) {
		for _, problem := range problems {
			*p = append(*p, Problem{variable, problem.String()})
		}
		return
	}
	c.Renew.Policy = file
}
