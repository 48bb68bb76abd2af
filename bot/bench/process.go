package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// process is a running candidate, alone in its process.
type process struct {
	cmd     *exec.Cmd
	started time.Time
	log     *os.File
}

// start runs a command with its output in a log file. It ends with ctx or with stop.
func start(ctx context.Context, dir, log string, environment []string, name string, args ...string) (*process, error) {
	file, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the log: %w", err)
	}
	cmd := exec.CommandContext(ctx, name, args...) //nolint:gosec // the programs that bench has built itself
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, file, file
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir}, environment...)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = patience
	p := &process{cmd: cmd, started: time.Now(), log: file}
	if err := cmd.Start(); err != nil {
		return nil, errors.Join(fmt.Errorf("start %s: %w", name, err), file.Close())
	}
	return p, nil
}

// stop ends the process as a service manager would.
func (p *process) stop() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	_ = p.cmd.Wait()
	_ = p.log.Close()
}

// tail is the end of the log, for errors.
func (p *process) tail() string {
	raw, _ := os.ReadFile(p.log.Name())
	return string(raw[max(0, len(raw)-2000):])
}

// clockTick is what /proc counts processor time in; Linux has it so on every machine that Go runs on.
const clockTick = 10 * time.Millisecond

// cpu is the processor time that the process has used, by itself and for it in the kernel.
func (p *process) cpu() (time.Duration, error) {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	if err != nil {
		return 0, fmt.Errorf("read the processor time: %w", err)
	}
	_, rest, _ := strings.Cut(string(raw), ") ") // the name before may have spaces
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0, errors.New("read the processor time: /proc/PID/stat is too short")
	}
	user, err := strconv.Atoi(fields[11])
	system, err2 := strconv.Atoi(fields[12])
	return time.Duration(user+system) * clockTick, errors.Join(err, err2)
}

// rss is the memory of the process that is in RAM, in bytes, its program file included.
func (p *process) rss() (float64, error) {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0, fmt.Errorf("read the memory: %w", err)
	}
	for line := range strings.Lines(string(raw)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kb, err := strconv.Atoi(strings.Fields(rest)[0])
			return float64(kb) * 1024, err
		}
	}
	return 0, errors.New("read the memory: /proc/PID/status has no VmRSS")
}
