package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gatehouse/sync/commandline"
)

// machineOf makes a folder with the files of a machine.
func machineOf(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// readyPi is a Raspberry Pi 4 that pi4 finds all of.
func readyPi() map[string]string {
	return map[string]string{
		"proc/device-tree/compatible": "raspberrypi,4-model-b\x00brcm,bcm2711\x00",
		"boot/firmware/config.txt": "dtoverlay=disable-bt\ndtparam=i2c_arm=on\ndtoverlay=uart4\ndtoverlay=uart5\ndtparam=strict_gpiod\n" +
			"enable_uart=1\ndtparam=watchdog=on\n",
		"boot/firmware/cmdline.txt": "console=tty1 root=PARTUUID=1 rootwait\n",
		"dev/ttyAMA0":               "", "dev/ttyAMA4": "", "dev/ttyAMA5": "", "dev/i2c-1": "", "dev/watchdog": "",
	}
}

func TestAMachineIsReadyForItsBoard(t *testing.T) {
	for name, c := range map[string]struct {
		change func(files map[string]string)
		want   string // empty: it is ready
	}{
		"all is there": {func(map[string]string) {}, ""},
		"another machine": {func(f map[string]string) { f["proc/device-tree/compatible"] = "raspberrypi,5-model-b\x00" },
			"write one of pi5-bare, pi5"},
		"relays that stay on": {func(f map[string]string) {
			f["boot/firmware/config.txt"] = strings.Replace(f["boot/firmware/config.txt"], "dtparam=strict_gpiod", "#dtparam=strict_gpiod", 1)
		}, "a relay drops when the gateway dies"},
		"an older place of the files": {func(f map[string]string) {
			f["boot/config.txt"] = f["boot/firmware/config.txt"]
			delete(f, "boot/firmware/config.txt")
		}, ""},
		"a console on the bus": {func(f map[string]string) { f["boot/firmware/cmdline.txt"] = "console=serial0,115200 console=tty1\n" },
			"take console=serial0,115200 out of cmdline.txt"},
		"no bus":      {func(f map[string]string) { delete(f, "dev/i2c-1") }, "wrong I2C bus i2c1 is not there: /dev/i2c-1"},
		"no watchdog": {func(f map[string]string) { delete(f, "dev/watchdog") }, "nobody restarts a machine that hangs"},
	} {
		files := readyPi()
		c.change(files)
		root := machineOf(t, files)
		var out, errs strings.Builder
		exit := run([]string{"board", "check", "pi4", "--root", root}, &out, &errs)
		said := strings.Join(strings.Fields(out.String()), " ")
		if (exit == commandline.ExitOK) != (c.want == "") || !strings.Contains(said, c.want) || strings.Contains(said, "wrong ") == (c.want == "") {
			t.Errorf("%s: exit %d\n%s%s", name, exit, out.String(), errs.String())
		}
		var findings []boardFinding
		out.Reset()
		if again := run([]string{"board", "check", "--json", "pi4", "--root", root}, &out, &errs); again != exit || json.Unmarshal([]byte(out.String()), &findings) != nil || len(findings) < 10 {
			t.Errorf("%s: exit %d\n%s", name, again, out.String())
		}
	}
}

// What boot prints, appended, is what the board needs: then nothing is missing, whatever section the file ended in.
func TestWhatBootPrintsIsAppended(t *testing.T) {
	files := readyPi()
	files["boot/firmware/config.txt"] = "dtparam=audio=on\n[cm4]\notg_mode=1\n"
	root := machineOf(t, files)
	boot := func() string {
		var out, errs strings.Builder
		if exit := run([]string{"board", "boot", "pi4", "--root", root}, &out, &errs); exit != commandline.ExitOK {
			t.Fatalf("exit %d\n%s", exit, errs.String())
		}
		return out.String()
	}
	lines := boot()
	if !strings.Contains(lines, "\ndtparam=strict_gpiod\n") {
		t.Fatalf("it lacks what drops the relays:\n%s", lines)
	}
	config := filepath.Join(root, "boot/firmware/config.txt")
	if err := os.WriteFile(config, []byte(files["boot/firmware/config.txt"]+lines), 0o600); err != nil {
		t.Fatal(err)
	}
	if again := boot(); !strings.Contains(again, "has all that the board needs") || strings.Contains(again, "dtparam") {
		t.Errorf("once more:\n%s", again)
	}
	var out, errs strings.Builder
	if exit := run([]string{"board", "check", "pi4", "--root", root}, &out, &errs); exit != commandline.ExitOK {
		t.Errorf("exit %d\n%s", exit, out.String())
	}
}
