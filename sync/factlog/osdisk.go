package factlog

import "os"

// OSDisk is the operating system's file system.
type OSDisk struct{}

var _ Disk = OSDisk{}

// Open opens an existing file for reading and writing.
func (OSDisk) Open(name string) (File, error) { return openOS(name, os.O_RDWR) }

// Create makes an empty file that only this user may read: facts hold plates.
func (OSDisk) Create(name string) (File, error) {
	return openOS(name, os.O_RDWR|os.O_CREATE|os.O_TRUNC)
}

// Rename moves a file.
func (OSDisk) Rename(from, to string) error { return os.Rename(from, to) }

// Remove deletes a file.
func (OSDisk) Remove(name string) error { return os.Remove(name) }

// List returns the names in dir, sorted.
func (OSDisk) List(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	names := make([]string, len(entries))
	for i, entry := range entries {
		names[i] = entry.Name()
	}
	return names, nil
}

// SyncDir flushes the directory itself.
func (OSDisk) SyncDir(dir string) error {
	handle, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer handle.Close()
	return handle.Sync()
}

// osFile adds the flush that leaves time stamps alone to an os.File.
type osFile struct {
	*os.File
	descriptor int // kept, because os.File.Fd switches modes at each call
}

func openOS(name string, flags int) (File, error) {
	file, err := os.OpenFile(name, flags, 0o600)
	if err != nil {
		return nil, err
	}
	return &osFile{File: file, descriptor: int(file.Fd())}, nil
}

// Datasync flushes data and size.
func (f *osFile) Datasync() error { return datasync(f) }

// Size returns the length in bytes.
func (f *osFile) Size() (int64, error) {
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}
