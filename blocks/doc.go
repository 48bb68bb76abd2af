// Package blocks turns domain values into Block Kit views and messages. It is pure:
// no I/O, no clock, nothing but slack-go's block types, the domain and the vendor's
// data types. It decides nothing and never sends anything.
//
// Every limit of Slack is kept here, so that callers may pass whatever the vendor or
// a person wrote. The rule for such outside text, kept by text.go alone:
//
//   - It is one line of valid UTF-8: white space and control characters become single
//     spaces, invisible direction controls go, right-to-left words are isolated so that
//     they cannot move the numbers beside them.
//   - It is cut between characters, with an ellipsis, measured in UTF-16 units, which
//     are never fewer than the runes.
//   - Where the whole text is outside text it stands in plain_text with emoji off.
//     Beside our own words it passes through outside, which escapes & < > and puts a
//     word joiner (U+2060) into whatever Slack would format: * _ ~ `, :emoji:, @names,
//     bare links and quotes. All mrkdwn is verbatim, so that addresses and numbers
//     that people copy (copyable) go without the joiners in links and names.
//   - What callers pass is plain text, also their own sentences. Whoever is to be
//     mentioned in one stands in a renewal.Sentence by their id.
//
// A message's top-level Text is all that a notification and a screen reader give, so
// it always says who, what, for whom, how much, the state, and whether anything was
// ordered. People who should act are mentioned in new thread lines, never in a
// message that is drawn again.
package blocks
