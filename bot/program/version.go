package program

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"runtime"
	"runtime/debug"
)

// Whoever builds a release sets these with -ldflags "-X renewbot/bot/program.version=v1.2.3".
var (
	version string
	commit  string
	date    string // of the commit or of the build, RFC 3339
)

// build is which program this is.
type build struct {
	Version string // "devel" when it is not a release
	Commit  string // with "-modified" when it was built from changed files
	Date    string // RFC 3339; empty when nothing tells
	Go      string
}

// thisBuild is what the linker was told, and otherwise what Go noted.
func thisBuild() build {
	b := build{Version: version, Commit: commit, Date: date, Go: runtime.Version() + " " + runtime.GOOS + "/" + runtime.GOARCH}
	if info, ok := debug.ReadBuildInfo(); ok {
		b.fill(info)
	}
	b.Version, b.Commit = cmp.Or(b.Version, "devel"), cmp.Or(b.Commit, "unknown")
	return b
}

// fill takes what is still empty from Go's own notes.
func (b *build) fill(info *debug.BuildInfo) {
	settings := map[string]string{}
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	if v := info.Main.Version; b.Version == "" && v != "(devel)" {
		b.Version = v
	}
	if b.Commit == "" && settings["vcs.revision"] != "" {
		b.Commit = settings["vcs.revision"]
		if settings["vcs.modified"] == "true" {
			b.Commit += "-modified"
		}
	}
	b.Date = cmp.Or(b.Date, settings["vcs.time"])
}

var versionCommand = command{
	name: "version",
	line: "say which version this is",
	prepare: func(*flag.FlagSet) action {
		return func(_ context.Context, c call) int {
			b := thisBuild()
			_, _ = fmt.Fprintf(c.stdout, "renewbot %s\ncommit   %s\ndate     %s\ngo       %s\n", b.Version, b.Commit, cmp.Or(b.Date, "unknown"), b.Go)
			return exitOK
		}
	},
}
