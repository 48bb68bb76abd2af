package program

import (
	"context"
	"flag"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// helpCommand is a function because help itself looks at all commands.
func helpCommand() command {
	return command{
		name:      "help",
		line:      "say what a command does and how it is used",
		arguments: "[COMMAND] [COMMAND]",
		about:     `Try "renewbot help sandbox".`,
		prepare:   func(*flag.FlagSet) action { return help },
	}
}

// help prints the help of the command that the arguments name.
func help(_ context.Context, c call) int {
	at, name := root(), "renewbot"
	for _, word := range c.args {
		next, ok := at.find(word)
		if !ok {
			return call{name: name, stderr: c.stderr}.misused("there is no command %q", word)
		}
		at, name = next, name+" "+word
	}
	_, _ = io.WriteString(c.stdout, at.help(name))
	return exitOK
}

// help is the text about a command; name is how it is typed.
func (c command) help(name string) string {
	var b strings.Builder
	b.WriteString(sentence(c.line) + "\n\nUsage:\n\n  " + name)
	flags := c.flags()
	some := false
	flags.VisitAll(func(*flag.Flag) { some = true })
	if some {
		b.WriteString(" [flags]")
	}
	if c.arguments != "" {
		b.WriteString(" " + c.arguments)
	}
	if len(c.commands) > 0 {
		b.WriteString("\n\nCommands:\n\n")
		table := tabwriter.NewWriter(&b, 0, 0, 3, ' ', 0)
		for _, sub := range c.commands {
			_, _ = fmt.Fprintf(table, "  %s\t%s\n", sub.name, sub.line)
		}
		_ = table.Flush() // a strings.Builder takes everything
	} else {
		b.WriteString("\n")
	}
	if some {
		b.WriteString("\nFlags:\n\n")
		table := tabwriter.NewWriter(&b, 0, 0, 3, ' ', 0)
		flags.VisitAll(func(f *flag.Flag) {
			value, usage := flag.UnquoteUsage(f)
			_, _ = fmt.Fprintf(table, "  %s\t%s\n", strings.TrimSpace("-"+f.Name+" "+value), usage)
		})
		_ = table.Flush()
	}
	if c.about != "" {
		b.WriteString("\n" + strings.TrimSpace(c.about) + "\n")
	}
	return b.String()
}

// sentence is a line of the table as a sentence.
func sentence(line string) string {
	return strings.ToUpper(line[:1]) + line[1:] + "."
}
