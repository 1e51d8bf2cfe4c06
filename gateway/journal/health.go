package journal

import (
	"syscall"
	"time"

	"gatehouse/sync/factlog"
)

// Health is the journal's condition at one moment.
type Health struct {
	// Appended and Durable are the positions of the last fact handed over and of the last one on the disk.
	Appended, Durable factlog.Index
	// StallMS is how long commits have waited for the disk without any being settled; 0 if none waits.
	StallMS int64
	// Log are the log's own counters: flushes, bytes, prepared room.
	Log factlog.Stats
	// Broken is ErrBroken with its cause, or nil.
	Broken error

	// Checkpointed is the position up to which the state file holds the state, and CheckpointAt when that was
	// written. CheckpointErr is why the last attempt failed; the log goes on being the truth.
	Checkpointed  factlog.Index
	CheckpointAt  time.Time
	CheckpointErr error

	// ArchiveWaiting is how many archived records are still in the state file.
	ArchiveWaiting uint64
	// ArchiveReady is true once Get sees the archive; ArchiveErr is why they don't.
	ArchiveReady bool
	ArchiveErr   error

	// FreeBytes is the room left on the disk, 0 if it can't be told.
	FreeBytes uint64
}

// Health reports the journal's condition. It asks the file system for its room and may wait for it.
func (j *Journal) Health() Health {
	h := Health{FreeBytes: freeBytes(j.options.Dir)}
	h.Log = j.committer.Stats()
	j.commits.describe(&h)
	j.keeper.describe(&h)
	return h
}

func (c *commits) describe(h *Health) {
	c.mu.Lock()
	defer c.mu.Unlock()
	h.Appended, h.Durable, h.Broken = c.appended, c.durable, c.broken
	if c.waiting > 0 {
		h.StallMS = time.Since(c.progress).Milliseconds()
	}
}

func freeBytes(dir string) uint64 {
	var stat syscall.Statfs_t
	if err := syscall.Statfs(dir, &stat); err != nil {
		return 0
	}
	return stat.Bavail * uint64(stat.Bsize)
}
