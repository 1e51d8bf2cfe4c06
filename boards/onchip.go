package boards

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// port is a UART of a processor, or of the chip that its header is on: its device, the lines that it has, and any of the boot
// lines that switch it on. Sources: boot/overlays/README of raspberrypi/firmware for the lines and overlays; raspberrypi/linux
// pull request 5436 for the numbers, which are those of the UARTs from Linux 6.1 on.
type port struct {
	path   string
	gpio   [4]int // TXD, RXD, CTS, RTS
	bootBy []string
}

// The chips of the headers, by the label that their drivers give them.
const (
	chipBCM2835 = "pinctrl-bcm2835" // and BCM2837: Zero 2 W, 3B+
	chipBCM2711 = "pinctrl-bcm2711" // 4B, CM4
	chipRP1     = "pinctrl-rp1"     // 5
)

// portsOf are the UARTs that a header's chip can have on the header; none of a chip that is not known.
func portsOf(chip string) []port {
	first := []port{
		{"/dev/ttyAMA0", [4]int{14, 15, 16, 17}, []string{"enable_uart=1"}},
		{"/dev/ttyS0", [4]int{14, 15, 16, 17}, []string{"enable_uart=1"}},
		{"/dev/serial0", [4]int{14, 15, 16, 17}, []string{"enable_uart=1"}},
	}
	switch chip {
	case chipBCM2835:
		return first
	case chipBCM2711:
		return append(first,
			port{"/dev/ttyAMA2", [4]int{0, 1, 2, 3}, []string{"dtoverlay=uart2"}}, port{"/dev/ttyAMA3", [4]int{4, 5, 6, 7}, []string{"dtoverlay=uart3"}},
			port{"/dev/ttyAMA4", [4]int{8, 9, 10, 11}, []string{"dtoverlay=uart4"}}, port{"/dev/ttyAMA5", [4]int{12, 13, 14, 15}, []string{"dtoverlay=uart5"}})
	case chipRP1:
		return []port{
			{"/dev/ttyAMA0", [4]int{14, 15, 16, 17}, []string{"dtparam=uart0=on", "dtoverlay=uart0-pi5"}}, {"/dev/ttyAMA1", [4]int{0, 1, 2, 3}, []string{"dtoverlay=uart1-pi5"}},
			{"/dev/ttyAMA2", [4]int{4, 5, 6, 7}, []string{"dtoverlay=uart2-pi5"}}, {"/dev/ttyAMA3", [4]int{8, 9, 10, 11}, []string{"dtoverlay=uart3-pi5"}},
			{"/dev/ttyAMA4", [4]int{12, 13, 14, 15}, []string{"dtoverlay=uart4-pi5"}},
		}
	}
	return nil
}

// overlay is what a boot line of that name takes of the header unless its parameters say otherwise.
type overlay struct {
	name string
	gpio []int
	by   map[string]int // parameters that name a line: which of gpio they move
}

// overlays are those whose lines are not told by their parameters alone. Source: boot/overlays/README of raspberrypi/firmware.
func overlays() []overlay {
	return []overlay{
		{"mcp2515-can0", []int{25, 8, 9, 10, 11}, map[string]int{"interrupt": 0}}, {"mcp2515-can1", []int{25, 7, 9, 10, 11}, map[string]int{"interrupt": 0}},
		{"spi0-0cs", []int{9, 10, 11}, nil}, {"spi0-1cs", []int{8, 9, 10, 11}, map[string]int{"cs0_pin": 0}},
		{"spi0-2cs", []int{8, 7, 9, 10, 11}, map[string]int{"cs0_pin": 0, "cs1_pin": 1}},
		{"spi1-1cs", []int{18, 19, 20, 21}, map[string]int{"cs0_pin": 0}}, {"spi1-2cs", []int{18, 17, 19, 20, 21}, map[string]int{"cs0_pin": 0, "cs1_pin": 1}},
		{"spi1-3cs", []int{18, 17, 16, 19, 20, 21}, map[string]int{"cs0_pin": 0, "cs1_pin": 1, "cs2_pin": 2}},
		{"i2c3", []int{4, 5}, nil}, {"i2c4", []int{8, 9}, nil}, {"i2c5", []int{12, 13}, nil}, {"i2c6", []int{22, 23}, nil},
		{"i2c1-pi5", []int{2, 3}, nil}, {"i2c2-pi5", []int{4, 5}, nil}, {"i2c3-pi5", []int{6, 7}, nil},
		{"i2c-gpio", []int{23, 24}, map[string]int{"i2c_gpio_sda": 0, "i2c_gpio_scl": 1}},
		{"w1-gpio", []int{4}, map[string]int{"gpiopin": 0}}, {"gpio-fan", []int{12}, map[string]int{"gpiopin": 0}},
		{"gpio-ir", []int{18}, map[string]int{"gpio_pin": 0}}, {"gpio-poweroff", []int{26}, map[string]int{"gpiopin": 0}},
		{"gpio-shutdown", []int{3}, map[string]int{"gpio_pin": 0}}, {"pps-gpio", []int{18}, map[string]int{"gpiopin": 0}},
		{"pwm", []int{18}, map[string]int{"pin": 0}}, {"dht11", []int{4}, map[string]int{"gpiopin": 0}},
	}
}

// taker is a part of a line of config.txt that takes lines of the header, so that the kernel gives them to nobody else.
type taker struct {
	line string
	gpio []int
}

// takersOf are the parts of a line of config.txt that take lines of a chip's header.
func takersOf(line, chip string) (all []taker) {
	key, rest, _ := strings.Cut(line, "=")
	switch key {
	case "dtparam":
		for _, part := range parameters(rest) {
			if gpio := takenByParameter(part, chip); gpio != nil {
				all = append(all, taker{"dtparam=" + part, gpio})
			}
		}
	case "dtoverlay":
		if gpio := takenByOverlay(strings.Split(rest, ","), chip); gpio != nil {
			all = append(all, taker{line, gpio})
		}
	case "enable_uart":
		if strings.TrimSpace(rest) == "1" && chip != chipRP1 {
			all = append(all, taker{line, []int{14, 15}})
		}
	}
	return all
}

func takenByParameter(parameter, chip string) []int {
	switch parameter {
	case "spi=on":
		return []int{7, 8, 9, 10, 11} // both select lines, used or not
	case "i2c_arm=on", "i2c=on", "i2c1=on":
		return []int{2, 3}
	case "i2s=on":
		return []int{18, 19, 20, 21}
	case "uart0=on", "uart0_console=on":
		if chip == chipRP1 {
			return []int{14, 15}
		}
	}
	return nil
}

func takenByOverlay(parts []string, chip string) (gpio []int) {
	name := strings.TrimSpace(parts[0])
	for _, p := range portsOf(chip) {
		if slices.Contains(p.bootBy, "dtoverlay="+name) {
			gpio = slices.Clone(p.gpio[:2])
			if slices.Contains(parts, "ctsrts") {
				gpio = slices.Clone(p.gpio[:])
			}
		}
	}
	moves := map[string]int{}
	for _, o := range overlays() {
		if o.name == name {
			gpio, moves = o.gpio, o.by
		}
	}
	for _, part := range parts[1:] {
		parameter, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		if other, is := strings.CutPrefix(parameter, "pins_"); is && len(moves) == 0 { // those of an I2C bus: pins_2_3
			gpio = gpioList(strings.ReplaceAll(other, "_", ","))
		}
		number, err := strconv.Atoi(value)
		if at, moved := moves[parameter]; err == nil && moved {
			gpio = slices.Clone(gpio)
			gpio[at] = number
		} else if err == nil && (parameter == "interrupt" || strings.HasSuffix(parameter, "pin")) {
			gpio = append(slices.Clone(gpio), number)
		}
	}
	return gpio
}

// BootClash is a line of config.txt that takes a pin of the header which the board uses for something else.
type BootClash struct {
	Line string
	Pin  HeaderPin
	User User
}

// Clashes are the lines of a machine's config.txt that take pins away from what the board has on them.
func (b Board) Clashes(config string) (clashes []BootClash) {
	users := b.Users()
	for _, line := range b.settings(config) {
		for _, taker := range takersOf(line, b.Header.Chip) {
			if slices.ContainsFunc(b.Config, func(own BootLine) bool { return b.takesAlike(own.Line, taker) }) {
				continue
			}
			for _, number := range taker.gpio {
				pin, onHeader := b.Header.ByGPIO(number)
				if user, used := users[pin.Number]; onHeader && used {
					clashes = append(clashes, BootClash{taker.line, pin, user})
				}
			}
		}
	}
	return clashes
}

// takesAlike reports whether one of the board's own boot lines takes all that another line does.
func (b Board) takesAlike(own string, other taker) bool {
	return slices.ContainsFunc(takersOf(own, b.Header.Chip), func(t taker) bool {
		return !slices.ContainsFunc(other.gpio, func(number int) bool { return !slices.Contains(t.gpio, number) })
	})
}

// boots reports whether one of the board's boot lines says all of another.
func (b Board) boots(wanted string) bool {
	return slices.ContainsFunc(b.Config, func(line BootLine) bool { return covers(line.Line, wanted) })
}

// bootsAny reports whether the board has any of several boot lines.
func (b Board) bootsAny(lines []string) bool { return slices.ContainsFunc(lines, b.boots) }

// pinsText names lines of the header, as an installer counts them.
func (b Board) pinsText(numbers []int) string {
	names := make([]string, len(numbers))
	for i, number := range numbers {
		names[i] = fmt.Sprintf("GPIO%d", number)
		if pin, found := b.Header.ByGPIO(number); found {
			names[i] = pin.String()
		}
	}
	return strings.Join(names, " and ")
}
