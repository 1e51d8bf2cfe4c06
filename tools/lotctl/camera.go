package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"gatehouse/drivers/all"
	"gatehouse/drivers/platecamera"
	"gatehouse/sync/commandline"
	"gatehouse/sync/platetext"
)

type cameraCommands struct {
	Parse cameraParse `cmd:"" help:"Read what a plate camera sent, and print what it says."`
}

type cameraParse struct {
	File        string `arg:"" help:"A body that a camera posted, or a recorded stream of several, with or without heads; - is the standard input."`
	Vendor      string `default:"auto" help:"auto, or one of hikvision, dahua, axis, platerecognizer, openalpr, lilin."`
	Zone        string `default:"UTC" help:"The zone of times that have none, such as Europe/Berlin (default UTC)."`
	ContentType string `help:"The content type that the camera gave, if the boundary is needed and the body does not begin with it."`
	JSON        bool   `name:"json" help:"Print an array with an object for each event."`
}

// Run prints the events of a file.
func (c cameraParse) Run(out io.Writer) error {
	formats, err := plateFormats(c.Vendor)
	if err != nil {
		return err
	}
	zone, err := time.LoadLocation(c.Zone)
	if err != nil {
		return fmt.Errorf("%w: --zone %q: write a name such as Europe/Berlin", commandline.ErrUsage, c.Zone)
	}
	body, err := readAtMost(c.File, recordingMax, "cut the recording into shorter ones")
	if err != nil {
		return err
	}
	events, err := platecamera.Parse(body, c.ContentType, zone, formats...)
	if err != nil {
		err = fmt.Errorf("%s: %w", c.File, err)
	}
	if err != nil && !errors.Is(err, platecamera.ErrPart) {
		return err
	}
	return errors.Join(c.print(out, events), err)
}

func (c cameraParse) print(out io.Writer, events []platecamera.Event) error {
	if c.JSON {
		return printEvents(out, events)
	}
	for _, event := range events {
		fmt.Fprintf(out, "%-9s %-12s %-6s %-24s %-20s %s\n", event.Kind, platetext.Normal(event.Raw), event.State, timeText(event.Time), event.Camera, event.Picture)
	}
	return nil
}

// plateFormats are those of one make, or of all.
func plateFormats(vendor string) ([]platecamera.Format, error) {
	formats := all.PlateFormats()
	names := []string{"auto"}
	for _, format := range formats {
		if strings.EqualFold(format.Vendor, vendor) {
			return []platecamera.Format{format}, nil
		}
		names = append(names, format.Vendor)
	}
	if !strings.EqualFold(vendor, "auto") {
		return nil, fmt.Errorf("%w: --vendor %q: write one of %s", commandline.ErrUsage, vendor, strings.Join(names, ", "))
	}
	return formats, nil
}

// recordingMax is larger than a camera's post may be: a recording holds many, with their pictures.
const recordingMax = 256 << 20

// cameraEvent is an event as it is printed.
type cameraEvent struct {
	Kind           string        `json:"kind"`
	State          string        `json:"state,omitempty"`
	Plate          string        `json:"plate,omitempty"`
	PlateRaw       string        `json:"plateRaw,omitempty"`
	Confidence     json.Number   `json:"confidence,omitempty"`
	CharConfidence []json.Number `json:"charConfidence,omitempty"`
	Candidates     []string      `json:"candidates,omitempty"`
	Country        string        `json:"country,omitempty"`
	Direction      string        `json:"direction,omitempty"`
	TimeUTC        string        `json:"timeUTC,omitempty"`
	Camera         string        `json:"camera,omitempty"`
	EventID        string        `json:"eventId,omitempty"`
}

func printEvents(out io.Writer, events []platecamera.Event) error {
	printed := make([]cameraEvent, 0, len(events))
	for _, event := range events {
		printed = append(printed, printedEvent(event))
	}
	return printJSON(out, printed)
}

func printedEvent(event platecamera.Event) cameraEvent {
	p := cameraEvent{
		Kind: event.Kind.String(), State: event.State.String(), Country: event.Country, Direction: event.Direction,
		TimeUTC: timeText(event.Time), Camera: event.Camera, EventID: event.EventID,
	}
	if event.Kind != platecamera.Read {
		return p
	}
	p.Plate, p.PlateRaw, p.Confidence = string(platetext.Normal(event.Raw)), event.Raw, shareText(event.Confidence)
	for _, share := range event.Chars {
		p.CharConfidence = append(p.CharConfidence, shareText(share))
	}
	for _, c := range event.Candidates {
		p.Candidates = append(p.Candidates, string(platetext.Normal(c.Raw)))
	}
	return p
}

func timeText(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format(time.RFC3339Nano)
}

// shareText is a confidence from 0 to 1 in digits, or nothing if it is not known.
func shareText(share platecamera.Share) json.Number {
	if !share.Known {
		return ""
	}
	text := fmt.Sprintf("%d.%09d", share.Billionths/1_000_000_000, share.Billionths%1_000_000_000)
	return json.Number(strings.TrimSuffix(strings.TrimRight(text, "0"), "."))
}
