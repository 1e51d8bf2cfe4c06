package occupancy

// Advance ticks at each wake time until the given time, and reports the changes, each with its time. A reading then
// finds the spot as the lot would: Advance to its time, then Read, is how a trace without ticks is played.
func (s *Spot) Advance(cfg *Config, untilMS int64, report func(atMS int64, change Change)) {
	atMS := s.wakeMS
	for s.started && s.wakeMS <= untilMS {
		atMS = max(atMS, s.wakeMS)
		if change, changed := s.Tick(cfg, atMS); changed {
			report(atMS, change)
		}
	}
}
