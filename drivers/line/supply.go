package line

import "gatehouse/drivers"

// Supply is what the driver ups needs to know of the board's uninterruptible supply; nothing if it has none.
func (h *Host) Supply() drivers.Settings { return h.board.UPS.Settings() }
