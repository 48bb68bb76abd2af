package page

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"time"
)

//go:embed assets
var assets embed.FS

// file is one file of the front end.
type file struct {
	name string
	data []byte
	etag string
}

// readAssets reads the front end, by the path under which it is served.
func readAssets() (map[string]file, error) {
	files := map[string]file{}
	err := fs.WalkDir(assets, "assets", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := assets.ReadFile(name)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(data)
		files["/"+name] = file{path.Base(name), data, `"` + hex.EncodeToString(sum[:12]) + `"`}
		return nil
	})
	return files, err
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
