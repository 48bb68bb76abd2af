package config

import (
	"errors"
	"log/slog"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"renewbot/bot/due"
	"renewbot/bot/renewal"
)

// decoded is a value, or what is wrong with the text it should come from. The Decode
// methods note the fault and return nil, since envconfig stops at the first error and
// prints the value with it.
type decoded[T any] struct {
	value T
	fault string
}

func (d *decoded[T]) wrong() string { return d.fault }

func (d *decoded[T]) refuse(fault string) { d.fault = fault }

// decoder is what every field of the environment is.
type decoder interface {
	Decode(text string) error
	wrong() string
}

const emptyFault = "is empty; give it a value, or remove it to get the default"

type number struct{ decoded[int] }

// Decode reads a whole number.
func (d *number) Decode(text string) error {
	n, err := strconv.Atoi(strings.TrimSpace(text))
	switch {
	case strings.TrimSpace(text) == "":
		d.refuse(emptyFault)
	case err != nil:
		d.refuse("is not a whole number; write digits only, such as 2")
	default:
		d.value = n
	}
	return nil
}

type boolean struct{ decoded[bool] }

// Decode reads true or false, and nothing that needs guessing.
func (d *boolean) Decode(text string) error {
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "":
		d.refuse(emptyFault)
	case "true":
		d.value = true
	case "false":
		d.value = false
	default:
		d.refuse("is neither true nor false; write one of the two")
	}
	return nil
}

type duration struct{ decoded[time.Duration] }

// Decode reads a duration such as 90m, 4h or 300d.
func (d *duration) Decode(text string) error {
	v, err := parseDuration(strings.TrimSpace(text))
	switch {
	case strings.TrimSpace(text) == "":
		d.refuse(emptyFault)
	case err != nil:
		d.refuse("is not a duration; write a number with d, h, m or s, such as 3d or 90m")
	default:
		d.value = v
	}
	return nil
}

// parseDuration is time.ParseDuration with days of 24 hours before the rest: 300d, 1d12h.
func parseDuration(text string) (time.Duration, error) {
	days, rest, found := strings.Cut(text, "d")
	if !found {
		return time.ParseDuration(text)
	}
	n, err := strconv.ParseUint(days, 10, 16) // 65,535 days are 179 years, which a duration holds
	if err != nil || rest == "" {
		return time.Duration(n) * 24 * time.Hour, err
	}
	left, err := time.ParseDuration(rest)
	if left < 0 {
		return 0, errors.New("a sign within a duration")
	}
	return time.Duration(n)*24*time.Hour + left, err
}

type poNumber struct {
	decoded[renewal.PONumberMode]
}

// Decode reads the mode of the PO number.
func (d *poNumber) Decode(text string) error {
	switch mode := renewal.PONumberMode(strings.ToLower(strings.TrimSpace(text))); mode {
	case renewal.PONumberReference, renewal.PONumberTyped:
		d.value = mode
	default:
		d.refuse("is neither reference nor typed; write one of the two")
	}
	return nil
}

type notify struct{ decoded[renewal.Notify] }

// Decode reads which direct messages people get.
func (d *notify) Decode(text string) error {
	n, ok := renewal.ParseNotify(strings.ToLower(strings.TrimSpace(text)))
	if d.value = n; !ok {
		d.refuse("is neither all, result nor none; write one of the three")
	}
	return nil
}

type weekend struct{ decoded[[]time.Weekday] }

// Decode reads days by their first three letters, or none; an empty text leaves the days
// to where people live.
func (d *weekend) Decode(text string) error {
	text = strings.ToLower(strings.TrimSpace(text))
	switch text {
	case "":
		return nil
	case "none":
		d.value = []time.Weekday{}
		return nil
	}
	var days []time.Weekday
	for name := range strings.SplitSeq(text, ",") {
		name = strings.TrimSpace(name)
		day := time.Sunday
		for day <= time.Saturday && (len(name) < 3 || !strings.HasPrefix(strings.ToLower(day.String()), name)) {
			day++
		}
		if day > time.Saturday {
			d.refuse("names something that is no day; write days such as fri,sat, or none")
			return nil
		}
		if !slices.Contains(days, day) {
			days = append(days, day)
		}
	}
	if len(days) > 6 {
		d.refuse("has every day of the week, so nobody would ever be reminded; leave one out")
		return nil
	}
	d.value = days
	return nil
}

type logLevel struct{ decoded[slog.Level] }

// Decode reads one of slog's four levels.
func (d *logLevel) Decode(text string) error {
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "debug":
		d.value = slog.LevelDebug
	case "info":
		d.value = slog.LevelInfo
	case "warn":
		d.value = slog.LevelWarn
	case "error":
		d.value = slog.LevelError
	default:
		d.refuse("is not a log level; write debug, info, warn or error")
	}
	return nil
}

type logFormat struct{ decoded[string] }

// Decode reads the form of the log's lines.
func (d *logFormat) Decode(text string) error {
	switch format := strings.ToLower(strings.TrimSpace(text)); format {
	case LogJSON, LogText:
		d.value = format
	default:
		d.refuse("is neither json nor text; write one of the two")
	}
	return nil
}

type listenAddr struct{ decoded[string] }

// Decode reads host:port; an empty text stands for no listener.
func (d *listenAddr) Decode(text string) error {
	addr := strings.TrimSpace(text)
	if addr == "" {
		return nil
	}
	if !listenable(addr) {
		d.refuse("is not an address to listen on; write host:port, such as 127.0.0.1:9090, or leave it empty to switch it off")
		return nil
	}
	d.value = addr
	return nil
}

func listenable(addr string) bool {
	host, port, err := net.SplitHostPort(addr)
	if err != nil || strings.ContainsAny(host, "/@ ") {
		return false
	}
	_, err = strconv.ParseUint(port, 10, 16)
	return err == nil
}

type userAgent struct{ decoded[string] }

const maxUserAgent = 256 // characters; far more than any server wants to read

// Decode reads a header's value.
func (d *userAgent) Decode(text string) error {
	agent := strings.TrimSpace(text)
	switch {
	case agent == "":
		d.refuse("is empty, but the vendor wants it on every call; remove it to get the default")
	case len(agent) > maxUserAgent || !printable(agent):
		d.refuse("cannot be sent as a header; use up to 256 printable ASCII characters")
	default:
		d.value = agent
	}
	return nil
}

// printable says whether a text is of ASCII characters that can be seen, and spaces.
func printable(text string) bool {
	for i := range len(text) {
		if text[i] < ' ' || text[i] > '~' {
			return false
		}
	}
	return true
}

type digest struct{ decoded[due.Schedule] }

// Decode reads when and where the digest of renewals due is told.
func (d *digest) Decode(text string) error {
	v, err := due.ParseSchedule(text)
	if err != nil {
		d.refuse(err.Error())
	}
	d.value = v
	return nil
}
