// Package riverdb is everything of River that lies below its public API: its driver's
// interface, which River calls unstable and not for user code, and its tables. Nothing
// else in this program imports package riverdriver or names a table of River's, and a
// test here fails when River's version or the columns that are used here change.
//
// Each use has its reason at its declaration. They are three: jobs start in memory where
// the database cannot tell of them (NewSQLite, NewPostgres), jobs become due by a clock that is not
// the real one (MakeDue), and jobs of dead processes are taken over at once, where River
// itself waits for longer than the longest job runs (the statements).
package riverdb
