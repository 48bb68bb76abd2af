// Package policy reads the policy file of RENEW_POLICY, says everything that is wrong with
// it at once, and finds the rule that holds for a request. It is pure: it reads no files, asks
// nobody who is in a user group, and decides nothing about a request. That is for
// renewal.Request.May, which is told what the file wants.
package policy
