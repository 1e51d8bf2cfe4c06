package boards

import (
	"fmt"
	"maps"
	"slices"
)

// pins checks that the lines which buses and other things take are on the header.
func (c *checker) pins() {
	for _, name := range slices.Sorted(maps.Keys(c.raw.UARTs)) {
		c.list(c.raw.UARTs[name].GPIO, "uarts", name)
		c.turned(c.raw.UARTs[name].GPIO, "TXD0", "RXD0", "uarts", name)
	}
	for _, name := range slices.Sorted(maps.Keys(c.raw.I2C)) {
		c.list(c.raw.I2C[name].GPIO, "i2c", name)
		c.turned(c.raw.I2C[name].GPIO, "SDA1", "SCL1", "i2c", name)
	}
	for _, name := range slices.Sorted(maps.Keys(c.raw.SPI)) {
		c.list(c.raw.SPI[name].GPIO, "spi", name)
	}
	for _, name := range slices.Sorted(maps.Keys(c.raw.Taken)) {
		taken := c.raw.Taken[name]
		if taken.What == "" || len(taken.GPIO) == 0 {
			c.problem("it does not say what takes which lines", `write what = "…" and gpio = […]`, "taken", name)
		}
		c.list(taken.GPIO, "taken", name)
	}
}

// list checks that all numbers of a list are lines of the header.
func (c *checker) list(numbers []int, path ...any) {
	for i, number := range numbers {
		c.onHeader(number, append(slices.Clone(path), "gpio", i)...)
	}
}

// turned checks that the two wires of a bus are not taken for each other, where the header knows better.
func (c *checker) turned(numbers []int, first, second string, path ...any) {
	if len(numbers) < 2 {
		return
	}
	pin, _ := c.board.Header.ByGPIO(numbers[0])
	other, _ := c.board.Header.ByGPIO(numbers[1])
	if pin.Usual == second && other.Usual == first {
		c.problem(fmt.Sprintf("%s is %s, and %s is %s", pin, second[:3], other, first[:3]),
			fmt.Sprintf("write gpio = [%d, %d]", other.GPIO, pin.GPIO), append(path, "gpio")...)
	}
}

// header checks that each pin has one user, and that what it is used for is possible.
func (c *checker) header() {
	type use struct {
		User
		path []any
	}
	users := map[int]use{}
	c.board.eachUse(func(pin HeaderPin, user User, path []any) {
		first, taken := users[pin.Number]
		switch {
		case pin.ForEEPROM():
			c.problem(fmt.Sprintf("%s is for the identity chip of a HAT, which the firmware talks to at each start", pin), fmt.Sprintf("move %s %s to another pin", user.Kind, user.Name), path...)
		case taken && (isLine(first.User) || isLine(user)):
			c.problemAt(fmt.Sprintf("%s is used twice: by %s %s and by %s %s", pin, first.Kind, first.Name, user.Kind, user.Name), "move one of them; lotctl board pinout draws what is free", path, first.path)
		case taken && !(sharedSPI(pin) && c.onSPI(first.path) && c.onSPI(path)):
			c.problemAt(fmt.Sprintf("%s is used twice: by %s %s and by %s %s", pin, first.Kind, first.Name, user.Kind, user.Name), otherThan(first.Kind), path, first.path)
		}
		if !taken {
			users[pin.Number] = use{user, path}
		}
	})
}

// otherThan says what to do about two things on one pin, neither of which is a line.
func otherThan(first string) string {
	if first == kindI2C {
		return "one of the two has to go; what is on the bus beside others needs no entry"
	}
	return "one of the two has to go"
}

func isLine(user User) bool { return user.Kind == "output" || user.Kind == "input" }

// onSPI reports whether what a place of the file says is on an SPI bus, as a CAN controller or a radio may be.
func (c *checker) onSPI(path []any) bool {
	switch path[0] {
	case "spi":
		return true
	case "taken":
		clocked, fed := false, false
		for _, number := range c.raw.Taken[path[1].(string)].GPIO {
			pin, _ := c.board.Header.ByGPIO(number)
			clocked, fed = clocked || pin.Usual == "SCLK", fed || pin.Usual == "MOSI"
		}
		return clocked && fed
	}
	return false
}

// sharedSPI reports whether all devices of an SPI bus use a pin: data and clock, and not the select lines.
func sharedSPI(pin HeaderPin) bool {
	return pin.Usual == "MOSI" || pin.Usual == "MISO" || pin.Usual == "SCLK"
}
