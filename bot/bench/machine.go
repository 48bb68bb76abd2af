package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
)

// machine describes where the figures are from, without any name.
func machine(ctx context.Context) string {
	node, err := tool(ctx, "", nil, "node", "--version")
	if err != nil {
		node = "none"
	}
	memory := ""
	if kb, err := strconv.ParseFloat(strings.TrimSuffix(procField("/proc/meminfo", "MemTotal"), " kB"), 64); err == nil {
		memory = fmt.Sprintf(", %.0f GB of memory", kb*1024/1e9)
	}
	return fmt.Sprintf("%d × %s%s; %s/%s, %s, Node %s", runtime.NumCPU(), procField("/proc/cpuinfo", "model name"), memory,
		runtime.GOOS, runtime.GOARCH, runtime.Version(), strings.TrimPrefix(node, "v"))
}

// procField is the first field of a name in a file of "name: value" lines; "unknown" without one.
func procField(file, name string) string {
	raw, err := os.ReadFile(file)
	if err != nil {
		return "unknown"
	}
	for line := range strings.Lines(string(raw)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return "unknown"
}
