package durable

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// draftSuffix marks a file that is not whole yet. What a power cut left of one is written over.
const draftSuffix = ".new"

// Replace writes a file in place of the one of that name, if there is one. Its folder must be there.
func Replace(path string, data []byte, mode fs.FileMode) error {
	draft := path + draftSuffix
	file, err := os.OpenFile(draft, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, mode)
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	if err := os.Rename(draft, path); err != nil {
		return err
	}
	return SyncFolder(filepath.Dir(path))
}

// SyncFolder makes creations, renames and removals in a folder durable.
func SyncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
