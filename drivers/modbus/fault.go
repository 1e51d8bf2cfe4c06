package modbus

import (
	"fmt"

	"gatehouse/drivers"
)

// FaultKind names what went wrong on a bus.
type FaultKind uint8

// The faults.
const (
	FaultNoAnswer FaultKind = iota
	FaultGarbage
	FaultHalfFrame
	FaultWrongSlave
	FaultLateReply
	FaultBabble
	FaultException
	FaultFunction
	FaultDevice
	FaultBusSilent
	faultKinds
)

// faultNames are the names and the hints, in the order of the kinds.
var faultNames = [faultKinds]struct{ name, hint string }{
	FaultNoAnswer:   {"does not answer", "check its power, its address, and that A and B are not swapped"},
	FaultGarbage:    {"answers garbage", "check baud and parity, the termination, and that no two devices have one address"},
	FaultHalfFrame:  {"stops in the middle of a frame", "check the cable and the device's power supply"},
	FaultWrongSlave: {"was asked and another device answered", "two devices may have one address, or one was given a wrong one"},
	FaultLateReply:  {"answers too late", "raise timeout_ms, or set a shorter response delay in the device"},
	FaultBabble:     {"can't be heard: something talks without being asked", "unplug devices one by one until the line is quiet, and check the bias resistors"},
	FaultException:  {"refuses the request", "check that the profile is the one of this device"},
	FaultFunction:   {"does not know a function", "write the other one into its profile, or into its settings if it has none; its manual lists what it knows"},
	FaultDevice:     {"says that it fails or is busy", "switch its power off and on; behind a gateway, check the device there"},
	FaultBusSilent:  {"is silent: no device answers", "check the RS-485 adapter, the supply of the bus, and that A and B are not swapped"},
}

// String is the fault's name.
func (k FaultKind) String() string { return faultNames[min(k, faultKinds-1)].name }

// Hint is what to do about it.
func (k FaultKind) Hint() string { return faultNames[min(k, faultKinds-1)].hint }

// Fault is an error of a bus or of a slave on it. It is a drivers.ErrOffline, except for an exception by which a slave refuses
// what it can't do, or a function.
type Fault struct {
	Kind   FaultKind
	Bus    string
	Slave  byte // 0: the whole bus
	Detail string
}

func (f *Fault) Error() string {
	what := "bus " + f.Bus
	if f.Slave != 0 {
		what += fmt.Sprintf(": slave %d", f.Slave)
	}
	detail := ""
	if f.Detail != "" {
		detail = " (" + f.Detail + ")"
	}
	return fmt.Sprintf("modbus: %s %s%s: %s", what, f.Kind, detail, f.Kind.Hint())
}

// Unwrap tells it as the drivers' contracts do.
func (f *Fault) Unwrap() error {
	if f.Kind == FaultException || f.Kind == FaultFunction {
		return drivers.ErrUnsupported
	}
	return drivers.ErrOffline
}

// exceptionNames are the codes of the protocol from 1 on.
var exceptionNames = []string{
	"illegal function", "illegal address", "illegal value", "device failure", "acknowledged, not done yet", "device busy", "refused",
	"memory parity error", "", "gateway path unavailable", "gateway target does not answer",
}

func exceptionName(code byte) string {
	if code >= 1 && int(code) <= len(exceptionNames) && exceptionNames[code-1] != "" {
		return exceptionNames[code-1]
	}
	return fmt.Sprintf("exception %d", code)
}

// refusal is the kind and the detail of the fault with which a slave refuses a request: one that can't do what it is asked
// for is not one that can't do it now.
func refusal(r Request, code byte) (kind FaultKind, detail string) {
	switch code {
	case 1:
		return FaultFunction, fmt.Sprintf("%s, %s; %s does the same", exceptionName(code), functionLine(r.Function), functionLine(alike[r.Function]))
	case 4, 5, 6, 8, 10, 11:
		return FaultDevice, exceptionName(code)
	}
	return FaultException, exceptionName(code)
}

// alike are the functions that devices have in place of each other: of coils or inputs, of holding or input registers, of one
// or several.
var alike = map[byte]byte{
	FunctionReadCoils: FunctionReadDiscretes, FunctionReadDiscretes: FunctionReadCoils,
	FunctionReadHoldings: FunctionReadInputs, FunctionReadInputs: FunctionReadHoldings,
	FunctionWriteCoil: FunctionWriteCoils, FunctionWriteCoils: FunctionWriteCoil,
	FunctionWriteRegister: FunctionWriteRegisters, FunctionWriteRegisters: FunctionWriteRegister,
}

// functionLine is how a function stands in a profile or in settings. Registers are written to trigger a measurement.
func functionLine(function byte) string {
	if function == FunctionWriteRegister || function == FunctionWriteRegisters {
		return fmt.Sprintf("trigger.function = %d", function)
	}
	return fmt.Sprintf("function = %d", function)
}
