package slacksim

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

// obj is a JSON object.
type obj = map[string]any

// Workspace is one Slack workspace with one app installed in it. All methods may be used by several
// goroutines at once. It holds the parts that Slack has, and is itself what tests turn and look at.
type Workspace struct {
	*core
	people        *people
	channels      *channelStore
	chat          *chat
	conversations *conversations
	views         *views
	responseURLs  *responseURLs
	sockets       *sockets
	events        *events
	files         *files
	faults        *faults
	webAPI        *webAPI

	server *http.Server
}

// New returns a workspace into which the app of the manifest (YAML) is installed. It is reachable after Start.
func New(manifest []byte, opts ...WorkspaceOption) (*Workspace, error) {
	m, err := parseManifest(manifest)
	if err != nil {
		return nil, err
	}
	w := assemble(newCore(m))
	for _, opt := range opts {
		opt(w)
	}
	w.install()
	name := "bot"
	if m.Features.BotUser != nil {
		name = m.Features.BotUser.DisplayName
	}
	w.AddUser(User{ID: w.botUserID, Name: name, RealName: name, Bot: true})
	w.AddUser(User{ID: "USLACKBOT", Name: "slackbot", RealName: "Slackbot"})
	return w, nil
}

// assemble makes the parts and shows each the ones that it needs.
func assemble(c *core) *Workspace {
	w := &Workspace{core: c}
	w.faults = &faults{core: c, calls: map[string]int{}, pauses: map[string]pause{}, onTheWay: onTheWay}
	w.channels = &channelStore{core: c, byID: map[string]*channel{}}
	w.people = &people{core: c, channels: w.channels, users: map[string]*User{}, groups: map[string]*UserGroup{}}
	w.sockets = newSockets(c)
	w.events = &events{core: c, channels: w.channels, sockets: w.sockets}
	w.sockets.opened = w.events.flush
	w.chat = &chat{core: c, channels: w.channels, people: w.people}
	w.conversations = &conversations{core: c, channels: w.channels, people: w.people, chat: w.chat, events: w.events}
	w.views = newViews(c, w.people)
	w.responseURLs = &responseURLs{core: c, channels: w.channels, chat: w.chat, faults: w.faults, byPath: map[string]*responseURL{}}
	w.files = &files{core: c, channels: w.channels, chat: w.chat, faults: w.faults, byID: map[string]*File{}}
	w.chat.files = w.files
	w.webAPI = newWebAPI(c, w.faults, w.chat.methods(), w.conversations.methods(), w.people.methods(), w.views.methods(), w.sockets.methods(),
		w.files.methods())
	return w
}

// Start listens and serves until Close.
func (w *Workspace) Start() error {
	l, err := (&net.ListenConfig{}).Listen(w.ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("starting the workspace: %w", err)
	}
	w.baseURL = "http://" + l.Addr().String()
	w.server = &http.Server{Handler: w.Handler(), ReadHeaderTimeout: 10 * time.Second}
	w.wg.Go(func() { _ = w.server.Serve(l) })
	return nil
}

// Close ends every connection and waits until nothing of the workspace runs any more.
func (w *Workspace) Close() error {
	w.cancel()
	w.mu.Lock()
	conns := append([]*conn(nil), w.sockets.conns...)
	for _, s := range w.subs {
		s.close()
	}
	w.subs = map[int]*subscriber{}
	w.mu.Unlock()
	for _, c := range conns {
		c.cut()
	}
	var err error
	if w.server != nil {
		err = w.server.Close()
	}
	w.wg.Wait()
	if err != nil && !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("closing the workspace: %w", err)
	}
	return nil
}

// Handler serves the Web API, Socket Mode and response URLs, for those who bring their own listener.
func (w *Workspace) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/api/{method}", w.tracked(w.webAPI.serve))
	mux.HandleFunc("/link/", w.tracked(w.sockets.serve))
	mux.HandleFunc("/hooks/", w.tracked(w.responseURLs.serve))
	mux.HandleFunc("GET /files-pri/{file}/{name...}", w.tracked(w.files.serveFile))
	mux.HandleFunc("POST "+uploadPath+"{ticket}", w.tracked(w.files.takeUpload))
	mux.HandleFunc("GET /{$}", w.tracked(w.files.signIn))
	return mux
}

// tracked makes Close wait for a handler; the server itself forgets connections that were taken over.
func (w *Workspace) tracked(h http.HandlerFunc) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		w.mu.Lock()
		closing := w.ctx.Err() != nil
		if !closing {
			w.wg.Add(1)
		}
		w.mu.Unlock()
		if closing {
			reset(rw)
			return
		}
		defer w.wg.Done()
		h(rw, r)
	}
}

// APIURL is the Web API's root; it ends in /api/.
func (w *Workspace) APIURL() string { return w.baseURL + "/api/" }

// BotToken is the token of the installed app, xoxb-….
func (w *Workspace) BotToken() string { return w.botToken }

// AppToken is the app-level token with connections:write, xapp-1-….
func (w *Workspace) AppToken() string { return w.appToken }

// TeamID is the workspace's id, T….
func (w *Workspace) TeamID() string { return w.teamID }

// BotUserID is the id by which the app is a member of channels, U….
func (w *Workspace) BotUserID() string { return w.botUserID }

// BotID is the app's bot id, B….
func (w *Workspace) BotID() string { return w.botID }

// AppID is the app's id, A….
func (w *Workspace) AppID() string { return w.appID }

// Now is the workspace's time.
func (w *Workspace) Now() time.Time { return w.clock.Now() }
