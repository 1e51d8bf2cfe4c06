package main

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"gatehouse/drivers/lorawan/payload"
	"gatehouse/sync/commandline"
)

type sensorCommands struct {
	Decode sensorDecode `cmd:"" help:"Decode what a LoRaWAN parking or distance sensor sent."`
	Replay sensorReplay `cmd:"" help:"Play a recorded trace of one spot sensor through the detector. A gateway records them where its site file has [record]."`
	List   sensorList   `cmd:"" name:"ls" help:"List the LoRaWAN sensors that can be decoded."`
}

type sensorDecode struct {
	Device string `required:"" placeholder:"NAME" help:"The sensor's maker and model; lotctl sensor ls lists them."`
	FPort  string `name:"fport" placeholder:"N" help:"The LoRaWAN port of the uplink, where it is known."`
	Hex    string `required:"" placeholder:"HEX" help:"The payload in hexadecimal."`
	JSON   bool   `name:"json" help:"Print one JSON object."`
}

// Run prints the fields of the payload.
func (d sensorDecode) Run(out io.Writer) error {
	data, err := hexBytes(d.Hex)
	if err != nil {
		return err
	}
	port := payload.NoPort
	if d.FPort != "" {
		number, err := strconv.ParseUint(d.FPort, 10, 8)
		if err != nil {
			return fmt.Errorf("%w: --fport %s: write a number from 1 to 223", commandline.ErrUsage, d.FPort)
		}
		if number > 0 { // 0 is written by platforms that do not know it: nothing of a sensor's travels on this port
			port = int(number)
		}
	}
	device, err := payload.Find(d.Device)
	if err != nil {
		return err
	}
	var message payload.Message
	if err := device.Decode(&message, port, data); err != nil {
		return fmt.Errorf("%w: check --device, --fport, and that --hex is the whole payload", err)
	}
	if d.JSON {
		_, err = fmt.Fprintf(out, "%s\n", message.AppendJSON(nil))
		return err
	}
	for _, field := range message.Fields() {
		fmt.Fprintf(out, "%-24s %s\n", field.Name, field.AppendJSON(nil))
	}
	return nil
}

// hexBytes reads hexadecimal as people copy it: with 0x or \x before it or before each byte, and with what parts bytes in
// logs and in programs.
func hexBytes(text string) ([]byte, error) {
	var data []byte
	var err error
	for piece := range strings.SplitSeq(strings.NewReplacer("0x", "\x00", "0X", "\x00", `\x`, "\x00").Replace(text), "\x00") {
		digits := strings.Map(func(r rune) rune {
			if strings.ContainsRune(" \t\r\n,;:-[]{}()\"'", r) {
				return -1
			}
			return r
		}, piece)
		bytes, wrong := hex.DecodeString(digits)
		data, err = append(data, bytes...), errors.Join(err, wrong)
	}
	if err == nil {
		return data, nil
	}
	return nil, wrongHex(text, err)
}

// hexShown is how much of a wrong text is shown.
const hexShown = 700

// wrongHex says what a text is that is no hexadecimal.
func wrongHex(text string, err error) error {
	text = text[:min(len(text), hexShown)]
	if bytes, notBase64 := base64.StdEncoding.DecodeString(strings.TrimSpace(text)); notBase64 == nil {
		return fmt.Errorf("%w: --hex %q looks like base64, as LoRaWAN servers show it: if it is, write --hex %x", commandline.ErrUsage, text, bytes)
	}
	if errors.Is(err, hex.ErrLength) {
		return fmt.Errorf("%w: --hex %q has half a byte: write the whole payload, two digits for each byte", commandline.ErrUsage, text)
	}
	return fmt.Errorf("%w: --hex %q: write pairs of the digits 0 to 9 and a to f", commandline.ErrUsage, text)
}

type sensorList struct{}

// Run prints the table of sensors.
func (sensorList) Run(out io.Writer) error {
	for _, device := range payload.Devices() {
		fmt.Fprintf(out, "%-30s %s\n", device.Name, device.Summary)
	}
	return nil
}
