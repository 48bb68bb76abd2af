package program

// root is the whole command line: everything that renewbot can do, in the order of the
// help. A new command is a line here.
func root() command {
	return command{
		name:      "renewbot",
		line:      "Renewbot renews Yeastar subscriptions from Slack",
		arguments: "[COMMAND]",
		about: `
First steps:

  renewbot sandbox -demo   see what it does, without any account or network
  renewbot check           see whether your settings are right
  renewbot                 run the bot
  renewbot help COMMAND    know more about a command

Settings come from environment variables, which README.md lists. A command ends with 0
when all is well, with 1 when something failed, and with 2 when the command line or the
configuration is wrong; "check" has codes of its own.`,
		commands: []command{
			runCommand,
			checkCommand,
			healthyCommand,
			sandboxCommand,
			policyCommand,
			dueCommand,
			ordersCommand,
			auditCommand,
			eventsCommand,
			backupCommand,
			restoreCommand,
			versionCommand,
			helpCommand(),
		},
	}
}
