package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"gatehouse/drivers"
	"gatehouse/drivers/line"
	"gatehouse/drivers/zvt"
	"gatehouse/sync/commandline"
)

type terminalCommands struct {
	EndOfDay endOfDayCommand `cmd:"" help:"Have a payment terminal hand its payments in."`
	Reverse  reverseCommand  `cmd:"" help:"Have a payment terminal take a payment of today back."`
}

// terminalLimit is how long a terminal may take to hand its payments in.
const terminalLimit = 5 * time.Minute

// terminalAddress is where a ZVT terminal is. It speaks with one till at a time: a gateway that uses it must be stopped.
type terminalAddress struct {
	Address  string `help:"Where the terminal listens, such as 192.168.1.50:20007." xor:"where" required:""`
	Port     string `help:"The serial port that it is on, such as /dev/ttyUSB0." xor:"where" required:""`
	Baud     int    `default:"9600" help:"The speed of the serial port (default 9600)."`
	Password string `env:"ZVT_PASSWORD" default:"000000" help:"The terminal's password for tills, six digits (default 000000)."`
	Currency string `default:"EUR" help:"The terminal's currency (default EUR)."`
}

type endOfDayCommand struct{ terminalAddress }

// Run ends the day.
func (c endOfDayCommand) Run(out io.Writer) error {
	err := c.speak(func(ctx context.Context, terminal *zvt.Terminal) error { return terminal.EndOfDay(ctx) })
	if err == nil {
		fmt.Fprintln(out, "the terminal has handed its payments in")
	}
	return err
}

type reverseCommand struct {
	terminalAddress
	Reference string `arg:"" help:"The payment's reference, as the gateway shows it and the receipt begins with."`
}

// Run reverses a payment.
func (c reverseCommand) Run(out io.Writer) error {
	err := c.speak(func(ctx context.Context, terminal *zvt.Terminal) error { return terminal.Reverse(ctx, c.Reference) })
	if err == nil {
		fmt.Fprintln(out, "the payment "+c.Reference+" was taken back")
	}
	return err
}

func (a terminalAddress) speak(say func(ctx context.Context, terminal *zvt.Terminal) error) error {
	settings := drivers.Settings{"password": a.Password, "currency": a.Currency}
	if a.Port != "" {
		settings["port"], settings["baud"] = a.Port, int64(a.Baud)
	} else {
		settings["address"] = a.Address
	}
	device, err := zvt.Driver().Make(portsByPath{}, settings)
	if err != nil {
		return fmt.Errorf("%w: %w", commandline.ErrUsage, err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), terminalLimit)
	defer cancel()
	return say(ctx, device.(*zvt.Terminal))
}

// portsByPath is a host without a board: ports have the names that the system gives them.
type portsByPath struct{ drivers.Host }

// Serial opens a port.
func (portsByPath) Serial(path string, mode drivers.SerialMode) (drivers.Port, error) {
	return line.OpenSerial(path, mode)
}
