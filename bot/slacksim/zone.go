package slacksim

import (
	"encoding/json"
	"strconv"
	"time"
)

// zoneOf is the label of a time zone and its offset in seconds at a moment.
func zoneOf(name string, at time.Time) (label string, offset int) {
	loc, err := time.LoadLocation(name)
	if err != nil {
		return "Coordinated Universal Time", 0
	}
	return at.In(loc).Zone()
}

// integer reads a JSON number, 0 if it is none.
func integer(v any) int {
	n, ok := v.(json.Number)
	if !ok {
		return 0
	}
	i, _ := strconv.Atoi(n.String())
	return i
}
