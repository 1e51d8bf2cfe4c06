package remote

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"gatehouse/sync/durable"
	"gatehouse/sync/policy"
)

// kept is what a file remembers.
type kept struct {
	policy.Shelf
	// Root names the key of the enrolment that the documents came with.
	Root []byte `json:",omitempty"`
}

// load reads the file, if there is one.
func (k *kept) load(path string) error {
	data, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return json.Unmarshal(data, k)
}

// keep writes what is here so that a power cut leaves the old file or the new one.
func (r *Remote) keep() error {
	data, err := json.Marshal(r.kept)
	if err == nil {
		err = os.MkdirAll(filepath.Dir(r.path()), 0o700)
	}
	if err != nil {
		return fmt.Errorf("remote: %w", err)
	}
	err = durable.Replace(r.path(), data, 0o600)
	if err != nil {
		r.log.Error("remote: documents are not kept over a restart", "err", err)
	}
	return err
}
