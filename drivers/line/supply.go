package line

import "gatehouse/drivers"

// Supply is what the driver ups needs to know of the board's uninterruptible supply; nothing if it has none.
func (h *Host) Supply() drivers.Settings {
	described := h.board.UPS
	settings := drivers.Settings{}
	for key, text := range map[string]string{
		"mains_lost": described.MainsLost, "running": described.Running, "gauge": described.Gauge, "bus": described.Bus,
	} {
		if text != "" {
			settings[key] = text
		}
	}
	if described.Address != 0 {
		settings["address"] = int64(described.Address)
	}
	return settings
}
