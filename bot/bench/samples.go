package main

import (
	"fmt"
	"slices"
	"time"
)

// samples are measured values of one kind: milliseconds, bytes or counts.
type samples []float64

func (s *samples) add(v float64)        { *s = append(*s, v) }
func (s *samples) took(d time.Duration) { s.add(float64(d) / float64(time.Millisecond)) }
func (s samples) median() float64       { return s.at(0.5) }
func (s samples) most() float64         { return slices.Max(s) }

// at is the value that the part q of the samples does not exceed.
func (s samples) at(q float64) float64 {
	sorted := slices.Sorted(slices.Values(s))
	return sorted[min(int(q*float64(len(sorted))), len(sorted)-1)]
}

// milliseconds says median, middle half and 99th percentile.
func (s samples) milliseconds() string {
	if len(s) == 0 {
		return "–"
	}
	return fmt.Sprintf("%s (%s–%s), p99 %s ms", round(s.median()), round(s.at(0.25)), round(s.at(0.75)), round(s.at(0.99)))
}

// spread says median, least and most.
func (s samples) spread() string {
	if len(s) == 0 {
		return "–"
	}
	if len(s) == 1 {
		return round(s[0])
	}
	return fmt.Sprintf("%s (%s–%s)", round(s.median()), round(s.at(0)), round(s.most()))
}

// seconds are milliseconds in the long run.
func (s samples) seconds() string { return s.scaled(1e-3, "s") }

// scaled is spread in another unit.
func (s samples) scaled(by float64, unit string) string {
	if len(s) == 0 {
		return "–"
	}
	scaled := make(samples, len(s))
	for i, v := range s {
		scaled[i] = v * by
	}
	return scaled.spread() + " " + unit
}

// round keeps what is worth reading of a number.
func round(v float64) string {
	switch {
	case v < 10:
		return fmt.Sprintf("%.2f", v)
	case v < 100:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.0f", v)
}

// megabytes are bytes as people count them: 1 MB is 1,000,000 bytes.
func (s samples) megabytes() string { return s.scaled(1e-6, "MB") }
