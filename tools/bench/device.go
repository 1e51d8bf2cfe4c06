package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// errNoDevice says that the kernel does not count what the folder's disk writes.
var errNoDevice = errors.New("bench: no block-layer counters for this folder")

const (
	diskstats   = "/proc/diskstats"
	sectorBytes = 512 // of the counters, whatever the disk's are
	// The fields of a line: the device's name, and the sectors written.
	fieldName, fieldWritten = 2, 9
)

// device is a block device, by its number and name.
type device struct {
	major, minor uint64
	name         string
}

// deviceOf finds the block device that holds a folder. It fails with errNoDevice where there is none with counters
// (an overlay, a network or memory file system) and where the kernel has no such file.
func deviceOf(folder string) (device, error) {
	var stat syscall.Stat_t
	if err := syscall.Stat(folder, &stat); err != nil {
		return device{}, fmt.Errorf("bench: %w", err)
	}
	d := device{major: major(uint64(stat.Dev)), minor: minor(uint64(stat.Dev))}
	line, err := d.line()
	if err != nil {
		return device{}, err
	}
	d.name = line[fieldName]
	return d, nil
}

// major and minor take a device number apart, as Linux composes it.
func major(dev uint64) uint64 { return dev>>8&0xfff | dev>>32&^0xfff }
func minor(dev uint64) uint64 { return dev&0xff | dev>>12&^0xff }

// line is the device's line of counters.
func (d device) line() ([]string, error) {
	file, err := os.Open(diskstats)
	if err != nil {
		return nil, errNoDevice
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		if fields := strings.Fields(lines.Text()); len(fields) > fieldWritten && d.is(fields) {
			return fields, nil
		}
	}
	return nil, errNoDevice
}

func (d device) is(fields []string) bool {
	return fields[0] == strconv.FormatUint(d.major, 10) && fields[1] == strconv.FormatUint(d.minor, 10)
}

// writtenBytes is what the device has written since the machine started.
func (d device) writtenBytes() (int64, error) {
	line, err := d.line()
	if err != nil {
		return 0, err
	}
	sectors, err := strconv.ParseInt(line[fieldWritten], 10, 64)
	if err != nil {
		return 0, fmt.Errorf("bench: %s: %w", diskstats, err)
	}
	return sectors * sectorBytes, nil
}

// noise is what others write to the device while we do nothing, in bytes a second.
func (d device) noise(watch time.Duration) (float64, error) {
	before, err := d.writtenBytes()
	if err != nil {
		return 0, err
	}
	time.Sleep(watch)
	after, err := d.writtenBytes()
	return float64(after-before) / watch.Seconds(), err
}
