package boards_test

import (
	"slices"
	"strconv"
	"testing"

	"gatehouse/boards"
)

// booted is a config.txt with all that pi4 wants, as people and tools write it.
const booted = `# For more options see http://rptl.io/configtxt
dtparam=audio=on, i2c_arm=on
dtparam=strict_gpiod,watchdog
dtoverlay=disable-bt
enable_uart=1
[pi4]
dtoverlay=uart4
[all]
`

func TestWhatAMachineDoesNotBootWith(t *testing.T) {
	const last, spi = "dtoverlay=uart5,ctsrts\n", "dtparam=spi=on\n"
	for _, c := range []struct {
		board, config string
		missing       []string
	}{
		{"pi4", booted + last, nil},
		{"pi4", booted + last + "[none]\n", nil},
		{"pi4", booted + "[pi5]\n" + last, []string{"dtoverlay=uart5"}},
		{"pi4", booted + "#" + last, []string{"dtoverlay=uart5"}},
		{"pi4", booted + "[gpio4=1]\n" + last, []string{"dtoverlay=uart5"}}, // it may hold, and may not
		{"pi4", "", []string{
			"dtoverlay=disable-bt", "dtparam=i2c_arm=on", "dtoverlay=uart4", "dtoverlay=uart5", "dtparam=strict_gpiod", "enable_uart=1", "dtparam=watchdog=on",
		}},
		{"pi5", booted, []string{"dtparam=uart0=on", "dtoverlay=uart3-pi5", "dtoverlay=uart4-pi5"}},
		{"pi5", "[pi5]\ndtoverlay=uart3-pi5\ndtoverlay=uart4-pi5\n[cm5]\ndtparam=uart0=on\n[all]\n" + booted, []string{"dtparam=uart0=on"}},
		{"waveshare-rs485-can-hat", booted + spi + "dtoverlay=mcp2515-can0,interrupt=25,oscillator=12000000\n", nil},
		{"waveshare-rs485-can-hat", booted + spi + "dtoverlay=mcp2515-can0,interrupt=25,oscillator=8000000\n",
			[]string{"dtoverlay=mcp2515-can0,oscillator=12000000,interrupt=25"}},
		{"relay-hat-8", booted + spi, []string{"gpio=5,6,13,16,19,20,21,26=op,dh"}},
		{"sim", "", nil},
	} {
		board, err := boards.Load(c.board)
		if err != nil {
			t.Fatal(err)
		}
		var missing []string
		for _, line := range board.NotBooted(c.config, "console=tty1 root=/dev/mmcblk0p2") {
			missing = append(missing, line.Line)
		}
		if !slices.Equal(missing, c.missing) {
			t.Errorf("%s with\n%smisses %q, want %q", c.board, c.config, missing, c.missing)
		}
	}
}

func TestWordsOfTheKernelsLine(t *testing.T) {
	board, err := boards.Parse([]byte("name = \"x\"\nextends = \"pi4-bare\"\n[boot.cmdline]\nisolated = { line = \"isolcpus=3\", why = \"a core for itself\" }\n"), "x.toml")
	if err != nil {
		t.Fatal(err)
	}
	for cmdline, want := range map[string]int{"quiet isolcpus=3 rootwait": 0, "isolcpus=30": 1} {
		if missing := board.NotBooted(booted, cmdline); len(missing) != want {
			t.Errorf("%s: %v", cmdline, missing)
		}
	}
}

// FuzzConfig gives any text as config.txt: it is read without a panic, and what is missing is missing once.
func FuzzConfig(f *testing.F) {
	f.Add(booted)
	f.Add("dtoverlay=i2c-gpio,pins_2,i2c_gpio_scl=5\ndtoverlay=i2c3,pins_2_3\ngpio=1-99,4=op,dh\ndtparam=\n[all\n=\ndtoverlay=,=,interrupt=999999999999999999999")
	board, err := boards.Load("pi4-bare+relay-hat-8")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, config string) {
		if missing := board.NotBooted(config, config); len(missing) > len(board.Config)+len(board.Cmdline) {
			t.Fatalf("%d lines are missing", len(missing))
		}
		for _, clash := range board.Clashes(config) {
			if clash.Pin.GPIO < 0 || clash.User.Name == "" {
				t.Fatalf("%+v", clash)
			}
		}
		own := "name = \"own\"\nextends = \"pi4-bare+relay-hat-8\"\n[boot.config]\nown = { line = " + strconv.Quote(config) + ", why = \"a reason\" }\n"
		_, _ = boards.Parse([]byte(own), "own.toml") // any answer but a panic
		_, _ = board.ConsoleOn(config, config)
	})
}
