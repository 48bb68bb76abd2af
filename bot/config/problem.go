package config

import (
	"slices"
	"strings"
)

// Problem is one thing that is wrong with the configuration.
type Problem struct {
	Variable string
	Text     string // what is wrong and what to do next; never holds a value
}

// Problems is the error of a bad configuration: all that is wrong with it.
type Problems []Problem

// Error has one line for each problem.
func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, problem := range p {
		lines[i] = problem.Variable + " " + problem.Text
	}
	return strings.Join(lines, "\n")
}

// about says whether there is a problem with one of the variables.
func (p Problems) about(variables ...string) bool {
	return slices.ContainsFunc(p, func(problem Problem) bool {
		return slices.Contains(variables, problem.Variable)
	})
}

// add notes a problem with a variable, unless it has one already: what follows from
// an unreadable value only hides its cause.
func (p *Problems) add(variable, text string) {
	if !p.about(variable) {
		*p = append(*p, Problem{variable, text})
	}
}

// orNil keeps an empty list from becoming an error that is not nil.
func (p Problems) orNil() error {
	if len(p) == 0 {
		return nil
	}
	return p
}
