package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"gatehouse/sync/commandline"
)

func main() {
	var c command
	program := commandline.Program{
		Name: "hil", Description: "Tests the gateway against a real kernel with simulated hardware.", Out: os.Stdout, Errs: os.Stderr,
	}
	os.Exit(program.Run(os.Args[1:], &c))
}

type command struct {
	Kernel  string `help:"Folder that .ci/hil-kernel has made." default:"bin/hil-kernel" type:"path"`
	Verbose bool   `help:"Print all that the machines say."`
	Only    string `help:"One machine only: devices or day." enum:"devices,day," default:""`
}

// machine is one virtual machine.
type machine struct {
	name    string
	starts  string // what its clock says at its start
	resets  bool   // its end is a reset by the watchdog
	expects int    // steps
}

var machines = []machine{
	{name: "devices", starts: "2000-01-01", resets: true, expects: 23},
	{name: "day", starts: "2026-10-24T21:59:00", expects: 4},
}

// limit is for a machine that hangs. What it has to compute takes three minutes, and many times as long beside much else.
const limit = 35 * time.Minute

// Run builds the programs, packs them, and starts the machines side by side.
func (c *command) Run() error {
	work, err := os.MkdirTemp("", "gatehouse-hil-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	image := filepath.Join(work, "initramfs")
	if err := c.pack(work, image); err != nil {
		return err
	}
	failures := make([]error, len(machines))
	var running sync.WaitGroup
	for i, m := range machines {
		if c.Only == "" || c.Only == m.name {
			running.Go(func() { failures[i] = m.timed(filepath.Join(c.Kernel, "vmlinuz"), image, c.Verbose) })
		}
	}
	running.Wait()
	return errors.Join(failures...)
}

// timed runs a machine, and says how it ended and how long it took.
func (m machine) timed(kernel, image string, verbose bool) error {
	began := time.Now()
	err := m.run(kernel, image, verbose)
	m.say("%d s", int(time.Since(began).Seconds()))
	if err != nil {
		return fmt.Errorf("%s: %w", m.name, err)
	}
	return nil
}

// say prints a line about a machine.
func (m machine) say(format string, args ...any) {
	fmt.Printf("%-8s %s\n", m.name, fmt.Sprintf(format, args...))
}

// pack builds the gateway and the guest, and packs them with the kernel's modules.
func (c *command) pack(work, image string) error {
	for program, source := range map[string]string{"gatehouse": "./gateway/cmd/gatehouse", "guest": "./tools/hil/guest"} {
		build := exec.Command("go", "build", "-o", filepath.Join(work, program), source)
		build.Env = append(os.Environ(), "CGO_ENABLED=0")
		build.Stdout, build.Stderr = os.Stdout, os.Stderr
		if err := build.Run(); err != nil {
			return fmt.Errorf("build %s: %w", source, err)
		}
	}
	files := []string{filepath.Join(work, "gatehouse"), filepath.Join(work, "guest"), filepath.Join(c.Kernel, "busybox")}
	for _, pattern := range []string{"tools/hil/rootfs/*", filepath.Join(c.Kernel, "*.ko")} {
		found, err := filepath.Glob(pattern)
		if err != nil || len(found) == 0 {
			return fmt.Errorf("nothing is in %s: run make hil", pattern)
		}
		files = append(files, found...)
	}
	out, err := os.Create(image)
	if err != nil {
		return err
	}
	return errors.Join(writeArchive(out, files), out.Close())
}

// run starts a machine and reads what its guest says. Its time is made of the instructions that it has carried out, 8 ns each,
// and of leaps to its next timer while it has none to carry out: this one may be slow, or stand still, and no step notices.
func (m machine) run(kernel, image string, verbose bool) error {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	args := []string{
		"-accel", "tcg", "-M", "pc", "-cpu", "max", "-m", "512", "-nodefaults", "-display", "none", "-no-reboot",
		"-icount", "shift=3,sleep=off", "-rtc", "base=" + m.starts + ",clock=vm",
		"-serial", "stdio", "-chardev", "null,id=bus", "-serial", "chardev:bus", "-kernel", kernel, "-initrd", image,
		"-append", "console=ttyS0 quiet panic=-1 nowatchdog tsc=reliable no_timer_check mitigations=off no5lvl hil=" + m.name,
	}
	if m.resets {
		args = append(args, "-device", "i6300esb", "-watchdog-action", "reset")
	}
	qemu := exec.CommandContext(ctx, "qemu-system-x86_64", args...)
	out, err := qemu.StdoutPipe()
	if err != nil {
		return err
	}
	qemu.Stderr = os.Stderr
	if err := qemu.Start(); err != nil {
		return err
	}
	steps, ended := m.read(out, verbose)
	err = qemu.Wait()
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("stopped after %v", limit)
	case err != nil:
		return err
	case steps.failed > 0:
		return fmt.Errorf("%d steps failed", steps.failed)
	case steps.ok != m.expects:
		return fmt.Errorf("%d steps succeeded, want %d", steps.ok, m.expects)
	case m.resets && ended != starving, !m.resets && ended != finished:
		return fmt.Errorf("its last words were %q", ended)
	}
	if m.resets {
		m.say("a starved watchdog resets the machine")
	}
	return nil
}

// What a guest says at its end.
const (
	starving = "the watchdog starves"
	finished = "end"
)

// tally counts what steps said.
type tally struct{ ok, failed int }

// read prints the guest's steps until the machine ends; everything else that it says only when a step has failed.
func (m machine) read(out io.Reader, verbose bool) (steps tally, last string) {
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := strings.TrimRight(lines.Text(), "\r")
		_, said, fromGuest := strings.Cut(line, "HIL ")
		switch {
		case fromGuest && strings.HasPrefix(said, "ok "):
			steps.ok++
			m.say("%s", strings.TrimPrefix(said, "ok "))
		case fromGuest && strings.HasPrefix(said, "FAILED"):
			steps.failed++
			m.say("! %s", said)
		case fromGuest:
			last = said
		case verbose || steps.failed > 0 || strings.Contains(line, "panic"):
			m.say("| %s", line)
		}
	}
	return steps, last
}
