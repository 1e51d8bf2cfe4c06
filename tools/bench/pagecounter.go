package main

import (
	"sync/atomic"

	"gatehouse/sync/factlog"
)

// pageBytes is what the file system writes at least.
const pageBytes = 4 << 10

// pageCounter is the operating system's disk, and counts the pages that are written to files.
type pageCounter struct {
	factlog.OSDisk
	bytes atomic.Int64
}

// Open opens a file.
func (d *pageCounter) Open(name string) (factlog.File, error) { return d.counted(d.OSDisk.Open(name)) }

// Create makes a file.
func (d *pageCounter) Create(name string) (factlog.File, error) {
	return d.counted(d.OSDisk.Create(name))
}

func (d *pageCounter) counted(file factlog.File, err error) (factlog.File, error) {
	if err != nil {
		return nil, err
	}
	return countedFile{file, d}, nil
}

type countedFile struct {
	factlog.File
	disk *pageCounter
}

// WriteAt writes, and counts the pages that it touches.
func (f countedFile) WriteAt(p []byte, at int64) (int, error) {
	if len(p) > 0 {
		f.disk.bytes.Add(((at+int64(len(p))-1)/pageBytes - at/pageBytes + 1) * pageBytes)
	}
	return f.File.WriteAt(p, at)
}
