package page

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"flag"
	"io/fs"
	"os"
	"testing"
)

var pack = flag.Bool("pack", false, "pack the folder assets anew")

// TestWhatIsPackedIsTheFolder: what is served is what stands in the folder.
func TestWhatIsPackedIsTheFolder(t *testing.T) {
	t.Parallel()
	want := map[string]string{}
	folder := os.DirFS("assets")
	err := fs.WalkDir(folder, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := fs.ReadFile(folder, name)
		want[name] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if *pack {
		write(t, want)
		return
	}
	got, err := readAssets()
	if err != nil || len(got) != len(want) {
		t.Fatalf("%d files are packed, %d are in the folder: %v; make assets packs them anew", len(got), len(want), err)
	}
	for name, text := range want {
		if string(got["/assets/"+name].data) != text {
			t.Errorf("%s is packed as it was before: make assets packs it anew", name)
		}
	}
}

func write(t *testing.T, files map[string]string) {
	t.Helper()
	var out bytes.Buffer
	z, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.NewEncoder(z).Encode(files); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("assets.json.gz", out.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}
