package journal_test

import (
	"sync/atomic"

	"gatehouse/sync/factlog"
)

// hookedDisk is the operating system's, with a say before each write and flush.
type hookedDisk struct {
	factlog.OSDisk
	hook atomic.Pointer[func() error]
}

// before sets what is called before each write and flush, and whose error it fails with.
func (d *hookedDisk) before(hook func() error) { d.hook.Store(&hook) }

type hookedFile struct {
	factlog.File
	disk *hookedDisk
}

func (d *hookedDisk) Open(name string) (factlog.File, error) { return d.hooked(d.OSDisk.Open(name)) }

func (d *hookedDisk) Create(name string) (factlog.File, error) {
	return d.hooked(d.OSDisk.Create(name))
}

func (d *hookedDisk) hooked(file factlog.File, err error) (factlog.File, error) {
	if err != nil {
		return nil, err
	}
	return hookedFile{file, d}, nil
}

func (f hookedFile) WriteAt(p []byte, off int64) (int, error) {
	if err := f.disk.ask(); err != nil {
		return 0, err
	}
	return f.File.WriteAt(p, off)
}

func (f hookedFile) Datasync() error {
	if err := f.disk.ask(); err != nil {
		return err
	}
	return f.File.Datasync()
}

func (d *hookedDisk) ask() error {
	if hook := d.hook.Load(); hook != nil {
		return (*hook)()
	}
	return nil
}
