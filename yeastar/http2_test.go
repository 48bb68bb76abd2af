//go:build !nethttpomithttp2

package yeastar

// withoutHTTP2 says whether the program is built without it, as a release is.
const withoutHTTP2 = false
