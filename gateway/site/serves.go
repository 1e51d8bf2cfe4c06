package site

import "gatehouse/drivers"

// ServedBy reports whether something that a driver made can do what a use asks for.
func (u Use) ServedBy(made any) (ok bool) {
	switch u {
	case UseArmingLoop, UseClosingLoop, UseArmUp, UseArmDown, UseFire, UseStop:
		_, ok = made.(drivers.Switch)
	case UseCamera:
		_, ok = made.(drivers.Camera)
	case UseSensor, UseSecondSensor:
		_, ok = made.(drivers.Sensor)
	case UseColumn, UseReader:
		_, ok = made.(drivers.Reader)
	case UseBarrier:
		_, ok = made.(drivers.Barrier)
	case UseTerminal:
		_, ok = made.(drivers.Terminal)
	case UsePrinter:
		_, ok = made.(drivers.Printer)
	case UseMonitor:
		_, ok = made.(drivers.Monitor)
	case UseDisplay, UseSign, UseLight:
		_, ok = made.(drivers.Display)
	}
	return ok
}
