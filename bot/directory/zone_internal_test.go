package directory

import "testing"

func TestZoneOf(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"Asia/Kolkata": "Asia/Kolkata", "Mars/Base": "UTC", "": "UTC"} {
		if got := zoneOf(name); got.String() != want {
			t.Errorf("%q is %s, want %s", name, got, want)
		}
	}
}
