package page

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"renewbot/bot/slacksim"
	"renewbot/yeastar/yeastarsim"
)

// keepsakeVersion is the form of a data file.
const keepsakeVersion = 1

// keepsake is a data file: everything of a sandbox but the ledger, which is a database of
// its own beside it.
type keepsake struct {
	Sandbox int             `json:"sandbox"` // version
	Shift   time.Duration   `json:"shift"`   // of the clock's beginning against the real time
	Ahead   time.Duration   `json:"ahead"`   // by which the clock was moved on
	Faults  []string        `json:"faults"`
	Slack   json.RawMessage `json:"slack"`
	Portal  json.RawMessage `json:"portal"`
}

// ledgerBeside is the ledger's file beside a data file.
func ledgerBeside(data string) string { return data + ".ledger" }

// readKeepsake reads a data file; nil when there is none yet.
func readKeepsake(name string) (*keepsake, error) {
	data, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil //nolint:nilnil // nothing was kept
	}
	if err != nil {
		return nil, fmt.Errorf("read what was kept: %w", err)
	}
	var k keepsake
	if err := json.Unmarshal(data, &k); err != nil || k.Sandbox != keepsakeVersion {
		return nil, fmt.Errorf("%s is not a sandbox's file: give another name, or remove it", name)
	}
	return &k, nil
}

// restore puts what was kept into the simulators.
func (k *keepsake) restore(w *slacksim.Workspace, v *yeastarsim.Server) error {
	return errors.Join(w.Restore(k.Slack), v.Restore(k.Portal))
}

// keep writes a session down. The file is replaced at once or not at all.
func (s *session) keep(name string) error {
	k := keepsake{Sandbox: keepsakeVersion, Shift: s.clock.shift, Ahead: s.clock.Ahead(), Faults: s.faults.on()}
	var err, err2 error
	k.Slack, err = s.world.Slack.Save()
	k.Portal, err2 = s.world.Vendor.Save()
	if err := errors.Join(err, err2); err != nil {
		return err
	}
	data, err := json.Marshal(k)
	if err != nil {
		return err
	}
	return replaceFile(name, data)
}

// replaceFile writes a file that only its owner may read.
func replaceFile(name string, data []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}
