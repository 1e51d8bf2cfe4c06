package sim

import (
	"fmt"
	"maps"

	"gatehouse/boards"
	"gatehouse/drivers"
	"gatehouse/drivers/sim/world"
)

// SpotPort is the serial port of a spot's sensor, ColumnPort that of a gate's column, TerminalPort that of its
// terminal.
func SpotPort(number string) string { return "spot-" + number }

// ColumnPort is the serial port of a gate's column, which is also its display.
func ColumnPort(gate string) string { return gate + "-column" }

// TerminalPort is the serial port of a gate's payment terminal.
func TerminalPort(gate string) string { return gate + "-terminal" }

// The lines of a lane, as the board `sim` names them: "lane1_arming" and so on, lanes from 1.
const (
	armingInput  = "arming"
	closingInput = "closing"
	armUpInput   = "arm_up"
	armDownInput = "arm_down"
	raiseOutput  = "raise"
	holdOutput   = "hold"
	lowerOutput  = "lower"
	stopOutput   = "stop"
	fireInput    = "fire"
)

func laneLine(gate int, what string) string { return fmt.Sprintf("lane%d_%s", gate+1, what) }

// relay is what an output of the board does to the world.
type relay struct {
	output boards.Output
	gate   int
	on     drivers.BarrierCommand
	off    drivers.BarrierCommand // of hold alone
	isHold bool
}

// relaysOf finds the relays of all lanes by their lines. A lane without a raise relay is an error; the others may
// be missing.
func relaysOf(board boards.Board, gates int) (map[string]relay, error) {
	relays := map[string]relay{}
	for gate := range gates {
		for what, command := range map[string]drivers.BarrierCommand{
			raiseOutput: drivers.BarrierRaise, holdOutput: drivers.BarrierHold, lowerOutput: drivers.BarrierLower, stopOutput: drivers.BarrierStop,
		} {
			output, found := board.Outputs[laneLine(gate, what)]
			if !found && what == raiseOutput {
				return nil, fmt.Errorf("sim: the board %s has no output %s: it has too few lanes for %d gates", board.Name, laneLine(gate, what), gates)
			}
			if found {
				relays[output.Line] = relay{output: output, gate: gate, on: command, off: drivers.BarrierRelease, isHold: what == holdOutput}
			}
		}
	}
	return relays, nil
}

// portsOf lists the serial ports of a plan's devices.
func portsOf(plan *world.Plan, signs []string) []string {
	var names []string
	for _, spot := range plan.Spots {
		if spot.Ultrasonic {
			names = append(names, SpotPort(spot.Number))
		}
	}
	for _, gate := range plan.Gates {
		if gate.Column || gate.Display {
			names = append(names, ColumnPort(gate.Name))
		}
		if gate.Terminal {
			names = append(names, TerminalPort(gate.Name))
		}
	}
	return append(names, signs...)
}

// plugged is a board with the ports of a bench beside its own.
func plugged(board boards.Board, ports map[string]*port) boards.Board {
	board.UARTs = maps.Clone(board.UARTs)
	for name, p := range ports {
		board.UARTs[name] = boards.UART{Name: name, Path: p.path}
	}
	return board
}
