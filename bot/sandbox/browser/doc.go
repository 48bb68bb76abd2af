// Package browser tests the sandbox's page in a real browser: what people see, click,
// type and hear of it. It has nothing but tests, and nothing may import it.
package browser
