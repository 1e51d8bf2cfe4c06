package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"gatehouse/cloud/app"
)

// opened is what headquarters in a process of its own says once it runs.
type opened struct {
	Address string   // of HTTPS
	Codes   []string // one for each lot
}

// serveHeadquarters is the child: an aggregator with codes for some lots, until its input ends. Programs on this machine need
// no token.
func serveHeadquarters(dir, lots string, in io.Reader, out io.Writer) (err error) {
	ctx := context.Background()
	a, err := app.New(ctx, app.Options{Dir: dir, Listen: "127.0.0.1:0", MQTT: "127.0.0.1:0", Open: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	if err := a.Start(); err != nil {
		return err
	}
	count, err := strconv.Atoi(lots)
	if err != nil {
		return err
	}
	said := opened{Address: a.Address()}
	for i := range count {
		code, err := a.Registry().NewCode(ctx, string(lotID(i)), "bench", false)
		if err != nil {
			return err
		}
		said.Codes = append(said.Codes, code)
	}
	if err := json.NewEncoder(out).Encode(said); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, in)
	return err
}

// headquarters is the child, as its parent sees it. It ends with its input, and so with its parent. (A signal at the parent's
// death would come too early: the kernel sends it when the thread ends that made the child, and uplinks end theirs.)
type headquarters struct {
	opened
	command *exec.Cmd
	input   io.Closer
}

func startHeadquarters(dir string, lots int) (*headquarters, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	h := &headquarters{command: exec.Command(self, childWord, dir, strconv.Itoa(lots))}
	h.command.Stderr = os.Stderr
	if h.input, err = h.command.StdinPipe(); err != nil {
		return nil, err
	}
	output, err := h.command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := h.command.Start(); err != nil {
		return nil, err
	}
	if err := json.NewDecoder(output).Decode(&h.opened); err != nil {
		return nil, errors.Join(err, h.close())
	}
	return h, nil
}

func (h *headquarters) close() error { return errors.Join(h.input.Close(), h.command.Wait()) }

// residentMB is what the kernel says the process holds.
func (h *headquarters) residentMB() (float64, error) {
	file, err := os.Open(fmt.Sprintf("/proc/%d/status", h.command.Process.Pid))
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
func (h *headquarters) used() (time.Duration, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", h.command.Process.Pid))
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
