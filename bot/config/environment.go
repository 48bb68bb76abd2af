package config

import (
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/kelseyhightower/envconfig"
)

// environment is what envconfig fills. It has no field with envconfig's own "required",
// which an empty value passes and which ends the reading at the first gap; "must" is
// for the documentation, and Validate enforces it.
type environment struct {
	SlackBotToken secretText `envconfig:"SLACK_BOT_TOKEN" must:"true" help:"the app's bot token (xoxb-…)"`
	SlackAppToken secretText `envconfig:"SLACK_APP_TOKEN" must:"true" help:"the app-level token (xapp-…) with connections:write"`
	SlackAPIURL   address    `envconfig:"SLACK_API_URL" default:"https://slack.com/api/" help:"root of Slack's Web API"`

	YeastarClientID     secretText `envconfig:"YEASTAR_CLIENT_ID" must:"true" help:"client id of the Partner Portal API"`
	YeastarClientSecret secretText `envconfig:"YEASTAR_CLIENT_SECRET" must:"true" help:"client secret of the Partner Portal API"`
	YeastarBaseURL      address    `envconfig:"YEASTAR_BASE_URL" default:"https://openapi.partner.yeastar.com" help:"root of the Partner API"`
	YeastarUserAgent    userAgent  `envconfig:"YEASTAR_USER_AGENT" default:"OpenAPI" help:"User-Agent header, which the vendor wants on every call"`
	YeastarProducts     products   `envconfig:"YEASTAR_PRODUCTS" help:"keys of all products that are offered, comma-separated; empty: those that the vendor documents wholly"`

	RenewApprovers         people   `envconfig:"RENEW_APPROVERS" must:"true" help:"who approves: user ids (U…) and user-group ids (S…), comma-separated"`
	RenewRequesters        people   `envconfig:"RENEW_REQUESTERS" help:"who may request, in the same form; empty: every full member"`
	RenewChannels          channels `envconfig:"RENEW_CHANNELS" help:"ids of the channels in which a request may be posted, comma-separated; empty: any channel the bot is in"`
	RenewAuditChannel      channels `envconfig:"RENEW_AUDIT_CHANNEL" must:"true" help:"id of the channel that keeps the audit trail"`
	RenewApprovalsRequired number   `envconfig:"RENEW_APPROVALS_REQUIRED" default:"1" help:"how many different approvers a request needs"`
	RenewPolicy            path     `envconfig:"RENEW_POLICY" help:"path of the policy file (YAML): which renewals take which approvers, in which steps, and what may be spent; empty: RENEW_APPROVERS and RENEW_APPROVALS_REQUIRED alone"`
	RenewSelfApproval      boolean  `envconfig:"RENEW_SELF_APPROVAL" default:"false" help:"true: a requester who is an approver may approve their own request"`
	RenewRemindAfter       duration `envconfig:"RENEW_REMIND_AFTER" default:"4h" help:"when approvers are reminded of a waiting request"`
	RenewExpireAfter       duration `envconfig:"RENEW_EXPIRE_AFTER" default:"72h" help:"when a waiting request times out"`
	RenewWeekend           weekend  `envconfig:"RENEW_WEEKEND" help:"days on which nobody is reminded, such as fri,sat; none: every day is a working day; empty: by the person's time zone and language, elsewhere sat,sun"`
	RenewRepeatWithin      duration `envconfig:"RENEW_REPEAT_WITHIN" default:"300d" help:"an order for the same package younger than this must be explained by whoever asks for another one; after one for several years it is longer by all but the first, and after one for a month at most 25 days"`
	RenewOrderAhead        duration `envconfig:"RENEW_ORDER_AHEAD" default:"90d" help:"how far ahead the day may be on which an order is to be placed"`
	RenewNotify            notify   `envconfig:"RENEW_NOTIFY" default:"all" help:"which direct messages people get who have not typed /renew notify: all, result (what became of a request, and reminders) or none (nothing but what waits for them alone)"`
	RenewDigest            digest   `envconfig:"RENEW_DIGEST" help:"channel, days and time of the digest of renewals due, such as C0123ABCD@mon 09:00 Europe/Madrid (days: mon,thu or daily); empty: none"`
	RenewPONumber          poNumber `envconfig:"RENEW_PO_NUMBER" default:"reference" help:"what the order carries as PO number: reference (the typed number and the request's reference, so that a lost answer can be found again) or typed (only what was typed)"`
	RenewLookupTTL         duration `envconfig:"RENEW_LOOKUP_TTL" default:"5m" help:"age at which a cached look-up is refreshed in the background"`
	RenewDryRun            boolean  `envconfig:"RENEW_DRY_RUN" default:"false" help:"true: do everything but place the order, and say so on every card"`

	EventsURL     secretText `envconfig:"RENEW_EVENTS_URL" help:"https address to which signed events are sent; empty: none are"`
	EventsSecret  secretText `envconfig:"RENEW_EVENTS_SECRET" help:"the key that signs events, whsec_… as Standard Webhooks has it; the receiver has the same"`
	EventsPrivate boolean    `envconfig:"RENEW_EVENTS_PRIVATE" default:"false" help:"true: events may go to a private address, by a proxy, and without TLS"`

	DatabaseURL secretText `envconfig:"DATABASE_URL" default:"sqlite:renewbot.db" help:"sqlite:relative, sqlite:///absolute or postgres://…"`
	HTTPAddr    listenAddr `envconfig:"HTTP_ADDR" default:"127.0.0.1:9090" help:"where /healthz, /readyz, /metrics and /loglevel answer; empty: nowhere"`
	LogLevel    logLevel   `envconfig:"LOG_LEVEL" default:"info" help:"debug, info, warn or error"`
	LogFormat   logFormat  `envconfig:"LOG_FORMAT" default:"json" help:"json or text"`
}

// Variable describes a variable of the environment for the documentation.
type Variable struct {
	Name     string
	Default  string
	Required bool
	Secret   bool // may be given as a file: Name_FILE
	Help     string
}

// Variables lists every variable in the order of the documentation.
func Variables() []Variable {
	var list []Variable
	for field := range reflect.TypeFor[environment]().Fields() {
		list = append(list, Variable{
			Name:     field.Tag.Get("envconfig"),
			Default:  field.Tag.Get("default"),
			Required: field.Tag.Get("must") == "true",
			Secret:   field.Type == reflect.TypeFor[secretText](),
			Help:     field.Tag.Get("help"),
		})
	}
	return list
}

// Load reads the environment. Its error is of type Problems and lists all that is wrong.
func Load() (Config, error) {
	c, problems, err := read()
	if err != nil {
		return Config{}, err
	}
	problems = append(problems, unknown()...)
	checkProxy(&problems)
	if err := problems.inOrder().orNil(); err != nil {
		return Config{}, err
	}
	return c, nil
}

// LoadOnly reads the environment for what needs a few variables, such as a look at the
// ledger: it does not matter whether the others are there and right. Its error is of
// type Problems and lists what is wrong with those few.
func LoadOnly(variables ...string) (Config, error) {
	c, problems, err := read()
	if err != nil {
		return Config{}, err
	}
	problems = slices.DeleteFunc(problems, func(p Problem) bool {
		return !slices.Contains(variables, strings.TrimSuffix(p.Variable, "_FILE"))
	})
	if err := problems.inOrder().orNil(); err != nil {
		return Config{}, err
	}
	return c, nil
}

// read reads the variables and what is wrong with them.
func read() (Config, Problems, error) {
	var e environment
	if err := envconfig.Process("", &e); err != nil {
		// No Decode fails, so this is a mistake in the struct above; the error is
		// not passed on because envconfig puts the value into it.
		return Config{}, nil, fmt.Errorf("read the environment: %T", err)
	}
	problems := e.decoded()
	c := e.config()
	c.readPolicy(&problems)
	c.check(&problems)
	return c, problems, nil
}

// decoded reads the secrets that are in files and lists what could not be decoded.
func (e *environment) decoded() Problems {
	var problems Problems
	for field, value := range reflect.ValueOf(e).Elem().Fields() {
		name := field.Tag.Get("envconfig")
		if secret, ok := reflect.TypeAssert[*secretText](value.Addr()); ok {
			secret.orFile(name, &problems)
		}
		if d, ok := reflect.TypeAssert[decoder](value.Addr()); !ok {
			panic("config: " + name + " has no decoder of ours")
		} else if d.wrong() != "" {
			problems.add(name, d.wrong())
		}
	}
	return problems
}

// unknown finds misspelt variables: RENEW_DRYRUN=true would order for real.
func unknown() Problems {
	known := map[string]bool{}
	for _, v := range Variables() {
		known[v.Name] = true
		known[v.Name+"_FILE"] = v.Secret
	}
	var problems Problems
	for _, entry := range os.Environ() {
		name, _, _ := strings.Cut(entry, "=")
		if strings.HasPrefix(name, "RENEW_") && !known[name] {
			problems.add(name, "is not a variable of Renewbot; correct its name or remove it")
		}
	}
	return problems
}

func (e *environment) config() Config {
	return Config{
		Slack: Slack{
			BotToken: e.SlackBotToken.value,
			AppToken: e.SlackAppToken.value,
			APIURL:   e.SlackAPIURL.value + "/",
		},
		Yeastar: Yeastar{
			ClientID:     e.YeastarClientID.value,
			ClientSecret: e.YeastarClientSecret.value,
			BaseURL:      e.YeastarBaseURL.value,
			UserAgent:    e.YeastarUserAgent.value,
		},
		Products: e.YeastarProducts.rows(),
		Renew: Renew{
			Approvers:         e.RenewApprovers.value,
			Requesters:        e.RenewRequesters.value,
			Channels:          e.RenewChannels.value,
			AuditChannel:      strings.Join(e.RenewAuditChannel.value, ","),
			ApprovalsRequired: e.RenewApprovalsRequired.value,
			PolicyFile:        e.RenewPolicy.value,
			SelfApproval:      e.RenewSelfApproval.value,
			RemindAfter:       e.RenewRemindAfter.value,
			ExpireAfter:       e.RenewExpireAfter.value,
			Weekend:           e.RenewWeekend.value,
			RepeatWithin:      e.RenewRepeatWithin.value,
			OrderAhead:        e.RenewOrderAhead.value,
			Digest:            e.RenewDigest.value,
			PONumber:          e.RenewPONumber.value,
			Notify:            e.RenewNotify.value,
			LookupTTL:         e.RenewLookupTTL.value,
			DryRun:            e.RenewDryRun.value,
		},
		Events:      Events{URL: e.EventsURL.value, Secret: e.EventsSecret.value, Private: e.EventsPrivate.value},
		DatabaseURL: e.DatabaseURL.value,
		HTTPAddr:    e.HTTPAddr.value,
		LogLevel:    e.LogLevel.value,
		LogFormat:   e.LogFormat.value,
	}
}
