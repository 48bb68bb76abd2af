// Package deploy holds what an installation is made from: the Slack app's manifest and
// an example of the environment. It is data, with no code of its own.
package deploy

import _ "embed"

// Manifest is the Slack app's manifest, in YAML.
// https://docs.slack.dev/reference/app-manifest
//
//go:embed manifest.yaml
var Manifest []byte
