package program

import (
	"context"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
)

// completionCommand is a function because the scripts tell of all commands.
func completionCommand() command {
	return command{
		name:      "completion",
		line:      "print a script that lets your shell complete these commands",
		arguments: "bash|zsh|fish",
		about: `
For this session, in bash:

  source <(renewbot completion bash)

For all, as root:

  renewbot completion bash > /etc/bash_completion.d/renewbot
  renewbot completion zsh  > /usr/local/share/zsh/site-functions/_renewbot
  renewbot completion fish > /etc/fish/completions/renewbot.fish`,
		prepare: func(*flag.FlagSet) action { return completion },
	}
}

func completion(_ context.Context, c call) int {
	write := map[string]func([]place) string{"bash": bashCompletion, "zsh": zshCompletion, "fish": fishCompletion}[c.args[0]]
	if _, err := io.WriteString(c.stdout, write(places())); err != nil {
		return c.failed(err)
	}
	return exitOK
}

// place is a point of the command line: what may follow after these words.
type place struct {
	path  string // "audit export"; empty: nothing was typed yet
	words []word
	files bool // a file may follow
	flags []completedFlag
}

// word may follow and has a meaning.
type word struct{ text, about string }

// completedFlag is a flag and what its value may be.
type completedFlag struct {
	word
	value   bool     // it has one
	choices []string // nil: it is free
	files   bool
}

// places lists every point of the command line, from the table of commands.
func places() []place {
	var all []place
	var walk func(path string, c command)
	walk = func(path string, c command) {
		all = append(all, placeOf(path, c))
		for _, sub := range c.commands {
			walk(strings.TrimSpace(path+" "+sub.name), sub)
		}
	}
	walk("", root())
	for _, p := range slices.Clone(all) { // what help may be asked about
		switch {
		case p.path == "":
			i := slices.IndexFunc(all, func(at place) bool { return at.path == "help" })
			all[i].words = p.words
		case p.path != "help":
			all = append(all, place{path: "help " + p.path, words: commandsIn(p, all)})
		}
	}
	return all
}

func placeOf(path string, c command) place {
	p := place{path: path, files: strings.Trim(c.arguments, "[]") == "FILE"}
	for _, sub := range c.commands {
		p.words = append(p.words, word{sub.name, sub.line})
	}
	for _, choice := range choices(c.arguments) {
		p.words = append(p.words, word{text: choice})
	}
	c.flags().VisitAll(func(f *flag.Flag) {
		value, usage := flag.UnquoteUsage(f)
		p.flags = append(p.flags, completedFlag{
			word: word{"-" + f.Name, usage}, value: value != "", choices: choices(value), files: value == "FILE",
		})
	})
	return p
}

// commandsIn are the words of a place that are commands themselves.
func commandsIn(p place, all []place) []word {
	return slices.DeleteFunc(slices.Clone(p.words), func(w word) bool {
		return !slices.ContainsFunc(all, func(at place) bool { return at.path == p.path+" "+w.text })
	})
}

func texts(words []word) []string {
	var all []string
	for _, w := range words {
		all = append(all, w.text)
	}
	return all
}

func flagNames(p place) []string {
	var all []string
	for _, f := range p.flags {
		all = append(all, f.text)
	}
	return all
}

// quoted is a text in single quotes for a shell.
func quoted(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// paths is a pattern of the shells' case that matches every place but the first.
func paths(all []place) string {
	var list []string
	for _, p := range all {
		if p.path != "" {
			list = append(list, quoted(p.path))
		}
	}
	return strings.Join(list, "|")
}

// bashCompletion is the script for bash, without the package bash-completion.
func bashCompletion(all []place) string {
	var b strings.Builder
	fmt.Fprintf(&b, `# bash completion for renewbot, made by "renewbot completion bash"
_renewbot() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} at= next i IFS=$'\n'
    for ((i = 1; i < COMP_CWORD; i++)); do
        next="${at:+$at }${COMP_WORDS[i]}"
        case $next in
            %s) at=$next ;;
        esac
    done
    COMPREPLY=()
    case "$at $prev" in
`, paths(all))
	for _, p := range all {
		for _, f := range p.flags {
			if f.value {
				fmt.Fprintf(&b, "        %s) %s; return ;;\n", quoted(p.path+" "+f.text), bashReply(f.choices, f.files))
			}
		}
	}
	b.WriteString("    esac\n    case $at in\n")
	for _, p := range all {
		words := slices.Concat(texts(p.words), flagNames(p))
		fmt.Fprintf(&b, "        %s) %s ;;\n", quoted(p.path), bashReply(words, p.files))
	}
	b.WriteString("    esac\n}\ncomplete -F _renewbot renewbot\n")
	return b.String()
}

// bashReply offers words and files that begin with what was typed. It does without what
// bash 3.2, that of macOS, does not have.
func bashReply(words []string, files bool) string {
	var replies []string
	if len(words) > 0 {
		replies = append(replies, `COMPREPLY+=($(compgen -W $'`+strings.Join(words, `\n`)+`' -- "$cur"))`)
	}
	if files {
		replies = append(replies, `compopt -o filenames 2>/dev/null; COMPREPLY+=($(compgen -f -- "$cur"))`)
	}
	if len(replies) == 0 {
		return ":"
	}
	return strings.Join(replies, "; ")
}

// zshCompletion is the script for zsh.
func zshCompletion(all []place) string {
	var b strings.Builder
	fmt.Fprintf(&b, `#compdef renewbot
# zsh completion for renewbot, made by "renewbot completion zsh"
_renewbot() {
    local at= next i
    local -a offered
    for ((i = 2; i < CURRENT; i++)); do
        next="${at:+$at }${words[i]}"
        case $next in
            (%s) at=$next ;;
        esac
    done
    case "$at ${words[CURRENT-1]}" in
`, paths(all))
	for _, p := range all {
		for _, f := range p.flags {
			if f.value {
				fmt.Fprintf(&b, "        (%s) %s; return ;;\n", quoted(p.path+" "+f.text), zshReply(choiceWords(f.choices), f.files))
			}
		}
	}
	b.WriteString("    esac\n    case $at in\n")
	for _, p := range all {
		words := slices.Clone(p.words)
		for _, f := range p.flags {
			words = append(words, f.word)
		}
		fmt.Fprintf(&b, "        (%s) %s ;;\n", quoted(p.path), zshReply(words, p.files))
	}
	b.WriteString(`    esac
}
if [[ $funcstack[1] == _renewbot ]]; then
    _renewbot "$@"
else
    compdef _renewbot renewbot
fi
`)
	return b.String()
}

func choiceWords(choices []string) []word {
	var words []word
	for _, c := range choices {
		words = append(words, word{text: c})
	}
	return words
}

func zshReply(words []word, files bool) string {
	var replies []string
	if len(words) > 0 {
		var list []string
		for _, w := range words {
			item := strings.ReplaceAll(w.text, ":", `\:`)
			if w.about != "" {
				item += ":" + w.about
			}
			list = append(list, quoted(item))
		}
		replies = append(replies, "offered=("+strings.Join(list, " ")+"); _describe renewbot offered")
	}
	if files {
		replies = append(replies, "_files")
	}
	if len(replies) == 0 {
		return ":"
	}
	return strings.Join(replies, "; ")
}

// fishCompletion is the script for fish.
func fishCompletion(all []place) string {
	var b strings.Builder
	fmt.Fprintf(&b, `# fish completion for renewbot, made by "renewbot completion fish"
function __renewbot_at
    set -l at
    for word in (commandline -opc)[2..]
        switch (string trim -- "$at $word")
            case %s
                set at (string trim -- "$at $word")
        end
    end
    test "$at" = "$argv[1]"
end
complete -c renewbot -f
`, strings.ReplaceAll(paths(all), "|", " "))
	for _, p := range all {
		when := fmt.Sprintf("complete -c renewbot -n %s", fishQuoted("__renewbot_at "+fishQuoted(p.path)))
		for _, w := range p.words {
			fmt.Fprintf(&b, "%s -a %s%s\n", when, fishQuoted(w.text), fishAbout(w.about))
		}
		if p.files {
			fmt.Fprintf(&b, "%s -F\n", when)
		}
		for _, f := range p.flags {
			value := ""
			switch {
			case f.files:
				value = " -r -F"
			case f.choices != nil:
				value = " -x -a " + fishQuoted(strings.Join(f.choices, " "))
			case f.value:
				value = " -x"
			}
			fmt.Fprintf(&b, "%s -o %s%s%s\n", when, strings.TrimPrefix(f.text, "-"), value, fishAbout(f.about))
		}
	}
	return b.String()
}

func fishAbout(s string) string {
	if s == "" {
		return ""
	}
	return " -d " + fishQuoted(s)
}

// fishQuoted is a text in single quotes for fish, which has its own way to escape them.
func fishQuoted(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'"
}
