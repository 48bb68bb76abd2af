//go:build nethttpomithttp2

package yeastar

const withoutHTTP2 = true
