package monitor

import (
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"

	"renewbot/bot/secure"
)

// levels are the levels by the names of LOG_LEVEL.
var levels = map[string]slog.Level{
	"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError,
}

func (o Options) showLevel(w http.ResponseWriter, _ *http.Request) {
	say(w, http.StatusOK, strings.ToLower(o.Level.Level().String())+"\n")
}

// setLevel changes the level of the log until the program ends. A request rather than a
// signal: it says what it wants, tells what came of it, and works on every system. It is
// taken from this machine alone.
func (o Options) setLevel(w http.ResponseWriter, r *http.Request) {
	if problem := foreign(r); problem != "" {
		say(w, http.StatusForbidden, problem+"\n")
		return
	}
	body, err := io.ReadAll(r.Body)
	level, ok := levels[strings.ToLower(strings.TrimSpace(string(body)))]
	if err != nil || !ok {
		say(w, http.StatusBadRequest, "the level is debug, info, warn or error\n")
		return
	}
	before := o.Level.Level()
	o.Level.Set(level)
	// At a level that passes whatever was chosen.
	o.Log.Log(r.Context(), max(level, slog.LevelInfo), "the log level was changed", "from", before.String(), "to", level.String())
	o.showLevel(w, r)
}

// foreign says why a request does not come from somebody at work on this machine; it is
// empty when it does. A web page that a browser on this machine shows is told by the
// headers that browsers add, and a name that was made to lead here by the host.
func foreign(r *http.Request) string {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil || !peer.Addr().Unmap().IsLoopback() {
		return "the log level can be changed from this machine only"
	}
	if host, _, err := net.SplitHostPort(r.Host); err != nil || !secure.ThisMachine(host) {
		return "the log level can be changed by way of localhost only"
	}
	for _, header := range []string{"Origin", "Referer", "Sec-Fetch-Site", "Forwarded", "X-Forwarded-For"} {
		if r.Header.Get(header) != "" {
			return "the log level can't be changed by a web page or a proxy"
		}
	}
	return ""
}
