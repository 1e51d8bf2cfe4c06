package line

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// The faults of the PiBridge of a Revolution Pi, each with what to do. All wrap drivers.ErrOffline on their way out.
var (
	ErrModuleSilent = errors.New("its module on the PiBridge does not answer: check the 24 V at the module's X4 and the plugs between " +
		"the modules, then have the bridge begin anew (piTest -x)")
	ErrBridgeStopped = errors.New("the PiBridge does not run: look whether PiCtory's configuration is saved, and have it begin anew (piTest -x)")
)

const (
	// bridgeEvery is how often the kernel is asked for the modules.
	bridgeEvery = 100 * time.Millisecond
	// failuresCounted is up to how many failed exchanges in a row the kernel counts of each module; then it calls it offline.
	failuresCounted = 255
	// failuresMax is how many of modules that are not yet offline are borne: on a sound bridge a second one in a row is rare.
	failuresMax = 20
)

// bridge knows which modules answer.
type bridge struct {
	image processImage

	mu      sync.Mutex
	modules []module
	suspect bool // exchanges fail, and the kernel does not yet say with which module
	err     error
	next    time.Time // it is asked again
}

// answers is an error while the module does not that a bit of the image belongs to.
func (b *bridge) answers(at place) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if now := time.Now(); !now.Before(b.next) {
		b.look()
		b.next = now.Add(bridgeEvery)
	}
	if b.err != nil {
		return b.err
	}
	for _, m := range b.modules {
		if m.holds(at) && (!m.present || !m.cyclic || b.suspect) {
			return fmt.Errorf("PiBridge address %d: %w", m.address, ErrModuleSilent)
		}
	}
	return nil
}

// look asks for the modules. While exchanges fail of which the kernel does not yet say with whom, no module is believed: that
// lasts some seconds, in which a car may come.
func (b *bridge) look() {
	var failures int
	b.modules, failures, b.err = b.image.modules()
	if failures < failuresCounted {
		for i := range b.modules { // kernels before 2019 call all modules offline
			b.modules[i].cyclic = true
		}
	}
	for _, m := range b.modules {
		if m.present && !m.cyclic {
			failures -= failuresCounted
		}
	}
	b.suspect = failures > failuresMax
}

// module is an input or output module on the bridge.
type module struct {
	address int  // as piTest -d lists it: from 32 on to the right of the base module, down from 31 to its left
	present bool // it was there when the bridge began
	cyclic  bool // data are exchanged with it
	in, out span // its parts of the process image
}

// span is a part of the process image.
type span struct{ first, bytes int }

func (m module) holds(at place) bool { return m.in.holds(at) || m.out.holds(at) }

func (s span) holds(at place) bool {
	return int(at.address) >= s.first && int(at.address) < s.first+s.bytes
}

// deviceBytes is the size of SDeviceInfo (RevolutionPi/piControl, piControl.h), devicesMax how many the kernel has at most.
const (
	deviceBytes  = 72
	devicesMax   = 64
	notConnected = 0x8000 // of a kind: PiCtory knows the module, and the bridge does not
	stateCyclic  = 1      // IOSTATE_CYCLIC_IO
)

// exchangers are the kinds of module of whose exchanges the kernel says whether they work: DIO, DI, DO, AIO, MIO and RO
// (common_define.h).
var exchangers = [...]uint16{96, 97, 98, 103, 118, 137}

// parseDevices reads the kernel's list of devices: the modules, and where in the image the inputs of the base module begin.
func parseDevices(list []byte) (modules []module, base int) {
	for ; len(list) >= deviceBytes; list = list[deviceBytes:] {
		word := func(at int) int { return int(binary.LittleEndian.Uint16(list[at:])) }
		address, kind := int(list[0]), uint16(word(8))&^notConnected
		if address == 0 {
			base = word(28)
		}
		if slices.Contains(exchangers[:], kind) {
			modules = append(modules, module{
				address: address, present: list[39] != 0, cyclic: list[38] == stateCyclic,
				in: span{word(28), word(20)}, out: span{word(30), word(22)},
			})
		}
	}
	return modules, base
}
