package program

// root is the whole command line: everything that renewbot can do, in the order of the
// help. A new command is a line here.
func root() command {
	return command{
		name:      "renewbot",
		line:      "Renewbot renews Yeastar subscriptions from Slack",
		arguments: "[COMMAND]",
		about: `
Without a command it runs the bot. Settings come from environment variables, which
README.md lists.

To see what it does, without any account or network:  renewbot sandbox -demo
To know more about a command:                         renewbot help COMMAND

It ends with 0 when all is well, with 1 when something failed, and with 2 when the
command line or the configuration is wrong.`,
		commands: []command{
			runCommand,
			checkCommand,
			healthyCommand,
			sandboxCommand,
			auditCommand,
			backupCommand,
			restoreCommand,
			versionCommand,
			completionCommand(),
			helpCommand(),
		},
	}
}
