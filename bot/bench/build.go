package main

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
)

// The Bolt app, which is installed from npm for each run.
var (
	//go:embed bolt/app.js
	boltApp []byte
	//go:embed bolt/package.json
	boltPackage []byte
)

// tags are those of a release.
const tags = "-tags=nopgxregisterdefaulttypes"

// build makes the candidates below dir, the product first. Notes say what could not be made.
func build(ctx context.Context, dir string) (all []*candidate, notes []string, err error) {
	root, err := tool(ctx, "", nil, "go", "list", "-m", "-f", "{{.Dir}}")
	if err != nil {
		return nil, nil, err
	}
	product := &candidate{name: nameProduct, sockets: 2, searches: true, product: true}
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
		_, err := tool(ctx, root, []string{"CGO_ENABLED=0"}, "go", "build", "-trimpath", tags, "-ldflags", "-s -w", "-o", c.binary, c.source)
		if err != nil {
			return nil, nil, err
		}
	}
	all = []*candidate{product, floor}
	bolt, err := installBolt(ctx, filepath.Join(dir, "bolt"))
	if err != nil {
		return all, []string{"Bolt was not measured: " + err.Error()}, ctx.Err()
	}
	return append(all, bolt), nil, nil
}

// installBolt installs Bolt from npm into dir.
func installBolt(ctx context.Context, dir string) (*candidate, error) {
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make a directory: %w", err)
	}
	for name, content := range map[string][]byte{"app.js": boltApp, "package.json": boltPackage} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			return nil, fmt.Errorf("write Bolt's app: %w", err)
		}
	}
	_, err := tool(ctx, dir, nil, "npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts")
	if err != nil {
		return nil, err
	}
	return &candidate{name: nameBolt, sockets: 1, searches: true, dir: dir, program: []string{"node", "app.js"}}, nil
}
