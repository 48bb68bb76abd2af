package slacksim

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// obj is a JSON object.
type obj = map[string]any

// Workspace is one Slack workspace with one app installed in it. All methods may be used by several
// goroutines at once.
type Workspace struct {
	manifest *manifest
	clock    Clock
	addr     string

	botToken, appToken              string
	teamID, teamDomain, teamName    string
	enterpriseID, enterpriseName    string
	appID, botID, botUserID         string
	ackTimeout, pingEvery, pongWait time.Duration

	mu            sync.Mutex // guards everything below
	rng           *mathrand.Rand
	users         map[string]*User
	userOrder     []string
	groups        map[string]*UserGroup
	groupOrder    []string
	channels      map[string]*channel
	channelOrder  []string
	ephemerals    []*Message
	views         map[string]*view
	stacks        map[string][]*view // by user, the root first
	homes         map[string]*view   // by user
	triggers      map[string]*trigger
	hooks         map[string]*hook
	conns         []*conn
	connSeq       int
	tickets       map[string]bool
	deliveries    map[string]*delivery
	undelivered   []*event
	eventSeq      int
	envFaults     []*envelopeScript
	faults        []*faultScript
	calls         map[string]int
	buckets       map[string][]time.Time
	journal       []*Entry
	entries       int           // recorded so far
	recorded      chan struct{} // closed and replaced at every entry
	violations    []string
	lastTS        int64
	triggerErrors TriggerErrors
	stateAsArray  bool
	editWindow    time.Duration
	noGroups      bool
	rateLimits    bool
	revoked       bool
	socketsOff    bool

	version  uint64
	named    uint64        // version at which a user, group or channel last changed
	changed  chan struct{} // closed and replaced at every change
	snapshot *Snapshot     // of version, nil until asked for
	subs     map[int]*subscriber
	subSeq   int
	watchers map[int]func(Entry)
	watchSeq int

	memory                                         int // how much of what is past is kept; 0: everything
	oldTriggers, oldHooks, oldViews, oldDeliveries trail

	server  *http.Server
	baseURL string
	ctx     context.Context // ends when the workspace is closed
	cancel  context.CancelFunc
	wg      sync.WaitGroup
}

// New returns a workspace into which the app of the manifest (YAML) is installed. It is reachable after Start.
func New(manifest []byte, opts ...WorkspaceOption) (*Workspace, error) {
	m, err := parseManifest(manifest)
	if err != nil {
		return nil, err
	}
	w := &Workspace{
		manifest: m, clock: realClock{}, addr: "127.0.0.1:0",
		teamID: "T0ACME", teamDomain: "acme", teamName: "Acme",
		ackTimeout: 3 * time.Second, pingEvery: 5 * time.Second, pongWait: 15 * time.Second,
		rng:   mathrand.New(mathrand.NewPCG(mathrand.Uint64(), mathrand.Uint64())),
		users: map[string]*User{}, groups: map[string]*UserGroup{}, channels: map[string]*channel{},
		views: map[string]*view{}, stacks: map[string][]*view{}, homes: map[string]*view{},
		triggers: map[string]*trigger{}, hooks: map[string]*hook{}, tickets: map[string]bool{},
		deliveries: map[string]*delivery{}, calls: map[string]int{}, buckets: map[string][]time.Time{},
		changed: make(chan struct{}), recorded: make(chan struct{}), subs: map[int]*subscriber{},
		watchers: map[int]func(Entry){},
	}
	w.ctx, w.cancel = context.WithCancel(context.Background())
	for _, opt := range opts {
		opt(w)
	}
	w.appID, w.botID, w.botUserID = w.newID("A0"), w.newID("B0"), w.newID("U0")
	if w.botToken == "" {
		w.botToken = "xoxb-" + digits(12) + "-" + digits(12) + "-" + secret(12)
	}
	if w.appToken == "" {
		w.appToken = "xapp-1-" + w.appID + "-" + digits(13) + "-" + secret(32)
	}
	name := "bot"
	if m.Features.BotUser != nil {
		name = m.Features.BotUser.DisplayName
	}
	w.AddUser(User{ID: w.botUserID, Name: name, RealName: name, Bot: true})
	w.AddUser(User{ID: "USLACKBOT", Name: "slackbot", RealName: "Slackbot"})
	return w, nil
}

// Start listens and serves until Close.
func (w *Workspace) Start() error {
	l, err := (&net.ListenConfig{}).Listen(w.ctx, "tcp", w.addr)
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
	conns := append([]*conn(nil), w.conns...)
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
	mux.HandleFunc("/api/{method}", w.tracked(w.serveAPI))
	mux.HandleFunc("/link/", w.tracked(w.serveSocket))
	mux.HandleFunc("/hooks/", w.tracked(w.serveHook))
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

func (w *Workspace) locked(f func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	f()
}

const idAlphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"

// newID makes an id of Slack's look: a prefix and nine capitals or digits.
func (w *Workspace) newID(prefix string) string {
	var b strings.Builder
	b.WriteString(prefix)
	for range 9 {
		b.WriteByte(idAlphabet[w.rng.IntN(len(idAlphabet))])
	}
	return b.String()
}

// hexID makes n bytes of random hexadecimal digits from the workspace's own source.
func (w *Workspace) hexID(n int) string {
	const hexDigits = "0123456789abcdef"
	b := make([]byte, 2*n)
	for i := range b {
		b[i] = hexDigits[w.rng.IntN(16)]
	}
	return string(b)
}

// newTS makes the next message timestamp: the clock's time, and later than every one before it.
func (w *Workspace) newTS() string {
	t := max(w.clock.Now().UnixMicro(), w.lastTS+1)
	w.lastTS = t
	return fmt.Sprintf("%d.%06d", t/1_000_000, t%1_000_000)
}

func digits(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	for i := range b {
		b[i] = '1' + b[i]%9
	}
	return string(b)
}

func secret(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return hex.EncodeToString(b)
}
