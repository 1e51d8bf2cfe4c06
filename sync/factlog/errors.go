package factlog

import "errors"

// The errors of a log, to be tested with errors.Is.
var (
	// ErrBroken: a write or flush failed, its outcome is unknown. Close the log, open it again and read what it holds;
	// never retry in the same handle.
	ErrBroken = errors.New("factlog: broken, open it again")
	// ErrClosed: the log or committer was closed before.
	ErrClosed = errors.New("factlog: closed")
	// ErrFull: the segment is full and no spare is prepared. Nothing was appended; the log is sound. Free disk space
	// (Trim), call Prepare, append again.
	ErrFull = errors.New("factlog: no prepared room")
	// ErrTooLarge: a payload is above PayloadMaxBytes or doesn't fit in one segment.
	ErrTooLarge = errors.New("factlog: payload too large")
	// ErrFormat: a newer program wrote the folder. Nothing in it was changed.
	ErrFormat = errors.New("factlog: format of a newer program")
	// ErrDamaged: Verify found what is lost; the report says where.
	ErrDamaged = errors.New("factlog: damaged")
	// ErrOptions: the options make no sense.
	ErrOptions = errors.New("factlog: wrong options")
)
