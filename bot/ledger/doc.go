// Package ledger keeps what must not be lost: renewal requests, order attempts, the
// audit trail, references to Slack posts, and the jobs that follow a change. It saves
// what package renewal decides and decides nothing itself; it never talks to Slack or
// to the vendor, and nothing else in the program writes its tables (package year does, where
// something is measured).
//
// A change is one transaction: the request (guarded by its version), its attempts, its
// audit entry and its jobs are all saved or none is. Entries are never changed or
// removed: triggers refuse it, and a chain of hashes shows it (see Hash).
//
// SQL statements are shared by all engines. What differs between them is behind the
// engine interface, and what River does not offer to its users is in package riverdb.
// SQLite serves exactly one process, which a lock on a file beside the database enforces;
// PostgreSQL serves several.
package ledger
