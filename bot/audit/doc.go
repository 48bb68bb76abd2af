// Package audit is the audit trail for people outside of the bot: exports that anybody
// can verify, the comparison with Slack's audit channel, and the story of a request as
// text. It must never write to the ledger, and it holds no more than a page of the trail
// in memory.
package audit
