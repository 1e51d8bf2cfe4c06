package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
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
		"SPI on the UART's pins": {func(f map[string]string) { f["boot/firmware/config.txt"] += "dtparam=audio=on,spi=on\n" },
			"wrong config.txt has dtparam=spi=on, which takes GPIO7 (header pin 26): the board has input lane1_closing there take it out"},
		"SPI of another model": {func(f map[string]string) { f["boot/firmware/config.txt"] += "[pi5]\ndtparam=spi=on\n[all]\n" }, ""},
		"no Raspberry Pi":      {func(f map[string]string) { delete(f, "proc/device-tree/compatible") }, "wrong the machine has no device tree: it is no raspberrypi,4-model-b"},
		"systemd has the watchdog": {func(f map[string]string) {
			f["usr/lib/systemd/system.conf.d/40-rpi-enable-watchdog.conf"] = "[Manager]\nRuntimeWatchdogSec=1m\n"
			f["etc/systemd/system.conf"] = "[Manager]\n#RuntimeWatchdogSec=off\n"
		}, "wrong systemd feeds the watchdog, and not the gateway (RuntimeWatchdogSec=1m in /usr/lib/systemd/system.conf.d/40-rpi-enable-watchdog.conf) write [Manager]"},
		"systemd was told to let go of it": {func(f map[string]string) {
			f["usr/lib/systemd/system.conf.d/40-rpi-enable-watchdog.conf"] = "[Manager]\nRuntimeWatchdogSec=1m\n"
			f["etc/systemd/system.conf.d/90-gatehouse.conf"] = "[Manager]\nRuntimeWatchdogSec=off\n"
		}, ""},
		"systemd's file is masked": {func(f map[string]string) {
			f["usr/lib/systemd/system.conf.d/40-rpi-enable-watchdog.conf"] = "[Manager]\nRuntimeWatchdogSec=1m\n"
			f["etc/systemd/system.conf.d/40-rpi-enable-watchdog.conf"] = ""
		}, ""},
		"relays that drop":      {func(f map[string]string) { f["sys/module/pinctrl_bcm2835/parameters/persist_gpio_outputs"] = "N\n" }, ""},
		"relays that don't yet": {func(f map[string]string) { f["sys/module/pinctrl_bcm2835/parameters/persist_gpio_outputs"] = "Y\n" }, "wrong the kernel keeps the relays"},
		"no bus":                {func(f map[string]string) { delete(f, "dev/i2c-1") }, "wrong I2C bus i2c1 is not there: /dev/i2c-1"},
		"no watchdog":           {func(f map[string]string) { delete(f, "dev/watchdog") }, "nobody restarts a machine that hangs"},
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

// On a Pi 5 the first port of the firmware is a connector of its own, and not the header's.
func TestTheConsoleOfAPi5IsNotOnTheHeader(t *testing.T) {
	for cmdline, c := range map[string]struct{ config, want string }{
		"console=serial0,115200 console=tty1": {"", ""},
		"console=ttyAMA0,115200":              {"", "take console=ttyAMA0,115200 out of cmdline.txt"},
		"console=serial0,9600":                {"dtparam=uart0_console\n", "take console=serial0,9600 out of cmdline.txt"},
	} {
		root := machineOf(t, map[string]string{"boot/firmware/cmdline.txt": cmdline + "\n", "boot/firmware/config.txt": c.config})
		var out, errs strings.Builder
		run([]string{"board", "check", "pi5", "--root", root}, &out, &errs)
		if said := strings.Join(strings.Fields(out.String()), " "); strings.Contains(said, "the kernel's console") != (c.want != "") || !strings.Contains(said, c.want) {
			t.Errorf("%s: %s", cmdline, out.String())
		}
	}
}

func TestTheBoardsOfAMachine(t *testing.T) {
	for name, c := range map[string]struct {
		compatible, hat string
		exit            int
		want            []string
	}{
		"a Pi 5 with a HAT": {"raspberrypi,5-model-b\x00brcm,bcm2712\x00", "RS485 CAN HAT\x00", commandline.ExitOK,
			[]string{"pi5", "pi5-bare", "pi5-bare+lot-io", "pi5-bare+relay-hat-8", "pi5-bare+waveshare-rs485-can-hat", "pi5-bare+x728-v2"}},
		"a compute module":   {"raspberrypi,4-compute-module\x00brcm,bcm2711\x00", "", commandline.ExitOK, []string{"cm4", "cm4-bare", "cm4-bare+relay-hat-8"}},
		"a Revolution Pi":    {"kunbus,revpi-connect-se\x00brcm,bcm2837\x00", "", commandline.ExitOK, []string{"revpi"}},
		"another machine":    {"xunlong,orangepi-zero3\x00", "", commandline.ExitWrong, nil},
		"no machine of such": {"", "", commandline.ExitWrong, nil},
	} {
		root := machineOf(t, map[string]string{"proc/device-tree/compatible": c.compatible, "proc/device-tree/model": "A model\x00", "proc/device-tree/hat/product": c.hat})
		var out, errs strings.Builder
		if exit := run([]string{"board", "match", "--json", "--root", root}, &out, &errs); exit != c.exit {
			t.Errorf("%s: exit %d\n%s%s", name, exit, out.String(), errs.String())
		}
		var said machineJSON
		if err := json.Unmarshal([]byte(out.String()), &said); err != nil || said.Model != "A model" || said.HAT != strings.TrimSuffix(c.hat, "\x00") || len(c.want) == 0 && len(said.Boards) > 0 {
			t.Errorf("%s: %v\n%s", name, err, out.String())
		}
		for _, want := range c.want {
			if !slices.ContainsFunc(said.Boards, func(b boardName) bool { return b.Name == want }) {
				t.Errorf("%s: no %s in\n%s", name, want, out.String())
			}
		}
		out.Reset()
		run([]string{"board", "match", "--root", root}, &out, &errs)
		for _, line := range strings.Split(out.String(), "\n") {
			if len([]rune(line)) > lineMax {
				t.Errorf("%s: a line of %d columns: %s", name, len([]rune(line)), line)
			}
		}
	}
}
