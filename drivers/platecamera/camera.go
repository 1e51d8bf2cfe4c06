package platecamera

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"gatehouse/drivers"
)

// Source is how a make of camera is asked for its events, instead of waiting for its posts. It ends with an error that
// wraps drivers.ErrOffline when the camera is lost, and the app begins again.
type Source func(ctx context.Context, connection *Connection, take func([]Event) error) error

// Make is one make of camera, as a driver needs it.
type Make struct {
	Format  Format
	Inward  string // what inward is if the site file does not say
	Sources map[string]Source
	Default string // the source if the site file names none
}

// Settings are the settings that the make takes, with their help.
func (m Make) Settings() map[string]string {
	settings := map[string]string{
		"inward":         `what the camera calls a vehicle that drives in: "forward" or "reverse", "approach" or "leave", "in" or "out", degrees … (default: not known)`,
		"zone":           `the zone of times that the camera writes without one, such as "Europe/Berlin" (default "UTC")`,
		"repeat_seconds": "within so many seconds, the same plate is the same vehicle, 0 to 3600 (default 10)",
		"camera":         "only events of this camera, where one device speaks for several: its address, serial number or name",
	}
	if len(m.Sources) > 0 {
		settings["address"] = `where the camera is asked for its events, such as "http://192.168.1.64" (default: it posts to /devices/{deviceId})`
		settings["user"] = "the camera's user, if it is asked"
		settings["password"] = "that user's password"
		settings["certificate_sha256"] = "the SHA-256 of the camera's own certificate, if the address begins with https:// and no authority signed it: " +
			"64 hex digits, which the fault of a camera without it names"
	}
	if len(m.Sources) > 1 {
		settings["source"] = "how the camera is asked: " + m.sourceNames() + ` (default "` + m.Default + `")`
	}
	return settings
}

// Driver is the catalog's line of the make.
func (m Make) Driver(summary string) drivers.Driver {
	return drivers.Driver{
		Name: m.Format.Vendor, Summary: summary, Settings: m.Settings(),
		Make: func(_ drivers.Host, settings drivers.Settings) (any, error) {
			camera, err := m.New(settings)
			if err != nil {
				return nil, err
			}
			return camera, nil
		},
	}
}

// source is the one that the site file names, or nil for a camera that posts.
func (m Make) source(name, address string) (Source, error) {
	source, found := m.Sources[name]
	switch {
	case !found && len(m.Sources) > 0:
		return nil, fmt.Errorf("%w: source = %q: write one of %s", drivers.ErrSettings, name, m.sourceNames())
	case address == "":
		return nil, nil
	}
	return source, nil
}

func (m Make) sourceNames() string {
	return `"` + strings.Join(slices.Sorted(maps.Keys(m.Sources)), `", "`) + `"`
}

// Camera is a drivers.Camera, and the http.Handler that it is fed by.
type Camera struct {
	format  Format
	zone    *time.Location
	way     way
	reading sync.Mutex // guards parser, since a camera may post twice at once
	parser  *Parser
	only    string
	source  Source
	link    link
	drivers.Faults
	posts   chan struct{} // holds a token for each that is on its way
	arrived chan arrival  // from handler and source to See
	turn    chan struct{} // holds a token while See runs
	seen    sightings     // See's own
}

// arrival is an event with its place in its body and the gateway's time.
type arrival struct {
	event Event
	place int
	at    time.Time
}

// New makes a camera from its settings. It asks nobody.
func (m Make) New(settings drivers.Settings) (*Camera, error) {
	c := &Camera{format: m.Format, arrived: make(chan arrival), turn: make(chan struct{}, 1), posts: make(chan struct{}, postsMax)}
	read := settingsReader{settings: settings}
	inward := read.text("inward", m.Inward)
	zone := read.text("zone", "UTC")
	repeatSeconds := read.number("repeat_seconds", 10, 3600)
	c.only = read.text("camera", "")
	c.link = link{address: read.text("address", ""), user: read.text("user", ""), password: read.text("password", "")}
	certificate := read.text("certificate_sha256", "")
	source := read.text("source", m.Default)
	if read.err != nil {
		return nil, read.err
	}
	var err error
	if c.link.pin, err = readPin(certificate, c.link.address); err != nil {
		return nil, err
	}
	if c.way, err = wayOf(inward); err != nil {
		return nil, err
	}
	if c.zone, err = time.LoadLocation(zone); err != nil {
		return nil, fmt.Errorf("%w: zone = %q: write a name such as \"Europe/Berlin\"", drivers.ErrSettings, zone)
	}
	c.parser = NewParser(c.zone, c.format)
	c.seen.repeat = time.Duration(repeatSeconds) * time.Second
	if c.source, err = m.source(source, c.link.address); err != nil {
		return nil, err
	}
	return c, c.link.check()
}

// settingsReader keeps the first error.
type settingsReader struct {
	settings drivers.Settings
	err      error
}

func (r *settingsReader) text(key, fallback string) string {
	text, err := r.settings.Text(key, fallback)
	if r.err == nil {
		r.err = err
	}
	return text
}

func (r *settingsReader) number(key string, fallback, most int) int {
	number, err := r.settings.Int(key, fallback)
	if err == nil && (number < 0 || number > most) {
		err = fmt.Errorf("%w: %s = %d: write 0 to %d", drivers.ErrSettings, key, number, most)
	}
	if r.err == nil {
		r.err = err
	}
	return number
}

// See reports every vehicle once, and again when the camera corrects its plate, until ctx ends or a camera that is
// asked is lost. The silence of one that posts is no error: it may just see no car.
func (c *Camera) See(ctx context.Context, report func(drivers.PlateRead)) error {
	select {
	case c.turn <- struct{}{}:
		defer func() { <-c.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	ctx, cancel := context.WithCancel(ctx)
	lost := c.follow(ctx)
	defer func() {
		cancel()
		if lost != nil {
			<-lost
		}
	}()
	for {
		select {
		case a := <-c.arrived:
			switch {
			case !c.isOurs(a.event):
			case isOfLongAgo(a.event, a.at):
				c.Note(fmt.Errorf("%w: seen at %s", errOfLongAgo, a.event.Time.Format(time.RFC3339)))
			case c.seen.admits(a.event, a.at):
				report(c.read(a))
			}
		case err := <-lost:
			lost = nil
			return err
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// errOfLongAgo is the fault of a vehicle that opens nothing, since it has long gone.
var errOfLongAgo = errors.New("platecamera: the camera kept a vehicle while the gateway was away, and tells it too late: " +
	"is the network between them sound, and the camera's clock right?")

// follow asks the camera for its events, if it is one to be asked. The channel gets the error with which that ended.
func (c *Camera) follow(ctx context.Context) chan error {
	if c.source == nil {
		return nil
	}
	lost := make(chan error, 1)
	connection := newConnection(c)
	go func() {
		defer connection.client.CloseIdleConnections() // or each life of See would leave one behind
		lost <- c.source(ctx, connection, func(events []Event) error { return c.take(ctx, events) })
	}()
	return lost
}

// take hands events to See.
func (c *Camera) take(ctx context.Context, events []Event) error {
	now := time.Now()
	for i, event := range events {
		if event.Kind == Heartbeat {
			continue
		}
		select {
		case c.arrived <- arrival{event, i, now}:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

func (c *Camera) isOurs(e Event) bool {
	return c.only == "" || c.only == e.Camera || c.only == e.Channel
}

// read is the event as the gateway takes it.
func (c *Camera) read(a arrival) drivers.PlateRead {
	r := readOf(a.event, a.place, a.at)
	r.Direction = c.way.direction(a.event.Direction)
	return r
}

// readOf is an event of a vehicle as the gateway takes it, but for its direction. place tells vehicles of one picture
// apart, and now stands in for the time of a camera that says none.
func readOf(e Event, place int, now time.Time) drivers.PlateRead {
	r := drivers.PlateRead{
		Country: e.Country, Vehicle: spotType(e.Vehicle), Image: e.Picture, EventID: eventID(e, place, now), GatewayMS: now.UnixMilli(),
		Opens: e.Opens,
	}
	if !e.Time.IsZero() {
		r.CameraMS = e.Time.UnixMilli()
	}
	if e.Kind != Read {
		return r
	}
	r.Raw, r.Confidence = e.Raw, e.Confidence.PerMille()
	for _, share := range e.Chars {
		r.Chars = append(r.Chars, share.PerMille())
	}
	for _, candidate := range e.Candidates {
		r.Candidates = append(r.Candidates, drivers.PlateCandidate{Raw: candidate.Raw, Confidence: candidate.Confidence.PerMille()})
	}
	return r
}

// eventID tells events apart: the camera's id or its time, and the plate, since a car's events may share an id.
func eventID(e Event, place int, now time.Time) string {
	id, plate := e.EventID, Plate(e.Raw)
	if id == "" && !e.Time.IsZero() {
		id = e.Time.UTC().Format(time.RFC3339Nano)
	}
	if id == "" {
		id = now.UTC().Format(time.RFC3339Nano)
	}
	if e.Kind != Read {
		plate = "#" + strconv.Itoa(place+1)
	}
	return e.Camera + "/" + id + "/" + plate
}

// Reads are the vehicles of a body as the gateway takes them, with directions by the word that means inward.
func Reads(events []Event, inward string) ([]drivers.PlateRead, error) {
	w, err := wayOf(inward)
	if err != nil {
		return nil, err
	}
	var reads []drivers.PlateRead
	for place, event := range events {
		if event.Kind == Read || event.Kind == Unread && !event.Empty {
			read := readOf(event, place, time.UnixMilli(0))
			read.Direction = w.direction(event.Direction)
			reads = append(reads, read)
		}
	}
	return reads, nil
}
