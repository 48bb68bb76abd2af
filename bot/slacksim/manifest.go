package slacksim

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// manifest is an app manifest; keys it does not know are refused, as Slack refuses them.
type manifest struct {
	Metadata struct {
		MajorVersion int `yaml:"major_version"`
		MinorVersion int `yaml:"minor_version"`
	} `yaml:"_metadata"`
	Display struct {
		Name            string `yaml:"name"`
		Description     string `yaml:"description"`
		LongDescription string `yaml:"long_description"`
		BackgroundColor string `yaml:"background_color"`
	} `yaml:"display_information"`
	Features struct {
		AppHome struct {
			Home     bool `yaml:"home_tab_enabled"`
			Messages bool `yaml:"messages_tab_enabled"`
			ReadOnly bool `yaml:"messages_tab_read_only_enabled"`
		} `yaml:"app_home"`
		BotUser *struct {
			DisplayName  string `yaml:"display_name"`
			AlwaysOnline bool   `yaml:"always_online"`
		} `yaml:"bot_user"`
		Commands  []manifestCommand  `yaml:"slash_commands"`
		Shortcuts []manifestShortcut `yaml:"shortcuts"`
		Unfurl    []string           `yaml:"unfurl_domains"`
	} `yaml:"features"`
	OAuth struct {
		RedirectURLs []string `yaml:"redirect_urls"`
		Scopes       struct {
			Bot  []string `yaml:"bot"`
			User []string `yaml:"user"`
		} `yaml:"scopes"`
	} `yaml:"oauth_config"`
	Settings struct {
		AllowedIPs    []string `yaml:"allowed_ip_address_ranges"`
		Interactivity struct {
			Enabled    bool   `yaml:"is_enabled"`
			RequestURL string `yaml:"request_url"`
			OptionsURL string `yaml:"message_menu_options_url"`
		} `yaml:"interactivity"`
		Events struct {
			RequestURL string   `yaml:"request_url"`
			Bot        []string `yaml:"bot_events"`
			User       []string `yaml:"user_events"`
		} `yaml:"event_subscriptions"`
		SocketMode    bool `yaml:"socket_mode_enabled"`
		OrgDeploy     bool `yaml:"org_deploy_enabled"`
		TokenRotation bool `yaml:"token_rotation_enabled"`
	} `yaml:"settings"`
}

type manifestCommand struct {
	Command      string `yaml:"command"`
	URL          string `yaml:"url"`
	Description  string `yaml:"description"`
	UsageHint    string `yaml:"usage_hint"`
	ShouldEscape bool   `yaml:"should_escape"`
}

type manifestShortcut struct {
	Name        string `yaml:"name"`
	Type        string `yaml:"type"`
	CallbackID  string `yaml:"callback_id"`
	Description string `yaml:"description"`
}

// eventScopes are the scopes without which Slack does not install an event subscription.
var eventScopes = map[string]string{
	"subteam_members_changed": "usergroups:read", "subteam_updated": "usergroups:read",
	"subteam_created": "usergroups:read", "user_change": "users:read", "team_join": "users:read",
	"member_joined_channel": "channels:read", "member_left_channel": "channels:read",
	"channel_archive": "channels:read", "channel_unarchive": "channels:read",
	"channel_rename": "channels:read", "channel_left": "channels:read", "channel_id_changed": "channels:read", "channel_shared": "channels:read",
	"group_archive": "groups:read", "group_left": "groups:read",
	"message.channels": "channels:history", "message.groups": "groups:history", "message.im": "im:history",
	"app_mention": "app_mentions:read", "reaction_added": "reactions:read",
	"app_home_opened": "", "app_uninstalled": "", "tokens_revoked": "",
}

func parseManifest(raw []byte) (*manifest, error) {
	var m manifest
	dec := yaml.NewDecoder(bytes.NewReader(raw))
	dec.KnownFields(true)
	if err := dec.Decode(&m); err != nil {
		return nil, fmt.Errorf("reading the app manifest: %w", err)
	}
	if err := m.check(); err != nil {
		return nil, fmt.Errorf("invalid_manifest: %w", err)
	}
	return &m, nil
}

// check applies the limits of Slack's manifest reference and reports all that is wrong.
func (m *manifest) check() error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	within := func(what, s string, least, most int) {
		if n := utf8.RuneCountInString(s); n < least || n > most {
			bad("%s has %d characters, %d to %d are allowed", what, n, least, most)
		}
	}
	within("display_information.name", m.Display.Name, 1, 35)
	within("display_information.description", m.Display.Description, 0, 140)
	if m.Display.LongDescription != "" {
		within("display_information.long_description", m.Display.LongDescription, 175, 4000)
	}
	if m.Features.BotUser != nil {
		within("bot_user.display_name", m.Features.BotUser.DisplayName, 1, 80)
	} else if len(m.OAuth.Scopes.Bot) > 0 {
		bad("bot scopes need features.bot_user")
	}
	if len(m.Features.Commands) > 50 {
		bad("%d slash commands, 50 are allowed", len(m.Features.Commands))
	}
	for _, c := range m.Features.Commands {
		if !strings.HasPrefix(c.Command, "/") || strings.ContainsAny(c.Command, " \t") {
			bad("command %q must start with / and have no spaces", c.Command)
		}
		within("command", c.Command, 2, 32)
		within("command description", c.Description, 1, 2000)
		within("usage_hint", c.UsageHint, 0, 1000)
	}
	if len(m.Features.Shortcuts) > 10 {
		bad("%d shortcuts, 10 are allowed", len(m.Features.Shortcuts))
	}
	for _, s := range m.Features.Shortcuts {
		within("shortcut name", s.Name, 1, 24)
		within("shortcut description", s.Description, 1, 150)
		within("shortcut callback_id", s.CallbackID, 1, 255)
		if s.Type != "global" && s.Type != "message" {
			bad("shortcut type %q is not global or message", s.Type)
		}
	}
	if len(m.Features.Commands)+len(m.Features.Shortcuts) > 0 && !m.hasScope("commands") {
		bad("slash commands and shortcuts need the scope commands")
	}
	if len(m.Features.Shortcuts) > 0 && !m.Settings.Interactivity.Enabled {
		bad("shortcuts need settings.interactivity")
	}
	if len(m.Settings.Events.Bot) > 100 {
		bad("%d bot events, 100 are allowed", len(m.Settings.Events.Bot))
	}
	for _, e := range m.Settings.Events.Bot {
		scope, known := eventScopes[e]
		if !known {
			bad("event %q is not known", e)
		} else if scope != "" && !m.hasScope(scope) {
			bad("event %s needs the scope %s", e, scope)
		}
	}
	return errors.Join(errs...)
}

func (m *manifest) hasScope(s string) bool { return slices.Contains(m.OAuth.Scopes.Bot, s) }

func (m *manifest) hasEvent(e string) bool { return slices.Contains(m.Settings.Events.Bot, e) }

func (m *manifest) command(name string) (manifestCommand, bool) {
	for _, c := range m.Features.Commands {
		if c.Command == name {
			return c, true
		}
	}
	return manifestCommand{}, false
}

func (m *manifest) shortcut(callbackID, kind string) bool {
	return slices.ContainsFunc(m.Features.Shortcuts, func(s manifestShortcut) bool {
		return s.CallbackID == callbackID && s.Type == kind
	})
}
