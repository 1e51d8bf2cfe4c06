package recorder

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// slackBytes is by how much the last row of a file may exceed its share.
const slackBytes = 16 << 10

// errBefore is what becomes of rows behind an error.
var errBefore = errors.New("the file could not be begun")

// ring writes the files of a recording, and deletes the oldest.
type ring struct {
	dir      string
	maxBytes int64
	file     *os.File // nil: none is open
}

// write writes data; at each cut a new file begins. After an error the rest of a file is lost: it would lack what it
// begins with. It returns how many rows were lost.
func (g *ring) write(data []byte, cuts []int) (lost int, err error) {
	from := 0
	for _, until := range append(slices.Clip(cuts), len(data)) {
		if rows := data[from:until]; len(rows) > 0 {
			if failed := g.append(rows, slices.Contains(cuts, from)); failed != nil {
				lost, err = lost+bytes.Count(rows, []byte("\n")), failed
			}
		}
		from = until
	}
	return lost, err
}

// append appends whole rows to the open file, or to a new one if they are the first of it.
func (g *ring) append(rows []byte, first bool) error {
	if first {
		g.close()
		if err := g.open(); err != nil {
			g.close()
			return err
		}
	}
	if g.file == nil {
		return errBefore
	}
	if _, err := g.file.Write(rows); err != nil {
		g.close()
		return err
	}
	return nil
}

// open begins the next file, for which there must be room.
func (g *ring) open() error {
	if err := os.MkdirAll(g.dir, 0o700); err != nil {
		return err
	}
	last, err := g.makeRoom()
	if err != nil {
		return err
	}
	g.file, err = os.OpenFile(filepath.Join(g.dir, fileName(last+1)), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = g.file.WriteString(Header)
	return err
}

// makeRoom deletes the oldest files until a whole one fits, and returns the last number in use.
func (g *ring) makeRoom() (last uint64, err error) {
	names, err := g.names()
	if err != nil || len(names) == 0 {
		return 0, err
	}
	last, _ = number(names[len(names)-1])
	var total int64
	sizes := make([]int64, len(names))
	for i, name := range names {
		info, err := os.Stat(filepath.Join(g.dir, name))
		if err != nil {
			return last, err
		}
		sizes[i] = info.Size()
		total += sizes[i]
	}
	room := g.maxBytes - g.maxBytes/filesMax - slackBytes
	for i := 0; i < len(names) && total > room; i++ {
		if err := os.Remove(filepath.Join(g.dir, names[i])); err != nil {
			return last, err
		}
		total -= sizes[i]
	}
	return last, nil
}

// names are the recordings of the folder, the oldest first.
func (g *ring) names() ([]string, error) {
	entries, err := os.ReadDir(g.dir)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, entry := range entries {
		if _, is := number(entry.Name()); is && entry.Type().IsRegular() {
			names = append(names, entry.Name())
		}
	}
	slices.SortFunc(names, func(a, b string) int {
		first, _ := number(a)
		second, _ := number(b)
		return int(int64(first) - int64(second))
	})
	return names, nil
}

func (g *ring) close() {
	if g.file != nil {
		g.file.Close() // the rows are written; what a disk loses of them now is lost
		g.file = nil
	}
}

const namePrefix, nameSuffix = "readings-", ".csv"

func fileName(number uint64) string { return fmt.Sprintf("%s%06d%s", namePrefix, number, nameSuffix) }

// number is that of a recording's file name.
func number(name string) (uint64, bool) {
	digits, is := strings.CutPrefix(name, namePrefix)
	digits, ends := strings.CutSuffix(digits, nameSuffix)
	n, err := strconv.ParseUint(digits, 10, 62)
	return n, is && ends && err == nil && fileName(n) == name
}
