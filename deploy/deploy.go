// Package deploy holds what an installation is made from: the Slack app's manifest, an
// example of the environment, and the files for systemd, containers, Kubernetes and
// Prometheus. The program reads the manifest alone. It is data, with no code of its own.
package deploy

import _ "embed"

// Manifest is the Slack app's manifest, in YAML.
// https://docs.slack.dev/reference/app-manifest
//
//go:embed manifest.yaml
var Manifest []byte
