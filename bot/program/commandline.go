package program

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
)

// The exit codes.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2 // the command line or the configuration is wrong
)

// command is a word of the command line and what stands behind it. Either prepare or
// commands is set.
type command struct {
	name string
	line string // what it does, in one line of the help
	// arguments are what follows the flags: "FILE" must be given, "[COMMAND]" may.
	arguments string
	about     string // what a newcomer must know to use it
	// prepare declares the flags and returns what runs once they are read. In a flag's
	// usage the name in backquotes stands for its value, as it does for arguments.
	prepare  func(*flag.FlagSet) action
	commands []command
}

// action does what a command is for and returns the exit code.
type action func(context.Context, call) int

// call is one run of a command.
type call struct {
	name           string // as typed: renewbot audit export
	args           []string
	stdout, stderr io.Writer
}

// failed says why a command could not do what it is for.
func (c call) failed(err error) int {
	_, _ = fmt.Fprintf(c.stderr, "%s: %v\n", c.name, err)
	return exitFailed
}

// misused says what is wrong with the command line or the configuration.
func (c call) misused(format string, args ...any) int {
	_, _ = fmt.Fprintf(c.stderr, "%s: %s\nRun \"%s\" for its usage.\n", c.name, fmt.Sprintf(format, args...), c.helpCommand())
	return exitUsage
}

func (c call) helpCommand() string {
	program, command, _ := strings.Cut(c.name, " ")
	return strings.TrimSpace(program + " help " + command)
}

// dispatch finds the command that the words name, reads its flags and runs it. Without
// any words it is the run command.
func dispatch(ctx context.Context, words []string, stdout, stderr io.Writer) int {
	c := call{name: "renewbot", stdout: stdout, stderr: stderr}
	at := root()
	if len(words) == 0 {
		words = []string{"run"}
	}
	for at.prepare == nil {
		switch {
		case len(words) == 0:
			return c.misused("it needs to be told what to do: %s", strings.Join(at.names(), ", "))
		case slices.Contains([]string{"-h", "-help", "--help"}, words[0]):
			_, _ = io.WriteString(stdout, at.help(c.name))
			return exitOK
		}
		next, ok := at.find(words[0])
		if !ok {
			return c.misused("there is no command %q", words[0])
		}
		c.name += " " + next.name
		at, words = next, words[1:]
	}
	flags := flag.NewFlagSet(c.name, flag.ContinueOnError)
	flags.SetOutput(io.Discard) // what is wrong is said below
	do := at.prepare(flags)
	args, err := parse(flags, words)
	switch {
	case errors.Is(err, flag.ErrHelp):
		_, _ = io.WriteString(stdout, at.help(c.name))
		return exitOK
	case err != nil:
		return c.misused("%v", err)
	}
	if problem := at.arity(args); problem != "" {
		return c.misused("%s", problem)
	}
	c.args = args
	return do(ctx, c)
}

// parse reads flags wherever they stand and returns what is none.
func parse(flags *flag.FlagSet, words []string) ([]string, error) {
	var args []string
	for {
		if err := flags.Parse(words); err != nil {
			return nil, err
		}
		if flags.NArg() == 0 {
			return args, nil
		}
		args, words = append(args, flags.Arg(0)), flags.Args()[1:]
	}
}

// arity says what is wrong with the number of arguments.
func (c command) arity(args []string) string {
	wanted := strings.Fields(c.arguments)
	for i, w := range wanted {
		if i >= len(args) {
			if strings.HasPrefix(w, "[") {
				return ""
			}
			return w + " is missing"
		}
	}
	switch {
	case len(args) > len(wanted) && len(wanted) == 0:
		return c.name + " takes no arguments"
	case len(args) > len(wanted):
		return fmt.Sprintf("%q is one argument too many", args[len(wanted)])
	}
	return ""
}

func (c command) find(name string) (command, bool) {
	i := slices.IndexFunc(c.commands, func(sub command) bool { return sub.name == name })
	if i < 0 {
		return command{}, false
	}
	return c.commands[i], true
}

func (c command) names() []string {
	var names []string
	for _, sub := range c.commands {
		names = append(names, sub.name)
	}
	return names
}

// flags are the command's flags with their defaults.
func (c command) flags() *flag.FlagSet {
	flags := flag.NewFlagSet(c.name, flag.ContinueOnError)
	if c.prepare != nil {
		c.prepare(flags)
	}
	return flags
}
