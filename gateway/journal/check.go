package journal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"runtime/debug"
	"time"

	bolt "go.etcd.io/bbolt"
)

// Checker says what is wrong with the state file at path, before ctx ends; nil: it is sound.
type Checker func(ctx context.Context, path string) error

var errNotChecked = errors.New("journal: the check could not be started")

// checkStackBytes bounds the stack of a check: a loop among damaged pages ends there, and not at the gigabyte
// that a process may use.
const checkStackBytes = 32 << 20

// CheckFile is the work of the child process that ExecChecker starts: its main calls it with the last argument
// and exits with another code than 0 on an error. It reads every page and record of the file, as a start does. A
// damaged file can panic, hang or kill the process that opens it; so call it in no other.
func CheckFile(path string) error {
	debug.SetMaxStack(checkStackBytes)
	return checkFile(path)
}

// checkFile opens the file as a start does, but only to read.
func checkFile(path string) error {
	return guarded(func() error {
		db, err := openBolt(path, true)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrDamaged, err)
		}
		defer db.Close()
		return db.View(checkRecords)
	})
}

// checkRecords compares the records with what the header says of them. The file of a newer program is its own
// affair.
func checkRecords(tx *bolt.Tx) error {
	h, err := readHeader(tx)
	if err != nil {
		return err
	}
	if h.Layout > layout {
		return nil
	}
	count := uint64(0)
	seals, err := visitRecords(tx, "", func(string, []byte) (bool, error) {
		count++
		return true, nil
	})
	if err != nil {
		return err
	}
	if count != h.Records || seals != h.Seals {
		return fmt.Errorf("%w: %d records with sum %x, the header says %d and %x", ErrDamaged, count, seals, h.Records, h.Seals)
	}
	return nil
}

// ExecChecker makes a Checker that runs the command with the path behind its arguments, usually the own program
// with an argument that makes it call CheckFile, and takes an exit code other than 0 for damage.
func ExecChecker(argv ...string) Checker {
	return func(ctx context.Context, path string) error {
		command := exec.CommandContext(ctx, argv[0], append(argv[1:len(argv):len(argv)], path)...)
		command.WaitDelay = time.Second
		var output bytes.Buffer
		command.Stderr = &output
		err := command.Start()
		if err != nil && ctx.Err() == nil {
			return fmt.Errorf("%w: %w", errNotChecked, err)
		}
		if err == nil { // else its time was over before it was started
			err = command.Wait()
		}
		if err == nil {
			return nil
		}
		return fmt.Errorf("%w: check: %w: %s", ErrDamaged, errors.Join(err, ctx.Err()), firstLine(output.Bytes()))
	}
}

func firstLine(output []byte) []byte {
	line, _, _ := bytes.Cut(bytes.TrimSpace(output), []byte("\n"))
	return line[:min(len(line), 200)]
}

// inspect runs the check. A check that ran out of time is tried once more: the first one has read the file into
// memory if the disk was merely slow. Where no child can be started, the check runs here.
func (o *Options) inspect(ctx context.Context, path string, deadline time.Duration) error {
	if o.Checker == nil {
		return checkFile(path)
	}
	err := o.runChecker(ctx, path, deadline)
	if errors.Is(err, context.DeadlineExceeded) {
		err = o.runChecker(ctx, path, deadline)
	}
	if errors.Is(err, errNotChecked) {
		return checkFile(path)
	}
	return err
}

func (o *Options) runChecker(ctx context.Context, path string, deadline time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, deadline)
	defer cancel()
	return o.Checker(ctx, path)
}
