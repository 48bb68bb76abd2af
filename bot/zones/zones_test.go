package zones

import (
	"archive/zip"
	"bytes"
	"flag"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

var pack = flag.Bool("pack", false, "pack the zones of the Go that is installed")

// goZones are the zones that Go brings.
func goZones(t *testing.T) map[string][]byte {
	t.Helper()
	root, err := exec.CommandContext(t.Context(), "go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	all, err := zip.OpenReader(filepath.Join(strings.TrimSpace(string(root)), "lib/time/zoneinfo.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = all.Close() }()
	zones := map[string][]byte{}
	for _, f := range all.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if len(data) > 0 { // and no folder
			zones[f.Name] = data
		}
	}
	return zones
}

// TestEveryZoneIsThere reads each zone of Go's from what is packed. Those of another Go may
// have other rules; `make assets` packs them.
func TestEveryZoneIsThere(t *testing.T) {
	theirs := goZones(t)
	if *pack {
		var b bytes.Buffer
		if err := Pack(&b, slices.Sorted(maps.Keys(theirs)), theirs); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile("zones.gz", b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		packed = b.Bytes()
	}
	ours, err := unpacked()
	if err != nil {
		t.Fatal(err)
	}
	for name := range theirs {
		zone, err := time.LoadLocationFromTZData(name, ours[name])
		if err != nil || zone.String() != name {
			t.Errorf("%s: %v, %v", name, zone, err)
		}
	}
	day := time.Date(2026, time.July, 1, 12, 0, 0, 0, time.UTC)
	madrid, err := time.LoadLocationFromTZData("Europe/Madrid", ours["Europe/Madrid"])
	if err != nil || day.In(madrid).Hour() != 14 {
		t.Errorf("noon in July is %v in Madrid, %v", day.In(madrid), err)
	}
}

func TestLoad(t *testing.T) {
	t.Parallel()
	if zone, err := Load("Asia/Kolkata"); err != nil || zone.String() != "Asia/Kolkata" {
		t.Errorf("%v, %v", zone, err)
	}
	for _, bad := range []string{"Nowhere/At_all", "../etc/passwd"} {
		if zone, err := Load(bad); err == nil {
			t.Errorf("%q is %v", bad, zone)
		}
	}
}

// What is broken is an error and no zone.
func TestUnpackBroken(t *testing.T) {
	t.Parallel()
	for _, length := range []int{0, 10, len(packed) / 2, len(packed) - 1} {
		if _, err := Unpack(bytes.NewReader(packed[:length])); err == nil {
			t.Errorf("%d of %d bytes were read", length, len(packed))
		}
	}
}
