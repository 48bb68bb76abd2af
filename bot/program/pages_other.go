//go:build !linux

package program

func letGo() {}
