package main

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// The Bolt app, whose packages are installed from npm.
var (
	//go:embed bolt/app.js
	boltApp []byte
	//go:embed bolt/package.json
	boltPackage []byte
)

// built is how a release is built; the Makefile says why.
var built = []string{
	"build", "-trimpath", "-ldflags=-s -w", "-tags=nopgxregisterdefaulttypes,nethttpomithttp2",
	"-gcflags=renewbot/bot/slacksim/...=-l", "-gcflags=renewbot/bot/sandbox/...=-l", "-gcflags=renewbot/yeastar/yeastarsim/...=-l",
}

// build makes the candidates below dir, the product first or alone. Notes say what could not be made.
func build(ctx context.Context, dir string, alone bool) (all []*candidate, notes []string, err error) {
	root, err := tool(ctx, "", nil, "go", "list", "-m", "-f", "{{.Dir}}")
	if err != nil {
		return nil, nil, err
	}
	product := &candidate{name: nameProduct, sockets: 2, searches: true, orders: true, product: true}
	floor := &candidate{name: nameFloor, sockets: 1}
	for _, c := range []struct {
		*candidate
		directory, source string
	}{{product, "product", "."}, {floor, "floor", "./bot/bench/floor"}} {
		c.dir = filepath.Join(dir, c.directory)
		c.binary = filepath.Join(dir, c.directory+"-binary")
		c.candidate.program = []string{c.binary}
		if err := os.Mkdir(c.dir, 0o700); err != nil {
			return nil, nil, fmt.Errorf("make a directory: %w", err)
		}
		_, err := tool(ctx, root, []string{"CGO_ENABLED=0"}, "go", slices.Concat(built, []string{"-o", c.binary, c.source})...)
		if err != nil {
			return nil, nil, err
		}
	}
	if alone {
		return []*candidate{product}, nil, nil
	}
	all = []*candidate{product, floor}
	bolt, err := makeBolt(ctx, filepath.Join(root, "bin", "bench-bolt"), filepath.Join(dir, "bolt"))
	if err != nil {
		return all, []string{"Bolt was not measured: " + err.Error()}, ctx.Err()
	}
	return append(all, bolt), nil, nil
}

// makeBolt makes the Bolt app in dir. Its packages are kept, because SQLite is compiled when they are installed, which takes
// minutes.
func makeBolt(ctx context.Context, packages, dir string) (*candidate, error) {
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make a directory: %w", err)
	}
	installed := filepath.Join(packages, "installed.json") // the package.json that they were installed by
	if was, err := os.ReadFile(installed); err != nil || !bytes.Equal(was, boltPackage) {
		if err := installBolt(ctx, packages, installed); err != nil {
			return nil, err
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "app.js"), boltApp, 0o600); err != nil {
		return nil, fmt.Errorf("write Bolt's app: %w", err)
	}
	if err := os.Symlink(filepath.Join(packages, "node_modules"), filepath.Join(dir, "node_modules")); err != nil {
		return nil, fmt.Errorf("link Bolt's packages: %w", err)
	}
	return &candidate{name: nameBolt, sockets: 1, searches: true, orders: true, dir: dir, program: []string{"node", "app.js"}}, nil
}

// installBolt installs Bolt's packages from npm.
func installBolt(ctx context.Context, packages, installed string) error {
	if err := os.RemoveAll(packages); err != nil {
		return fmt.Errorf("remove Bolt's old packages: %w", err)
	}
	if err := os.MkdirAll(packages, 0o700); err != nil {
		return fmt.Errorf("make a directory: %w", err)
	}
	if err := os.WriteFile(filepath.Join(packages, "package.json"), boltPackage, 0o600); err != nil {
		return fmt.Errorf("write Bolt's package.json: %w", err)
	}
	_, err := tool(ctx, packages, []string{"npm_config_jobs=max"}, "npm", "install", "--no-audit", "--no-fund", "--no-package-lock")
	if err != nil {
		return err
	}
	// Where npm runs no scripts of packages, SQLite is not there.
	if _, err := tool(ctx, packages, nil, "node", "-e", `new (require("better-sqlite3"))(":memory:")`); err != nil {
		return err
	}
	if err := os.WriteFile(installed, boltPackage, 0o600); err != nil {
		return fmt.Errorf("write what is installed: %w", err)
	}
	return nil
}
