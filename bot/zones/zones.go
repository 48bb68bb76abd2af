// Package zones finds time zones by their names, also where the system knows none: in a bare
// container, on Windows. It is Go's time/tzdata in a sixth of its size, and never the first to
// be asked.
package zones

import (
	"bufio"
	"bytes"
	"compress/gzip"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
)

// packed is gzip of what Pack writes; `make assets` renews it from the zones of the Go that is
// installed.
//
//go:embed zones.gz
var packed []byte

// Load is time.LoadLocation that works everywhere. The error says that there is no such zone.
func Load(name string) (*time.Location, error) {
	zone, err := time.LoadLocation(name)
	if err == nil {
		return zone, nil
	}
	all, unpackErr := unpacked()
	if data, ok := all[name]; ok && unpackErr == nil {
		return time.LoadLocationFromTZData(name, data)
	}
	return nil, errors.Join(err, unpackErr)
}

// unpacked are the zones by name, read once.
var unpacked = sync.OnceValues(func() (map[string][]byte, error) { return Unpack(bytes.NewReader(packed)) })

// Pack writes zones as Unpack reads them: "name length", a line's end, and the data.
func Pack(w io.Writer, names []string, zones map[string][]byte) error {
	z, err := gzip.NewWriterLevel(w, gzip.BestCompression)
	if err != nil {
		return fmt.Errorf("pack zones: %w", err)
	}
	for _, name := range names {
		if _, err := fmt.Fprintf(z, "%s %d\n%s", name, len(zones[name]), zones[name]); err != nil {
			return fmt.Errorf("pack zones: %w", err)
		}
	}
	return z.Close()
}

// Unpack reads what Pack wrote.
func Unpack(r io.Reader) (map[string][]byte, error) {
	z, err := gzip.NewReader(r)
	if err != nil {
		return nil, fmt.Errorf("unpack zones: %w", err)
	}
	in := bufio.NewReader(z)
	zones := map[string][]byte{}
	for {
		var name string
		var length int
		line, err := in.ReadString('\n')
		if errors.Is(err, io.EOF) && line == "" {
			return zones, nil
		}
		if _, scanErr := fmt.Sscanf(line, "%s %d\n", &name, &length); err != nil || scanErr != nil {
			return nil, fmt.Errorf("unpack zones: %w", errors.Join(err, scanErr))
		}
		data := make([]byte, length)
		if _, err := io.ReadFull(in, data); err != nil {
			return nil, fmt.Errorf("unpack zones: %w", err)
		}
		zones[name] = data
	}
}
