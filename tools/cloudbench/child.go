package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// The words that begin the arguments of a child: headquarters, or a broker alone.
const (
	headquartersWord = "headquarters"
	brokerWord       = "broker"
)

// child is a process of its own, whose time and memory are to be measured. It ends with its input, and so with its parent. (A
// signal at the parent's death would come too early: the kernel sends it when the thread ends that made the child, and uplinks
// end theirs.)
type child struct {
	command *exec.Cmd
	input   io.Closer // nil: it ends by a signal
}

// startChild runs this program with other arguments, and reads what it says once it works.
func startChild(says any, args ...string) (*child, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	c := &child{command: exec.Command(self, args...)}
	c.command.Stderr = os.Stderr
	if c.input, err = c.command.StdinPipe(); err != nil {
		return nil, err
	}
	output, err := c.command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := c.command.Start(); err != nil {
		return nil, err
	}
	if err := json.NewDecoder(output).Decode(says); err != nil {
		return nil, errors.Join(err, c.close())
	}
	return c, nil
}

// close ends it as it should end.
func (c *child) close() error {
	if c.input == nil {
		return c.kill()
	}
	return errors.Join(c.input.Close(), c.command.Wait())
}

// kill ends it at once.
func (c *child) kill() error {
	err := c.command.Process.Kill()
	_ = c.command.Wait() // killed, and so it says
	return err
}

// residentMB is what the kernel says the process holds.
func (c *child) residentMB() (float64, error) {
	file, err := os.Open(fmt.Sprintf("/proc/%d/status", c.command.Process.Pid))
	if err != nil {
		return 0, err
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if rest, is := strings.CutPrefix(lines.Text(), "VmRSS:"); is {
			kib, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")), 64)
			return kib * 1024 / 1e6, err
		}
	}
	return 0, errors.New("the kernel does not say what memory a process has")
}

// ticks a second, of /proc/PID/stat: the same on all machines of Linux.
const ticks = 100

// used is the processor time of the process so far.
func (c *child) used() (time.Duration, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", c.command.Process.Pid))
	if err != nil {
		return 0, err
	}
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:])) // from the state on
	const user, system = 11, 12
	if len(fields) <= system {
		return 0, fmt.Errorf("/proc/PID/stat says %q", text)
	}
	total := 0
	for _, field := range []int{user, system} {
		n, err := strconv.Atoi(fields[field])
		if err != nil {
			return 0, err
		}
		total += n
	}
	return time.Duration(total) * time.Second / ticks, nil
}
