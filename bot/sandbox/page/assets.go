package page

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	_ "embed" // for what is packed
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"path"
	"time"
)

// packed is the folder assets as a compressed JSON object, since a real run never uses it:
// names and texts. After a change in the folder, make assets packs it anew.
//
//go:embed assets.json.gz
var packed []byte

// file is one file of the front end.
type file struct {
	name string
	data []byte
	etag string
}

// readAssets reads the front end, by the path under which it is served.
func readAssets() (map[string]file, error) {
	unpacked, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("unpack the page: %w", err)
	}
	var texts map[string]string
	if err := json.NewDecoder(unpacked).Decode(&texts); err != nil {
		return nil, fmt.Errorf("unpack the page: %w", err)
	}
	files := map[string]file{}
	for name, text := range texts {
		sum := sha256.Sum256([]byte(text))
		files["/assets/"+name] = file{path.Base(name), []byte(text), `"` + hex.EncodeToString(sum[:12]) + `"`}
	}
	return files, nil
}

// serveFile serves a file of the front end. A browser asks each time whether it is still
// the same, so that a newer program is not drawn by an older page.
func (f file) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("ETag", f.etag)
	if contentType, ok := map[string]string{
		".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml",
		".html": "text/html; charset=utf-8", ".json": "application/json", ".woff2": "font/woff2",
	}[path.Ext(f.name)]; ok {
		w.Header().Set("Content-Type", contentType) // whatever the machine's own table says
	}
	http.ServeContent(w, r, f.name, time.Time{}, bytes.NewReader(f.data))
}

// serveAssets serves the front end.
func serveAssets(files map[string]file) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := r.URL.Path
		if name == "/" {
			name = "/assets/index.html"
		}
		f, ok := files[name]
		if !ok {
			refuse(w, http.StatusNotFound, codeNotFound, "There is nothing here.")
			return
		}
		f.ServeHTTP(w, r)
	})
}
