package boards

import "fmt"

// HeaderPin is one pin of a board's header, which has them in two columns: odd numbers left, even ones right.
type HeaderPin struct {
	Number int
	Name   string // as GPIO17, GND, 3V3
	GPIO   int    // the line on the header's chip; -1: none, and so for power and ground
	// Usual is what the pin is used for when a bus of the board is on: SDA1, TXD0.
	Usual  string
	PullUp bool // at reset: up, and otherwise down
}

// header40 is the header that all Raspberry Pi boards have had since 2014. Source: the pin assignments of the Raspberry
// Pi documentation; the pulls at reset are those of the BCM2835 sheet (GPIO 0 to 8 up, the others down), and RP1 has the same
// (raspberrypi/linux issue 6347, the output of pinctrl).
var header40 = [...]HeaderPin{
	power(1, "3V3"), power(2, "5V"),
	gpio(3, 2, "SDA1"), power(4, "5V"),
	gpio(5, 3, "SCL1"), power(6, "GND"),
	gpio(7, 4, ""), gpio(8, 14, "TXD0"),
	power(9, "GND"), gpio(10, 15, "RXD0"),
	gpio(11, 17, ""), gpio(12, 18, ""),
	gpio(13, 27, ""), power(14, "GND"),
	gpio(15, 22, ""), gpio(16, 23, ""),
	power(17, "3V3"), gpio(18, 24, ""),
	gpio(19, 10, "MOSI"), power(20, "GND"),
	gpio(21, 9, "MISO"), gpio(22, 25, ""),
	gpio(23, 11, "SCLK"), gpio(24, 8, "CE0"),
	power(25, "GND"), gpio(26, 7, "CE1"),
	gpio(27, 0, "ID_SD"), gpio(28, 1, "ID_SC"),
	gpio(29, 5, ""), power(30, "GND"),
	gpio(31, 6, ""), gpio(32, 12, ""),
	gpio(33, 13, ""), power(34, "GND"),
	gpio(35, 19, ""), gpio(36, 16, ""),
	gpio(37, 26, ""), gpio(38, 20, ""),
	power(39, "GND"), gpio(40, 21, ""),
}

func power(number int, name string) HeaderPin {
	return HeaderPin{Number: number, Name: name, GPIO: -1}
}

func gpio(number, line int, usual string) HeaderPin {
	return HeaderPin{Number: number, Name: fmt.Sprintf("GPIO%d", line), GPIO: line, Usual: usual, PullUp: line <= 8}
}

// ForEEPROM reports whether a pin belongs to the HAT's identity chip, which the firmware talks to at every start.
func (p HeaderPin) ForEEPROM() bool { return p.GPIO == 0 || p.GPIO == 1 }

// String is for example "GPIO17 (header pin 11)".
func (p HeaderPin) String() string { return fmt.Sprintf("%s (header pin %d)", p.Name, p.Number) }

// Header is the board's header: the pins in their order, and the chip that their GPIO numbers count on. A board without
// one has none.
type Header struct {
	Chip string
	Pins []HeaderPin
}

// ByGPIO is the pin of a line of the header's chip.
func (h Header) ByGPIO(line int) (HeaderPin, bool) {
	for _, pin := range h.Pins {
		if pin.GPIO == line && line >= 0 {
			return pin, true
		}
	}
	return HeaderPin{}, false
}

// ByNumber is the pin of that number.
func (h Header) ByNumber(number int) (HeaderPin, bool) {
	if number < 1 || number > len(h.Pins) {
		return HeaderPin{}, false
	}
	return h.Pins[number-1], true
}

// ByName is the line that the kernel calls so, as GPIO17.
func (h Header) ByName(name string) (HeaderPin, bool) {
	for _, pin := range h.Pins {
		if pin.Name == name && pin.GPIO >= 0 {
			return pin, true
		}
	}
	return HeaderPin{}, false
}
