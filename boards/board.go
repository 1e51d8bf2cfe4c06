package boards

// Board is one carrier board, or one that only exists in memory.
type Board struct {
	Name    string
	Title   string
	Extends string // the board that this one differs from; may be empty
	Backend Backend
	Lines   map[string]Line
	Outputs map[string]Output
	Inputs  map[string]Input
	UARTs   map[string]string // device path by name
}

// Line is one digital line.
type Line struct {
	Name      string
	Chip      string // label of the GPIO chip, never its number, which changes with kernels; or
	Number    int    // (the line on that chip, from 0)
	Pin       string // the pin's own name
	ActiveLow bool   // what an output or input on this line takes unless it says otherwise
	Bias      Bias   // what an input on this line takes unless it says otherwise
}

// Output is a relay, a lamp or another thing to switch.
type Output struct {
	Name      string
	Line      string
	ActiveLow bool
	Safe      Safe
	MaxOnMS   int      // the longest time it may stay on; 0: for ever (a lamp, a hold)
	Interlock []string // outputs that must be off while this one is on; it holds both ways
}

// High is the electrical level of a logical state.
func (o Output) High(active bool) bool { return active != o.ActiveLow }

// Active is the logical state of an electrical level.
func (o Output) Active(high bool) bool { return high != o.ActiveLow }

// Input is a contact.
type Input struct {
	Name       string
	Line       string
	ActiveLow  bool // a closed contact pulls the line low
	Bias       Bias
	DebounceUS int  // a level counts once it has been stable for so long
	NC         bool // normally closed: the open contact, or the cut wire, is the active state
}

// High is the electrical level of a logical state.
func (i Input) High(active bool) bool { return active != (i.ActiveLow != i.NC) }

// Active is the logical state of an electrical level.
func (i Input) Active(high bool) bool { return high != (i.ActiveLow != i.NC) }
