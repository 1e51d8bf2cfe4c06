package journal

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"

	"gatehouse/sync/durable"
	"gatehouse/sync/factlog"
)

var errEnough = errors.New("enough")

// Links calls visit with the durable facts from a position on, in order and with their place in the chain, until it
// returns false or ctx ends. Payloads hold during the call only. Positions that the log lost are left out.
func (j *Journal) Links(ctx context.Context, from factlog.Index, visit func(factlog.Link) (more bool)) error {
	err := j.log.ReadLinks(from, func(link factlog.Link) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		if !visit(link) {
			return errEnough
		}
		return nil
	})
	if errors.Is(err, errEnough) {
		return nil
	}
	return err
}

// Durable is the position of the newest fact that is on the disk.
func (j *Journal) Durable() factlog.Index { return j.log.Durable() }

// errStateBehind says that the state file doesn't hold yet what the log is to give up.
var errStateBehind = errors.New("journal: the state is not checkpointed so far")

// Trim gives up the facts up to and including a position, which the state file must hold already: from then on a damaged
// state file can't be rebuilt wholly from this log (Report.First), but from headquarters. It keeps the newest fact, because
// the next start names it. The file system is told in whole segments, so that most calls cost only the note.
func (j *Journal) Trim(through factlog.Index) error {
	through = min(through, j.log.Durable()-min(j.log.Durable(), 1))
	if checkpointed := j.checkpointed(); checkpointed < through {
		return fmt.Errorf("%w: up to %d, and not to %d", errStateBehind, checkpointed, through)
	}
	if err := writeTrimmed(j.options.Dir, through); err != nil {
		return err
	}
	return j.log.Trim(through)
}

func (j *Journal) checkpointed() factlog.Index {
	j.keeper.mu.Lock()
	defer j.keeper.mu.Unlock()
	return j.keeper.status.position
}

// The note of how far the log was trimmed: a position and its checksum.
const (
	trimmedName  = "trimmed"
	trimmedBytes = 12
)

func writeTrimmed(dir string, through factlog.Index) error {
	note := binary.LittleEndian.AppendUint64(nil, uint64(through))
	note = binary.LittleEndian.AppendUint32(note, crc32.ChecksumIEEE(note))
	err := durable.Replace(filepath.Join(dir, trimmedName), note, 0o600)
	if err != nil {
		return fmt.Errorf("journal: note how far the log was trimmed: %w", err)
	}
	return nil
}

// readTrimmed is 0 if there is no note, or none that can be believed: then what was trimmed looks like damage, and is
// declared as such.
func readTrimmed(dir string) factlog.Index {
	note, err := os.ReadFile(filepath.Join(dir, trimmedName))
	if err != nil || len(note) != trimmedBytes || binary.LittleEndian.Uint32(note[8:]) != crc32.ChecksumIEEE(note[:8]) {
		return 0
	}
	return factlog.Index(binary.LittleEndian.Uint64(note))
}
