package factlog

// Disk is what the log needs of a file system. Names are paths; a folder must exist before it is used. OSDisk is the
// real one, simdisk.Disk the one that loses power.
type Disk interface {
	// Open opens an existing file for reading and writing; errors.Is(err, fs.ErrNotExist) when there is none.
	Open(name string) (File, error)
	// Create makes an empty file, or empties the one that stands there.
	Create(name string) (File, error)
	// Rename moves a file within its folder and replaces what stands there, atomically.
	Rename(from, to string) error
	Remove(name string) error
	// List returns the names (not paths) of the files in dir, sorted.
	List(dir string) ([]string, error)
	// SyncDir makes every creation, rename and removal in dir durable.
	SyncDir(dir string) error
}

// File is one open file of a Disk. ReadAt may run beside WriteAt and Datasync.
type File interface {
	ReadAt(p []byte, off int64) (int, error)
	WriteAt(p []byte, off int64) (int, error)
	// Datasync makes the bytes written so far durable, and the size if it changed.
	Datasync() error
	Size() (int64, error)
	Close() error
}
